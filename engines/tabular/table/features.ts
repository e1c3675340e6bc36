import { TabularInputError } from '../errors.ts'

/**
 * One input of a model.
 * - `number`: an ordered measurement.
 * - `code`: a text with few or hierarchical values (commodity code, country, tax type). The trees cut the
 *   sorted list of codes, so neighbours such as 610910 and 610990 can be told from the rest together.
 * - `category`: a text with many values, such as a combination of codes (a route). The trees see each value's
 *   history: the share of positives among earlier rows, and how many rows that share rests on.
 *
 * `null` is a missing value of any kind.
 */
export type FeatureSpec = { readonly name: string; readonly kind: FeatureKind }

export const featureKinds = ['number', 'code', 'category'] as const
export type FeatureKind = (typeof featureKinds)[number]

export type FeatureValue = number | string | null

/** Values by feature name. Other properties are ignored, so one record can feed several models. */
export type Row = Readonly<Record<string, FeatureValue>>

/** The same table row by row or column by column (columns spare memory in large tables). */
export type Table =
  | { readonly rows: readonly Row[]; readonly columns?: undefined }
  | { readonly columns: Readonly<Record<string, ArrayLike<FeatureValue>>>; readonly rows?: undefined }

/** A number feature's values in training order; missing is NaN. */
export type NumberColumn = { readonly name: string; readonly kind: 'number'; readonly values: Float64Array }

/**
 * A text feature's values in training order: 0 when missing, else one more than the position in `levels`,
 * which is sorted.
 */
export type TextColumn = {
  readonly name: string
  readonly kind: 'code' | 'category'
  readonly codes: Int32Array
  readonly levels: readonly string[]
}

export type FeatureColumn = NumberColumn | TextColumn

/**
 * More levels than this is an identifier, not a category: there is no history to learn from, and memory would
 * fill.
 */
export const MAX_LEVELS = 1_000_000

/** Refuses an empty list, a repeated name and an unknown kind. */
export function checkFeatures(features: readonly FeatureSpec[]): void {
  if (features.length === 0)
    throw new TabularInputError('features_empty', 'a model needs at least one feature')
  const seen = new Set<string>()
  for (const { name, kind } of features) {
    if (seen.has(name)) throw new TabularInputError('feature_duplicate', `feature "${name}" is listed twice`)
    seen.add(name)
    if (!featureKinds.includes(kind)) {
      throw new TabularInputError(
        'feature_kind_unknown',
        `feature "${name}" is of kind "${String(kind)}"; known kinds are ${featureKinds.join(', ')}`,
      )
    }
  }
}

/** The number of rows; columns of different lengths are refused. */
export function countRows(table: Table, features: readonly FeatureSpec[]): number {
  if (table.rows !== undefined) return table.rows.length
  let count: number | undefined
  for (const { name } of features) {
    const column = table.columns[name]
    if (column === undefined) throw missingFeature(name, undefined)
    count ??= column.length
    if (column.length !== count) {
      throw new TabularInputError(
        'length_mismatch',
        `feature "${name}" has ${column.length} values where the first feature has ${count}`,
      )
    }
  }
  return count ?? 0
}

/** One cell; `undefined` where the row or column lacks it. */
export function valueAt(table: Table, name: string, row: number): FeatureValue | undefined {
  return table.rows === undefined ? table.columns[name]?.[row] : table.rows[row]?.[name]
}

/** Reads and checks one feature's values, arranged by `order` (positions in the table). */
export function readFeature(table: Table, feature: FeatureSpec, order: Int32Array): FeatureColumn {
  const { name, kind } = feature
  if (kind !== 'number') return { name, kind, ...readTexts(table, name, order) }
  const values = new Float64Array(order.length)
  order.forEach((row, i) => {
    values[i] = numberValue(valueAt(table, name, row), name, row)
  })
  return { name, kind, values }
}

/** Whether the feature's first `count` values are one and the same (missing counts as a value). */
export function isConstant(column: FeatureColumn, count: number): boolean {
  const values: Float64Array | Int32Array = column.kind === 'number' ? column.values : column.codes
  for (let i = 1; i < count; i++) if (!Object.is(values[i], values[0])) return false
  return true
}

/**
 * A finite number, or NaN for `null`. Anything else is refused: a guess here would be a silent wrong score.
 */
export function numberValue(value: FeatureValue | undefined, name: string, row?: number): number {
  if (value === null) return Number.NaN
  if (typeof value !== 'number') throw wrongType(value, { name, expected: 'a number', row })
  if (!Number.isFinite(value)) {
    throw new TabularInputError(
      'feature_not_finite',
      `feature "${name}" is ${value}${place(row)}; missing is null`,
    )
  }
  return value + 0 // Turns -0 into 0: the two compare equal and must be one value everywhere.
}

/** A text or `null`. A number is refused, because codes read as numbers have lost their leading zeros. */
export function textValue(value: FeatureValue | undefined, name: string, row?: number): string | null {
  if (value === null || typeof value === 'string') return value
  throw wrongType(value, { name, expected: 'a text', row })
}

function readTexts(table: Table, name: string, order: Int32Array): Pick<TextColumn, 'codes' | 'levels'> {
  const firstSeen = new Int32Array(order.length)
  const numbers = new Map<string, number>()
  order.forEach((row, i) => {
    const text = textValue(valueAt(table, name, row), name, row)
    if (text === null) return
    const number = numbers.get(text) ?? numbers.size + 1
    if (number > MAX_LEVELS) {
      throw new TabularInputError(
        'category_too_many_levels',
        `feature "${name}" has more than ${MAX_LEVELS} values`,
      )
    }
    if (number > numbers.size) numbers.set(text, number)
    firstSeen[i] = number
  })
  const levels = [...numbers.keys()].sort()
  const codeOf = new Int32Array(levels.length + 1)
  levels.forEach((level, position) => {
    codeOf[numbers.get(level) ?? 0] = position + 1
  })
  return { codes: firstSeen.map((number) => codeOf[number] ?? 0), levels }
}

type Where = { readonly name: string; readonly expected: string; readonly row: number | undefined }

/** Values are personal and are never quoted; row numbers are positions in the caller's table, from 0. */
function wrongType(value: unknown, where: Where): TabularInputError {
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

function place(row: number | undefined): string {
  return row === undefined ? '' : ` in row ${row}`
}
