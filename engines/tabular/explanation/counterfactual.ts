import { type Ensemble, goesLeftAt } from '../model/ensemble.ts'
import { type Option, type Options, optionsOf, type PermittedChange } from './changes.ts'
import { queueBy } from './queue.ts'

/** What of a model is asked: its margin is `baseMargin` + the values of the leaves, in the order of the trees. */
export interface MarginModel {
  readonly trees: Ensemble
  /** Feature of each column; a feature's columns stand together. */
  readonly featureOf: Int32Array
  readonly baseMargin: number
}

export interface CounterfactualQuestion {
  /** One cell a column. */
  readonly row: Float64Array
  /** A margin of at least this is on the upper side; the question is what takes the row to the other side. */
  readonly threshold: number
  readonly permitted: readonly PermittedChange[]
  /** How many combinations or groups of them are looked at; `MOST_STEPS` when left out. */
  readonly mostSteps?: number | undefined
}

export interface Change {
  readonly feature: number
  readonly to: number | string
  readonly size: number
}

/**
 * - `found`: no other combination of the candidates that crosses changes fewer features, or as few with a smaller sum of sizes.
 * - `none`: no combination of the candidates crosses.
 * - `unfinished`: the steps were used up before either was known.
 */
export type Counterfactual =
  | {
      readonly outcome: 'found'
      readonly changes: readonly Change[]
      /** The changed row's. */
      readonly margin: number
      readonly steps: number
    }
  | { readonly outcome: 'none' | 'unfinished'; readonly steps: number }

/** A step takes some microseconds with 60 trees of depth 6. */
const MOST_STEPS = 50_000

/**
 * The smallest change of permitted features that takes a row's margin to the other side of a threshold: fewest features first,
 * then the smallest sum of sizes. Candidates are drawn from the model's own thresholds (changes.ts). Best first: what is
 * looked at are boxes, a stretch of options for each feature that changes. Every leaf that a tree can reach within a box
 * bounds what the box can bring, so that whole boxes fall away; a box's least size decides its turn, so that the first
 * combination to cross is the smallest.
 *
 * @throws TabularInputError `change_invalid`
 */
export function findCounterfactual(model: MarginModel, question: CounterfactualQuestion): Counterfactual {
  const { row, threshold, permitted, mostSteps = MOST_STEPS } = question
  const options = optionsOf(model, row, permitted).filter(({ all }) => all.length > 1)
  const goesUp = !(extremeMargin({ model, row, goesUp: true }, new Map()) >= threshold)
  const search: Search = { model, row, threshold, goesUp, options, steps: 0, mostSteps }
  // 1. Everything free: what does not cross then never will.
  if (!canCross(search, options.map(wholeRange))) return { outcome: 'none', steps: search.steps }
  // 2. One feature, then two, and so on: a combination of few is preferred to any of more.
  for (let count = 1; count <= options.length; count++) {
    const found = searchCount(search, count)
    if (found !== undefined) return { outcome: 'found', ...found, steps: search.steps }
    if (search.steps >= mostSteps) return { outcome: 'unfinished', steps: search.steps }
  }
  return { outcome: 'none', steps: search.steps }
}

interface Search {
  readonly model: MarginModel
  readonly row: Float64Array
  readonly threshold: number
  readonly goesUp: boolean
  readonly options: readonly Options[]
  steps: number
  readonly mostSteps: number
}

/** Options `from` up to but not including `to`. */
interface Range {
  readonly of: Options
  readonly from: number
  readonly to: number
}

type Box = { readonly ranges: readonly Range[]; readonly size: number; readonly place: number }

const wholeRange = (of: Options): Range => ({ of, from: 0, to: of.all.length })

const holdsPresent = ({ of, from, to }: Range) => from <= of.present && of.present < to

/** The option nearest to the present one, which is the smallest change of the range. */
function nearest({ of, from, to }: Range): Option | undefined {
  return of.all[Math.min(Math.max(from, of.present), to - 1)]
}

const sizeOf = (ranges: readonly Range[]) =>
  ranges.reduce((sum, range) => sum + (nearest(range)?.size ?? 0), 0)

