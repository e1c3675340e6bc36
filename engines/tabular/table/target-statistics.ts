import type { TextColumn } from './features.ts'

/**
 * A category as numbers: the share of positives its value has shown ("target statistic"), shrunk towards the
 * share over all rows, and the weight of the rows that share rests on. D. Micci-Barreca, "A preprocessing
 * scheme for high-cardinality categorical attributes in classification and prediction problems", SIGKDD
 * Explorations 3(1), 2001.
 */
export type CategoryStatistics = {
  /** Share of positives over all training rows: what a value that was never seen is given. */
  readonly prior: number
  /** How many rows the prior counts for. */
  readonly strength: number
  /** Sorted; the level at position i has code i + 1, and code 0 is the missing value. */
  readonly levels: readonly string[]
  /** Weight of the rows of each code, and of the positive ones among them. */
  readonly weights: Float64Array
  readonly positives: Float64Array
}

/** Rows in time order, labels 0 or 1. */
export type LabelledRows = { readonly labels: Uint8Array; readonly weights: Float64Array }

/**
 * The two columns that the trees see of a category: the shrunk share, and `cappedSeen` of the weight behind
 * it.
 */
export type CategoryColumns = { readonly share: Float64Array; readonly seen: Float64Array }

const SEEN_CAP = 20

/**
 * The weight of a value's rows as the trees see it. Past twenty rows a share hardly gains in reliability;
 * uncapped, the count of a common value would tell a training row's time instead, which a new case has no
 * counterpart for.
 */
export function cappedSeen(weight: number): number {
  return Math.min(weight, SEEN_CAP)
}

/** Mean of the Beta posterior: `strength` rows of the prior and the rows seen. */
export function shrunkShare(
  sums: { readonly positive: number; readonly weight: number },
  belief: Pick<CategoryStatistics, 'prior' | 'strength'>,
): number {
  return (sums.positive + belief.prior * belief.strength) / (sums.weight + belief.strength)
}

/**
 * Learns a category's statistics from the first `trainCount` rows and encodes all rows. A training row is
 * encoded from the rows before it alone, never from its own label or from later ones ("ordered" statistics:
 * Prokhorenkova et al., "CatBoost", NeurIPS 2018, here with time as the order); a row after them from all
 * training rows, as a new case will be.
 */
export function encodeCategory(
  column: TextColumn,
  rows: LabelledRows,
  fit: { readonly trainCount: number; readonly prior: number },
): { readonly statistics: CategoryStatistics; readonly columns: CategoryColumns } {
  const count = column.codes.length
  const weights = new Float64Array(column.levels.length + 1)
  const positives = new Float64Array(column.levels.length + 1)
  const seen = new Float64Array(count)
  const positive = new Float64Array(count)
  for (let row = 0; row < count; row++) {
    const code = column.codes[row] ?? 0
    seen[row] = weights[code] ?? 0
    positive[row] = positives[code] ?? 0
    if (row >= fit.trainCount) continue
    const weight = rows.weights[row] ?? 0
    weights[code] = (weights[code] ?? 0) + weight
    if (rows.labels[row] === 1) positives[code] = (positives[code] ?? 0) + weight
  }
  const strength = likeliestStrength({ seen, positive }, rows, fit)
  const belief = { prior: fit.prior, strength }
  const share = seen.map((weight, row) => shrunkShare({ positive: positive[row] ?? 0, weight }, belief))
  return {
    statistics: { ...belief, levels: column.levels, weights, positives },
    columns: { share, seen: seen.map(cappedSeen) },
  }
}

/**
 * From a quarter of a row, for values that decide the label, to 128 rows, for values that say almost nothing.
 */
const STRENGTHS = [0.25, 0.5, 1, 2, 4, 8, 16, 32, 64, 128]

/**
 * The strength under which each row's past foretold its label best (prequential log likelihood; the smaller
 * of equals).
 */
function likeliestStrength(
  past: { readonly seen: Float64Array; readonly positive: Float64Array },
  rows: LabelledRows,
  fit: { readonly trainCount: number; readonly prior: number },
): number {
  let best = 1
  let bestLoss = Number.POSITIVE_INFINITY
  for (const strength of STRENGTHS) {
    let loss = 0
    for (let row = 0; row < fit.trainCount; row++) {
      const sums = { positive: past.positive[row] ?? 0, weight: past.seen[row] ?? 0 }
      const share = shrunkShare(sums, { prior: fit.prior, strength })
      loss -= (rows.weights[row] ?? 0) * Math.log(rows.labels[row] === 1 ? share : 1 - share)
    }
    if (loss >= bestLoss) continue
    bestLoss = loss
    best = strength
  }
  return best
}
