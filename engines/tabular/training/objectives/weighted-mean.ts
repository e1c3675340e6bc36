import type { MarginsOf, ObjectiveRows, RowRange } from '../objective.ts'

/** Weighted mean of the labels in the range. */
export function meanLabel({ labels, weights }: ObjectiveRows, { from, to }: RowRange): number {
  let sum = 0
  let weight = 0
  for (let row = from; row < to; row++) {
    sum += (weights[row] ?? 0) * (labels[row] ?? 0)
    weight += weights[row] ?? 0
  }
  return sum / weight
}

/** Weighted mean over the range of what `lossOf` says of a row's label and margin. */
export function meanLoss(
  { labels, weights }: ObjectiveRows,
  at: MarginsOf,
  lossOf: (label: number, margin: number) => number,
): number {
  const { margins, range } = at
  let loss = 0
  let weight = 0
  for (let row = range.from; row < range.to; row++) {
    const own = weights[row] ?? 0
    // A row of no weight may have a margin at which its loss is infinite.
    if (own > 0) loss += own * lossOf(labels[row] ?? 0, margins[row] ?? 0)
    weight += own
  }
  return loss / weight
}
