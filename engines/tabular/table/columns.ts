import { TabularInputError } from '../errors.ts'
import { dayValue } from './calendar.ts'
import {
  type Column,
  cellsOf,
  columnOf,
  defaultBuckets,
  type FeatureKind,
  type FeatureSpec,
  type FeatureValue,
  isCoded,
  isFloats,
  MAX_LEVELS,
  type Monotone,
  notFinite,
  numberValue,
  place,
  type Table,
  textValue,
} from './features.ts'
import { HashedTexts } from './words.ts'

/** Numbers by row, NaN where missing. Single precision only where the caller's numbers are in it already. */
export type Numbers = Float64Array | Float32Array

/** A number feature's values in training order; missing is NaN. Of a date, the days since 1970-01-01. */
export type NumberColumn = {
  readonly name: string
  readonly kind: 'number' | 'date'
  readonly values: Numbers
  readonly monotone: Monotone
}

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

/** A text feature's words in training order, hashed as they were read. */
type WordsColumn = {
  readonly name: string
  readonly kind: 'text'
  readonly buckets: number
  readonly words: HashedTexts
}

export type FeatureColumn = NumberColumn | TextColumn | WordsColumn

/**
 * Reads and checks one feature's values, arranged by `order` (positions in the table; left out where the table
 * is in order). Memory: nothing for floating-point numbers that are in order, which are used where they lie;
 * else 8 bytes a cell for numbers and dates (4 in single precision), 4 for codes and categories, 4 and 2 a word
 * and pair of words for texts.
 */
export function readFeature(
  table: Table,
  { name, kind, monotone = 0, buckets = defaultBuckets }: FeatureSpec,
  rows: { readonly count: number; readonly order: Int32Array | undefined },
): FeatureColumn {
  const cells = openCells(table, { name, kind }, rows)
  switch (kind) {
    case 'number':
      return { name, kind, monotone, values: readNumbers(cells) }
    case 'date':
      return { name, kind, monotone: 0, values: readDays(cells) }
    case 'text':
      return { name, kind, buckets, words: readWords(cells, buckets) }
    default:
      return { name, kind, ...readTexts(cells) }
  }
}

/** One feature's cells: the column where the table has columns, and how to come by the cell of a training row. */
type Cells = {
  readonly name: string
  readonly count: number
  readonly column: Column | undefined
  readonly order: Int32Array | undefined
  /** The value of a row of the caller's table. */
  readonly at: (row: number) => FeatureValue | undefined
}

function openCells(
  table: Table,
  { name, kind }: { readonly name: string; readonly kind: FeatureKind },
  { count, order }: { readonly count: number; readonly order: Int32Array | undefined },
): Cells {
  const { rows } = table
  if (rows !== undefined) return { name, count, order, at: (row) => rows[row]?.[name], column: undefined }
  const column = columnOf(table.columns, name)
  if (isCoded(column)) {
    if (kind === 'number') {
      throw new TabularInputError(
        'feature_wrong_type',
        `feature "${name}" must be numbers and is a list of texts`,
      )
    }
    checkCodes(name, column)
  }
  return { name, count, order, at: cellsOf(column), column }
}

function checkCodes(name: string, { codes, levels }: { codes: Int32Array; levels: readonly string[] }): void {
  const row = codes.findIndex((code) => code < -1 || code >= levels.length)
  if (row >= 0)
    throw new TabularInputError('level_unknown', `feature "${name}" has a code without a level${place(row)}`)
  levels.forEach((level, position) => {
    if (typeof level !== 'string')
      throw new TabularInputError(
        'feature_wrong_type',
        `level ${position} of feature "${name}" is not a text`,
      )
  })
}

function readNumbers({ name, count, order, column, at }: Cells): Numbers {
  if (column !== undefined && isFloats(column)) {
    for (let row = 0; row < count; row++) {
      const value = column[row] ?? 0
      // Infinity less itself is no number.
      if (Number.isNaN(value - value) && !Number.isNaN(value)) throw notFinite(value, { name, row })
    }
    return order === undefined ? column : gather(column, order)
  }
  const values = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? i : (order[i] ?? 0)
    values[i] = numberValue(at(row), name, row)
  }
  return values
}

function gather(from: Numbers, order: Int32Array): Numbers {
  const into = from instanceof Float32Array ? new Float32Array(order.length) : new Float64Array(order.length)
  for (let i = 0; i < order.length; i++) into[i] = from[order[i] ?? 0] ?? 0
  return into
}

