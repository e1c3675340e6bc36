/**
 * What a split may look like; sums are of second derivatives of the loss, at most a quarter of the rows'
 * weights.
 */
export type SplitOptions = {
  readonly minLeafWeight: number
  readonly l2: number
  readonly minGain: number
}

/** Sums of the loss's first and second derivatives over a node's rows. */
export type DerivativeSums = { readonly first: number; readonly second: number }

/** Rows whose bin is at most `bin` go left; missing values (bin 0) as `missingLeft` says. */
export type Split = {
  readonly gain: number
  readonly column: number
  readonly bin: number
  readonly missingLeft: boolean
  readonly leftSums: DerivativeSums
}

/** A node's histogram: (first, second) pairs by bin, the columns one after the other. */
export type Histogram = {
  readonly sums: Float64Array
  /** Where each column's pairs begin in `sums`. */
  readonly offsets: Int32Array
  /** Bins of each column, bin 0 included. */
  readonly binCounts: Int32Array
}

/**
 * Below this sum of second derivatives a node had no missing values (differences of histograms leave rounding
 * behind).
 */
const NO_WEIGHT = 1e-9

export function goesLeft(bin: number, split: Pick<Split, 'bin' | 'missingLeft'>): boolean {
  return bin === 0 ? split.missingLeft : bin <= split.bin
}

/**
 * The split with the greatest gain above `minGain`, if any. Gain is XGBoost's without the half: G²/(H + l2)
 * of both sides less that of the node (Chen & Guestrin, "XGBoost", KDD 2016, equation 7). Of equal gains the
 * first column and the lowest bin win.
 */
export function findSplit(
  histogram: Histogram,
  node: DerivativeSums,
  search: { readonly columns: Int32Array; readonly options: SplitOptions },
): Split | undefined {
  let best: Split | undefined
  for (const column of search.columns) {
    const found = scanColumn(
      { histogram, column, node, options: search.options },
      best?.gain ?? search.options.minGain,
    )
    if (found !== undefined) best = found
  }
  return best
}

type Scan = {
  readonly histogram: Histogram
  readonly column: number
  readonly node: DerivativeSums
  readonly options: SplitOptions
}

/**
 * Tries every cut of one column, with the missing values on either side; only a gain above `toBeat` counts.
 */
function scanColumn(scan: Scan, toBeat: number): Split | undefined {
  const { sums, offsets, binCounts } = scan.histogram
  const { l2, minLeafWeight } = scan.options
  const offset = offsets[scan.column] ?? 0
  const lastBin = (binCounts[scan.column] ?? 0) - 1
  const missingFirst = sums[offset] ?? 0
  const missingSecond = sums[offset + 1] ?? 0
  const hasMissing = missingSecond > NO_WEIGHT
  const sides = hasMissing ? 2 : 1
  const { first: nodeFirst, second: nodeSecond } = scan.node
  const parent = (nodeFirst * nodeFirst) / (nodeSecond + l2)
  let gain = toBeat
  let bin = -1
  let missingLeft = false
  let [leftFirst, leftSecond, first, second] = [0, 0, 0, 0]
  // With missing values, a cut after the last bin parts present from missing.
  for (let cut = 1; cut <= (hasMissing ? lastBin : lastBin - 1); cut++) {
    first += sums[offset + 2 * cut] ?? 0
    second += sums[offset + 2 * cut + 1] ?? 0
    for (let side = 0; side < sides; side++) {
      const tryFirst = side === 0 ? first : first + missingFirst
      const trySecond = side === 0 ? second : second + missingSecond
      const restSecond = nodeSecond - trySecond
      if (trySecond < minLeafWeight || restSecond < minLeafWeight) continue
      const restFirst = nodeFirst - tryFirst
      const tryGain =
        (tryFirst * tryFirst) / (trySecond + l2) + (restFirst * restFirst) / (restSecond + l2) - parent
      if (tryGain <= gain) continue
      gain = tryGain
      bin = cut
      // Where training saw nothing missing, a missing value will go with the heavier side.
      missingLeft = hasMissing ? side === 1 : trySecond >= restSecond
      leftFirst = tryFirst
      leftSecond = trySecond
    }
  }
  if (bin < 0) return undefined
  return { gain, column: scan.column, bin, missingLeft, leftSums: { first: leftFirst, second: leftSecond } }
}
