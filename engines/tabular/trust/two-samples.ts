/** How far two samples' distributions are apart, and whether chance would do as much. */
export interface TwoSampleTest {
  /** The greatest vertical distance of the two empirical distribution functions. */
  readonly statistic: number
  /** Probability of at least that distance if both samples are drawn from one distribution. */
  readonly pValue: number
}

/** Up to here every path is counted; beyond it the limit law is used (two seconds for the largest otherwise). */
const MOST_PATHS = 5_000_000

/**
 * The two-sample test of Kolmogorov and Smirnov, two-sided. The p-value is exact for samples without equal values (Hodges,
 * Arkiv för Matematik 3, 1957: lattice paths that stay inside a corridor; recursion of Kim & Jennrich, 1973), errs to the large
 * side with them, and where the product of the sizes exceeds five million is that of the limit law with Stephens' correction
 * (JRSS B 32, 1970).
 *
 * @param one Ascending, without NaN, not empty; `other` likewise.
 */
export function kolmogorovSmirnov(one: Float64Array, other: Float64Array): TwoSampleTest {
  const statistic = greatestDistance(one, other)
  const pValue =
    one.length * other.length <= MOST_PATHS
      ? exactTail(statistic, one.length, other.length)
      : limitTail(statistic, one.length, other.length)
  return { statistic, pValue: Math.min(1, Math.max(0, pValue)) }
}

function greatestDistance(one: Float64Array, other: Float64Array): number {
  let i = 0
  let j = 0
  let greatest = 0
  while (i < one.length && j < other.length) {
    const value = Math.min(one[i] ?? 0, other[j] ?? 0)
    while (i < one.length && (one[i] ?? 0) <= value) i++
    while (j < other.length && (other[j] ?? 0) <= value) j++
    greatest = Math.max(greatest, Math.abs(i / one.length - j / other.length))
  }
  return greatest
}

/**
 * One less the probability that a random order of the two samples keeps the distance below `statistic` throughout. Row i,
 * column j holds that for the first i and j values, times what makes the whole run come out as a probability.
 */
function exactTail(statistic: number, m: number, n: number): number {
  // Distances are whole multiples of 1 / (m·n); half of one tells equal from less in spite of rounding.
  const limit = statistic - 0.5 / (m * n)
  if (limit < 0) return 1
  const inside = new Float64Array(n + 1)
  for (let j = 0; j <= n; j++) inside[j] = j / n > limit ? 0 : 1
  for (let i = 1; i <= m; i++) {
    const weight = i / (i + n)
    inside[0] = i / m > limit ? 0 : weight * (inside[0] ?? 0)
    for (let j = 1; j <= n; j++)
      inside[j] = Math.abs(i / m - j / n) > limit ? 0 : weight * (inside[j] ?? 0) + (inside[j - 1] ?? 0)
  }
  return 1 - (inside[n] ?? 0)
}

function limitTail(statistic: number, m: number, n: number): number {
  const root = Math.sqrt((m * n) / (m + n))
  const z = (root + 0.12 + 0.11 / root) * statistic
  if (z < 0.3) return 1
  let sum = 0
  for (let k = 1; k <= 100; k++) sum += (k % 2 === 1 ? 2 : -2) * Math.exp(-2 * k * k * z * z)
  return sum
}
