import type { Ensemble } from '../model/ensemble.ts'
import { type Paths, treeEnd } from './paths.ts'
import { gaussLegendre } from './quadrature.ts'
import { compileRanks, goesLeftBy, type Ranks } from './ranks.ts'

/** Adds a row's contributions; `at` is its first cell, and the place of its first contribution. */
export type AddContributions = (
  rows: { readonly cells: Float64Array; readonly at: number },
  into: { readonly sums: Float64Array; readonly at: number },
) => void

/**
 * What one player's condition does at a node, in three ways: it holds down to here; it held until the split above; it
 * was broken before.
 */
export const HOLDS = 0
const BREAKS = 1
const BROKEN = 2
export const WAYS = 3

/** One tree made ready: for each node but the root and each way, factors then gains at every point. */
export interface WalkedTree {
  readonly root: number
  readonly end: number
  /** Number of points. */
  readonly count: number
  readonly points: Float64Array
  readonly coefficients: Float64Array
}

/**
 * Exact path-dependent Shapley values of trees of any depth (the game of Lundberg et al., "From local explanations to
 * global understanding with explainable AI for trees", 2020, algorithm 2), in time nodes × points.
 *
 * For a leaf, the game is a product over the players on its path: 1 or 0 where the player is in the coalition and its
 * condition holds or not, `share` where it is out. Owen's multilinear extension (1972) turns the sum over coalitions into
 * an integral over t in (0, 1) of value × (holds − share) × Π others (t × holds + (1 − t) × share), a polynomial in t,
 * which Gauss–Legendre with half as many points as players on the path integrates exactly. Products go down the tree, sums
 * come up (as polynomials do in Yu et al., "Linear TreeShap", 2022). Every factor is from 0 to 1 and there is no unwinding,
 * by whose cancellation deep trees lose their precision. Memory: 48 bytes a node and point.
 */
export function compileWalked(trees: Ensemble, paths: Paths, chosen: readonly number[]): AddContributions {
  if (chosen.length === 0) return () => {}
  const walk = readyWalk(trees, paths, chosen)
  return (rows, into) => {
    walk.rank(rows, walk.row)
    for (const tree of walk.ready) {
      walkDown(walk, tree)
      walkUp(walk, tree, into)
    }
  }
}

export function readyWalk(trees: Ensemble, paths: Paths, chosen: readonly number[]): Walk {
  const ready = chosen.map((tree) => readyTree(trees, paths, tree))
  const ranks = compileRanks(trees)
  const largest = Math.max(0, ...ready.map(({ root, end }) => end - root))
  const most = Math.max(0, ...ready.map(({ root, end, count }) => (end - root) * count))
  return {
    ready,
    splits: { ...ranks, ...paths, ...trees },
    rank: ranks.rank,
    row: new Int32Array(ranks.size),
    ways: new Uint8Array(largest),
    products: new Float64Array(most),
  }
}

/** Trees made ready, with room for one row in one tree. */
export interface Walk {
  readonly ready: readonly WalkedTree[]
  readonly rank: Ranks['rank']
  readonly splits: Pick<Ranks, 'slot' | 'place'> & Paths & Ensemble
  readonly row: Int32Array
  /** By node of the tree. */
  readonly ways: Uint8Array
  /** By node and point: the product of factors on the way down, sums of values times products on the way up. */
  readonly products: Float64Array
}

/** Leaves each node's way in `ways`, and in `products` the product of all players' factors there, at each point. */
export function walkDown(
  { splits, row, ways, products }: Walk,
  { root, end, count, coefficients }: WalkedTree,
): void {
  const { column, left, earlier, slot, place } = splits
  products.fill(1, 0, count)
  ways[0] = HOLDS
  for (let node = root; node < end; node++) {
    if ((column[node] ?? -1) < 0) continue
    let breaks = 1 - goesLeftBy(row[slot[node] ?? 0] ?? 0, place[node] ?? 0)
    const first = (left[node] ?? 0) - root
    const above = (earlier[first + root] ?? -1) - root
    const isHeld = above < 0 || ways[above] === HOLDS
    const from = (node - root) * count
    for (let child = first; child < first + 2; child++) {
      const way = isHeld ? breaks : BROKEN
      ways[child] = way
      breaks = 1 - breaks
      const factors = (child * WAYS + way) * 2 * count
      const to = child * count
      for (let q = 0; q < count; q++)
        products[to + q] = (products[from + q] ?? 0) * (coefficients[factors + q] ?? 0)
    }
  }
}

