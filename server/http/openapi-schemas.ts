/** Zod schemas as the component schemas of an OpenAPI document: the ones that validate are the ones described. */

import { fieldRegistry, unitSymbol } from '@khudi/sdk'
import { z } from 'zod'
import { unreachable } from '../../kernel/errors.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import type { JsonSchema } from './openapi-document.ts'
import { nameProtections, type ProtectedApplication } from './openapi-protection.ts'
import { FieldProblem, Problem } from './problem.ts'

export interface DescribedSchemas {
  /** By component name. */
  readonly components: Readonly<Record<string, JsonSchema>>
  /** Reference to the component of a schema that was described. */
  refOf(schema: z.ZodType): JsonSchema
  /** Properties of an object whose fields become parameters. */
  propertiesOf(
    schema: z.ZodType,
  ): Readonly<Record<string, { readonly schema: JsonSchema; readonly isRequired: boolean }>>
}

const PREFIX = '#/components/schemas/'

/** Describes the bodies, replies and lines of operations, and the cases and outcomes of applications. */
export function describeSchemas(
  operations: readonly AnyOperation[],
  applications: readonly ProtectedApplication[],
): DescribedSchemas {
  const named = z.registry<{ id: string }>()
  const add = (schema: z.ZodType, id: string) => {
    // A schema used by several operations keeps the first name, or the one it was given by `meta`.
    if (!named.has(schema)) named.add(schema, { id: z.globalRegistry.get(schema)?.id ?? id })
    return { $ref: `${PREFIX}${named.get(schema)?.id}` }
  }
  add(Problem, 'Problem')
  add(FieldProblem, 'FieldProblem')
  const ofApplications: Record<'case' | 'outcome', JsonSchema[]> = { case: [], outcome: [] }
  for (const { id, ...application } of applications) {
    ofApplications.case.push(add(application.case, `${id}.case`))
    ofApplications.outcome.push(add(application.outcome, `${id}.outcome`))
  }
  for (const operation of operations) for (const [id, schema] of schemasOf(operation)) add(schema, id)
  const override = describer(ofApplications)
  const described = z.toJSONSchema(named, { io: 'input', uri: (id) => `${PREFIX}${id}`, override })
  return {
    components: nameProtections(flattened(described), applications),
    refOf(schema) {
      if (!named.has(schema)) throw new Error('this schema was not described')
      return add(schema, '')
    },
    propertiesOf: (schema) => propertiesOf(z.toJSONSchema(schema, { io: 'input', override })),
  }
}

function propertiesOf({ properties = {}, required = [], $defs }: JsonSchema) {
  if ($defs !== undefined) throw new Error('the schema of a parameter refers to no other')
  const described = Object.entries(properties).map(
    ([name, property]) =>
      [
        name,
        { schema: typeof property === 'boolean' ? {} : property, isRequired: required.includes(name) },
      ] as const,
  )
  return Object.fromEntries(described)
}

/** `cases.open` → `CasesOpen`. */
export function pascalCase(id: string): string {
  return id.replace(/(?:^|[._-])([a-z0-9])/g, (_whole, letter: string) => letter.toUpperCase())
}

function schemasOf(operation: AnyOperation): readonly (readonly [string, z.ZodType])[] {
  const name = pascalCase(operation.id)
  switch (operation.kind) {
    case 'json':
      return [
        ...(operation.body === undefined ? [] : [[`${name}Body`, operation.body] as const]),
        ...(operation.reply.status === 204 ? [] : [[`${name}Reply`, operation.reply.schema] as const]),
      ]
    case 'intake':
      return [[`${name}Line`, operation.line]]
    case 'export':
      return [[`${name}Row`, operation.row]]
    case 'file':
      return operation.body === undefined ? [] : [[`${name}Body`, operation.body]]
    default:
      return unreachable(operation)
  }
}

/** Labels and units of fields, and the cases of applications in place of what stands for them. */
function describer(ofApplications: Readonly<Record<'case' | 'outcome', readonly JsonSchema[]>>) {
  return ({ zodSchema, jsonSchema }: { zodSchema: z.core.$ZodType; jsonSchema: JsonSchema }) => {
    const field = fieldRegistry.get(zodSchema)
    if (field !== undefined) {
      jsonSchema.title = field.label.en
      jsonSchema['x-label'] = field.label
      if (field.unit !== undefined) jsonSchema['x-unit'] = unitSymbol(field.unit).en
    }
    const part = jsonSchema.applicationSchema
    if (part === 'case' || part === 'outcome') {
      delete jsonSchema.applicationSchema
      const references = ofApplications[part]
      jsonSchema.description = `The ${part} of the application that the request names`
      if (references.length > 0) jsonSchema.anyOf = [...references]
    }
    if (part === 'visibleCase' || part === 'visibleOutcome') {
      delete jsonSchema.applicationSchema
      jsonSchema.type = 'object'
      jsonSchema.description = `Fields of the ${part === 'visibleCase' ? 'case' : 'outcome'} by the schema of its application; those that are sealed are left out unless the request states a purpose`
    }
  }
}

/**
 * Zod gathers schemas that occur twice or contain themselves under `__shared`, and gives each schema an `$id`; a component
 * has neither.
 */
function flattened({
  schemas,
}: {
  schemas: Readonly<Record<string, JsonSchema>>
}): Record<string, JsonSchema> {
  const { __shared: shared, ...own } = schemas
  const all = { ...own, ...(shared?.$defs ?? {}) }
  return Object.fromEntries(
    Object.entries(all).map(([name, { $id, $schema, id, ...schema }]) => [name, rewritten(schema)]),
  )
}

const SHARED = `${PREFIX}__shared#/$defs/`

function rewritten(schema: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(schema, (key, value: unknown) =>
      key === '$ref' && typeof value === 'string' && value.startsWith(SHARED)
        ? `${PREFIX}${value.slice(SHARED.length)}`
        : value,
    ),
  )
}
