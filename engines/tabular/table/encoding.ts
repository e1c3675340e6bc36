import { type FeatureColumn, type FeatureSpec, isConstant, type TextColumn } from './features.ts'
import { type CategoryStatistics, encodeCategory, type LabelledRows } from './target-statistics.ts'

/** A feature with what training learned about its values: all that is needed to encode a new row. */
export type FittedFeature =
  | { readonly name: string; readonly kind: 'number' }
  | { readonly name: string; readonly kind: 'code'; readonly levels: readonly string[] }
  | { readonly name: string; readonly kind: 'category'; readonly statistics: CategoryStatistics }

/**
 * How many columns the trees see of a feature: a category has its share of positives, then its weight of
 * rows.
 */
export function columnsOf(feature: Pick<FeatureSpec, 'kind'>): number {
  return feature.kind === 'category' ? 2 : 1
}

/** The feature of each column. */
export function featureOfColumns(features: readonly Pick<FeatureSpec, 'kind'>[]): Int32Array {
  return Int32Array.from(features.flatMap((feature, index) => Array<number>(columnsOf(feature)).fill(index)))
}

/** Fits the encoders on the first `trainCount` rows and encodes all rows. */
export function fitEncoders(
  columns: readonly FeatureColumn[],
  rows: LabelledRows,
  fit: { readonly trainCount: number; readonly prior: number },
): { readonly features: readonly FittedFeature[]; readonly encoded: readonly Float64Array[] } {
  const features: FittedFeature[] = []
  const encoded: Float64Array[] = []
  for (const column of columns) {
    const { name, kind } = column
    if (kind === 'number') {
      features.push({ name, kind })
      encoded.push(column.values)
    } else if (kind === 'code') {
      const { levels, positions } = encodeCodes(column, fit.trainCount)
      features.push({ name, kind, levels })
      encoded.push(positions)
    } else {
      const { statistics, columns: pair } = encodeCategory(column, rows, fit)
      features.push({ name, kind, statistics })
      // The running share of a category's only value tells nothing but a row's time; a constant column is
      // never split.
      const constant = isConstant(column, fit.trainCount) ? new Float64Array(column.codes.length) : undefined
      encoded.push(constant ?? pair.share, constant ?? pair.seen)
    }
  }
  return { features, encoded }
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

function encodeCodes(
  column: TextColumn,
  trainCount: number,
): { readonly levels: readonly string[]; readonly positions: Float64Array } {
  const known = new Uint8Array(column.levels.length + 1)
  for (let row = 0; row < trainCount; row++) known[column.codes[row] ?? 0] = 1
  const levels = column.levels.filter((_, position) => known[position + 1] === 1)
  const positionOf = Float64Array.from(['', ...column.levels], (level) => codePosition(levels, level))
  positionOf[0] = Number.NaN // Code 0 is the missing value.
  return { levels, positions: Float64Array.from(column.codes, (code) => positionOf[code] ?? Number.NaN) }
}
