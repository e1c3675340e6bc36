import type { TabularModel } from '../model/model.ts'
import { codePosition, columnsOf, type FittedFeature, featureOfColumns } from '../table/encoding.ts'
import {
  countRows,
  type FeatureValue,
  numberValue,
  type Row,
  type Table,
  textValue,
  valueAt,
} from '../table/features.ts'
import { cappedSeen, shrunkShare } from '../table/target-statistics.ts'
import { sigmoid } from '../training/loss.ts'

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
  /**
   * Weight of the rows with this value (their number, when weights are 1), and of the positive ones among
   * them.
   */
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
 * Contributions follow the row's path through each tree: the change of the expected value at a split is
 * credited to the split's feature (Saabas, "Interpreting random forests", 2014, as in the package
 * treeinterpreter). They favour features near the leaves over those near the root; exact Shapley values
 * (TreeSHAP) are to replace them under the same name.
 */
export function compile(model: TabularModel): Scorer {
  const names = model.features.map(({ name }) => name)
  const encoded = new Float64Array(featureOfColumns(model.features).length)
  const encoders = compileEncoders(model.features)
  const walk = compileWalk(model)
  const scoreTable = (table: Table, row: number, contributions: Float64Array): number => {
    for (const { name, encode } of encoders) encode(valueAt(table, name, row), encoded, row)
    return walk(encoded, contributions)
  }
  return {
    featureNames: names,
    baseMargin: model.baseMargin,
    score: (row) => {
      const contributions = new Float64Array(names.length)
      for (const { name, encode } of encoders) encode(row[name], encoded, undefined)
      const margin = walk(encoded, contributions)
      return { score: sigmoid(margin), margin, contributions }
    },
    scoreBatch: (table) => {
      const count = countRows(table, model.features)
      const contributions = new Float64Array(count * names.length)
      const margins = new Float64Array(count)
      for (let row = 0; row < count; row++) {
        margins[row] = scoreTable(
          table,
          row,
          contributions.subarray(row * names.length, (row + 1) * names.length),
        )
      }
      return { scores: margins.map(sigmoid), margins, contributions }
    },
    findHistory: (feature, value) =>
      historyOf(
        model.features.find(({ name }) => name === feature),
        value,
      ),
  }
}

type Encode = (value: FeatureValue | undefined, into: Float64Array, row: number | undefined) => void

/** Writes each feature's columns; the maps make a text's columns one look-up. */
function compileEncoders(features: readonly FittedFeature[]): readonly { name: string; encode: Encode }[] {
  let column = 0
  return features.map((feature) => {
    const at = column
    column += columnsOf(feature)
    return { name: feature.name, encode: compileEncode(feature, at) }
  })
}

function compileEncode(feature: FittedFeature, at: number): Encode {
  const { name } = feature
  if (feature.kind === 'number') {
    return (value, into, row) => {
      into[at] = numberValue(value, name, row)
    }
  }
  if (feature.kind === 'code') {
    const { levels } = feature
    const positions = new Map(levels.map((level, position) => [level, position]))
    return (value, into, row) => {
      const code = textValue(value, name, row)
      into[at] = code === null ? Number.NaN : (positions.get(code) ?? codePosition(levels, code))
    }
  }
  const { levels, weights, positives, prior } = feature.statistics
  const codes = new Map(levels.map((level, position) => [level, position + 1]))
  const shares = weights.map((weight, code) =>
    shrunkShare({ positive: positives[code] ?? 0, weight }, feature.statistics),
  )
  const seen = weights.map(cappedSeen)
  return (value, into, row) => {
    const level = textValue(value, name, row)
    const code = level === null ? 0 : codes.get(level)
    into[at] = code === undefined ? prior : (shares[code] ?? prior)
    into[at + 1] = code === undefined ? 0 : (seen[code] ?? 0)
  }
}

/**
 * The loop that everything waits for: flat arrays of one type each, no allocation. Adds contributions,
 * returns the margin.
 */
function compileWalk({
  features,
  trees,
  baseMargin,
}: TabularModel): (row: Float64Array, into: Float64Array) => number {
  const { roots, column, threshold, left, missingLeft, value } = trees
  const featureOf = featureOfColumns(features)
  return (row, into) => {
    let margin = baseMargin
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree] ?? 0
      let expected = value[node] ?? 0
      margin -= expected
      for (let split = column[node] ?? -1; split >= 0; split = column[node] ?? -1) {
        const cell = row[split] ?? 0
        // A missing value is NaN, which is at most nothing.
        const goesLeft = cell <= (threshold[node] ?? 0) || (Number.isNaN(cell) && missingLeft[node] === 1)
        node = (left[node] ?? 0) + (goesLeft ? 0 : 1)
        const next = value[node] ?? 0
        const feature = featureOf[split] ?? 0
        into[feature] = (into[feature] ?? 0) + (next - expected)
        expected = next
      }
      margin += expected
    }
    return margin
  }
}

function historyOf(feature: FittedFeature | undefined, value: string | null): LevelHistory | undefined {
  if (feature?.kind !== 'category') return undefined
  const { levels, weights, positives, prior } = feature.statistics
  const position = value === null ? -1 : codePosition(levels, value)
  const code = Number.isInteger(position) ? position + 1 : undefined
  if (code === undefined) return { seen: 0, positive: 0, prior }
  return { seen: weights[code] ?? 0, positive: positives[code] ?? 0, prior }
}
