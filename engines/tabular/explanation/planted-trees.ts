import type { Ensemble } from '../model/ensemble.ts'
import { type Random, seededRandom } from '../training/random.ts'

interface PlantedTrees {
  readonly trees: Ensemble
  readonly featureOf: Int32Array
  readonly features: number
}

/** Levels of set columns are below this; some sets leave the last word out. */
const LEVELS = 40

/** Trees drawn at random, with features of several columns, splits by sets and features that come back on a path. */
export function plantTrees(given: {
  readonly seed: number
  readonly trees: number
  readonly depth: number
  readonly columns: number
  /** Chance that a node above the depth is a leaf. */
  readonly leafShare?: number
}): PlantedTrees {
  const random = seededRandom(given.seed)
  // Every fifth column belongs to the feature before it; every seventh holds levels.
  const featureOf = new Int32Array(given.columns)
  for (let column = 1; column < given.columns; column++)
    featureOf[column] = (featureOf[column - 1] ?? 0) + (column % 5 === 4 ? 0 : 1)
  const nodes = emptyNodes()
  for (let tree = 0; tree < given.trees; tree++) {
    nodes.roots.push(nodes.column.length)
    grow(nodes, random, given)
  }
  const trees = {
    roots: Int32Array.from(nodes.roots),
    column: Int32Array.from(nodes.column),
    threshold: Float64Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    missingLeft: Uint8Array.from(nodes.missingLeft),
    set: Int32Array.from(nodes.set),
    setWords: Uint32Array.from(nodes.setWords),
    value: Float64Array.from(nodes.value),
    cover: Float64Array.from(nodes.cover),
  }
  return { trees, featureOf, features: (featureOf.at(-1) ?? -1) + 1 }
}

export const holdsLevels = (column: number) => column % 7 === 6

/** Rows for such trees, one after the other: levels where a column holds them, a tenth of the cells missing. */
export function plantRows(count: number, columns: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  return Float64Array.from({ length: count * columns }, (_, cell) => {
    if (random.uniform() < 0.1) return Number.NaN
    return holdsLevels(cell % columns) ? random.below(LEVELS) : random.uniform()
  })
}

type Nodes = Record<keyof Ensemble, number[]>

const emptyNodes = (): Nodes => ({
  roots: [],
  column: [],
  threshold: [],
  left: [],
  missingLeft: [],
  set: [],
  setWords: [],
  value: [],
  cover: [],
})

function addLeaf(nodes: Nodes, random: Random, cover: number): void {
  nodes.column.push(-1)
  nodes.threshold.push(0)
  nodes.left.push(0)
  nodes.missingLeft.push(0)
  nodes.set.push(-1)
  nodes.value.push(2 * random.uniform() - 1)
  nodes.cover.push(cover)
}

/** Breadth first, a leaf turned into a split where it is to grow. */
function grow(nodes: Nodes, random: Random, given: Parameters<typeof plantTrees>[0]): void {
  const depths = [0]
  const root = nodes.column.length
  addLeaf(nodes, random, 1_000)
  for (let node = root; node < nodes.column.length; node++) {
    const depth = depths[node - root] ?? 0
    if (depth >= given.depth || nodes.cover[node] === 0) continue
    if (depth > 0 && random.uniform() < (given.leafShare ?? 0.15)) continue
    const column = random.below(given.columns)
    nodes.column[node] = column
    nodes.value[node] = 0
    nodes.left[node] = nodes.column.length
    nodes.missingLeft[node] = random.below(2)
    if (holdsLevels(column)) {
      nodes.set[node] = nodes.setWords.length
      const words = 1 + random.below(2)
      nodes.setWords.push(words, ...Array.from({ length: words }, () => random.next()))
    } else nodes.threshold[node] = random.uniform()
    // Some ways were taken by no training row.
    const share = random.uniform() < 0.03 ? 1 : 0.05 + 0.9 * random.uniform()
    const cover = nodes.cover[node] ?? 0
    for (const own of [share * cover, cover - share * cover]) {
      addLeaf(nodes, random, own)
      depths.push(depth + 1)
    }
  }
}
