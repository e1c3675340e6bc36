import { dayOfYear, weekday } from './calendar.ts'
import {
  type FeatureColumn,
  isConstant,
  type NumberColumn,
  type Numbers,
  type TextColumn,
} from './columns.ts'
import type { Monotone } from './features.ts'
import { frequentCodes, MAX_SET_LEVELS, setLevels } from './frequent-levels.ts'
import { type CategoryStatistics, encodeCategory, type LabelledRows } from './target-statistics.ts'

/** A feature with what training learned about its values: all that is needed to encode a new row. */
export type FittedFeature =
  | { readonly name: string; readonly kind: 'number' | 'date' }
  /** Of an imported model: a category that is known by a whole number from 0. */
  | { readonly name: string; readonly kind: 'level' }
  | { readonly name: string; readonly kind: 'code'; readonly levels: readonly string[] }
  | { readonly name: string; readonly kind: 'text'; readonly buckets: number }
  | {
      readonly name: string
      readonly kind: 'category'
      readonly statistics: CategoryStatistics
      /** The codes that are a level of the set column, ascending; see `frequentCodes`. */
      readonly frequent: Int32Array
    }

/** One column as the trees see it, all rows in training order. */
export type EncodedColumn = {
  /** Of an `ordered` column the trees cut the values; a `set` column holds level numbers from 0 and is split by sets. */
  readonly kind: 'ordered' | 'set'
  /** NaN where missing. */
  readonly values: Numbers
  /** Position of the feature that the column belongs to. */
  readonly feature: number
  readonly monotone: Monotone
  /** How many levels a `set` column has; 0 for an ordered one. */
  readonly levels: number
}

/**
 * How many columns the trees see of a feature. A category has three: its mean label, the weight behind it, and
 * the set column of its most frequent levels; a date its day number, its day of the year and its weekday; a text
 * one for each bucket.
 */
export function columnsOf(feature: FittedFeature): number {
  if (feature.kind === 'text') return feature.buckets
  return feature.kind === 'category' || feature.kind === 'date' ? 3 : 1
}

/** The feature of each column. */
export function featureOfColumns(features: readonly FittedFeature[]): Int32Array {
  return Int32Array.from(features.flatMap((feature, index) => Array<number>(columnsOf(feature)).fill(index)))
}

/** Whether each column is split by sets of levels (1) rather than cut (0). */
export function setColumnsOf(features: readonly FittedFeature[]): Uint8Array {
  return Uint8Array.from(
    features.flatMap((feature) => {
      if (feature.kind === 'category') return [0, 0, 1]
      return Array<number>(columnsOf(feature)).fill(feature.kind === 'level' ? 1 : 0)
    }),
  )
}

type Fit = {
  readonly trainCount: number
  /** Most levels of a set column, at most and when left out `MAX_SET_LEVELS`. */
  readonly mostSetLevels?: number | undefined
}

/**
 * Fits the encoders on the first `trainCount` rows and encodes all rows. Memory a row beyond the columns that
 * were read: nothing for a number, 4 bytes for a code, 20 for a category, 16 for a date, 4 × buckets for a text.
 */
export function fitEncoders(
  columns: readonly FeatureColumn[],
  rows: LabelledRows,
  fit: Fit,
): { readonly features: readonly FittedFeature[]; readonly encoded: readonly EncodedColumn[] } {
  const features: FittedFeature[] = []
  const encoded: EncodedColumn[] = []
  columns.forEach((column, index) => {
    const { feature, parts } = fitFeature(column, rows, fit)
    features.push(feature)
    for (const { values, monotone = 0, levels = 0 } of parts)
      encoded.push({ kind: levels > 0 ? 'set' : 'ordered', values, feature: index, monotone, levels })
  })
  return { features, encoded }
}

type Part = { readonly values: Numbers; readonly monotone?: Monotone; readonly levels?: number }
type Fitted = { readonly feature: FittedFeature; readonly parts: readonly Part[] }

