import { TabularInputError } from '../errors.ts'
import type { Ensemble } from '../model/ensemble.ts'

/**
 * What of every path is known before any row comes, by node. A player is a feature: all its columns join a coalition
 * together, so that splits of one feature on a path are one condition.
 */
export interface Paths {
  readonly parent: Int32Array
  /** Player of the split above the node; −1 at a root. */
  readonly player: Int32Array
  /** The nearest node above whose split above is of the same player; −1 where there is none. */
  readonly earlier: Int32Array
  /** Number of different players above the node. */
  readonly distinct: Int32Array
  /** Cover of the node as a share of its parent's. */
  readonly ratio: Float64Array
  /** Product of `ratio` over the player's splits down to here: the chance of going this way with the player unknown. */
  readonly share: Float64Array
}

export const treeEnd = (trees: Ensemble, tree: number): number => trees.roots[tree + 1] ?? trees.column.length

/** @throws TabularInputError `cover_missing` where a split's children have no weight, so that no expectation exists. */
export function pathsOf(trees: Ensemble, featureOf: Int32Array): Paths {
  const size = trees.column.length
  const paths = {
    parent: new Int32Array(size).fill(-1),
    player: new Int32Array(size).fill(-1),
    earlier: new Int32Array(size).fill(-1),
    distinct: new Int32Array(size),
    ratio: new Float64Array(size).fill(1),
    share: new Float64Array(size).fill(1),
  }
  const { parent, player, earlier, distinct, ratio, share } = paths
  for (let node = 0; node < size; node++) {
    const column = trees.column[node] ?? -1
    if (column < 0) continue
    const feature = featureOf[column] ?? -1
    const left = trees.left[node] ?? 0
    let above = node
    while (above >= 0 && player[above] !== feature) above = parent[above] ?? -1
    for (const child of [left, left + 1]) {
      parent[child] = node
      player[child] = feature
      earlier[child] = above
      distinct[child] = (distinct[node] ?? 0) + (above < 0 ? 1 : 0)
      ratio[child] = coverRatio(trees, child, left)
      share[child] = (above < 0 ? 1 : (share[above] ?? 1)) * (ratio[child] ?? 1)
    }
  }
  return paths
}

/** By the children's own sum, so that the two ratios add up to 1 whatever a writer has rounded. */
function coverRatio({ cover }: Ensemble, child: number, left: number): number {
  const own = cover[child] ?? 0
  const both = (cover[left] ?? 0) + (cover[left + 1] ?? 0)
  if (own >= 0 && both > 0 && own <= both && both < Number.POSITIVE_INFINITY) return own / both
  throw new TabularInputError(
    'cover_missing',
    `nodes ${left} and ${left + 1} of the trees have no cover: what a row is expected to be without knowing a feature cannot be said; compare with a background of rows`,
  )
}

/** What each node's rows are expected to get from its tree: its leaf's value, or the mean of its children's by cover. */
function expectedValues(trees: Ensemble, { ratio }: Paths): Float64Array {
  const expected = Float64Array.from(trees.value)
  for (let node = expected.length - 1; node >= 0; node--) {
    if ((trees.column[node] ?? -1) < 0) continue
    const left = trees.left[node] ?? 0
    expected[node] =
      (ratio[left] ?? 0) * (expected[left] ?? 0) + (ratio[left + 1] ?? 0) * (expected[left + 1] ?? 0)
  }
  return expected
}

/** What the trees add to a margin when nothing is known of the row, added in the order of the trees. */
export function expectedMargin(trees: Ensemble, paths: Paths): number {
  const expected = expectedValues(trees, paths)
  return trees.roots.reduce((sum, root) => sum + (expected[root] ?? 0), 0)
}
