/**
 * The tabular engine: gradient-boosted trees that learn from a table of past cases, score a new one and say
 * what each feature added. Pure computation: no files, clock, network or unseeded randomness.
 */

export {
  type ComparedEstimate,
  type CompareOptions,
  compareScores,
  type ScoreComparison,
  type ScorePair,
} from './comparison/compare.ts'
export {
  type InputErrorCode,
  inputErrorCodes,
  ModelFormatError,
  TabularInputError,
  TrainingStopped,
} from './errors.ts'
export { importModel } from './exchange/exchange.ts'
export { exportOnnx, type OnnxExport } from './exchange/onnx-write.ts'
export type { XgboostImport } from './exchange/xgboost.ts'
export { compileExplainer, type Explainer } from './explanation/explainer.ts'
export { compileInteractions, type InteractionExplainer } from './explanation/interactions.ts'
export { type BackgroundExplainer, compileBackgroundExplainer } from './explanation/interventional.ts'
export {
  type ChangeQuestion,
  findSmallestChange,
  type NamedChange,
  type NamedValue,
  type SmallestChange,
} from './explanation/smallest-change.ts'
export type { TabularModel } from './model/model.ts'
export { decodeModel, encodeModel } from './model/model-file.ts'
export {
  compile,
  type Explained,
  type LevelHistory,
  type Scored,
  type ScoredBatch,
  type Scorer,
  score,
} from './scoring/score.ts'
export {
  type CodedTexts,
  type Column,
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
  type QualityEstimates,
} from './trust/bootstrap.ts'
export { type Calibration, calibrated } from './trust/calibration.ts'
export { type ChosenCalibration, chooseCalibration } from './trust/calibration-choice.ts'
export type { Columns, Predict } from './trust/columns.ts'
export type { Category, ConformalThresholds, Threshold } from './trust/conformal.ts'
export {
  type ConformalIntervals,
  type Foretold,
  fitConformalIntervals,
  type IntervalMaker,
  intervalMaker,
} from './trust/conformal-intervals.ts'
export {
  type ConformalDivision,
  type ConformalSets,
  conformalDivisions,
  fitConformalSets,
  type LabelledScores,
  type LabelSet,
  type SetMaker,
  setMaker,
} from './trust/conformal-sets.ts'
export {
  type Coverage,
  type CoverageReport,
  measureIntervalCoverage,
  measureSetCoverage,
} from './trust/coverage.ts'
export { type Dependence, type DependenceOptions, partialDependence } from './trust/dependence.ts'
export { type Band, exactInterval, wilsonInterval } from './trust/distributions.ts'
export { type DriftVerdict, driftVerdicts, type FeatureDrift, measureDrift } from './trust/drift.ts'
export {
  type BaselineOptions,
  type DriftBaseline,
  type FeatureBaseline,
  learnBaseline,
} from './trust/drift-baseline.ts'
export {
  type Importance,
  type ImportanceInput,
  type ImportanceOptions,
  permutationImportance,
} from './trust/importance.ts'
export { findLeaks, type Leak, type LeakageInput } from './trust/leakage.ts'
export { type Evidence, type LeakCode, leakCodes } from './trust/leakage-sentences.ts'
export type { LeakageTimes } from './trust/leakage-times.ts'
export {
  type Foretelling,
  logLoss,
  meanAbsoluteError,
  pinballLoss,
  poissonDeviance,
  rootMeanSquaredError,
  tweedieDeviance,
} from './trust/losses.ts'
export { type CapacityQuality, defaultShares, measureQuality, type Quality } from './trust/metrics.ts'
export type { ScoredSample } from './trust/ranking.ts'
export { discountedGain, type RankedLists } from './trust/ranking-quality.ts'
export {
  bootstrapRegression,
  type ForetoldNumbers,
  measureRegression,
  type RegressionCapacity,
  type RegressionMeasures,
} from './trust/regression-quality.ts'
export {
  type ReliabilityCurve,
  type ReliabilityOptions,
  type ReliabilityPoint,
  reliabilityCurve,
} from './trust/reliability.ts'
export type { Estimate, ResampleOptions } from './trust/resampling.ts'
export { kolmogorovSmirnov, type TwoSampleTest } from './trust/two-samples.ts'
