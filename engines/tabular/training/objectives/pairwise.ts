import { sigmoid } from '../loss.ts'
import type { Objective, ObjectiveRows, RowRange } from '../objective.ts'
import { softplus } from './logistic.ts'

/**
 * Ranking within queries: the logistic loss log(1 + e^−(mᵢ − mⱼ)) of each pair of which i has the higher label (RankNet, whose
 * gradients row by row are LambdaMART's: Burges, "From RankNet to LambdaRank to LambdaMART", MSR-TR-2010-82, section 2.1). All
 * pairs count, so nothing is drawn by chance. A query's loss is the mean over its pairs, times its rows: long queries do not
 * drown short ones by the square of their length. The second derivatives are doubled as in XGBoost's rank:pairwise: a pair's
 * two rows move at once, and twice the diagonal bounds what their steps do together.
 */
export const pairwise: Objective = {
  baseMargin: () => 0,

  differentiate(rows, { margins, range }, { first, second }) {
    first.fill(0, range.from, range.to)
    second.fill(0, range.from, range.to)
    forEachQuery(rows, range, (from, to, weight) => {
      for (let i = from; i < to; i++) {
        for (let j = i + 1; j < to; j++) {
          const order = (rows.labels[i] ?? 0) - (rows.labels[j] ?? 0)
          if (order === 0) continue
          const higher = order > 0 ? i : j
          const lower = order > 0 ? j : i
          const wrong = sigmoid((margins[lower] ?? 0) - (margins[higher] ?? 0))
          const curve = 2 * weight * wrong * (1 - wrong)
          first[higher] = (first[higher] ?? 0) - weight * wrong
          first[lower] = (first[lower] ?? 0) + weight * wrong
          second[higher] = (second[higher] ?? 0) + curve
          second[lower] = (second[lower] ?? 0) + curve
        }
      }
    })
  },

  loss(rows, margins, range) {
    let loss = 0
    forEachQuery(rows, range, (from, to, weight) => {
      for (let i = from; i < to; i++) {
        for (let j = i + 1; j < to; j++) {
          const order = (rows.labels[i] ?? 0) - (rows.labels[j] ?? 0)
          if (order !== 0)
            loss += weight * softplus(Math.sign(order) * ((margins[j] ?? 0) - (margins[i] ?? 0)))
        }
      }
    })
    // A query without anything to order counts as perfect.
    let total = 0
    for (let row = range.from; row < range.to; row++) total += rows.weights[row] ?? 0
    return loss / total
  },

  predict: (margin) => margin,
}

/** Calls with the rows of each query in the range that has pairs to order, and with the weight of one of its pairs. */
function forEachQuery(
  { labels, weights, groups }: ObjectiveRows,
  range: RowRange,
  visit: (from: number, to: number, weight: number) => void,
): void {
  if (groups === undefined) throw new Error('pairwise ranking needs groups')
  for (let group = firstAt(groups, range.from); (groups[group] ?? range.to) < range.to; group++) {
    const from = groups[group] ?? 0
    const to = groups[group + 1] ?? 0
    const pairs = countPairs(labels.slice(from, to))
    if (pairs > 0) visit(from, to, ((weights[from] ?? 0) * (to - from)) / pairs)
  }
}

/** The first group that begins at `from` or later. */
function firstAt(groups: Int32Array, from: number): number {
  let low = 0
  let high = groups.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((groups[middle] ?? 0) < from) low = middle + 1
    else high = middle
  }
  return low
}

/** Pairs of different labels; sorts the labels. */
function countPairs(labels: Float64Array): number {
  labels.sort()
  let pairs = 0
  let start = 0
  for (let i = 0; i < labels.length; i++) {
    if (labels[i] !== labels[start]) start = i
    pairs += start
  }
  return pairs
}
