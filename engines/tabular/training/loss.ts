import type { LabelledRows } from '../table/target-statistics.ts'
import type { Derivatives } from './tree.ts'

/** A range of rows, from `from` up to but not including `to`. */
export type RowRange = { readonly from: number; readonly to: number }

/** Probability of a margin (log odds). */
export function sigmoid(margin: number): number {
  return 1 / (1 + Math.exp(-margin))
}

/** Weight of the range's rows and of the positive ones among them. */
export function sumWeights(
  rows: LabelledRows,
  range: RowRange,
): { readonly weight: number; readonly positive: number } {
  let weight = 0
  let positive = 0
  for (let row = range.from; row < range.to; row++) {
    weight += rows.weights[row] ?? 0
    if (rows.labels[row] === 1) positive += rows.weights[row] ?? 0
  }
  return { weight, positive }
}

/** Weighted mean of −log p(label), in nats. */
export function logLoss(rows: LabelledRows, margins: Float64Array, range: RowRange): number {
  let loss = 0
  let weight = 0
  for (let row = range.from; row < range.to; row++) {
    const margin = margins[row] ?? 0
    const against = rows.labels[row] === 1 ? -margin : margin
    // log(1 + eˣ), written so that a large x does not overflow.
    loss += (rows.weights[row] ?? 0) * (Math.max(against, 0) + Math.log1p(Math.exp(-Math.abs(against))))
    weight += rows.weights[row] ?? 0
  }
  return loss / weight
}

/** Writes the log loss's derivatives by margin for the first rows, as many as the arrays hold. */
export function differentiate(rows: LabelledRows, margins: Float64Array, into: Derivatives): void {
  for (let row = 0; row < into.first.length; row++) {
    const probability = sigmoid(margins[row] ?? 0)
    const weight = rows.weights[row] ?? 0
    into.first[row] = weight * (probability - (rows.labels[row] ?? 0))
    into.second[row] = weight * probability * (1 - probability)
  }
}
