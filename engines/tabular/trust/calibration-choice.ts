import { TabularInputError } from '../errors.ts'
import type { RowRange } from '../training/objective.ts'
import { type Calibration, type CalibrationRows, calibrated, fitPlatt, uncalibrated } from './calibration.ts'
import { fitIsotonic } from './isotonic.ts'

/** A calibration with the evidence that it was chosen on. */
export interface ChosenCalibration {
  readonly calibration: Calibration
  /**
   * Mean log loss, in nats, of each kind on rows that it was not fitted to; the least won. `null` where the rows were too few
   * to compare on, and Platt's line was taken unseen.
   */
  readonly heldOutLoss: Readonly<Record<Calibration['kind'], number>> | null
  /** How many folds the comparison rests on. */
  readonly folds: number
}

const FOLDS = 5
/** With fewer rows a fold, or fewer of the rarer label before one, the comparison would be a toss of a coin. */
const LEAST_FOLD_ROWS = 20
const LEAST_PRECEDING = 5

/**
 * Chooses none, Platt's line or the isotonic curve by what each would have done: the later half of the
 * range, in time order, is cut into equal parts, and each part is foretold by fits to everything before it ("rolling
 * origin": Tashman, International Journal of Forecasting 16, 2000). The half keeps the fits that are compared nearly as large
 * as the one that is wanted; smaller ones would speak against the curve that needs more rows. The least mean log loss wins, of equals the
 * simplest, and is then fitted to the whole range. (Asking a clear gain of the less simple kinds was tried: a line stayed where
 * its calibration error was 0.03 and the curve's 0.01, because log loss feels such errors too little.)
 *
 * @throws TabularInputError `rows_empty` for a range without rows.
 */
export function chooseCalibration(
  rows: CalibrationRows,
  margins: ArrayLike<number>,
  range: RowRange,
): ChosenCalibration {
  if (!(range.to > range.from)) throw new TabularInputError('rows_empty', 'there are no rows to calibrate on')
  const fit: Record<Calibration['kind'], (part: RowRange) => Calibration> = {
    none: () => uncalibrated,
    platt: (part) => fitPlatt(rows, margins, part),
    isotonic: (part) => fitIsotonic(rows, margins, part),
  }
  const parts = foldsOf(rows, range)
  if (parts.length === 0) return { calibration: fit.platt(range), heldOutLoss: null, folds: 0 }
  const sums = { none: 0, platt: 0, isotonic: 0 }
  let weight = 0
  for (const part of parts) {
    for (const kind of kinds) {
      const calibration = fit[kind]({ from: range.from, to: part.from })
      sums[kind] += sumLogLoss(rows, { margins, calibration }, part)
    }
    for (let row = part.from; row < part.to; row++) weight += rows.weights[row] ?? 0
  }
  const best = kinds.reduce((won, kind) => (sums[kind] < sums[won] ? kind : won))
  return {
    calibration: fit[best](range),
    heldOutLoss: { none: sums.none / weight, platt: sums.platt / weight, isotonic: sums.isotonic / weight },
    folds: parts.length,
  }
}

/** From the simplest. */
const kinds = ['none', 'platt', 'isotonic'] as const

/** Parts to foretell, each with enough of both labels before it. */
function foldsOf(rows: CalibrationRows, range: RowRange): readonly RowRange[] {
  const count = range.to - range.from
  if (count < 2 * FOLDS * LEAST_FOLD_ROWS) return []
  const edge = (part: number): number => range.from + Math.round(((FOLDS + part) * count) / (2 * FOLDS))
  const parts = Array.from({ length: FOLDS }, (_, i) => ({ from: edge(i), to: edge(i + 1) }))
  return parts.filter(({ from, to }) => {
    let positives = 0
    let negatives = 0
    let weight = 0
    for (let row = range.from; row < to; row++) {
      if (row >= from || rows.weights[row] === 0) weight += rows.weights[row] ?? 0
      else if (rows.labels[row] === 1) positives++
      else negatives++
    }
    return positives >= LEAST_PRECEDING && negatives >= LEAST_PRECEDING && weight > 0
  })
}

function sumLogLoss(
  rows: CalibrationRows,
  by: { readonly margins: ArrayLike<number>; readonly calibration: Calibration },
  part: RowRange,
): number {
  let sum = 0
  for (let row = part.from; row < part.to; row++) {
    const score = calibrated(by.calibration, by.margins[row] ?? 0)
    // A margin beyond ±36 rounds to certainty; its loss is kept finite as scikit-learn does.
    const own = Math.max(rows.labels[row] === 1 ? score : 1 - score, Number.EPSILON)
    sum -= (rows.weights[row] ?? 0) * Math.log(own)
  }
  return sum
}
