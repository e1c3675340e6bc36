import { TabularInputError } from '../../errors.ts'
import type { ObjectiveRows, RowRange } from '../objective.ts'
import type { ObjectiveSpec } from './objectives.ts'

/** Labels of this size would drown all others in fixed point, and their squares overflow further on. */
const LARGEST_LABEL = 1e30

/** All pairs of a query are compared in each round, so a query of many rows would take minutes. */
const MAX_QUERY_ROWS = 4_096

/** One row's label, or a refusal that names the row. */
export function readLabel(spec: ObjectiveSpec, label: number | undefined, row: number): number {
  const refuse = (code: 'label_not_binary' | 'label_not_finite' | 'label_negative', must: string): never => {
    throw new TabularInputError(code, `the label of row ${row} ${must}`)
  }
  if (spec.name === 'logistic') {
    return label === 0 || label === 1 ? label : refuse('label_not_binary', `is ${label}; labels are 0 or 1`)
  }
  if (label === undefined || !(Math.abs(label) <= LARGEST_LABEL))
    return refuse('label_not_finite', `must be a number of size at most ${LARGEST_LABEL}`)
  if (label < 0 && (spec.name === 'poisson' || spec.name === 'tweedie'))
    return refuse('label_negative', `must not be negative for ${spec.name} loss`)
  return label + 0 // Turns −0 into 0.
}

/**
 * Refuses what cannot be learned from: labels of no weight or all alike, groups where there is no ranking, a ranking without
 * proper groups.
 */
export function checkLabels(spec: ObjectiveSpec, rows: ObjectiveRows): void {
  if (spec.name === 'pairwise') checkGroups(rows)
  else if (rows.groups !== undefined) throw wrongGroups(`${spec.name} loss has no use for groups`)
  if (labelsDiffer(spec, rows, { from: 0, to: rows.labels.length })) return
  if (spec.name === 'logistic') {
    throw new TabularInputError(
      'labels_one_class',
      'the labels are all alike; both 0 and 1 must occur, with weight',
    )
  }
  const where = spec.name === 'pairwise' ? ' in each query' : ''
  throw new TabularInputError(
    'labels_constant',
    `the labels are all alike${where}; different ones must occur, with weight`,
  )
}

/** Whether rows with weight in the range have different labels, for a ranking within one query. */
export function labelsDiffer(spec: ObjectiveSpec, rows: ObjectiveRows, range: RowRange): boolean {
  if (spec.name !== 'pairwise') return differ(rows, range)
  const { groups = new Int32Array() } = rows
  for (let group = 0; group + 1 < groups.length; group++) {
    const from = groups[group] ?? 0
    const to = groups[group + 1] ?? 0
    if (from >= range.from && to <= range.to && differ(rows, { from, to })) return true
  }
  return false
}

function differ({ labels, weights }: ObjectiveRows, { from, to }: RowRange): boolean {
  let seen: number | undefined
  for (let row = from; row < to; row++) {
    if (!((weights[row] ?? 0) > 0)) continue
    seen ??= labels[row] ?? 0
    if (labels[row] !== seen) return true
  }
  return false
}

function checkGroups({ labels, weights, groups }: ObjectiveRows): void {
  if (groups === undefined)
    throw wrongGroups('pairwise ranking needs groups: which query each row belongs to')
  if (groups[0] !== 0 || groups.at(-1) !== labels.length)
    throw wrongGroups('the groups must begin at row 0 and end with the number of rows')
  for (let group = 0; group + 1 < groups.length; group++) {
    const from = groups[group] ?? 0
    const to = groups[group + 1] ?? 0
    if (!(to > from)) throw wrongGroups(`query ${group} must have rows, and begin after the one before`)
    if (to - from > MAX_QUERY_ROWS)
      throw wrongGroups(`query ${group} has ${to - from} rows; at most ${MAX_QUERY_ROWS} can be compared`)
    // Each pair has one weight, that of its query (as in XGBoost).
    for (let row = from + 1; row < to; row++) {
      if (weights[row] !== weights[from]) throw wrongGroups(`the rows of query ${group} must have one weight`)
    }
  }
}

function wrongGroups(message: string): TabularInputError {
  return new TabularInputError('groups_invalid', message)
}
