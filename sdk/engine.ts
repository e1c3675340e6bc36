import type { Score } from './application.ts'
import type { FeatureRow, FeatureSpecs } from './features.ts'

/** What an engine learns from: one row a case, in the order in which the cases occurred. */
export interface TrainingSet {
  readonly features: FeatureSpecs
  readonly rows: readonly FeatureRow[]
  /** Whether each row is what the model is to find. */
  readonly labels: readonly boolean[]
}

export interface TrainingOptions {
  /** Same set, same seed: same bytes of model. */
  readonly seed: number
  /** Rounds done of at most `total`, and the metric on the held-out tail. */
  onProgress?(progress: { readonly done: number; readonly total: number; readonly metric: number }): void
}

/** A trained artefact and what its training showed; the summary is plain JSON. */
export interface TrainedModel {
  readonly bytes: Uint8Array
  readonly summary: Readonly<Record<string, number | string>>
}

/** A model ready to score. */
export interface LoadedModel {
  /** Probability and the `reasonCount` largest contributions. The same row gives the same answer, to the bit. */
  score(row: FeatureRow, reasonCount: number): Score
}

/**
 * What every engine of learned models offers the kernel: `engines/<name>/engine.ts` exports one as its default.
 * Pure computation; `train` and `load` throw an Error whose message says what is wrong with the set or the bytes.
 */
export interface Engine {
  train(set: TrainingSet, options: TrainingOptions): TrainedModel
  /** @throws Error for bytes that this engine did not write, or that a newer version wrote. */
  load(bytes: Uint8Array): LoadedModel
}
