import type { Objective } from '../objective.ts'
import { meanLabel, meanLoss } from './weighted-mean.ts'

/** Half the squared error, (m − y)² / 2. Derivatives m − y and 1, as XGBoost's reg:squarederror. */
export const squared: Objective = {
  baseMargin: meanLabel,

  differentiate({ labels, weights }, { margins, range }, into) {
    const { first, second } = into
    for (let row = range.from; row < range.to; row++) {
      const weight = weights[row] ?? 0
      first[row] = weight * ((margins[row] ?? 0) - (labels[row] ?? 0))
      second[row] = weight
    }
  },

  loss: (rows, margins, range) =>
    meanLoss(rows, { margins, range }, (label, margin) => (margin - label) ** 2 / 2),

  predict: (margin) => margin,
}
