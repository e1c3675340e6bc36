import type { Ensemble } from '../model/ensemble.ts'
import { lastConditions } from './blocks.ts'
import { type Paths, pathsOf, treeEnd } from './paths.ts'
import { brokenGain, gain, HOLDS, readyWalk, WAYS, type Walk, type WalkedTree, walkDown } from './walked.ts'

/**
 * Exact path-dependent SHAP interaction values (Lundberg et al. 2020, "SHAP interaction values"; the Shapley interaction index
 * of Grabisch and Roubens 1999). It keeps buffers, so one at a time per thread.
 */
export interface InteractionExplainer {
  /**
   * Writes features × features numbers, row by row and symmetric: what a pair adds beyond its two, half on each side of the
   * diagonal; on the diagonal what a feature adds by itself. A row adds up to its feature's contribution.
   */
  explain(row: Float64Array, into: Float64Array): void
}

/**
 * The second derivative of the multilinear extension in place of the first (walked.ts): each split takes the sum below it,
 * times its gain, times the gain of every other player above. Time is nodes × players on a path × points.
 */
export function compileInteractions(
  trees: Ensemble,
  featureOf: Int32Array,
  features: number,
): InteractionExplainer {
  const paths = pathsOf(trees, featureOf)
  const walk = readyWalk(trees, paths, Array.from(trees.roots.keys()))
  const partners = walk.ready.map((tree, index) => partnersOf(trees, paths, { tree, index }))
  return {
    explain: (row, into) => {
      into.fill(0)
      walk.rank({ cells: row, at: 0 }, walk.row)
      walk.ready.forEach((tree, index) => {
        walkDown(walk, tree)
        const own = partners[index]
        if (own !== undefined) pairUp(walk, { tree, partners: own }, { sums: into, features })
      })
      leaveOwn(into, features)
    },
  }
}

/** Who else has a condition above a node: of node i, `nodes` from `from[i]` to `from[i + 1]`, counted in the tree. */
interface Partners {
  readonly from: Int32Array
  readonly nodes: Int32Array
  /** Gains by node and point, where the condition holds. */
  readonly gains: Float64Array
  /** By point, where it does not. */
  readonly brokenGains: Float64Array
}

function partnersOf(
  trees: Ensemble,
  paths: Paths,
  { tree: { root, points }, index }: { readonly tree: WalkedTree; readonly index: number },
): Partners {
  const size = treeEnd(trees, index) - root
  const lists = Array.from({ length: size }, (_, node) => {
    const above = paths.parent[root + node] ?? -1
    const own = paths.player[root + node]
    return above < 0 ? [] : lastConditions(paths, above).filter((one) => paths.player[one] !== own)
  })
  const from = new Int32Array(size + 1)
  lists.forEach((list, node) => {
    from[node + 1] = (from[node] ?? 0) + list.length
  })
  const shares = [...paths.share.subarray(root, root + size)]
  return {
    from,
    nodes: Int32Array.from(lists.flat(), (node) => node - root),
    gains: Float64Array.from(shares.flatMap((share) => [...points].map((point) => gain(point, share)))),
    brokenGains: points.map(brokenGain),
  }
}

/** Sums come up as in walked.ts, with each node's gain spread over its partners: half to the pair, half to its mirror. */
function pairUp(
  walk: Walk,
  { tree, partners }: { readonly tree: WalkedTree; readonly partners: Partners },
  into: { readonly sums: Float64Array; readonly features: number },
): void {
  const { splits, ways, products } = walk
  const { root, end, count, coefficients } = tree
  const gained = new Float64Array(count)
  for (let node = end - 1; node >= root; node--) {
    const own = (node - root) * count
    if ((splits.column[node] ?? -1) < 0) {
      const value = splits.value[node] ?? 0
      for (let q = 0; q < count; q++) products[own + q] = (products[own + q] ?? 0) * value
    } else {
      const from = ((splits.left[node] ?? 0) - root) * count
      for (let q = 0; q < count; q++)
        products[own + q] = (products[from + q] ?? 0) + (products[from + count + q] ?? 0)
    }
    if (node === root) continue
    const gains = (((node - root) * WAYS + (ways[node - root] ?? 0)) * 2 + 1) * count
    for (let q = 0; q < count; q++) gained[q] = (products[own + q] ?? 0) * (coefficients[gains + q] ?? 0)
    const feature = splits.player[node] ?? 0
    addDiagonal(into, feature, gained)
    const last = partners.from[node - root + 1] ?? 0
    for (let at = partners.from[node - root] ?? 0; at < last; at++) {
      const partner = partners.nodes[at] ?? 0
      const isHeld = ways[partner] === HOLDS
      let sum = 0
      for (let q = 0; q < count; q++) {
        const factor = isHeld ? partners.gains[partner * count + q] : partners.brokenGains[q]
        sum += (gained[q] ?? 0) * (factor ?? 0)
      }
      addPair(into, [feature, splits.player[partner + root] ?? 0], sum / 2)
    }
  }
}

/** The diagonal gathers whole contributions first. */
function addDiagonal(
  { sums, features }: { readonly sums: Float64Array; readonly features: number },
  feature: number,
  gained: Float64Array,
): void {
  const at = feature * features + feature
  for (let q = 0; q < gained.length; q++) sums[at] = (sums[at] ?? 0) + (gained[q] ?? 0)
}

function addPair(
  { sums, features }: { readonly sums: Float64Array; readonly features: number },
  [one, other]: readonly [number, number],
  value: number,
): void {
  const at = one * features + other
  const mirror = other * features + one
  sums[at] = (sums[at] ?? 0) + value
  sums[mirror] = (sums[mirror] ?? 0) + value
}

/** Takes what its pairs have from each feature's contribution. */
function leaveOwn(sums: Float64Array, features: number): void {
  for (let feature = 0; feature < features; feature++) {
    let pairs = 0
    for (let other = 0; other < features; other++)
      if (other !== feature) pairs += sums[feature * features + other] ?? 0
    const at = feature * features + feature
    sums[at] = (sums[at] ?? 0) - pairs
  }
}