function fitFeature(column: FeatureColumn, rows: LabelledRows, fit: Fit): Fitted {
  const { name, kind } = column
  switch (kind) {
    case 'number':
      return { feature: { name, kind }, parts: [{ values: column.values, monotone: column.monotone }] }
    case 'date':
      return { feature: { name, kind }, parts: dateParts(column) }
    case 'text':
      return {
        feature: { name, kind, buckets: column.buckets },
        parts: column.words.columns().map((values) => ({ values })),
      }
    case 'code': {
      const { levels, positions } = encodeCodes(column, fit.trainCount)
      return { feature: { name, kind, levels }, parts: [{ values: positions }] }
    }
    case 'category':
      return fitCategory({ ...column, kind }, rows, fit)
  }
}

function dateParts({ values }: NumberColumn): readonly Part[] {
  const ofYear = new Float32Array(values.length)
  const ofWeek = new Float32Array(values.length)
  values.forEach((day, row) => {
    ofYear[row] = dayOfYear(day)
    ofWeek[row] = weekday(day)
  })
  return [{ values }, { values: ofYear }, { values: ofWeek }]
}

function fitCategory(
  column: TextColumn & { readonly kind: 'category' },
  rows: LabelledRows,
  { trainCount, mostSetLevels = MAX_SET_LEVELS }: Fit,
): Fitted {
  const { name, kind } = column
  const known = learnedLevels(column, trainCount)
  const { statistics, columns } = encodeCategory(known, rows, trainCount)
  const frequent = frequentCodes(known, trainCount, Math.min(mostSetLevels, MAX_SET_LEVELS))
  const feature = { name, kind, statistics, frequent }
  if (isConstant(column, trainCount)) {
    // The running mean of a category's only value tells nothing but a row's time; a constant column is never split.
    const constant = new Float32Array(column.codes.length)
    return { feature, parts: [{ values: constant }, { values: constant }, { values: constant, levels: 1 }] }
  }
  const levelOf = setLevels(frequent, known.levels.length + 2)
  const levels = new Float32Array(known.codes.length)
  for (let row = 0; row < levels.length; row++) levels[row] = levelOf[known.codes[row] ?? 0] ?? 0
  return {
    feature,
    parts: [
      { values: columns.mean },
      { values: columns.seen },
      { values: levels, levels: frequent.length + 1 },
    ],
  }
}

/**
 * The column with the levels of the first `trainCount` rows only: a model has no use for others. Rows with
 * another level get the code after the last, which no training row has.
 */
function learnedLevels(column: TextColumn, trainCount: number): TextColumn {
  const known = new Uint8Array(column.levels.length + 1)
  for (let row = 0; row < trainCount; row++) known[column.codes[row] ?? 0] = 1
  const levels = column.levels.filter((_, position) => known[position + 1] === 1)
  if (levels.length === column.levels.length) return column
  const codeOf = new Int32Array(known.length)
  let code = 0
  for (let old = 1; old < known.length; old++) codeOf[old] = known[old] === 1 ? ++code : levels.length + 1
  return { ...column, levels, codes: column.codes.map((old) => codeOf[old] ?? 0) }
}

/**
 * Where a code stands among the sorted known ones: its position, or halfway between its neighbours when it is
 * new.
 */
export function codePosition(levels: readonly string[], code: string): number {
  let low = 0
  let high = levels.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((levels[middle] ?? '') < code) low = middle + 1
    else high = middle
  }
  return levels[low] === code ? low : low - 0.5
}

/** Positions are whole or halves and at most a million, so single precision holds them exactly. */
function encodeCodes(
  column: TextColumn,
  trainCount: number,
): { readonly levels: readonly string[]; readonly positions: Float32Array } {
  const { levels } = learnedLevels(column, trainCount)
  const positionOf = Float32Array.from(['', ...column.levels], (level) => codePosition(levels, level))
  positionOf[0] = Number.NaN // Code 0 is the missing value.
  const positions = new Float32Array(column.codes.length)
  for (let row = 0; row < positions.length; row++) positions[row] = positionOf[column.codes[row] ?? 0] ?? 0
  return { levels, positions }
}
