import type { Ensemble } from './ensemble.ts'
import { checkEnsemble } from './ensemble-check.ts'
import { wrong } from './json-reading.ts'
import type { ArrayReader, PackedArray } from './packed-arrays.ts'

/**
 * The trees as arrays of a file: `column`, `number` and `cover` have an item for every node, the rest one for every split, in
 * the order of the nodes. `number` is the threshold of a cut, 0 of a split by a set, and the value of a leaf.
 */
export function packTrees(trees: Ensemble): Readonly<Record<string, PackedArray>> {
  const splits = Int32Array.from(trees.column.keys()).filter((node) => (trees.column[node] ?? -1) >= 0)
  return {
    roots: trees.roots,
    column: trees.column,
    number: Float64Array.from(trees.column, (column, node) =>
      column < 0 ? (trees.value[node] ?? 0) : (trees.threshold[node] ?? 0),
    ),
    cover: trees.cover,
    left: Int32Array.from(splits, (node) => trees.left[node] ?? 0),
    missingLeft: Uint8Array.from(splits, (node) => trees.missingLeft[node] ?? 0),
    set: Int32Array.from(splits, (node) => trees.set[node] ?? -1),
    setWords: trees.setWords,
  }
}

/** Reads the trees of a model whose rows have so many columns, and checks that they can be walked. */
export function unpackTrees(arrays: ArrayReader, columns: number): Ensemble {
  const roots = arrays.wholes('roots')
  const column = arrays.wholes('column')
  const size = column.length
  const number = arrays.numbers('number', size)
  const cover = arrays.numbers('cover', size)
  const isSplit = Uint8Array.from(column, (one) => (one < 0 ? 0 : 1))
  const splits = isSplit.reduce((sum, one) => sum + one, 0)
  const spread = <T extends Int32Array | Uint8Array>(packed: T, into: T): T => {
    let next = 0
    for (let node = 0; node < size; node++) if (isSplit[node] === 1) into[node] = packed[next++] ?? 0
    return into
  }
  const trees: Ensemble = {
    roots,
    column,
    threshold: number.map((one, node) => (isSplit[node] === 1 ? one : 0)),
    left: spread(arrays.wholes('left', splits), new Int32Array(size)),
    missingLeft: spread(arrays.bytes('missingLeft', splits), new Uint8Array(size)),
    set: spread(arrays.wholes('set', splits), new Int32Array(size).fill(-1)),
    setWords: arrays.words('setWords'),
    value: number.map((one, node) => (isSplit[node] === 1 ? 0 : one)),
    cover,
  }
  const fault = checkEnsemble(trees, columns)
  if (fault !== undefined) throw wrong(`trees ${fault.where}`, fault.what)
  return trees
}
