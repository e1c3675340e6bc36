import { TabularInputError } from '../errors.ts'
import { capacityOf, checkShares, defaultShares } from './metrics.ts'
import { type Estimate, type ResampleOptions, resample } from './resampling.ts'
import { ascendingPositions } from './sorting.ts'

/** Numbers that came, numbers that were foretold, and what looking at a case is worth. */
export interface ForetoldNumbers {
  readonly labels: ArrayLike<number>
  readonly predictions: ArrayLike<number>
  /** At least 0, in any one unit; the label itself is what is recovered when left out. */
  readonly values?: ArrayLike<number> | undefined
}

/** What the cases with the highest predictions hold. */
export interface RegressionCapacity<Figure> {
  readonly share: number
  readonly selected: number
  /** Mean label of the selected. */
  readonly meanLabel: Figure
  /** The selected's share of the sum of all labels; `null` where a label is below 0, for then shares have no meaning. */
  readonly labelShare: Figure | null
  /** The selected's share of all values; `null` without values. */
  readonly valueRecovered: Figure | null
}

export interface RegressionMeasures<Figure> {
  readonly rows: number
  readonly rmse: Figure
  readonly mae: Figure
  /** Mean of prediction − label: above 0 where too much is foretold. */
  readonly bias: Figure
  /** 1 − squared error / squared distance from the mean label; −∞ … 1. `null` where all labels are equal. */
  readonly rSquared: Figure | null
  readonly capacities: readonly RegressionCapacity<Figure>[]
}

/**
 * All measures of numbers foretold.
 *
 * @throws TabularInputError for lengths that differ and for labels, predictions or values that are not finite.
 */
export function measureRegression(
  sample: ForetoldNumbers,
  shares: readonly number[] = defaultShares,
): RegressionMeasures<number> {
  const ranked = rankNumbers(sample, shares)
  const figures = measureCopies(ranked, new Uint32Array(ranked.labels.length).fill(1), shares)
  return arrange(ranked, shares, (at) => figures[at] ?? 0)
}

/** The same with percentile bootstrap intervals; see `bootstrapQuality`. */
export function bootstrapRegression(
  sample: ForetoldNumbers,
  options: ResampleOptions & { readonly shares?: readonly number[] | undefined },
): RegressionMeasures<Estimate> {
  const { shares = defaultShares } = options
  const ranked = rankNumbers(sample, shares)
  const estimates = resample(
    {
      count: ranked.labels.length,
      measure: (copies) => measureCopies(ranked, copies, shares),
      isTelling: (copies) => ranked.isConstant || hasDifferent(ranked.labels, copies),
    },
    options,
  )
  const none = { value: Number.NaN, low: Number.NaN, high: Number.NaN }
  return arrange(ranked, shares, (at) => estimates[at] ?? none)
}

/** From the highest prediction down; equal predictions stay in the order given. */
type RankedNumbers = {
  readonly labels: Float64Array
  readonly predictions: Float64Array
  readonly values: Float64Array | null
  readonly hasNegative: boolean
  readonly isConstant: boolean
}

function rankNumbers(sample: ForetoldNumbers, shares: readonly number[]): RankedNumbers {
  checkShares(shares)
  const { labels, predictions, values } = sample
  const count = labels.length
  if (count === 0) throw new TabularInputError('rows_empty', 'there are no cases to measure')
  if (predictions.length !== count || (values !== undefined && values.length !== count))
    throw new TabularInputError('length_mismatch', 'labels, predictions and values must be equally many')
  for (let i = 0; i < count; i++) {
    if (!Number.isFinite(labels[i]))
      throw new TabularInputError('label_not_finite', `the label of case ${i} is ${labels[i]}`)
    if (!Number.isFinite(predictions[i]))
      throw new TabularInputError('prediction_invalid', `the prediction of case ${i} is ${predictions[i]}`)
    const value = values === undefined ? 0 : (values[i] ?? Number.NaN)
    if (!(value >= 0 && value < Number.POSITIVE_INFINITY))
      throw new TabularInputError('value_invalid', `the value of case ${i} is ${value}`)
  }
  const order = ascendingPositions(Float64Array.from({ length: count }, (_, i) => -(predictions[i] ?? 0)))
  const ranked = Float64Array.from(order, (i) => labels[i] ?? 0)
  return {
    labels: ranked,
    predictions: Float64Array.from(order, (i) => predictions[i] ?? 0),
    values: values === undefined ? null : Float64Array.from(order, (i) => values[i] ?? 0),
    hasNegative: ranked.some((label) => label < 0),
    isConstant: ranked.every((label) => label === ranked[0]),
  }
}

