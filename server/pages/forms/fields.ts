/** The fields of a schema as a tree: what forms are made of and pages lay out. */
import { describeFields, type FieldDescription } from '@khudi/sdk'
import { z } from 'zod'

export interface FieldNode extends Omit<FieldDescription, 'path'> {
  /** Path in the schema, `items[].netMassKg`. */
  readonly path: string
  /** Last part of the path; empty for the elements of a list. */
  readonly key: string
  /** Longest text it takes, in UTF-16 units; `undefined` where the schema states none. */
  readonly maxLength: number | undefined
  /** Fields of a record. */
  readonly parts: readonly FieldNode[]
  /** What each entry of a list is. */
  readonly element: FieldNode | undefined
}

const trees = new WeakMap<z.ZodType, readonly FieldNode[]>()

/** The top fields of a record's schema, in its order. Worked out once for each schema. */
export function fieldTree(schema: z.ZodType): readonly FieldNode[] {
  const known = trees.get(schema)
  if (known !== undefined) return known
  const described = describeFields(schema)
  const tree = partsOf('', { described, limits: lengthLimits(schema) })
  trees.set(schema, tree)
  return tree
}

interface Known {
  readonly described: readonly FieldDescription[]
  readonly limits: ReadonlyMap<string, number>
}

function partsOf(parent: string, known: Known): readonly FieldNode[] {
  const prefix = parent === '' ? '' : `${parent}.`
  return known.described
    .filter(({ path }) => path.startsWith(prefix) && /^[^.[\]]+$/.test(path.slice(prefix.length)))
    .map((field) => nodeOf(field, field.path.slice(prefix.length), known))
}

function nodeOf(field: FieldDescription, key: string, known: Known): FieldNode {
  const { path, kind } = field
  return {
    ...field,
    key,
    maxLength: known.limits.get(path),
    parts: kind === 'record' ? partsOf(path, known) : [],
    element: kind === 'list' ? elementOf(field, known) : undefined,
  }
}

/** Entries without a label of their own are called what their list is called. */
function elementOf({ path, meta }: FieldDescription, known: Known): FieldNode {
  const own = known.described.find((field) => field.path === `${path}[]`)
  if (own !== undefined) return nodeOf(own, '', known)
  const { label } = meta
  return nodeOf(
    { path: `${path}[]`, kind: 'record', meta: { label, kind: 'record' }, optional: false },
    '',
    known,
  )
}

/** What a form needs of a JSON Schema. */
interface JsonSchema {
  readonly maxLength?: number | undefined
  readonly properties?: Readonly<Record<string, JsonSchema>> | undefined
  readonly items?: JsonSchema | undefined
}
const JsonSchema: z.ZodType<JsonSchema> = z.object({
  maxLength: z.number().optional(),
  get properties() {
    return z.record(z.string(), JsonSchema).optional()
  },
  get items() {
    return JsonSchema.optional()
  },
})

/** The longest text of each field, by path, read from the JSON Schema of what is submitted. */
function lengthLimits(schema: z.ZodType): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  const walk = ({ maxLength, properties, items }: JsonSchema, path: string): void => {
    if (maxLength !== undefined) limits.set(path, maxLength)
    for (const [key, part] of Object.entries(properties ?? {}))
      walk(part, path === '' ? key : `${path}.${key}`)
    if (items !== undefined) walk(items, `${path}[]`)
  }
  walk(JsonSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })), '')
  return limits
}

/** `items[3].netMassKg` belongs to the field `items[].netMassKg`. */
export function schemaPath(instance: string): string {
  return instance.replace(/\[\d+\]/g, '[]')
}

/** Every node of the tree, records before their parts. */
export function everyField(nodes: readonly FieldNode[]): readonly FieldNode[] {
  return nodes.flatMap((node) => [
    node,
    ...everyField(node.parts),
    ...(node.element === undefined ? [] : everyField([node.element])),
  ])
}
