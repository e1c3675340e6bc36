import { allowedColumns, childBounds, type Interactions, unbounded } from './constraints.ts'
import type { DerivativeSums, Histogram, Units } from './histogram.ts'
import { Slots } from './slots.ts'
import { findSplit, goesLeft } from './split.ts'
import { type Bounds, type Split, type SplitOptions, stepOf } from './split-search.ts'
import type { Team } from './team.ts'

/** How large a tree may grow, and in which order its leaves are split. */
export interface GrowOptions extends SplitOptions {
  readonly maxLeaves: number
  readonly maxDepth: number
  /**
   * `leaf`: the best split anywhere first (Shi, "Best-first decision tree learning", 2007; LightGBM). `depth`: level by level
   * (XGBoost).
   */
  readonly growth: 'leaf' | 'depth'
}

export interface BinnedNode {
  /** A leaf has no split. */
  readonly split: Split | undefined
  /** The left child's position; the right child follows it. */
  readonly left: number
  /** The step that the node's rows would take as a leaf. */
  readonly step: number
  /** Sum of second derivatives of the node's rows. */
  readonly cover: number
  /** Rows `order[from … to)` of the tree's rows are the node's. */
  readonly from: number
  readonly to: number
}

/** Children come after their parent; the root is first. */
export type BinnedTree = readonly BinnedNode[]

/** What is known of the columns. */
export interface GrowColumns {
  readonly binCounts: Int32Array
  /** By column: 0 for an ordered column, 1 for a set of levels. */
  readonly kinds: Uint8Array
  readonly monotone: Int8Array
  readonly interactions: Interactions | undefined
}

interface Leaf {
  readonly node: number
  readonly depth: number
  readonly from: number
  readonly to: number
  readonly sums: DerivativeSums
  readonly step: number
  readonly bounds: Bounds
  /** Features split by on the way to the leaf. */
  readonly path: readonly number[]
}

interface OpenLeaf extends Leaf {
  readonly split: Split
  /** Address of its histogram; undefined where there was no room to keep it. */
  readonly slot: number | undefined
}

/** Grows the trees of one training. */
export class Grower {
  readonly #team: Team
  readonly #columns: GrowColumns
  readonly #options: GrowOptions
  readonly #slots: Slots
  readonly #words: Int32Array
  readonly #goesLeft: Uint8Array

  constructor(
    team: Team,
    columns: GrowColumns,
    given: { readonly options: GrowOptions; readonly slots: number },
  ) {
    const { memory, layout } = team.task
    this.#team = team
    this.#columns = columns
    this.#options = given.options
    this.#slots = new Slots({ kept: layout.kept, bytes: layout.histogramBytes, count: given.slots })
    this.#words = new Int32Array(memory.buffer)
    this.#goesLeft = new Uint8Array(memory.buffer, layout.goesLeft, 256)
  }

