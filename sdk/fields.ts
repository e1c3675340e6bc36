/**
 * Field types in the terms of the field, each a zod schema with a label in both languages.
 *
 * The *input* of a field is its JSON form (what is stored and hashed); its *output* is what an application computes
 * with. Labels are kept in a registry, so that forms, case pages, OpenAPI descriptions and refusals come from the
 * schema alone.
 */
import { z } from 'zod'
import { isRegion } from './countries.ts'
import { isCurrency } from './currencies.ts'
import { isIban, nationalDigits } from './identifiers.ts'
import type { SaidProblem } from './problems.ts'
import type { BilingualText } from './text.ts'
import { type Unit, units } from './units.ts'

/** What a form or a page needs to know about one field. */
export interface FieldMeta {
  readonly label: BilingualText
  readonly kind: FieldKind
  /** Symbol of the unit, for fields that measure. */
  readonly unit?: Unit
  /** Label of each permitted value, for choices. */
  readonly choices?: Readonly<Record<string, BilingualText>>
}

export type FieldKind =
  | 'text'
  | 'code'
  | 'number'
  | 'measure'
  | 'percent'
  | 'money'
  | 'date'
  | 'time'
  | 'choice'
  | 'flag'
  | 'identifier'
  | 'country'
  | 'place'
  | 'coordinates'
  | 'attachment'
  | 'bilingual'
  | 'list'
  | 'record'

/** Where labels live. Keyed by schema object, so wrapping in `.optional()` keeps the inner label. */
export const fieldRegistry = z.registry<FieldMeta>()

function labelled<S extends z.ZodType>(schema: S, meta: FieldMeta): S {
  fieldRegistry.add(schema, meta)
  return schema
}

/** An object whose unknown fields are refused. */
export function record<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape)
}

/** A labelled object inside a record, such as a party or an address. */
export function part<Shape extends z.ZodRawShape>(label: BilingualText, shape: Shape) {
  return labelled(z.strictObject(shape), { label, kind: 'record' })
}

/** A list with a stated maximum, since an unbounded one is an attack. */
export function list<S extends z.ZodType>(
  label: BilingualText,
  element: S,
  bounds: { readonly min?: number; readonly max: number },
) {
  return labelled(
    z
      .array(element)
      .min(bounds.min ?? 0)
      .max(bounds.max),
    { label, kind: 'list' },
  )
}

/** Free text: trimmed length from 1 to `max` (default 200) UTF-16 units. Output: trimmed. */
export function text(label: BilingualText, options: { readonly max?: number } = {}) {
  return labelled(plainText(options.max ?? 200), { label, kind: 'text' })
}

/**
 * Text that can be stored and shown as it is. Refused: control characters but tab and line ends; half of a surrogate
 * pair, which UTF-8 and PostgreSQL cannot hold; the two direction overrides, which make a text read as another one.
 */
function plainText(max: number) {
  return (
    z
      .string()
      .trim()
      .min(1)
      .max(max)
      // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this refuses
      .regex(/^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202d\u202e]*$/)
      .refine((value) => value.isWellFormed())
  )
}

/**
 * A code of a published list: text, never a number, because leading zeros matter. `form` tells people what is expected
 * where "not of the form this field has" would not help them.
 *
 * @example
 * ```ts
 * import { code } from '@khudi/sdk'
 * const heading = code({ en: 'Heading', ur: 'ہیڈنگ' }, /^\d{4}$/, { form: { en: '4 digits', ur: '۴ ہندسے' } })
 * ```
 */
export function code(label: BilingualText, pattern: RegExp, options: { readonly form?: BilingualText } = {}) {
  return labelled(formed(pattern, options.form), { label, kind: 'code' })
}

function formed(pattern: RegExp, form: BilingualText | undefined): z.ZodString {
  if (form === undefined) return z.string().regex(pattern)
  const params: SaidProblem = {
    code: 'field.invalid_format',
    message: { en: `expected ${form.en}`, ur: `یہاں ${form.ur} درکار ہے` },
  }
  // A refinement, since only its issue can carry both languages; the pattern is stated again for JSON Schema.
  return z
    .string()
    .refine((value) => value.search(pattern) !== -1, { params })
    .meta({ pattern: pattern.source })
}

/** A finite number without a unit, such as a count. */
export function number(label: BilingualText, bounds: { readonly min?: number; readonly max?: number } = {}) {
  return labelled(bounded(bounds), { label, kind: 'number' })
}

/** A quantity in the unit that the field's name must end in (`netMassKg`, `rainMm`). Never negative unless `min` says so. */
export function measure(
  label: BilingualText,
  unit: Unit,
  bounds: { readonly min?: number; readonly max?: number } = {},
) {
  return labelled(bounded({ min: 0, ...bounds }), { label, kind: 'measure', unit })
}

/** Parts in a hundred: 7.5 means 7.5 %. */
export function percent(label: BilingualText, bounds: { readonly max?: number } = {}) {
  return labelled(bounded({ min: 0, ...bounds }), { label, kind: 'percent' })
}

function bounded(bounds: { readonly min?: number; readonly max?: number }) {
  // The outer bound keeps every number exactly writable in JSON by any party.
  return z
    .number()
    .min(bounds.min ?? -1e15)
    .max(bounds.max ?? 1e15)
}

