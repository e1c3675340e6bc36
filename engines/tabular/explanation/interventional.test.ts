import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { TabularInputError } from '../errors.ts'
import { interventionalGame, largestDifference, shapleyByDefinition } from './coalitions.ts'
import { compileBackgroundExplainer } from './interventional.ts'
import { plantRows, plantTrees } from './planted-trees.ts'

const rowsOf = (cells: Float64Array, columns: number) =>
  Array.from({ length: cells.length / columns }, (_, row) =>
    cells.subarray(row * columns, (row + 1) * columns),
  )

test('against a background they are the Shapley values of their definition, and add up', () => {
  fc.assert(
    fc.property(
      fc.nat(1e9),
      fc.integer({ min: 0, max: 7 }),
      fc.integer({ min: 1, max: 9 }),
      (seed, depth, columns) => {
        const { trees, featureOf, features } = plantTrees({ seed, trees: 2, depth, columns })
        const background = plantRows(3, columns, seed + 1)
        const row = plantRows(1, columns, seed + 2)
        const game = interventionalGame(trees, featureOf, { row, background: rowsOf(background, columns) })
        const explainer = compileBackgroundExplainer(trees, featureOf, { background, features })
        const into = new Float64Array(features)
        explainer.explain(row, into)
        assert.ok(largestDifference(into, shapleyByDefinition(game, features)) < 1e-12)
        assert.ok(largestDifference([explainer.expected], [game(0)]) < 1e-12)
        const sum = into.reduce((all, one) => all + one, explainer.expected)
        assert.ok(largestDifference([sum], [game(2 ** features - 1)]) < 1e-12)
      },
    ),
    { numRuns: 40 },
  )
})

test('a row explained against itself owes nothing to any feature', () => {
  const { trees, featureOf, features } = plantTrees({ seed: 4, trees: 3, depth: 20, columns: 9 })
  const row = plantRows(1, 9, 1)
  const into = new Float64Array(features)
  compileBackgroundExplainer(trees, featureOf, { background: row, features }).explain(row, into)
  assert.deepEqual(into, new Float64Array(features))
})

test('trees without cover can be explained against a background', () => {
  const { trees, featureOf, features } = plantTrees({ seed: 4, trees: 3, depth: 5, columns: 9 })
  const given = { background: plantRows(4, 9, 2), features }
  const row = plantRows(1, 9, 1)
  const [one, other] = [new Float64Array(features), new Float64Array(features)]
  compileBackgroundExplainer(trees, featureOf, given).explain(row, one)
  const bare = { ...trees, cover: new Float64Array(trees.cover.length) }
  compileBackgroundExplainer(bare, featureOf, given).explain(row, other)
  assert.deepEqual(one, other)
})

test('a background without a whole row is refused', () => {
  const { trees, featureOf, features } = plantTrees({ seed: 4, trees: 1, depth: 2, columns: 3 })
  for (const length of [0, 2, 4])
    assert.throws(
      () => compileBackgroundExplainer(trees, featureOf, { background: new Float64Array(length), features }),
      (error) => error instanceof TabularInputError && error.code === 'background_empty',
    )
})

/**
 * From shap 0.51.0, `TreeExplainer(model, data=background, feature_perturbation='interventional').shap_values(rows)`, nine
 * digits, of an XGBoost 3.2.0 model: `reg:squarederror`, base_score 0, depth 6, five rounds on 800 rows × 5 of numpy's
 * default_rng(7), rounded to three digits. Trees as in xgboost.test.ts; 25 background rows, ten explained ones.
 */
const fixture: {
  readonly trees: Readonly<
    Record<'roots' | 'column' | 'threshold' | 'left' | 'missingLeft' | 'value' | 'cover', readonly number[]>
  >
  readonly features: number
  readonly background: readonly (readonly number[])[]
  readonly rows: readonly (readonly number[])[]
  readonly contributions: readonly (readonly number[])[]
  readonly expected: number
} = JSON.parse(readFileSync(join(import.meta.dirname, 'shap-interventional.json'), 'utf8'))

test('the shap library says the same of an XGBoost model against the same background', () => {
  const { trees: nodes, features, background, rows, contributions } = fixture
  const trees = {
    roots: Int32Array.from(nodes.roots),
    column: Int32Array.from(nodes.column),
    threshold: Float64Array.from(nodes.threshold),
    left: Int32Array.from(nodes.left),
    missingLeft: Uint8Array.from(nodes.missingLeft),
    set: new Int32Array(nodes.column.length).fill(-1),
    setWords: new Uint32Array(0),
    value: Float64Array.from(nodes.value),
    cover: Float64Array.from(nodes.cover),
  }
  const featureOf = Int32Array.from({ length: features }, (_, column) => column)
  const given = { background: Float64Array.from(background.flat()), features }
  const { expected, explain } = compileBackgroundExplainer(trees, featureOf, given)
  assert.ok(Math.abs(expected - fixture.expected) < 1e-5)
  rows.forEach((row, i) => {
    const into = new Float64Array(features)
    explain(Float64Array.from(row), into)
    const off = largestDifference(into, contributions[i] ?? [])
    assert.ok(off < 1e-5, `row ${i} off by ${off}`)
  })
})
