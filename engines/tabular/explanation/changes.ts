import { TabularInputError } from '../errors.ts'
import type { Ensemble } from '../model/ensemble.ts'

export interface NumberChange {
  readonly kind: 'number'
  readonly feature: number
  /** Both ways when left out. */
  readonly direction?: 'up' | 'down' | undefined
  readonly least?: number | undefined
  readonly most?: number | undefined
  /** Only multiples of it; any double when left out. */
  readonly step?: number | undefined
  /**
   * The training rows' values at equal shares of rows, rising, the least first and the most last. A change's size is the
   * share of training rows between both values; without quantiles, the share of the model's own thresholds between them.
   */
  readonly quantiles?: ArrayLike<number> | undefined
}

export interface ChoiceChange {
  readonly kind: 'choice'
  readonly feature: number
  /** Other values and what the feature's columns then hold, the preferred first. Each is a change of size 1. */
  readonly choices: readonly { readonly value: string; readonly cells: ArrayLike<number> }[]
}

/** What may be changed of a row, by the number of the feature. A feature without an entry stays as it is. */
export type PermittedChange = NumberChange | ChoiceChange

/** One value that a feature may have, with its size as a change. */
export interface Option {
  readonly value: number | string | undefined
  readonly cells: ArrayLike<number>
  readonly size: number
}

/** All that a feature may be: options rising by value, or a choice's in their order behind the present one. */
export interface Options {
  readonly feature: number
  /** The feature's first column. */
  readonly first: number
  /** Position of the present value. */
  readonly present: number
  /** Whether the options of one column rise, so that the ends of a stretch speak for it. */
  readonly isRising: boolean
  readonly all: readonly Option[]
}

/**
 * Between two neighbouring thresholds all values are alike to the model, so of each such stretch the permitted value nearest to
 * the present one stands for all. What is missing is not changed: there is nothing to measure from.
 *
 * @throws TabularInputError `change_invalid`
 */
export function optionsOf(
  { trees, featureOf }: { readonly trees: Ensemble; readonly featureOf: Int32Array },
  row: Float64Array,
  permitted: readonly PermittedChange[],
): readonly Options[] {
  const seen = new Set<number>()
  return permitted.map((change) => {
    const { feature } = change
    const first = featureOf.indexOf(feature)
    const width = featureOf.lastIndexOf(feature) + 1 - first
    if (first < 0) throw invalid(feature, 'is not one of the model')
    if (seen.has(feature)) throw invalid(feature, 'is listed twice')
    seen.add(feature)
    if (change.kind === 'number') {
      if (width !== 1) throw invalid(feature, 'is no number')
      return {
        feature,
        first,
        isRising: true,
        ...numberOptions(thresholdsOf(trees, first, feature), row[first] ?? Number.NaN, change),
      }
    }
    if (change.choices.some(({ cells }) => cells.length !== width))
      throw invalid(feature, `has ${width} columns, and a choice has another number of cells`)
    const own = { value: undefined, cells: row.subarray(first, first + width), size: 0 }
    return {
      feature,
      first,
      present: 0,
      isRising: false,
      all: [own, ...change.choices.map((choice) => ({ ...choice, size: 1 }))],
    }
  })
}

const invalid = (feature: number, what: string) =>
  new TabularInputError('change_invalid', `a change is permitted of feature ${feature}, which ${what}`)

/** Rising, without repetition. */
function thresholdsOf(trees: Ensemble, column: number, feature: number): Float64Array {
  const found = new Set<number>()
  trees.column.forEach((own, node) => {
    if (own !== column) return
    if ((trees.set[node] ?? -1) >= 0) throw invalid(feature, 'is split by sets: permit choices')
    found.add((trees.threshold[node] ?? 0) + 0)
  })
  return Float64Array.from(found).sort()
}

function numberOptions(
  thresholds: Float64Array,
  value: number,
  change: NumberChange,
): { readonly present: number; readonly all: readonly Option[] } {
  const { feature, direction, least = -Number.MAX_VALUE, most = Number.MAX_VALUE, step } = change
  if (!(least <= most)) throw invalid(feature, 'may be nothing: its least value is above its most')
  if (step !== undefined && !(step > 0 && step < Number.POSITIVE_INFINITY))
    throw invalid(feature, 'has a step that is not above 0')
  const values = new Set<number>()
  for (const threshold of Number.isNaN(value) ? [] : thresholds) {
    // At most the threshold goes left; above it goes right.
    const nearest =
      threshold < value
        ? Math.min(atMost(threshold, step), atMost(most, step))
        : Math.max(above(threshold, step), atLeast(least, step))
    const isWanted =
      nearest < value ? direction !== 'up' && nearest >= least : direction !== 'down' && nearest <= most
    if (isWanted && nearest !== value) values.add(nearest)
  }
  const sizeOf = sizesFrom(value, change.quantiles ?? thresholds)
  const own = { value, cells: [value], size: 0 }
  const others = [...values].map((one) => ({ value: one, cells: [one], size: sizeOf(one) }))
  const all = Number.isNaN(value) ? [own] : [own, ...others].toSorted((a, b) => a.value - b.value)
  return { present: all.indexOf(own), all }
}

const multiple = (times: number, step: number) => Number((times * step).toPrecision(15))

function atMost(bound: number, step: number | undefined): number {
  if (step === undefined) return bound
  const times = Math.floor(bound / step)
  return multiple(times, step) <= bound ? multiple(times, step) : multiple(times - 1, step)
}

function above(bound: number, step: number | undefined): number {
  if (step === undefined) return nextDouble(bound)
  const times = Math.floor(bound / step)
  return multiple(times, step) > bound ? multiple(times, step) : multiple(times + 1, step)
}

const atLeast = (bound: number, step: number | undefined) =>
  step === undefined ? bound : -atMost(-bound, step)

/** The least double above. */
function nextDouble(value: number): number {
  if (value === 0) return Number.MIN_VALUE
  const cell = new DataView(new ArrayBuffer(8))
  cell.setFloat64(0, value)
  cell.setBigInt64(0, cell.getBigInt64(0) + (value > 0 ? 1n : -1n))
  return cell.getFloat64(0)
}

/** Share of the marks between a value and the present one, linear between marks. */
function sizesFrom(present: number, marks: ArrayLike<number>): (value: number) => number {
  const place = (value: number) => {
    let low = 0
    let high = marks.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((marks[middle] ?? 0) < value) low = middle + 1
      else high = middle
    }
    const [before, after] = [marks[low - 1], marks[low]]
    if (before === undefined || after === undefined) return low
    return low - 1 + (value - before) / (after - before)
  }
  const whole = Math.max(1, marks.length - 1)
  return (value) => Math.abs(place(value) - place(present)) / whole
}
