import { TabularInputError } from '../errors.ts'
import { type Random, seededRandom } from '../training/random.ts'

/** A measure of the sample and the interval that the given share of resamples falls into. */
export type Estimate = { readonly value: number; readonly low: number; readonly high: number }

export interface ResampleOptions {
  readonly seed: number
  /** 1 to 100,000; 1,000 when left out. */
  readonly resamples?: number | undefined
  /** Share of the resamples inside the interval, 0.95 when left out. */
  readonly confidence?: number | undefined
}

/** What is measured again and again: of `count` cases, of which case i occurs `copies[i]` times. */
export interface Resampled {
  readonly count: number
  /** The same figures in the same order each time. The array of copies is used again. */
  readonly measure: (copies: Uint32Array) => Float64Array
  /** Whether a resample says anything; one that does not is drawn again. All do when left out. */
  readonly isTelling?: ((copies: Uint32Array) => boolean) | undefined
}

/**
 * Percentile bootstrap (Efron & Tibshirani, "An introduction to the bootstrap", 1993, chapter 13): cases are drawn with
 * replacement and measured again. A resample is a count for each case, so nothing is copied or sorted again. One estimate a
 * figure.
 *
 * @throws TabularInputError `resamples_invalid`, `seed_invalid`.
 */
export function resample(
  { count, measure, isTelling = () => true }: Resampled,
  options: ResampleOptions,
): readonly Estimate[] {
  const { seed, resamples = 1_000, confidence = 0.95 } = options
  checkResampling(resamples, confidence)
  const copies = new Uint32Array(count).fill(1)
  const whole = Float64Array.from(measure(copies))
  const random = seededRandom(seed)
  const drawn = Array.from(whole, () => new Float64Array(resamples))
  for (let i = 0; i < resamples; i++) {
    do drawCopies(copies, random)
    while (!isTelling(copies))
    const figures = measure(copies)
    drawn.forEach((values, figure) => {
      values[i] = figures[figure] ?? Number.NaN
    })
  }
  return drawn.map((values, figure) => {
    values.sort()
    return {
      value: whole[figure] ?? Number.NaN,
      low: quantile(values, (1 - confidence) / 2),
      high: quantile(values, (1 + confidence) / 2),
    }
  })
}

/** Quantile of ascending values by linear interpolation (Hyndman & Fan's type 7). */
export function quantile(ascending: Float64Array, share: number): number {
  const at = share * (ascending.length - 1)
  const below = ascending[Math.floor(at)] ?? Number.NaN
  const above = ascending[Math.ceil(at)] ?? Number.NaN
  return below + (above - below) * (at - Math.floor(at))
}

/**
 * Words are divided into equal stretches, one a case, and the incomplete last stretch is drawn again: as fair as
 * `random.below`, and several times as fast, because doubles divide faster than they leave remainders.
 */
function drawCopies(copies: Uint32Array, random: Random): void {
  const count = copies.length
  const stretch = Math.floor(2 ** 32 / count)
  copies.fill(0)
  for (let i = 0; i < count; ) {
    const drawn = Math.floor(random.next() / stretch)
    if (drawn >= count) continue
    copies[drawn] = (copies[drawn] ?? 0) + 1
    i++
  }
}

function checkResampling(resamples: number, confidence: number): void {
  if (!Number.isInteger(resamples) || resamples < 1 || resamples > 100_000) {
    throw new TabularInputError(
      'resamples_invalid',
      `resamples must be a whole number from 1 to 100000, not ${resamples}`,
    )
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new TabularInputError(
      'resamples_invalid',
      `confidence must lie between 0 and 1, not be ${confidence}`,
    )
  }
}
