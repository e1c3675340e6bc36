import { ModelFormatError } from '../errors.ts'
import { doubleBelow, doubleForAtMost, doubleForLess } from './float32.ts'
import { MOST_LEVEL, type OpenDraft, openDraft, type TreeDraft } from './lay-trees.ts'
import type { Attribute } from './onnx-graph.ts'

/** Lists of the attributes of a tree ensemble, one item a node. */
interface NodeLists {
  readonly trees: readonly number[]
  readonly ids: readonly number[]
  readonly columns: readonly number[]
  readonly modes: readonly string[]
  readonly values: readonly number[]
  readonly whenTrue: readonly number[]
  readonly whenFalse: readonly number[]
  /** 1 where a missing value takes the true branch; empty for nowhere. */
  readonly missingTrue: readonly number[]
  readonly hitRates: readonly number[]
}

/** Values of leaves by tree and node. */
type Weights = ReadonlyMap<string, number>

/**
 * The trees of a TreeEnsembleRegressor or -Classifier in the engine's sense.
 *
 * All six modes are read. Where the input is of singles, thresholds become the doubles that send every number the way of
 * its nearest single. A test for equality is a split by a set of one level; a chain of them on one feature whose true
 * branches are the same node, as converters write sets of categories, is one split by a set. Hit rates are the cover where
 * they are counts, that is where children add up to their parent; else there is none, and cover is 0.
 */
export function readOnnxTrees(
  attributes: ReadonlyMap<string, Attribute>,
  { weights, input }: { readonly weights: Weights; readonly input: 'single' | 'double' },
): readonly TreeDraft[] {
  const lists = readLists(attributes)
  const drafts: TreeDraft[] = []
  let used = 0
  const seen = new Set<number>()
  for (let start = 0; start < lists.ids.length; ) {
    const tree = lists.trees[start] ?? 0
    let end = start
    while (end < lists.ids.length && lists.trees[end] === tree) end++
    if (seen.has(tree))
      throw new ModelFormatError('the ONNX model has a tree whose nodes do not stand together')
    seen.add(tree)
    const { draft, leaves } = readTree(lists, { start, end, weights, input, tree })
    drafts.push(draft)
    used += leaves
    start = end
  }
  if (used !== weights.size)
    throw new ModelFormatError('the ONNX model gives values to nodes that are no leaves')
  return drafts
}

function readLists(attributes: ReadonlyMap<string, Attribute>): NodeLists {
  const ids = attributes.get('nodes_nodeids')?.wholes ?? []
  const sized = <T>(name: string, list: readonly T[] | undefined): readonly T[] => {
    if (list?.length !== ids.length)
      throw new ModelFormatError(`the ONNX model has ${name} for another number of nodes`)
    return list
  }
  const wholes = (name: string): readonly number[] => sized(name, attributes.get(name)?.wholes)
  const optional = <T>(name: string, list: readonly T[] | undefined): readonly T[] =>
    list === undefined || list.length === 0 ? [] : sized(name, list)
  return {
    ids,
    trees: wholes('nodes_treeids'),
    columns: wholes('nodes_featureids'),
    modes: sized('nodes_modes', attributes.get('nodes_modes')?.texts),
    values: sized('nodes_values', realsOf(attributes, 'nodes_values')),
    whenTrue: wholes('nodes_truenodeids'),
    whenFalse: wholes('nodes_falsenodeids'),
    missingTrue: optional(
      'nodes_missing_value_tracks_true',
      attributes.get('nodes_missing_value_tracks_true')?.wholes,
    ),
    hitRates: optional('nodes_hitrates', realsOf(attributes, 'nodes_hitrates')),
  }
}

/** A list of reals, in single precision under its name or in double as a tensor. */
export function realsOf(
  attributes: ReadonlyMap<string, Attribute>,
  name: string,
): readonly number[] | undefined {
  const singles = attributes.get(name)?.reals
  const doubles = attributes.get(`${name}_as_tensor`)?.reals
  if (singles !== undefined && doubles !== undefined)
    throw new ModelFormatError(`the ONNX model has ${name} twice, in single and in double precision`)
  return doubles ?? singles
}

interface TreeRange {
  readonly start: number
  readonly end: number
  readonly tree: number
  readonly weights: Weights
  readonly input: 'single' | 'double'
}

function readTree(
  lists: NodeLists,
  range: TreeRange,
): { readonly draft: TreeDraft; readonly leaves: number } {
  const { start, end, tree, weights } = range
  const size = end - start
  const places = new Map<number, number>()
  for (let node = 0; node < size; node++) places.set(lists.ids[start + node] ?? -1, node)
  if (places.size !== size) throw new ModelFormatError(`the ONNX model repeats a node of tree ${tree}`)
  const draft = openDraft(size)
  let leaves = 0
  for (let node = 0; node < size; node++) {
    const at = start + node
    draft.cover[node] = lists.hitRates[at] ?? 0
    if (lists.modes[at] === 'LEAF') {
      const weight = weights.get(`${tree} ${lists.ids[at]}`)
      draft.value[node] = weight ?? 0
      leaves += weight === undefined ? 0 : 1
    } else placeSplit(draft, lists, { node, range, places })
  }
  const joined = joinChains(draft)
  if (!coverIsCounts(draft, joined)) draft.cover.fill(0)
  return { draft: { ...draft, lost: joined.size }, leaves }
}

