/**
 * Thresholds between the two kinds of floating point (IEEE 754 binary32 and binary64). Other programs compare in single
 * precision, the engine in double; these functions give the threshold that sends every number the same way.
 */

const single = new Float32Array(1)
const singleBits = new Uint32Array(single.buffer)
const double = new Float64Array(1)
const doubleBits = new BigInt64Array(double.buffer)

/** The next single below; below zero of either sign comes the smallest negative one. */
export function singleBelow(value: number): number {
  single[0] = value === 0 ? 0 : value
  const bits = singleBits[0] ?? 0
  // Magnitudes are ordered as whole numbers: away from zero for negatives, towards zero for positives.
  singleBits[0] = value === 0 ? 0x80000001 : value > 0 ? bits - 1 : bits + 1
  return single[0] ?? Number.NaN
}

/** The next double below. */
export function doubleBelow(value: number): number {
  double[0] = value === 0 ? 0 : value
  const bits = doubleBits[0] ?? 0n
  doubleBits[0] = value === 0 ? -0x7fffffffffffffffn : value > 0 ? bits - 1n : bits + 1n
  return double[0] ?? Number.NaN
}

/**
 * The greatest double whose nearest single is below `threshold` (a single): `x <= doubleForLess(t)` says of every double x
 * what a program that first rounds x to single says of `x < t`.
 */
export function doubleForLess(threshold: number): number {
  return doubleForAtMost(singleBelow(threshold))
}

/** The greatest double whose nearest single is at most `threshold` (a single). */
export function doubleForAtMost(threshold: number): number {
  if (threshold === Number.POSITIVE_INFINITY) return Number.MAX_VALUE
  const above = -singleBelow(-threshold)
  // Beyond the largest single comes infinity, at the distance where the next single would be.
  const step = Number.isFinite(above) ? above : 2 ** 128
  const low = threshold === Number.NEGATIVE_INFINITY ? -(2 ** 128) : threshold
  const middle = low + (step - low) / 2
  return Math.fround(middle) <= threshold ? middle : doubleBelow(middle)
}

/** The greatest single that is at most `threshold`: every single x has `x <= singleAtMost(t)` just when `x <= t`. */
export function singleAtMost(threshold: number): number {
  const nearest = Math.fround(threshold)
  if (nearest === Number.POSITIVE_INFINITY) return singleBelow(nearest)
  return nearest <= threshold ? nearest : singleBelow(nearest)
}
