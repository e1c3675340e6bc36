/**
 * Field types in the terms of the field, each a zod schema with a label in both languages.
 *
 * The *input* of a field is its JSON form (what is stored and hashed); its *output* is what an application computes
 * with. Labels are kept in a registry, so that forms, case pages, OpenAPI descriptions and refusals come from the
 * schema alone.
 *
 * Long because every field type stands here with its example.
 */
import { z } from 'zod'
import { isRegion } from './countries.ts'
import { isCurrency } from './currencies.ts'
import { isIban, nationalDigits } from './identifiers.ts'
import type { SaidProblem } from './problems.ts'
import type { BilingualText } from './text.ts'
import { type Unit, units } from './units.ts'

/**
 * How a field is kept, from the least protected on: `operational` in clear, for search and analytics; `personal` and
 * `sensitive` sealed under a key of the person whom the case is about.
 */
export const protections = ['operational', 'personal', 'sensitive'] as const
export type Protection = (typeof protections)[number]

/** What every field may say of itself. Fields that say nothing are kept as the application's class asks. */
export interface Protectable {
  /** Holds for everything inside a part or a list that does not say otherwise itself. */
  readonly protection?: Protection
}

/** A number that names a person or a firm wherever it is found is never kept in clear. */
export interface ProtectableIdentifier {
  readonly protection?: Exclude<Protection, 'operational'>
}

/** What a form or a page needs to know about one field. */
export interface FieldMeta {
  readonly label: BilingualText
  readonly kind: FieldKind
  /** As the field itself states it; see `describeFields` and `protectionPlan` for what holds. */
  readonly protection?: Protection
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

function labelled<S extends z.ZodType>(schema: S, meta: FieldMeta, { protection }: Protectable): S {
  fieldRegistry.add(schema, protection === undefined ? meta : { ...meta, protection })
  return schema
}

/**
 * An object whose unknown fields are refused.
 *
 * @example
 * ```ts
 * import { number, record, text } from '@khudi/sdk'
 * const Parcel = record({ number: text({ en: 'Number', ur: 'نمبر' }) })
 * Parcel.parse({ number: 'K-12' })
 * ```
 */
export function record<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.strictObject(shape)
}

/**
 * A labelled object inside a record, such as a party or an address.
 *
 * @example
 * ```ts
 * import { part, text } from '@khudi/sdk'
 * const name = text({ en: 'Name', ur: 'نام' })
 * const owner = part({ en: 'Owner', ur: 'مالک' }, { name }, { protection: 'personal' })
 * owner.parse({ name: 'Bashir' })
 * ```
 */
export function part<Shape extends z.ZodRawShape>(
  label: BilingualText,
  shape: Shape,
  options: Protectable = {},
) {
  return labelled(z.strictObject(shape), { label, kind: 'record' }, options)
}

/**
 * A list with a stated maximum, since an unbounded one is an attack.
 *
 * @example
 * ```ts
 * import { list, text } from '@khudi/sdk'
 * const wells = list({ en: 'Wells', ur: 'کنویں' }, text({ en: 'Well', ur: 'کنواں' }), { max: 20 })
 * wells.parse(['W-1', 'W-2'])
 * ```
 */
export function list<S extends z.ZodType>(
  label: BilingualText,
  element: S,
  options: Protectable & { readonly min?: number; readonly max: number },
) {
  return labelled(
    z
      .array(element)
      .min(options.min ?? 0)
      .max(options.max),
    { label, kind: 'list' },
    options,
  )
}

/**
 * Free text: trimmed length from 1 to `max` (default 200) UTF-16 units. Output: trimmed.
 *
 * @example
 * ```ts
 * import { text } from '@khudi/sdk'
 * const name = text({ en: 'Name', ur: 'نام' }, { max: 80 })
 * name.parse(' Bashir ') // 'Bashir'
 * ```
 */
