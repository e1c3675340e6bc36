import type { BinnedTree } from './grower.ts'
import type { Layout } from './layout.ts'
import { goesLeft } from './split.ts'

/** Binned rows as they lie in the memory of a training. */
export interface BinnedRows {
  readonly bytes: Uint8Array
  readonly layout: Pick<Layout, 'bins' | 'stride'>
}

/** A tree as tables of numbers: where a row in a node goes by the bin in the node's column. */
export interface WalkableTree {
  /** By node; −1 for a leaf. */
  readonly column: Int32Array
  /** By node and bin: the node to go to. */
  readonly next: Int32Array
  readonly step: Float64Array
}

const BINS = 256

export function walkable(tree: BinnedTree): WalkableTree {
  const column = new Int32Array(tree.length).fill(-1)
  const next = new Int32Array(tree.length * BINS)
  tree.forEach(({ split, left }, node) => {
    if (split === undefined) return
    column[node] = split.column
    for (let bin = 0; bin < BINS; bin++) next[node * BINS + bin] = goesLeft(bin, split) ? left : left + 1
  })
  return { column, next, step: Float64Array.from(tree, ({ step }) => step) }
}

/** Adds the steps of the leaves that the rows end in, times the rate, to their margins. */
export function addSteps(
  margins: Float64Array,
  { column, next, step }: WalkableTree,
  by: {
    readonly binned: BinnedRows
    readonly rate: number
    readonly rows: { readonly from: number; readonly to: number }
  },
): void {
  const { bytes, layout } = by.binned
  for (let row = by.rows.from; row < by.rows.to; row++) {
    const at = layout.bins + row * layout.stride
    let node = 0
    for (let split = column[0] ?? -1; split >= 0; split = column[node] ?? -1)
      node = next[node * BINS + (bytes[at + split] ?? 0)] ?? 0
    margins[row] = (margins[row] ?? 0) + by.rate * (step[node] ?? 0)
  }
}
