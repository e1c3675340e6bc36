/**
 * What a worker does with cases: reads them with the application's schema, decides them, extracts examples. No database, no
 * network; the same input gives the same bytes.
 */
import {
  type Application,
  type Decided,
  divide,
  type FeatureRow,
  type FieldProblem,
  type LoadedModel,
  type ModelHandle,
  mayTellSealed,
  protectionPlan,
  type Reason,
  readCase,
  readWith,
  type SealedValues,
  sealedValues,
  tellsSealed,
  unite,
} from '@khudi/sdk'
import { canonicalJson } from '../canonical.ts'

/** How many reasons a decision carries at most: what an officer takes in at a glance. */
const reasonCount = 5

/** A case that the schema took. */
export interface ReadCase {
  readonly ok: true
  /** Canonical JSON of the operational fields of what was submitted. */
  readonly payload: string
  /** Canonical JSON of the others, which are sealed before they are stored; null where there are none. */
  readonly secret: string | null
  readonly reference: string
  readonly occurredOn: string
  readonly subject: string | null
  /** Code of the unit whose case it is; null where the application names none. */
  readonly unit: string | null
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
  /** Canonical JSON of the reasons, without their values where `secretReasons` has them. */
  readonly reasons: string
  /** Canonical JSON of the reasons in full where they are to be sealed, else null. */
  readonly secretReasons: string | null
  /** What failed, for the institution's engineers; never shown outside. Holds no value of a sealed field. */
  readonly failure: string | undefined
}

/** Models by name; `undefined` reads without deciding. */
export type Models = Readonly<Record<string, LoadedModel>> | undefined

/** A case as it is stored, opened: `payload` and `secret` of its `ReadCase`. */
export interface StoredCase {
  readonly payload: string
  readonly secret: string | null
}

/** Reads and decides one case, given as the JSON text that was submitted or as it is stored. */
export async function runCase(
  application: Application,
  models: Models,
  submitted: string | StoredCase,
): Promise<ReadCase | RefusedCase> {
  const given = typeof submitted === 'string' ? parseJson(submitted) : wholeOf(submitted)
  if (given === undefined) return { ok: false, problems: [notJson] }
  const read = readable(application, given)
  if (!read.ok) return read
  const { value, reference, occurredOn, subject, unit } = read.value
  const plan = protectionPlan(application.case, application.classification)
  const { open, sealed } = divide(plan, given)
  const values = sealed === undefined ? undefined : () => sealedValues(plan, [given, value])
  return {
    ok: true,
    payload: canonicalJson(open),
    secret: sealed === undefined ? null : canonicalJson(sealed),
    reference,
    occurredOn,
    subject: subject ?? null,
    unit: unit ?? null,
    decided: models === undefined ? undefined : await decide(application, models, { value, values }),
  }
}

export function wholeOf({ payload, secret }: StoredCase): unknown {
  const open: unknown = JSON.parse(payload)
  return secret === null ? open : unite(open, JSON.parse(secret))
}

/** An application that cannot name a case its own schema took refuses this case, and not those beside it. */
export function readable(application: Application, given: unknown): ReturnType<typeof readCase> {
  try {
    return readCase(application, given)
  } catch {
    return { ok: false, problems: [notNameable] }
  }
}

export const notNameable: FieldProblem = {
  field: '',
  code: 'field.not_nameable',
  message: {
    en: 'the application cannot tell the reference, the day or the subject of this case',
    ur: 'اطلاق اس مقدمے کا حوالہ، تاریخ یا متعلقہ فریق معلوم نہیں کر سکتا',
  },
}

