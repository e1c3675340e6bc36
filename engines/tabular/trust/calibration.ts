import type { RowRange } from '../training/objective.ts'

/**
 * How a logistic model's raw margin becomes the probability that people see.
 *
 * - `none`: the logistic function of the margin.
 * - `platt`: the logistic function of slope × margin + intercept; the slope is positive, so no two cases change places.
 * - `isotonic`: a rising curve through the points (`margins`, `scores`), straight between them, level outside. Cases on a
 *   level stretch share one score: rank by margin, show the score.
 *
 * Models of other objectives are not calibrated: their kind is `none`, and the prediction is the objective's own.
 */
export type Calibration =
  | { readonly kind: 'none' }
  | { readonly kind: 'platt'; readonly slope: number; readonly intercept: number }
  | {
      readonly kind: 'isotonic'
      /** Rising, one or more. */
      readonly margins: Float64Array
      /** Probability at each of the margins, never falling. */
      readonly scores: Float64Array
    }

export const uncalibrated: Calibration = { kind: 'none' }

/** Labels (0 or 1) and weights of rows in time order. */
export interface CalibrationRows {
  readonly labels: ArrayLike<number>
  readonly weights: ArrayLike<number>
}

/** Probability of a margin under the calibration; of a missing (NaN) margin NaN. */
export function calibrated(calibration: Calibration, margin: number): number {
  switch (calibration.kind) {
    case 'none':
      return logistic(margin)
    case 'platt':
      return logistic(calibration.slope * margin + calibration.intercept)
    case 'isotonic':
      return interpolate(calibration.margins, calibration.scores, margin)
  }
}

/** The curve through (`at`, `values`), `at` rising: straight between its points, level before the first and after the last. */
export function interpolate(at: Float64Array, values: Float64Array, where: number): number {
  if (Number.isNaN(where)) return Number.NaN
  let low = 0
  let high = at.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((at[middle] ?? 0) < where) low = middle + 1
    else high = middle
  }
  // `low` is the first point at or after the place.
  if (low === 0) return values[0] ?? Number.NaN
  if (low === at.length) return values[low - 1] ?? Number.NaN
  const before = at[low - 1] ?? 0
  const after = at[low] ?? 0
  const start = values[low - 1] ?? 0
  const end = values[low] ?? 0
  return start + (end - start) * ((where - before) / (after - before))
}

/** Probability of a margin (log odds). */
export function logistic(margin: number): number {
  return 1 / (1 + Math.exp(-margin))
}

const MAX_ITERATIONS = 100
/** A Newton step halved below this share of its length leads nowhere. */
const TOLERANCE = 1e-10
/** After a step that gained less than this share of the loss, the next would move no printed digit of a probability. */
const LEAST_GAIN = 1e-13
/** A flatter fit means the margins tell nothing on these rows, and a slope of zero would erase the order. */
const LEAST_SLOPE = 0.01

type Line = { readonly slope: number; readonly intercept: number }

/**
 * Platt scaling: a two-parameter logistic fit of labels on margins with Platt's smoothed targets, by Newton's
 * method with halved steps (Platt, "Probabilistic outputs for support vector machines", 1999; Lin, Lin &
 * Weng, Machine Learning 68, 2007). `uncalibrated` where the margins order the rows of the range the wrong way, or not at
 * all.
 */
export function fitPlatt(rows: CalibrationRows, margins: ArrayLike<number>, range: RowRange): Calibration {
  const target = smoothedTargets(rows, range)
  const loss = (at: Line): number => {
    let sum = 0
    for (let row = range.from; row < range.to; row++) {
      const margin = at.slope * (margins[row] ?? 0) + at.intercept
      // −t·m + log(1 + eᵐ), the cross entropy of target t.
      const own =
        Math.max(margin, 0) + Math.log1p(Math.exp(-Math.abs(margin))) - target(rows.labels[row]) * margin
      sum += (rows.weights[row] ?? 0) * own
    }
    return sum
  }
  let fit: Line = { slope: 1, intercept: 0 }
  let fitLoss = loss(fit)
  for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
    const step = newtonStep({ rows, margins, range, target }, fit)
    let scale = 1
    let next = { slope: fit.slope + step.slope, intercept: fit.intercept + step.intercept }
    while (loss(next) > fitLoss && scale > TOLERANCE) {
      scale /= 2
      next = { slope: fit.slope + scale * step.slope, intercept: fit.intercept + scale * step.intercept }
    }
    if (scale <= TOLERANCE) break
    const nextLoss = loss(next)
    const gained = fitLoss - nextLoss
    fit = next
    fitLoss = nextLoss
    // Near the minimum the loss is flat to the last digit, and steps would be halved for nothing.
    if (gained <= LEAST_GAIN * nextLoss) break
  }
  return fit.slope >= LEAST_SLOPE ? { kind: 'platt', ...fit } : uncalibrated
}

/**
 * What a label counts as when a calibration is fitted: not quite 1 and not quite 0 (Platt 1999, section 2.2: the means of
 * the posterior after so many rows of each label), so that no score is certain.
 */
export function smoothedTargets(
  rows: CalibrationRows,
  range: RowRange,
): (label: number | undefined) => number {
  let positive = 0
  let negative = 0
  for (let row = range.from; row < range.to; row++) {
    if (rows.labels[row] === 1) positive += rows.weights[row] ?? 0
    else negative += rows.weights[row] ?? 0
  }
  const high = (positive + 1) / (positive + 2)
  const low = 1 / (negative + 2)
  return (label) => (label === 1 ? high : low)
}

type PlattRows = {
  readonly rows: CalibrationRows
  readonly margins: ArrayLike<number>
  readonly range: RowRange
  readonly target: (label: number | undefined) => number
}

function newtonStep({ rows, margins, range, target }: PlattRows, at: Line): Line {
  // A trace of ridge keeps the 2 × 2 system solvable when all margins are equal.
  let slopeSlope = 1e-12
  let slopeIntercept = 0
  let interceptIntercept = 1e-12
  let slopeGradient = 0
  let interceptGradient = 0
  for (let row = range.from; row < range.to; row++) {
    const margin = margins[row] ?? 0
    const weight = rows.weights[row] ?? 0
    const probability = logistic(at.slope * margin + at.intercept)
    const curvature = weight * probability * (1 - probability)
    const error = weight * (probability - target(rows.labels[row]))
    slopeSlope += curvature * margin * margin
    slopeIntercept += curvature * margin
    interceptIntercept += curvature
    slopeGradient += error * margin
    interceptGradient += error
  }
  const determinant = slopeSlope * interceptIntercept - slopeIntercept * slopeIntercept
  return {
    slope: -(interceptIntercept * slopeGradient - slopeIntercept * interceptGradient) / determinant,
    intercept: -(slopeSlope * interceptGradient - slopeIntercept * slopeGradient) / determinant,
  }
}
