import { seededRandom } from '../training/random.ts'
import type { Numbers } from './columns.ts'

/** Enough for the share of a bin to be off by a thirtieth; more only takes longer. */
const MOST_SAMPLED = 200_000

/**
 * Cuts that divide the present values into at most `maxBins` parts of about equal size, ascending. Each lies
 * between two neighbouring values that occur, so a strictly increasing transform of a column changes no bin.
 * None for a constant column.
 *
 * With at most `maxBins` different values each gets a bin of its own, however rare. Otherwise the quantiles are
 * those of the present values or, where these are more than 200,000, of a sample of so many spread evenly over the rows.
 */
export function quantileCuts(values: Numbers, maxBins: number, seed = 0): Float64Array {
  const distinct = fewDistinct(values, maxBins)
  if (distinct !== undefined) return cutsBetween(distinct.sort(), maxBins)
  return cutsBetween(samplePresent(values, seed).sort(), maxBins)
}

/** Twice the most bins and more, so that a free slot is near. */
const SLOTS = 1_024

/** The different present values, or `undefined` where there are more than `most`. */
function fewDistinct(values: Numbers, most: number): Float64Array | undefined {
  // A table of numbers without boxes: a Set takes five times as long.
  const slots = new Float64Array(SLOTS).fill(Number.NaN)
  const hashed = new Float64Array(1)
  const words = new Uint32Array(hashed.buffer)
  let count = 0
  let last = Number.NaN
  for (let row = 0; row < values.length; row++) {
    const value = (values[row] ?? Number.NaN) + 0 // −0 and 0 are one value.
    if (value === last || Number.isNaN(value)) continue
    last = value
    hashed[0] = value
    let slot = Math.imul((words[0] ?? 0) ^ Math.imul(words[1] ?? 0, 0x9e3779b1), 0x85ebca6b) >>> 22
    let seen = slots[slot] ?? Number.NaN
    while (seen !== value && !Number.isNaN(seen)) {
      slot = (slot + 1) % SLOTS
      seen = slots[slot] ?? Number.NaN
    }
    if (seen === value) continue
    if (count === most) return undefined
    count++
    slots[slot] = value
  }
  return slots.filter((value) => !Number.isNaN(value))
}

/** The present values or, of too many, those of one row by chance from each of equally long runs of rows. */
function samplePresent(values: Numbers, seed: number): Float64Array {
  let present = 0
  for (let row = 0; row < values.length; row++) present += Number(!Number.isNaN(values[row] ?? Number.NaN))
  const sample = new Float64Array(Math.min(present, MOST_SAMPLED))
  const run = Math.max(1, present / MOST_SAMPLED)
  const random = seededRandom(seed)
  let taken = 0
  for (let start = 0; start < values.length && taken < sample.length; start += run) {
    const row = run === 1 ? start : Math.min(Math.floor(start + run * random.uniform()), values.length - 1)
    const value = values[row] ?? Number.NaN
    if (!Number.isNaN(value)) sample[taken++] = value
  }
  return sample.subarray(0, taken)
}

function cutsBetween(sorted: Float64Array, maxBins: number): Float64Array {
  const isFew = countDistinct(sorted) <= maxBins
  const cuts: number[] = []
  let placed = 0 // Values at or below the last cut.
  let target = sorted.length / maxBins
  for (let i = 1; i < sorted.length; i++) {
    if (!isFew && i - placed < target) continue
    const below = sorted[i - 1] ?? 0
    const above = sorted[i] ?? 0
    if (above === below) continue
    if (cuts.length === maxBins - 1) break
    cuts.push(between(below, above))
    placed = i
    // The target moves with what is left, so that one huge tie does not starve the bins after it.
    target = (sorted.length - placed) / (maxBins - cuts.length)
  }
  return Float64Array.from(cuts)
}

/** The midpoint, or the lower value where rounding would push the midpoint onto the upper one. */
function between(below: number, above: number): number {
  const middle = below / 2 + above / 2 + 0
  return middle >= below && middle < above ? middle : below
}

function countDistinct(sorted: Float64Array): number {
  let distinct = sorted.length === 0 ? 0 : 1
  for (let i = 1; i < sorted.length; i++) if (sorted[i] !== sorted[i - 1]) distinct++
  return distinct
}
