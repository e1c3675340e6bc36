import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TabularModel } from '../model/model.ts'
import { plantTable } from '../planted-table.ts'
import type { Row } from '../table/features.ts'
import { sigmoid } from '../training/loss.ts'
import { train } from '../training/train.ts'
import { compile, score } from './score.ts'

const table = plantTable(2_000, 1)
const model = train({ ...table, seed: 1 })
const scorer = compile(model)

/** Any row a caller may send: missing, extreme and unseen values included. */
const anyRow: fc.Arbitrary<Row> = fc.record({
  mass: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  price: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
  code: fc.option(fc.oneof(fc.string(), fc.constantFrom('a1', 'b7', 'f49'))),
  route: fc.option(fc.oneof(fc.string(), fc.constantFrom('route 0', 'route 1', '__proto__'))),
  noise: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})

test('base and contributions add up to the margin, to the last bit and in any order', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const { margin, contributions, score: probability } = scorer.score(row)
      assert.equal(
        contributions.reduce((sum, one) => sum + one, scorer.baseMargin),
        margin,
      )
      assert.equal(contributions.reduceRight((sum, one) => sum + one, 0) + scorer.baseMargin, margin)
      assert.equal(probability, sigmoid(margin))
    }),
  )
})

test('one row alone, rows in a batch and a column table give the same bits', () => {
  fc.assert(
    fc.property(fc.array(anyRow, { minLength: 1, maxLength: 8 }), (rows) => {
      const batch = scorer.scoreBatch({ rows })
      const columns = Object.fromEntries(
        scorer.featureNames.map((name) => [name, rows.map((row) => row[name] ?? null)]),
      )
      assert.deepEqual(scorer.scoreBatch({ columns }), batch)
      rows.forEach((row, i) => {
        const alone = score(model, row)
        assert.equal(alone.margin, batch.margins[i])
        assert.equal(alone.score, batch.scores[i])
        const width = scorer.featureNames.length
        assert.deepEqual(alone.contributions, batch.contributions.slice(i * width, (i + 1) * width))
      })
    }),
    { numRuns: 30 },
  )
})

test('the base margin is what contributions average around, and features that say nothing get little', () => {
  const { contributions, margins } = scorer.scoreBatch({ rows: table.rows })
  const mean = margins.reduce((sum, margin) => sum + margin, 0) / margins.length
  assert.ok(Math.abs(mean - model.baseMargin) < 0.5, `mean ${mean}, base ${model.baseMargin}`)
  const size = (feature: string) => {
    const at = scorer.featureNames.indexOf(feature)
    const own = contributions.filter((_, i) => i % scorer.featureNames.length === at)
    return own.reduce((sum, one) => sum + Math.abs(one), 0) / own.length
  }
  for (const telling of ['mass', 'code', 'route']) assert.ok(size(telling) > 2 * size('noise'), telling)
})

test('a hand-made stump credits its feature with the change it makes', () => {
  const stump: TabularModel = {
    ...model,
    features: [{ name: 'mass', kind: 'number' }],
    baseMargin: -1,
    trees: {
      roots: Int32Array.of(0),
      column: Int32Array.of(0, -1, -1),
      threshold: Float64Array.of(10, 0, 0),
      left: Int32Array.of(1, 0, 0),
      missingLeft: Uint8Array.of(1, 0, 0),
      value: Float64Array.of(0.25, -0.5, 2),
    },
  }
  const margins = [10, 10.5, null].map((mass) => score(stump, { mass }))
  assert.deepEqual(
    margins.map(({ margin, contributions }) => [margin, ...contributions]),
    [
      [-1.75, -0.75],
      [0.75, 1.75],
      [-1.75, -0.75],
    ],
  )
})

test('the history behind a category value can be asked for', () => {
  const level = 'route 7'
  const rows = table.rows.flatMap((row, i) => (row.route === level ? [table.labels[i] ?? 0] : []))
  const history = scorer.findHistory('route', level)
  assert.equal(history?.seen, rows.length)
  assert.equal(history?.positive, rows.filter((label) => label === 1).length)
  assert.equal(scorer.findHistory('route', 'never seen')?.seen, 0)
  assert.equal(scorer.findHistory('route', null)?.seen, 0)
  assert.equal(scorer.findHistory('mass', level), undefined)
  assert.equal(scorer.findHistory('unknown', level), undefined)
})

test('a code never seen is treated as its neighbours are', () => {
  const row = { mass: 100, price: 100, route: 'route 1', noise: 0.5 }
  const between = scorer.score({ ...row, code: 'a10x' }).margin
  const neighbours = ['a10', 'a11'].map((code) => scorer.score({ ...row, code }).margin)
  assert.ok(neighbours.includes(between))
})