function placeSplit(
  draft: OpenDraft,
  lists: NodeLists,
  {
    node,
    range,
    places,
  }: { readonly node: number; readonly range: TreeRange; readonly places: ReadonlyMap<number, number> },
): void {
  const at = range.start + node
  const column = lists.columns[at] ?? -1
  if (column < 0 || column >= 2 ** 31)
    throw new ModelFormatError(`the ONNX model asks for a feature below 0 in tree ${range.tree}`)
  // A node that is not there ends outside the tree, where the layout refuses it.
  const child = (id: number | undefined): number => places.get(id ?? -1) ?? -1
  const split = splitOf(lists.modes[at] ?? '', lists.values[at] ?? Number.NaN, range.input)
  // NaN equals nothing, so a test for inequality holds of it whatever the node says.
  const missingTrue = lists.missingTrue[at] === 1 || split.holdsOfNaN === true
  draft.column[node] = column
  draft.left[node] = child(split.trueIsLeft ? lists.whenTrue[at] : lists.whenFalse[at])
  draft.right[node] = child(split.trueIsLeft ? lists.whenFalse[at] : lists.whenTrue[at])
  draft.missingLeft[node] = missingTrue === split.trueIsLeft ? 1 : 0
  draft.threshold[node] = split.threshold
  if (split.level !== undefined) draft.levels.set(node, [split.level])
}

interface OnnxSplit {
  readonly trueIsLeft: boolean
  readonly threshold: number
  readonly level?: number
  readonly holdsOfNaN?: boolean
}

function splitOf(mode: string, value: number, input: 'single' | 'double'): OnnxSplit {
  if (!Number.isFinite(value)) throw new ModelFormatError('the ONNX model has a threshold that is not finite')
  const atMost = input === 'single' ? doubleForAtMost(value) : value
  const less = input === 'single' ? doubleForLess(value) : doubleBelow(value)
  switch (mode) {
    case 'BRANCH_LEQ':
      return { trueIsLeft: true, threshold: atMost }
    case 'BRANCH_LT':
      return { trueIsLeft: true, threshold: less }
    case 'BRANCH_GTE':
      return { trueIsLeft: false, threshold: less }
    case 'BRANCH_GT':
      return { trueIsLeft: false, threshold: atMost }
    case 'BRANCH_EQ':
      return { trueIsLeft: true, threshold: 0, level: levelOf(value) }
    case 'BRANCH_NEQ':
      return { trueIsLeft: false, threshold: 0, level: levelOf(value), holdsOfNaN: true }
    default:
      throw new ModelFormatError('the ONNX model has a node of an unknown mode')
  }
}

function levelOf(value: number): number {
  if (!Number.isInteger(value) || value < 0 || value > MOST_LEVEL)
    throw new ModelFormatError(
      'the ONNX model tests for equality with what is no level (a whole number from 0)',
    )
  return value
}

/**
 * Joins each chain of tests for equality on one column that share their left child into one split by a set, and says which
 * nodes that leaves over.
 */
function joinChains(draft: OpenDraft): ReadonlySet<number> {
  const joined = new Set<number>()
  const parents = new Map<number, number>()
  for (const child of draft.right) parents.set(child, (parents.get(child) ?? 0) + 1)
  for (const first of [...draft.levels.keys()]) {
    if (joined.has(first)) continue
    const levels = [...(draft.levels.get(first) ?? [])]
    for (
      let next = draft.right[first] ?? -1;
      next !== first &&
      !joined.has(next) &&
      parents.get(next) === 1 &&
      draft.levels.has(next) &&
      draft.column[next] === draft.column[first] &&
      draft.left[next] === draft.left[first];
      next = draft.right[first] ?? -1
    ) {
      levels.push(...(draft.levels.get(next) ?? []))
      if (draft.missingLeft[next] === 1) draft.missingLeft[first] = 1
      draft.right[first] = draft.right[next] ?? -1
      joined.add(next)
    }
    draft.levels.set(first, levels)
  }
  return joined
}

/** Whether the hit rates count: every split was passed as often as its children together, but for rounding to single. */
function coverIsCounts({ column, left, right, cover }: TreeDraft, joined: ReadonlySet<number>): boolean {
  for (let node = 0; node < column.length; node++) {
    if (joined.has(node)) continue
    const own = cover[node] ?? 0
    if (!(own > 0 && Number.isFinite(own))) return false
    if ((column[node] ?? -1) < 0) continue
    const below = (cover[left[node] ?? -1] ?? 0) + (cover[right[node] ?? -1] ?? 0)
    if (Math.abs(below - own) > 1e-5 * own) return false
  }
  return true
}
