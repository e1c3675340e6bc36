/** The values that are sealed of one case, to find out whether something that is kept in clear tells one of them. */
import { findMinorUnits } from './currencies.ts'
import type { FieldKind } from './fields.ts'
import { nationalDigits } from './identifiers.ts'
import { isObject, type PlannedField, type ProtectionPlan } from './protection.ts'

/** What is sealed of one case. Empty where nothing is. */
export interface SealedValues {
  /** Texts and numbers as text, in lower case. */
  readonly texts: ReadonlySet<string>
  readonly flags: ReadonlySet<boolean>
}

/**
 * Collects the values of the sealed fields of a case.
 *
 * @param forms of the same case: its JSON form, and what the schema made of it, where an identifier is written another way
 *
 * @example
 * ```ts
 * import { cnic, protectionPlan, record, sealedValues, text } from '@khudi/sdk'
 * const Request = record({
 *   number: text({ en: 'Number', ur: 'نمبر' }),
 *   applicant: cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' }),
 * })
 * const plan = protectionPlan(Request, 'official')
 * sealedValues(plan, [{ number: 'A-1', applicant: '79999-1234567-8' }]).texts.has('7999912345678') // true
 * ```
 */
export function sealedValues({ isOpen, root }: ProtectionPlan, forms: readonly unknown[]): SealedValues {
  if (isOpen) return nothing
  const found = { texts: new Set<string>(), flags: new Set<boolean>(), seen: new Set<unknown>() }
  for (const form of forms) collect(root, form, found)
  return found
}

const nothing: SealedValues = { texts: new Set(), flags: new Set() }

interface Found {
  readonly texts: Set<string>
  readonly flags: Set<boolean>
  /** Values as they came: most are the same in both forms. */
  readonly seen: Set<unknown>
}

function collect(field: PlannedField, value: unknown, found: Found): void {
  if (field.sealed === 'nothing' || value === undefined || value === null) return
  const { element } = field
  if (element !== undefined) {
    if (Array.isArray(value)) for (const one of value) collect(element, one, found)
  } else if (field.kind === 'record') {
    for (const [name, part] of field.sealedParts) collect(part, own(value, name), found)
  } else leaf(field.kind, value, found)
}

function leaf(kind: FieldKind, value: unknown, { texts, flags, seen }: Found): void {
  const add = (one: unknown) => {
    if (seen.has(one)) return
    seen.add(one)
    if (typeof one === 'string' || typeof one === 'number' || typeof one === 'bigint') texts.add(folded(one))
  }
  switch (kind) {
    case 'flag':
      if (typeof value === 'boolean') flags.add(value)
      return
    case 'money':
      add(own(value, 'amountMinor'))
      add(wholeUnits(own(value, 'amountMinor'), own(value, 'currency')))
      return
    case 'coordinates':
      add(own(value, 'latitude'))
      add(own(value, 'longitude'))
      return
    case 'attachment':
      add(own(value, 'sha256'))
      add(own(value, 'name'))
      return
    case 'bilingual':
      add(own(value, 'en'))
      add(own(value, 'ur'))
      return
    case 'identifier':
      add(value)
      if (typeof value === 'string' && /[^0-9A-Za-z]/.test(value)) add(nationalDigits(value))
      return
    default:
      add(value)
  }
}

function own(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}

/** The amount as `majorUnits` gives it to features. */
function wholeUnits(amountMinor: unknown, currency: unknown): number | undefined {
  const digits = typeof currency === 'string' ? findMinorUnits(currency) : undefined
  return digits === undefined ? undefined : Number(amountMinor) / 10 ** digits
}

/** ASCII is in the one form already, and this runs for every value of every case. */
function folded(value: string | number | bigint): string {
  const text = String(value)
  return (/^[ -~]*$/.test(text) ? text : text.normalize('NFC')).trim().toLowerCase()
}

/**
 * Whether a value is a sealed one, or a text with a sealed one in it as a whole word; words of one or two characters say too
 * little to be told from others.
 *
 * @example
 * ```ts
 * import { tellsSealed } from '@khudi/sdk'
 * const sealed = { texts: new Set(['bashir']), flags: new Set<boolean>() }
 * tellsSealed(sealed, 'owner: Bashir') // true
 * tellsSealed(sealed, 'Bashirabad') // false
 * ```
 */
export function tellsSealed(
  { texts, flags }: SealedValues,
  value: string | number | boolean | null,
): boolean {
  if (value === null) return false
  if (typeof value === 'boolean') return flags.has(value)
  if (texts.size === 0) return false
  const text = folded(value)
  if (texts.has(text)) return true
  if (typeof value === 'number') return false
  for (const one of texts) if (one.length >= leastTelling && hasWord(text, one)) return true
  return false
}

const leastTelling = 3

/**
 * False where a text in JSON certainly tells none of the sealed values; true where {@link tellsSealed} has to look at its parts.
 * One look at the whole costs a fraction of a look at each part, and nearly every text tells nothing.
 *
 * @example
 * ```ts
 * import { mayTellSealed } from '@khudi/sdk'
 * const sealed = { texts: new Set(['bashir']), flags: new Set<boolean>() }
 * mayTellSealed(sealed, '[{"value":"Bashirabad"}]') // true
 * mayTellSealed(sealed, '[{"value":"Lahore"}]') // false
 * ```
 */
export function mayTellSealed({ texts, flags }: SealedValues, json: string): boolean {
  if (flags.size > 0) return true
  const whole = folded(json)
  for (const one of texts) if (one.length < leastTelling || isEscaped(one) || whole.includes(one)) return true
  return false
}

/** Whether JSON may write the text otherwise than it is. */
function isEscaped(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what JSON escapes
  return /["\\\u0000-\u001f]/.test(text) || !text.isWellFormed()
}

function hasWord(text: string, word: string): boolean {
  for (let at = text.indexOf(word); at !== -1; at = text.indexOf(word, at + 1)) {
    if (!isWordy(text.charAt(at - 1)) && !isWordy(text.charAt(at + word.length))) return true
  }
  return false
}

const isWordy = (character: string) => /^[\p{L}\p{M}\p{N}]$/u.test(character)
