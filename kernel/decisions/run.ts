/**
 * What a worker does with cases: reads them with the application's schema, decides them, extracts examples. No database, no
 * network; the same input gives the same bytes.
 */
import {
  type Application,
  type Decided,
  type FieldProblem,
  type LoadedModel,
  type ModelHandle,
  type Reason,
  readCase,
  readWith,
} from '@khudi/sdk'
import { canonicalJson, sha256 } from '../canonical.ts'

/** How many reasons a decision carries at most: what an officer takes in at a glance. */
const reasonCount = 5

/** A case that the schema took. */
export interface ReadCase {
  readonly ok: true
  /** Canonical JSON of what was submitted. */
  readonly payload: string
  readonly payloadDigest: Uint8Array
  readonly reference: string
  readonly occurredOn: string
  readonly subject: string | null
  /** `undefined` where the batch was only to be read. */
  readonly decided: DecidedCase | undefined
}

export interface RefusedCase {
  readonly ok: false
  readonly problems: readonly FieldProblem[]
}

/** What the application said. `recommendation` is null where a model failed: an officer then decides unaided. */
export interface DecidedCase {
  readonly recommendation: string | null
  readonly score: number | null
  /** Canonical JSON of the reasons. */
  readonly reasons: string
  /** What failed, for the institution's engineers; never shown outside. */
  readonly failure: string | undefined
}

/** Models by name; `undefined` reads without deciding. */
export type Models = Readonly<Record<string, LoadedModel>> | undefined

/** Reads and decides one case given as JSON text. */
export async function runCase(
  application: Application,
  models: Models,
  json: string,
): Promise<ReadCase | RefusedCase> {
  const given = parseJson(json)
  if (given === undefined) return { ok: false, problems: [notJson] }
  const read = readable(application, given)
  if (!read.ok) return read
  const { value, reference, occurredOn, subject } = read.value
  const payload = canonicalJson(given)
  return {
    ok: true,
    payload,
    payloadDigest: sha256(payload),
    reference,
    occurredOn,
    subject: subject ?? null,
    decided: models === undefined ? undefined : await decide(application, models, value),
  }
}

/** An application that cannot name a case its own schema took refuses this case, and not those beside it. */
function readable(application: Application, given: unknown): ReturnType<typeof readCase> {
  try {
    return readCase(application, given)
  } catch {
    return { ok: false, problems: [notNameable] }
  }
}

const notNameable: FieldProblem = {
  field: '',
  code: 'field.not_nameable',
  message: {
    en: 'the application cannot tell the reference, the day or the subject of this case',
    ur: 'اطلاق اس مقدمے کا حوالہ، تاریخ یا متعلقہ فریق معلوم نہیں کر سکتا',
  },
}

const notJson: FieldProblem = {
  field: '',
  code: 'field.not_json',
  message: { en: 'this is not valid JSON', ur: 'یہ درست JSON نہیں ہے' },
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Asks the application. Whatever it throws becomes an unaided decision: a failure never turns into a default. */
async function decide(
  application: Application,
  models: NonNullable<Models>,
  value: unknown,
): Promise<DecidedCase> {
  try {
    const decided = await application.decide(value, { models: handles(application, models) })
    return checked(application, decided)
  } catch (error) {
    return {
      recommendation: null,
      score: null,
      reasons: '[]',
      failure:
        error instanceof Error ? error.message : 'the application threw something that is not an error',
    }
  }
}

function handles(
  application: Application,
  models: NonNullable<Models>,
): Record<string, ModelHandle<unknown>> {
  const known = handleCache.get(models)
  if (known !== undefined) return known
  const made = Object.fromEntries(
    Object.entries(models).map(([name, model]) => {
      const spec = application.models[name]
      if (spec === undefined) throw new Error(`the application declares no model "${name}"`)
      return [name, { score: async (given: unknown) => model.score(spec.extract(given), reasonCount) }]
    }),
  )
  handleCache.set(models, made)
  return made
}

/** One set of handles for each set of loaded models, made once rather than for every case. */
const handleCache = new WeakMap<NonNullable<Models>, Record<string, ModelHandle<unknown>>>()

function checked(application: Application, decided: Decided<string>): DecidedCase {
  if (!Object.hasOwn(application.recommendations, decided.recommendation)) {
    throw new Error(`"${decided.recommendation}" is not a declared recommendation`)
  }
  const score = decided.score ?? null
  if (score !== null && !(score >= 0 && score <= 1)) throw new Error('a score is a probability from 0 to 1')
  return {
    recommendation: decided.recommendation,
    score,
    reasons: reasonsJson(decided.reasons),
    failure: undefined,
  }
}

/** Canonical by construction: names in the order of RFC 8785, and `JSON.stringify` writes texts and numbers as it asks. */
function reasonsJson(reasons: Decided<string>['reasons']): string {
  return `[${reasons.slice(0, reasonCount).map(reasonJson).join(',')}]`
}

function reasonJson({ code, compared, value, weight }: Reason): string {
  const figures = compared === undefined ? '' : `"compared":{${figuresJson(compared)}},`
  const rounded = Number(weight.toFixed(6))
  return `{"code":${scalarJson(code)},${figures}"value":${scalarJson(value)},"weight":${scalarJson(rounded)}}`
}

/** Written one by one: an object would put names that look like whole numbers before the others. */
function figuresJson(compared: NonNullable<Reason['compared']>): string {
  const inOrder = Object.entries(compared).sort(([a], [b]) => (a < b ? -1 : 1))
  return inOrder.map(([name, figure]) => `${scalarJson(name)}:${scalarJson(figure)}`).join(',')
}

/** @throws Error for what JSON has no form for. The message leaves the value out: it may be about a person. */
function scalarJson(value: Reason['value']): string {
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new Error('a number in a reason is not finite')
  if (typeof value === 'string' && !value.isWellFormed())
    throw new Error('a text in a reason holds half of a surrogate pair')
  return JSON.stringify(value)
}

/** One example to learn from or to measure with. */
export interface Example {
  /** JSON of the case and of its outcome. */
  readonly payload: string
  readonly outcome: string
}

/** A case and its outcome as the model sees them; `undefined` where the outcome teaches nothing. */
export function readExample(application: Application, modelName: string, example: Example) {
  const spec = application.models[modelName]
  if (spec === undefined) throw new Error(`the application declares no model "${modelName}"`)
  const given = readWith(application.case, JSON.parse(example.payload))
  const outcome = readWith(application.outcome, JSON.parse(example.outcome))
  if (!given.ok || !outcome.ok) throw new Error('a stored case or outcome no longer fits its schema')
  const label = spec.label(outcome.value)
  if (label === undefined) return undefined
  // Only where a model is to see it: features may fail, and labels can be counted without them.
  return { row: () => spec.extract(given.value), label, value: spec.value?.(given.value) ?? 0 }
}
