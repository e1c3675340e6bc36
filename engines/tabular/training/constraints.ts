import { TabularInputError } from '../errors.ts'
import type { ObjectiveSpec } from './objectives/objectives.ts'
import type { Bounds, Split } from './split-search.ts'

/** Nothing limits a step yet. */
export const unbounded: Bounds = { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY }

/**
 * The limits of the two children's steps, and of all below them. A split of a monotone column parts its bounds at the middle
 * of its sides' steps, so that nothing below the left side can pass anything below the right side (as XGBoost does); other
 * splits hand their bounds down. `monotone` is by column: 1 rising, −1 falling, 0 free.
 */
export function childBounds(
  split: Pick<Split, 'column' | 'leftStep' | 'rightStep'>,
  bounds: Bounds,
  monotone: Int8Array,
): { readonly left: Bounds; readonly right: Bounds } {
  const direction = monotone[split.column] ?? 0
  if (direction === 0) return { left: bounds, right: bounds }
  const middle = split.leftStep / 2 + split.rightStep / 2
  const below = { low: bounds.low, high: middle }
  const above = { low: middle, high: bounds.high }
  return direction > 0 ? { left: below, right: above } : { left: above, right: below }
}

/** Which features may meet on one path from root to leaf. */
export interface Interactions {
  /** Feature numbers of each group. Groups may share features. */
  readonly groups: readonly (readonly number[])[]
  /** The feature of each column. */
  readonly featureOfColumn: Int32Array
}

/**
 * The columns among `columns` that a node may be split by, when the path to it has split by the features `path`. At the root
 * that is all of them. Below, a feature is allowed if it is on the path already, or in a group that holds the whole path: a
 * feature of no group meets none but itself (XGBoost's interaction_constraints).
 */
export function allowedColumns(
  path: readonly number[],
  { groups, featureOfColumn }: Interactions,
  columns: Int32Array,
): Int32Array {
  if (path.length === 0) return columns
  const allowed = new Set(path)
  for (const group of groups) {
    if (path.every((feature) => group.includes(feature))) for (const feature of group) allowed.add(feature)
  }
  return columns.filter((column) => allowed.has(featureOfColumn[column] ?? -1))
}

/**
 * Refuses a monotone feature under a loss whose leaves step to a quantile of their residuals: the bounds that keep a tree
 * monotone are of Newton's steps, and such a leaf would leave them (LightGBM refuses the same).
 */
export function checkMonotone(
  objective: ObjectiveSpec,
  features: readonly { readonly name: string; readonly monotone?: number | undefined }[],
): void {
  if (objective.name !== 'absolute' && objective.name !== 'quantile') return
  const name = features.find(({ monotone = 0 }) => monotone !== 0)?.name
  if (name === undefined) return
  throw new TabularInputError(
    'option_invalid',
    `feature "${name}" cannot be monotone: ${objective.name} loss does not keep to it`,
  )
}
