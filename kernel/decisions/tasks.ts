/** What decision workers are asked and what they answer, whether they are threads or confined processes. */
import type {
  EngineProgress,
  EngineSettings,
  EvaluationReport,
  EvaluationSet,
  Explanation,
  FeatureRow,
  FeatureSpecs,
  ForeignModel,
  SearchOptions,
  SearchReport,
  TrainedModel,
  TrainingSet,
} from '@khudi/sdk'
import type { Example, ReadCase, RefusedCase, StoredCase } from './run.ts'

/** Work of an application's own code: features, labels, decisions. */
export type ApplicationTask =
  | {
      readonly kind: 'load'
      readonly applicationId: string
      readonly name: string
      readonly engine: string
      readonly digest: string
      readonly bytes: Uint8Array
    }
  | {
      readonly kind: 'decide'
      readonly applicationId: string
      /** JSON texts as submitted, or cases as they are stored, opened. */
      readonly payloads: readonly (string | StoredCase)[]
      /** Digest (hex) of each model by name; `undefined` reads the cases without deciding. */
      readonly models: Readonly<Record<string, string>> | undefined
    }
  | {
      readonly kind: 'rows'
      readonly applicationId: string
      readonly modelName: string
      readonly examples: readonly Example[]
      /** What a model would keep of these rows must hold nothing that is sealed. */
      readonly isLearning: boolean
    }
  | {
      /** Features of one case, which needs no outcome. */
      readonly kind: 'row'
      readonly applicationId: string
      readonly modelName: string
      readonly stored: StoredCase
    }
  | ({
      readonly kind: 'train'
      readonly applicationId: string
      readonly modelName: string
      readonly examples: readonly Example[]
    } & Learning)
  | {
      readonly kind: 'measure'
      readonly applicationId: string
      readonly modelName: string
      /** Scores with this model; `undefined` only reads the labels. */
      readonly digest: string | undefined
      readonly examples: readonly Example[]
    }

/** How an engine is to learn. */
interface Learning {
  readonly seed: number
  readonly settings?: EngineSettings | undefined
  /** A checkpoint to go on from. */
  readonly from?: Uint8Array | undefined
  /** Threads beyond that of the worker; none unless given. The model is the same. */
  readonly helpers?: number | undefined
}

/** Work of an engine alone, which comes with the product: no foreign line runs in it. */
export type EngineTask =
  | ({
      readonly kind: 'learn'
      readonly engine: string
      readonly features: FeatureSpecs
      readonly examples: readonly (ExampleRow | undefined)[]
    } & Learning)
  | {
      readonly kind: 'search'
      readonly engine: string
      readonly set: TrainingSet
      readonly options: Pick<SearchOptions, 'seed' | 'configurations' | 'rounds'>
    }
  | {
      readonly kind: 'evaluate'
      readonly engine: string
      readonly bytes: Uint8Array
      readonly set: EvaluationSet
      readonly seed: number
    }
  | {
      readonly kind: 'explain'
      readonly engine: string
      readonly bytes: Uint8Array
      readonly row: FeatureRow
    }
  | {
      readonly kind: 'import'
      readonly engine: string
      readonly foreign: ForeignModel
    }
  | {
      readonly kind: 'export'
      readonly engine: string
      readonly bytes: Uint8Array
      readonly format: string
    }

export type Task = ApplicationTask | EngineTask

/** What an application makes of an example; without features where they failed. */
export interface ExampleRow extends Omit<Measured, 'score'> {
  readonly row: FeatureRow | null
}

export interface Answers {
  load: undefined
  decide: (ReadCase | RefusedCase)[]
  /** One for each example, `undefined` where its outcome teaches nothing. */
  rows: (ExampleRow | undefined)[]
  row: FeatureRow
  /** `undefined` where it was told to stop. */
  train: Learned | undefined
  learn: Learned | undefined
  search: SearchReport | undefined
  evaluate: EvaluationReport | undefined
  explain: Explanation
  import: TrainedModel
  export: Uint8Array
  /** One for each example, `undefined` where its outcome teaches nothing. */
  measure: (Measured | undefined)[]
}

/** A model, and from how many examples it learned. */
export interface Learned extends TrainedModel {
  readonly examples: number
  readonly positives: number
}

export interface Measured {
  readonly score: number | undefined
  readonly label: boolean
  /** What finding it is worth, in the unit of the model's `valueLabel`. */
  readonly value: number
}

export type Progress = EngineProgress

/** Whoever waits for long work hears how far it is, keeps what it could go on from, and may have it stop. */
export interface Waiting {
  readonly onProgress?: ((progress: Progress) => void) | undefined
  readonly onCheckpoint?: ((bytes: Uint8Array) => void) | undefined
  /** The work ends after the round that it is at, and answers `undefined`. */
  readonly signal?: AbortSignal | undefined
}

export type LoadTask = Extract<Task, { kind: 'load' }>

export type ModelKey = Pick<LoadTask, 'applicationId' | 'name' | 'digest'>