export const notJson: FieldProblem = {
  field: '',
  code: 'field.not_json',
  message: { en: 'this is not valid JSON', ur: 'یہ درست JSON نہیں ہے' },
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Collects what is sealed of a case; `undefined` where nothing is. */
export type Values = (() => SealedValues) | undefined

/** A case as an application sees it, with the values that are sealed of it. */
interface Decidable {
  readonly value: unknown
  readonly values: Values
}

/** Asks the application. Whatever it throws becomes an unaided decision: a failure never turns into a default. */
async function decide(
  application: Application,
  models: NonNullable<Models>,
  { value, values }: Decidable,
): Promise<DecidedCase> {
  try {
    const decided = await application.decide(value, { models: handles(application, models) })
    return checked(application, decided, values)
  } catch (error) {
    return {
      recommendation: null,
      score: null,
      reasons: '[]',
      secretReasons: null,
      failure: failureOf(error, values),
    }
  }
}

/** What an application writes into an error may be about a person; this text reaches logs. */
export function failureOf(error: unknown, values: Values): string {
  if (!(error instanceof Error)) return 'the application threw something that is not an error'
  if (values === undefined || !tellsSealed(values(), error.message)) return error.message
  return `the application threw a ${error.name} that speaks of a sealed field`
}

export function handles(
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

export function checked(application: Application, decided: Decided<string>, values: Values): DecidedCase {
  if (!Object.hasOwn(application.recommendations, decided.recommendation)) {
    throw new Error(`"${decided.recommendation}" is not a declared recommendation`)
  }
  const score = decided.score ?? null
  if (score !== null && !(score >= 0 && score <= 1)) throw new Error('a score is a probability from 0 to 1')
  const reasons = decided.reasons.slice(0, reasonCount)
  const full = reasonsJson(reasons)
  const isSecret = values !== undefined && areSecret(application, { reasons, full }, values)
  return {
    recommendation: decided.recommendation,
    score,
    reasons: isSecret
      ? reasonsJson(reasons.map(({ code, weight }) => ({ code, weight, value: null })))
      : full,
    secretReasons: isSecret ? full : null,
    failure: undefined,
  }
}

/**
 * Where cases are about persons, every reason says something about one. Elsewhere a reason is kept in clear unless one of the
 * case's tells what is sealed; then all of them are sealed, since the others may tell the same in another form.
 */
function areSecret(
  { classification }: Application,
  { reasons, full }: { readonly reasons: Decided<string>['reasons']; readonly full: string },
  values: () => SealedValues,
): boolean {
  if (classification === 'personal' || classification === 'sensitive') return reasons.length > 0
  const sealed = values()
  return mayTellSealed(sealed, full) && reasons.some(({ value }) => tellsSealed(sealed, value))
}

/** Canonical by construction: names in the order of RFC 8785, and `JSON.stringify` writes texts and numbers as it asks. */
function reasonsJson(reasons: Decided<string>['reasons']): string {
  return `[${reasons.map(reasonJson).join(',')}]`
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

/** One example to learn from or to measure with: a case and its outcome as they are stored, opened. */
export interface Example extends StoredCase {
  readonly outcome: string
  readonly outcomeSecret: string | null
}

/** A case and its outcome as the model sees them. */
export interface Learned {
  /** Only where a model is to see it: features may fail, and labels can be counted without them. */
  row(): FeatureRow
  readonly label: boolean
  /** In the unit of the model's `valueLabel`. */
  readonly value: number
  readonly example: Example
  readonly sealed: Values
}

/** `undefined` where the outcome teaches nothing. */
export function readExample(
  application: Application,
  modelName: string,
  example: Example,
): Learned | undefined {
  const spec = application.models[modelName]
  if (spec === undefined) throw new Error(`the application declares no model "${modelName}"`)
  const json = wholeOf(example)
  const given = readWith(application.case, json)
  const outcome = readWith(
    application.outcome,
    wholeOf({ payload: example.outcome, secret: example.outcomeSecret }),
  )
  if (!given.ok || !outcome.ok) throw new Error('a stored case or outcome no longer fits its schema')
  const label = spec.label(outcome.value)
  if (label === undefined) return undefined
  const plan = protectionPlan(application.case, application.classification)
  return {
    row: () => spec.extract(given.value),
    label,
    value: spec.value?.(given.value) ?? 0,
    example,
    sealed: example.secret === null ? undefined : () => sealedValues(plan, [json, given.value]),
  }
}

/** What a model sees of a stored case, whatever became of it. @throws Error where the features fail */
export function readFeatures(application: Application, modelName: string, stored: StoredCase): FeatureRow {
  const spec = application.models[modelName]
  if (spec === undefined) throw new Error(`the application declares no model "${modelName}"`)
  const given = readWith(application.case, wholeOf(stored))
  if (!given.ok) throw new Error('a stored case no longer fits its schema')
  return spec.extract(given.value)
}

/** Features of a case with what is sealed of another in its place; `undefined` where the two do not fit together. */
export function withSealedOf(
  application: Application,
  modelName: string,
  { of, from }: { readonly of: Learned; readonly from: Learned },
): FeatureRow | undefined {
  try {
    const mixed = wholeOf({ payload: of.example.payload, secret: from.example.secret })
    const read = readWith(application.case, mixed)
    return read.ok ? application.models[modelName]?.extract(read.value) : undefined
  } catch {
    return undefined
  }
}
