import { TabularInputError } from '../errors.ts'
import { sumWeights } from '../training/loss.ts'
import {
  checkFeatures,
  countRows,
  type FeatureColumn,
  type FeatureSpec,
  isConstant,
  readFeature,
  type Table,
} from './features.ts'
import type { LabelledRows } from './target-statistics.ts'

/** What training is given. Rows may come in any order when `order` says when each happened. */
export type LabelledTable = Table & {
  readonly features: readonly FeatureSpec[]
  /** 1 for what is to be found, 0 for the rest; one a row. */
  readonly labels: ArrayLike<number>
  /** How much each row counts, at least 0; 1 when left out. */
  readonly weights?: ArrayLike<number> | undefined
  /**
   * When each row happened, on any scale; rows of the same time stay as they come. The order of the rows when
   * left out.
   */
  readonly order?: ArrayLike<number> | undefined
}

/** Checked columns, labels and weights, in time order. */
export type TrainingData = LabelledRows & {
  readonly columns: readonly FeatureColumn[]
  readonly count: number
}

/** Fewer rows than this cannot carry a split with weight on both sides. */
const LEAST_ROWS = 10

/** Reads the whole table; the first thing that is wrong is refused, and nothing is repaired silently. */
export function readTrainingData(table: LabelledTable): TrainingData {
  checkFeatures(table.features)
  const count = countRows(table, table.features)
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no rows to learn from')
  checkLength('labels', table.labels, count)
  if (table.weights !== undefined) checkLength('weights', table.weights, count)
  const order = timeOrder(table.order, count)
  const labels = Uint8Array.from(order, (row) => readLabel(table.labels[row], row))
  const weights = Float64Array.from(order, (row) => readWeight(table.weights, row))
  checkClasses({ labels, weights }, count)
  if (count < LEAST_ROWS) {
    throw new TabularInputError(
      'rows_too_few',
      `${count} rows are too few to learn from; at least ${LEAST_ROWS} are needed`,
    )
  }
  const columns = table.features.map((feature) => readFeature(table, feature, order))
  if (columns.every((column) => isConstant(column, count))) {
    throw new TabularInputError(
      'features_constant',
      'every feature has one value in all rows, so none can tell rows apart',
    )
  }
  return { columns, labels, weights, count }
}

/** Whether both labels occur, with weight, among the rows of the range. */
export function hasBothClasses(
  rows: LabelledRows,
  range: { readonly from: number; readonly to: number },
): boolean {
  const { weight, positive } = sumWeights(rows, range)
  return positive > 0 && positive < weight
}

function checkClasses(rows: LabelledRows, count: number): void {
  if (hasBothClasses(rows, { from: 0, to: count })) return
  throw new TabularInputError(
    'labels_one_class',
    'the labels are all alike; both 0 and 1 must occur, with weight',
  )
}

function checkLength(what: string, values: ArrayLike<number>, count: number): void {
  if (values.length === count) return
  throw new TabularInputError('length_mismatch', `there are ${count} rows and ${values.length} ${what}`)
}

/** Positions of the rows by time, ties in the order given. */
function timeOrder(times: ArrayLike<number> | undefined, count: number): Int32Array {
  const positions = Int32Array.from({ length: count }, (_, row) => row)
  if (times === undefined) return positions
  checkLength('times', times, count)
  const keys = Float64Array.from(times)
  const row = keys.findIndex((time) => !Number.isFinite(time))
  if (row >= 0) throw new TabularInputError('order_invalid', `the time of row ${row} is not a finite number`)
  return positions.sort((a, b) => (keys[a] ?? 0) - (keys[b] ?? 0) || a - b)
}

function readLabel(label: number | undefined, row: number): number {
  if (label === 0 || label === 1) return label
  throw new TabularInputError('label_not_binary', `the label of row ${row} is ${label}; labels are 0 or 1`)
}

function readWeight(weights: ArrayLike<number> | undefined, row: number): number {
  const weight = weights === undefined ? 1 : weights[row]
  if (weight !== undefined && Number.isFinite(weight) && weight >= 0) return weight
  throw new TabularInputError(
    'weight_invalid',
    `the weight of row ${row} is ${weight}; weights are finite and at least 0`,
  )
}
