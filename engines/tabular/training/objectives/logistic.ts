import { sigmoid } from '../loss.ts'
import type { Objective } from '../objective.ts'
import { meanLabel, meanLoss } from './weighted-mean.ts'

/** Log loss, −log p(label), in nats; p = 1 / (1 + e⁻ᵐ). Derivatives p − y and p (1 − p), as XGBoost's binary:logistic. */
export const logistic: Objective = {
  baseMargin(rows, range) {
    const share = meanLabel(rows, range)
    return Math.log(share / (1 - share))
  },

  differentiate({ labels, weights }, { margins, range }, into) {
    const { first, second } = into
    for (let row = range.from; row < range.to; row++) {
      const probability = sigmoid(margins[row] ?? 0)
      const weight = weights[row] ?? 0
      first[row] = weight * (probability - (labels[row] ?? 0))
      second[row] = weight * probability * (1 - probability)
    }
  },

  loss: (rows, margins, range) =>
    meanLoss(rows, { margins, range }, (label, margin) => softplus(label === 1 ? -margin : margin)),

  predict: sigmoid,
}

/** log(1 + eˣ), written so that a large x does not overflow. */
export function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))
}
