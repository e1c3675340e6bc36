import { TabularInputError } from '../errors.ts'

/** What was true, what was foretold, and how much each row counts (1 when left out). */
export interface Foretelling {
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  readonly weights?: ArrayLike<number> | undefined
}

/** Mean −log p(label) in nats; predictions are probabilities. Certainty is kept finite as scikit-learn does. */
export function logLoss(rows: Foretelling): number {
  return weightedMean(
    rows,
    (label, score) => -Math.log(Math.min(1, Math.max(label === 1 ? score : 1 - score, Number.EPSILON))),
  )
}

/** Root of the mean squared distance. */
export function rootMeanSquaredError(rows: Foretelling): number {
  return Math.sqrt(weightedMean(rows, (label, prediction) => (label - prediction) ** 2))
}

export function meanAbsoluteError(rows: Foretelling): number {
  return weightedMean(rows, (label, prediction) => Math.abs(label - prediction))
}

/** Mean of (label − prediction) × level above the prediction, × (level − 1) below (Koenker & Bassett, Econometrica 46, 1978). */
export function pinballLoss(rows: Foretelling, level: number): number {
  if (!(level > 0 && level < 1))
    throw new TabularInputError('option_invalid', `a quantile's level lies between 0 and 1, not at ${level}`)
  return weightedMean(rows, (label, prediction) => {
    const above = label - prediction
    return above >= 0 ? level * above : (level - 1) * above
  })
}

/** Mean of 2 (y log(y / µ) − y + µ): twice what the log likelihood lacks from a perfect fit's. Labels ≥ 0, predictions > 0. */
export function poissonDeviance(rows: Foretelling): number {
  return weightedMean(rows, (label, mean, row) => {
    checkDeviance(label, mean, row)
    return 2 * ((label > 0 ? label * Math.log(label / mean) : 0) - label + mean)
  })
}

/** The same for Tweedie's law with the variance as the mean's `power`, 1 < power < 2 (Jørgensen, JRSS B 49, 1987). */
export function tweedieDeviance(rows: Foretelling, power: number): number {
  if (!(power > 1 && power < 2))
    throw new TabularInputError('option_invalid', `Tweedie's power lies between 1 and 2, not at ${power}`)
  return weightedMean(rows, (label, mean, row) => {
    checkDeviance(label, mean, row)
    return (
      2 *
      (label ** (2 - power) / ((1 - power) * (2 - power)) -
        (label * mean ** (1 - power)) / (1 - power) +
        mean ** (2 - power) / (2 - power))
    )
  })
}

/** Mean over the rows by weight. Lengths, labels and predictions that are no numbers are refused. */
function weightedMean(
  { labels, predictions, weights }: Foretelling,
  loss: (label: number, prediction: number, row: number) => number,
): number {
  const count = labels.length
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no cases to measure')
  if (predictions.length !== count || (weights !== undefined && weights.length !== count))
    throw new TabularInputError('length_mismatch', 'labels, predictions and weights must be equally many')
  let sum = 0
  let total = 0
  for (let row = 0; row < count; row++) {
    const label = labels[row] ?? Number.NaN
    const prediction = predictions[row] ?? Number.NaN
    const weight = weights === undefined ? 1 : (weights[row] ?? Number.NaN)
    if (!Number.isFinite(label))
      throw new TabularInputError('label_not_finite', `the label of case ${row} is ${label}`)
    if (!Number.isFinite(prediction))
      throw new TabularInputError('prediction_invalid', `the prediction of case ${row} is ${prediction}`)
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new TabularInputError('weight_invalid', `the weight of case ${row} is ${weight}`)
    sum += weight * loss(label, prediction, row)
    total += weight
  }
  if (!(total > 0)) throw new TabularInputError('weight_invalid', 'no case has any weight')
  return sum / total
}

function checkDeviance(label: number, mean: number, row: number): void {
  if (label < 0) throw new TabularInputError('label_negative', `the label of case ${row} is below 0`)
  if (!(mean > 0))
    throw new TabularInputError('prediction_invalid', `the prediction of case ${row} is not above 0`)
}