function walkUp(
  { splits, ways, products }: Walk,
  { root, end, count, coefficients }: WalkedTree,
  { sums, at }: { readonly sums: Float64Array; readonly at: number },
): void {
  const { column, left, player, value } = splits
  for (let node = end - 1; node >= root; node--) {
    const own = (node - root) * count
    if ((column[node] ?? -1) < 0) {
      const leaf = value[node] ?? 0
      for (let q = 0; q < count; q++) products[own + q] = (products[own + q] ?? 0) * leaf
      continue
    }
    const first = left[node] ?? 0
    const from = (first - root) * count
    const gains = (((first - root) * WAYS + (ways[first - root] ?? 0)) * 2 + 1) * count
    const otherGains = (((first + 1 - root) * WAYS + (ways[first + 1 - root] ?? 0)) * 2 + 1) * count
    let gained = 0
    for (let q = 0; q < count; q++) {
      const one = products[from + q] ?? 0
      const other = products[from + count + q] ?? 0
      products[own + q] = one + other
      gained += one * (coefficients[gains + q] ?? 0) + other * (coefficients[otherGains + q] ?? 0)
    }
    const sum = at + (player[first] ?? 0)
    sums[sum] = (sums[sum] ?? 0) + gained
  }
}

/**
 * Factors from the parent's product to the child's, which takes the player's earlier factor out; and gains, by which the sum
 * below a child counts for its player: the child's own share less what the player's earlier split counts for the same
 * leaves. Once broken, the two are equal and the gain is 0.
 */
function readyTree(trees: Ensemble, paths: Paths, tree: number): WalkedTree {
  const root = trees.roots[tree] ?? 0
  const end = treeEnd(trees, tree)
  const deepest = paths.distinct.subarray(root, end).reduce((most, one) => Math.max(most, one), 1)
  const count = (deepest + 1) >> 1
  const quadrature = gaussLegendre(count)
  const coefficients = new Float64Array((end - root) * WAYS * 2 * count)
  for (let node = root + 1; node < end; node++) {
    const above = paths.earlier[node] ?? -1
    const share = paths.share[node] ?? 1
    const before = above < 0 ? 1 : (paths.share[above] ?? 1)
    const base = (node - root) * WAYS * 2 * count
    quadrature.points.forEach((point, q) => {
      const weight = quadrature.weights[q] ?? 0
      const earlierFactor = held(point, before)
      // Both are neutral where there is no earlier split: a share of 1 has the factor 1 and the gain 0.
      const earlierGain = gain(point, before)
      const put = (way: number, factor: number, gained: number) => {
        coefficients[base + way * 2 * count + q] = factor
        coefficients[base + (way * 2 + 1) * count + q] = weight * gained
      }
      put(HOLDS, held(point, share) / earlierFactor, gain(point, share) - earlierGain)
      put(BREAKS, ((1 - point) * share) / earlierFactor, brokenGain(point) - earlierGain)
      put(BROKEN, paths.ratio[node] ?? 1, 0)
    })
  }
  return { root, end, count, points: quadrature.points, coefficients }
}

/** The factor of a player whose condition holds; exactly 1 for a share of 1. */
const held = (point: number, share: number) => share + point * (1 - share)

/** (holds − share) by the player's own factor, where the condition holds. */
export const gain = (point: number, share: number) => (1 - share) / held(point, share)

/** The same where it does not: the share falls out, so that a share of 0 needs no case of its own. */
export const brokenGain = (point: number) => -1 / (1 - point)
