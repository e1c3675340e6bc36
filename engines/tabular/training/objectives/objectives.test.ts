import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import type { ObjectiveRows } from '../objective.ts'
import { type ObjectiveSpec, objectiveOf, readObjective } from './objectives.ts'

/**
 * Figures of XGBoost 3.2.0 and scikit-learn 1.9.1 for 24 made-up rows: `steps` and `second` are leaf and sum_hessian of a model
 * trained on each row alone (base_margin as given, eta 1, lambda 0, min_child_weight 0), `base` is its estimate of base_score,
 * `loss` is sklearn.metrics' (half of mean_squared_error, mean_poisson_deviance and mean_tweedie_deviance; log_loss,
 * mean_absolute_error, mean_pinball_loss), weighted. Quantile level 0.3, Tweedie power 1.3. `pairwise`: rank:pairwise with
 * lambdarank_pair_method topk of 64, both normalisations off, tree_method exact, so that each row has a leaf of its own.
 */
type Figures = {
  readonly labels: readonly number[]
  readonly weights: readonly number[]
  readonly margins: readonly number[]
  readonly steps: readonly number[]
  readonly second: readonly number[]
  readonly base: number
  readonly loss: number
  readonly groups: readonly number[]
}
const fixture: Readonly<Record<string, Figures>> = JSON.parse(
  readFileSync(join(import.meta.dirname, 'xgboost-3.2.fixture.json'), 'utf8'),
)

const specs: readonly ObjectiveSpec[] = [
  { name: 'logistic' },
  { name: 'squared' },
  { name: 'absolute' },
  { name: 'quantile', level: 0.3 },
  { name: 'poisson' },
  { name: 'tweedie', power: 1.3 },
]

function figuresOf(name: string) {
  const figures = fixture[name]
  assert.ok(figures !== undefined)
  const { labels, groups } = figures
  const weights = Float64Array.from(figures.weights ?? labels.map(() => 1))
  const rows: ObjectiveRows = {
    ...{ labels: Float64Array.from(labels), weights },
    groups: groups === undefined ? undefined : Int32Array.from(groups),
  }
  return { ...figures, rows, margins: Float64Array.from(figures.margins) }
}

function derivativesAt(spec: ObjectiveSpec, rows: ObjectiveRows, margins: Float64Array) {
  const into = { first: new Float64Array(margins.length), second: new Float64Array(margins.length) }
  objectiveOf(spec).differentiate(rows, { margins, range: { from: 0, to: margins.length } }, into)
  return into
}

const isClose = (actual: number, expected: number, tolerance: number, of = '') =>
  assert.ok(
    Math.abs(actual - expected) <= tolerance * Math.max(1, Math.abs(expected)),
    `${of}: ${actual}, not ${expected}`,
  )

for (const spec of specs) {
  test(`${spec.name}: the loss is scikit-learn's, the best constant is XGBoost's`, () => {
    const { rows, margins, loss, base } = figuresOf(spec.name)
    const [objective, range] = [objectiveOf(spec), { from: 0, to: margins.length }]
    isClose(objective.loss(rows, margins, range), loss, 1e-12, 'loss')
    // XGBoost keeps base_score, in the label's scale, in single precision.
    isClose(objective.predict(objective.baseMargin(rows, range)), base, 1e-6, 'base')
  })
}

for (const name of ['logistic', 'squared', 'poisson'] as const) {
  test(`${name}: derivatives are XGBoost's`, () => {
    const { rows, margins, steps, second: expected } = figuresOf(name)
    const { first, second } = derivativesAt({ name }, rows, margins)
    expected.forEach((own, row) => {
      isClose(second[row] ?? 0, own, 2e-6, `second of row ${row}`)
      isClose(-(first[row] ?? 0) / (second[row] ?? 0), steps[row] ?? 0, 2e-6, `step of row ${row}`)
    })
  })
}

test("tweedie: derivatives are XGBoost's", () => {
  const { rows, margins, steps, second: expected } = figuresOf('tweedie')
  const { first, second } = derivativesAt({ name: 'tweedie', power: 1.3 }, rows, margins)
  expected.forEach((own, row) => {
    isClose(second[row] ?? 0, own, 2e-6, `second of row ${row}`)
    isClose(-(first[row] ?? 0) / (second[row] ?? 0), steps[row] ?? 0, 2e-6, `step of row ${row}`)
  })
})

