import { TabularInputError } from '../errors.ts'
import { checkLabels, readLabel } from '../training/objectives/labels.ts'
import type { ObjectiveSpec } from '../training/objectives/objectives.ts'
import { beginsMissing, type FeatureColumn, isConstant, readFeature } from './columns.ts'
import { checkFeatures, countRows, type FeatureSpec, type Table } from './features.ts'
import type { LabelledRows } from './target-statistics.ts'
import { type RowTimes, trainingOrder } from './time-order.ts'

/** What training is given. Rows may come in any order when `order` says when each happened. */
export type LabelledTable = Table &
  RowTimes & {
    readonly features: readonly FeatureSpec[]
    /** One a row; which labels make sense is for the objective to say. */
    readonly labels: ArrayLike<number>
    /** What is learned; the probability of label 1 when left out. */
    readonly objective?: ObjectiveSpec | undefined
    /** How much each row counts, at least 0; 1 when left out. */
    readonly weights?: ArrayLike<number> | undefined
  }

/** A feature from which nothing can be learned here: one value in all rows, or none in any. */
export type SilentFeature = { readonly name: string; readonly why: 'constant' | 'all_missing' }

/** Checked columns, labels, weights and queries, in time order. */
export type TrainingData = LabelledRows & {
  readonly columns: readonly FeatureColumn[]
  readonly objective: ObjectiveSpec
  readonly count: number
  /** Each row's position in the caller's table; `undefined` where it is the same. */
  readonly order: Int32Array | undefined
  /** Features that no tree will use; the model still expects them in a row. */
  readonly silent: readonly SilentFeature[]
}

/** Fewer rows than this cannot carry a split with weight on both sides. */
const LEAST_ROWS = 10

/**
 * Reads the whole table; the first thing that is wrong is refused, and nothing is repaired silently. Memory beyond
 * the columns (see `readFeature`): 16 bytes a row, and 4 where the rows are not in order. Floating-point columns
 * that are in order are used where they lie, so they must not change while training lasts.
 *
 * @throws TabularInputError
 */
export function readTrainingData(table: LabelledTable): TrainingData {
  checkFeatures(table.features)
  const count = countRows(table, table.features)
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no rows to learn from')
  checkLength('labels', table.labels, count)
  if (table.weights !== undefined) checkLength('weights', table.weights, count)
  if (count < LEAST_ROWS) {
    throw new TabularInputError(
      'rows_too_few',
      `${count === 1 ? '1 row is' : `${count} rows are`} too few to learn from; at least ${LEAST_ROWS} are needed`,
    )
  }
  const { order, groups } = trainingOrder(table, count)
  const objective = table.objective ?? { name: 'logistic' }
  const labels = new Float64Array(count)
  const weights = new Float64Array(count)
  for (let i = 0; i < count; i++) {
    const row = order === undefined ? i : (order[i] ?? 0)
    labels[i] = readLabel(objective, numberAt(table.labels, row), row)
    weights[i] = readWeight(table.weights, row)
  }
  if (weights.every((weight) => weight === 0))
    throw new TabularInputError('weight_invalid', 'the weights are all 0, so no row counts')
  checkLabels(objective, { labels, weights, groups })
  const columns = table.features.map((feature) => readFeature(table, feature, { count, order }))
  return { columns, labels, weights, groups, objective, count, order, silent: silentAmong(columns, count) }
}

function silentAmong(columns: readonly FeatureColumn[], count: number): readonly SilentFeature[] {
  const silent = columns
    .filter((column) => isConstant(column, count))
    .map(
      (column): SilentFeature => ({
        name: column.name,
        why: beginsMissing(column) ? 'all_missing' : 'constant',
      }),
    )
  if (silent.length < columns.length) return silent
  if (silent.every(({ why }) => why === 'all_missing'))
    throw new TabularInputError('features_all_missing', 'every feature is missing in all rows')
  throw new TabularInputError(
    'features_constant',
    'every feature has one value in all rows, so none can tell rows apart',
  )
}

function checkLength(what: string, values: ArrayLike<number>, count: number): void {
  if (values.length === count) return
  throw new TabularInputError('length_mismatch', `there are ${count} rows and ${values.length} ${what}`)
}

/** A text would count as a number without saying so. */
function numberAt(labels: ArrayLike<unknown>, row: number): number | undefined {
  const label = labels[row]
  if (typeof label === 'number' || label === undefined) return label
  throw new TabularInputError(
    'label_not_finite',
    `the label of row ${row} is a ${typeof label}, not a number`,
  )
}

function readWeight(weights: ArrayLike<number> | undefined, row: number): number {
  const weight = weights === undefined ? 1 : weights[row]
  if (typeof weight === 'number' && Number.isFinite(weight) && weight >= 0) return weight
  throw new TabularInputError(
    'weight_invalid',
    `the weight of row ${row} is ${weight}; weights are finite and at least 0`,
  )
}