  /** A tree on the first `count` listed rows, which it reorders, by these columns (ascending). */
  grow(count: number, columns: Int32Array, units: Units): BinnedTree {
    const { maxLeaves } = this.#options
    const nodes: BinnedNode[] = []
    const open: OpenLeaf[] = []
    const tree = { nodes, open, columns, units }
    const slot = this.#slots.take()
    const counted = slot ?? this.#slots.spare
    this.#team.count(0, count, counted)
    const sums = this.#sumsAt(counted, units)
    const step = stepOf(sums, this.#options, unbounded)
    const root: Leaf = { node: 0, depth: 0, from: 0, to: count, sums, step, bounds: unbounded, path: [] }
    this.#admit(tree, root, slot)
    for (let leaves = 1; leaves < maxLeaves; leaves++) {
      const leaf = takeNext(open, this.#options.growth)
      if (leaf === undefined) break
      this.#divide(tree, leaf, leaves + 1 === maxLeaves)
    }
    for (const leaf of open) this.#slots.release(leaf.slot)
    return nodes
  }

  /** Enters a leaf; it stays open where its histogram (at `slot`, or in the spare one) shows a split. */
  #admit(tree: Growing, leaf: Leaf, slot: number | undefined): void {
    enter(tree.nodes, leaf)
    const { interactions } = this.#columns
    const columns =
      interactions === undefined ? tree.columns : allowedColumns(leaf.path, interactions, tree.columns)
    const split = findSplit({
      histogram: this.#histogramAt(slot ?? this.#slots.spare),
      units: tree.units,
      sums: leaf.sums,
      columns,
      kinds: this.#columns.kinds,
      monotone: this.#columns.monotone,
      bounds: leaf.bounds,
      options: this.#options,
    })
    if (split === undefined) this.#slots.release(slot)
    else tree.open.push({ ...leaf, split, slot })
  }

  /**
   * Splits a leaf. The smaller child's histogram is counted; the larger one's is the difference, in the parent's place. The
   * children of the deepest level, and of the last leaf, need none.
   */
  #divide(tree: Growing, leaf: OpenLeaf, isLast: boolean): void {
    const { split } = leaf
    for (let bin = 0; bin < 256; bin++) this.#goesLeft[bin] = goesLeft(bin, split) ? 1 : 0
    const middle = this.#team.part(leaf.from, leaf.to, split.column)
    const [left, right] = this.#childrenOf(leaf, { at: tree.nodes.length, middle })
    tree.nodes[leaf.node] = { ...nodeOf(leaf), split, left: left.node }
    if (isLast || left.depth >= this.#options.maxDepth) {
      this.#slots.release(leaf.slot)
      enter(tree.nodes, left)
      enter(tree.nodes, right)
      return
    }
    const isLeftSmaller = middle - leaf.from <= leaf.to - middle
    const [smaller, larger] = isLeftSmaller ? [left, right] : [right, left]
    const slot = this.#slots.take()
    if (leaf.slot === undefined || slot === undefined) {
      // There is room for one child at a time at most: each is counted and looked at by itself.
      this.#slots.release(leaf.slot)
      this.#slots.release(slot)
      for (const child of [left, right]) this.#countAndAdmit(tree, child)
      return
    }
    this.#team.count(smaller.from, smaller.to, slot)
    this.#team.code.takeFrom(leaf.slot, slot)
    const slotOf = (child: Leaf) => (child === larger ? leaf.slot : slot)
    for (const child of [left, right]) this.#admit(tree, child, slotOf(child))
  }

  #countAndAdmit(tree: Growing, leaf: Leaf): void {
    const slot = this.#slots.take()
    this.#team.count(leaf.from, leaf.to, slot ?? this.#slots.spare)
    this.#admit(tree, leaf, slot)
  }

  #childrenOf(
    leaf: OpenLeaf,
    { at, middle }: { readonly at: number; readonly middle: number },
  ): readonly [Leaf, Leaf] {
    const { split } = leaf
    const { left, right } = childBounds(split, leaf.bounds, this.#columns.monotone)
    const feature = this.#columns.interactions?.featureOfColumn[split.column]
    const path = feature === undefined || leaf.path.includes(feature) ? leaf.path : [...leaf.path, feature]
    const depth = leaf.depth + 1
    return [
      {
        ...{ node: at, depth, from: leaf.from, to: middle, path },
        ...{ sums: split.leftSums, step: split.leftStep, bounds: left },
      },
      {
        ...{ node: at + 1, depth, from: middle, to: leaf.to, path },
        ...{ sums: split.rightSums, step: split.rightStep, bounds: right },
      },
    ]
  }

  #histogramAt(address: number): Histogram {
    const { layout } = this.#team.task
    const words = this.#words.subarray(address / 4, (address + layout.histogramBytes) / 4)
    return { words, offsets: layout.offsets, binCounts: this.#columns.binCounts }
  }

  /** Every column's bins add up to the same; the first column's are added here. */
  #sumsAt(address: number, units: Units): DerivativeSums {
    let [first, second] = [0, 0]
    const end = address / 4 + 2 * (this.#columns.binCounts[0] ?? 0)
    for (let word = address / 4; word < end; word += 2) {
      second += (this.#words[word] ?? 0) >>> 0
      first += this.#words[word + 1] ?? 0
    }
    return { first: first * units.first, second: second * units.second }
  }
}

interface Growing {
  readonly nodes: BinnedNode[]
  readonly open: OpenLeaf[]
  readonly columns: Int32Array
  readonly units: Units
}

const nodeOf = ({ step, sums, from, to }: Leaf): BinnedNode => ({
  split: undefined,
  left: 0,
  step,
  cover: sums.second,
  from,
  to,
})

function enter(nodes: BinnedNode[], leaf: Leaf): void {
  nodes[leaf.node] = nodeOf(leaf)
}

/** Takes out the leaf to split next: the first that was opened, or the one with the greatest gain (of equals the first). */
function takeNext(open: OpenLeaf[], growth: GrowOptions['growth']): OpenLeaf | undefined {
  if (growth === 'depth') return open.shift()
  let best = 0
  open.forEach((leaf, i) => {
    if (leaf.split.gain > (open[best]?.split.gain ?? 0)) best = i
  })
  return open.splice(best, 1)[0]
}
