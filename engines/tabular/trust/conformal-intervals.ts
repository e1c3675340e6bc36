import { TabularInputError } from '../errors.ts'
import { Categories, type ConformalThresholds, checkGroups, divide, thresholdsOf } from './conformal.ts'
import type { Band } from './distributions.ts'

/**
 * What a model foretells of numbers: one figure a case, or a low and a high quantile. `groups` where thresholds, or the
 * report, are to be by group.
 */
export type Foretold = { readonly groups?: readonly string[] | undefined } & (
  | { readonly predictions: ArrayLike<number>; readonly low?: undefined; readonly high?: undefined }
  | { readonly low: ArrayLike<number>; readonly high: ArrayLike<number>; readonly predictions?: undefined }
)

export interface ConformalIntervals extends ConformalThresholds {
  /**
   * `residual`: the prediction ± the threshold of |label − prediction|. `quantiles`: the low quantile less, and the high one
   * plus, the threshold of max(low − label, label − high), which may be below 0 (conformalised quantile regression: Romano,
   * Patterson & Candès, NeurIPS 2019); its intervals are wide where the labels scatter and narrow where they do not.
   */
  readonly method: 'residual' | 'quantiles'
  readonly division: 'split' | 'group'
}

/**
 * Thresholds for intervals of numbers, from cases that the model did not learn from.
 *
 * @throws TabularInputError `rows_empty`, `length_mismatch`, `label_not_finite`, `prediction_invalid`, `option_invalid`;
 *   `groups_invalid` where division is by group and there are none.
 */
export function fitConformalIntervals(
  cases: Foretold & { readonly labels: ArrayLike<number> },
  options: { readonly alpha: number; readonly division?: 'split' | 'group' | undefined },
): ConformalIntervals {
  const { alpha, division = 'split' } = options
  const count = cases.labels.length
  checkForetold(cases, count)
  if (division === 'group' && cases.groups === undefined)
    throw new TabularInputError('groups_invalid', 'to divide by group, give the group of every case')
  const nonconformities = Float64Array.from({ length: count }, (_, i) =>
    distanceOutside(bareInterval(cases, i), labelAt(cases.labels, i)),
  )
  const divided = divide(count, (row) => ({
    group: division === 'group' ? (cases.groups?.[row] ?? null) : null,
    label: null,
  }))
  const method = cases.predictions === undefined ? 'quantiles' : 'residual'
  return { method, division, ...thresholdsOf({ nonconformities, ...divided }, alpha) }
}

/** Makes intervals for new cases. */
export interface IntervalMaker {
  /** Of case `row`, and the position in `categories` of the threshold that made it. */
  intervalAt(row: number): Band & { readonly category: number }
}

/**
 * Intervals of new cases, foretold as the calibration cases were.
 *
 * @throws TabularInputError as `fitConformalIntervals`; `group_unknown` for a group that calibration did not meet.
 */
export function intervalMaker(fit: ConformalIntervals, cases: Foretold): IntervalMaker {
  const count = cases.predictions?.length ?? cases.low?.length ?? 0
  checkForetold(cases, count)
  if ((cases.predictions === undefined) !== (fit.method === 'quantiles'))
    throw new TabularInputError('option_invalid', `the thresholds are of ${fit.method}, the cases are not`)
  if (fit.division === 'group' && cases.groups === undefined)
    throw new TabularInputError('groups_invalid', 'the thresholds are by group, and the cases have none')
  const categories = new Categories(fit)
  return {
    intervalAt(row) {
      const group = fit.division === 'group' ? (cases.groups?.[row] ?? null) : null
      const category = categories.positionOf({ group, label: null }, row)
      return { ...widen(bareInterval(cases, row), fit.categories[category]?.threshold ?? 0), category }
    },
  }
}

/** An interval drawn in beyond its middle is that one point, which still holds whatever the empty interval would have. */
function widen({ low, high }: Band, by: number): Band {
  if (low - by <= high + by) return { low: low - by, high: high + by }
  const middle = low / 2 + high / 2
  return { low: middle, high: middle }
}

/** How far outside the interval a label lies; below 0 inside it. */
function distanceOutside({ low, high }: Band, label: number): number {
  return Math.max(low - label, label - high)
}

function bareInterval(cases: Foretold, row: number): Band {
  if (cases.predictions !== undefined) {
    const prediction = cases.predictions[row] ?? 0
    return { low: prediction, high: prediction }
  }
  return { low: cases.low[row] ?? 0, high: cases.high[row] ?? 0 }
}

function labelAt(labels: ArrayLike<number>, row: number): number {
  const label = labels[row]
  if (label !== undefined && Number.isFinite(label)) return label
  throw new TabularInputError('label_not_finite', `the label of case ${row} is ${label}`)
}

function checkForetold(cases: Foretold, count: number): void {
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no cases')
  checkGroups(cases.groups, count)
  const given = cases.predictions === undefined ? [cases.low, cases.high] : [cases.predictions]
  for (const values of given) {
    if (values.length !== count)
      throw new TabularInputError(
        'length_mismatch',
        `there are ${count} cases and ${values.length} predictions`,
      )
    for (let i = 0; i < count; i++) {
      if (Number.isFinite(values[i])) continue
      throw new TabularInputError('prediction_invalid', `the prediction of case ${i} is ${values[i]}`)
    }
  }
}
