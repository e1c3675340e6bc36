import type { RowRange } from '../training/objective.ts'
import { type Calibration, type CalibrationRows, smoothedTargets } from './calibration.ts'
import { ascendingPositions } from './sorting.ts'

/** A never-falling curve: `at` rises, `values` never fall. */
export interface RisingCurve {
  readonly at: Float64Array
  readonly values: Float64Array
}

/**
 * Isotonic calibration: the never-falling curve closest to the labels, smoothed as Platt's are, so that no score is exactly 0
 * or 1. It can bend where Platt's line cannot, and needs many rows for it.
 */
export function fitIsotonic(
  rows: CalibrationRows,
  margins: ArrayLike<number>,
  range: RowRange,
): Extract<Calibration, { kind: 'isotonic' }> {
  const count = range.to - range.from
  const target = smoothedTargets(rows, range)
  const { at, values } = isotonicRegression({
    at: Float64Array.from({ length: count }, (_, i) => margins[range.from + i] ?? 0),
    values: Float64Array.from({ length: count }, (_, i) => target(rows.labels[range.from + i])),
    weights: Float64Array.from({ length: count }, (_, i) => rows.weights[range.from + i] ?? 0),
  })
  return { kind: 'isotonic', margins: at, scores: values }
}

/**
 * Weighted least squares under the constraint that the curve never falls, by pooling adjacent violators (Ayer et al., Annals
 * of Mathematical Statistics 26, 1955; Best & Chakravarti, Mathematical Programming 47, 1990). Points of the same place are
 * one point. Of each level stretch only the two ends are kept; between points the curve is straight, as in scikit-learn.
 */
export function isotonicRegression(points: {
  readonly at: Float64Array
  readonly values: Float64Array
  /** At least 0; points of no weight are left out. */
  readonly weights: Float64Array
}): RisingCurve {
  const order = ascendingPositions(points.at)
  const blocks: Blocks = {
    first: new Float64Array(order.length),
    last: new Float64Array(order.length),
    mean: new Float64Array(order.length),
    weight: new Float64Array(order.length),
  }
  let count = 0
  for (let i = 0; i < order.length; ) {
    const place = points.at[order[i] ?? 0] ?? 0
    let own = 0
    let sum = 0
    for (; i < order.length && points.at[order[i] ?? 0] === place; i++) {
      const point = order[i] ?? 0
      own += points.weights[point] ?? 0
      sum += (points.weights[point] ?? 0) * (points.values[point] ?? 0)
    }
    if (!(own > 0)) continue
    blocks.first[count] = place
    blocks.last[count] = place
    blocks.mean[count] = sum / own
    blocks.weight[count] = own
    count = poolLast(blocks, count + 1)
  }
  return endsOf(blocks, count)
}

/** Blocks of equal fitted value: where each begins and ends, its weighted mean and its weight. */
interface Blocks {
  readonly first: Float64Array
  readonly last: Float64Array
  readonly mean: Float64Array
  readonly weight: Float64Array
}

/** Merges the last block into those before it while it does not lie above them; how many blocks are left. */
function poolLast({ last, mean, weight }: Blocks, count: number): number {
  let left = count
  while (left > 1 && (mean[left - 2] ?? 0) >= (mean[left - 1] ?? 0)) {
    const low = left - 2
    const both = (weight[low] ?? 0) + (weight[low + 1] ?? 0)
    const gain = ((mean[low + 1] ?? 0) - (mean[low] ?? 0)) * ((weight[low + 1] ?? 0) / both)
    mean[low] = (mean[low] ?? 0) + gain
    weight[low] = both
    last[low] = last[low + 1] ?? 0
    left--
  }
  return left
}

function endsOf(blocks: Blocks, count: number): RisingCurve {
  const at: number[] = []
  const values: number[] = []
  for (let block = 0; block < count; block++) {
    const start = blocks.first[block] ?? 0
    const end = blocks.last[block] ?? 0
    at.push(start)
    values.push(blocks.mean[block] ?? 0)
    if (end === start) continue
    at.push(end)
    values.push(blocks.mean[block] ?? 0)
  }
  return { at: Float64Array.from(at), values: Float64Array.from(values) }
}
