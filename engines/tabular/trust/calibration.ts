import type { LabelledRows } from '../table/target-statistics.ts'
import { type RowRange, sigmoid, sumWeights } from '../training/loss.ts'

/**
 * Calibrated margin = slope × raw margin + intercept. The order of cases never changes: the slope is
 * positive.
 */
export type Calibration = { readonly slope: number; readonly intercept: number }

export const uncalibrated: Calibration = { slope: 1, intercept: 0 }

const MAX_ITERATIONS = 100
/** Newton steps below this change no printed digit of a probability. */
const TOLERANCE = 1e-10
/**
 * A flatter fit means the margins tell nothing on the validation rows, and a slope of zero would erase the
 * order.
 */
const LEAST_SLOPE = 0.01

/**
 * Platt scaling: a two-parameter logistic fit of labels on margins with Platt's smoothed targets, by Newton's
 * method with halved steps (Platt, "Probabilistic outputs for support vector machines", 1999; Lin, Lin &
 * Weng, Machine Learning 68, 2007). Chosen over isotonic regression because an affine map keeps the
 * contributions additive and cannot create ties.
 */
export function fitPlatt(rows: LabelledRows, margins: Float64Array, range: RowRange): Calibration {
  const { weight, positive } = sumWeights(rows, range)
  const targets = { positive: (positive + 1) / (positive + 2), negative: 1 / (weight - positive + 2) }
  const target = (row: number): number => (rows.labels[row] === 1 ? targets.positive : targets.negative)
  const loss = (at: Calibration): number => {
    let sum = 0
    for (let row = range.from; row < range.to; row++) {
      const margin = at.slope * (margins[row] ?? 0) + at.intercept
      // −t·m + log(1 + eᵐ), the cross entropy of target t.
      const own = Math.max(margin, 0) + Math.log1p(Math.exp(-Math.abs(margin))) - target(row) * margin
      sum += (rows.weights[row] ?? 0) * own
    }
    return sum
  }
  let fit = uncalibrated
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
    fit = next
    fitLoss = loss(fit)
    if (Math.abs(step.slope) + Math.abs(step.intercept) < TOLERANCE) break
  }
  return fit.slope >= LEAST_SLOPE ? fit : uncalibrated
}

type PlattRows = {
  readonly rows: LabelledRows
  readonly margins: Float64Array
  readonly range: RowRange
  readonly target: (row: number) => number
}

function newtonStep({ rows, margins, range, target }: PlattRows, at: Calibration): Calibration {
  // A trace of ridge keeps the 2 × 2 system solvable when all margins are equal.
  let slopeSlope = 1e-12
  let slopeIntercept = 0
  let interceptIntercept = 1e-12
  let slopeGradient = 0
  let interceptGradient = 0
  for (let row = range.from; row < range.to; row++) {
    const margin = margins[row] ?? 0
    const weight = rows.weights[row] ?? 0
    const probability = sigmoid(at.slope * margin + at.intercept)
    const curvature = weight * probability * (1 - probability)
    const error = weight * (probability - target(row))
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
