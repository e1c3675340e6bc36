import { type Ensemble, goesLeftAt } from '../model/ensemble.ts'

/**
 * What the trees ask of a column, in bytes: between two neighbouring thresholds all values go the same way at every split, so
 * the number of thresholds below a value, its rank, stands for it. Where there are more thresholds than a byte counts, each
 * window of 255 of them has a byte of its own, in which all lower ranks are alike and all higher ones.
 */
export interface RankedColumn {
  readonly column: number
  /** The different thresholds, rising; at most `MOST_CUTS`. */
  readonly cuts: Float64Array
  /** Whether any cut sends missing values left, and right: each needs its own byte for them. */
  readonly hasLow: boolean
  readonly hasHigh: boolean
  readonly hasSets: boolean
}

/** Thresholds that a byte can tell from each other: one rank more, and the greatest is for missing values that go right. */
export const WINDOW_CUTS = 255
/** More windows would take longer to fill than a walk through the trees takes. */
const MOST_CUTS = 32 * WINDOW_CUTS
/** Levels of sets as bytes: these two stand for a level that no set has, and for a missing value. */
export const OTHER_LEVEL = 254
export const MISSING_LEVEL = 255

/** The columns that are asked for, ascending; `undefined` where one has too many thresholds or levels for bytes. */
export function rankColumns(trees: Ensemble): readonly RankedColumn[] | undefined {
  const asked = new Map<number, { cuts: Set<number>; low: boolean; high: boolean; sets: boolean }>()
  for (let node = 0; node < trees.column.length; node++) {
    const column = trees.column[node] ?? -1
    if (column < 0) continue
    const own = asked.get(column) ?? { cuts: new Set(), low: false, high: false, sets: false }
    asked.set(column, own)
    if ((trees.set[node] ?? -1) >= 0) {
      if (!fitsBytes(trees, node)) return undefined
      own.sets = true
      continue
    }
    // Turns −0 into 0, which it compares equal to.
    own.cuts.add((trees.threshold[node] ?? 0) + 0)
    if (trees.missingLeft[node] === 1) own.low = true
    else own.high = true
    if (own.cuts.size > MOST_CUTS) return undefined
  }
  return [...asked.entries()]
    .toSorted(([a], [b]) => a - b)
    .map(([column, { cuts, low, high, sets }]) => ({
      column,
      cuts: Float64Array.from(cuts).sort(),
      hasLow: low,
      hasHigh: high,
      hasSets: sets,
    }))
}

/** Whether no level from `OTHER_LEVEL` on is in the split's set. */
function fitsBytes({ set, setWords }: Ensemble, node: number): boolean {
  const at = set[node] ?? 0
  const words = setWords[at] ?? 0
  for (let word = 7; word < words; word++) {
    const bits = setWords[at + 1 + word] ?? 0
    if ((word === 7 ? bits >>> (OTHER_LEVEL % 32) : bits) !== 0) return false
  }
  return true
}

/** The levels that go left at a split by a set, a bit each: bit `level % 8` of byte `level / 8`. */
export function leftLevels(trees: Ensemble, node: number): Uint8Array {
  const table = new Uint8Array(32)
  for (let level = 0; level <= MISSING_LEVEL; level++) {
    const value = level === MISSING_LEVEL ? Number.NaN : level
    if (goesLeftAt(trees, node, value)) table[level >> 3] = (table[level >> 3] ?? 0) | (1 << (level & 7))
  }
  return table
}

/** Position of a threshold among the cuts. */
export function rankOf(cuts: Float64Array, threshold: number): number {
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((cuts[middle] ?? 0) < threshold) low = middle + 1
    else high = middle
  }
  return low
}
