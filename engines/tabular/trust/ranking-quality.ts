import { TabularInputError } from '../errors.ts'
import { ascendingPositions } from './sorting.ts'

/** What ordered lists are worth: graded labels (0 and up), predictions, and where each list ("query") begins. */
export interface RankedLists {
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  /** Ascending from 0, then the number of rows. */
  readonly groups: ArrayLike<number>
}

/**
 * Mean over the lists of the normalised discounted cumulative gain of their first `k` places (Järvelin & Kekäläinen, ACM TOIS
 * 20, 2002). The gain of a label is 2^label − 1 (`exponential`, as XGBoost and LightGBM) or the label itself (`linear`, as
 * scikit-learn). Equal predictions share the gains of their places evenly (McSherry & Najork, ECIR 2008), so the order of the
 * rows says nothing. A list without any gain says nothing either, and is left out; `null` where every list is.
 */
export function discountedGain(
  lists: RankedLists,
  options: { readonly k: number; readonly gain?: 'exponential' | 'linear' | undefined },
): number | null {
  const { k, gain = 'exponential' } = options
  checkLists(lists, k)
  const gainOf = (label: number): number => (gain === 'linear' ? label : 2 ** label - 1)
  let sum = 0
  let counted = 0
  for (let list = 0; list + 1 < lists.groups.length; list++) {
    const from = lists.groups[list] ?? 0
    const length = (lists.groups[list + 1] ?? 0) - from
    const gains = Float64Array.from({ length }, (_, i) => gainOf(lists.labels[from + i] ?? 0))
    const scores = Float64Array.from({ length }, (_, i) => lists.predictions[from + i] ?? 0)
    const best = gainInOrder(gains, gains, k)
    if (best === 0) continue
    sum += gainInOrder(gains, scores, k) / best
    counted++
  }
  return counted === 0 ? null : sum / counted
}

/** Discounted gain of the first `k` places when the list is ordered by the scores, ties sharing. */
function gainInOrder(gains: Float64Array, scores: Float64Array, k: number): number {
  const order = ascendingPositions(scores).reverse()
  let sum = 0
  for (let place = 0; place < Math.min(k, order.length); ) {
    const score = scores[order[place] ?? 0]
    let tied = 0
    let discount = 0
    let end = place
    for (; end < order.length && scores[order[end] ?? 0] === score; end++) {
      tied += gains[order[end] ?? 0] ?? 0
      if (end < k) discount += 1 / Math.log2(end + 2)
    }
    sum += (tied / (end - place)) * discount
    place = end
  }
  return sum
}

function checkLists({ labels, predictions, groups }: RankedLists, k: number): void {
  const count = labels.length
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no cases to measure')
  if (predictions.length !== count)
    throw new TabularInputError('length_mismatch', 'labels and predictions must be equally many')
  if (!(Number.isInteger(k) && k >= 1))
    throw new TabularInputError('option_invalid', `the number of places is a whole number from 1, not ${k}`)
  for (let list = 0; list + 1 < groups.length; list++) {
    if ((groups[list + 1] ?? 0) > (groups[list] ?? 0)) continue
    throw new TabularInputError('groups_invalid', `list ${list} has no rows`)
  }
  if (groups[0] !== 0 || groups[groups.length - 1] !== count)
    throw new TabularInputError('groups_invalid', 'the lists must begin at row 0 and end with the rows')
  for (let row = 0; row < count; row++) {
    const label = labels[row] ?? Number.NaN
    if (!Number.isFinite(label))
      throw new TabularInputError('label_not_finite', `the label of case ${row} is ${label}`)
    if (label < 0) throw new TabularInputError('label_negative', `the label of case ${row} is below 0`)
    if (!Number.isFinite(predictions[row]))
      throw new TabularInputError(
        'prediction_invalid',
        `the prediction of case ${row} is ${predictions[row]}`,
      )
  }
}
