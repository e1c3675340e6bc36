import type { Band } from './distributions.ts'

/** Tested cases held against one threshold: what calibration it came from, and how many they are. */
export interface CoverageLaw {
  /** Calibration cases n and the rank k of the threshold among them; k = n + 1 covers everything. */
  readonly calibrated: number
  readonly rank: number
  readonly tested: number
}

/**
 * How many tested cases will be covered, with at least the given confidence, if they are exchangeable with the calibration
 * cases.
 *
 * The law is beta-binomial, not binomial: the threshold is itself drawn, and its true coverage is Beta(k, n + 1 − k) over
 * draws of the calibration cases (Vovk, "Conditional validity of inductive conformal predictors", ACML 2012; Angelopoulos &
 * Bates, Foundations and Trends 16, 2023, section 3.2). A binomial (Clopper–Pearson) band around 1 − α would be too narrow by
 * √(1 + tested / n), and sound sets would leave it. The law is exact where no two nonconformities are equal; equal ones
 * only add coverage, so that a share below the band is always a finding, one above it may be ties. Thresholds of several
 * categories are independent, and the law of their sum is the convolution of theirs.
 */
export function coveredBand(laws: readonly CoverageLaw[], confidence: number): Band {
  let sum: Law = { from: 0, chances: Float64Array.of(1) }
  for (const law of laws) sum = convolve(sum, betaBinomial(law))
  const tail = (1 - confidence) / 2
  return { low: quantileOf(sum, tail), high: quantileOf(sum, 1 - tail) }
}

/** Chances of the counts from `from` on; what is left out on either side is less than 10⁻¹² of the largest. */
type Law = { readonly from: number; readonly chances: Float64Array }

const NEGLIGIBLE = 1e-12

/** Built outwards from near the mean by the ratio of neighbouring chances, so that nothing under- or overflows. */
function betaBinomial({ calibrated, rank, tested }: CoverageLaw): Law {
  if (rank > calibrated || tested === 0) return { from: tested, chances: Float64Array.of(1) }
  const a = rank
  const b = calibrated + 1 - rank
  // Chance of j + 1 covered by that of j.
  const ratio = (j: number): number => ((tested - j) * (j + a)) / ((j + 1) * (tested - j - 1 + b))
  const start = Math.min(tested, Math.round((tested * a) / (a + b)))
  const up: number[] = []
  const down: number[] = []
  let peak = 1
  for (let j = start, chance = 1; j < tested; j++) {
    chance *= ratio(j)
    peak = Math.max(peak, chance)
    up.push(chance)
    if (chance < NEGLIGIBLE * peak) break
  }
  for (let j = start, chance = 1; j > 0; j--) {
    chance /= ratio(j - 1)
    peak = Math.max(peak, chance)
    down.push(chance)
    if (chance < NEGLIGIBLE * peak) break
  }
  const chances = Float64Array.from([...down.reverse(), 1, ...up])
  const total = chances.reduce((sum, one) => sum + one, 0)
  return { from: start - down.length, chances: chances.map((one) => one / total) }
}

function convolve(one: Law, other: Law): Law {
  const width = other.chances.length
  const chances = new Float64Array(one.chances.length + width - 1)
  for (let i = 0; i < one.chances.length; i++) {
    const own = one.chances[i] ?? 0
    for (let j = 0; j < width; j++) chances[i + j] = (chances[i + j] ?? 0) + own * (other.chances[j] ?? 0)
  }
  // The far tails would only make the next convolution long.
  const peak = chances.reduce((most, chance) => Math.max(most, chance), 0)
  const isSeen = (chance: number): boolean => chance >= NEGLIGIBLE * peak
  const first = chances.findIndex(isSeen)
  return {
    from: one.from + other.from + first,
    chances: chances.slice(first, chances.findLastIndex(isSeen) + 1),
  }
}

/** The least count that is reached with the given probability. */
function quantileOf({ from, chances }: Law, probability: number): number {
  let sum = 0
  for (let i = 0; i < chances.length; i++) {
    sum += chances[i] ?? 0
    if (sum >= probability) return from + i
  }
  return from + chances.length - 1
}
