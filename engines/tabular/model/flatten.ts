import type { Boosted } from '../training/boosting.ts'
import type { Ensemble } from './ensemble.ts'

/** Turns binned trees into the model's flat form: bins become thresholds or levels, steps what a leaf adds to the margin. */
export function flattenTrees(boosted: Pick<Boosted, 'trees' | 'cuts'>, learningRate: number): Ensemble {
  const size = boosted.trees.reduce((sum, tree) => sum + tree.length, 0)
  const trees = {
    roots: new Int32Array(boosted.trees.length),
    column: new Int32Array(size).fill(-1),
    threshold: new Float64Array(size),
    left: new Int32Array(size),
    missingLeft: new Uint8Array(size),
    set: new Int32Array(size).fill(-1),
    value: new Float64Array(size),
    cover: new Float64Array(size),
  }
  const setWords: number[] = []
  let root = 0
  boosted.trees.forEach((tree, index) => {
    trees.roots[index] = root
    tree.forEach(({ split, left, step, cover }, at) => {
      const node = root + at
      trees.cover[node] = cover
      if (split === undefined) {
        trees.value[node] = learningRate * step
        return
      }
      trees.column[node] = split.column
      trees.left[node] = root + left
      trees.missingLeft[node] = split.missingLeft ? 1 : 0
      if (split.kind === 'set') {
        trees.set[node] = setWords.length
        setWords.push(...wordsOf(split.bins))
      } else {
        // A cut after the last bin keeps every present value left of the missing ones.
        trees.threshold[node] = boosted.cuts[split.column]?.[split.bin - 1] ?? Number.MAX_VALUE
      }
    })
    root += tree.length
  })
  return { ...trees, setWords: Uint32Array.from(setWords) }
}

/** A set as the model lists it: the number of its words, then the words. A bin is one more than its level. */
function wordsOf(bins: Uint8Array): number[] {
  const words: number[] = []
  for (let bin = 1; bin < bins.length; bin++) {
    if (bins[bin] !== 1) continue
    const word = (bin - 1) >>> 5
    while (words.length <= word) words.push(0)
    words[word] = ((words[word] ?? 0) | (1 << ((bin - 1) & 31))) >>> 0
  }
  return [words.length, ...words]
}

/** The trees of two ensembles over the same columns, one after the other. */
export function joinEnsembles(before: Ensemble, after: Ensemble): Ensemble {
  const nodes = before.column.length
  const words = before.setWords.length
  return {
    roots: Int32Array.from([...before.roots, ...after.roots.map((root) => root + nodes)]),
    column: Int32Array.from([...before.column, ...after.column]),
    threshold: Float64Array.from([...before.threshold, ...after.threshold]),
    left: Int32Array.from([
      ...before.left,
      ...after.left.map((left, node) => ((after.column[node] ?? -1) < 0 ? left : left + nodes)),
    ]),
    missingLeft: Uint8Array.from([...before.missingLeft, ...after.missingLeft]),
    set: Int32Array.from([...before.set, ...after.set.map((set) => (set < 0 ? set : set + words))]),
    setWords: Uint32Array.from([...before.setWords, ...after.setWords]),
    value: Float64Array.from([...before.value, ...after.value]),
    cover: Float64Array.from([...before.cover, ...after.cover]),
  }
}
