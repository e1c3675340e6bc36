/**
 * The tabular engine: gradient-boosted trees that learn from a table of past cases, score a new one and say
 * what each feature added. Pure computation: no files, clock, network or unseeded randomness.
 */

export {
  type InputErrorCode,
  inputErrorCodes,
  ModelFormatError,
  TabularInputError,
  TrainingStopped,
} from './errors.ts'
export type { TabularModel } from './model/model.ts'
export { decodeModel, encodeModel } from './model/model-file.ts'
export {
  compile,
  type LevelHistory,
  type Scored,
  type ScoredBatch,
  type Scorer,
  score,
} from './scoring/score.ts'
export {
  type FeatureKind,
  type FeatureSpec,
  type FeatureValue,
  featureKinds,
  type Row,
  type Table,
} from './table/features.ts'
export { defaultOptions, type TrainingOptions } from './training/options.ts'
export { type TrainingInput, type TrainingProgress, train, trainInRounds } from './training/train.ts'
export {
  type BootstrapOptions,
  bootstrapQuality,
  type CapacityEstimates,
  type Estimate,
  type QualityEstimates,
} from './trust/bootstrap.ts'
export { type CapacityQuality, defaultShares, measureQuality, type Quality } from './trust/metrics.ts'
export type { ScoredSample } from './trust/ranking.ts'
