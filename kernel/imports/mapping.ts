/**
 * A *mapping*: data, not code, that says how the columns of a foreign file become the fields of a case and its outcome.
 *
 * One JSON file per source, such as `applications/customs/mappings/kcs.json`. Everything that could be guessed has to
 * be declared: delimiter, encoding, separators, units, currencies, calendars, roundings, and what each code means. A
 * column that the mapping neither reads nor lists under `ignore` is refused, and so is a value it does not know.
 */
import { BilingualText, readWith } from '@khudi/sdk'
import { z } from 'zod'
import { type FieldProblem, Refusal } from '../errors.ts'
import { contradiction, fieldContradictions } from './field-contradictions.ts'
import { Column, columnsOf, MappedField } from './mapped-field.ts'

export const delimiters = [',', ';', '\t', '|'] as const
export type Delimiter = (typeof delimiters)[number]

/** Encodings in which a decoder can start at any character, so that a wrong byte is named by its exact position. */
export const encodings = [
  'utf-8',
  'utf-16le',
  'utf-16be',
  'windows-1256',
  'windows-1252',
  'iso-8859-6',
] as const
export type Encoding = (typeof encodings)[number]

export const FileFormat = z.strictObject({
  /** `auto-refuse`: the one delimiter under which the header has all columns; refused where that is not one. */
  delimiter: z.enum([...delimiters, 'auto-refuse']),
  encoding: z.enum(encodings),
  /** A file without a header cannot be read safely; stated so that the mapping's reader knows. */
  header: z.literal(true),
  /** The Arabic separators ٫ and ٬ are accepted beside the declared ones, since they have one meaning. */
  decimal: z.enum(['.', ',']),
  thousands: z.enum(['none', ',', '.', "'", 'space']),
  exponent: z.boolean().default(false),
})

export type FileFormat = Readonly<z.infer<typeof FileFormat>>

export const Mapping = z.strictObject({
  id: z
    .string()
    .max(60)
    .regex(/^[a-z][a-z0-9-]*$/),
  title: BilingualText,
  /** Who makes such files, and where their columns are explained. */
  source: z.strictObject({ name: z.string().min(1).max(300), reference: z.string().max(500).optional() }),
  format: FileFormat,
  /** Texts that stand for "no value", beside the empty cell, which always does. */
  missing: z.array(z.string().max(40)).default([]),
  case: z.array(MappedField).min(1).max(500),
  outcome: z
    .strictObject({
      /** A row has an outcome when one of these columns has a value; then all the outcome's fields are required. */
      presentWhen: z.array(Column).min(1),
      fields: z.array(MappedField).min(1).max(100),
    })
    .optional(),
  /** Columns that are known and not read. */
  ignore: z.array(Column).default([]),
})
export type Mapping = Readonly<z.infer<typeof Mapping>>

/**
 * Reads a mapping file's JSON.
 *
 * @throws {Refusal} `import.mapping_invalid`, with each problem by its path in the mapping.
 */
export function readMapping(given: unknown): Mapping {
  const parsed = readWith(Mapping, given)
  const problems = parsed.ok ? contradictions(parsed.value) : parsed.problems
  if (!parsed.ok || problems.length > 0) {
    const detail = problems.map((problem) => `${problem.field}: ${problem.message.en}`).join('; ')
    throw new Refusal('import.mapping_invalid', { detail }, { problems })
  }
  return parsed.value
}

/** Every column that has to be in the file, once each. */
export function requiredColumns(mapping: Mapping): readonly string[] {
  const fields = [...mapping.case, ...(mapping.outcome?.fields ?? [])]
  return [...new Set([...fields.flatMap(columnsOf), ...(mapping.outcome?.presentWhen ?? [])])]
}

/** What a schema of single fields cannot see. */
function contradictions(mapping: Mapping): readonly FieldProblem[] {
  const required = new Set(requiredColumns(mapping))
  const problems: FieldProblem[] = [
    ...fieldContradictions('case', mapping.case),
    ...fieldContradictions('outcome.fields', mapping.outcome?.fields ?? []),
  ]
  for (const [index, column] of mapping.ignore.entries()) {
    if (!required.has(column)) continue
    problems.push(contradiction(`ignore[${index}]`, 'this column is also read', 'یہ کالم پڑھا بھی جا رہا ہے'))
  }
  if (mapping.format.decimal === mapping.format.thousands) {
    problems.push(
      contradiction(
        'format.thousands',
        'the decimal and the thousands separator are the same',
        'اعشاریے اور ہزار کا فاصل ایک ہی ہے',
      ),
    )
  }
  return problems
}
