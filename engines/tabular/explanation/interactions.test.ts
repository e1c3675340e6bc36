import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  interactionsByDefinition,
  largestDifference,
  pathDependentGame,
  shapleyByDefinition,
} from './coalitions.ts'
import { compileExplainer } from './explainer.ts'
import { compileInteractions } from './interactions.ts'
import { plantRows, plantTrees } from './planted-trees.ts'

test('interactions are those of their definition, over all coalitions', () => {
  fc.assert(
    fc.property(
      fc.nat(1e9),
      fc.integer({ min: 0, max: 6 }),
      fc.integer({ min: 1, max: 8 }),
      (seed, depth, columns) => {
        const { trees, featureOf, features } = plantTrees({ seed, trees: 2, depth, columns })
        const row = plantRows(1, columns, seed + 1)
        const into = new Float64Array(features * features)
        compileInteractions(trees, featureOf, features).explain(row, into)
        const game = pathDependentGame(trees, featureOf, row)
        const off = largestDifference(into, interactionsByDefinition(game, features))
        assert.ok(off <= 1e-12, `off by ${off}`)
      },
    ),
    { numRuns: 40 },
  )
})

test('a row of interactions adds up to the contribution of its feature, in deep trees too', () => {
  const { trees, featureOf, features } = plantTrees({
    seed: 2,
    trees: 3,
    depth: 25,
    columns: 20,
    leafShare: 0.4,
  })
  const interactions = compileInteractions(trees, featureOf, features)
  const explainer = compileExplainer(trees, featureOf, features)
  for (let seed = 0; seed < 5; seed++) {
    const row = plantRows(1, 20, seed)
    const pairs = new Float64Array(features * features)
    const contributions = new Float64Array(features)
    interactions.explain(row, pairs)
    explainer.explain(row, contributions)
    const sums = contributions.map((_, feature) =>
      pairs.subarray(feature * features, (feature + 1) * features).reduce((sum, one) => sum + one, 0),
    )
    const off = largestDifference(sums, contributions)
    assert.ok(off <= 1e-12, `off by ${off}`)
  }
})

test('two features that only matter together share what they add', () => {
  // 8 where both are above a half, else 0; each is so for half of the rows, independently.
  const trees = {
    roots: Int32Array.of(0),
    column: Int32Array.of(0, -1, 1, -1, -1),
    threshold: Float64Array.of(0.5, 0, 0.5, 0, 0),
    left: Int32Array.of(1, 0, 3, 0, 0),
    missingLeft: new Uint8Array(5),
    set: new Int32Array(5).fill(-1),
    setWords: new Uint32Array(0),
    value: Float64Array.of(0, 0, 0, 0, 8),
    cover: Float64Array.of(4, 2, 2, 1, 1),
  }
  const row = Float64Array.of(1, 1)
  const into = new Float64Array(4)
  compileInteractions(trees, Int32Array.of(0, 1), 2).explain(row, into)
  // By hand: worths 2, 4, 4, 8; each is given 3, of which half of 8 − 4 − 4 + 2 is the pair's.
  assert.deepEqual([...shapleyByDefinition(pathDependentGame(trees, Int32Array.of(0, 1), row), 2)], [3, 3])
  assert.ok(largestDifference(into, [2, 1, 1, 2]) < 1e-15)
})
