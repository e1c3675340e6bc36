import { TabularInputError } from '../errors.ts'
import { compileComparisons, type FindFigures } from '../explanation/comparisons.ts'
import { compileExplainer } from '../explanation/explainer.ts'
import type { TabularModel } from '../model/model.ts'
import { codePosition, type FittedFeature, featureOfColumns } from '../table/encoding.ts'
import { countRows, type Row, type Table } from '../table/features.ts'
import { compileEncoders, compileTableEncoder } from '../table/row-encoding.ts'
import { objectiveOf } from '../training/objectives/objectives.ts'
import { calibrated } from '../trust/calibration.ts'
import { type Batch, batchesOf } from './batch.ts'
import { compileWalk } from './walk.ts'

/** A model's opinion of one row. */
export interface Scored {
  /** The prediction in the label's own scale: of a logistic model the calibrated probability, from 0 to 1. */
  readonly score: number
  /** Raw margin: `baseMargin` + the values of the leaves, in the order of the trees. */
  readonly margin: number
}

/** The same with its reasons. */
export interface Explained extends Scored {
  /** Shapley value of each feature, in the model's order: their sum + `expectedMargin` is the margin, to 1e-9. */
  readonly contributions: Float64Array
}

/** Opinions of many rows, in the order of the rows. */
export interface ScoredBatch {
  readonly scores: Float64Array
  readonly margins: Float64Array
}

/** What the training rows say about one value of a category: the figure behind a reason. */
export interface LevelHistory {
  /**
   * Weight of the rows with this value (their number, when weights are 1), and of the positive ones among
   * them; where labels are amounts, the sum of the labels by weight.
   */
  readonly seen: number
  readonly positive: number
  /** Mean label of all rows: of 0/1 labels the share of positives. */
  readonly prior: number
}

/** A model made ready to score; it keeps buffers, so one at a time per thread. */
export interface Scorer {
  readonly featureNames: readonly string[]
  /**
   * Margin that a row is expected to have of which nothing is known.
   *
   * @throws TabularInputError for an imported model that does not say how many rows came by its nodes.
   */
  readonly expectedMargin: number
  /** @throws TabularInputError when a feature is absent, of the wrong type or not finite; as `expectedMargin`. */
  score(row: Row): Explained
  /** The same without contributions, which take most of the time. */
  scoreOnly(row: Row): Scored
  /** @throws TabularInputError when a feature is absent, of the wrong type or not finite. */
  scoreBatch(table: Table): ScoredBatch
  /**
   * Margins of rows that are encoded already (`compileEncoders`): column by column, or row by row in one array. NaN is
   * missing.
   *
   * @throws TabularInputError for columns that are not the model's in number, or of different lengths.
   */
  marginsOf(cells: Float64Array | readonly Float64Array[]): Float64Array
  /** `undefined` when the model has no such category. */
  findHistory(feature: string, value: string | null): LevelHistory | undefined
  /** What comparable training rows had of a number; `undefined` where it is not compared, or too few were alike. */
  readonly findFigures: FindFigures
}

/** One row with one model; `compile` once to score more than a few. */
export function score(model: TabularModel, row: Row): Explained {
  return compile(model).score(row)
}

/** Prepares a model for scoring. What only batches or only explanations need is made ready when first asked for. */
export function compile(model: TabularModel): Scorer {
  const { features } = model
  const width = featureOfColumns(features).length
  const scoreOf = predictionOf(model)
  const single = compileSingle(model, width)
  const encodeTable = once(() => compileTableEncoder(features))
  const batchFor = batchesOf({ ...model, width })
  return {
    featureNames: features.map(({ name }) => name),
    get expectedMargin() {
      return single.expectedMargin()
    },
    score: (row) => {
      const { margin, contributions } = single.explain(row)
      return { score: scoreOf(margin), margin, contributions }
    },
    scoreOnly: (row) => {
      const margin = single.marginOf(row)
      return { score: scoreOf(margin), margin }
    },
    scoreBatch: (table) => {
      const count = countRows(table, features)
      const margins = inBlocks(batchFor(count), count, (cells, range) => encodeTable()(table, range, cells))
      return { scores: margins.map(scoreOf), margins }
    },
    marginsOf: (cells) => marginsOf(batchFor, cells, width),
    findHistory: (feature, value) =>
      historyOf(
        features.find(({ name }) => name === feature),
        value,
      ),
    findFigures: compileComparisons(model.comparisons ?? []),
  }
}

function predictionOf({ objective, calibration }: TabularModel): (margin: number) => number {
  if (calibration.kind === 'none') return objectiveOf(objective).predict
  return (margin) => calibrated(calibration, margin)
}

interface Single {
  readonly expectedMargin: () => number
  readonly marginOf: (row: Row) => number
  readonly explain: (row: Row) => Omit<Explained, 'score'>
}

function compileSingle(model: TabularModel, width: number): Single {
  const { features, trees, baseMargin } = model
  const encode = compileEncoders(features)
  const walk = compileWalk(model)
  const explainer = once(() => compileExplainer(trees, featureOfColumns(features), features.length))
  const cells = new Float64Array(width)
  return {
    expectedMargin: () => baseMargin + explainer().expected,
    marginOf: (row) => {
      encode(row, cells)
      return walk(cells)
    },
    explain: (row) => {
      encode(row, cells)
      const contributions = new Float64Array(features.length)
      explainer().explain(cells, contributions)
      return { margin: walk(cells), contributions }
    },
  }
}

function once<T>(make: () => T): () => T {
  let made: { readonly it: T } | undefined
  return () => {
    made ??= { it: make() }
    return made.it
  }
}

interface Range {
  readonly from: number
  readonly to: number
}

function inBlocks(
  { rows, cells, score }: Batch,
  count: number,
  write: (cells: Float64Array, range: Range) => void,
): Float64Array {
  const margins = new Float64Array(count)
  for (let from = 0; from < count; from += rows) {
    const to = Math.min(from + rows, count)
    write(cells, { from, to })
    score(to - from, margins, from)
  }
  return margins
}

function marginsOf(
  batchFor: (count: number) => Batch,
  given: Float64Array | readonly Float64Array[],
  width: number,
): Float64Array {
  if (given instanceof Float64Array) {
    const count = given.length / width
    if (!Number.isInteger(count)) throw wrongShape(`${given.length} cells are no rows of ${width} columns`)
    return inBlocks(batchFor(count), count, (cells, { from, to }) =>
      cells.set(given.subarray(from * width, to * width)),
    )
  }
  if (given.length !== width)
    throw wrongShape(`there are ${given.length} columns where the model has ${width}`)
  const count = given[0]?.length ?? 0
  if (given.some(({ length }) => length !== count)) throw wrongShape('the columns are of different lengths')
  return inBlocks(batchFor(count), count, (cells, { from, to }) =>
    given.forEach((values, column) => {
      for (let row = from, at = column; row < to; row++, at += width) cells[at] = values[row] ?? Number.NaN
    }),
  )
}

const wrongShape = (what: string): TabularInputError => new TabularInputError('length_mismatch', what)

function historyOf(feature: FittedFeature | undefined, value: string | null): LevelHistory | undefined {
  if (feature?.kind !== 'category') return undefined
  const { levels, weights, sums, prior } = feature.statistics
  const position = value === null ? -1 : codePosition(levels, value)
  const code = Number.isInteger(position) ? position + 1 : undefined
  if (code === undefined) return { seen: 0, positive: 0, prior }
  return { seen: weights[code] ?? 0, positive: sums[code] ?? 0, prior }
}