/** Days are worked out once a level where the texts are coded. */
function readDays({ name, count, order, column, at }: Cells): Float64Array {
  const days = new Float64Array(count)
  const coded = column !== undefined && isCoded(column) ? column : undefined
  const ofLevels = new Map<number, number>()
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? i : (order[i] ?? 0)
    const code = coded?.codes[row]
    const known = code === undefined ? undefined : ofLevels.get(code)
    const day = known ?? dayValue(at(row), name, row)
    if (code !== undefined && known === undefined) ofLevels.set(code, day)
    days[i] = day
  }
  return days
}

function readWords({ name, count, order, at }: Cells, buckets: number): HashedTexts {
  const words = new HashedTexts(count, buckets)
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? i : (order[i] ?? 0)
    words.add(textValue(at(row), name, row))
  }
  return words
}

function readTexts(cells: Cells): Pick<TextColumn, 'codes' | 'levels'> {
  const { column } = cells
  const numbered = column !== undefined && isCoded(column) ? recode(column, cells) : numberTexts(cells)
  const { first, texts } = numbered
  const levels = [...texts].sort()
  const positions = new Map(levels.map((level, position) => [level, position + 1]))
  const codeOf = Int32Array.from(['', ...texts], (text, number) =>
    number === 0 ? 0 : (positions.get(text) ?? 0),
  )
  for (let i = 0; i < first.length; i++) first[i] = codeOf[first[i] ?? 0] ?? 0
  return { codes: first, levels }
}

/** Texts as they come: 0 when missing, else one more than the position in `texts`. */
type Numbered = { readonly first: Int32Array; readonly texts: readonly string[] }

function numberTexts({ name, count, order, at }: Cells): Numbered {
  const first = new Int32Array(count)
  const numbers = new Map<string, number>()
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? i : (order[i] ?? 0)
    const text = textValue(at(row), name, row)
    if (text === null) continue
    const known = numbers.get(text)
    if (known !== undefined) {
      first[i] = known
      continue
    }
    if (numbers.size === MAX_LEVELS) throw tooManyLevels(name)
    numbers.set(text, numbers.size + 1)
    first[i] = numbers.size
  }
  return { first, texts: [...numbers.keys()] }
}

/** The levels that occur, the same text listed twice made one. */
function recode(
  { codes, levels }: { readonly codes: Int32Array; readonly levels: readonly string[] },
  { name, count, order }: Cells,
): Numbered {
  const first = new Int32Array(count)
  const numbers = new Map<string, number>()
  const numberOf = new Int32Array(levels.length)
  for (let i = 0; i < count; i++) {
    const code = codes[order === undefined ? i : (order[i] ?? 0)] ?? -1
    if (code < 0) continue
    let number = numberOf[code] ?? 0
    if (number === 0) {
      const level = levels[code] ?? ''
      number = numbers.get(level) ?? numbers.size + 1
      if (number > MAX_LEVELS) throw tooManyLevels(name)
      numbers.set(level, number)
      numberOf[code] = number
    }
    first[i] = number
  }
  return { first, texts: [...numbers.keys()] }
}

function tooManyLevels(name: string): TabularInputError {
  return new TabularInputError(
    'category_too_many_levels',
    `feature "${name}" has more than ${MAX_LEVELS} values; that many are identifiers, from which nothing can be learned`,
  )
}

/** Whether the feature's first `count` values are one and the same (missing counts as a value). */
export function isConstant(column: FeatureColumn, count: number): boolean {
  if (column.kind === 'text') return column.words.isConstant(count)
  if ('codes' in column) {
    const { codes } = column
    for (let i = 1; i < count; i++) if (codes[i] !== codes[0]) return false
    return true
  }
  const { values } = column
  const first = values[0] ?? Number.NaN
  for (let i = 1; i < count; i++) {
    const value = values[i] ?? Number.NaN
    if (value !== first && !(Number.isNaN(value) && Number.isNaN(first))) return false
  }
  return true
}

/** Whether the feature's first value is missing; of a constant feature, whether all are. */
export function beginsMissing(column: FeatureColumn): boolean {
  if (column.kind === 'text') return column.words.isMissing(0)
  if ('codes' in column) return column.codes[0] === 0
  return Number.isNaN(column.values[0])
}
