import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Ensemble, leafAt } from '../model/ensemble.ts'
import { largestDifference } from './coalitions.ts'
import { compileExplainer } from './explainer.ts'
import { compileInteractions } from './interactions.ts'
import { pathsOf } from './paths.ts'
import { compileWalked } from './walked.ts'

/**
 * From XGBoost 3.2.0, one thread, `objective='binary:logistic', base_score=0.5`, on columns drawn by numpy's
 * default_rng(5) and rounded to three digits: `pred_contribs`, `output_margin` and `pred_interactions` of the first rows,
 * with nine digits (interactions: of the first four rows). "missing values": depth 5, a fifth of the cells NaN; "stumps": depth 1; "deep trees": `exact`, depth 30,
 * three features, `min_child_weight=0, reg_lambda=0.01`; "wide and deep trees": fourteen features of 0 and 1, depth 14. The
 * trees are `save_raw('json')`, breadth first, a threshold being the greatest double that rounds to a float below
 * XGBoost's, and cover its `sum_hessian`.
 */
const fixture: Record<string, XgboostCase> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'xgboost-contributions.json'), 'utf8'),
)

interface XgboostCase {
  readonly trees: Readonly<
    Record<'roots' | 'column' | 'threshold' | 'left' | 'missingLeft' | 'value' | 'cover', readonly number[]>
  >
  readonly features: number
  readonly rows: readonly (readonly (number | null)[])[]
  readonly contributions: readonly (readonly number[])[]
  readonly bias: number
  readonly margins: readonly number[]
  readonly interactions: readonly (readonly (readonly number[])[])[]
}

for (const [name, given] of Object.entries(fixture))
  test(`XGBoost says the same of its own model: ${name}`, () => {
    const trees = ensembleOf(given.trees)
    const featureOf = Int32Array.from({ length: given.features }, (_, column) => column)
    const { expected, explain } = compileExplainer(trees, featureOf, given.features)
    assertNear([expected], [given.bias], 1e-6, 'expected')
    given.rows.forEach((cells, i) => {
      const row = Float64Array.from(cells, (cell) => cell ?? Number.NaN)
      const into = new Float64Array(given.features)
      explain(row, into)
      assertNear([marginOf(trees, row)], [given.margins[i] ?? 0], 1e-5, 'margin')
      assertNear(into, given.contributions[i] ?? [], 1e-5, 'contribution')
      assertNear([into.reduce((sum, one) => sum + one, expected)], [marginOf(trees, row)], 1e-11, 'sum')
      assertNear(walked(trees, featureOf, row), into, 1e-12, 'walked')
    })
  })

for (const [name, given] of Object.entries(fixture))
  test(`XGBoost finds the same interactions in its own model: ${name}`, () => {
    const { features, rows } = given
    const featureOf = Int32Array.from({ length: features }, (_, column) => column)
    const { explain } = compileInteractions(ensembleOf(given.trees), featureOf, features)
    given.interactions.forEach((expected, i) => {
      const into = new Float64Array(features * features)
      explain(
        Float64Array.from(rows[i] ?? [], (cell) => cell ?? Number.NaN),
        into,
      )
      assertNear(into, expected.flat(), 1e-5)
    })
  })

function ensembleOf(nodes: XgboostCase['trees']): Ensemble {
  return {
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
}

function walked(trees: Ensemble, featureOf: Int32Array, row: Float64Array): Float64Array {
  const sums = new Float64Array(featureOf.length)
  const all = Array.from(trees.roots.keys())
  compileWalked(trees, pathsOf(trees, featureOf), all)({ cells: row, at: 0 }, { sums, at: 0 })
  return sums
}

const marginOf = (trees: Ensemble, row: Float64Array) =>
  trees.roots.reduce((sum, _, tree) => sum + (trees.value[leafAt(trees, tree, row)] ?? 0), 0)

function assertNear(found: ArrayLike<number>, expected: ArrayLike<number>, most: number, what = ''): void {
  const off = largestDifference(found, expected)
  assert.ok(off <= most, `${what} off by ${off}`)
}
