/**
 * All trees' nodes in one run of flat arrays. A row starts at each tree's root; at a split it goes to `left` or to
 * `left + 1`, and the leaf that it ends in adds its `value` to the margin. A tree's nodes stand together, the root first
 * and every child after its parent.
 */
export interface Ensemble {
  /** First node of each tree. */
  readonly roots: Int32Array
  /** Column of the split, or −1 for a leaf. */
  readonly column: Int32Array
  /**
   * Of a cut: left when the column's value is at most this (doubles). NaN is missing and goes as `missingLeft` says. Zero at
   * leaves and at splits by a set.
   */
  readonly threshold: Float64Array
  readonly left: Int32Array
  readonly missingLeft: Uint8Array
  /** −1 for a cut or a leaf; else the position in `setWords` where the levels that go left are listed. */
  readonly set: Int32Array
  /**
   * Sets of levels, one after the other: a count of words, then so many words of 32 bits, of which bit `level % 32` of word
   * `level / 32` is 1 where the level (a whole number from 0) goes left. Levels beyond the words go right, NaN as `missingLeft`.
   */
  readonly setWords: Uint32Array
  /** What a leaf adds to the margin, in margin units (log odds for a logistic model); 0 at splits. */
  readonly value: Float64Array
  /** Sum of second derivatives of the training rows that came by: the weights of the path-dependent expectation. */
  readonly cover: Float64Array
}

/** Whether a value goes left at a split. The one definition that everything else is tested against. */
export function goesLeftAt(trees: Ensemble, node: number, value: number): boolean {
  if (Number.isNaN(value)) return trees.missingLeft[node] === 1
  const set = trees.set[node] ?? -1
  if (set < 0) return value <= (trees.threshold[node] ?? 0)
  const words = trees.setWords[set] ?? 0
  const word = value >>> 5
  return (
    value >= 0 && value < 32 * words && (((trees.setWords[set + 1 + word] ?? 0) >>> (value & 31)) & 1) === 1
  )
}

/** The leaf of one tree that a row (values by column) ends in. */
export function leafAt(trees: Ensemble, tree: number, row: ArrayLike<number>): number {
  let node = trees.roots[tree] ?? 0
  for (let column = trees.column[node] ?? -1; column >= 0; column = trees.column[node] ?? -1)
    node = (trees.left[node] ?? 0) + (goesLeftAt(trees, node, row[column] ?? Number.NaN) ? 0 : 1)
  return node
}
