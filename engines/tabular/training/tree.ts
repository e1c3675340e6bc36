import {
  type DerivativeSums,
  findSplit,
  goesLeft,
  type Histogram,
  type Split,
  type SplitOptions,
} from './split.ts'

/**
 * One regression tree on binned rows, grown by the best split anywhere first (Shi, "Best-first decision tree
 * learning", 2007; LightGBM's leaf-wise growth) within a limit of leaves and of depth.
 */
export type GrowOptions = SplitOptions & { readonly maxLeaves: number; readonly maxDepth: number }

export type BinnedRows = {
  /** Row by row, one byte a column; bin 0 is missing. */
  readonly bins: Uint8Array
  readonly width: number
  /** Bins of each column, bin 0 included. */
  readonly binCounts: Int32Array
}

/** First and second derivatives of the loss by row. */
export type Derivatives = { readonly first: Float64Array; readonly second: Float64Array }

export type BinnedNode = {
  /** A leaf has no split. */
  readonly split: Pick<Split, 'column' | 'bin' | 'missingLeft'> | undefined
  /** The left child's position; the right child follows it. */
  readonly left: number
  /** Newton step of a node by itself, −G / (H + l2). */
  readonly step: number
  /** Sum of second derivatives of the node's rows. */
  readonly cover: number
}

/** Children come after their parent; the root is first. */
export type BinnedTree = readonly BinnedNode[]

type OpenLeaf = {
  readonly node: number
  readonly depth: number
  /** The leaf's rows are `rows[from … to)`. */
  readonly from: number
  readonly to: number
  readonly sums: DerivativeSums
  readonly histogram: Float64Array
}

type SplittableLeaf = OpenLeaf & { readonly split: Split }

/** Grows the trees of one training; it owns the buffers that they share. */
export class TreeGrower {
  readonly #data: BinnedRows
  readonly #options: GrowOptions
  readonly #offsets: Int32Array
  readonly #histogramLength: number
  readonly #scratch: Int32Array
  readonly #spare: Float64Array[] = []

  constructor(data: BinnedRows, options: GrowOptions) {
    this.#data = data
    this.#options = options
    this.#offsets = new Int32Array(data.width)
    let length = 0
    data.binCounts.forEach((count, column) => {
      this.#offsets[column] = length
      length += 2 * count
    })
    this.#histogramLength = length
    this.#scratch = new Int32Array(data.bins.length / Math.max(1, data.width))
  }

