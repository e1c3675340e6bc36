import type { FittedFeature } from '../table/encoding.ts'
import type { TrainingOptions } from '../training/options.ts'
import type { Calibration } from '../trust/calibration.ts'
import type { Quality } from '../trust/metrics.ts'

/**
 * All trees' nodes in one run of flat arrays. A row starts at each tree's root; at a split it goes to `left`
 * when its column's value is at most `threshold` (a missing value when `missingLeft` is 1), else to `left +
 * 1`.
 *
 * Every value is a whole multiple of 2⁻³², and all of them together are below 2²⁰. Sums of such numbers are
 * exact in double precision whatever their order, so contributions add up to the margin to the last bit, one
 * row alone or in a batch.
 */
export type TreeNodes = {
  /** First node of each tree. */
  readonly roots: Int32Array
  /** Column of the split, or −1 for a leaf. */
  readonly column: Int32Array
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly missingLeft: Uint8Array
  /** Calibrated margin that the rows of a node are expected to gain from its tree. */
  readonly value: Float64Array
}

export type TabularModel = {
  readonly features: readonly FittedFeature[]
  /** Calibrated margin before any feature has spoken: the expected value over the training rows. */
  readonly baseMargin: number
  readonly trees: TreeNodes
  /** Already worked into `baseMargin` and the trees' values; kept to say what was done. */
  readonly calibration: Calibration
  readonly seed: number
  readonly options: TrainingOptions
  readonly trainedRows: number
  /**
   * Quality on the validation tail, of a model that had not learned from it (but whose number of trees and
   * two calibration numbers were chosen on it); `null` without validation.
   */
  readonly validation: Quality | null
}

const GRID = 2 ** 32
export const EXACT_LIMIT = 2 ** 20

/** The nearest number that model values may have. */
export function toGrid(value: number): number {
  return Math.round(value * GRID) / GRID + 0
}

/** Whether sums over the model are exact: all values on the grid and, taken together, below the limit. */
export function sumsAreExact(baseMargin: number, values: Float64Array): boolean {
  let bound = Math.abs(baseMargin)
  let isOnGrid = toGrid(baseMargin) === baseMargin
  for (const value of values) {
    // Twice, because a contribution is the difference of two values.
    bound += 2 * Math.abs(value)
    isOnGrid &&= toGrid(value) === value
  }
  return isOnGrid && bound < EXACT_LIMIT
}
