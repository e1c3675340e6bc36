import { BINS, bestStep, type Candidate, type Limits, type SplitSearch, scoreOf } from './split-search.ts'

/**
 * Tries sets of levels against the rest, the missing values on either side. Few levels are each tried against the others;
 * else they are put in the order of G / (H + smoothing) and cut: for squared loss one of these cuts is the best of all
 * divisions (Fisher, "On grouping for maximum homogeneity", JASA 53, 1958). The side of fewer levels is the left one, so that
 * a level that the node has not seen goes with the many.
 */
export function searchSets(search: SplitSearch, column: number, best: Candidate): void {
  const bins = levelsIn(search, column)
  const left = new LeftSide(search, column, bins)
  // Only the missing values: all present ones stay together.
  left.weigh(0, 0, best)
  if (bins.length <= search.options.maxOneAgainstRest) {
    for (let position = 0; position < bins.length; position++) {
      left.clear()
      left.add(position)
      left.weigh(position, position + 1, best)
    }
    return
  }
  orderLevels(search, column, bins)
  const most = Math.min(search.options.maxSetLevels, bins.length >>> 1)
  for (let count = 1; count <= most; count++) {
    left.add(count - 1)
    left.weigh(0, count, best)
  }
  left.clear()
  for (let from = bins.length - 1; from >= bins.length - most; from--) {
    left.add(from)
    left.weigh(from, bins.length, best)
  }
}

/** Bins of the levels that the node has seen. */
function levelsIn({ histogram }: SplitSearch, column: number): Int32Array {
  const { words, offsets, binCounts } = histogram
  const start = 2 * (offsets[column] ?? 0)
  const count = binCounts[column] ?? 0
  const bins = new Int32Array(count)
  let seen = 0
  for (let bin = 1; bin < count; bin++) if ((words[start + 2 * bin] ?? 0) !== 0) bins[seen++] = bin
  return bins.subarray(0, seen)
}

/** Parts into which the largest ratio is divided, so that it and a bin below 256 fit a double's 53 bits together. */
const STEPS = 2 ** 44

/**
 * Ascending by G / (H + smoothing), equal ones by bin. Ratio and bin are packed into one number each, because sorting plain
 * numbers is several times faster than sorting by a comparison.
 */
function orderLevels({ histogram, units, options }: SplitSearch, column: number, bins: Int32Array): void {
  const { words, offsets } = histogram
  const start = 2 * (offsets[column] ?? 0)
  const smoothing = options.setSmoothing / units.second
  const keys = new Float64Array(bins.length)
  let largest = 0
  for (let i = 0; i < bins.length; i++) {
    const at = start + 2 * (bins[i] ?? 0)
    const ratio = (words[at + 1] ?? 0) / (((words[at] ?? 0) >>> 0) + smoothing)
    keys[i] = ratio
    largest = Math.max(largest, Math.abs(ratio))
  }
  if (largest === 0) return
  const scale = STEPS / largest
  for (let i = 0; i < bins.length; i++) keys[i] = Math.round((keys[i] ?? 0) * scale) * BINS + (bins[i] ?? 0)
  keys.sort()
  for (let i = 0; i < bins.length; i++) {
    const key = keys[i] ?? 0
    bins[i] = key - Math.floor(key / BINS) * BINS
  }
}

/** The levels on the left side, in words, while they are added up. */
class LeftSide {
  readonly #search: SplitSearch
  readonly #column: number
  readonly #bins: Int32Array
  readonly #start: number
  readonly #missingFirst: number
  readonly #missingSecond: number
  readonly #limits: Limits
  #first = 0
  #second = 0

  constructor(search: SplitSearch, column: number, bins: Int32Array) {
    const { words, offsets } = search.histogram
    const { l1, l2, setL2, maxStep } = search.options
    this.#search = search
    this.#column = column
    this.#bins = bins
    this.#start = 2 * (offsets[column] ?? 0)
    this.#missingSecond = (words[this.#start] ?? 0) >>> 0
    this.#missingFirst = words[this.#start + 1] ?? 0
    this.#limits = { l1, l2: l2 + setL2, maxStep, low: search.bounds.low, high: search.bounds.high }
  }

  clear(): void {
    this.#first = 0
    this.#second = 0
  }

  add(position: number): void {
    const { words } = this.#search.histogram
    const at = this.#start + 2 * (this.#bins[position] ?? 0)
    this.#second += (words[at] ?? 0) >>> 0
    this.#first += words[at + 1] ?? 0
  }

  /** Takes what has been added, the levels at positions `from` to `to`, if it beats the best. */
  weigh(from: number, to: number, best: Candidate): void {
    const hasMissing = this.#missingFirst !== 0 || this.#missingSecond !== 0
    const { sums, units } = this.#search
    if (this.#beats(this.#first, this.#second, best)) {
      const isHeavier = 2 * this.#second >= sums.second / units.second
      this.#take(from, to, best)
      best.missingLeft = !hasMissing && isHeavier
    }
    if (!hasMissing) return
    const first = this.#first + this.#missingFirst
    const second = this.#second + this.#missingSecond
    if (!this.#beats(first, second, best)) return
    this.#take(from, to, best)
    best.leftFirst = first
    best.leftSecond = second
    best.missingLeft = true
  }

  #beats(leftFirst: number, leftSecond: number, best: Candidate): boolean {
    const { sums, units, options } = this.#search
    const second = leftSecond * units.second
    const restSecond = sums.second - second
    if (!(second >= options.minLeafWeight && restSecond >= options.minLeafWeight)) return false
    const limits = this.#limits
    const first = leftFirst * units.first
    const restFirst = sums.first - first
    // What free steps would score is never less.
    const left = second + limits.l2
    const right = restSecond + limits.l2
    if (!(first * first * right + restFirst * restFirst * left > best.score * (left * right))) return false
    const score =
      scoreOf({ first, second }, bestStep(first, second, limits), limits) +
      scoreOf({ first: restFirst, second: restSecond }, bestStep(restFirst, restSecond, limits), limits)
    if (!(score > best.score)) return false
    best.score = score
    return true
  }

  #take(from: number, to: number, best: Candidate): void {
    best.column = this.#column
    best.bin = 0
    best.levels = this.#bins
    best.levelsFrom = from
    best.levelsTo = to
    best.leftFirst = this.#first
    best.leftSecond = this.#second
  }
}
