import { TabularInputError } from '../errors.ts'
import { ascendingPositions } from './sorting.ts'

/**
 * Split conformal prediction (Vovk, Gammerman & Shafer, "Algorithmic learning in a random world", 2005, chapter 4, as
 * inductive conformal predictors): with n calibration cases that the model did not learn from, and a new one exchangeable with
 * them, a set that holds every answer whose nonconformity is at most the ⌈(n + 1)(1 − α)⌉-th smallest of theirs misses the
 * truth with probability at most α, whatever the model is worth.
 *
 * Cases may be divided beforehand into categories, each with a threshold of its own (Mondrian, ibid. section 4.5): then the
 * promise holds inside every category, not just on the whole.
 */
export interface Threshold {
  /** Calibration cases of the category: n. */
  readonly calibrated: number
  /** Which of their nonconformities, from the smallest, the threshold is: ⌈(n + 1)(1 − α)⌉; n + 1 where there are too few. */
  readonly rank: number
  /** `Infinity` where the rank is beyond the cases: every answer is then in the set, which is all that can be promised. */
  readonly threshold: number
}

/** The category of a case: its group, its label, both or neither; `null` stands where cases are not divided by it. */
export interface Category {
  readonly group: string | null
  readonly label: 0 | 1 | null
}

export interface ConformalThresholds {
  /** The share of cases whose truth the sets may miss. */
  readonly alpha: number
  readonly categories: readonly (Category & Threshold)[]
}

/** The rank of the threshold among n nonconformities: ⌈(n + 1)(1 − α)⌉, at most n + 1. */
export function conformalRank(calibrated: number, alpha: number): number {
  // The tiny deduction undoes products such as 10 × 0.9 = 9.000…1.
  return Math.min(calibrated + 1, Math.ceil((calibrated + 1) * (1 - alpha) - 1e-9))
}

/** The threshold of one category from its cases' nonconformities, in any order. */
export function conformalThreshold(nonconformities: Float64Array, alpha: number): Threshold {
  const calibrated = nonconformities.length
  const rank = conformalRank(calibrated, alpha)
  const order = ascendingPositions(nonconformities)
  const at = order[rank - 1]
  const threshold = at === undefined ? Number.POSITIVE_INFINITY : (nonconformities[at] ?? 0)
  return { calibrated, rank, threshold }
}

/** Thresholds of every category that occurs, by group name and label. */
export function thresholdsOf(
  cases: {
    readonly nonconformities: Float64Array
    readonly categories: readonly Category[]
    readonly of: Int32Array
  },
  alpha: number,
): ConformalThresholds {
  checkAlpha(alpha)
  const counts = new Int32Array(cases.categories.length)
  for (const category of cases.of) counts[category] = (counts[category] ?? 0) + 1
  const parts = Array.from(counts, (count) => new Float64Array(count))
  counts.fill(0)
  cases.of.forEach((category, i) => {
    const at = counts[category] ?? 0
    const part = parts[category]
    if (part !== undefined) part[at] = cases.nonconformities[i] ?? 0
    counts[category] = at + 1
  })
  const categories = cases.categories.map((category, i) => ({
    ...category,
    ...conformalThreshold(parts[i] ?? new Float64Array(), alpha),
  }))
  return { alpha, categories }
}

/** Finds a case's category. A group that calibration did not meet has no promise, and is refused. */
export class Categories {
  readonly #positions = new Map<string, number>()

  constructor(thresholds: ConformalThresholds) {
    thresholds.categories.forEach((category, i) => {
      this.#positions.set(keyOf(category), i)
    })
  }

  positionOf(category: Category, row?: number): number {
    const position = this.#positions.get(keyOf(category))
    if (position !== undefined) return position
    throw new TabularInputError(
      'group_unknown',
      `${row === undefined ? 'the case' : `case ${row}`} is of a category without calibration cases, so nothing can be promised for it`,
    )
  }
}

function keyOf({ group, label }: Category): string {
  return JSON.stringify([group, label])
}

/** The categories that occur, in rising order of group, then label; and the position of each case's. */
export function divide(
  count: number,
  categoryOf: (row: number) => Category,
): { readonly categories: readonly Category[]; readonly of: Int32Array } {
  const found = new Map<string, { readonly category: Category; readonly first: number }>()
  const firstOf = Int32Array.from({ length: count }, (_, row) => {
    const category = categoryOf(row)
    const key = keyOf(category)
    const known = found.get(key)
    if (known !== undefined) return known.first
    found.set(key, { category, first: found.size })
    return found.size - 1
  })
  const rising = [...found.values()].sort((a, b) => byGroupThenLabel(a.category, b.category))
  const positions = new Int32Array(found.size)
  rising.forEach(({ first }, position) => {
    positions[first] = position
  })
  return {
    categories: rising.map(({ category }) => category),
    of: firstOf.map((first) => positions[first] ?? 0),
  }
}

function byGroupThenLabel(a: Category, b: Category): number {
  const [x, y] = [a.group ?? '', b.group ?? '']
  if (x !== y) return x < y ? -1 : 1
  return (a.label ?? 0) - (b.label ?? 0)
}

export function checkAlpha(alpha: number): void {
  if (alpha > 0 && alpha < 1) return
  throw new TabularInputError('option_invalid', `alpha must lie between 0 and 1, not be ${alpha}`)
}

/** One group name a case, or none at all. */
export function checkGroups(groups: readonly string[] | undefined, count: number): void {
  if (groups === undefined || groups.length === count) return
  throw new TabularInputError('length_mismatch', `there are ${count} cases and ${groups.length} groups`)
}
