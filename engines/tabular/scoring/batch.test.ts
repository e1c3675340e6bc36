import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { plantTrees } from '../explanation/planted-trees.ts'
import { type Ensemble, leafAt } from '../model/ensemble.ts'
import { seededRandom } from '../training/random.ts'
import { batchesOf } from './batch.ts'
import { layOut } from './layout.ts'
import { MOST_PAGES, PAGE_LEAVES } from './pages.ts'
import { WINDOW_CUTS } from './ranks.ts'
import { compileWalk } from './walk.ts'

/** Rows for which code is made. */
const MANY = 100_000
const MOST_CUTS = 32 * WINDOW_CUTS

/** The definition: the leaves' values added up in the order of the trees. */
const sumOfLeaves = (trees: Ensemble, baseMargin: number, row: ArrayLike<number>): number =>
  trees.roots.reduce((sum, _, tree) => sum + (trees.value[leafAt(trees, tree, row)] ?? 0), baseMargin)

/** What a cell may be asked: each threshold and its neighbours, levels and what is no level, missing and infinite. */
function awkwardCells(trees: Ensemble, count: number, seed: number): Float64Array {
  const random = seededRandom(seed)
  const odd = [
    Number.NaN,
    0,
    -0,
    0.5,
    1e-300,
    -1,
    31,
    32,
    63,
    64,
    253,
    254,
    255,
    256,
    2 ** 32 + 3,
    -0.5,
    1e300,
  ]
  odd.push(Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY)
  return Float64Array.from({ length: count }, () => {
    const threshold = trees.threshold[random.below(Math.max(1, trees.threshold.length))] ?? 0
    const near = [
      threshold,
      threshold * (1 + Number.EPSILON),
      threshold * (1 - Number.EPSILON),
      random.uniform(),
    ]
    return (random.below(3) === 0 ? odd[random.below(odd.length)] : near[random.below(near.length)]) ?? 0
  })
}

function compare(given: {
  trees: Ensemble
  width: number
  rows: number
  seed: number
  baseMargin: number
}): void {
  const { trees, width, baseMargin } = given
  const cells = awkwardCells(trees, given.rows * width, given.seed)
  const batch = batchesOf({ trees, baseMargin, width })(MANY)
  const walk = compileWalk({ trees, baseMargin })
  const margins = new Float64Array(given.rows)
  for (let from = 0; from < given.rows; from += batch.rows) {
    const count = Math.min(batch.rows, given.rows - from)
    batch.cells.set(cells.subarray(from * width, (from + count) * width))
    batch.score(count, margins, from)
  }
  for (let row = 0; row < given.rows; row++) {
    const values = cells.subarray(row * width, (row + 1) * width)
    const expected = sumOfLeaves(trees, baseMargin, values)
    assert.equal(margins[row], expected)
    assert.equal(walk(values), expected)
  }
}

const shape = fc.record({
  seed: fc.nat(),
  trees: fc.integer({ min: 0, max: 70 }),
  depth: fc.integer({ min: 0, max: 8 }),
  columns: fc.integer({ min: 1, max: 12 }),
  leafShare: fc.constantFrom(0, 0.15, 0.4),
})

test('code made for a model and the walk give what the leaves add up to, to the bit', () => {
  const drawn = fc.record({
    shape,
    rows: fc.constantFrom(0, 1, 15, 16, 17, 255, 256, 257),
    baseMargin: fc.double({ noNaN: true, noDefaultInfinity: true }),
  })
  fc.assert(
    fc.property(drawn, ({ shape: { seed, ...given }, rows, baseMargin }) => {
      const depth = given.trees > 10 ? Math.min(given.depth, 5) : given.depth
      const planted = plantTrees({ ...given, seed, depth }).trees
      // Thresholds that trees share, as those of one training are.
      const trees = { ...planted, threshold: planted.threshold.map((one) => Math.round(200 * one) / 200) }
      assert.ok(layOut(trees, given.columns) !== undefined)
      compare({ trees, width: given.columns, rows, seed, baseMargin })
    }),
    { numRuns: 60 },
  )
})

test('trees of many pages and columns of many windows of thresholds run as code', () => {
  for (const given of [
    { trees: 3, depth: 10, columns: 6, leafShare: 0 },
    { trees: 2, depth: 14, columns: 3, leafShare: 0.15 },
    { trees: 120, depth: 3, columns: 1, leafShare: 0 },
    // More buffers than there is room for at once, of which some trees need two.
    { trees: 70, depth: 9, columns: 40, leafShare: 0.05 },
  ]) {
    const { trees } = plantTrees({ ...given, seed: 3 })
    const layout = layOut(trees, given.columns)
    assert.ok(
      layout?.pages.some(({ length }) => length > 1) || layout?.columns.some(({ windows }) => windows > 1),
    )
    compare({ trees, width: given.columns, rows: 300, seed: 1, baseMargin: 0.25 })
  }
})

