import type { DerivativeSums, Histogram, Units } from './histogram.ts'

/** Bins that a column can have, bin 0 for missing values included. */
export const BINS = 256

/** What a split and a leaf may look like. Second derivatives are those of the objective, weights included. */
export interface SplitOptions {
  /** Least sum of second derivatives on either side (XGBoost's min_child_weight); above 0. */
  readonly minLeafWeight: number
  /** Penalties of a leaf's step w: l1 × |w| + l2 × w² / 2. `l2` is above 0. */
  readonly l1: number
  readonly l2: number
  /** No leaf steps further than this either way (XGBoost's max_delta_step); 0 for no limit. */
  readonly maxStep: number
  /** A split must gain more than this (XGBoost's gamma). */
  readonly minGain: number
  /** Added to a level's second derivatives where levels are put in order (LightGBM's cat_smooth). */
  readonly setSmoothing: number
  /** Added to `l2` on both sides of a split by a set: more ways to split find more chance gains (LightGBM's cat_l2). */
  readonly setL2: number
  /** Most levels on the side of a set that has fewer of them (LightGBM's max_cat_threshold). */
  readonly maxSetLevels: number
  /** Up to so many levels in a node, each is tried against the rest (XGBoost's max_cat_to_onehot). */
  readonly maxOneAgainstRest: number
}

/** Limits of a leaf's step that monotone constraints further up the tree leave; infinite where there are none. */
export interface Bounds {
  readonly low: number
  readonly high: number
}

/** One node to split. Every column's bins add up to `sums`, to the last bit. */
export interface SplitSearch {
  readonly histogram: Histogram
  readonly units: Units
  readonly sums: DerivativeSums
  /** Columns that may be split here, ascending. */
  readonly columns: Int32Array
  /** By column: 0 for an ordered column, 1 for a set of levels. */
  readonly kinds: Uint8Array
  /** By column: 1 where a greater value may not lower the margin, −1 where it may not raise it, else 0. */
  readonly monotone: Int8Array
  readonly bounds: Bounds
  readonly options: SplitOptions
}

/** A split with what its two sides would be as leaves. */
export type Split = {
  /** Twice what the split takes off the penalised loss to second order; XGBoost's loss_chg. */
  readonly gain: number
  readonly column: number
  readonly missingLeft: boolean
  readonly leftSums: DerivativeSums
  readonly rightSums: DerivativeSums
  readonly leftStep: number
  readonly rightStep: number
} & (
  | {
      readonly kind: 'cut'
      /** Present values up to this bin go left. */
      readonly bin: number
    }
  | {
      readonly kind: 'set'
      /** By bin (level + 1): 1 where the level goes left. Levels that the node has not seen go right. */
      readonly bins: Uint8Array
    }
)

/**
 * The step that lowers a leaf's penalised loss most: −soft(G, l1) / (H + l2), where soft takes l1 off G's size (XGBoost's
 * ThresholdL1), then held within `maxStep` and the bounds.
 */
export function stepOf(
  sums: DerivativeSums,
  options: Pick<SplitOptions, 'l1' | 'l2' | 'maxStep'>,
  bounds: Bounds,
): number {
  const { first, second } = sums
  return bestStep(first, second, { ...options, ...bounds })
}

/** Penalties and limits of a side's step, in one flat record for the inner loops. */
export interface Limits extends Bounds {
  readonly l1: number
  readonly l2: number
  readonly maxStep: number
}

export function bestStep(first: number, second: number, limits: Limits): number {
  const { l1, l2, maxStep, low, high } = limits
  const pulled = first > l1 ? first - l1 : first < -l1 ? first + l1 : 0
  let step = -pulled / (second + l2)
  if (maxStep > 0) step = Math.min(Math.max(step, -maxStep), maxStep)
  return Math.min(Math.max(step, low), high) + 0 // Turns −0 into 0.
}

/**
 * Twice what a step takes off a side's penalised loss: −(2Gw + (H + l2) w² + 2 l1 |w|). At the unlimited best step this is
 * soft(G, l1)² / (H + l2), the term of Chen & Guestrin, "XGBoost" (KDD 2016), equation 7. XGBoost itself leaves l1 out of the
 * score where `maxStep` or bounds limit steps, so that both together choose other splits there.
 */
export function scoreOf({ first, second }: DerivativeSums, step: number, limits: Limits): number {
  return -(2 * first * step + (second + limits.l2) * step * step + 2 * limits.l1 * Math.abs(step))
}

/** The best split found so far in a node; each search writes into it what beats it. */
export interface Candidate {
  /** Both sides' scores together. Equal ones do not beat it, so the first of equals stays. */
  score: number
  /** −1 while nothing has been found. */
  column: number
  bin: number
  /** Of a set: its levels (as bins), of which those from `levelsFrom` up to `levelsTo` go left; undefined for a cut. */
  levels: Int32Array | undefined
  levelsFrom: number
  levelsTo: number
  missingLeft: boolean
  /** Sums of the left side in the histogram's words. */
  leftFirst: number
  leftSecond: number
}
