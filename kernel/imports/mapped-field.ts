/** How one field of a case or an outcome is made from columns of a foreign file: the parts of a mapping. */
import { z } from 'zod'
import { calendars, isDatePattern } from './dates.ts'
import { roundings } from './numbers.ts'
import { unitNames } from './units.ts'

/** A column as the header of the file names it, without surrounding spaces. */
export const Column = z.string().max(200)
/** `importer.name`, `items[0].netMassKg`. Starting each step with a letter also keeps `__proto__` out. */
const TargetPath = z
  .string()
  .max(200)
  .regex(/^[a-z][A-Za-z0-9]*(\[\d{1,2}\])?(\.[a-z][A-Za-z0-9]*(\[\d{1,2}\])?)*$/)
const IsoDate = z.iso.date()
const Scalar = z.union([z.string(), z.number(), z.boolean()])

/** Whether a missing value leaves the field out instead of refusing the row. */
const isOptional = { optional: z.boolean().default(false) }
const single = { to: TargetPath, from: Column, ...isOptional }
const bounds = { minimum: z.number().optional(), maximum: z.number().optional() }

const TextField = z.strictObject({
  ...single,
  as: z.literal('text'),
  maxLength: z.int().min(1).max(65_536).default(1000),
  /** Whether line breaks and tabs are permitted. Off by default: a swallowed row shows itself as one. */
  multiline: z.boolean().default(false),
})

const CodeField = z.strictObject({
  ...single,
  as: z.literal('code'),
  /** `digits` accepts Urdu and Arabic-Indic digits and gives ASCII; `letters` are A–Z. */
  alphabet: z.enum(['digits', 'letters', 'alphanumeric']),
  /** Exact length, or bounds of it. */
  length: z.union([
    z.int().min(1).max(64),
    z.strictObject({ min: z.int().min(1).max(64), max: z.int().min(1).max(64) }),
  ]),
  /** How many lost leading zeros may be put back. Without it a code that is short is refused. */
  padLeft: z.int().min(1).max(8).optional(),
  /** The one form in which the source writes the code, `#` for each character: `####.##`. The rest is taken out. */
  written: z
    .string()
    .max(64)
    .regex(/^[-#./ ]*#[-#./ ]*$/)
    .optional(),
})

const IntegerField = z.strictObject({ ...single, ...bounds, as: z.literal('integer') })

const DecimalField = z.strictObject({
  ...single,
  ...bounds,
  as: z.literal('decimal'),
  /** Unit of the source and of the target; bounds are in the target's. Absent for numbers without a unit. */
  unit: z.strictObject({ from: z.enum(unitNames), to: z.enum(unitNames) }).optional(),
})

const PercentField = z.strictObject({
  ...single,
  ...bounds,
  as: z.literal('percent'),
  /** `percent`: 7.5 is 7.5 %. `fraction`: 0.075 is 7.5 %. The target is in percent, and so are the bounds. */
  written: z.enum(['percent', 'fraction']),
})

const MoneyField = z.strictObject({
  ...single,
  as: z.literal('money'),
  /** A fixed ISO 4217 code, or the column that holds it and the codes that may stand there. */
  currency: z.union([
    z.string().regex(/^[A-Z]{3}$/),
    z.strictObject({ column: Column, permitted: z.array(z.string().regex(/^[A-Z]{3}$/)).optional() }),
  ]),
  /** What one of the number stands for: a unit of the currency, a minor unit (paisa), a thousand, lakh or million units. */
  unit: z.enum(['minor', 'unit', 'thousand', 'lakh', 'million', 'crore']),
  /** Without it an amount with a fraction of a minor unit is refused. */
  round: z.enum(roundings).optional(),
  negative: z.boolean().default(false),
})

const DateField = z.strictObject({
  ...single,
  as: z.literal('date'),
  calendar: z.enum([...calendars, 'any']),
  /** `YYYY-MM-DD`, `DD/MM/YYYY`, `D-MMM-YYYY` …; `any` accepts only dates that can be read in exactly one way. */
  pattern: z
    .string()
    .max(20)
    .refine((pattern) => pattern === 'any' || isDatePattern(pattern)),
  earliest: IsoDate.optional(),
  latest: IsoDate.optional(),
})

const BooleanField = z.strictObject({
  ...single,
  as: z.literal('boolean'),
  true: z.array(z.string()).min(1),
  false: z.array(z.string()).min(1),
})

const EnumerationField = z.strictObject({
  ...single,
  as: z.literal('enumeration'),
  /** What each value of the source means. A value that is not listed is refused. */
  values: z.record(z.string(), Scalar),
})

const CombinationField = z.strictObject({
  to: TargetPath,
  ...isOptional,
  as: z.literal('combination'),
  /** Columns that together mean one thing; each listed combination of their values, in their order. */
  from: z.array(Column).min(2).max(8),
  values: z.array(z.strictObject({ when: z.array(z.string()).min(2).max(8), is: Scalar })).min(1),
})

const ConstantField = z.strictObject({ to: TargetPath, as: z.literal('constant'), value: Scalar })

export const MappedField = z.discriminatedUnion('as', [
  TextField,
  CodeField,
  IntegerField,
  DecimalField,
  PercentField,
  MoneyField,
  DateField,
  BooleanField,
  EnumerationField,
  CombinationField,
  ConstantField,
])
export type MappedField = Readonly<z.infer<typeof MappedField>>

/** The columns a field reads. */
export function columnsOf(field: MappedField): readonly string[] {
  if (field.as === 'constant') return []
  if (field.as === 'combination') return field.from
  if (field.as === 'money' && typeof field.currency !== 'string') return [field.from, field.currency.column]
  return [field.from]
}
