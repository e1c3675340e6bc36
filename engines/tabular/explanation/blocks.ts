import type { Ensemble } from '../model/ensemble.ts'
import type { Paths } from './paths.ts'
import { gaussLegendre } from './quadrature.ts'
import { brokenGain, gain } from './walked.ts'

/**
 * A subtree whose contributions are tabled by what a row does there. The index of an entry has one bit for each player
 * above the subtree (whether its condition holds down to the subtree's root, in the order in which the players come up),
 * then one for each of the subtree's splits (whether the row goes left). An entry has one number a player.
 */
export interface Block {
  readonly root: number
  /** The nodes above the root that hold the last condition of each player there. */
  readonly above: readonly number[]
  /** Nodes of the splits inside, parents first. */
  readonly splits: readonly number[]
  readonly leaves: readonly number[]
  /** All players above or inside. */
  readonly players: readonly number[]
}

export const blockBits = ({ above, splits }: Block) => above.length + splits.length

/** Numbers in the table of a block. */
export const blockSize = (block: Block) => 2 ** blockBits(block) * block.players.length

/** The nodes with the last condition of each player down to `node` and with it, in the order in which the players come up. */
export function lastConditions({ parent, player }: Paths, node: number): readonly number[] {
  const byPlayer = new Map<number, number>()
  const way: number[] = []
  for (let at = node; (parent[at] ?? -1) >= 0; at = parent[at] ?? -1) way.push(at)
  for (const at of way.toReversed()) byPlayer.set(player[at] ?? 0, at)
  return [...byPlayer.values()]
}

/** Of a leaf by itself, which has no smaller part. Measured, trees of depth 10 are looked up in a third of the time of walking. */
const LEAF_BITS = 10

/**
 * Divides a tree into the largest subtrees that need at most so many bits; `undefined` where a leaf alone needs more. Of
 * subtrees rather than leaves, because siblings share what lies above them: fewer look-ups, and less in all to keep.
 */
export function divide(
  trees: Ensemble,
  paths: Paths,
  given: { readonly root: number; readonly bits: number },
): { readonly tops: readonly number[]; readonly blocks: readonly Block[] } | undefined {
  const tops: number[] = []
  const blocks: Block[] = []
  const waiting = [given.root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    const isLeaf = (trees.column[node] ?? -1) < 0
    const block = blockAt(trees, paths, { root: node, bits: isLeaf ? LEAF_BITS : given.bits })
    if (block !== undefined) blocks.push(block)
    else if (isLeaf) return undefined
    else {
      tops.push(node)
      const left = trees.left[node] ?? 0
      waiting.push(left + 1, left)
    }
  }
  return { tops, blocks }
}

function blockAt(
  trees: Ensemble,
  paths: Paths,
  { root, bits }: { readonly root: number; readonly bits: number },
): Block | undefined {
  const room = bits - (paths.distinct[root] ?? 0)
  if (room < 0) return undefined
  const splits: number[] = []
  const leaves: number[] = []
  const waiting = [root]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if ((trees.column[node] ?? -1) < 0) leaves.push(node)
    else if (splits.push(node) > room) return undefined
    else waiting.push((trees.left[node] ?? 0) + 1, trees.left[node] ?? 0)
  }
  const above = lastConditions(paths, root)
  const inside = splits.map((node) => paths.player[trees.left[node] ?? 0] ?? 0)
  const players = [...new Set([...above.map((node) => paths.player[node] ?? 0), ...inside])]
  return { root, above, splits, leaves, players }
}

/** Fills in the table of a block, from `at`. */
export function tabulate(
  { trees, paths }: { readonly trees: Ensemble; readonly paths: Paths },
  block: Block,
  into: { readonly table: Float64Array; readonly at: number },
): void {
  const width = block.players.length
  const bitOfSplit = new Map(block.splits.map((node, i) => [node, 1 << (block.above.length + i)]))
  for (const leaf of block.leaves) {
    const conditions = lastConditions(paths, leaf)
    const shares = conditions.map((node) => paths.share[node] ?? 1)
    const places = conditions.map((node) => block.players.indexOf(paths.player[node] ?? 0))
    const byMask = leafContributions(trees.value[leaf] ?? 0, shares)
    // A player's condition holds at the leaf where none of these bits differs from what its path wants.
    const count = conditions.length
    const care = new Int32Array(count)
    const want = new Int32Array(count)
    const addCondition = (player: number, bit: number, wanted: boolean) => {
      const i = conditions.findIndex((node) => paths.player[node] === player)
      care[i] = (care[i] ?? 0) | bit
      if (wanted) want[i] = (want[i] ?? 0) | bit
    }
    block.above.forEach((node, i) => {
      addCondition(paths.player[node] ?? 0, 1 << i, true)
    })
    for (let node = leaf; node !== block.root; node = paths.parent[node] ?? -1) {
      const split = paths.parent[node] ?? -1
      addCondition(paths.player[node] ?? 0, bitOfSplit.get(split) ?? 0, trees.left[split] === node)
    }
    for (let index = 0; index < 2 ** blockBits(block); index++) {
      let mask = 0
      for (let i = 0; i < count; i++) if ((index & (care[i] ?? 0)) === want[i]) mask |= 1 << i
      const entry = into.at + index * width
      for (let i = 0; i < count; i++) {
        const cell = entry + (places[i] ?? 0)
        into.table[cell] = (into.table[cell] ?? 0) + (byMask[mask * count + i] ?? 0)
      }
    }
  }
}

/**
 * What a leaf gives each player on its path, for every mask of conditions that hold: value × ∫ (holds − share) × Π others,
 * exactly as in walked.ts.
 */
function leafContributions(value: number, shares: readonly number[]): Float64Array {
  const count = shares.length
  const byMask = new Float64Array(2 ** count * count)
  const { points, weights } = gaussLegendre(Math.max(1, (count + 1) >> 1))
  for (let mask = 0; mask < 2 ** count; mask++) {
    for (let q = 0; q < points.length; q++) {
      const point = points[q] ?? 0
      let product = value * (weights[q] ?? 0)
      for (let i = 0; i < count; i++)
        product *= (1 - point) * (shares[i] ?? 1) + ((mask >>> i) & 1 ? point : 0)
      for (let i = 0; i < count; i++) {
        const gained = (mask >>> i) & 1 ? gain(point, shares[i] ?? 1) : brokenGain(point)
        byMask[mask * count + i] = (byMask[mask * count + i] ?? 0) + product * gained
      }
    }
  }
  return byMask
}
