import { TabularInputError } from '../errors.ts'
import {
  Categories,
  type Category,
  type ConformalThresholds,
  checkGroups,
  divide,
  thresholdsOf,
} from './conformal.ts'

/** Cases that the model did not learn from: labels 0 or 1, scores from 0 to 1, and the group of each where they are divided. */
export interface LabelledScores {
  readonly labels: ArrayLike<number>
  readonly scores: ArrayLike<number>
  readonly groups?: readonly string[] | undefined
}

/** What a threshold of its own is kept for: `split` is one for all cases, the others are Mondrian. */
export const conformalDivisions = ['split', 'class', 'group', 'class_and_group'] as const
export type ConformalDivision = (typeof conformalDivisions)[number]

export interface ConformalSets extends ConformalThresholds {
  readonly division: ConformalDivision
}

/** Which of the two labels a set holds. `neither` says that the case is like none that calibration met. */
export interface LabelSet {
  readonly negative: boolean
  readonly positive: boolean
}

/**
 * Thresholds for sets of labels. The nonconformity of a label is one less its probability (Sadinle, Lei & Wasserman, JASA
 * 114, 2019: the smallest sets on average if the probabilities are true).
 *
 * @throws TabularInputError `rows_empty`, `length_mismatch`, `label_not_binary`, `score_invalid`, `option_invalid`;
 *   `groups_invalid` where division is by group and there are none.
 */
export function fitConformalSets(
  cases: LabelledScores,
  options: { readonly alpha: number; readonly division?: ConformalDivision | undefined },
): ConformalSets {
  const { alpha, division = 'split' } = options
  const count = checkScores(cases)
  if (needsGroups(division) && cases.groups === undefined)
    throw new TabularInputError('groups_invalid', 'to divide by group, give the group of every case')
  const nonconformities = Float64Array.from({ length: count }, (_, i) =>
    nonconformity(cases.scores[i] ?? 0, labelOf(cases, i)),
  )
  const divided = divide(count, (row) => categoryOf(division, cases.groups?.[row], labelOf(cases, row)))
  return { division, ...thresholdsOf({ nonconformities, ...divided }, alpha) }
}

/** Makes sets for new cases. */
export interface SetMaker {
  /** @throws TabularInputError `group_unknown` for a group or class that calibration did not meet. */
  setOf(score: number, group?: string): LabelSet
  /** Position in `categories` of the threshold that a label of a case is held against. */
  categoryOf(label: 0 | 1, group?: string): number
}

/** Reads the thresholds once, for any number of cases. */
export function setMaker(sets: ConformalSets): SetMaker {
  const categories = new Categories(sets)
  const categoryAt = (label: 0 | 1, group?: string): number =>
    categories.positionOf(categoryOf(sets.division, group, label))
  const holds = (label: 0 | 1, score: number, group?: string): boolean =>
    nonconformity(score, label) <= (sets.categories[categoryAt(label, group)]?.threshold ?? 0)
  return {
    setOf: (score, group) => ({ negative: holds(0, score, group), positive: holds(1, score, group) }),
    categoryOf: categoryAt,
  }
}

export function needsGroups(division: ConformalDivision): boolean {
  return division === 'group' || division === 'class_and_group'
}

function categoryOf(division: ConformalDivision, group: string | undefined, label: 0 | 1): Category {
  if (needsGroups(division) && group === undefined)
    throw new TabularInputError('groups_invalid', 'the thresholds are by group, and the case has none')
  return {
    group: needsGroups(division) ? (group ?? null) : null,
    label: division === 'class' || division === 'class_and_group' ? label : null,
  }
}

function nonconformity(score: number, label: 0 | 1): number {
  return label === 1 ? 1 - score : score
}

export function labelOf(cases: LabelledScores, row: number): 0 | 1 {
  return cases.labels[row] === 1 ? 1 : 0
}

/** Checks the cases and counts them. */
export function checkScores(cases: LabelledScores): number {
  const count = cases.labels.length
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no cases')
  if (cases.scores.length !== count)
    throw new TabularInputError('length_mismatch', 'labels and scores must be equally many')
  checkGroups(cases.groups, count)
  for (let i = 0; i < count; i++) {
    const label = cases.labels[i]
    if (label !== 0 && label !== 1)
      throw new TabularInputError('label_not_binary', `the label of case ${i} is ${label}; labels are 0 or 1`)
    const score = cases.scores[i] ?? Number.NaN
    if (!(score >= 0 && score <= 1))
      throw new TabularInputError(
        'score_invalid',
        `the score of case ${i} is ${score}; scores are from 0 to 1`,
      )
  }
  return count
}
