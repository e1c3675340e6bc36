import type { Comparison } from '../explanation/comparisons.ts'
import type { FittedFeature } from '../table/encoding.ts'
import type { ObjectiveSpec } from '../training/objectives/objectives.ts'
import type { TrainingOptions } from '../training/options.ts'
import type { Calibration } from '../trust/calibration.ts'
import type { Quality } from '../trust/metrics.ts'
import type { Ensemble } from './ensemble.ts'

/**
 * A finished model: everything that is needed to score a row, and what there is to say about where it came from.
 *
 * A row's raw margin is `baseMargin` + the values of the leaves that it ends in, added in the order of the trees in double
 * precision. Its score follows from the raw margin by the calibration, or by the objective where there is none.
 */
export interface TabularModel {
  readonly objective: ObjectiveSpec
  /** In the order of their columns: a feature's columns stand together (`featureOfColumns`). */
  readonly features: readonly FittedFeature[]
  /** Raw margin before any tree has spoken. */
  readonly baseMargin: number
  readonly trees: Ensemble
  readonly calibration: Calibration
  /** `null` for a model that was trained elsewhere, as are `options` and `trainedRows`. */
  readonly seed: number | null
  readonly options: TrainingOptions | null
  readonly trainedRows: number | null
  /**
   * Quality on the validation tail, of a model that had not learned from it (but whose number of trees and calibration were
   * chosen on it); `null` without validation.
   */
  readonly validation: Quality | null
  /** What numbers are usually like among rows that are alike: figures for reasons, which no score depends on. */
  readonly comparisons?: readonly Comparison[] | undefined
  /** Where a model that was trained elsewhere came from. */
  readonly provenance?: Provenance | undefined
  /** SHA-256 of what the model was trained on, in hexadecimal, as whoever trained it computed it. */
  readonly trainingDigest?: string | undefined
}

/** The program that trained an imported model, as its file says it. */
export interface Provenance {
  readonly from: (typeof origins)[number]
  /** Version of that program; `null` where the file does not say. */
  readonly version: string | null
  /** Its name for what was minimised; `null` where the file does not say. */
  readonly objective: string | null
}

export const origins = ['xgboost', 'lightgbm', 'onnx'] as const
