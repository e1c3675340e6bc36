import { checkShares, defaultShares, measureRanking, type Quality } from './metrics.ts'
import { rank, type ScoredSample } from './ranking.ts'
import { type Estimate, type ResampleOptions, resample } from './resampling.ts'

export type CapacityEstimates = {
  readonly share: number
  readonly selected: number
  readonly precision: Estimate
  readonly recall: Estimate
  readonly valueRecovered: Estimate | null
}

export type QualityEstimates = {
  readonly rows: number
  readonly positives: number
  readonly resamples: number
  readonly confidence: number
  readonly auc: Estimate
  readonly averagePrecision: Estimate
  readonly brier: Estimate
  readonly calibrationError: Estimate
  readonly capacities: readonly CapacityEstimates[]
}

export type BootstrapOptions = ResampleOptions & { readonly shares?: readonly number[] | undefined }

/**
 * All measures of a sample with percentile bootstrap intervals (see `resample`). Resamples with one class only say nothing and
 * are drawn again. The interval of the calibration error lies high, because the error cannot fall below the noise that
 * resampling adds.
 *
 * @throws TabularInputError as `measureQuality`; `resamples_invalid`, `seed_invalid`.
 */
export function bootstrapQuality(sample: ScoredSample, options: BootstrapOptions): QualityEstimates {
  const { shares = defaultShares, resamples = 1_000, confidence = 0.95 } = options
  checkShares(shares)
  const ranking = rank(sample)
  const { labels } = ranking
  const whole = measureRanking(ranking, new Uint32Array(labels.length).fill(1), shares)
  const estimates = resample(
    {
      count: labels.length,
      measure: (copies) => figuresOf(measureRanking(ranking, copies, shares)),
      isTelling: (copies) => hasBoth(labels, copies),
    },
    { ...options, resamples, confidence },
  )
  const estimate = (at: number): Estimate =>
    estimates[at] ?? { value: Number.NaN, low: Number.NaN, high: Number.NaN }
  return {
    rows: whole.rows,
    positives: whole.positives,
    resamples,
    confidence,
    auc: estimate(0),
    averagePrecision: estimate(1),
    brier: estimate(2),
    calibrationError: estimate(3),
    capacities: whole.capacities.map(({ share, selected, valueRecovered }, capacity) => ({
      share,
      selected,
      precision: estimate(4 + 3 * capacity),
      recall: estimate(5 + 3 * capacity),
      valueRecovered: valueRecovered === null ? null : estimate(6 + 3 * capacity),
    })),
  }
}

function figuresOf({ auc, averagePrecision, brier, calibrationError, capacities }: Quality): Float64Array {
  return Float64Array.from([
    auc,
    averagePrecision,
    brier,
    calibrationError,
    ...capacities.flatMap(({ precision, recall, valueRecovered }) => [
      precision,
      recall,
      valueRecovered ?? 0,
    ]),
  ])
}

function hasBoth(labels: Uint8Array, copies: Uint32Array): boolean {
  let seen = 0
  for (let i = 0; i < labels.length && seen < 3; i++)
    if ((copies[i] ?? 0) > 0) seen |= labels[i] === 1 ? 2 : 1
  return seen === 3
}
