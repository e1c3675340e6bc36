import { TabularInputError } from '../errors.ts'
import { checkScores, type LabelledScores } from './conformal-sets.ts'
import { type Band, wilsonInterval } from './distributions.ts'
import { ascendingPositions } from './sorting.ts'

/** Cases of like score: what was foretold for them and what came. */
export interface ReliabilityPoint {
  /** Least and greatest score of the cases. */
  readonly from: number
  readonly to: number
  readonly cases: number
  readonly meanScore: number
  /** Share of positives among the cases, and its interval (Wilson). */
  readonly share: number
  readonly interval: Band
}

export interface ReliabilityCurve {
  /** From the lowest scores up; bins without cases are left out. */
  readonly points: readonly ReliabilityPoint[]
  /** Mean over the cases of |mean score − share| of their bin. */
  readonly calibrationError: number
  /** The largest |mean score − share| of a bin. */
  readonly worst: number
}

export interface ReliabilityOptions {
  /** `mass`: bins of equally many cases, equal scores kept together; `width`: bins of equal length from 0 to 1. */
  readonly by?: 'mass' | 'width' | undefined
  readonly bins?: number | undefined
  readonly confidence?: number | undefined
}

/**
 * The reliability diagram (DeGroot & Fienberg, The Statistician 32, 1983): on the diagonal where scores mean what they say.
 *
 * @throws TabularInputError `rows_empty`, `length_mismatch`, `label_not_binary`, `score_invalid`, `option_invalid`.
 */
export function reliabilityCurve(cases: LabelledScores, options: ReliabilityOptions = {}): ReliabilityCurve {
  const { by = 'mass', bins = 10, confidence = 0.95 } = options
  const count = checkScores(cases)
  if (!(Number.isInteger(bins) && bins >= 1 && bins <= 1_000))
    throw new TabularInputError('option_invalid', `bins are a whole number from 1 to 1000, not ${bins}`)
  if (!(confidence > 0 && confidence < 1))
    throw new TabularInputError('option_invalid', `confidence must lie between 0 and 1, not be ${confidence}`)
  const scores = Float64Array.from({ length: count }, (_, i) => cases.scores[i] ?? 0)
  const order = ascendingPositions(scores)
  const points = binEnds(order, scores, { by, bins }).map((end, i, ends): ReliabilityPoint => {
    const rows = order.subarray(ends[i - 1] ?? 0, end)
    let sum = 0
    let positives = 0
    for (const row of rows) {
      sum += scores[row] ?? 0
      positives += cases.labels[row] ?? 0
    }
    return {
      from: scores[rows[0] ?? 0] ?? 0,
      to: scores[rows[rows.length - 1] ?? 0] ?? 0,
      cases: rows.length,
      meanScore: sum / rows.length,
      share: positives / rows.length,
      interval: wilsonInterval(positives, rows.length, confidence),
    }
  })
  const apart = points.map(({ meanScore, share }) => Math.abs(meanScore - share))
  const calibrationError = points.reduce((sum, { cases: own }, i) => sum + own * (apart[i] ?? 0), 0) / count
  return { points, calibrationError, worst: Math.max(...apart) }
}

/** The rank after the last of each bin that has cases. */
function binEnds(
  order: Int32Array,
  scores: Float64Array,
  { by, bins }: { readonly by: 'mass' | 'width'; readonly bins: number },
): readonly number[] {
  const count = order.length
  const ends: number[] = []
  let open = -1
  let first = 0 // The rank of the first case of this score, which decides for all of them.
  for (let rank = 0; rank < count; rank++) {
    const score = scores[order[rank] ?? 0] ?? 0
    if (score !== scores[order[first] ?? 0]) first = rank
    const own = by === 'mass' ? Math.floor((first * bins) / count) : Math.max(0, Math.ceil(score * bins) - 1)
    if (own !== open && rank > 0) ends.push(rank)
    open = own
  }
  return [...ends, count]
}
