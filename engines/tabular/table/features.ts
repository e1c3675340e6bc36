import { TabularInputError } from '../errors.ts'

/**
 * One input of a model.
 * - `number`: an ordered measurement.
 * - `code`: a text with few or hierarchical values (commodity code, country, tax type). The trees cut the
 *   sorted list of codes, so neighbours such as 610910 and 610990 can be told from the rest together.
 * - `category`: a text with many values, such as a combination of codes (a route). The trees see each value's
 *   history, the mean label of earlier rows and how many they were, and can tell sets of its most frequent
 *   values apart.
 * - `date`: a calendar day in ISO 8601, alone or with a time. The trees see the day's number, the day of the
 *   year and the weekday.
 * - `text`: words in English, Urdu or both, of which only the hashed words and pairs of words are seen.
 *
 * `null` is a missing value of any kind.
 */
export type FeatureSpec = {
  readonly name: string
  readonly kind: FeatureKind
  /** Of a number: 1 where the margin may never fall as it rises, −1 where it may never rise; 0 when left out. */
  readonly monotone?: Monotone | undefined
  /** Of a number: the code or category by whose values rows are alike, so that reasons can say what is usual. */
  readonly comparedBy?: string | undefined
  /** Of a text: how many columns its words are hashed into, 8 … 1,024; `defaultBuckets` when left out. */
  readonly buckets?: number | undefined
}

export const featureKinds = ['number', 'code', 'category', 'date', 'text'] as const
export type FeatureKind = (typeof featureKinds)[number]
export type Monotone = -1 | 0 | 1

export type FeatureValue = number | string | null

/** Values by feature name. Other properties are ignored, so one record can feed several models. */
export type Row = Readonly<Record<string, FeatureValue>>

/**
 * Texts of many rows as a list of the different ones and, by row, the position in it; −1 where the text is
 * missing. Four bytes a row.
 */
export type CodedTexts = { readonly codes: Int32Array; readonly levels: readonly string[] }

/**
 * One feature's values by row. In a `Float64Array` or `Float32Array` NaN is a missing value; in any other list
 * `null` is, and NaN is refused.
 */
export type Column = ArrayLike<FeatureValue> | CodedTexts

/** The same table row by row or column by column (columns spare memory in large tables). */
export type Table =
  | { readonly rows: readonly Row[]; readonly columns?: undefined }
  | { readonly columns: Readonly<Record<string, Column>>; readonly rows?: undefined }

/**
 * More levels than this is an identifier, not a category: there is no history to learn from, and memory would
 * fill.
 */
export const MAX_LEVELS = 1_000_000

export const defaultBuckets = 64
const LEAST_BUCKETS = 8
const MOST_BUCKETS = 1_024

/** Refuses an empty list, a repeated name, an unknown kind and what a kind has no use for. */
export function checkFeatures(features: readonly FeatureSpec[]): void {
  if (features.length === 0)
    throw new TabularInputError('features_empty', 'a model needs at least one feature')
  const seen = new Set<string>()
  for (const feature of features) {
    const { name, kind } = feature
    if (seen.has(name)) throw new TabularInputError('feature_duplicate', `feature "${name}" is listed twice`)
    seen.add(name)
    if (!featureKinds.includes(kind)) {
      throw new TabularInputError(
        'feature_kind_unknown',
        `feature "${name}" is of kind "${String(kind)}"; known kinds are ${featureKinds.join(', ')}`,
      )
    }
    checkFeatureOptions(feature)
  }
}

function checkFeatureOptions({ name, kind, monotone, buckets }: FeatureSpec): void {
  const wrong = (what: string) =>
    new TabularInputError('feature_option_invalid', `feature "${name}": ${what}`)
  if (monotone !== undefined && ![-1, 0, 1].includes(monotone)) throw wrong('monotone must be -1, 0 or 1')
  if ((monotone ?? 0) !== 0 && kind !== 'number') throw wrong(`a ${kind} cannot be monotone`)
  if (buckets === undefined) return
  if (kind !== 'text') throw wrong(`a ${kind} has no buckets`)
  if (!Number.isInteger(buckets) || buckets < LEAST_BUCKETS || buckets > MOST_BUCKETS)
    throw wrong(`buckets must be a whole number from ${LEAST_BUCKETS} to ${MOST_BUCKETS}`)
}

