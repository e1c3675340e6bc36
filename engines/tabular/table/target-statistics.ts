import type { TextColumn } from './columns.ts'

/**
 * A category as numbers: the mean label its value has shown ("target statistic"; of 0/1 labels the share of
 * positives), shrunk towards the mean over all rows, and the weight of the rows that mean rests on.
 * D. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes in classification and
 * prediction problems", SIGKDD Explorations 3(1), 2001.
 */
export type CategoryStatistics = {
  /** Mean label of all training rows: what a value that was never seen is given. */
  readonly prior: number
  /** Weight of rows that the prior counts for. */
  readonly strength: number
  /** The weight of twenty rows; see `cappedSeen`. */
  readonly cap: number
  /** Sorted; the level at position i has code i + 1, and code 0 is the missing value. */
  readonly levels: readonly string[]
  /** Weight of the rows of each code, and the sum of their labels by weight. */
  readonly weights: Float64Array
  readonly sums: Float64Array
}

/** Rows in time order. */
export type LabelledRows = {
  readonly labels: Float64Array
  readonly weights: Float64Array
  /** For ranking: where each query begins, ascending from 0, then the number of rows. */
  readonly groups?: Int32Array | undefined
}

/** The shrunk mean that the trees see of a category, and `cappedSeen` of the weight behind it: 16 bytes a row. */
export type CategoryColumns = { readonly mean: Float64Array; readonly seen: Float64Array }

const SEEN_CAP = 20

/**
 * The weight of a value's rows as the trees see it. Past twenty rows a mean hardly gains in reliability;
 * uncapped, the count of a common value would tell a training row's time instead, which a new case has no
 * counterpart for.
 */
export function cappedSeen(weight: number, { cap }: Pick<CategoryStatistics, 'cap'>): number {
  return Math.min(weight, cap)
}

/** Mean of the posterior: `strength` of the prior and the rows seen. */
export function shrunkMean(
  seen: { readonly sum: number; readonly weight: number },
  belief: Pick<CategoryStatistics, 'prior' | 'strength'>,
): number {
  return (seen.sum + belief.prior * belief.strength) / (seen.weight + belief.strength)
}

/**
 * Learns a category's statistics from the first `trainCount` rows and encodes all rows. A training row is
 * encoded from the rows before it alone, never from its own label or from later ones ("ordered" statistics:
 * Prokhorenkova et al., "CatBoost", NeurIPS 2018, here with time as the order), and not from other rows of its
 * query either, whose labels a new query has not; a row after them from all training rows, as a new case will
 * be.
 */
export function encodeCategory(
  column: TextColumn,
  rows: LabelledRows,
  trainCount: number,
): { readonly statistics: CategoryStatistics; readonly columns: CategoryColumns } {
  const past = sumPast(column, rows, trainCount)
  const { weight, prior } = meanLabel(rows, trainCount)
  const unit = weight / trainCount
  const strength = unit * foretellingStrength(past, { rows, trainCount, prior, unit })
  const belief = { prior, strength, cap: SEEN_CAP * unit }
  const { mean, seen, weights, sums } = past
  for (let row = 0; row < mean.length; row++) {
    const weightSeen = seen[row] ?? 0
    mean[row] = shrunkMean({ sum: mean[row] ?? 0, weight: weightSeen }, belief)
    seen[row] = cappedSeen(weightSeen, belief)
  }
  return {
    statistics: { ...belief, levels: column.levels, weights: weights.slice(0, -1), sums: sums.slice(0, -1) },
    columns: { mean, seen },
  }
}

/** What each row may know of its value's past: sums of labels (in `mean`'s place, to spare memory) and weights. */
type Past = CategoryColumns & Pick<CategoryStatistics, 'weights' | 'sums'>

function sumPast(column: TextColumn, rows: LabelledRows, trainCount: number): Past {
  const count = column.codes.length
  // One more than the statistics keep: the code of values that no training row has.
  const weights = new Float64Array(column.levels.length + 2)
  const sums = new Float64Array(column.levels.length + 2)
  const past = { mean: new Float64Array(count), seen: new Float64Array(count), weights, sums }
  let group = 0
  for (let from = 0; from < count; ) {
    const to = rows.groups === undefined ? from + 1 : Math.max(rows.groups[++group] ?? count, from + 1)
    for (let row = from; row < to; row++) {
      const code = column.codes[row] ?? 0
      past.seen[row] = weights[code] ?? 0
      past.mean[row] = sums[code] ?? 0
    }
    for (let row = from; row < to && row < trainCount; row++) {
      const code = column.codes[row] ?? 0
      const weight = rows.weights[row] ?? 0
      weights[code] = (weights[code] ?? 0) + weight
      sums[code] = (sums[code] ?? 0) + weight * (rows.labels[row] ?? 0)
    }
    from = to
  }
  return past
}

function meanLabel(
  rows: LabelledRows,
  trainCount: number,
): { readonly weight: number; readonly prior: number } {
  let weight = 0
  let sum = 0
  for (let row = 0; row < trainCount; row++) {
    weight += rows.weights[row] ?? 0
    sum += (rows.weights[row] ?? 0) * (rows.labels[row] ?? 0)
  }
  return { weight, prior: sum / weight }
}

/**
 * From a quarter of a row, for values that decide the label, to 128 rows, for values that say almost nothing.
 */
const STRENGTHS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128]

/** More rows than this choose no better, only slower. */
const MOST_CHOOSERS = 50_000

/**
 * The strength, in rows, under which each row's past foretold its label best; the smaller of equals. Foretelling
 * is measured by the log likelihood of 0/1 labels and by the squared error of others (prequential: A. P. Dawid,
 * "Present position and potential developments: the prequential approach", JRSS A 147(2), 1984).
 */
function foretellingStrength(
  past: Past,
  by: {
    readonly rows: LabelledRows
    readonly trainCount: number
    readonly prior: number
    readonly unit: number
  },
): number {
  const { rows, trainCount, prior, unit } = by
  const loss = isBinary(rows.labels, trainCount) ? logLoss : squaredError
  const step = Math.ceil(trainCount / MOST_CHOOSERS)
  let best = 1
  let least = Number.POSITIVE_INFINITY
  for (const strength of STRENGTHS) {
    let total = 0
    const belief = { prior, strength: strength * unit }
    for (let row = 0; row < trainCount; row += step) {
      const mean = shrunkMean({ sum: past.mean[row] ?? 0, weight: past.seen[row] ?? 0 }, belief)
      total += (rows.weights[row] ?? 0) * loss(mean, rows.labels[row] ?? 0)
    }
    if (total >= least) continue
    least = total
    best = strength
  }
  return best
}

function isBinary(labels: Float64Array, count: number): boolean {
  for (let row = 0; row < count; row++) if (labels[row] !== 0 && labels[row] !== 1) return false
  return true
}

const logLoss = (mean: number, label: number): number => -Math.log(label === 1 ? mean : 1 - mean)
const squaredError = (mean: number, label: number): number => (label - mean) ** 2
