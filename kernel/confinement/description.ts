/**
 * The declaration of an application as data: everything of it that the server needs to show, seal and route, and no function.
 * Made where the application runs, read by the server as a stranger's word.
 */
import { type Application, type FieldMeta, fieldRegistry, legalBasisKinds, units } from '@khudi/sdk'
import { z } from 'zod'

const words = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cs}\u202d\u202e]*$/u)
const Text = z.strictObject({ en: words(2000), ur: words(2000) })
const code = z.string().regex(/^[a-z][a-z0-9_]{0,39}$/)
const name = z.string().regex(/^[A-Za-z][A-Za-z0-9_]{0,59}$/)

const kinds = [
  'text',
  'code',
  'number',
  'measure',
  'percent',
  'money',
  'date',
  'time',
  'choice',
  'flag',
  'identifier',
  'country',
  'place',
  'coordinates',
  'attachment',
  'bilingual',
  'list',
  'record',
] as const satisfies readonly FieldMeta['kind'][]

const Meta = z.strictObject({
  label: Text,
  kind: z.enum(kinds),
  protection: z.enum(['operational', 'personal', 'sensitive']).optional(),
  unit: z
    .string()
    .refine((unit): unit is keyof typeof units => Object.hasOwn(units, unit))
    .optional(),
  choices: z.record(z.string().min(1).max(200), Text).optional(),
})

const bound = z.number().optional()

/** The JSON form of a field's value, as far as a form or an API description shows it. Patterns are shown, never run. */
export type Form =
  | {
      readonly type: 'string'
      readonly maxLength?: number | undefined
      readonly pattern?: string | undefined
      readonly choices?: string[] | undefined
    }
  | { readonly type: 'number'; readonly minimum?: number | undefined; readonly maximum?: number | undefined }
  | { readonly type: 'boolean' | 'any' }
  | { readonly type: 'object'; readonly parts: readonly (readonly [string, FieldNode])[] }
  | {
      readonly type: 'array'
      readonly element: FieldNode
      readonly minItems?: number | undefined
      readonly maxItems?: number | undefined
    }

export interface FieldNode {
  readonly meta?: z.infer<typeof Meta> | undefined
  readonly isOptional: boolean
  readonly form: Form
}

const Form: z.ZodType<Form> = z.lazy(() =>
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('string'),
      maxLength: bound,
      pattern: z.string().max(2000).optional(),
      choices: z.array(z.string().min(1).max(200)).min(1).max(2000).optional(),
    }),
    z.strictObject({ type: z.literal('number'), minimum: bound, maximum: bound }),
    z.strictObject({ type: z.enum(['boolean', 'any']) }),
    z.strictObject({
      type: z.literal('object'),
      parts: z.array(z.tuple([z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,59}$/), FieldNode])).max(500),
    }),
    z.strictObject({ type: z.literal('array'), element: FieldNode, minItems: bound, maxItems: bound }),
  ]),
)
const FieldNode: z.ZodType<FieldNode> = z.lazy(() =>
  z.strictObject({ meta: Meta.optional(), isOptional: z.boolean(), form: Form }),
)

const Feature = z.strictObject({
  kind: z.enum(['number', 'code', 'category', 'date', 'text']),
  monotone: z.union([z.literal(1), z.literal(-1)]).optional(),
  label: Text,
  reason: Text.optional(),
  unseen: Text.optional(),
  comparison: z.strictObject({ by: name, sentence: Text }).optional(),
})

export const Description = z.strictObject({
  id: z.string().max(40),
  title: Text,
  purpose: Text,
  legalBasis: z.strictObject({ kind: z.enum(legalBasisKinds), law: Text, section: words(100) }),
  classification: z.enum(['open', 'official', 'personal', 'sensitive']),
  retention: z.strictObject({ years: z.number(), law: Text }).optional(),
  case: FieldNode,
  outcome: FieldNode,
  roles: z.record(code, Text),
  models: z.record(
    code,
    z.strictObject({
      engine: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
      features: z.record(name, Feature),
      hasValue: z.boolean(),
      valueLabel: Text.optional(),
    }),
  ),
  recommendations: z.record(
    code,
    z.strictObject({
      label: Text,
      adverse: z.boolean().optional(),
      review: z.strictObject({ role: code, sample: z.number().optional() }),
    }),
  ),
  fallback: z.strictObject({ role: code }),
  reasons: z.record(name, Text).optional(),
  hasSubject: z.boolean(),
  hasUnit: z.boolean(),
  summary: z.array(z.string().max(400)).max(20),
})
export type Description = z.infer<typeof Description>

/** In the confined process: what an application declares; its way to the server through JSON leaves functions behind. */
export function describe(application: Application): unknown {
  const { models, recommendations, roles, reasons, ...rest } = application
  const { id, title, purpose, legalBasis, classification, retention, fallback, summary, subject, unit } = rest
  return {
    id,
    title,
    purpose,
    legalBasis,
    classification,
    retention,
    case: describeField(application.case, 0),
    outcome: describeField(application.outcome, 0),
    roles,
    models: Object.fromEntries(
      Object.entries(models).map(([name, { engine, features, value, valueLabel }]) => [
        name,
        { engine, features, hasValue: value !== undefined, valueLabel },
      ]),
    ),
    recommendations,
    fallback,
    reasons,
    hasSubject: subject !== undefined,
    hasUnit: unit !== undefined,
    summary,
  }
}

/** Fields within fields, as deep as anybody fills in a form. */
const deepest = 12

function describeField(schema: z.ZodType, depth: number): FieldNode {
  if (depth > deepest) throw new Error(`fields lie within one another ${deepest} deep at most`)
  const { inner, isOptional } = unwrapped(schema)
  const meta = fieldRegistry.get(inner)
  return { meta, isOptional, form: formOf(inner, depth) }
}

function formOf(inner: z.ZodType, depth: number): Form {
  if (inner instanceof z.ZodObject) {
    const parts = Object.entries(inner.shape).flatMap(([name, field]) =>
      field instanceof z.ZodType ? [[name, describeField(field, depth + 1)] as const] : [],
    )
    return { type: 'object', parts }
  }
  if (inner instanceof z.ZodArray && inner.element instanceof z.ZodType) {
    const { minItems, maxItems } = limitsOf(inner)
    return {
      type: 'array',
      element: describeField(inner.element, depth + 1),
      minItems,
      maxItems,
    }
  }
  const { type, maxLength, pattern, minimum, maximum, enum: choices } = limitsOf(inner)
  if (type === 'boolean') return { type }
  if (type === 'number' || type === 'integer') return { type: 'number', minimum, maximum }
  if (type !== 'string') return { type: 'any' }
  return { type, maxLength, pattern, choices: choices?.map(String) }
}

function limitsOf(schema: z.ZodType) {
  return z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
}

/** As the SDK takes a field out of `optional`, `nullable` and `default`. */
function unwrapped(schema: z.ZodType): { readonly inner: z.ZodType; readonly isOptional: boolean } {
  let inner = schema
  let isOptional = false
  while (fieldRegistry.get(inner) === undefined) {
    if (inner instanceof z.ZodOptional || inner instanceof z.ZodNullable) isOptional = true
    else if (inner instanceof z.ZodDefault) isOptional = true
    else break
    const next = inner.unwrap()
    if (!(next instanceof z.ZodType)) break
    inner = next
  }
  return { inner, isOptional }
}