test("pairwise: within each query, derivatives are XGBoost's up to the weight of a pair", () => {
  const { rows, margins, steps, second: expected } = figuresOf('pairwise')
  const { first, second } = derivativesAt({ name: 'pairwise' }, rows, margins)
  // The last query's labels are all alike.
  assert.deepEqual([...first.subarray(15), ...second.subarray(15)], Array(8).fill(0))
  // Pairs of different labels: 15 − 2 in the query of 6 rows, 6 × 3 in the one of 9.
  const scaleOf = (row: number) => (row < 6 ? 6 / 13 : 9 / 18)
  for (let row = 0; row < 15; row++) {
    isClose(second[row] ?? 0, scaleOf(row) * (expected[row] ?? 0), 2e-6, `second of row ${row}`)
    isClose(-(first[row] ?? 0) / (second[row] ?? 0), steps[row] ?? 0, 2e-6, `step of row ${row}`)
  }
})

const margin = fc.double({ min: -3, max: 3, noNaN: true })
const weight = fc.constantFrom(0.5, 1, 3)
const binary = fc.constantFrom(0, 1)
const amount = fc.double({ min: 0, max: 20, noNaN: true })
const real = fc.double({ min: -20, max: 20, noNaN: true })
const smooth: readonly (readonly [ObjectiveSpec, fc.Arbitrary<number>, steeper: number])[] = [
  [{ name: 'logistic' }, binary, 1],
  [{ name: 'squared' }, real, 1],
  [{ name: 'poisson' }, amount, Math.exp(0.7)],
  [{ name: 'tweedie', power: 1.1 }, amount, 1],
  [{ name: 'tweedie', power: 1.9 }, amount, 1],
  [{ name: 'absolute' }, real, 0],
  [{ name: 'quantile', level: 0.8 }, real, 0],
]

for (const [spec, label, steeper] of smooth) {
  test(`${spec.name}: derivatives are those of the loss, times the weight`, () => {
    fc.assert(
      fc.property(label, weight, margin, (own, ownWeight, at) => {
        // At the label itself these two have no derivative.
        fc.pre(steeper > 0 || Math.abs(own - at) > 1e-3)
        const rows = { labels: Float64Array.of(own), weights: Float64Array.of(ownWeight) }
        const lossAt = (x: number) => objectiveOf(spec).loss(rows, Float64Array.of(x), { from: 0, to: 1 })
        const { first, second } = derivativesAt(spec, rows, Float64Array.of(at))
        isClose(first[0] ?? 0, (ownWeight * (lossAt(at + 1e-5) - lossAt(at - 1e-5))) / 2e-5, 1e-5, 'first')
        const curve = (lossAt(at + 1e-3) - 2 * lossAt(at) + lossAt(at - 1e-3)) / 1e-6
        if (steeper > 0) isClose(second[0] ?? 0, ownWeight * steeper * curve, 1e-4, 'second')
        else assert.equal(second[0], ownWeight)
      }),
    )
  })
}

/** Queries of 1 … 5 rows, each with a label, a margin and one weight a query. */
const queries = fc
  .array(
    fc.record({
      rows: fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), margin), { minLength: 1, maxLength: 5 }),
      weight,
    }),
    { minLength: 1, maxLength: 5 },
  )
  .map((given) => {
    const sizes = given.map(({ rows }) => rows.length)
    const groups = Int32Array.from([0, ...sizes.map((_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b))])
    const flat = given.flatMap(({ rows }) => rows)
    const labels = Float64Array.from(flat, ([label]) => label)
    const weights = Float64Array.from(given.flatMap((query) => query.rows.map(() => query.weight)))
    return { rows: { labels, weights, groups }, margins: Float64Array.from(flat, ([, at]) => at) }
  })

