import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { weightedQuantile } from './weighted-quantile.ts'

type Figures = { readonly [key in 'labels' | 'margins' | 'weights' | 'quantiles']: readonly number[] } & {
  leaf: number
}
const fixture: Readonly<Record<'absolute' | 'quantile', Figures>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'xgboost-3.2.fixture.json'), 'utf8'),
)
const residualsOf = ({ labels, margins }: Figures) =>
  Float64Array.from(labels, (label, row) => label - (margins[row] ?? 0))

test("quantiles are numpy's (2.x, method inverted_cdf, weighted), the median is XGBoost's leaf", () => {
  for (const figures of [fixture.absolute, fixture.quantile]) {
    const [residuals, weights] = [residualsOf(figures), Float64Array.from(figures.weights)]
    for (const [i, level] of [0.05, 0.3, 0.5, 0.9].entries())
      assert.equal(weightedQuantile(residuals, weights, level), figures.quantiles[i])
  }
  const residuals = residualsOf(fixture.absolute)
  const median = weightedQuantile(residuals, new Float64Array(residuals.length).fill(1), 0.5)
  assert.ok(Math.abs(median - fixture.absolute.leaf) < 1e-6)
})

test('of an interval of quantiles the middle is taken', () => {
  const quantile = (values: number[], level: number, weights = values.map(() => 1)) =>
    weightedQuantile(Float64Array.from(values), Float64Array.from(weights), level)
  assert.equal(quantile([4, 1, 3, 2], 0.5), 2.5)
  assert.equal(quantile([4, 1, 3, 2], 0.25), 1.5)
  assert.equal(quantile([4, 1, 3, 2], 0.3), 2)
  assert.equal(quantile([1, 2, 9], 0.5, [1, 1, 2]), 5.5)
  assert.equal(quantile([1, 2, 9], 0.5, [1, 1, 0]), 1.5)
  assert.equal(quantile([5], 0.9), 5)
  assert.equal(quantile([5, 7], 0.5, [0, 0]), 0)
  assert.equal(quantile([], 0.5), 0)
})

const value = fc.oneof(
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e9, max: 1e9 }),
)
const given = fc.array(fc.tuple(value, fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 60 })

test('sorting says the same, in any order of the rows', () => {
  fc.assert(
    fc.property(given, fc.integer({ min: 1, max: 15 }), (pairs, sixteenths) => {
      const level = sixteenths / 16
      const total = pairs.reduce((sum, [, weight]) => sum + weight, 0)
      fc.pre(total > 0)
      const sorted = pairs.filter(([, weight]) => weight > 0).sort(([a], [b]) => a - b)
      const upTo = sorted.map((_, i) => sorted.slice(0, i + 1).reduce((sum, [, weight]) => sum + weight, 0))
      const at = upTo.findIndex((weight) => weight >= level * total)
      const own = sorted[at]?.[0] ?? Number.NaN
      const next = sorted[at + 1]?.[0]
      const expected = next !== undefined && upTo[at] === level * total ? own / 2 + next / 2 : own
      const quantile = (rows: typeof pairs) =>
        weightedQuantile(
          Float64Array.from(rows, ([one]) => one),
          Float64Array.from(rows, ([, one]) => one),
          level,
        )
      assert.equal(quantile(pairs), expected)
      assert.equal(quantile(pairs.toReversed()), quantile(pairs))
    }),
  )
})

test('the values given stay as they are', () => {
  const values = Float64Array.of(3, 1, 2)
  weightedQuantile(values, Float64Array.of(1, 1, 1), 0.5)
  assert.deepEqual([...values], [3, 1, 2])
})
