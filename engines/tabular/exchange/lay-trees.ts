import { ModelFormatError } from '../errors.ts'
import type { Ensemble } from '../model/ensemble.ts'

/**
 * One tree of a foreign file, before anything about its shape is believed. All arrays have one item a node; the root is
 * node 0. Every split is in the sense of `Ensemble`: `value <= threshold`, or the level in `levels`, goes left.
 */
export interface TreeDraft {
  /** Column of the split, or −1 for a leaf. */
  readonly column: ArrayLike<number>
  readonly threshold: ArrayLike<number>
  readonly left: ArrayLike<number>
  readonly right: ArrayLike<number>
  readonly missingLeft: ArrayLike<number>
  /** Of a split by a set: the levels that go left. */
  readonly levels: ReadonlyMap<number, readonly number[]>
  readonly value: ArrayLike<number>
  /** Weight of the training rows that came by; 0 everywhere where the file does not say. */
  readonly cover: ArrayLike<number>
  /** How many nodes may stand in the file without belonging to the tree (pruned ones). */
  readonly lost?: number
}

/** A draft whose nodes are still to be filled in. */
export interface OpenDraft extends TreeDraft {
  readonly column: Int32Array
  readonly threshold: Float64Array
  readonly left: Float64Array
  readonly right: Float64Array
  readonly missingLeft: Uint8Array
  readonly levels: Map<number, readonly number[]>
  readonly value: Float64Array
  readonly cover: Float64Array
}

/** So many nodes, all leaves that add nothing. */
export function openDraft(size: number): OpenDraft {
  const reals = () => new Float64Array(size)
  return {
    column: new Int32Array(size).fill(-1),
    threshold: reals(),
    left: reals(),
    right: reals(),
    missingLeft: new Uint8Array(size),
    levels: new Map(),
    value: reals(),
    cover: reals(),
  }
}

/** Levels are small whole numbers: a set takes one bit a level up to its largest, at every split. */
export const MOST_LEVEL = 2 ** 24 - 1
/** Together the sets of a model may take so many words (64 MiB): a short file must not fill the memory. */
const MOST_SET_WORDS = 2 ** 24
const MOST_NODES = 2 ** 28

/**
 * Lays trees out as the engine walks them: nodes of a tree together, level by level, both children side by side after
 * their parent.
 *
 * @throws ModelFormatError when a child is outside its tree or has two parents (so no walk can go in circles), a node is out
 * of reach, a column is beyond the features, or a number is not finite.
 */
export function layTrees(drafts: readonly TreeDraft[], columns: number): Ensemble {
  const size = drafts.reduce((sum, { column, lost = 0 }) => sum + column.length - lost, 0)
  if (size > MOST_NODES) throw new ModelFormatError(`the model has more than ${MOST_NODES} nodes`)
  const laid: LaidNodes = {
    roots: new Int32Array(drafts.length),
    column: new Int32Array(size).fill(-1),
    threshold: new Float64Array(size),
    left: new Int32Array(size),
    missingLeft: new Uint8Array(size),
    set: new Int32Array(size).fill(-1),
    value: new Float64Array(size),
    cover: new Float64Array(size),
    sets: [],
    words: 0,
  }
  let start = 0
  for (const [index, draft] of drafts.entries()) {
    const order = walkOrder(draft, { index, columns })
    laid.roots[index] = start
    placeTree(laid, draft, { index, order, start })
    start += order.length
  }
  const { sets, words, ...nodes } = laid
  const setWords = new Uint32Array(words)
  let at = 0
  for (const set of sets) {
    setWords.set(set, at)
    at += set.length
  }
  return { ...nodes, setWords }
}

interface LaidNodes extends Omit<Ensemble, 'setWords'> {
  readonly sets: Uint32Array[]
  /** Words of all sets so far. */
  words: number
}

function placeTree(
  laid: LaidNodes,
  draft: TreeDraft,
  {
    index,
    order,
    start,
  }: { readonly index: number; readonly order: readonly number[]; readonly start: number },
): void {
  // The walk came to the children of the splits in the order of the splits.
  let next = start + 1
  for (const [at, node] of order.entries()) {
    const place = start + at
    const cover = finite(draft.cover[node], { index, node, what: 'cover' })
    if (cover < 0) throw new ModelFormatError(`tree ${index} node ${node} has a cover below 0`)
    laid.cover[place] = cover
    if ((draft.column[node] ?? -1) < 0) {
      laid.value[place] = finite(draft.value[node], { index, node, what: 'leaf value' })
      continue
    }
    laid.column[place] = draft.column[node] ?? -1
    laid.left[place] = next
    laid.missingLeft[place] = draft.missingLeft[node] === 1 ? 1 : 0
    next += 2
    const levels = draft.levels.get(node)
    if (levels === undefined) {
      laid.threshold[place] = finite(draft.threshold[node], { index, node, what: 'threshold' })
      continue
    }
    const most = greatestLevel(levels, { index, node })
    laid.set[place] = laid.words
    laid.words += wordsFor(most) + 1
    if (laid.words > MOST_SET_WORDS)
      throw new ModelFormatError('the sets of levels of the trees are too large together')
    laid.sets.push(packLevels(levels, wordsFor(most)))
  }
}

/** The tree's nodes level by level, children of one parent next to each other. */
function walkOrder(draft: TreeDraft, tree: { readonly index: number; readonly columns: number }): number[] {
  const size = draft.column.length
  if (size === 0) throw new ModelFormatError(`tree ${tree.index} has no node`)
  const seen = new Uint8Array(size)
  const order = [0]
  seen[0] = 1
  for (let at = 0; at < order.length; at++) {
    const node = order[at] ?? 0
    const column = draft.column[node] ?? -1
    if (column < 0) continue
    if (column >= tree.columns)
      throw new ModelFormatError(`tree ${tree.index} node ${node} asks for a feature that is not there`)
    for (const child of [draft.left[node] ?? -1, draft.right[node] ?? -1]) {
      if (!Number.isInteger(child) || child < 0 || child >= size)
        throw new ModelFormatError(`tree ${tree.index} node ${node} has a child outside the tree`)
      if (seen[child] === 1)
        throw new ModelFormatError(`tree ${tree.index} node ${child} has more than one parent`)
      seen[child] = 1
      order.push(child)
    }
  }
  if (order.length !== size - (draft.lost ?? 0))
    throw new ModelFormatError(`tree ${tree.index} has nodes that cannot be reached`)
  return order
}

/** The greatest level of a set; −1 of an empty one. */
function greatestLevel(
  levels: readonly number[],
  at: { readonly index: number; readonly node: number },
): number {
  let most = -1
  for (const level of levels) {
    if (!Number.isInteger(level) || level < 0 || level > MOST_LEVEL)
      throw new ModelFormatError(
        `tree ${at.index} node ${at.node} has a level that is not a whole number from 0`,
      )
    most = Math.max(most, level)
  }
  return most
}

const wordsFor = (level: number): number => (level + 32) >>> 5

/** A count of words and the words, as `Ensemble.setWords` holds them. */
function packLevels(levels: readonly number[], words: number): Uint32Array {
  const set = new Uint32Array(words + 1)
  set[0] = words
  for (const level of levels) set[1 + (level >>> 5)] = (set[1 + (level >>> 5)] ?? 0) | (1 << (level & 31))
  return set
}

function finite(
  value: number | undefined,
  at: { readonly index: number; readonly node: number; readonly what: string },
): number {
  if (value === undefined || !Number.isFinite(value))
    throw new ModelFormatError(
      `tree ${at.index} node ${at.node} has a ${at.what} that is not a finite number`,
    )
  return value
}
