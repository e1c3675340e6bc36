import type { DerivativeSums } from './histogram.ts'
import { searchCuts } from './split-cuts.ts'
import {
  BINS,
  bestStep,
  type Candidate,
  type Limits,
  type Split,
  type SplitSearch,
  scoreOf,
} from './split-search.ts'
import { searchSets } from './split-sets.ts'

/** Gains that rounding alone can make, as a share of the node's own score. */
const ROUNDING = 1e-12

/**
 * The split with the greatest gain above `minGain`, if any has enough weight on both sides. The gain is what the two sides'
 * steps take off the penalised loss beyond the node's own step: Chen & Guestrin, "XGBoost" (KDD 2016), equation 7, without
 * the half, as XGBoost and LightGBM count it. Missing values are tried on both sides; where the node has none, they go with
 * the heavier side. Of equal gains the first column wins, in it missing values to the right, then the lowest bin.
 */
export function findSplit(search: SplitSearch): Split | undefined {
  const { sums, bounds, options } = search
  const limits: Limits = { ...bounds, l1: options.l1, l2: options.l2, maxStep: options.maxStep }
  const step = bestStep(sums.first, sums.second, limits)
  const own = scoreOf(sums, step, limits)
  const best: Candidate = {
    score: own + options.minGain + ROUNDING * Math.abs(own),
    column: -1,
    bin: 0,
    levels: undefined,
    levelsFrom: 0,
    levelsTo: 0,
    missingLeft: false,
    leftFirst: 0,
    leftSecond: 0,
  }
  for (let i = 0; i < search.columns.length; i++) {
    const column = search.columns[i] ?? 0
    if (search.kinds[column] === 1) searchSets(search, column, best)
    else searchCuts(search, column, best)
  }
  return best.column < 0 ? undefined : toSplit(search, limits, { best, gain: best.score - own })
}

/** Whether a row goes left, by the bin that it has in the split's column. */
export function goesLeft(
  bin: number,
  split:
    | { readonly missingLeft: boolean; readonly kind: 'cut'; readonly bin: number }
    | { readonly missingLeft: boolean; readonly kind: 'set'; readonly bins: Uint8Array },
): boolean {
  if (bin === 0) return split.missingLeft
  return split.kind === 'cut' ? bin <= split.bin : split.bins[bin] === 1
}

function toSplit(
  { sums, units }: SplitSearch,
  limits: Limits,
  { best, gain }: { readonly best: Candidate; readonly gain: number },
): Split {
  const { column, missingLeft, bin, levels, levelsFrom, levelsTo } = best
  const leftSums: DerivativeSums = {
    first: best.leftFirst * units.first,
    second: best.leftSecond * units.second,
  }
  const rightSums: DerivativeSums = {
    first: sums.first - leftSums.first,
    second: sums.second - leftSums.second,
  }
  const sides = {
    gain,
    column,
    missingLeft,
    leftSums,
    rightSums,
    leftStep: bestStep(leftSums.first, leftSums.second, limits),
    rightStep: bestStep(rightSums.first, rightSums.second, limits),
  }
  if (levels === undefined) return { ...sides, kind: 'cut', bin }
  const bins = new Uint8Array(BINS)
  for (let i = levelsFrom; i < levelsTo; i++) bins[levels[i] ?? 0] = 1
  return { ...sides, kind: 'set', bins }
}
