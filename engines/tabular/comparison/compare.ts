import { TabularInputError } from '../errors.ts'
import { type Random, seededRandom } from '../training/random.ts'
import { capacityOf, checkShares, defaultShares, measureRanking, type Quality } from '../trust/metrics.ts'
import { type Ranking, rank } from '../trust/ranking.ts'
import { type Estimate, quantile } from '../trust/resampling.ts'

/** What two models said of the same cases, and what turned out; one position a case. */
export type ScorePair = {
  /** 1 where the thing was there, else 0. */
  readonly labels: ArrayLike<number>
  /** Probabilities of the first model, and of the second. */
  readonly scores: readonly [ArrayLike<number>, ArrayLike<number>]
  readonly values?: ArrayLike<number> | undefined
}

/** One measure of both, and of the second less the first, with intervals from the same resamples. */
export type ComparedEstimate = {
  readonly first: Estimate
  readonly second: Estimate
  readonly difference: Estimate
}

export type ScoreComparison = {
  readonly rows: number
  readonly positives: number
  readonly resamples: number
  readonly confidence: number
  readonly seed: number
  readonly measures: readonly (ComparedEstimate & { readonly name: string })[]
  readonly capacities: readonly {
    readonly share: number
    readonly selected: number
    readonly precision: ComparedEstimate
    readonly recall: ComparedEstimate
    /** How many of the selected both models select. */
    readonly overlap: number
  }[]
}

export type CompareOptions = {
  readonly seed: number
  readonly shares?: readonly number[] | undefined
  /** 1 to 100,000; 1,000 when left out. */
  readonly resamples?: number | undefined
}

const CONFIDENCE = 0.95

/**
 * Compares two models by the paired percentile bootstrap (Efron & Tibshirani, "An introduction to the bootstrap", 1993, chapter
 * 13): each resample draws cases and measures both models on the same ones, so that what is hard about a case weighs on both and
 * the interval of the difference is narrower than the two intervals suggest. Resamples of one class say nothing and are drawn
 * again.
 *
 * @throws TabularInputError for what `rank` refuses, scores of different numbers of cases, and a number of resamples out of bounds
 */
export function compareScores(
  { labels, scores, values }: ScorePair,
  options: CompareOptions,
): ScoreComparison {
  const { seed, shares = defaultShares, resamples = 1_000 } = options
  checkResamples(resamples)
  checkShares(shares)
  const [first, second] = scores.map((one) => rank({ labels, scores: one, values }))
  if (first === undefined || second === undefined)
    throw new TabularInputError('length_mismatch', 'two models are compared')
  const whole = measureBoth([first, second], new Uint32Array(labels.length).fill(1), shares)
  const random = seededRandom(seed)
  const drawn = Array.from({ length: resamples }, () =>
    measureBoth([first, second], drawCopies(labels, random), shares),
  )
  const compared = (read: (quality: Quality) => number) => estimates(whole, drawn, read)
  return {
    rows: whole[0].rows,
    positives: whole[0].positives,
    resamples,
    confidence: CONFIDENCE,
    seed,
    measures: [
      { name: 'AUC', ...compared(({ auc }) => auc) },
      { name: 'average precision', ...compared(({ averagePrecision }) => averagePrecision) },
      { name: 'Brier', ...compared(({ brier }) => brier) },
      { name: 'calibration error', ...compared(({ calibrationError }) => calibrationError) },
    ],
    capacities: shares.map((share, at) => ({
      share,
      selected: capacityOf(share, labels.length),
      precision: compared(({ capacities }) => capacities[at]?.precision ?? 0),
      recall: compared(({ capacities }) => capacities[at]?.recall ?? 0),
      overlap: overlapOf(first, second, capacityOf(share, labels.length)),
    })),
  }
}

function checkResamples(resamples: number): void {
  if (Number.isInteger(resamples) && resamples >= 1 && resamples <= 100_000) return
  throw new TabularInputError(
    'resamples_invalid',
    `resamples must be a whole number from 1 to 100000, not ${resamples}`,
  )
}

type Both = readonly [Quality, Quality]

/** Both models on the cases as often as `copies` (by position in the sample) says. */
function measureBoth(
  rankings: readonly [Ranking, Ranking],
  copies: Uint32Array,
  shares: readonly number[],
): Both {
  const measured = (ranking: Ranking) =>
    measureRanking(
      ranking,
      Uint32Array.from(ranking.positions, (position) => copies[position] ?? 0),
      shares,
    )
  return [measured(rankings[0]), measured(rankings[1])]
}

function estimates(
  whole: Both,
  drawn: readonly Both[],
  read: (quality: Quality) => number,
): ComparedEstimate {
  const estimate = (of: (both: Both) => number): Estimate => {
    const values = Float64Array.from(drawn, of).sort()
    return {
      value: of(whole),
      low: quantile(values, (1 - CONFIDENCE) / 2),
      high: quantile(values, (1 + CONFIDENCE) / 2),
    }
  }
  return {
    first: estimate(([one]) => read(one)),
    second: estimate(([, other]) => read(other)),
    difference: estimate(([one, other]) => read(other) - read(one)),
  }
}

function overlapOf(first: Ranking, second: Ranking, selected: number): number {
  const chosen = new Set(first.positions.subarray(0, selected))
  return second.positions.subarray(0, selected).filter((position) => chosen.has(position)).length
}

/** How often each case is drawn, by its position in the sample. */
function drawCopies(labels: ArrayLike<number>, random: Random): Uint32Array {
  for (;;) {
    const copies = new Uint32Array(labels.length)
    let positives = 0
    for (let i = 0; i < labels.length; i++) {
      const drawn = random.below(labels.length)
      copies[drawn] = (copies[drawn] ?? 0) + 1
      positives += labels[drawn] ?? 0
    }
    if (positives > 0 && positives < labels.length) return copies
  }
}
