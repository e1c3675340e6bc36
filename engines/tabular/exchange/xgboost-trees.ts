import { readWhole, wrong } from '../model/json-reading.ts'
import { readFields, readNumberText } from './fields.ts'
import { doubleForLess } from './float32.ts'
import { type OpenDraft, openDraft, type TreeDraft } from './lay-trees.ts'

const LISTS = [
  'left_children',
  'right_children',
  'split_indices',
  'split_conditions',
  'default_left',
  'sum_hessian',
]
const CATEGORY_LISTS = [
  'split_type',
  'categories',
  'categories_nodes',
  'categories_segments',
  'categories_sizes',
]

/**
 * One tree of XGBoost in the engine's sense.
 *
 * A number goes left there when it is less than the condition, both in single precision: the threshold becomes the greatest
 * double that rounds to a smaller single. A category goes *right* when it is listed, and left when it is not, however large;
 * the engine has listed levels left and all others right, so the children change sides. In leaves the condition is the
 * leaf's value. Nodes that were pruned stay in the file, out of reach, and are counted in `num_deleted`.
 */
export function readXgboostTree(
  value: unknown,
  { where, columns }: { readonly where: string; readonly columns: number },
): TreeDraft {
  const tree = readFields(value, where, {
    needed: [...LISTS, 'tree_param'],
    allowed: [...CATEGORY_LISTS, 'id', 'parents', 'base_weights', 'loss_changes', 'leaf_child_counts'],
  })
  const { size, lost } = readSize(tree.tree_param, { where, columns })
  const list = (field: string): Float64Array => readNumbers(tree[field], `${where}.${field}`, size)
  const draft = openDraft(size)
  for (const [node, levels] of readCategories(tree, where, size)) draft.levels.set(node, levels)
  // Decimals in JSON stand for singles.
  draft.cover.set(list('sum_hessian').map(Math.fround))
  const nodes = {
    left: list('left_children'),
    right: list('right_children'),
    columns: list('split_indices'),
    conditions: list('split_conditions').map(Math.fround),
    defaultLeft: list('default_left'),
  }
  for (let node = 0; node < size; node++) placeNode(draft, nodes, { node, where, columns })
  return { ...draft, lost }
}

interface NodeLists {
  readonly left: Float64Array
  readonly right: Float64Array
  readonly columns: Float64Array
  readonly conditions: Float64Array
  readonly defaultLeft: Float64Array
}

function placeNode(
  draft: OpenDraft,
  nodes: NodeLists,
  { node, where, columns }: { readonly node: number; readonly where: string; readonly columns: number },
): void {
  const condition = nodes.conditions[node] ?? Number.NaN
  const left = nodes.left[node] ?? -1
  const right = nodes.right[node] ?? -1
  if (left === -1) {
    if (right !== -1) throw wrong(`${where} node ${node}`, 'has one child')
    if (draft.levels.has(node)) throw wrong(`${where} node ${node}`, 'is a leaf with categories')
    draft.value[node] = condition
    return
  }
  const bound = { least: 0, most: columns - 1 }
  draft.column[node] = readWhole(nodes.columns[node], `${where}.split_indices[${node}]`, bound)
  const missingLeft = readWhole(nodes.defaultLeft[node], `${where}.default_left[${node}]`, {
    least: 0,
    most: 1,
  })
  const isMirrored = draft.levels.has(node)
  draft.left[node] = isMirrored ? right : left
  draft.right[node] = isMirrored ? left : right
  draft.missingLeft[node] = isMirrored ? 1 - missingLeft : missingLeft
  if (!isMirrored) draft.threshold[node] = doubleForLess(condition)
}

function readSize(
  value: unknown,
  { where, columns }: { readonly where: string; readonly columns: number },
): { readonly size: number; readonly lost: number } {
  const param = readFields(value, `${where}.tree_param`, {
    needed: ['num_nodes', 'num_feature'],
    allowed: ['num_deleted', 'size_leaf_vector', 'num_roots'],
  })
  const read = (field: string, otherwise?: string): number =>
    readNumberText(param[field] ?? otherwise, `${where}.tree_param.${field}`)
  if (read('size_leaf_vector', '0') > 1)
    throw wrong(`${where}.tree_param.size_leaf_vector`, 'says that leaves have several values')
  if (read('num_feature') !== columns)
    throw wrong(`${where}.tree_param.num_feature`, 'is not the number of features of the model')
  const size = read('num_nodes')
  const lost = read('num_deleted', '0')
  if (!Number.isInteger(size) || size < 1 || !Number.isInteger(lost) || lost < 0 || lost >= size)
    throw wrong(`${where}.tree_param`, 'has an impossible number of nodes')
  return { size, lost }
}

/** The categories listed at each split by category. */
function readCategories(
  tree: Readonly<Record<string, unknown>>,
  where: string,
  size: number,
): ReadonlyMap<number, readonly number[]> {
  const levels = new Map<number, readonly number[]>()
  if (tree.split_type === undefined) return levels
  const types = readNumbers(tree.split_type, `${where}.split_type`, size)
  const list = (field: string): Float64Array => readNumbers(tree[field], `${where}.${field}`)
  const nodes = list('categories_nodes')
  const begins = list('categories_segments')
  const sizes = list('categories_sizes')
  const categories = list('categories')
  if (begins.length !== nodes.length || sizes.length !== nodes.length)
    throw wrong(`${where}.categories_nodes`, 'must be as many as their segments and sizes')
  let next = 0
  for (const [at, node] of nodes.entries()) {
    const count = sizes[at] ?? 0
    if (types[node] !== 1 || levels.has(node) || begins[at] !== next || next + count > categories.length)
      throw wrong(`${where}.categories_nodes[${at}]`, 'contradicts the lists of categories')
    levels.set(node, Array.from(categories.subarray(next, next + count)))
    next += count
  }
  if (next !== categories.length) throw wrong(`${where}.categories`, 'are more than the splits use')
  for (const [node, type] of types.entries())
    if ((type !== 0 && type !== 1) || (type === 1 && !levels.has(node)))
      throw wrong(`${where}.split_type[${node}]`, 'is unknown or without its categories')
  return levels
}

function readNumbers(value: unknown, where: string, length?: number): Float64Array {
  if (!Array.isArray(value)) throw wrong(where, 'must be a list')
  if (length !== undefined && value.length !== length) throw wrong(where, `must have ${length} items`)
  return Float64Array.from(value, (number: unknown, at) => {
    if (typeof number === 'boolean') return number ? 1 : 0
    if (typeof number !== 'number') throw wrong(`${where}[${at}]`, 'must be a number')
    return number
  })
}
