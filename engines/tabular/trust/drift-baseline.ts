import { TabularInputError } from '../errors.ts'
import { sampleAscending, seededRandom } from '../training/random.ts'
import { type Columns, readColumns, type TrustColumn } from './columns.ts'
import { quantile } from './resampling.ts'

/**
 * What a feature's values were in training, in bins. `counts` has the missing values first, then a bin for each part that the
 * cuts divide numbers into (up to and with a cut), or for each of the levels and last for all others.
 *
 * Plain data, so that a model file can carry it; it holds training values, and is as confidential as the model.
 */
export type FeatureBaseline = { readonly name: string; readonly counts: readonly number[] } & (
  | {
      readonly kind: 'numbers'
      /** The deciles, rising; fewer where values repeat, and one below the least value where it fills the first tenth. */
      readonly cuts: readonly number[]
      /** Of the values that were there, so many drawn at random, ascending: what the two-sample test compares with. */
      readonly sample: readonly number[]
    }
  | {
      readonly kind: 'levels'
      /** The most frequent, the first of equals in the order of texts. */
      readonly levels: readonly string[]
    }
)

export interface DriftBaseline {
  readonly rows: number
  readonly features: readonly FeatureBaseline[]
}

export interface BaselineOptions {
  readonly seed: number
  /** Values kept of a number, 20 to 10,000; 250 when left out, which tells distances from about 0.09 on. */
  readonly sample?: number | undefined
}

const DECILES = 10
/** A level that stands for less than a fiftieth of the rows would make a bin of chance. */
const MOST_LEVELS = 50

/**
 * Learns what is to be compared later: give the rows that the model was trained on, and as one more column (of any name that
 * no feature has) its scores of rows that it did not learn from.
 *
 * @throws TabularInputError `option_invalid`, `seed_invalid`, and as `readColumns`.
 */
export function learnBaseline(columns: Columns, options: BaselineOptions): DriftBaseline {
  const { seed, sample = 250 } = options
  if (!(Number.isInteger(sample) && sample >= 20 && sample <= 10_000))
    throw new TabularInputError('option_invalid', `a sample has 20 to 10000 values, not ${sample}`)
  const read = readColumns(columns)
  const features = read.map((column) =>
    column.kind === 'numbers' ? numbersBaseline(column, sample, seed) : levelsBaseline(column),
  )
  const [first] = features
  return { rows: first === undefined ? 0 : first.counts.reduce((sum, count) => sum + count, 0), features }
}

type Numbers = Extract<TrustColumn, { kind: 'numbers' }>
type Levels = Extract<TrustColumn, { kind: 'levels' }>

function numbersBaseline({ name, values }: Numbers, sample: number, seed: number): FeatureBaseline {
  const ascending = values.filter((value) => !Number.isNaN(value)).sort()
  const cuts = decileCuts(ascending)
  const kept = sampleAscending(seededRandom(seed), ascending.length, Math.min(sample, ascending.length))
  const counts = countNumbers(values, cuts)
  return { name, kind: 'numbers', counts, cuts, sample: Array.from(kept, (at) => ascending[at] ?? 0) }
}

/**
 * Where one value fills the lowest or highest tenth, it has a bin of its own, so that values beyond what training knew are
 * seen even where it knew only one.
 */
function decileCuts(ascending: Float64Array): number[] {
  const least = ascending[0]
  const cuts: number[] = []
  if (least === undefined) return cuts
  if (quantile(ascending, 1 / DECILES) === least)
    cuts.push(least - Math.max(Math.abs(least) * 2 ** -50, Number.MIN_VALUE))
  for (let decile = 1; decile < DECILES; decile++) {
    const cut = quantile(ascending, decile / DECILES)
    if (cut > (cuts.at(-1) ?? Number.NEGATIVE_INFINITY)) cuts.push(cut)
  }
  return cuts
}

function levelsBaseline({ name, codes, levels }: Levels): FeatureBaseline {
  const counts = new Float64Array(levels.length)
  for (const code of codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const frequent = Array.from(levels.keys())
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, MOST_LEVELS)
    .map((at) => levels[at] ?? '')
  return { name, kind: 'levels', counts: countLevels({ codes, levels }, frequent), levels: frequent }
}

/** Missing values, then those up to each cut, then those above the last. */
export function countNumbers(values: Float64Array, cuts: readonly number[]): number[] {
  const counts = Array<number>(cuts.length + 2).fill(0)
  for (const value of values) {
    let bin = 0
    if (!Number.isNaN(value)) {
      bin = 1
      while (bin <= cuts.length && value > (cuts[bin - 1] ?? 0)) bin++
    }
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}

/** Missing values, then those of each of the listed levels, then all others. */
export function countLevels(column: Pick<Levels, 'codes' | 'levels'>, listed: readonly string[]): number[] {
  const bins = new Map(listed.map((level, i) => [level, i + 1]))
  const binOf = column.levels.map((level) => bins.get(level) ?? listed.length + 1)
  const counts = Array<number>(listed.length + 2).fill(0)
  for (const code of column.codes) {
    const bin = code < 0 ? 0 : (binOf[code] ?? listed.length + 1)
    counts[bin] = (counts[bin] ?? 0) + 1
  }
  return counts
}