/** The number of rows; columns of different lengths, and what is no column, are refused. */
export function countRows(table: Table, features: readonly Pick<FeatureSpec, 'name'>[]): number {
  if (table.rows !== undefined) return table.rows.length
  let count: number | undefined
  for (const { name } of features) {
    const length = columnLength(columnOf(table.columns, name))
    count ??= length
    if (length !== count) {
      throw new TabularInputError(
        'length_mismatch',
        `feature "${name}" has ${length} values where the first feature has ${count}`,
      )
    }
  }
  return count ?? 0
}

/** A feature's column; one that is absent, or no list at all, is refused. */
export function columnOf(columns: Readonly<Record<string, Column>>, name: string): Column {
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined
  if (column === undefined) throw missingFeature(name, undefined)
  if (!isList(column))
    throw new TabularInputError('feature_wrong_type', `the column of feature "${name}" is not a list`)
  return column
}

/** A text has a length too, and codes that are no whole numbers would be of no level. */
function isList(column: Column | null): boolean {
  if (typeof column !== 'object' || column === null) return false
  if (isCoded(column)) return column.codes instanceof Int32Array && Array.isArray(column.levels)
  return Number.isInteger(column.length) && column.length >= 0
}

export function isCoded(column: Column): column is CodedTexts {
  return 'codes' in column && 'levels' in column
}

function columnLength(column: Column): number {
  return isCoded(column) ? column.codes.length : column.length
}

/** Reads a column's cells; `undefined` where it ends before the row, or a code is of no level. */
export function cellsOf(column: Column): (row: number) => FeatureValue | undefined {
  if (isCoded(column)) {
    const { codes, levels } = column
    return (row) => {
      const code = codes[row]
      return code === -1 ? null : levels[code ?? -1]
    }
  }
  if (!isFloats(column)) return (row) => column[row]
  return (row) => {
    const value = column[row]
    return Number.isNaN(value) ? null : value
  }
}

/** Whether NaN is a missing value here: a list of floating-point numbers has no place for `null`. */
export function isFloats(column: Column): column is Float64Array | Float32Array {
  return column instanceof Float64Array || column instanceof Float32Array
}

/**
 * A finite number, or NaN for `null`. Anything else is refused: a guess here would be a silent wrong score.
 */
export function numberValue(value: FeatureValue | undefined, name: string, row?: number): number {
  if (value === null) return Number.NaN
  if (typeof value !== 'number') throw wrongType(value, { name, expected: 'a number', row })
  if (!Number.isFinite(value)) throw notFinite(value, { name, row })
  return value + 0 // Turns -0 into 0: the two compare equal and must be one value everywhere.
}

/** A text or `null`. A number is refused, because codes read as numbers have lost their leading zeros. */
export function textValue(value: FeatureValue | undefined, name: string, row?: number): string | null {
  if (value === null || typeof value === 'string') return value
  throw wrongType(value, { name, expected: 'a text', row })
}

/** A whole number from 0 to 2³¹ − 1, or NaN for `null`: a category that an imported model knows by number. */
export function levelValue(value: FeatureValue | undefined, name: string, row?: number): number {
  const level = numberValue(value, name, row)
  if (Number.isNaN(level) || (Number.isInteger(level) && level >= 0 && level < 2 ** 31)) return level
  throw new TabularInputError(
    'feature_wrong_type',
    `feature "${name}" must be a whole number from 0 to ${2 ** 31 - 1} or null${place(row)}`,
  )
}

type Where = { readonly name: string; readonly row: number | undefined }

export function notFinite(value: number, { name, row }: Where): TabularInputError {
  return new TabularInputError(
    'feature_not_finite',
    `feature "${name}" is ${value}${place(row)}; missing is null`,
  )
}

/** Values are personal and are never quoted; row numbers are positions in the caller's table, from 0. */
function wrongType(value: unknown, where: Where & { readonly expected: string }): TabularInputError {
  if (value === undefined) return missingFeature(where.name, where.row)
  return new TabularInputError(
    'feature_wrong_type',
    `feature "${where.name}" must be ${where.expected} or null and is a ${typeof value}${place(where.row)}`,
  )
}

function missingFeature(name: string, row: number | undefined): TabularInputError {
  return new TabularInputError(
    'feature_missing',
    `feature "${name}" is absent${place(row)}; a missing value is null`,
  )
}

export function place(row: number | undefined): string {
  return row === undefined ? '' : ` in row ${row}`
}