/** ISO 8601 calendar date of the Gregorian calendar, `YYYY-MM-DD`, from the year 1: PostgreSQL has no year 0. */
export function date(label: BilingualText) {
  return labelled(z.iso.date().regex(/^(?!0000)/), { label, kind: 'date' })
}

/** RFC 3339 instant with an offset, to the nanosecond at most. */
export function time(label: BilingualText) {
  return labelled(z.iso.datetime({ offset: true }).regex(/^(?!0000)[^.]+(\.\d{1,9}[^.\d].*)?$/), {
    label,
    kind: 'time',
  })
}

/** One of a closed set, each value with its label. */
export function choice<const C extends Readonly<Record<string, BilingualText>>>(
  label: BilingualText,
  choices: C,
) {
  const keys = Object.keys(choices).filter((key): key is keyof C & string => key in choices)
  return labelled(z.enum(keys), { label, kind: 'choice', choices })
}

/** True or false. */
export function flag(label: BilingualText) {
  return labelled(z.boolean(), { label, kind: 'flag' })
}

/**
 * An amount in minor units (paisa for PKR) and its ISO 4217 currency.
 *
 * Input `{ amountMinor: "125000", currency: "PKR" }`; output carries `amountMinor` as `bigint`.
 */
export function money(label: BilingualText, options: { readonly negative?: boolean } = {}) {
  const digits = options.negative ? /^-?(0|[1-9]\d{0,17})$/ : /^(0|[1-9]\d{0,17})$/
  const schema = z.strictObject({
    amountMinor: z.string().regex(digits).transform(BigInt),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .refine(isCurrency),
  })
  return labelled(schema, { label, kind: 'money' })
}

/** CNIC of 13 digits (5-7-1); dashes, spaces, Urdu and Arabic digits accepted. It has no check digit. Output: digits. */
export function cnic(label: BilingualText) {
  const schema = z
    .string()
    .transform(nationalDigits)
    .pipe(z.string().regex(/^[1-7]\d{12}$/))
  return labelled(schema, { label, kind: 'identifier' })
}

/** National tax number, 7 digits and 1 check character whose rule is unpublished: form is checked, the digit is not. */
export function ntn(label: BilingualText) {
  const schema = z
    .string()
    .transform(nationalDigits)
    .pipe(z.string().regex(/^\d{7}[\dA-Z]?$/))
  return labelled(schema, { label, kind: 'identifier' })
}

/** Mobile number of Pakistan, `03xx-xxxxxxx` or `+92 3xx xxxxxxx`. Output: E.164. */
export function mobile(label: BilingualText) {
  const schema = z
    .string()
    .transform((given) => nationalDigits(given).replace(/^(\+92|0092|0)/, '+92'))
    .pipe(z.string().regex(/^\+923\d{9}$/))
  return labelled(schema, { label, kind: 'identifier' })
}

/** International bank account number (ISO 13616), check digits by ISO 7064 mod 97-10. Output: without spaces. */
export function iban(label: BilingualText) {
  const schema = z
    .string()
    .transform((given) => nationalDigits(given).toUpperCase())
    .pipe(z.string().refine(isIban))
  return labelled(schema, { label, kind: 'identifier' })
}

/** ISO 3166-1 alpha-2 code of a country or territory; with `orUnknown` also `ZZ`, "not stated", as customs files use it. */
export function country(label: BilingualText, options: { readonly orUnknown?: boolean } = {}) {
  const known = (value: string) => isRegion(value) || (options.orUnknown === true && value === 'ZZ')
  return labelled(
    z
      .string()
      .regex(/^[A-Z]{2}$/)
      .refine(known),
    { label, kind: 'country' },
  )
}

/** UN/LOCODE of a port, airport or station: country and three characters. */
export function unlocode(label: BilingualText) {
  const schema = z
    .string()
    .regex(/^[A-Z]{2}[A-Z2-9]{3}$/)
    .refine((value) => isRegion(value.slice(0, 2)))
  return labelled(schema, { label, kind: 'place' })
}

/** ISO 3166-2 code of a province, district or other subdivision. */
export function subdivision(label: BilingualText) {
  const schema = z
    .string()
    .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/)
    .refine((value) => isRegion(value.slice(0, 2)))
  return labelled(schema, { label, kind: 'place' })
}

/** Position in degrees, WGS 84. */
export function coordinates(label: BilingualText) {
  const schema = z.strictObject({
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
  })
  return labelled(schema, { label, kind: 'coordinates' })
}

/** A file kept by its content: SHA-256 of the bytes, media type, size and the name it came with. */
export function attachment(label: BilingualText, options: { readonly maxBytes: number }) {
  const schema = z.strictObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    mediaType: z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
    bytes: z.number().int().min(1).max(options.maxBytes),
    name: plainText(200),
  })
  return labelled(schema, { label, kind: 'attachment' })
}

/** A text that has to exist in English and in Urdu. */
export function bilingual(label: BilingualText) {
  return labelled(z.strictObject({ en: plainText(2000), ur: plainText(2000) }), {
    label,
    kind: 'bilingual',
  })
}

/** Symbol of a unit in a language. */
export function unitSymbol(unit: Unit): BilingualText {
  return units[unit]
}
