import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TabularInputError } from '../errors.ts'
import { type Ensemble, leafAt } from '../model/ensemble.ts'
import { largestDifference, pathDependentGame, shapleyByDefinition } from './coalitions.ts'
import { compileExplainer } from './explainer.ts'
import { expectedMargin, pathsOf } from './paths.ts'
import { plantRows, plantTrees } from './planted-trees.ts'
import { compileTabled } from './tabled.ts'
import { compileWalked } from './walked.ts'

const planted = fc.record({
  seed: fc.nat(1e9),
  trees: fc.integer({ min: 1, max: 3 }),
  depth: fc.integer({ min: 0, max: 6 }),
  columns: fc.integer({ min: 1, max: 9 }),
})

type Trees = ReturnType<typeof plantTrees>

function walked({ trees, featureOf, features }: Trees, row: Float64Array): Float64Array {
  const sums = new Float64Array(features)
  const all = Array.from(trees.roots.keys())
  compileWalked(trees, pathsOf(trees, featureOf), all)({ cells: row, at: 0 }, { sums, at: 0 })
  return sums
}

function tabled({ trees, featureOf, features }: Trees, row: Float64Array, bits: number): Float64Array {
  const sums = new Float64Array(features)
  const { add, walked: rest } = compileTabled(trees, pathsOf(trees, featureOf), bits)
  assert.deepEqual(rest, [])
  add({ cells: row, at: 0 }, { sums, at: 0 })
  return sums
}

const marginOf = (trees: Ensemble, row: Float64Array) =>
  trees.roots.reduce((sum, _, tree) => sum + (trees.value[leafAt(trees, tree, row)] ?? 0), 0)

function assertNear(found: ArrayLike<number>, expected: ArrayLike<number>, most: number, what = ''): void {
  const off = largestDifference(found, expected)
  assert.ok(off <= most, `${what} off by ${off}`)
}

test('both ways give the Shapley values of their definition, over all coalitions', () => {
  fc.assert(
    fc.property(planted, (given) => {
      const model = plantTrees(given)
      const row = plantRows(1, given.columns, given.seed + 1)
      const game = pathDependentGame(model.trees, model.featureOf, row)
      const expected = shapleyByDefinition(game, model.features)
      assertNear(walked(model, row), expected, 1e-12, 'walked')
      for (const bits of [6, 7, 9]) assertNear(tabled(model, row, bits), expected, 1e-12, `${bits} bits`)
      assertNear([expectedMargin(model.trees, pathsOf(model.trees, model.featureOf))], [game(0)], 1e-12)
    }),
    { numRuns: 30 },
  )
})

test('with what is expected they add up to the margin, however deep the trees', () => {
  fc.assert(
    fc.property(fc.nat(1e9), fc.integer({ min: 2, max: 40 }), (seed, columns) => {
      const model = plantTrees({ seed, trees: 2, depth: 30, columns, leafShare: 0.45 })
      const { expected, explain } = compileExplainer(model.trees, model.featureOf, model.features)
      const row = plantRows(1, columns, seed)
      const into = new Float64Array(model.features)
      explain(row, into)
      const margin = marginOf(model.trees, row)
      assertNear([into.reduce((sum, one) => sum + one, expected)], [margin], 1e-11)
    }),
    { numRuns: 30 },
  )
})

test('a chain of thirty splits that come back to three features keeps its precision', () => {
  const model = chain(30, 3)
  for (let seed = 0; seed < 20; seed++) {
    const row = plantRows(1, 3, seed)
    const game = pathDependentGame(model.trees, model.featureOf, row)
    assertNear(walked(model, row), shapleyByDefinition(game, 3), 1e-13)
  }
})

test('a chain of fifteen features, one split each, keeps its precision', () => {
  const model = chain(15, 15)
  const row = plantRows(1, 15, 4)
  const game = pathDependentGame(model.trees, model.featureOf, row)
  assertNear(walked(model, row), shapleyByDefinition(game, 15), 1e-13)
})

/** Nearly everybody goes on at each split, or nearly nobody: shares from 0.001 to 0.999. */
function chain(depth: number, columns: number): Trees {
  const size = 2 * depth + 1
  const isSplit = (node: number) => node % 2 === 0 && node < 2 * depth
  const splits = <T>(then: (level: number) => T, leaf: T) =>
    Array.from({ length: size }, (_, node) => (isSplit(node) ? then(node / 2) : leaf))
  const cover = Float64Array.of(1)
  const covers = [...cover]
  for (let level = 0; level < depth; level++) {
    const goesOn = (covers[2 * level] ?? 0) * (level % 3 === 0 ? 0.001 : 0.9)
    covers.push((covers[2 * level] ?? 0) - goesOn, goesOn)
  }
  return {
    trees: {
      roots: Int32Array.of(0),
      column: Int32Array.from(splits((level) => level % columns, -1)),
      threshold: Float64Array.from(splits((level) => 0.02 + (level % 7) / 20, 0)),
      // Breadth first, the leaf on the left.
      left: Int32Array.from(splits((level) => 2 * level + 1, 0)),
      missingLeft: new Uint8Array(size),
      set: new Int32Array(size).fill(-1),
      setWords: new Uint32Array(0),
      value: Float64Array.from({ length: size }, (_, node) => (isSplit(node) ? 0 : Math.sin(node))),
      cover: Float64Array.from(covers),
    },
    featureOf: Int32Array.from({ length: columns }, (_, column) => column),
    features: columns,
  }
}

test('a batch gives the bits of its rows one by one', () => {
  const model = plantTrees({ seed: 3, trees: 9, depth: 9, columns: 12 })
  const { explain, explainBatch } = compileExplainer(model.trees, model.featureOf, model.features)
  const rows = plantRows(50, 12, 1)
  const batch = new Float64Array(50 * model.features)
  explainBatch(rows, 50, batch)
  const into = new Float64Array(model.features)
  for (let row = 0; row < 50; row++) {
    explain(rows.subarray(row * 12, (row + 1) * 12), into)
    assert.deepEqual(into, batch.subarray(row * model.features, (row + 1) * model.features))
  }
})

test('trees without cover are refused', () => {
  const { trees, featureOf, features } = plantTrees({ seed: 1, trees: 1, depth: 2, columns: 2 })
  for (const cover of [0, Number.NaN, Number.POSITIVE_INFINITY, -1]) {
    const without = { ...trees, cover: trees.cover.map(() => cover) }
    assert.throws(
      () => compileExplainer(without, featureOf, features),
      (error) => error instanceof TabularInputError && error.code === 'cover_missing',
    )
  }
})
