import type { Ensemble } from '../model/ensemble.ts'
import { type Block, blockSize, divide, lastConditions, tabulate } from './blocks.ts'
import type { Paths } from './paths.ts'
import { compileRanks, goesLeftBy, type Ranks } from './ranks.ts'
import type { AddContributions } from './walked.ts'

/**
 * Bits of an entry's index at most. At seven, a tree of depth 6 comes to 16 subtrees of four leaves and about 100 kB; each bit
 * more halves the look-ups and doubles the tables, which then fall out of the caches.
 */
const BITS = 7

/** Of a model's tables, in bytes; trees that find no more room are walked. */
const TABLE_BYTES = 48 * 2 ** 20

/** Of one tree's, so that a few deep trees do not take the room of many. */
const TREE_BYTES = 2 * 2 ** 20

/** Trees to be looked up, and those to be walked, by number. */
export interface Tabled {
  readonly add: AddContributions
  readonly bytes: number
  readonly walked: readonly number[]
}

/**
 * Shapley values by look-up, as Fast TreeSHAP v2 (Yang 2021) does by leaf: all that a tree can say is worked out beforehand,
 * for every pattern of conditions that a row can hold at a subtree.
 */
export function compileTabled(trees: Ensemble, paths: Paths, bits: number = BITS): Tabled {
  const walked: number[] = []
  const tabled: Division[] = []
  let bytes = 0
  trees.roots.forEach((root, tree) => {
    const division = divide(trees, paths, { root, bits })
    const own = 8 * (division?.blocks.reduce((sum, block) => sum + blockSize(block), 0) ?? 0)
    if (division === undefined || own > TREE_BYTES || bytes + own > TABLE_BYTES) walked.push(tree)
    else {
      bytes += own
      tabled.push(division)
    }
  })
  return { add: lookUp(programOf({ trees, paths, ranks: compileRanks(trees) }, tabled)), bytes, walked }
}

type Division = NonNullable<ReturnType<typeof divide>>

interface Model {
  readonly trees: Ensemble
  readonly paths: Paths
  readonly ranks: Ranks
}

/** What is looked up for a row, in the order in which it is done: one run of whole numbers, read from start to end. */
interface Program {
  readonly ranks: Ranks
  /**
   * First the splits above all blocks: slot and place of the comparison, the player's bit where it is new, all other bits,
   * and which mask is the left child's and which the right one's. Then the blocks, those of one shape together, so that the
   * processor guesses the ends of the loops: which mask, its number of bits, start in the table; slot and place of each split;
   * each player.
   */
  readonly code: Int32Array
  readonly tops: number
  /** Of each shape: splits, players, number of blocks. */
  readonly shapes: Int32Array
  readonly table: Float64Array
  /** Which conditions hold above a split or a block, a bit each; those of the trees' roots stay 0. */
  readonly masks: Int32Array
}

function programOf(model: Model, divisions: readonly Division[]): Program {
  const blocks = divisions.flatMap((division) => division.blocks)
  const tops = divisions.flatMap((division) => division.tops)
  const masks = new Map([...tops, ...blocks.map(({ root }) => root)].map((node, mask) => [node, mask]))
  const shapes = [
    ...Map.groupBy(blocks, ({ splits, players }) => 64 * players.length + splits.length).values(),
  ]
  const table = new Float64Array(blocks.reduce((sum, block) => sum + blockSize(block), 0))
  const code = tops.flatMap((node) => topCode(model, node, masks))
  let start = 0
  for (const block of shapes.flat()) {
    tabulate(model, block, { table, at: start })
    code.push(...blockCode(model, block, { mask: masks.get(block.root) ?? 0, start }))
    start += blockSize(block)
  }
  return {
    ranks: model.ranks,
    code: Int32Array.from(code),
    tops: tops.length,
    shapes: Int32Array.from(
      shapes.flatMap((alike) => [alike[0]?.splits.length ?? 0, alike[0]?.players.length ?? 0, alike.length]),
    ),
    table,
    masks: new Int32Array(masks.size),
  }
}

/** A child that a row goes to takes the player's bit where it is new; the other child loses it. */
function topCode({ trees, paths, ranks }: Model, node: number, masks: ReadonlyMap<number, number>): number[] {
  const left = trees.left[node] ?? 0
  const bit = 1 << lastConditions(paths, left).findIndex((one) => paths.player[one] === paths.player[left])
  return [
    ranks.slot[node] ?? 0,
    ranks.place[node] ?? 0,
    (paths.earlier[left] ?? -1) < 0 ? bit : 0,
    ~bit,
    masks.get(left) ?? 0,
    masks.get(left + 1) ?? 0,
  ]
}

function blockCode(
  { ranks }: Model,
  { above, splits, players }: Block,
  { mask, start }: { readonly mask: number; readonly start: number },
): readonly number[] {
  const comparisons = splits.flatMap((node) => [ranks.slot[node] ?? 0, ranks.place[node] ?? 0])
  return [mask, above.length, start, ...comparisons, ...players]
}

function lookUp({ ranks, code, tops, shapes, table, masks }: Program): AddContributions {
  const row = new Int32Array(ranks.size)
  return (rows, { sums, at }) => {
    ranks.rank(rows, row)
    let next = 0
    for (let top = 0; top < tops; top++, next += 6) {
      const mask = masks[top] ?? 0
      const taken = mask | (code[next + 2] ?? 0)
      const other = mask & (code[next + 3] ?? 0)
      const swap = (taken ^ other) & -goesLeftBy(row[code[next] ?? 0] ?? 0, code[next + 1] ?? 0)
      masks[code[next + 4] ?? 0] = other ^ swap
      masks[code[next + 5] ?? 0] = taken ^ swap
    }
    for (let shape = 0; shape < shapes.length; shape += 3) {
      const splits = shapes[shape] ?? 0
      const players = shapes[shape + 1] ?? 0
      const count = shapes[shape + 2] ?? 0
      for (let block = 0; block < count; block++) {
        let index = masks[code[next] ?? 0] ?? 0
        const shift = code[next + 1] ?? 0
        const start = code[next + 2] ?? 0
        next += 3
        for (let split = 0; split < splits; split++, next += 2)
          index |= goesLeftBy(row[code[next] ?? 0] ?? 0, code[next + 1] ?? 0) << (shift + split)
        let entry = start + index * players
        for (const end = next + players; next < end; next++, entry++) {
          const sum = at + (code[next] ?? 0)
          sums[sum] = (sums[sum] ?? 0) + (table[entry] ?? 0)
        }
      }
    }
  }
}
