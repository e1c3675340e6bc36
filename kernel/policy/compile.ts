/**
 * From files to a set that can be asked: parsed, every policy named and explained in both languages, validated strictly against
 * the schema and the registers. Whatever is wrong is told with its place.
 */
import type { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { type Cedar, setNameOf } from './cedar.ts'
import { digestOfFiles, type PolicyFolder } from './files.ts'
import { type CheckedPolicy, type NamedPolicy, type PolicyFile, policyActions } from './policy.ts'
import { unknownWords } from './words.ts'

type Place = CheckedPolicy['at']

/** What is wrong with a policy, and where. */
export interface PolicyFault extends Place {
  readonly message: BilingualText
}

/** A set that Cedar has parsed and can be asked by its name. */
export interface CompiledSet {
  readonly setName: string
  readonly digest: Buffer
  readonly policies: ReadonlyMap<string, CheckedPolicy>
}

export type Compiled =
  | { readonly faults: readonly PolicyFault[]; readonly set?: undefined }
  | { readonly faults?: undefined; readonly set: CompiledSet }

/** Compiles files against the platform's schema. */
export function compile(cedar: Cedar, given: PolicyFolder): Compiled {
  const parts = given.files.map((file) => partsOf(cedar, file))
  const unreadable = parts.flatMap(({ faults }) => faults)
  if (unreadable.length > 0) return { faults: unreadable }
  const policies = parts.flatMap((one) => one.policies)
  const faults = [
    ...namingFaults(policies),
    ...wordFaults(policies),
    ...schemaFaults(cedar, policies, given.schema),
  ]
  if (faults.length > 0) return { faults }
  const digest = digestOfFiles(given.files)
  const setName = digest.toString('hex')
  for (const action of policyActions) {
    const own = policies.filter(({ actions }) => actions === undefined || actions.includes(action))
    const staticPolicies = Object.fromEntries(own.map(({ id, text }) => [id, text]))
    const parsed = cedar.preparsePolicySet(setNameOf(setName, action), { staticPolicies })
    if (parsed.type === 'failure') throw new Error('policies that parsed one by one do not parse together')
  }
  const named = new Map(policies.map(({ id, sentence, effect, at }) => [id, { id, sentence, effect, at }]))
  return { set: { setName, digest, policies: named } }
}

/** A policy as it stands in its file. */
interface Part extends NamedPolicy {
  readonly effect: 'permit' | 'forbid'
  readonly text: string
  readonly at: Place
  /** The place of a character of the policy's own text. */
  placeOf(offset: number): Place
  /** Actions that it is about; `undefined` where it is about all. */
  readonly actions: readonly string[] | undefined
  /** Cedar's JSON form of its conditions. */
  readonly conditions: readonly unknown[]
}

interface Parts {
  readonly faults: readonly PolicyFault[]
  readonly policies: readonly Part[]
}

function partsOf(cedar: Cedar, file: PolicyFile): Parts {
  const { name, text } = file
  const split = cedar.policySetTextToParts(text)
  if (split.type === 'failure')
    return { faults: split.errors.map((error) => cedarFault(file, 0, error)), policies: [] }
  if (split.policy_templates.length > 0)
    return { faults: [{ ...placeIn(file, 0), message: templateMessage }], policies: [] }
  const policies = split.policies.map((one) => partOf(cedar, { name, text }, one))
  return { faults: [], policies: policies.toSorted((a, b) => a.at.line - b.at.line) }
}

function partOf(cedar: Cedar, file: PolicyFile, text: string): Part {
  const json = cedar.policyToJson(text)
  if (json.type === 'failure') throw new Error('a policy that parsed has no JSON form')
  const { effect, annotations = {}, conditions, action } = json.json
  const from = file.text.indexOf(text)
  const sentence = { en: annotations.en ?? '', ur: annotations.ur ?? '' }
  return {
    id: annotations.id ?? '',
    sentence,
    effect,
    text,
    at: placeIn(file, from),
    placeOf: (offset) => placeIn(file, from + offset),
    actions: actionsOf(action),
    conditions,
  }
}

const EntityId = z.object({ id: z.string() })
const OneAction = z.object({ entity: EntityId })
const SeveralActions = z.object({ entities: z.array(EntityId) })

/** Of a policy's own `action == …` or `action in […]`. */
function actionsOf(constraint: unknown): readonly string[] | undefined {
  const one = OneAction.safeParse(constraint)
  if (one.success) return [one.data.entity.id]
  const several = SeveralActions.safeParse(constraint)
  return several.success ? several.data.entities.map(({ id }) => id) : undefined
}

function placeIn({ name, text }: PolicyFile, offset: number): Place {
  const lines = text.slice(0, offset).split('\n')
  return { file: name, line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

const CedarError = z.object({
  message: z.string(),
  help: z.string().nullable().optional(),
  sourceLocations: z.array(z.object({ start: z.number() })).optional(),
})

/** Cedar counts bytes; an Urdu sentence has more of them than characters. */
function cedarFault(file: PolicyFile, from: number, error: unknown): PolicyFault {
  const { message, help, sourceLocations } = CedarError.parse(error)
  const bytes = Buffer.from(file.text.slice(from)).subarray(0, sourceLocations?.[0]?.start ?? 0)
  const said = help == null ? message : `${message} (${help})`
  return {
    ...placeIn(file, from + bytes.toString().length),
    message: { en: `Cedar says: ${said}`, ur: `سیڈر کا کہنا ہے: ${said}` },
  }
}

function schemaFaults(cedar: Cedar, policies: readonly Part[], schema: string): readonly PolicyFault[] {
  const together = cedar.validate({
    schema,
    policies: { staticPolicies: policies.map(({ text }) => text).join('\n') },
    validationSettings: { mode: 'strict' },
  })
  if (together.type === 'success' && together.validationErrors.length === 0) return []
  // One by one: Cedar tells places within the text it was given.
  return policies.flatMap(({ id, text, placeOf }) => {
    const answer = cedar.validate({
      schema,
      policies: { staticPolicies: { [id]: text } },
      validationSettings: { mode: 'strict' },
    })
    const found =
      answer.type === 'failure' ? answer.errors : answer.validationErrors.map(({ error }) => error)
    return found.map((error) => {
      const fault = cedarFault({ name: '', text }, 0, error)
      const offset = offsetOf(text, fault)
      return { ...placeOf(offset), message: fault.message }
    })
  })
}

function offsetOf(text: string, { line, column }: PolicyFault): number {
  const before = text.split('\n').slice(0, line - 1)
  return before.reduce((sum, one) => sum + one.length + 1, 0) + column - 1
}

const idForm = /^[a-z][a-z0-9-]{2,59}$/

function namingFaults(policies: readonly Part[]): readonly PolicyFault[] {
  const seen = new Set<string>()
  return policies.flatMap(({ id, sentence, at }): PolicyFault[] => {
    const isTwice = seen.has(id)
    seen.add(id)
    if (!idForm.test(id)) return [{ ...at, message: idMessage }]
    if (isTwice) return [{ ...at, message: twiceMessage(id) }]
    if (sentence.en.trim() === '' || !/\p{Script=Arabic}/u.test(sentence.ur))
      return [{ ...at, message: sentenceMessage(id) }]
    return []
  })
}

function wordFaults(policies: readonly Part[]): readonly PolicyFault[] {
  return policies.flatMap(({ text, conditions, placeOf }) =>
    unknownWords(conditions).map(({ attribute, word }) => ({
      ...placeOf(Math.max(0, text.indexOf(`"${word}"`))),
      message: wordMessage(attribute, word),
    })),
  )
}

const templateMessage: BilingualText = {
  en: 'A policy holds for everybody in the same offices: templates are not taken',
  ur: 'پالیسی ایک ہی منصب کے سب لوگوں پر لاگو ہوتی ہے: سانچے قبول نہیں',
}
const idMessage: BilingualText = {
  en: 'A policy has an @id of lower-case letters, digits and dashes',
  ur: 'ہر پالیسی کا ‎@id‎ چھوٹے حروف، ہندسوں اور ڈیش پر مشتمل ہوتا ہے',
}
const twiceMessage = (id: string): BilingualText => ({
  en: `Two policies are called ${id}`,
  ur: `دو پالیسیوں کا نام ${id} ہے`,
})
const sentenceMessage = (id: string): BilingualText => ({
  en: `${id} does not say what it means in both languages: @en and @ur`,
  ur: `${id} دونوں زبانوں میں نہیں بتاتی کہ اس کا مطلب کیا ہے: ‎@en‎ اور ‎@ur‎`,
})
const wordMessage = (attribute: string, word: string): BilingualText => ({
  en: `"${word}" is not in the register of ${attribute}: the policy would never apply`,
  ur: `"${word}" ${attribute} کے رجسٹر میں نہیں: یہ پالیسی کبھی لاگو نہ ہوتی`,
})