const WHOLE_FIGURES = 4
const CAPACITY_FIGURES = 3

/** rmse, mae, bias and R², then mean label, label share and value share of each capacity. */
function measureCopies(ranked: RankedNumbers, copies: Uint32Array, shares: readonly number[]): Float64Array {
  const { labels, predictions, values } = ranked
  const middle = labels[0] ?? 0 // Near enough to any label to keep the sum of squares exact where labels are large.
  let rows = 0
  let squared = 0
  let absolute = 0
  let excess = 0
  let sum = 0
  let sumSquares = 0
  let worth = 0
  for (let i = 0; i < labels.length; i++) {
    const times = copies[i] ?? 0
    const error = (predictions[i] ?? 0) - (labels[i] ?? 0)
    const label = (labels[i] ?? 0) - middle
    rows += times
    squared += times * error * error
    absolute += times * Math.abs(error)
    excess += times * error
    sum += times * label
    sumSquares += times * label * label
    if (values !== null) worth += times * (values[i] ?? 0)
  }
  const capacities = shares.flatMap((share) => {
    const selected = capacityOf(share, rows)
    const found = sumSelected(ranked, copies, selected)
    return [
      found.label / selected,
      found.label / (sum + rows * middle),
      worth > 0 ? found.worth / worth : Number.NaN,
    ]
  })
  const rSquared = 1 - squared / (sumSquares - (sum * sum) / rows)
  return Float64Array.of(Math.sqrt(squared / rows), absolute / rows, excess / rows, rSquared, ...capacities)
}

/** Of equal labels only, nothing can be said to be explained. */
function hasDifferent(labels: Float64Array, copies: Uint32Array): boolean {
  const first = labels[copies.findIndex((times) => times > 0)]
  for (let i = 0; i < labels.length; i++) if ((copies[i] ?? 0) > 0 && labels[i] !== first) return true
  return false
}

function sumSelected(
  { labels, values }: RankedNumbers,
  copies: Uint32Array,
  selected: number,
): { readonly label: number; readonly worth: number } {
  let label = 0
  let worth = 0
  for (let i = 0, left = selected; i < labels.length && left > 0; i++) {
    const taken = Math.min(left, copies[i] ?? 0)
    left -= taken
    label += taken * (labels[i] ?? 0)
    if (values !== null) worth += taken * (values[i] ?? 0)
  }
  return { label, worth }
}

function arrange<Figure>(
  { labels, values, hasNegative, isConstant }: RankedNumbers,
  shares: readonly number[],
  figure: (at: number) => Figure,
): RegressionMeasures<Figure> {
  const hasWorth = values?.some((value) => value > 0) ?? false
  return {
    rows: labels.length,
    rmse: figure(0),
    mae: figure(1),
    bias: figure(2),
    rSquared: isConstant ? null : figure(3),
    capacities: shares.map((share, i) => {
      const at = WHOLE_FIGURES + CAPACITY_FIGURES * i
      return {
        share,
        selected: capacityOf(share, labels.length),
        meanLabel: figure(at),
        labelShare: hasNegative || (isConstant && labels[0] === 0) ? null : figure(at + 1),
        valueRecovered: hasWorth ? figure(at + 2) : null,
      }
    }),
  }
}