test('pairwise: derivatives are those of the loss, the second doubled', () => {
  const spec: ObjectiveSpec = { name: 'pairwise' }
  fc.assert(
    fc.property(queries, ({ rows, margins }) => {
      const total = rows.weights.reduce((sum, own) => sum + own, 0)
      const { first, second } = derivativesAt(spec, rows, margins)
      margins.forEach((at, row) => {
        const lossAt = (x: number) =>
          total * objectiveOf(spec).loss(rows, margins.with(row, x), { from: 0, to: margins.length })
        isClose(first[row] ?? 0, (lossAt(at + 1e-5) - lossAt(at - 1e-5)) / 2e-5, 1e-5, 'first')
        const curve = (lossAt(at + 1e-3) - 2 * lossAt(at) + lossAt(at - 1e-3)) / 1e-6
        isClose(second[row] ?? 0, 2 * curve, 1e-4, 'second')
      })
    }),
    { numRuns: 50 },
  )
})

test('derivatives are the same to the bit however the rows are divided between queries', () => {
  fc.assert(
    fc.property(queries, fc.nat(), ({ rows, margins }, cut) => {
      const middle = rows.groups[cut % rows.groups.length] ?? 0
      for (const spec of [...specs, { name: 'pairwise' } as const]) {
        const given = {
          ...rows,
          labels: spec.name === 'logistic' ? rows.labels.map((own) => own % 2) : rows.labels,
        }
        const whole = derivativesAt(spec, given, margins)
        const parts = {
          first: new Float64Array(margins.length).fill(9),
          second: new Float64Array(margins.length).fill(9),
        }
        for (const range of [
          { from: middle, to: margins.length },
          { from: 0, to: middle },
        ])
          objectiveOf(spec).differentiate(given, { margins, range }, parts)
        assert.deepEqual(parts, whole)
      }
    }),
    { numRuns: 50 },
  )
})

test('no constant is better than the base margin', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(amount, weight), { minLength: 2, maxLength: 20 }),
      margin,
      (given, other) => {
        const weights = Float64Array.from(given, ([, own]) => own)
        const range = { from: 0, to: given.length }
        for (const spec of specs) {
          const isBinary = spec.name === 'logistic'
          const labels = Float64Array.from(given, ([own], row) =>
            isBinary ? row % 2 : own + (row === 0 ? 1 : 0),
          )
          const objective = objectiveOf(spec)
          const lossOf = (at: number) =>
            objective.loss({ labels, weights }, new Float64Array(given.length).fill(at), range)
          const base = objective.baseMargin({ labels, weights }, range)
          assert.ok(lossOf(base) <= lossOf(other) + 1e-9, spec.name)
          assert.ok(lossOf(base) <= lossOf(base + other / 100) + 1e-9, spec.name)
        }
      },
    ),
  )
})

test('margins far out have finite derivatives and losses', () => {
  const rows = {
    labels: Float64Array.of(0, 1, 0, 1),
    weights: new Float64Array(4).fill(1),
    groups: Int32Array.of(0, 4),
  }
  const margins = Float64Array.of(-800, -800, 800, 800)
  for (const spec of [{ name: 'logistic' }, { name: 'pairwise' }] as const) {
    const { first, second } = derivativesAt(spec, rows, margins)
    assert.ok([...first, ...second].every(Number.isFinite))
    assert.ok(Number.isFinite(objectiveOf(spec).loss(rows, margins, { from: 0, to: 4 })))
  }
})

test('an objective is read from plain values, and what it does not know is refused', () => {
  for (const spec of [...specs, { name: 'pairwise' } as const])
    assert.deepEqual(readObjective({ ...spec }), spec)
  const refused = [
    undefined,
    null,
    'logistic',
    {},
    { name: 'hinge' },
    { name: 'toString' },
    { name: 'quantile' },
    { name: 'quantile', level: 0 },
    { name: 'quantile', level: 1 },
    { name: 'quantile', level: Number.NaN },
    { name: 'tweedie', power: 1 },
    { name: 'tweedie', power: 2 },
    { name: 'tweedie', power: '1.5' },
    { name: 'squared', level: 0.5 },
  ]
  for (const value of refused)
    assert.throws(() => readObjective(value), { code: 'option_invalid', message: /objective/ })
})
