/** What decision workers are asked and what they answer, whether they are threads or confined processes. */
import type { TrainedModel } from '@khudi/sdk'
import type { Example, ReadCase, RefusedCase, StoredCase } from './run.ts'

export type Task =
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
      readonly kind: 'train'
      readonly applicationId: string
      readonly modelName: string
      readonly examples: readonly Example[]
      readonly seed: number
    }
  | {
      readonly kind: 'measure'
      readonly applicationId: string
      readonly modelName: string
      /** Scores with this model; `undefined` only reads the labels. */
      readonly digest: string | undefined
      readonly examples: readonly Example[]
    }

export interface Answers {
  load: undefined
  decide: (ReadCase | RefusedCase)[]
  train: TrainedModel & { readonly examples: number; readonly positives: number }
  /** One for each example, `undefined` where its outcome teaches nothing. */
  measure: (Measured | undefined)[]
}

export interface Measured {
  readonly score: number | undefined
  readonly label: boolean
  /** What finding it is worth, in the unit of the model's `valueLabel`. */
  readonly value: number
}

export interface Progress {
  readonly done: number
  readonly total: number
  readonly metric: number
}

export type LoadTask = Extract<Task, { kind: 'load' }>

export type ModelKey = Pick<LoadTask, 'applicationId' | 'name' | 'digest'>
