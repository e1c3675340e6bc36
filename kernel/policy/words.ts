/** Words that policies compare facts with: each must be in the register that the fact is from, or the policy could never apply. */
import { legalBasisKinds, z } from '@khudi/sdk'
import { roles } from '../access/roles.ts'
import { BackendKind } from '../backends/facts.ts'
import { Purpose } from '../registers/purpose.ts'
import { consentStates } from './policy.ts'

/** Roles of applications are in no register of the kernel; they are told by their form, `customs.examiner`. */
const applicationRole = /^[a-z][a-z0-9-]{1,39}\.[a-z][a-z0-9_]{0,39}$/

const isOneOf = (words: readonly string[]) => (word: string) => words.includes(word)
const isRole = (word: string) => Object.hasOwn(roles, word) || applicationRole.test(word)

/** By the name of the attribute in the schema. `application` may be any. */
const known: ReadonlyMap<string, (word: string) => boolean> = new Map([
  ['roles', isRole],
  ['purposes', isOneOf(Purpose.options)],
  ['purpose', isOneOf(Purpose.options)],
  ['legalBasis', isOneOf(legalBasisKinds)],
  ['consent', isOneOf(consentStates)],
  ['kind', isOneOf(BackendKind.options)],
  ['jurisdiction', isOneOf(['domestic', 'foreign'])],
  ['keyHolder', isOneOf(['institution', 'domestic', 'foreign'])],
])

const Attribute = z.object({ '.': z.object({ attr: z.string() }) })
const Compared = z.object({ left: z.unknown(), right: z.unknown() })
const Words = z.union([
  z
    .object({ Value: z.union([z.string().transform((word) => [word]), z.array(z.string())]) })
    .transform((one) => one.Value),
  z
    .object({ Set: z.array(z.object({ Value: z.string() })) })
    .transform((one) => one.Set.map(({ Value }) => Value)),
])

export interface UnknownWord {
  readonly attribute: string
  readonly word: string
}

/** Words in Cedar's JSON form of an expression that stand beside an attribute and are not of its register. */
export function unknownWords(expression: unknown): readonly UnknownWord[] {
  if (typeof expression !== 'object' || expression === null) return []
  const here = Object.values(expression).flatMap((operands) => {
    const read = Compared.safeParse(operands)
    if (!read.success) return []
    const { left, right } = read.data
    return [...wordsBeside(left, right), ...wordsBeside(right, left)]
  })
  return [...here, ...Object.values(expression).flatMap(unknownWords)]
}

function wordsBeside(attribute: unknown, words: unknown): readonly UnknownWord[] {
  const [named, beside] = [Attribute.safeParse(attribute), Words.safeParse(words)]
  if (!named.success || !beside.success) return []
  const { attr } = named.data['.']
  const isKnown = known.get(attr)
  if (isKnown === undefined) return []
  return beside.data.filter((word) => !isKnown(word)).map((word) => ({ attribute: attr, word }))
}