export function text(label: BilingualText, options: Protectable & { readonly max?: number } = {}) {
  return labelled(plainText(options.max ?? 200), { label, kind: 'text' }, options)
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
export function code(
  label: BilingualText,
  pattern: RegExp,
  options: Protectable & { readonly form?: BilingualText } = {},
) {
  return labelled(formed(pattern, options.form), { label, kind: 'code' }, options)
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

/**
 * A finite number without a unit, such as a count.
 *
 * @example
 * ```ts
 * import { number } from '@khudi/sdk'
 * const storeys = number({ en: 'Storeys', ur: 'منزلیں' }, { min: 0, max: 200 })
 * storeys.parse(3)
 * ```
 */
export function number(
  label: BilingualText,
  options: Protectable & { readonly min?: number; readonly max?: number } = {},
) {
  return labelled(bounded(options), { label, kind: 'number' }, options)
}

/**
 * A quantity in the unit that the field's name must end in (`netMassKg`, `rainMm`). Never negative unless `min` says so.
 *
 * @example
 * ```ts
 * import { measure } from '@khudi/sdk'
 * const netMassKg = measure({ en: 'Net mass', ur: 'خالص وزن' }, 'kg')
 * netMassKg.parse(12.5)
 * ```
 */
export function measure(
  label: BilingualText,
  unit: Unit,
  options: Protectable & { readonly min?: number; readonly max?: number } = {},
) {
  return labelled(bounded({ min: 0, ...options }), { label, kind: 'measure', unit }, options)
}

/**
 * Parts in a hundred: 7.5 means 7.5 %.
 *
 * @example
 * ```ts
 * import { percent } from '@khudi/sdk'
 * const dutyRatePercent = percent({ en: 'Duty rate', ur: 'شرحِ محصول' }, { max: 100 })
 * dutyRatePercent.parse(7.5)
 * ```
 */
export function percent(label: BilingualText, options: Protectable & { readonly max?: number } = {}) {
  return labelled(bounded({ min: 0, ...options }), { label, kind: 'percent' }, options)
}

function bounded(bounds: { readonly min?: number; readonly max?: number }) {
  // The outer bound keeps every number exactly writable in JSON by any party.
  return z
    .number()
    .min(bounds.min ?? -1e15)
    .max(bounds.max ?? 1e15)
}

/**
 * ISO 8601 calendar date of the Gregorian calendar, `YYYY-MM-DD`, from the year 1: PostgreSQL has no year 0.
 *
 * @example
 * ```ts
 * import { date } from '@khudi/sdk'
 * const filedOn = date({ en: 'Filed on', ur: 'داخل کرنے کی تاریخ' })
 * filedOn.parse('2026-01-31')
 * ```
 */
export function date(label: BilingualText, options: Protectable = {}) {
  return labelled(z.iso.date().regex(/^(?!0000)/), { label, kind: 'date' }, options)
}

/**
 * RFC 3339 instant with an offset, to the nanosecond at most.
 *
 * @example
 * ```ts
 * import { time } from '@khudi/sdk'
 * const arrivedAt = time({ en: 'Arrived at', ur: 'پہنچنے کا وقت' })
 * arrivedAt.parse('2026-01-31T09:30:00+05:00')
 * ```
 */
export function time(label: BilingualText, options: Protectable = {}) {
  const instant = z.iso.datetime({ offset: true }).regex(/^(?!0000)[^.]+(\.\d{1,9}[^.\d].*)?$/)
  return labelled(instant, { label, kind: 'time' }, options)
}

/**
 * One of a closed set, each value with its label.
 *
 * @example
 * ```ts
 * import { choice } from '@khudi/sdk'
 * const size = choice({ en: 'Size', ur: 'حجم' }, {
 *   small: { en: 'Small', ur: 'چھوٹا' },
 *   large: { en: 'Large', ur: 'بڑا' },
 * })
 * size.parse('small')
 * ```
 */
export function choice<const C extends Readonly<Record<string, BilingualText>>>(
  label: BilingualText,
  choices: C,
  options: Protectable = {},
) {
  const keys = Object.keys(choices).filter((key): key is keyof C & string => key in choices)
  return labelled(z.enum(keys), { label, kind: 'choice', choices }, options)
}

/**
 * True or false.
 *
 * @example
 * ```ts
 * import { flag } from '@khudi/sdk'
 * const isFenced = flag({ en: 'Fenced', ur: 'باڑ موجود ہے' })
 * isFenced.parse(true)
 * ```
 */
export function flag(label: BilingualText, options: Protectable = {}) {
  return labelled(z.boolean(), { label, kind: 'flag' }, options)
}

/**
 * An amount in minor units (paisa for PKR) and its ISO 4217 currency.
 *
 * Input `{ amountMinor: "125000", currency: "PKR" }`; output carries `amountMinor` as `bigint`.
 *
 * @example
 * ```ts
 * import { money } from '@khudi/sdk'
 * const fee = money({ en: 'Fee', ur: 'فیس' })
 * fee.parse({ amountMinor: '125000', currency: 'PKR' }).amountMinor // 125000n
 * ```
 */
export function money(label: BilingualText, options: Protectable & { readonly negative?: boolean } = {}) {
  const digits = options.negative ? /^-?(0|[1-9]\d{0,17})$/ : /^(0|[1-9]\d{0,17})$/
  const schema = z.strictObject({
    amountMinor: z.string().regex(digits).transform(BigInt),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .refine(isCurrency),
  })
  return labelled(schema, { label, kind: 'money' }, options)
}

/**
 * CNIC of 13 digits (5-7-1); dashes, spaces, Urdu and Arabic digits accepted. It has no check digit. Output: digits.
 * Personal at least.
 *
 * @example
 * ```ts
 * import { cnic } from '@khudi/sdk'
 * const applicant = cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' })
 * applicant.parse('35202-1234567-1') // '3520212345671'
 * ```
 */
export function cnic(label: BilingualText, options: ProtectableIdentifier = {}) {
  const schema = z
    .string()
    .transform(nationalDigits)
    .pipe(z.string().regex(/^[1-7]\d{12}$/))
  return labelled(schema, { label, kind: 'identifier' }, options)
}

/**
 * National tax number, 7 digits and 1 check character whose rule is unpublished: form is checked, the digit is not.
 * Personal at least: a trader who is no company has it as a person.
 *
 * @example
 * ```ts
 * import { ntn } from '@khudi/sdk'
 * const importer = ntn({ en: 'NTN', ur: 'این ٹی این' })
 * importer.parse('1234567-8') // '12345678'
 * ```
 */
export function ntn(label: BilingualText, options: ProtectableIdentifier = {}) {
  const schema = z
    .string()
    .transform(nationalDigits)
    .pipe(z.string().regex(/^\d{7}[\dA-Z]?$/))
  return labelled(schema, { label, kind: 'identifier' }, options)
}

/**
 * Mobile number of Pakistan, `03xx-xxxxxxx` or `+92 3xx xxxxxxx`. Output: E.164. Personal at least.
 *
 * @example
 * ```ts
 * import { mobile } from '@khudi/sdk'
 * const phone = mobile({ en: 'Mobile', ur: 'موبائل' })
 * phone.parse('0300-1234567') // '+923001234567'
 * ```
 */
export function mobile(label: BilingualText, options: ProtectableIdentifier = {}) {
  const schema = z
    .string()
    .transform((given) => nationalDigits(given).replace(/^(\+92|0092|0)/, '+92'))
    .pipe(z.string().regex(/^\+923\d{9}$/))
  return labelled(schema, { label, kind: 'identifier' }, options)
}

/**
 * International bank account number (ISO 13616), check digits by ISO 7064 mod 97-10. Output: without spaces. Personal
 * at least.
 *
 * @example
 * ```ts
 * import { iban } from '@khudi/sdk'
 * const account = iban({ en: 'IBAN', ur: 'آئی بین' })
 * account.parse('PK36 SCBL 0000 0011 2345 6702')
 * ```
 */
export function iban(label: BilingualText, options: ProtectableIdentifier = {}) {
  const schema = z
    .string()
    .transform((given) => nationalDigits(given).toUpperCase())
    .pipe(z.string().refine(isIban))
  return labelled(schema, { label, kind: 'identifier' }, options)
}

/**
 * ISO 3166-1 alpha-2 code of a country or territory; with `orUnknown` also `ZZ`, "not stated", as customs files use it.
 *
 * @example
 * ```ts
 * import { country } from '@khudi/sdk'
 * const origin = country({ en: 'Country of origin', ur: 'ملکِ ساخت' }, { orUnknown: true })
 * origin.parse('ZZ')
 * ```
 */
export function country(label: BilingualText, options: Protectable & { readonly orUnknown?: boolean } = {}) {
  const known = (value: string) => isRegion(value) || (options.orUnknown === true && value === 'ZZ')
  const schema = z
    .string()
    .regex(/^[A-Z]{2}$/)
    .refine(known)
  return labelled(schema, { label, kind: 'country' }, options)
}

/**
 * UN/LOCODE of a port, airport or station: country and three characters.
 *
 * @example
 * ```ts
 * import { unlocode } from '@khudi/sdk'
 * const portOfLoading = unlocode({ en: 'Port of loading', ur: 'لدان کی بندرگاہ' })
 * portOfLoading.parse('PKKHI')
 * ```
 */
export function unlocode(label: BilingualText, options: Protectable = {}) {
  const schema = z
    .string()
    .regex(/^[A-Z]{2}[A-Z2-9]{3}$/)
    .refine((value) => isRegion(value.slice(0, 2)))
  return labelled(schema, { label, kind: 'place' }, options)
}

/**
 * ISO 3166-2 code of a province, district or other subdivision.
 *
 * @example
 * ```ts
 * import { subdivision } from '@khudi/sdk'
 * const province = subdivision({ en: 'Province', ur: 'صوبہ' })
 * province.parse('PK-PB')
 * ```
 */
export function subdivision(label: BilingualText, options: Protectable = {}) {
  const schema = z
    .string()
    .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/)
    .refine((value) => isRegion(value.slice(0, 2)))
  return labelled(schema, { label, kind: 'place' }, options)
}

/**
 * Position in degrees, WGS 84.
 *
 * @example
 * ```ts
 * import { coordinates } from '@khudi/sdk'
 * const position = coordinates({ en: 'Position', ur: 'مقام' })
 * position.parse({ latitude: 31.55, longitude: 74.34 })
 * ```
 */
export function coordinates(label: BilingualText, options: Protectable = {}) {
  const schema = z.strictObject({
    latitude: z.number().min(-90).max(90),
    longitude: z.number().min(-180).max(180),
  })
  return labelled(schema, { label, kind: 'coordinates' }, options)
}

/**
 * A file kept by its content: SHA-256 of the bytes, media type, size and the name it came with.
 *
 * @example
 * ```ts
 * import { attachment } from '@khudi/sdk'
 * const deed = attachment({ en: 'Deed', ur: 'دستاویز' }, { maxBytes: 5_000_000 })
 * deed.parse({ sha256: '0'.repeat(64), mediaType: 'application/pdf', bytes: 1200, name: 'deed.pdf' })
 * ```
 */
export function attachment(label: BilingualText, options: Protectable & { readonly maxBytes: number }) {
  const schema = z.strictObject({
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    mediaType: z.string().regex(/^[a-z]+\/[a-z0-9.+-]+$/),
    bytes: z.number().int().min(1).max(options.maxBytes),
    name: plainText(200),
  })
  return labelled(schema, { label, kind: 'attachment' }, options)
}

/**
 * A text that has to exist in English and in Urdu.
 *
 * @example
 * ```ts
 * import { bilingual } from '@khudi/sdk'
 * const notice = bilingual({ en: 'Notice', ur: 'اطلاع' })
 * notice.parse({ en: 'Closed on Friday', ur: 'جمعہ کو بند' })
 * ```
 */
export function bilingual(label: BilingualText, options: Protectable = {}) {
  const schema = z.strictObject({ en: plainText(2000), ur: plainText(2000) })
  return labelled(schema, { label, kind: 'bilingual' }, options)
}

/**
 * Symbol of a unit in a language.
 *
 * @example
 * ```ts
 * import { unitSymbol } from '@khudi/sdk'
 * unitSymbol('m2').en // 'm²'
 * ```
 */
export function unitSymbol(unit: Unit): BilingualText {
  return units[unit]
}
