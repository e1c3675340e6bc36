import { TabularInputError } from '../errors.ts'
import { type Random, seededRandom } from '../training/random.ts'
import { type Columns, lengthOf, type Predict, takeRows } from './columns.ts'
import { normalQuantile } from './distributions.ts'

/** A model to be tried on rows that it did not learn from. */
export interface ImportanceInput {
  readonly predict: Predict
  readonly columns: Columns
  /** Loss of a row's prediction, in any unit: −log p for a logistic model, (label − prediction)² for a mean. */
  readonly loss: (prediction: number, row: number) => number
}

export interface ImportanceOptions {
  readonly seed: number
  /** How often each feature is shuffled, 1 to 1,000; 5 when left out. */
  readonly repeats?: number | undefined
  readonly confidence?: number | undefined
  /**
   * Features that are shuffled together, because either stands in for the other (a code and the route that holds it). All
   * others are shuffled alone.
   */
  readonly together?: readonly (readonly string[])[] | undefined
}

/** How much a model loses without what a feature says. */
export interface Importance {
  /** The features that were shuffled together, in the order of the columns. */
  readonly features: readonly string[]
  /** Mean increase of the loss over rows and repeats. */
  readonly increase: number
  /**
   * Interval of the increase over draws of the rows, by the normal law of U-statistics (Hoeffding, Annals of Mathematical
   * Statistics 19, 1948): a row weighs by its own increase and by that of the row which was given its value.
   */
  readonly low: number
  readonly high: number
  /** The mean increase of each repeat. */
  readonly byRepeat: readonly number[]
}

/**
 * Permutation importance (Breiman, Machine Learning 45, 2001; Fisher, Rudin & Dominici, JMLR 20, 2019): the values of a feature
 * change places between the rows, so that it says nothing, and the loss is taken again. Largest first, equals in the order of
 * the columns.
 *
 * A feature whose information others hold too is rated low alone: shuffle them together. Shuffled rows may be such as never
 * occur, and the model's answer to them is part of the figure.
 *
 * @throws TabularInputError `rows_too_few` for fewer than two rows; `feature_missing`, `feature_duplicate`, `option_invalid`,
 *   `prediction_invalid`, `length_mismatch`, `seed_invalid`.
 */
export function permutationImportance(
  { predict, columns, loss }: ImportanceInput,
  options: ImportanceOptions,
): readonly Importance[] {
  const { seed, repeats = 5, confidence = 0.95, together = [] } = options
  checkOptions(repeats, confidence)
  const [first] = Object.values(columns)
  const count = first === undefined ? 0 : lengthOf(first)
  if (count < 2) throw new TabularInputError('rows_too_few', 'at least two rows are needed to change places')
  const losses = (of: Columns): Float64Array => lossesOf(predict(of), loss, count)
  const base = losses(columns)
  const z = normalQuantile((1 + confidence) / 2)
  const random = seededRandom(seed)
  // Every feature is shuffled alike, so that features differ by what they say and not by the draw.
  const orders = Array.from({ length: repeats }, () => shuffled(count, random))
  const ratings = groupsOf(columns, together).map((features): Importance => {
    const weighed = new Float64Array(count)
    const byRepeat = orders.map((order) => {
      const moved = features.flatMap((name) => {
        const column = columns[name]
        return column === undefined ? [] : [[name, takeRows(column, order)] as const]
      })
      const now = losses({ ...columns, ...Object.fromEntries(moved) })
      let sum = 0
      for (let row = 0; row < count; row++) {
        const increase = (now[row] ?? 0) - (base[row] ?? 0)
        const giver = order[row] ?? 0
        weighed[row] = (weighed[row] ?? 0) + increase / repeats
        weighed[giver] = (weighed[giver] ?? 0) + increase / repeats
        sum += increase
      }
      return sum / count
    })
    const { mean, error } = meanAndError(weighed)
    const increase = mean / 2
    return { features, increase, low: increase - z * error, high: increase + z * error, byRepeat }
  })
  return ratings.sort((a, b) => b.increase - a.increase)
}

function lossesOf(
  predictions: ArrayLike<number>,
  loss: ImportanceInput['loss'],
  count: number,
): Float64Array {
  if (predictions.length !== count)
    throw new TabularInputError('length_mismatch', `${count} rows have ${predictions.length} predictions`)
  return Float64Array.from({ length: count }, (_, row) => {
    const own = loss(predictions[row] ?? Number.NaN, row)
    if (Number.isFinite(own)) return own
    throw new TabularInputError('prediction_invalid', `the loss of case ${row} is ${own}`)
  })
}

/** Fisher and Yates' shuffle (Knuth 3.4.2 P). */
function shuffled(count: number, random: Random): Int32Array {
  const order = new Int32Array(count)
  for (let i = 0; i < count; i++) {
    const other = random.below(i + 1)
    order[i] = order[other] ?? 0
    order[other] = i
  }
  return order
}

function groupsOf(
  columns: Columns,
  together: readonly (readonly string[])[],
): readonly (readonly string[])[] {
  const names = Object.keys(columns)
  const grouped = together.flat()
  for (const name of grouped)
    if (!names.includes(name)) throw new TabularInputError('feature_missing', `there is no feature "${name}"`)
  if (new Set(grouped).size !== grouped.length)
    throw new TabularInputError('feature_duplicate', 'a feature is named twice among those shuffled together')
  return names.flatMap((name) => {
    const group = together.find((one) => one.includes(name)) ?? [name]
    const inOrder = names.filter((other) => group.includes(other))
    return inOrder[0] === name ? [inOrder] : []
  })
}

function meanAndError(values: Float64Array): { readonly mean: number; readonly error: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0)
  return { mean, error: Math.sqrt(squares / (values.length - 1) / values.length) }
}

function checkOptions(repeats: number, confidence: number): void {
  if (!(Number.isInteger(repeats) && repeats >= 1 && repeats <= 1_000))
    throw new TabularInputError('option_invalid', `repeats are a whole number from 1 to 1000, not ${repeats}`)
  if (!(confidence > 0 && confidence < 1))
    throw new TabularInputError('option_invalid', `confidence must lie between 0 and 1, not be ${confidence}`)
}
