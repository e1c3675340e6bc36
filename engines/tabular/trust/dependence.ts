import { TabularInputError } from '../errors.ts'
import type { FeatureValue } from '../table/features.ts'
import { sampleAscending, seededRandom } from '../training/random.ts'
import { type Columns, lengthOf, type Predict, readColumns, type TrustColumn, takeRows } from './columns.ts'
import { quantile } from './resampling.ts'

export interface DependenceOptions {
  readonly feature: string
  readonly seed: number
  /** The values to try, `null` among them for a missing one; chosen from those that occur when left out. */
  readonly grid?: readonly FeatureValue[] | undefined
  /** How many to choose, 2 to 1,000; 20 when left out. */
  readonly points?: number | undefined
  /** At most so many rows, drawn at random, are asked; 500 when left out. */
  readonly rows?: number | undefined
}

export interface Dependence {
  readonly feature: string
  readonly grid: readonly FeatureValue[]
  /** Mean prediction over the rows, each with the feature set to the value of the grid. */
  readonly mean: Float64Array
  /** The tenth and ninetieth percentile of the rows' predictions: whether rows agree. */
  readonly low: Float64Array
  readonly high: Float64Array
  /** Which rows were asked, ascending, and the curve of each: individual conditional expectation. */
  readonly rows: Int32Array
  readonly curves: readonly Float64Array[]
}

/**
 * Partial dependence (Friedman, Annals of Statistics 29, 2001, section 8.2) and individual conditional expectation (Goldstein
 * et al., JCGS 24, 2015): what the model says of the rows as they are, but for one feature. Where curves cross, the mean hides
 * an interaction. Combinations that never occur are asked too: no statement about what would happen in the world.
 *
 * @throws TabularInputError `feature_missing`, `option_invalid`, `length_mismatch`, `prediction_invalid`, `seed_invalid`.
 */
export function partialDependence(
  { predict, columns }: { readonly predict: Predict; readonly columns: Columns },
  options: DependenceOptions,
): Dependence {
  const { feature, seed, points = 20, rows: most = 500 } = options
  checkWhole('points', points, 2)
  checkWhole('rows', most, 1)
  const column = Object.hasOwn(columns, feature) ? columns[feature] : undefined
  if (column === undefined) throw new TabularInputError('feature_missing', `there is no feature "${feature}"`)
  const [read] = readColumns({ [feature]: column })
  const grid = options.grid ?? (read === undefined ? [] : chooseGrid(read, points))
  if (grid.length === 0) throw new TabularInputError('option_invalid', 'there is no value to try')
  const count = lengthOf(column)
  const rows = sampleAscending(seededRandom(seed), count, Math.min(most, count))
  const asked = Object.fromEntries(Object.entries(columns).map(([name, all]) => [name, takeRows(all, rows)]))
  const curves = Array.from(rows, () => new Float64Array(grid.length))
  grid.forEach((value, at) => {
    const predictions = predict({ ...asked, [feature]: Array<FeatureValue>(rows.length).fill(value) })
    checkPredictions(predictions, rows.length)
    curves.forEach((curve, row) => {
      curve[at] = predictions[row] ?? Number.NaN
    })
  })
  const sorted = grid.map((_, at) => Float64Array.from(curves, (curve) => curve[at] ?? 0).sort())
  return {
    feature,
    grid,
    mean: Float64Array.from(sorted, (values) => values.reduce((sum, one) => sum + one, 0) / values.length),
    low: Float64Array.from(sorted, (values) => quantile(values, 0.1)),
    high: Float64Array.from(sorted, (values) => quantile(values, 0.9)),
    rows,
    curves,
  }
}

/**
 * Of numbers evenly spread quantiles from the 5th to the 95th percentile, for beyond it few rows have taught the model; of
 * levels the most frequent, in the order of texts. A missing value last, where any is missing.
 */
function chooseGrid(column: TrustColumn, points: number): readonly FeatureValue[] {
  if (column.kind === 'numbers') {
    const ascending = column.values.filter((value) => !Number.isNaN(value)).sort()
    const chosen = Array.from({ length: points }, (_, i) =>
      quantile(ascending, 0.05 + (0.9 * i) / (points - 1)),
    ).filter((value, i, all) => value !== all[i - 1] && !Number.isNaN(value))
    return ascending.length < column.values.length ? [...chosen, null] : chosen
  }
  const counts = new Int32Array(column.levels.length)
  for (const code of column.codes) if (code >= 0) counts[code] = (counts[code] ?? 0) + 1
  const chosen = Array.from(counts.keys())
    .sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b)
    .slice(0, points)
    .sort((a, b) => a - b)
    .map((at) => column.levels[at] ?? null)
  return column.codes.includes(-1) ? [...chosen, null] : chosen
}

function checkWhole(what: string, number: number, least: number): void {
  if (Number.isInteger(number) && number >= least && number <= 100_000) return
  throw new TabularInputError('option_invalid', `${what} is a whole number from ${least}, not ${number}`)
}

function checkPredictions(predictions: ArrayLike<number>, rows: number): void {
  if (predictions.length !== rows)
    throw new TabularInputError('length_mismatch', `${rows} rows have ${predictions.length} predictions`)
  for (let row = 0; row < rows; row++) {
    if (Number.isFinite(predictions[row])) continue
    throw new TabularInputError('prediction_invalid', `the prediction of case ${row} is ${predictions[row]}`)
  }
}
