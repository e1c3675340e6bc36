/**
 * What the server tells a confined process, and what it takes for an answer. What comes back is a stranger's word: JSON, read
 * with strict schemas and bounds, never unpacked into anything that runs.
 */
import { z } from 'zod'
import type { StoredCase } from '../decisions/run.ts'
import type { LoadTask, Task } from '../decisions/tasks.ts'

export interface Start {
  readonly applicationId: string
  readonly folder: string
  readonly digest: Uint8Array
  readonly enginesFolder: string
}

/** Serialised by V8 on its way in: this direction is ours. */
export type Told =
  | { readonly kind: 'start'; readonly start: Start }
  | { readonly kind: 'describe' }
  | {
      readonly kind: 'cases'
      readonly payloads: readonly (string | StoredCase)[]
      /** As in a `decide` task. */
      readonly models: Readonly<Record<string, string>> | undefined
    }
  | { readonly kind: 'outcomes'; readonly outcomes: readonly unknown[] }
  | LoadTask
  | Extract<Task, { kind: 'rows' | 'row' | 'measure' }>

/** Text that can be stored and shown: no control characters, no half of a surrogate pair. */
const words = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}\u202d\u202e]*$/u)

const index = z.number().int().min(0)

const Problem = z.strictObject({
  field: z.string().max(400),
  code: z.string().regex(/^field\.[a-z_]{1,40}$/),
  message: z.strictObject({ en: words(2000), ur: words(2000) }),
})

/** The bounds are those of the SDK's `readCase`, and those of the database: an impossible day would fail the whole batch. */
export const Facts = z.strictObject({
  reference: words(200),
  occurredOn: z.iso.date().regex(/^(?!0000)/),
  subject: words(200)
    .regex(/^(?!(case|import):)[a-z][a-z0-9-]*:./)
    .nullable(),
  unit: words(200).nullable(),
})
export type Facts = z.infer<typeof Facts>

const scalar = z.union([z.string().max(2000), z.number(), z.boolean(), z.null()])

const Decided = z.strictObject({
  recommendation: z.string().max(40),
  score: z.number().optional(),
  reasons: z
    .array(
      z.strictObject({
        code: z.string().max(100),
        weight: z.number(),
        value: scalar,
        compared: z.record(z.string().regex(/^[A-Za-z]\w{0,39}$/), z.number()).optional(),
      }),
    )
    .max(100),
})

export const Said = z.discriminatedUnion('said', [
  z.strictObject({ said: z.literal('read'), index, facts: Facts }),
  z.strictObject({ said: z.literal('refused'), index, problems: z.array(Problem).min(1).max(100) }),
  z.strictObject({ said: z.literal('taken'), index }),
  z.strictObject({ said: z.literal('decided'), index, decided: Decided }),
  z.strictObject({ said: z.literal('failed'), index, failure: z.string().max(500) }),
  z.strictObject({ said: z.literal('done'), value: z.unknown() }),
  z.strictObject({ said: z.literal('error'), message: z.string().max(500), refusal: z.unknown().optional() }),
])
export type Said = z.infer<typeof Said>

/** A refusal that a worker's program may answer with; any other is an error. */
export const SaidRefusal = z.discriminatedUnion('code', [
  z.strictObject({
    code: z.literal('application.changed'),
    parameters: z.strictObject({ application: words(40) }),
  }),
  z.strictObject({
    code: z.literal('model.carries_personal_data'),
    parameters: z.strictObject({ model: words(40), feature: words(100) }),
  }),
])

/** Values of a case by feature; whether they fit the feature's kind is for the engine to say. */
export const FeatureRowSaid = z.record(
  z.string().max(100),
  z.union([z.number(), z.string().max(2000), z.null()]),
)

export const RowsList = z.array(
  z.strictObject({ row: FeatureRowSaid.nullable(), label: z.boolean(), value: z.number() }).nullable(),
)

export const MeasuredList = z.array(
  z
    .strictObject({ score: z.number().min(0).max(1).optional(), label: z.boolean(), value: z.number() })
    .nullable(),
)
