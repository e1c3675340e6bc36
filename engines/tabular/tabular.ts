/**
 * The tabular engine: gradient-boosted trees that learn from a table of past cases, score a new one and say
 * what each feature added. Pure computation: no files, clock, network or unseeded randomness.
 */
export {
  type BootstrapOptions,
  bootstrapQuality,
  type CapacityEstimates,
  type Estimate,
  type QualityEstimates,
} from './bootstrap.ts'
export {
  type InputErrorCode,
  inputErrorCodes,
  ModelFormatError,
  TabularInputError,
  TrainingStopped,
} from './errors.ts'
export {
  type FeatureKind,
  type FeatureSpec,
  type FeatureValue,
  featureKinds,
  type Row,
  type Table,
} from './features.ts'
export { type CapacityQuality, defaultShares, measureQuality, type Quality } from './metrics.ts'
export type { TabularModel } from './model.ts'
export { decodeModel, encodeModel } from './model-file.ts'
export { defaultOptions, type TrainingOptions } from './options.ts'
export type { ScoredSample } from './ranking.ts'
export { compile, type LevelHistory, type Scored, type ScoredBatch, type Scorer, score } from './score.ts'
export { type TrainingInput, type TrainingProgress, train, trainInRounds } from './train.ts'
