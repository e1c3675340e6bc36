import type { Objective } from '../objective.ts'
import { meanLabel, meanLoss } from './weighted-mean.ts'

/** How far, in margin, a tree may step before the second derivative stops being an upper bound (XGBoost's max_delta_step). */
export const poissonStep = 0.7

const STEEPER = Math.exp(poissonStep)

/**
 * Half the Poisson deviance, y log(y / μ) − y + μ with μ = eᵐ. The first derivative is μ − y. The second is μ; μ e⁰·⁷ is given
 * instead, its bound on steps up to 0.7, because Newton's step overshoots by far where a leaf's mean is many times the
 * margin's. XGBoost (count:poisson) and LightGBM do the same.
 */
export const poisson: Objective = {
  baseMargin: (rows, range) => Math.log(meanLabel(rows, range)),

  differentiate({ labels, weights }, { margins, range }, into) {
    const { first, second } = into
    for (let row = range.from; row < range.to; row++) {
      const mean = Math.exp(margins[row] ?? 0)
      const weight = weights[row] ?? 0
      first[row] = weight * (mean - (labels[row] ?? 0))
      second[row] = weight * mean * STEEPER
    }
  },

  loss: (rows, margins, range) =>
    meanLoss(rows, { margins, range }, (label, margin) => {
      const logarithm = label > 0 ? label * (Math.log(label) - margin) : 0
      return logarithm - label + Math.exp(margin)
    }),

  predict: Math.exp,
}