  /** `rows` (reordered in place) and `columns` are those that this tree may see, ascending. */
  grow(derivatives: Derivatives, rows: Int32Array, columns: Int32Array): BinnedTree {
    const nodes: BinnedNode[] = []
    const open: SplittableLeaf[] = []
    const admit = (leaf: OpenLeaf): void => {
      nodes[leaf.node] = this.#asLeaf(leaf.sums)
      const split = leaf.depth < this.#options.maxDepth ? this.#findSplit(leaf, columns) : undefined
      if (split === undefined) this.#spare.push(leaf.histogram)
      else open.push({ ...leaf, split })
    }
    const histogram = this.#count(derivatives, rows)
    const sums = sumDerivatives(derivatives, rows)
    admit({ node: 0, depth: 0, from: 0, to: rows.length, sums, histogram })
    for (let leaves = 1; leaves < this.#options.maxLeaves; leaves++) {
      const leaf = takeBest(open)
      if (leaf === undefined) break
      nodes[leaf.node] = { ...this.#asLeaf(leaf.sums), split: leaf.split, left: nodes.length }
      for (const child of this.#divide(leaf, { derivatives, rows, left: nodes.length })) admit(child)
    }
    for (const leaf of open) this.#spare.push(leaf.histogram)
    return nodes
  }

  #asLeaf(sums: DerivativeSums): BinnedNode {
    return {
      split: undefined,
      left: 0,
      step: -sums.first / (sums.second + this.#options.l2),
      cover: sums.second,
    }
  }

  #findSplit(leaf: OpenLeaf, columns: Int32Array): Split | undefined {
    const histogram: Histogram = {
      sums: leaf.histogram,
      offsets: this.#offsets,
      binCounts: this.#data.binCounts,
    }
    return findSplit(histogram, leaf.sums, { columns, options: this.#options })
  }

  /**
   * The two children. The smaller one's histogram is counted; the larger one's is the difference, in the
   * parent's buffer.
   */
  #divide(
    leaf: SplittableLeaf,
    of: { readonly derivatives: Derivatives; readonly rows: Int32Array; readonly left: number },
  ): readonly [OpenLeaf, OpenLeaf] {
    const { leftSums } = leaf.split
    const rightSums = { first: leaf.sums.first - leftSums.first, second: leaf.sums.second - leftSums.second }
    const middle = this.#partition(of.rows, leaf)
    const leftIsSmaller = middle - leaf.from <= leaf.to - middle
    const smaller = leftIsSmaller ? of.rows.subarray(leaf.from, middle) : of.rows.subarray(middle, leaf.to)
    const counted = this.#count(of.derivatives, smaller)
    const rest = leaf.histogram
    for (let i = 0; i < rest.length; i++) rest[i] = (rest[i] ?? 0) - (counted[i] ?? 0)
    const depth = leaf.depth + 1
    const [left, right] = leftIsSmaller ? [counted, rest] : [rest, counted]
    return [
      { node: of.left, depth, from: leaf.from, to: middle, sums: leftSums, histogram: left },
      { node: of.left + 1, depth, from: middle, to: leaf.to, sums: rightSums, histogram: right },
    ]
  }

  /**
   * Puts the leaf's rows that go left before the others, both in their old order; returns where the others
   * begin.
   */
  #partition(rows: Int32Array, leaf: SplittableLeaf): number {
    const { bins, width } = this.#data
    const { split } = leaf
    const scratch = this.#scratch
    let left = leaf.from
    let others = 0
    for (let i = leaf.from; i < leaf.to; i++) {
      const row = rows[i] ?? 0
      if (goesLeft(bins[row * width + split.column] ?? 0, split)) rows[left++] = row
      else scratch[others++] = row
    }
    rows.set(scratch.subarray(0, others), left)
    return left
  }

  /** Histogram of the rows' derivatives. Nearly all of training's time is spent in this double loop. */
  #count(derivatives: Derivatives, rows: Int32Array): Float64Array {
    const { bins, width } = this.#data
    const offsets = this.#offsets
    const sums = this.#spare.pop()?.fill(0) ?? new Float64Array(this.#histogramLength)
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] ?? 0
      const first = derivatives.first[row] ?? 0
      const second = derivatives.second[row] ?? 0
      const base = row * width
      for (let column = 0; column < width; column++) {
        const at = (offsets[column] ?? 0) + 2 * (bins[base + column] ?? 0)
        sums[at] = (sums[at] ?? 0) + first
        sums[at + 1] = (sums[at + 1] ?? 0) + second
      }
    }
    return sums
  }
}

/** Position of the leaf that a row ends in. */
export function leafOf(tree: BinnedTree, data: BinnedRows, row: number): number {
  let at = 0
  for (;;) {
    const node = tree[at]
    if (node?.split === undefined) return at
    const bin = data.bins[row * data.width + node.split.column] ?? 0
    at = goesLeft(bin, node.split) ? node.left : node.left + 1
  }
}

function sumDerivatives(derivatives: Derivatives, rows: Int32Array): DerivativeSums {
  let first = 0
  let second = 0
  for (const row of rows) {
    first += derivatives.first[row] ?? 0
    second += derivatives.second[row] ?? 0
  }
  return { first, second }
}

/** Takes out the leaf with the greatest gain; of equals, the one that was opened first. */
function takeBest(open: SplittableLeaf[]): SplittableLeaf | undefined {
  let best = 0
  open.forEach((leaf, i) => {
    if (leaf.split.gain > (open[best]?.split.gain ?? 0)) best = i
  })
  return open.splice(best, 1)[0]
}
