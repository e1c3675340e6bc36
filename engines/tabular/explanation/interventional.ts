import { TabularInputError } from '../errors.ts'
import { type Ensemble, goesLeftAt } from '../model/ensemble.ts'

/**
 * Exact interventional Shapley values (Lundberg et al. 2020, algorithm 3): what is not known of a row is as in a row of the
 * background, and the mean over its rows counts. Needs no cover. It keeps buffers, so one at a time per thread.
 */
export interface BackgroundExplainer {
  /** Mean, over the background, of what the trees add. With it, contributions add up to what they add to this row. */
  readonly expected: number
  /** Writes one number a feature; `row` has one cell a column. */
  explain(row: Float64Array, into: Float64Array): void
}

/**
 * `background` has one row after the other, one cell a column. Time is trees × background × the nodes that the row or the
 * background's reaches when some features are taken from one and some from the other.
 *
 * @throws TabularInputError `background_empty` without a whole row.
 */
export function compileBackgroundExplainer(
  trees: Ensemble,
  featureOf: Int32Array,
  { background, features }: { readonly background: Float64Array; readonly features: number },
): BackgroundExplainer {
  const columns = featureOf.length
  const count = background.length / columns
  if (!Number.isInteger(count) || count < 1)
    throw new TabularInputError('background_empty', `the background must be whole rows of ${columns} columns`)
  const others = Array.from({ length: count }, (_, row) =>
    background.subarray(row * columns, (row + 1) * columns),
  )
  const depth = depthOf(trees)
  const walk: Walk = {
    trees,
    featureOf,
    holders: new Uint8Array(features),
    orders: orderShares(depth),
    depth,
    ours: 0,
    theirs: 0,
    gained: 0,
    lost: 0,
  }
  return {
    expected: others.reduce((sum, other) => sum + marginOf(trees, other), 0) / count,
    explain: (row, into) => {
      into.fill(0)
      for (const other of others) {
        const pair = { row, other, into }
        for (const root of trees.roots) descend(walk, pair, root)
      }
      for (let feature = 0; feature < features; feature++) into[feature] = (into[feature] ?? 0) / count
    },
  }
}

function marginOf(trees: Ensemble, row: Float64Array): number {
  return trees.roots.reduce((sum, root) => {
    let node = root
    for (let column = trees.column[node] ?? -1; column >= 0; column = trees.column[node] ?? -1)
      node = (trees.left[node] ?? 0) + (goesLeftAt(trees, node, row[column] ?? Number.NaN) ? 0 : 1)
    return sum + (trees.value[node] ?? 0)
  }, 0)
}

/** Who has the say about a feature on the way down: nobody yet, the row, or the background's row. */
const OURS = 1
const THEIRS = 2

interface Walk {
  readonly trees: Ensemble
  readonly featureOf: Int32Array
  readonly holders: Uint8Array
  readonly orders: Float64Array
  readonly depth: number
  /** How many features the row and the other have the say about. */
  ours: number
  theirs: number
  /** What the last descent found: what a feature of the row's gains there, and what one of the other's loses. */
  gained: number
  lost: number
}

interface Pair {
  readonly row: Float64Array
  readonly other: Float64Array
  readonly into: Float64Array
}

/** Both ways only where the rows differ in a feature that nobody has the say about. */
function descend(walk: Walk, pair: Pair, start: number): void {
  const { trees, featureOf, holders } = walk
  let node = start
  for (let column = trees.column[node] ?? -1; column >= 0; column = trees.column[node] ?? -1) {
    const feature = featureOf[column] ?? 0
    const holder = holders[feature] ?? 0
    const left = trees.left[node] ?? 0
    const ourWay = left + (goesLeftAt(trees, node, pair.row[column] ?? Number.NaN) ? 0 : 1)
    const theirWay = left + (goesLeftAt(trees, node, pair.other[column] ?? Number.NaN) ? 0 : 1)
    if (holder === 0 && ourWay !== theirWay) {
      descendBoth(walk, pair, { feature, ourWay, theirWay })
      return
    }
    node = holder === THEIRS ? theirWay : ourWay
  }
  const { ours, theirs } = walk
  const value = trees.value[node] ?? 0
  const width = walk.depth + 1
  walk.gained = ours > 0 ? value * (walk.orders[(ours - 1) * width + theirs] ?? 0) : 0
  walk.lost = theirs > 0 ? -value * (walk.orders[ours * width + theirs - 1] ?? 0) : 0
}

function descendBoth(
  walk: Walk,
  pair: Pair,
  { feature, ourWay, theirWay }: Readonly<Record<'feature' | 'ourWay' | 'theirWay', number>>,
): void {
  walk.holders[feature] = OURS
  walk.ours++
  descend(walk, pair, ourWay)
  walk.ours--
  const { gained, lost } = walk
  walk.holders[feature] = THEIRS
  walk.theirs++
  descend(walk, pair, theirWay)
  walk.theirs--
  walk.holders[feature] = 0
  pair.into[feature] = (pair.into[feature] ?? 0) + gained + walk.lost
  walk.gained += gained
  walk.lost += lost
}

function depthOf(trees: Ensemble): number {
  const depths = new Int32Array(trees.column.length)
  let deepest = 0
  for (let node = 0; node < depths.length; node++) {
    const depth = depths[node] ?? 0
    if ((trees.column[node] ?? -1) < 0) deepest = Math.max(deepest, depth)
    else depths.fill(depth + 1, trees.left[node], (trees.left[node] ?? 0) + 2)
  }
  return deepest
}

/**
 * Of a others and b others, the share of orders in which one feature comes after all a and before all b: a! b! / (a + b + 1)!,
 * at a × (most + 1) + b.
 */
function orderShares(most: number): Float64Array {
  const shares = new Float64Array((most + 1) ** 2)
  for (let after = 0; after <= most; after++)
    for (let before = 0; before <= most; before++)
      shares[after * (most + 1) + before] =
        after === 0
          ? 1 / (before + 1)
          : ((shares[(after - 1) * (most + 1) + before] ?? 0) * after) / (after + before + 1)
  return shares
}
