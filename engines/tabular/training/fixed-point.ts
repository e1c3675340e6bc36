/**
 * Derivatives in fixed point: whole numbers of a unit that is a power of two, chosen for each tree so that the sums over all
 * rows fit 31 bits. What is lost by rounding is given back on average, since a row is rounded up as often as its remainder
 * says (stochastic rounding; Shi et al., "Quantized training of gradient boosting decision trees", NeurIPS 2022), by a number
 * that follows from the round and the row alone.
 */
import type { Derivatives, RowRange } from './objective.ts'

/** Sums of the sizes of derivatives over a block of rows. */
export interface Sizes {
  readonly first: number
  readonly second: number
}

/** Rows whose sizes are added up in one go; blocks are added in order, so that the sum is the same for any number of threads. */
export const BLOCK = 65_536

/** With a bit to spare for rounding up: 2³⁰ and one for each of at most 2³⁰ rows fit 31 bits. */
const LARGEST_SUM = 2 ** 30

export function sizesOf({ first, second }: Derivatives, { from, to }: RowRange): Sizes {
  let [firstSum, secondSum] = [0, 0]
  for (let row = from; row < to; row++) {
    firstSum += Math.abs(first[row] ?? 0)
    secondSum += second[row] ?? 0
  }
  return { first: firstSum, second: secondSum }
}

/** The smallest unit, 2ⁿ, in which a sum of sizes stays below 2³⁰. */
export function unitFor(sum: number): number {
  if (!(sum > 0)) return 1
  const exponent = Math.ceil(Math.log2(sum / LARGEST_SUM))
  const unit = 2 ** exponent
  // The logarithm may be off by a bit.
  return sum / unit > LARGEST_SUM ? 2 * unit : unit
}

export interface Rounding {
  /** Two words a row: second, first. */
  readonly words: Int32Array
  readonly units: Sizes
  /** A number of the round. */
  readonly salt: number
}

const TWO_32 = 2 ** 32

/** Writes the rows of the range in fixed point. */
export function toFixedPoint(
  { first, second }: Derivatives,
  { words, units, salt }: Rounding,
  { from, to }: RowRange,
): void {
  const perFirst = 1 / units.first
  const perSecond = 1 / units.second
  for (let row = from; row < to; row++) {
    // Two rounds of MurmurHash3's mixing make neighbours independent enough.
    let mixed = Math.imul(row ^ salt, 0x85ebca6b)
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
    const up = ((mixed ^ (mixed >>> 16)) >>> 0) / TWO_32
    words[2 * row] = Math.floor((second[row] ?? 0) * perSecond + up)
    words[2 * row + 1] = Math.floor((first[row] ?? 0) * perFirst + up)
  }
}
