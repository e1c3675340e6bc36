import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { leafAt } from '../model/ensemble.ts'
import type { TabularModel } from '../model/model.ts'
import { plantTable } from '../planted-table.ts'
import type { Row } from '../table/features.ts'
import { compileEncoders } from '../table/row-encoding.ts'
import { train } from '../training/train.ts'
import { calibrated } from '../trust/calibration.ts'
import { compile, score } from './score.ts'

const table = plantTable(2_000, 1)
const model = train({ ...table, seed: 1, options: { maxRounds: 30 } })
const scorer = compile(model)

/** Any row a caller may send: missing, extreme and unseen values included. */
const anyRow: fc.Arbitrary<Row> = fc.record({
  mass: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
  price: fc.option(fc.double({ min: 0, max: 500, noNaN: true })),
  code: fc.option(fc.oneof(fc.string(), fc.constantFrom('a1', 'b7', 'f49'))),
  route: fc.option(fc.oneof(fc.string(), fc.constantFrom('route 0', 'route 1', '__proto__'))),
  noise: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
})

const encode = compileEncoders(model.features)
const encoded = (row: Row): Float64Array => {
  const cells = new Float64Array(7)
  encode(row, cells)
  return cells
}

test('a margin is what the leaves add up to, and the score its calibration', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const cells = encoded(row)
      const { trees } = model
      const margin = trees.roots.reduce(
        (sum, _, tree) => sum + (trees.value[leafAt(trees, tree, cells)] ?? 0),
        model.baseMargin,
      )
      assert.deepEqual(scorer.scoreOnly(row), { margin, score: calibrated(model.calibration, margin) })
    }),
  )
})

test('expected margin and contributions add up to the margin', () => {
  fc.assert(
    fc.property(anyRow, (row) => {
      const { margin, contributions, score: own } = scorer.score(row)
      assert.deepEqual({ margin, score: own }, scorer.scoreOnly(row))
      const sum = contributions.reduce((sum, one) => sum + one, scorer.expectedMargin)
      assert.ok(Math.abs(sum - margin) < 1e-9)
    }),
  )
})

test('one row alone, rows in a batch, a column table and encoded cells give the same bits', () => {
  const many = fc.record({
    rows: fc.array(anyRow, { minLength: 1, maxLength: 8 }),
    times: fc.constantFrom(1, 300),
  })
  fc.assert(
    fc.property(many, ({ rows: few, times }) => {
      const rows = Array.from({ length: times }, () => few).flat()
      const { margins, scores } = scorer.scoreBatch({ rows })
      const columns = Object.fromEntries(
        scorer.featureNames.map((name) => [name, rows.map((row) => row[name] ?? null)]),
      )
      assert.deepEqual(scorer.scoreBatch({ columns }), { margins, scores })
      const cells = rows.map(encoded)
      assert.deepEqual(scorer.marginsOf(Float64Array.from(cells.flatMap((own) => [...own]))), margins)
      const byColumn = Array.from({ length: 7 }, (_, at) => Float64Array.from(cells, (own) => own[at] ?? 0))
      assert.deepEqual(scorer.marginsOf(byColumn), margins)
      few.forEach((row, i) => {
        const alone = score(model, row)
        assert.deepEqual([alone.margin, alone.score], [margins[i], scores[i]])
        assert.deepEqual([alone.margin, alone.score], [margins.at(i - few.length), scores.at(i - few.length)])
      })
    }),
    { numRuns: 12 },
  )
})

test('cells that are no rows of the model are refused, and so is a row of a batch by its number', () => {
  const refused = { code: 'length_mismatch' }
  assert.throws(() => scorer.marginsOf(new Float64Array(8)), refused)
  assert.throws(() => scorer.marginsOf([new Float64Array(8)]), refused)
  const columns = Array.from({ length: 7 }, (_, at) => new Float64Array(at === 3 ? 2 : 1))
  assert.throws(() => scorer.marginsOf(columns), refused)
  assert.equal(scorer.marginsOf(new Float64Array()).length, 0)
  const rows = Array.from({ length: 300 }, () => table.rows[0] ?? {})
  assert.throws(() => scorer.scoreBatch({ rows: [...rows, { ...rows[0], mass: 'heavy' }] }), {
    code: 'feature_wrong_type',
    message: /row 300/,
  })
})

test('features that say nothing get little of the credit', () => {
  const sums = new Float64Array(scorer.featureNames.length)
  for (const row of table.rows.slice(0, 500))
    scorer.score(row).contributions.forEach((one, at) => {
      sums[at] = (sums[at] ?? 0) + Math.abs(one)
    })
  const size = (feature: string) => sums[scorer.featureNames.indexOf(feature)] ?? 0
  for (const telling of ['mass', 'code', 'route']) assert.ok(size(telling) > 2 * size('noise'), telling)
})

const stump: TabularModel = {
  ...model,
  features: [{ name: 'mass', kind: 'number' }],
  baseMargin: -1,
  calibration: { kind: 'none' },
  trees: {
    roots: Int32Array.of(0),
    column: Int32Array.of(0, -1, -1),
    threshold: Float64Array.of(10, 0, 0),
    left: Int32Array.of(1, 0, 0),
    missingLeft: Uint8Array.of(1, 0, 0),
    set: Int32Array.of(-1, -1, -1),
    setWords: new Uint32Array(0),
    value: Float64Array.of(0, -0.5, 2),
    cover: Float64Array.of(100, 70, 30),
  },
}

test('a hand-made stump credits its feature with the change it makes', () => {
  const made = compile(stump)
  // −1 + 0.7 × −0.5 + 0.3 × 2.
  assert.ok(Math.abs(made.expectedMargin - -0.75) < 1e-15)
  for (const [mass, margin] of [
    [10, -1.5],
    [10.5, 1],
    [null, -1.5],
  ] as const) {
    const { contributions, ...scored } = made.score({ mass })
    assert.deepEqual(scored, { margin, score: 1 / (1 + Math.exp(-margin)) })
    assert.ok(Math.abs((contributions[0] ?? 0) - (margin + 0.75)) < 1e-12)
  }
})

test('without a calibration the score is the prediction of what was minimised', () => {
  const scoreOf = (objective: TabularModel['objective']) =>
    compile({ ...stump, objective }).scoreOnly({ mass: 11 })
  assert.deepEqual(scoreOf({ name: 'squared' }), { margin: 1, score: 1 })
  assert.deepEqual(scoreOf({ name: 'poisson' }), { margin: 1, score: Math.exp(1) })
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