test('the first and the last leaf, page and threshold that bytes count, and one more of each', () => {
  const counts = [
    WINDOW_CUTS - 1,
    WINDOW_CUTS,
    WINDOW_CUTS + 1,
    2 * WINDOW_CUTS,
    PAGE_LEAVES + MOST_PAGES - 2,
  ]
  for (const missingLeft of [0, 1]) {
    for (const count of counts) {
      const trees = chain([...Array(count).keys()], missingLeft)
      assert.ok(layOut(trees, 1) !== undefined)
      compare({ trees, width: 1, rows: 700, seed: 1, baseMargin: 1 })
    }
  }
  const tooDeep = chain([...Array(PAGE_LEAVES + MOST_PAGES - 1).keys()])
  assert.equal(layOut(tooDeep, 1), undefined)
  compare({ trees: tooDeep, width: 1, rows: 300, seed: 1, baseMargin: 1 })
  const tooFine = stumps(MOST_CUTS + 1)
  assert.ok(layOut(stumps(MOST_CUTS), 1) !== undefined)
  assert.equal(layOut(tooFine, 1), undefined)
  compare({ trees: tooFine, width: 1, rows: 20, seed: 1, baseMargin: 1 })
})

test('levels beyond those that a byte holds: walked, with the same bits', () => {
  const words = Uint32Array.of(8, 0, 0, 0, 0, 0, 0, 0, 2 ** 31)
  const trees = { ...chain([0]), set: Int32Array.of(0, -1, -1), setWords: words }
  assert.equal(layOut(trees, 1), undefined)
  compare({ trees, width: 1, rows: 60, seed: 1, baseMargin: 0 })
})

test('levels up to the last that a byte holds are told apart', () => {
  const trees = { ...chain([0]), set: Int32Array.of(0, -1, -1) }
  const words = Uint32Array.of(8, 1, 0, 2 ** 31, 0, 0, 0, 0, 2 ** 29)
  const { score, cells } = batchesOf({ trees: { ...trees, setWords: words }, baseMargin: 0, width: 1 })(MANY)
  const margins = new Float64Array(256)
  cells.set(Float64Array.from(margins, (_, level) => level))
  score(256, margins, 0)
  const left = [...margins.keys()].filter((level) => margins[level] === trees.value[1])
  assert.deepEqual(left, [0, 95, 253])
})

/** One tree in which every cut leads right to the next: as deep as it has cuts. */
function chain(cuts: readonly number[], missingLeft = 0): Ensemble {
  const size = 2 * cuts.length + 1
  const isSplit = (node: number) => node % 2 === 0 && node < size - 1
  const nodes = Array.from({ length: size }, (_, node) => node)
  return {
    roots: Int32Array.of(0),
    column: Int32Array.from(nodes, (node) => (isSplit(node) ? 0 : -1)),
    threshold: Float64Array.from(nodes, (node) => (isSplit(node) ? (cuts[node / 2] ?? 0) : 0)),
    left: Int32Array.from(nodes, (node) => (isSplit(node) ? node + 1 : 0)),
    missingLeft: Uint8Array.from(nodes, (node) => (isSplit(node) ? missingLeft : 0)),
    set: new Int32Array(size).fill(-1),
    setWords: new Uint32Array(0),
    value: Float64Array.from(nodes, (node) => (isSplit(node) ? 0 : node + 0.1)),
    cover: new Float64Array(size),
  }
}

/** As many trees as thresholds, each of one cut. */
function stumps(count: number): Ensemble {
  const nodes = Array.from({ length: 3 * count }, (_, node) => node)
  return {
    ...chain([0]),
    roots: Int32Array.from({ length: count }, (_, tree) => 3 * tree),
    column: Int32Array.from(nodes, (node) => (node % 3 === 0 ? 0 : -1)),
    threshold: Float64Array.from(nodes, (node) => (node % 3 === 0 ? node / 3 : 0)),
    left: Int32Array.from(nodes, (node) => (node % 3 === 0 ? node + 1 : 0)),
    missingLeft: new Uint8Array(3 * count),
    set: new Int32Array(3 * count).fill(-1),
    value: Float64Array.from(nodes, (node) => (node % 3 === 0 ? 0 : 1 / (node + 1))),
    cover: new Float64Array(3 * count),
  }
}
