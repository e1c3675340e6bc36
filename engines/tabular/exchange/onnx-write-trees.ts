import { TabularInputError } from '../errors.ts'
import type { Ensemble } from '../model/ensemble.ts'
import { singleAtMost } from './float32.ts'
import { attribute, type Precision, realsAttribute } from './onnx-messages.ts'

/** Sets are written one node a level; past this many nodes a file is larger than any runtime takes. */
const MOST_NODES = 2 ** 22
/** onnxruntime 1.32 descends a chain by recursion: it takes 10,000 links, and falls over at 100,000. */
const MOST_LINKS = 10_000

interface Written {
  readonly trees: number[]
  readonly ids: number[]
  readonly columns: number[]
  readonly modes: string[]
  readonly values: number[]
  readonly whenTrue: number[]
  readonly whenFalse: number[]
  readonly missingTrue: number[]
  readonly hitRates: number[]
  readonly leafTrees: number[]
  readonly leafIds: number[]
  readonly leafValues: number[]
}

/** The attributes of a tree ensemble that say what its nodes are and what its leaves add. */
export function ensembleAttributes(
  model: { readonly baseMargin: number; readonly trees: Ensemble },
  { isClassifier, input }: { readonly isClassifier: boolean; readonly input: Precision },
): readonly Uint8Array[] {
  const written = writeNodes(model.trees, input)
  const prefix = isClassifier ? 'class' : 'target'
  const wholes = (name: string, list: readonly number[]): Uint8Array => attribute(name, { wholes: list })
  return [
    isClassifier ? wholes('classlabels_int64s', [0, 1]) : attribute('n_targets', { whole: 1 }),
    realsAttribute('base_values', [model.baseMargin], input),
    wholes('nodes_treeids', written.trees),
    wholes('nodes_nodeids', written.ids),
    wholes('nodes_featureids', written.columns),
    attribute('nodes_modes', { texts: written.modes }),
    realsAttribute('nodes_values', written.values, input),
    wholes('nodes_truenodeids', written.whenTrue),
    wholes('nodes_falsenodeids', written.whenFalse),
    wholes('nodes_missing_value_tracks_true', written.missingTrue),
    realsAttribute('nodes_hitrates', written.hitRates, input),
    wholes(`${prefix}_treeids`, written.leafTrees),
    wholes(`${prefix}_nodeids`, written.leafIds),
    // One output: its target, or the one score from which both classes' probabilities follow.
    wholes(`${prefix}_ids`, Array<number>(written.leafIds.length).fill(0)),
    realsAttribute(`${prefix}_weights`, written.leafValues, input),
  ]
}

function writeNodes(trees: Ensemble, input: Precision): Written {
  const written: Written = {
    trees: [],
    ids: [],
    columns: [],
    modes: [],
    values: [],
    whenTrue: [],
    whenFalse: [],
    missingTrue: [],
    hitRates: [],
    leafTrees: [],
    leafIds: [],
    leafValues: [],
  }
  for (let tree = 0; tree < trees.roots.length; tree++) writeTree(trees, { tree, input, written })
  return written
}

function writeTree(
  trees: Ensemble,
  { tree, input, written }: { readonly tree: number; readonly input: Precision; readonly written: Written },
): void {
  const root = trees.roots[tree] ?? 0
  const end = trees.roots[tree + 1] ?? trees.column.length
  // Nodes of the tree keep their places as numbers; links of chains are numbered after them.
  let extra = end - root
  for (let node = root; node < end; node++) {
    const push = (line: Omit<Line, 'tree' | 'column' | 'cover'>): void =>
      pushLine(written, { ...line, tree, column: trees.column[node] ?? 0, cover: trees.cover[node] ?? 0 })
    const id = node - root
    if ((trees.column[node] ?? -1) < 0) {
      push({ id, mode: 'LEAF', value: 0, yes: 0, no: 0, missing: 0 })
      written.leafTrees.push(tree)
      written.leafIds.push(id)
      written.leafValues.push(trees.value[node] ?? 0)
      continue
    }
    const yes = (trees.left[node] ?? 0) - root
    const missing = trees.missingLeft[node] ?? 0
    const threshold = trees.threshold[node] ?? 0
    const levels = (trees.set[node] ?? -1) < 0 ? undefined : levelsAt(trees, node)
    if (levels === undefined) {
      const value = input === 'single' ? singleAtMost(threshold) : threshold
      push({ id, mode: 'BRANCH_LEQ', value, yes, no: yes + 1, missing })
      continue
    }
    if (levels.length > MOST_LINKS) throw setsTooLarge()
    // Levels are never below 0: an empty set sends all that is present to the right.
    if (levels.length === 0) push({ id, mode: 'BRANCH_LT', value: 0, yes, no: yes + 1, missing })
    for (const [at, value] of levels.entries()) {
      // A missing value is asked for once, at the first link.
      const link = at === 0 ? { id, missing } : { id: extra++, missing: 0 }
      push({ ...link, mode: 'BRANCH_EQ', value, yes, no: at === levels.length - 1 ? yes + 1 : extra })
    }
  }
}

/** One node: where it goes when its test holds (`yes`), when not (`no`), and whether `yes` also when missing. */
interface Line {
  readonly tree: number
  readonly id: number
  readonly column: number
  readonly mode: string
  readonly value: number
  readonly yes: number
  readonly no: number
  readonly missing: number
  readonly cover: number
}

function pushLine(written: Written, line: Line): void {
  if (written.ids.length >= MOST_NODES) throw setsTooLarge()
  written.trees.push(line.tree)
  written.ids.push(line.id)
  written.columns.push(Math.max(0, line.column))
  written.modes.push(line.mode)
  written.values.push(line.value)
  written.whenTrue.push(line.yes)
  written.whenFalse.push(line.no)
  written.missingTrue.push(line.missing)
  written.hitRates.push(line.cover)
}

function setsTooLarge(): TabularInputError {
  return new TabularInputError(
    'model_not_exportable',
    'the sets of levels at the splits are too large for ONNX',
  )
}

/** The levels that go left at a split by a set. */
function levelsAt(trees: Ensemble, node: number): readonly number[] {
  const set = trees.set[node] ?? 0
  const words = trees.setWords[set] ?? 0
  const levels: number[] = []
  for (let word = 0; word < words; word++)
    for (let bit = 0; bit < 32; bit++)
      if ((((trees.setWords[set + 1 + word] ?? 0) >>> bit) & 1) === 1) levels.push(word * 32 + bit)
  return levels
}
