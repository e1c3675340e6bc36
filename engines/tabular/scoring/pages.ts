import type { Ensemble } from '../model/ensemble.ts'

/** A leaf's number within its page is a byte, and so is the page's within its tree. */
export const PAGE_LEAVES = 256
export const MOST_PAGES = 256

/**
 * The roots of a tree's pages from left to right: the largest subtrees of at most `PAGE_LEAVES` leaves, which together hold
 * every leaf. A tree that is no larger is one page.
 */
export function pageRoots({ roots, column, left }: Ensemble, tree: number): Int32Array {
  const root = roots[tree] ?? 0
  const end = roots[tree + 1] ?? column.length
  const leaves = new Int32Array(end - root)
  // Children come after their parents.
  for (let node = end - 1; node >= root; node--) {
    const child = (left[node] ?? 0) - root
    leaves[node - root] = (column[node] ?? -1) < 0 ? 1 : (leaves[child] ?? 0) + (leaves[child + 1] ?? 0)
  }
  const pages: number[] = []
  const open = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const child = left[node] ?? 0
    if ((leaves[node - root] ?? 0) <= PAGE_LEAVES) pages.push(node)
    else open.push(child + 1, child)
  }
  return Int32Array.from(pages)
}

/** The values of the leaves below a node, from left to right. */
export function leafValues(trees: Ensemble, root: number): readonly number[] {
  const values: number[] = []
  const open = [root]
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const child = trees.left[node] ?? 0
    if ((trees.column[node] ?? -1) < 0) values.push(trees.value[node] ?? 0)
    else open.push(child + 1, child)
  }
  return values
}
