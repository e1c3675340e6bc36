import { TabularInputError } from '../errors.ts'
import { type Ranking, rank, type ScoredSample } from './ranking.ts'

/** Quality when only the highest scores can be looked at. */
export type CapacityQuality = {
  /** Share of the cases that can be looked at, and how many that is: rounded down, at least one. */
  readonly share: number
  readonly selected: number
  /** Share of the selected that are positive. */
  readonly precision: number
  /** Share of the positives that are selected. */
  readonly recall: number
  /**
   * Share of the positives' value that is selected; `null` without values or where the positives have none.
   */
  readonly valueRecovered: number | null
}

export type Quality = {
  readonly rows: number
  readonly positives: number
  /**
   * Probability that a positive scores above a negative, ties counted half (Mann & Whitney; Hanley & McNeil,
   * Radiology 143, 1982).
   */
  readonly auc: number
  /** Σ (recall gained × precision) over distinct scores from the top, without interpolation. */
  readonly averagePrecision: number
  /** Mean squared distance of score and label (Brier, 1950). */
  readonly brier: number
  /**
   * Weighted mean of |mean score − share of positives| over ten groups of equally many cases by score ("ECE",
   * equal mass).
   */
  readonly calibrationError: number
  readonly capacities: readonly CapacityQuality[]
}

export const defaultShares = [0.01, 0.02, 0.05, 0.1] as const

const CALIBRATION_GROUPS = 10

/**
 * All measures of a sample.
 *
 * @throws TabularInputError for lengths that differ, labels other than 0 and 1, scores outside 0 … 1, or one class only.
 */
export function measureQuality(sample: ScoredSample, shares: readonly number[] = defaultShares): Quality {
  checkShares(shares)
  const ranking = rank(sample)
  return measureRanking(ranking, new Uint32Array(ranking.labels.length).fill(1), shares)
}

export function checkShares(shares: readonly number[]): void {
  for (const share of shares) {
    if (share > 0 && share <= 1) continue
    throw new TabularInputError('share_invalid', `a capacity is a share above 0 and at most 1, not ${share}`)
  }
}

/** How many of `count` cases a share allows: never more than the share, at least one. */
export function capacityOf(share: number, count: number): number {
  // The tiny excess undoes products such as 0.29 × 100 = 28.999….
  return Math.max(1, Math.floor(share * count + 1e-9))
}

/**
 * Measures of the ranking in which the case at rank i occurs `copies[i]` times: all ones for the sample
 * itself, drawn for a resample.
 */
export function measureRanking(ranking: Ranking, copies: Uint32Array, shares: readonly number[]): Quality {
  const totals = countTotals(ranking, copies)
  return {
    rows: totals.rows,
    positives: totals.positives,
    ...measureOrder(ranking, copies, totals),
    ...measureCalibration(ranking, copies, totals),
    capacities: shares.map((share) => measureCapacity(ranking, copies, { share, ...totals })),
  }
}

type Totals = { readonly rows: number; readonly positives: number; readonly positiveValue: number }

function countTotals({ labels, values }: Ranking, copies: Uint32Array): Totals {
  let rows = 0
  let positives = 0
  let positiveValue = 0
  for (let i = 0; i < labels.length; i++) {
    const times = copies[i] ?? 0
    rows += times
    if (labels[i] !== 1) continue
    positives += times
    if (values !== null) positiveValue += times * (values[i] ?? 0)
  }
  return { rows, positives, positiveValue }
}

/** One pass down the ranking, closing a group wherever the score changes. */
function measureOrder(
  { labels, scores }: Ranking,
  copies: Uint32Array,
  totals: Totals,
): Pick<Quality, 'auc' | 'averagePrecision'> {
  let above = 0 // Positives above the group.
  let passed = 0 // Cases up to and with the group.
  let pairs = 0
  let averagePrecision = 0
  let groupPositives = 0
  let groupNegatives = 0
  for (let i = 0; i < labels.length; i++) {
    const times = copies[i] ?? 0
    if (labels[i] === 1) groupPositives += times
    else groupNegatives += times
    if (i + 1 < labels.length && scores[i + 1] === scores[i]) continue
    pairs += groupNegatives * (above + groupPositives / 2)
    above += groupPositives
    passed += groupPositives + groupNegatives
    if (groupPositives > 0) averagePrecision += (groupPositives / totals.positives) * (above / passed)
    groupPositives = 0
    groupNegatives = 0
  }
  return { auc: pairs / (totals.positives * (totals.rows - totals.positives)), averagePrecision }
}

function measureCalibration(
  { labels, scores }: Ranking,
  copies: Uint32Array,
  totals: Totals,
): Pick<Quality, 'brier' | 'calibrationError'> {
  let squared = 0
  let apart = 0
  let passed = 0
  let excess = 0 // Σ (score − label) of the open group.
  let group = 1
  let end = Math.ceil(totals.rows / CALIBRATION_GROUPS) // A case that begins here or later is of a later group.
  for (let i = 0; i < labels.length; i++) {
    const times = copies[i] ?? 0
    if (times === 0) continue
    if (passed >= end) {
      apart += Math.abs(excess)
      excess = 0
      group = Math.floor((passed * CALIBRATION_GROUPS) / totals.rows) + 1
      end = Math.ceil((group * totals.rows) / CALIBRATION_GROUPS)
    }
    const error = (scores[i] ?? 0) - (labels[i] ?? 0)
    squared += times * error * error
    excess += times * error
    passed += times
  }
  return { brier: squared / totals.rows, calibrationError: (apart + Math.abs(excess)) / totals.rows }
}

function measureCapacity(
  { labels, values }: Ranking,
  copies: Uint32Array,
  of: Totals & { readonly share: number },
): CapacityQuality {
  const selected = capacityOf(of.share, of.rows)
  let left = selected
  let found = 0
  let foundValue = 0
  for (let i = 0; i < labels.length && left > 0; i++) {
    const taken = Math.min(left, copies[i] ?? 0)
    left -= taken
    if (labels[i] !== 1) continue
    found += taken
    if (values !== null) foundValue += taken * (values[i] ?? 0)
  }
  return {
    share: of.share,
    selected,
    precision: found / selected,
    recall: found / of.positives,
    valueRecovered: of.positiveValue > 0 ? foundValue / of.positiveValue : null,
  }
}
