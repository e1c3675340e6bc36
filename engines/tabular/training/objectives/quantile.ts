import type { Objective } from '../objective.ts'
import { meanLoss } from './weighted-mean.ts'
import { weightedQuantile } from './weighted-quantile.ts'

/**
 * Pinball loss (Koenker & Bassett, "Regression quantiles", Econometrica 46, 1978), times `scale`: `level` × the shortfall
 * where the margin is below the label, (1 − `level`) × the excess where it is above. Its second derivative is zero; a row's
 * weight stands in for it while a tree looks for splits, and leaves step to their residuals' quantile, as in XGBoost's
 * reg:quantileerror and reg:absoluteerror.
 */
export function quantile(level: number, scale: number): Objective {
  const above = scale * (1 - level)
  const below = -scale * level
  return {
    baseMargin: ({ labels, weights }, { from, to }) =>
      weightedQuantile(labels.subarray(from, to), weights.subarray(from, to), level),

    differentiate({ labels, weights }, { margins, range }, into) {
      const { first, second } = into
      for (let row = range.from; row < range.to; row++) {
        const excess = (margins[row] ?? 0) - (labels[row] ?? 0)
        const weight = weights[row] ?? 0
        first[row] = excess > 0 ? weight * above : excess < 0 ? weight * below : 0
        second[row] = weight
      }
    },

    loss: (rows, margins, range) =>
      meanLoss(rows, { margins, range }, (label, margin) =>
        margin > label ? above * (margin - label) : below * (margin - label),
      ),

    predict: (margin) => margin,

    leafStep: (residuals, weights) => weightedQuantile(residuals, weights, level),
  }
}
