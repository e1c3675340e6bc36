import { bestStep, type Candidate, type Limits, type SplitSearch, scoreOf } from './split-search.ts'

/** One pass over a column's bins: which column, and what the left side already holds. */
interface Pass {
  readonly column: number
  /** Words of the missing rows, if they go left; else 0. */
  readonly first: number
  readonly second: number
  /** Where missing values go, or undefined where the node has none. */
  readonly missingLeft: boolean | undefined
}

/** Tries every cut of an ordered column, the missing values on either side. */
export function searchCuts(search: SplitSearch, column: number, best: Candidate): void {
  const { words, offsets } = search.histogram
  const at = 2 * (offsets[column] ?? 0)
  const second = (words[at] ?? 0) >>> 0
  const first = words[at + 1] ?? 0
  if (first === 0 && second === 0) {
    scan(search, { column, first, second, missingLeft: undefined }, best)
  } else {
    scan(search, { column, first: 0, second: 0, missingLeft: false }, best)
    scan(search, { column, first, second, missingLeft: true }, best)
  }
}

/**
 * Works in words, whose sums are exact; units are powers of two, so scaling rounds nothing. The scores of free steps, G² / (H +
 * l2) on both sides, are compared over their common denominator, which spares two divisions a bin. Where steps are not free
 * their score cannot be higher, so that only the cuts that pass are looked at again.
 */
function scan(search: SplitSearch, pass: Pass, best: Candidate): void {
  const { histogram, units, sums, options } = search
  const { words } = histogram
  const isFree = areStepsFree(search, pass.column)
  const l2 = options.l2 / units.second
  const least = options.minLeafWeight / units.second
  const scale = (units.first * units.first) / units.second
  const [nodeFirst, nodeSecond] = [sums.first / units.first, sums.second / units.second]
  const start = 2 * (histogram.offsets[pass.column] ?? 0)
  const bins = histogram.binCounts[pass.column] ?? 0
  let { first, second } = pass
  let score = best.score / scale
  let found = 0
  let foundFirst = 0
  let foundSecond = 0
  for (let bin = 1; bin < bins; bin++) {
    second += (words[start + 2 * bin] ?? 0) >>> 0
    first += words[start + 2 * bin + 1] ?? 0
    const restSecond = nodeSecond - second
    if (!(restSecond >= least)) break // From here on the right side only gets lighter.
    if (second < least) continue
    const restFirst = nodeFirst - first
    const left = second + l2
    const right = restSecond + l2
    const over = first * first * right + restFirst * restFirst * left
    if (!(over > score * (left * right))) continue
    const own = isFree ? over / (left * right) : limitedScore(search, pass.column, { first, second }) / scale
    if (!(own > score)) continue
    score = own
    found = bin
    foundFirst = first
    foundSecond = second
  }
  if (found === 0) return
  take(best, pass, { bin: found, first: foundFirst, second: foundSecond })
  best.score = score * scale
  // Where training saw nothing missing, a missing value will go with the heavier side.
  best.missingLeft = pass.missingLeft ?? 2 * foundSecond >= nodeSecond
}

function take(best: Candidate, { column }: Pass, left: { bin: number; first: number; second: number }): void {
  best.column = column
  best.bin = left.bin
  best.levels = undefined
  best.leftFirst = left.first
  best.leftSecond = left.second
}

function areStepsFree({ options, bounds, monotone }: SplitSearch, column: number): boolean {
  return (
    options.l1 === 0 &&
    options.maxStep === 0 &&
    (monotone[column] ?? 0) === 0 &&
    bounds.low === Number.NEGATIVE_INFINITY &&
    bounds.high === Number.POSITIVE_INFINITY
  )
}

/** Score of both sides' limited steps for a left side in words; −∞ where their order is not the prescribed one. */
function limitedScore(
  { units, sums, options, bounds, monotone }: SplitSearch,
  column: number,
  left: { readonly first: number; readonly second: number },
): number {
  const { l1, l2, maxStep } = options
  const limits: Limits = { l1, l2, maxStep, low: bounds.low, high: bounds.high }
  const first = left.first * units.first
  const second = left.second * units.second
  const restFirst = sums.first - first
  const restSecond = sums.second - second
  const step = bestStep(first, second, limits)
  const restStep = bestStep(restFirst, restSecond, limits)
  if ((monotone[column] ?? 0) * (restStep - step) < 0) return Number.NEGATIVE_INFINITY
  const rest = { first: restFirst, second: restSecond }
  return scoreOf({ first, second }, step, limits) + scoreOf(rest, restStep, limits)
}
