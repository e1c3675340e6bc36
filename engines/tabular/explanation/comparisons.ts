import { TabularInputError } from '../errors.ts'
import type { FeatureColumn, NumberColumn, TextColumn } from '../table/columns.ts'
import type { FeatureSpec } from '../table/features.ts'

/** A number that is to be compared, and the code or category by whose values it is. */
export interface ComparedFeature {
  readonly feature: string
  readonly by: string
}

/**
 * What the latest training rows with the same value of `by` had of a number, level by level: the figure beside a reason. Only
 * levels with `LEAST_ROWS` known numbers or more.
 */
export interface Comparison extends ComparedFeature {
  /** Sorted; the lists go with them. */
  readonly levels: readonly string[]
  /** How many rows the figures are of, at most `MOST_ROWS`. */
  readonly counts: readonly number[]
  /** Quartiles. */
  readonly lower: readonly number[]
  readonly median: readonly number[]
  readonly upper: readonly number[]
}

/** The same for one level, by the names that sentences call them. */
export interface ComparedFigures {
  readonly count: number
  readonly lower: number
  readonly median: number
  readonly upper: number
}

/** The features that say what they are compared by. */
export function comparedFeatures(features: readonly FeatureSpec[]): readonly ComparedFeature[] {
  return features.flatMap(({ name, comparedBy }) =>
    comparedBy === undefined ? [] : [{ feature: name, by: comparedBy }],
  )
}

/** Quartiles of fewer rows would tell single rows, which may be about somebody, and would not tell what is usual. */
export const LEAST_ROWS = 10
/** Of more, the latest: what was usual long ago is not what a row is compared with. */
export const MOST_ROWS = 1_000

/**
 * Learns the figures from columns in training order, the latest row last. Memory: 8 bytes a row and 8 a level, for one
 * comparison at a time.
 *
 * @throws TabularInputError `comparison_invalid` where a feature is not a number, or compared by what is no code or category.
 */
export function learnComparisons(
  columns: readonly FeatureColumn[],
  compared: readonly ComparedFeature[],
): readonly Comparison[] {
  return compared.map(({ feature, by }) => {
    const numbers = columns.find(({ name }) => name === feature)
    const texts = columns.find(({ name }) => name === by)
    if (numbers?.kind !== 'number')
      throw new TabularInputError('comparison_invalid', `only numbers are compared, and "${feature}" is none`)
    if (texts?.kind !== 'code' && texts?.kind !== 'category')
      throw new TabularInputError(
        'comparison_invalid',
        `"${feature}" is to be compared by "${by}", which is no code or category`,
      )
    return learnComparison(numbers, texts)
  })
}

function learnComparison({ name, values }: NumberColumn, by: TextColumn): Comparison {
  const starts = startsOf(values, by)
  const filled = starts.slice()
  const gathered = new Float64Array(starts.at(-1) ?? 0)
  for (let row = values.length - 1; row >= 0; row--) {
    const code = by.codes[row] ?? 0
    const at = filled[code] ?? 0
    if (code === 0 || Number.isNaN(values[row]) || at === starts[code + 1]) continue
    gathered[at] = values[row] ?? 0
    filled[code] = at + 1
  }
  const found = by.levels.flatMap((level, position) => {
    const own = gathered.subarray(starts[position + 1], starts[position + 2])
    return own.length < LEAST_ROWS ? [] : [{ level, own: own.sort() }]
  })
  return {
    feature: name,
    by: by.name,
    levels: found.map(({ level }) => level),
    counts: found.map(({ own }) => own.length),
    lower: found.map(({ own }) => quantile(own, 0.25)),
    median: found.map(({ own }) => quantile(own, 0.5)),
    upper: found.map(({ own }) => quantile(own, 0.75)),
  }
}

/** Where each code's numbers begin, with the end of all at the end; code 0, the missing text, has none. */
function startsOf(values: ArrayLike<number>, { codes, levels }: TextColumn): Int32Array {
  const starts = new Int32Array(levels.length + 2)
  for (let row = 0; row < values.length; row++) {
    const code = codes[row] ?? 0
    const known = starts[code + 1] ?? 0
    if (code > 0 && !Number.isNaN(values[row]) && known < MOST_ROWS) starts[code + 1] = known + 1
  }
  for (let code = 1; code < starts.length; code++)
    starts[code] = (starts[code] ?? 0) + (starts[code - 1] ?? 0)
  return starts
}

/** Linear between the two nearest of the sorted numbers (definition 7 of Hyndman and Fan, 1996). */
function quantile(sorted: Float64Array, share: number): number {
  const place = share * (sorted.length - 1)
  const below = Math.floor(place)
  const low = sorted[below] ?? 0
  return low + (place - below) * ((sorted[below + 1] ?? low) - low)
}

/** Figures for a feature in a row; `undefined` where it is not compared, or nothing comparable was learned. */
export type FindFigures = (
  feature: string,
  row: Readonly<Record<string, number | string | null>>,
) => ComparedFigures | undefined

export function compileComparisons(comparisons: readonly Comparison[]): FindFigures {
  const byFeature = new Map(
    comparisons.map((comparison) => [
      comparison.feature,
      { ...comparison, places: new Map(comparison.levels.map((level, place) => [level, place])) },
    ]),
  )
  return (feature, row) => {
    const comparison = byFeature.get(feature)
    const level = comparison === undefined ? null : row[comparison.by]
    const place = typeof level === 'string' ? comparison?.places.get(level) : undefined
    if (comparison === undefined || place === undefined) return undefined
    return {
      count: comparison.counts[place] ?? 0,
      lower: comparison.lower[place] ?? 0,
      median: comparison.median[place] ?? 0,
      upper: comparison.upper[place] ?? 0,
    }
  }
}
