import { TabularInputError } from '../errors.ts'
import { type Column, isCoded } from '../table/features.ts'

/** A table by feature name, as a model is given it; all columns equally long. */
export type Columns = Readonly<Record<string, Column>>

/** A model, or anything else that answers rows with numbers: one a row, in their order. */
export type Predict = (columns: Columns) => ArrayLike<number>

/**
 * A column as the trust figures see it. Of numbers where every value that is there is one, missing NaN; of levels where every
 * one is a text, as the position in the sorted `levels`, missing −1. A column of missing values only is of levels, of which
 * there are none.
 */
export type TrustColumn =
  | { readonly name: string; readonly kind: 'numbers'; readonly values: Float64Array }
  | {
      readonly name: string
      readonly kind: 'levels'
      readonly codes: Int32Array
      readonly levels: readonly string[]
    }

/**
 * Reads every column.
 *
 * @throws TabularInputError `length_mismatch`, `rows_empty`; `feature_wrong_type` where numbers and texts are mixed,
 *   `feature_not_finite`.
 */
export function readColumns(columns: Columns): readonly TrustColumn[] {
  const read = Object.entries(columns).map(([name, column]) => readColumn(name, column))
  const count = rowsOf(read[0])
  for (const column of read) {
    if (rowsOf(column) === count) continue
    throw new TabularInputError(
      'length_mismatch',
      `feature "${column.name}" has ${rowsOf(column)} values where the first feature has ${count}`,
    )
  }
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no rows')
  return read
}

export function rowsOf(column: TrustColumn | undefined): number {
  if (column === undefined) return 0
  return column.kind === 'numbers' ? column.values.length : column.codes.length
}

/** The same column with other rows, or these in another order; of level texts nothing is copied. */
export function takeRows(column: Column, rows: ArrayLike<number>): Column {
  if (isCoded(column))
    return { levels: column.levels, codes: Int32Array.from(rows, (row) => column.codes[row] ?? -1) }
  if (column instanceof Float64Array) return Float64Array.from(rows, (row) => column[row] ?? Number.NaN)
  return Array.from(rows, (row) => column[row] ?? null)
}

/** How many values a column has. */
export function lengthOf(column: Column): number {
  return isCoded(column) ? column.codes.length : column.length
}

function readColumn(name: string, column: Column): TrustColumn {
  if (isCoded(column))
    return fromTexts(name, column.codes.length, (row) => column.levels[column.codes[row] ?? -1] ?? null)
  let hasNumber = false
  let hasText = false
  for (let row = 0; row < column.length; row++) {
    const value = column[row]
    if (typeof value === 'number') hasNumber = true
    else if (typeof value === 'string') hasText = true
  }
  if (hasNumber && hasText)
    throw new TabularInputError('feature_wrong_type', `feature "${name}" mixes numbers and texts`)
  if (!hasNumber) {
    return fromTexts(name, column.length, (row) => {
      const value = column[row]
      return typeof value === 'string' ? value : null
    })
  }
  const isTyped = column instanceof Float64Array || column instanceof Float32Array
  const values = new Float64Array(column.length)
  for (let row = 0; row < values.length; row++) {
    const value = column[row]
    // Adding 0 makes -0 and 0 one value.
    values[row] = typeof value === 'number' ? value + 0 : Number.NaN
    if (typeof value !== 'number' || Number.isFinite(value) || (isTyped && Number.isNaN(value))) continue
    throw new TabularInputError('feature_not_finite', `feature "${name}" is not finite in row ${row}`)
  }
  return { name, kind: 'numbers', values }
}

function fromTexts(name: string, count: number, textAt: (row: number) => string | null): TrustColumn {
  const numbers = new Map<string, number>()
  const codes = new Int32Array(count)
  for (let row = 0; row < count; row++) {
    const text = textAt(row)
    if (text === null) {
      codes[row] = -1
      continue
    }
    const number = numbers.get(text) ?? numbers.size
    if (number === numbers.size) numbers.set(text, number)
    codes[row] = number
  }
  const levels = [...numbers.keys()].sort()
  const positions = new Int32Array(levels.length)
  levels.forEach((level, position) => {
    positions[numbers.get(level) ?? 0] = position
  })
  return {
    name,
    kind: 'levels',
    codes: codes.map((code) => (code < 0 ? -1 : (positions[code] ?? -1))),
    levels,
  }
}
