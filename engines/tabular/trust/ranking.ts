import { TabularInputError } from '../errors.ts'
import { ascendingPositions } from './sorting.ts'

/** What happened, what was foretold, and what each case is worth. */
export type ScoredSample = {
  /** 1 where the thing was there, else 0. */
  readonly labels: ArrayLike<number>
  /** Probabilities from 0 to 1. */
  readonly scores: ArrayLike<number>
  /** What finding a positive case recovers, at least 0 (duty, say), in any one unit. */
  readonly values?: ArrayLike<number> | undefined
}

/**
 * Cases from the highest score down; equal scores stay in the order given, which is the tie rule at a
 * capacity.
 */
export type Ranking = {
  readonly labels: Uint8Array
  readonly scores: Float64Array
  readonly values: Float64Array | null
  /** Position of each ranked case in the sample. */
  readonly positions: Int32Array
}

/** Checks and sorts the sample once, for any number of `measureRanking`. */
export function rank(sample: ScoredSample): Ranking {
  checkSample(sample)
  const { labels, scores, values } = sample
  const count = labels.length
  // Plain loops: for a million cases `from` and `map` would take longer than the sorting.
  const falling = new Float64Array(count)
  for (let i = 0; i < count; i++) falling[i] = -(scores[i] ?? 0)
  const positions = ascendingPositions(falling)
  const ranking = {
    labels: new Uint8Array(count),
    scores: new Float64Array(count),
    values: values === undefined ? null : new Float64Array(count),
    positions,
  }
  for (let i = 0; i < count; i++) {
    const at = positions[i] ?? 0
    ranking.labels[i] = labels[at] ?? 0
    ranking.scores[i] = scores[at] ?? 0
    if (ranking.values !== null) ranking.values[i] = values?.[at] ?? 0
  }
  return ranking
}

function checkSample({ labels, scores, values }: ScoredSample): void {
  const count = labels.length
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no cases to measure')
  if (scores.length !== count || (values !== undefined && values.length !== count)) {
    throw new TabularInputError('length_mismatch', 'labels, scores and values must be equally many')
  }
  let positives = 0
  for (let i = 0; i < count; i++) {
    const label = labels[i]
    const score = scores[i] ?? Number.NaN
    const value = values === undefined ? 0 : (values[i] ?? Number.NaN)
    if (label !== 0 && label !== 1) {
      throw new TabularInputError('label_not_binary', `the label of case ${i} is ${label}; labels are 0 or 1`)
    }
    if (!(score >= 0 && score <= 1)) {
      throw new TabularInputError(
        'score_invalid',
        `the score of case ${i} is ${score}; scores are from 0 to 1`,
      )
    }
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY)) {
      throw new TabularInputError(
        'value_invalid',
        `the value of case ${i} is ${value}; values are finite and at least 0`,
      )
    }
    positives += label
  }
  if (positives === 0 || positives === count) {
    throw new TabularInputError(
      'labels_one_class',
      'the labels are all alike, so there is nothing to tell apart',
    )
  }
}