/** The smallest combination that changes just so many features; `undefined` where none crosses or the steps are used up. */
function searchCount(
  search: Search,
  count: number,
): { readonly changes: readonly Change[]; readonly margin: number } | undefined {
  const queue = queueBy<Box>((one, other) =>
    one.size === other.size ? one.place < other.place : one.size < other.size,
  )
  let place = 0
  const put = (ranges: readonly Range[]): void => {
    if (ranges.every(({ from, to }) => from < to) && canCross(search, ranges))
      queue.put({ ranges, size: sizeOf(ranges), place: place++ })
  }
  for (const chosen of combinations(search.options, count)) {
    if (search.steps >= search.mostSteps) return undefined
    put(chosen.map(wholeRange))
  }
  for (let box = queue.take(); box !== undefined; box = queue.take()) {
    if (search.steps >= search.mostSteps) return undefined
    const { ranges } = box
    // 1. A feature that must change has values below and above the present one.
    const open = ranges.findIndex(holdsPresent)
    if (open >= 0) {
      const { of, from, to } = ranges[open] ?? { of: { present: 0 }, from: 0, to: 0 }
      put(narrowed(ranges, open, { from, to: of.present }))
      put(narrowed(ranges, open, { from: of.present + 1, to }))
      continue
    }
    // 2. The smallest combination of the box: where it crosses, nothing smaller is left anywhere.
    const points = ranges.map((range) => ({ range, option: nearest(range) }))
    const margin = extremeMargin(search, rangesByFeature(ranges.map(single)))
    if (crosses(search, margin))
      return {
        changes: points.map(({ range, option }) => ({
          feature: range.of.feature,
          to: option?.value ?? '',
          size: option?.size ?? 0,
        })),
        margin,
      }
    // 3. Otherwise the longest stretch is halved.
    const longest = ranges.reduce((best, { from, to }, at) => {
      const { from: start, to: end } = ranges[best] ?? { from: 0, to: 0 }
      return to - from > end - start ? at : best
    }, 0)
    const { from, to } = ranges[longest] ?? { from: 0, to: 0 }
    if (to - from < 2) continue
    put(narrowed(ranges, longest, { from, to: (from + to) >> 1 }))
    put(narrowed(ranges, longest, { from: (from + to) >> 1, to }))
  }
  return undefined
}

function single(range: Range): Range {
  const from = Math.min(Math.max(range.from, range.of.present), range.to - 1)
  return { of: range.of, from, to: from + 1 }
}

const narrowed = (ranges: readonly Range[], at: number, to: Pick<Range, 'from' | 'to'>) =>
  ranges.map((range, index) => (index === at ? { of: range.of, ...to } : range))

function* combinations<T>(items: readonly T[], count: number, from = 0): Generator<readonly T[]> {
  if (count === 0) {
    yield []
    return
  }
  for (let first = from; first <= items.length - count; first++)
    for (const rest of combinations(items, count - 1, first + 1))
      yield items.slice(first, first + 1).concat(rest)
}

const rangesByFeature = (ranges: readonly Range[]) =>
  new Map(ranges.map((range) => [range.of.feature, range]))

const crosses = ({ goesUp, threshold }: Search, margin: number) =>
  goesUp ? margin >= threshold : margin < threshold

function canCross(search: Search, ranges: readonly Range[]): boolean {
  search.steps++
  return crosses(search, extremeMargin(search, rangesByFeature(ranges)))
}

/**
 * The sum of the trees' most (or least) leaves within the ranges: a bound, and the margin itself where each range is one
 * option. Added in the order of the trees, as the margin is; rounding keeps order, so the bound holds to the last bit.
 */
function extremeMargin(
  { model, row, goesUp }: Pick<Search, 'model' | 'row' | 'goesUp'>,
  ranges: ReadonlyMap<number, Range>,
): number {
  const { trees, featureOf, baseMargin } = model
  const extreme = goesUp ? Math.max : Math.min
  const within = (node: number): number => {
    const column = trees.column[node] ?? -1
    if (column < 0) return trees.value[node] ?? 0
    const left = trees.left[node] ?? 0
    const range = ranges.get(featureOf[column] ?? 0)
    if (range === undefined)
      return within(left + (goesLeftAt(trees, node, row[column] ?? Number.NaN) ? 0 : 1))
    const ways = waysOf(trees, { node, cell: column - range.of.first }, range)
    if (ways === LEFT) return within(left)
    if (ways === RIGHT) return within(left + 1)
    return extreme(within(left), within(left + 1))
  }
  return trees.roots.reduce((sum, root) => sum + within(root), baseMargin)
}

const LEFT = 1
const RIGHT = 2
const BOTH = LEFT | RIGHT

function waysOf(
  trees: Ensemble,
  { node, cell }: { readonly node: number; readonly cell: number },
  { of: { all, isRising }, from, to }: Range,
): number {
  const way = (option: number) =>
    goesLeftAt(trees, node, all[option]?.cells[cell] ?? Number.NaN) ? LEFT : RIGHT
  if (isRising) return way(from) | way(to - 1)
  let ways = 0
  for (let option = from; option < to && ways !== BOTH; option++) ways |= way(option)
  return ways
}
