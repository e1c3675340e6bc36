import { z } from 'zod'
import { BilingualText } from './text.ts'

/** One field that was refused: its path, a code, and what was expected in both languages. Never the value itself. */
export interface FieldProblem {
  readonly field: string
  readonly code: string
  readonly message: BilingualText
}

/** What a field or a rule of ours says of itself, carried in the parameters of a zod issue. */
export const SaidProblem = z.strictObject({ code: z.string(), message: BilingualText })
export type SaidProblem = z.infer<typeof SaidProblem>

/** A sender's own field names come back to them only this long: the reply must not grow with the attack. */
const maxNameLength = 80

/** What a zod issue means to the person who sent the field. */
export function problemsOf(issue: z.core.$ZodIssue): FieldProblem[] {
  const path = fieldPath(issue.path)
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      field: fieldPath([...issue.path, key.slice(0, maxNameLength).toWellFormed()]),
      code: 'field.unknown',
      message: { en: 'this field is not known here', ur: 'یہ خانہ یہاں معلوم نہیں' },
    }))
  }
  return [{ field: path, ...explain(issue) }]
}

function explain(issue: Exclude<z.core.$ZodIssue, z.core.$ZodIssueUnrecognizedKeys>): SaidProblem {
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined ? missing : wrongType(issue.expected)
    case 'too_small':
      return said('field.too_small', ...bound(issue.origin, issue.minimum, least(issue.inclusive)))
    case 'too_big':
      return said('field.too_big', ...bound(issue.origin, issue.maximum, most(issue.inclusive)))
    case 'invalid_format':
      return wrongFormat(issue.format)
    case 'invalid_value':
      if (issue.input === undefined) return missing
      return said(
        'field.not_permitted',
        `expected one of: ${issue.values.map(String).join(', ')}`,
        `ان میں سے ایک درکار ہے: ${issue.values.map(String).join('، ')}`,
      )
    case 'custom':
      return SaidProblem.safeParse(issue.params).data ?? notValid
    default:
      return notValid
  }
}

const notValid = said('field.not_valid', 'not a value this field can have', 'یہ اس خانے کی درست قدر نہیں')

const missing = said('field.missing', 'this field is required', 'یہ خانہ لازمی ہے')

function wrongType(expected: string): SaidProblem {
  const name = typeNames[expected]
  if (name === undefined) return notValid
  return said('field.wrong_type', `expected ${name.en}`, `یہاں ${name.ur} درکار ہے`)
}

const typeNames: Readonly<Record<string, BilingualText>> = {
  string: { en: 'a text', ur: 'متن' },
  number: { en: 'a number', ur: 'عدد' },
  int: { en: 'a whole number', ur: 'مکمل عدد' },
  boolean: { en: 'true or false', ur: 'ہاں یا نہیں' },
  object: { en: 'an object of fields', ur: 'خانوں کا مجموعہ' },
  array: { en: 'a list', ur: 'فہرست' },
}

function wrongFormat(format: string): SaidProblem {
  switch (format) {
    case 'date':
      return said(
        'field.invalid_date',
        'expected a date that exists, YYYY-MM-DD',
        'درست تاریخ درکار ہے، سال-ماہ-دن (YYYY-MM-DD) کی صورت میں',
      )
    case 'datetime':
      return said(
        'field.invalid_time',
        'expected a time with its offset from UTC, YYYY-MM-DDThh:mm:ss+hh:mm',
        'وقت یو ٹی سی سے فرق کے ساتھ درکار ہے، YYYY-MM-DDThh:mm:ss+hh:mm کی صورت میں',
      )
    default:
      return said('field.invalid_format', 'not of the form this field has', 'اس خانے کی مقررہ شکل میں نہیں')
  }
}

function said(code: string, en: string, ur: string): SaidProblem {
  return { code, message: { en, ur } }
}

/** Puts a quantity into a sentence about a bound. Urdu sets "more than" behind the quantity, so it cannot be a prefix. */
type BoundSentence = (quantity: BilingualText) => readonly [en: string, ur: string]

function least(isInclusive: boolean | undefined): BoundSentence {
  return isInclusive === false
    ? ({ en, ur }) => [`more than ${en}`, `${ur} سے زیادہ درکار ہے`]
    : ({ en, ur }) => [`at least ${en}`, `کم از کم ${ur} درکار ہے`]
}

function most(isInclusive: boolean | undefined): BoundSentence {
  return isInclusive === false
    ? ({ en, ur }) => [`less than ${en}`, `${ur} سے کم درکار ہے`]
    : ({ en, ur }) => [`at most ${en}`, `زیادہ سے زیادہ ${ur} کی اجازت ہے`]
}

/** A bound on a number, or on the length of a text or a list. */
function bound(origin: string, limit: number | bigint, sentence: BoundSentence) {
  if (origin === 'string') return sentence({ en: `${limit} characters`, ur: `${limit} حروف` })
  if (origin === 'array') return sentence({ en: `${limit} entries`, ur: `${limit} اندراجات` })
  return sentence({ en: `${limit}`, ur: `${limit}` })
}

/**
 * `items[0].netMassKg`; the empty string for the whole.
 *
 * @example
 * ```ts
 * import { fieldPath } from '@khudi/sdk'
 * fieldPath(['items', 0, 'netMassKg']) // 'items[0].netMassKg'
 * ```
 */
export function fieldPath(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) =>
      typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`,
    )
    .join('')
}
