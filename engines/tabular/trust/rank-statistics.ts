import { ascendingPositions } from './sorting.ts'

/** Ranks from 1; equal values share the mean of theirs. Without NaN. */
export function midRanks(values: Float64Array): Float64Array {
  const order = ascendingPositions(values)
  const ranks = new Float64Array(values.length)
  for (let start = 0; start < order.length; ) {
    let end = start
    while (end < order.length && values[order[end] ?? 0] === values[order[start] ?? 0]) end++
    for (let i = start; i < end; i++) ranks[order[i] ?? 0] = (start + 1 + end) / 2
    start = end
  }
  return ranks
}

/** An area under the curve and the least that it is in truth, four standard errors down (Hanley & McNeil, Radiology 143, 1982). */
export interface Area {
  readonly auc: number
  readonly least: number
}

/** Whether values rank rows with label 1 above the others; `null` where either kind is missing. */
export function areaUnder(values: Float64Array, labels: ArrayLike<number>): Area | null {
  const ranks = midRanks(values)
  let positives = 0
  let sum = 0
  for (let i = 0; i < ranks.length; i++) {
    if (labels[i] !== 1) continue
    positives++
    sum += ranks[i] ?? 0
  }
  const negatives = ranks.length - positives
  if (positives === 0 || negatives === 0) return null
  const auc = (sum - (positives * (positives + 1)) / 2) / (positives * negatives)
  const q1 = auc / (2 - auc)
  const q2 = (2 * auc * auc) / (1 + auc)
  const variance =
    (auc * (1 - auc) + (positives - 1) * (q1 - auc * auc) + (negatives - 1) * (q2 - auc * auc)) /
    (positives * negatives)
  return { auc, least: auc - 4 * Math.sqrt(Math.max(0, variance)) }
}

/** Spearman's rank correlation; 0 where either side is constant. */
export function rankCorrelation(one: Float64Array, other: Float64Array): number {
  const [a, b] = [midRanks(one), midRanks(other)]
  const middle = (a.length + 1) / 2
  let both = 0
  let squaresA = 0
  let squaresB = 0
  for (let i = 0; i < a.length; i++) {
    const x = (a[i] ?? 0) - middle
    const y = (b[i] ?? 0) - middle
    both += x * y
    squaresA += x * x
    squaresB += y * y
  }
  return squaresA === 0 || squaresB === 0 ? 0 : both / Math.sqrt(squaresA * squaresB)
}
