import type { Score } from './application.ts'
import type { EvaluationReport } from './evaluation.ts'
import type { FeatureRow, FeatureSpecs } from './features.ts'

/** What an engine learns from or is measured with: one row a case, in the order in which the cases occurred. */
export interface TrainingSet {
  readonly features: FeatureSpecs
  readonly rows: readonly FeatureRow[]
  /** Whether each row is what the model is to find. */
  readonly labels: readonly boolean[]
}

/** Settings of an engine's own by name, such as a learning rate. An engine refuses a name or a figure that it does not know. */
export type EngineSettings = Readonly<Record<string, number | string | boolean>>

/** How far a work is. How long the rest will take, whoever holds the clock works out. */
export interface EngineProgress {
  /** Rounds done, of at most `total`. */
  readonly done: number
  readonly total: number
  /** How good it is by now; `null` where this part of the work measures nothing. */
  readonly metric: number | null
  /** What the metric is, in English, as a technician reads it: `log loss`. */
  readonly metricName: string
}

/** For work that takes long: what it tells while it lasts, and how it is told to stop. */
export interface LongWork {
  onProgress?(progress: EngineProgress): void
  /** Asked after each round; the work then ends without a result. */
  shouldStop?(): boolean
}

/** Threads that whoever calls an engine lends it: an engine starts none itself. */
export interface Threads {
  /** Threads beyond the calling one. */
  readonly helpers: number
  /** Runs the default export of a module, with what is given, in a thread of its own. */
  start(module: URL, given: unknown): { stop(): void }
}

export interface TrainingOptions extends LongWork {
  /** Same set, same seed, same settings: same bytes of model, however often it was interrupted and by whatever number of threads. */
  readonly seed: number
  readonly settings?: EngineSettings
  /**
   * A checkpoint to go on from, made by the same version of the engine of the same set, seed and settings. An engine refuses any
   * other: a model of two halves that do not belong together is worse than none.
   */
  readonly from?: Uint8Array
  readonly threads?: Threads
  /**
   * Takes a checkpoint every so many rounds, and once more where `shouldStop` said so. It holds what a model holds. An engine that
   * cannot go on from one hands out none.
   */
  onCheckpoint?(bytes: Uint8Array): void
}

/** A trained artefact and what its training showed; the summary is plain JSON. */
export interface TrainedModel {
  readonly bytes: Uint8Array
  readonly summary: Readonly<Record<string, number | string>>
}

/** A score with everything that made it. */
export interface Explanation extends Score {
  /** The score before calibration, in the model's own units (log odds). */
  readonly margin: number
  /** The margin of a case of which nothing is known; it and the weights of all reasons add up to `margin`. */
  readonly expectedMargin: number
}

/** What a model is measured with. */
export interface EvaluationSet extends TrainingSet {
  /** What finding each case is worth; left out where nothing is declared. */
  readonly values?: readonly number[]
  /** Rows of the period that the model learned from, to tell how far the cases have moved since; left out where there are none. */
  readonly reference?: readonly FeatureRow[]
}

export interface EvaluationOptions extends LongWork {
  /** For what is drawn by lot: the same seed draws the same. */
  readonly seed: number
}

/** A model ready to score, and to be looked into as far as its engine can. */
export interface LoadedModel {
  /** Probability and the `reasonCount` largest contributions. The same row gives the same answer, to the bit. */
  score(row: FeatureRow, reasonCount: number): Score
  /** Every contribution. Left out by an engine that cannot tell. */
  explain?(row: FeatureRow): Explanation
  /** `undefined` where `shouldStop` said so. Left out by an engine that measures nothing. */
  evaluate?(set: EvaluationSet, options: EvaluationOptions): EvaluationReport | undefined
  /** The model in a format that other programs read, one of the engine's `exportFormats`. @throws Error where it has no such form */
  exportAs?(format: string): Uint8Array
}

/** A model that another program made. */
export interface ForeignModel {
  readonly bytes: Uint8Array
  /** What the application's model sees: the file's own inputs must be among these, by name. */
  readonly features: FeatureSpecs
  /** Names of the file's inputs in their order, where the file does not tell them itself. */
  readonly inputs?: readonly string[]
  /** Of a model whose training was stopped early and that holds more rounds than its best: which of them are meant. */
  readonly rounds?: 'all' | 'best'
}

export interface SearchOptions extends LongWork {
  readonly seed: number
  /** How many settings are tried at first. */
  readonly configurations: number
  /** Rounds of training of the settings that come through to the end. */
  readonly rounds: number
}

/** What a search for settings found, as plain JSON; the best first. */
export interface SearchReport {
  readonly metricName: string
  /** Rounds of training that the search was allowed, all folds together. */
  readonly budgetRounds: number
  readonly trials: readonly {
    readonly settings: EngineSettings
    /** Rounds for each fold. */
    readonly rounds: number
    /** Mean over the folds, lower is better. */
    readonly metric: number
  }[]
}

/**
 * What every engine of learned models offers the kernel: `engines/<name>/engine.ts` exports one as its default.
 * Pure computation; every function throws an Error whose message says what is wrong with the set, the settings or the bytes.
 * What an engine leaves out it cannot do, and whoever asks is refused.
 *
 * @example
 * ```ts
 * import type { Engine } from '@khudi/sdk'
 * const coin: Engine = {
 *   train: () => ({ bytes: new Uint8Array([1]), summary: {} }),
 *   load: () => ({ score: () => ({ score: 0.5, reasons: [] }) }),
 * }
 * ```
 */
export interface Engine {
  /** `undefined` where `shouldStop` said so. */
  train(
    set: TrainingSet,
    options: TrainingOptions,
  ): TrainedModel | undefined | Promise<TrainedModel | undefined>
  /** @throws Error for bytes that this engine did not write, or that a newer version wrote. */
  load(bytes: Uint8Array): LoadedModel
  /** Takes another program's model in, as a model of this engine's own. @throws Error for what it does not know, to the last field */
  importModel?(foreign: ForeignModel): TrainedModel
  /** Formats that `exportAs` writes. */
  readonly exportFormats?: readonly string[]
  /** Looks for the settings to train with. `undefined` where `shouldStop` said so. */
  search?(
    set: TrainingSet,
    options: SearchOptions,
  ): SearchReport | undefined | Promise<SearchReport | undefined>
}
