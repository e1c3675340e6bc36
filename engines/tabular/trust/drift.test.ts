/** The two-sample test against scipy, whose version stands in the fixture: `stats.ks_2samp`, exact and asymptotic. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../training/random.ts'
import type { Columns } from './columns.ts'
import fixture from './distributions.fixture.json' with { type: 'json' }
import { measureDrift } from './drift.ts'
import { learnBaseline } from './drift-baseline.ts'
import { kolmogorovSmirnov } from './two-samples.ts'

const ascending = (values: readonly number[]) => Float64Array.from(values).sort()

test('the two-sample test agrees with scipy’s exact one', () => {
  for (const { a, b, statistic, exact } of fixture.ks) {
    const found = kolmogorovSmirnov(ascending(a), ascending(b))
    assert.ok(Math.abs(found.statistic - statistic) < 1e-12)
    assert.ok(Math.abs(found.pValue - exact) < 1e-9, `${found.pValue} is not ${exact}`)
  }
})

test('the p-value is the share of the orders of both samples that lie as far apart', () => {
  const [m, n] = [4, 5]
  const orders = Array.from({ length: 2 ** (m + n) }, (_, bits) =>
    Array.from({ length: m + n }, (_, i) => (bits >> i) & 1),
  )
  const found = orders
    .filter((order) => order.filter((one) => one === 1).length === m)
    .map((order) => {
      const placesOf = (sample: number) =>
        Float64Array.from([...order.keys()].filter((i) => order[i] === sample))
      return kolmogorovSmirnov(placesOf(1), placesOf(0))
    })
  assert.equal(found.length, 126)
  for (const { statistic, pValue } of found) {
    const asFar = found.filter((other) => other.statistic > statistic - 1e-9).length
    assert.ok(Math.abs(pValue - asFar / found.length) < 1e-12)
  }
})

test('large samples take the limit law, which joins on to the exact one', () => {
  // The same distance at 5 million pairs and just beyond: 0.05 of 2,000 and of 2,500 or 2,520 values.
  const shifted = (count: number, by: number) =>
    Float64Array.from({ length: count }, (_, i) => i / count + by)
  const exact = kolmogorovSmirnov(shifted(2_000, 0), shifted(2_500, 0.05))
  const limit = kolmogorovSmirnov(shifted(2_000, 0), shifted(2_520, 0.05))
  assert.ok(Math.abs(exact.statistic - limit.statistic) < 1e-3)
  assert.ok(Math.abs(Math.log(exact.pValue / limit.pValue)) < 0.1, `${exact.pValue}, ${limit.pValue}`)
})

test('equal distributions are called different at 0.05 in about one of twenty draws, moved ones nearly always', () => {
  const rejected = (move: number) => {
    let count = 0
    for (let seed = 0; seed < 400; seed++) {
      const random = seededRandom(seed)
      const draw = (size: number, by: number) =>
        Float64Array.from({ length: size }, () => random.uniform() + by).sort()
      if (kolmogorovSmirnov(draw(80, 0), draw(120, move)).pValue < 0.05) count++
    }
    return count
  }
  // Four standard deviations of 400 draws at 0.05 are 17; whole steps keep the level a little below.
  const level = rejected(0)
  assert.ok(level > 5 && level < 37, `${level}`)
  assert.ok(rejected(0.3) > 380)
})

const table = (
  count: number,
  seed: number,
  moved: { mass?: number; grain?: boolean; lost?: number } = {},
): Columns => {
  const random = seededRandom(seed)
  const rows = Array.from({ length: count }, () => ({
    mass: random.uniform() < (moved.lost ?? 0.1) ? null : random.uniform() + (moved.mass ?? 0),
    kind: moved.grain === true && random.uniform() < 0.3 ? 'grain' : `kind ${random.below(5)}`,
  }))
  return { mass: rows.map(({ mass }) => mass), kind: rows.map(({ kind }) => kind) }
}

test('what has not moved is steady, what has is found, and in which feature', () => {
  const baseline = learnBaseline(table(5_000, 1), { seed: 1 })
  const verdicts = (now: Columns) =>
    measureDrift(baseline, now).map(({ name, verdict }) => `${name} ${verdict}`)
  assert.deepEqual(verdicts(table(3_000, 2)), ['mass steady', 'kind steady'])
  assert.deepEqual(verdicts(table(3_000, 2, { mass: 0.3 })), ['mass shifted', 'kind steady'])
  assert.deepEqual(verdicts(table(3_000, 2, { grain: true })), ['mass steady', 'kind shifted'])
  assert.deepEqual(verdicts(table(3_000, 2, { lost: 0.22 })), ['mass shifting', 'kind steady'])
  assert.deepEqual(verdicts(table(100, 2)), ['mass too_few_rows', 'kind steady'])
  const [mass] = measureDrift(baseline, table(3_000, 2, { mass: 0.3 }))
  assert.ok((mass?.test?.pValue ?? 1) < 1e-9)
  assert.ok((measureDrift(baseline, table(3_000, 2))[0]?.test?.pValue ?? 0) > 0.01)
})

test('the index is that of the formula, with half a row in every bin', () => {
  const baseline = learnBaseline({ kind: ['a', 'a', 'a', 'b', 'b', null] }, { seed: 1 })
  assert.deepEqual(baseline.features[0]?.counts, [1, 3, 2, 0])
  const [found] = measureDrift(baseline, { kind: ['a', 'b', 'b', 'c'] })
  const before = [1.5, 3.5, 2.5, 0.5].map((count) => count / 8)
  const now = [0.5, 1.5, 2.5, 1.5].map((count) => count / 6)
  const psi = before.reduce((sum, b, i) => sum + ((now[i] ?? 0) - b) * Math.log((now[i] ?? 0) / b), 0)
  assert.ok(Math.abs((found?.psi ?? 0) - psi) < 1e-12)
  assert.deepEqual(found?.now, [0, 0.25, 0.5, 0.25])
})

test('chance alone brings on average what the report says', () => {
  const baseline = learnBaseline(table(2_000, 1), { seed: 1 })
  const found = Array.from({ length: 60 }, (_, i) => measureDrift(baseline, table(1_000, i + 100))[0])
  const mean = found.reduce((sum, one) => sum + (one?.psi ?? 0), 0) / found.length
  // The baseline is one draw, so only its own half varies between the reports: a wide bound.
  const chance = found[0]?.psiByChance ?? 0
  assert.ok(mean > chance / 3 && mean < 2 * chance, `${mean} and ${chance}`)
})

test('a constant of training is seen to move either way', () => {
  const baseline = learnBaseline({ x: Array<number>(500).fill(5) }, { seed: 1 })
  for (const [value, verdict] of [
    [5, 'steady'],
    [4, 'shifted'],
    [6, 'shifted'],
    [null, 'shifted'],
  ] as const)
    assert.equal(measureDrift(baseline, { x: Array(500).fill(value) })[0]?.verdict, verdict)
})

test('every row is counted in one bin, whatever the values, and the baseline is plain data', () => {
  const value = fc.oneof(
    fc.integer({ min: -3, max: 3 }),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.constant(null),
  )
  const list = fc
    .array(value, { minLength: 1, maxLength: 80 })
    .filter((all) => all.some((one) => one !== null))
  fc.assert(
    fc.property(list, list, (before, now) => {
      const baseline = learnBaseline({ x: before }, { seed: 1 })
      assert.deepEqual(JSON.parse(JSON.stringify(baseline)), baseline)
      const [feature] = baseline.features
      assert.equal(
        feature?.counts.reduce((sum, count) => sum + count, 0),
        before.length,
      )
      const [found] = measureDrift(baseline, { x: now })
      const shares = found?.now.reduce((sum, share) => sum + share, 0) ?? 0
      assert.ok(Math.abs(shares - 1) < 1e-9 && Number.isFinite(found?.psi))
    }),
  )
})

test('the score is watched as one more column, and the sample stays small', () => {
  const random = seededRandom(1)
  const score = Float64Array.from({ length: 20_000 }, () => random.uniform())
  const baseline = learnBaseline({ score, half: score.map((one) => one / 2) }, { seed: 1 })
  assert.deepEqual(
    baseline.features.map((feature) => (feature.kind === 'numbers' ? feature.sample.length : 0)),
    [250, 250],
  )
  const [drift] = measureDrift(baseline, { score: score.map((one) => one ** 2), half: score })
  assert.equal(drift?.verdict, 'shifted')
})

test('what cannot be compared is refused', () => {
  const baseline = learnBaseline({ x: [1, 2, 3], k: ['a', 'b', 'b'] }, { seed: 1 })
  const refuses = (act: () => unknown, code: string) =>
    assert.throws(act, { name: 'TabularInputError', code })
  refuses(() => measureDrift(baseline, { x: [1] }), 'feature_missing')
  refuses(() => measureDrift(baseline, { x: ['a'], k: ['b'] }), 'feature_wrong_type')
  refuses(() => measureDrift(baseline, { x: [1, 2], k: ['b'] }), 'length_mismatch')
  refuses(() => measureDrift(baseline, { x: [], k: [] }), 'rows_empty')
  refuses(() => learnBaseline({ x: [1, 'a'] }, { seed: 1 }), 'feature_wrong_type')
  refuses(() => learnBaseline({ x: [1, Number.POSITIVE_INFINITY] }, { seed: 1 }), 'feature_not_finite')
  refuses(() => learnBaseline({ x: [1] }, { seed: 1, sample: 5 }), 'option_invalid')
})
