import { codePosition, columnsOf, type FittedFeature, featureOfColumns } from './encoding.ts'
import { type FeatureValue, numberValue, type Row, type Table, countRows, textValue, valueAt } from './features.ts'
import { sigmoid } from './loss.ts'
import type { TabularModel } from './model.ts'
import { shrunkShare } from './target-statistics.ts'

/** A model's opinion of one row. */
export type Scored = {
  /** Calibrated probability, from 0 to 1. */
  readonly score: number
  /** Its log odds: `baseMargin` + Σ contributions, to the last bit. */
  readonly margin: number
  /** What each feature, in the model's order, added to the margin. */
  readonly contributions: Float64Array
}

/** Opinions of many rows; row i's contributions are [i × features … (i + 1) × features). */
export type ScoredBatch = {
  readonly scores: Float64Array
  readonly margins: Float64Array
  readonly contributions: Float64Array
}

/** What the training rows say about one value of a category: the figure behind a reason. */
export type LevelHistory = {
  /** Weight of the rows with this value (their number, when weights are 1), and of the positive ones among them. */
  readonly seen: number
  readonly positive: number
  /** Share of positives over all rows. */
  readonly prior: number
}

/** A model made ready to score; it keeps buffers, so one at a time per thread. */
export type Scorer = {
  readonly featureNames: readonly string[]
  readonly baseMargin: number
  /** @throws TabularInputError when a feature is absent, of the wrong type or not finite. */
  readonly score: (row: Row) => Scored
  readonly scoreBatch: (table: Table) => ScoredBatch
  /** `undefined` when the model has no such category. */
  readonly findHistory: (feature: string, value: string | null) => LevelHistory | undefined
}

/** One row with one model; `compile` once to score more than a few. */
export function score(model: TabularModel, row: Row): Scored {
  return compile(model).score(row)
}

/**
 * Prepares a model for scoring.
 *
 * Contributions follow the row's path through each tree: the change of the expected value at a split is credited to the split's feature
 * (Saabas, "Interpreting random forests", 2014, as in the package treeinterpreter). They favour features near the leaves over those near the root; exact
 * Shapley values (TreeSHAP) are to replace them under the same name.
 */
export function compile(model: TabularModel): Scorer {
  const names = model.features.map(({ name }) => name)
  const encoders = model.features.map(compileEncoder)
  const encoded = new Float64Array(featureOfColumns(model.features).length)
  const walk = compileWalk(model)
  const scoreWith = (valueOf: (name: string) => FeatureValue | undefined, into: Float64Array, row?: number): number => {
    for (let i = 0; i < encoders.length; i++) encoders[i]?.(valueOf(names[i] ?? ''), encoded, row)
    return walk(encoded, into)
  }
  return {
    featureNames: names,
    baseMargin: model.baseMargin,
    score: (row) => {
      const contributions = new Float64Array(names.length)
      const margin = scoreWith((name) => row[name], contributions)
      return { score: sigmoid(margin), margin, contributions }
    },
    scoreBatch: (table) => {
      const count = countRows(table, model.features)
      const contributions = new Float64Array(count * names.length)
      const margins = new Float64Array(count)
      for (let row = 0; row < count; row++) {
        const own = contributions.subarray(row * names.length, (row + 1) * names.length)
        margins[row] = scoreWith((name) => valueAt(table, name, row), own, row)
      }
      return { scores: margins.map(sigmoid), margins, contributions }
    },
    findHistory: (feature, value) => historyOf(model.features, feature, value),
  }
}

type Encoder = (value: FeatureValue | undefined, into: Float64Array, row: number | undefined) => void
