import type { Objective } from '../objective.ts'
import { meanLabel, meanLoss } from './weighted-mean.ts'

/**
 * How far, in margin, a tree may step. Newton's step is up to 1 / (power − 1) where a label is many times the mean: at power 1.5
 * this limit changes nothing, nearer to 1 it keeps the mean, which is the exponential, from running away.
 */
export const tweedieStep = 2

/**
 * Half the Tweedie deviance with μ = eᵐ and a variance that is as μ to the `power`, between 1 (Poisson) and 2 (gamma):
 * y²⁻ᵖ / ((1−p)(2−p)) − y μ¹⁻ᵖ / (1−p) + μ²⁻ᵖ / (2−p) (Jørgensen, "The theory of dispersion models", 1997). Derivatives as
 * XGBoost's reg:tweedie.
 */
export function tweedie(power: number): Objective {
  const one = 1 - power
  const two = 2 - power
  return {
    baseMargin: (rows, range) => Math.log(meanLabel(rows, range)),

    differentiate({ labels, weights }, { margins, range }, into) {
      const { first, second } = into
      for (let row = range.from; row < range.to; row++) {
        const margin = margins[row] ?? 0
        const weight = weights[row] ?? 0
        const pull = (labels[row] ?? 0) * Math.exp(one * margin)
        const push = Math.exp(two * margin)
        first[row] = weight * (push - pull)
        second[row] = weight * (two * push - one * pull)
      }
    },

    loss: (rows, margins, range) =>
      meanLoss(
        rows,
        { margins, range },
        (label, margin) =>
          label ** two / (one * two) - (label * Math.exp(one * margin)) / one + Math.exp(two * margin) / two,
      ),

    predict: Math.exp,
  }
}
