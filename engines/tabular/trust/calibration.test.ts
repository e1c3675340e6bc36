/**
 * Against scikit-learn, whose version stands in the fixture: `IsotonicRegression(out_of_bounds='clip')` fitted to weighted
 * points and asked in 41 places, and `LogisticRegression(C=inf)` fitted to each margin twice, weighted by Platt's target and
 * its complement.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../training/random.ts'
import fixture from './calibration.fixture.json' with { type: 'json' }
import { calibrated, fitPlatt, interpolate, logistic, uncalibrated } from './calibration.ts'
import { chooseCalibration } from './calibration-choice.ts'
import { fitIsotonic, isotonicRegression } from './isotonic.ts'
import { measureQuality } from './metrics.ts'

const near = (actual: number, expected = Number.NaN, tolerance = 1e-12): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

const draw = (probabilityOf: (margin: number) => number, count = 20_000, seed = 3) => {
  const random = seededRandom(seed)
  const margins = Float64Array.from({ length: count }, () => 6 * random.uniform() - 3)
  const labels = Uint8Array.from(margins, (margin) => (random.uniform() < probabilityOf(margin) ? 1 : 0))
  return {
    margins,
    rows: { labels, weights: new Float64Array(count).fill(1) },
    range: { from: 0, to: count },
  }
}

const fitLine = ({ rows, margins, range }: ReturnType<typeof draw>) => {
  const fit = fitPlatt(rows, margins, range)
  assert.ok(fit.kind === 'platt')
  return fit
}

test('an overconfident model is flattened to what was true', () => {
  const { slope, intercept } = fitLine(draw((margin) => logistic(0.5 * margin - 1)))
  assert.ok(Math.abs(slope - 0.5) < 0.03, `slope ${slope}`)
  assert.ok(Math.abs(intercept + 1) < 0.05, `intercept ${intercept}`)
})

test('Platt’s line is scikit-learn’s logistic regression on the smoothed targets', () => {
  const { margins, labels, slope, intercept } = fixture.platt
  const rows = { labels, weights: labels.map(() => 1) }
  const fit = fitPlatt(rows, margins, { from: 0, to: labels.length })
  assert.ok(fit.kind === 'platt')
  near(fit.slope, slope, 1e-7)
  near(fit.intercept, intercept, 1e-7)
})

test('only rows of the range count', () => {
  const { margins, rows } = draw(logistic, 4_000)
  const tail = { from: 2_000, to: 4_000 }
  const poisoned = { ...rows, labels: rows.labels.map((label, i) => (i < tail.from ? 0 : label)) }
  for (const fit of [fitPlatt, fitIsotonic, chooseCalibration])
    assert.deepEqual(fit(poisoned, margins, tail), fit(rows, margins, tail))
})

test('margins that order cases the wrong way, or not at all, are left as they are', () => {
  const reversed = draw((margin) => logistic(-margin), 2_000)
  assert.equal(fitPlatt(reversed.rows, reversed.margins, reversed.range), uncalibrated)
  const flat = draw(() => 0.3, 1_000)
  assert.equal(fitLine({ ...flat, margins: new Float64Array(1_000) }).slope, 1)
})

test('perfectly parted labels give a finite fit, and no score is certain', () => {
  const margins = Float64Array.from({ length: 100 }, (_, i) => i - 49.5)
  const labels = Uint8Array.from(margins, (margin) => (margin > 0 ? 1 : 0))
  const rows = { labels, weights: new Float64Array(100).fill(1) }
  const range = { from: 0, to: 100 }
  const { slope, intercept } = fitLine({ rows, margins, range })
  assert.ok(Number.isFinite(slope) && slope > 0 && Number.isFinite(intercept))
  const isotonic = fitIsotonic(rows, margins, range)
  near(calibrated(isotonic, -1e9), 1 / 52)
  near(calibrated(isotonic, 1e9), 51 / 52)
})

test('the isotonic curve is scikit-learn’s, weights and ties and what lies outside included', () => {
  for (const { at, values, weights, asked, answers } of fixture.isotonic) {
    const curve = isotonicRegression({
      at: Float64Array.from(at),
      values: Float64Array.from(values),
      weights: Float64Array.from(weights),
    })
    asked.forEach((place, i) => {
      near(interpolate(curve.at, curve.values, place), answers[i])
    })
  }
})

test('points without weight say nothing, and the curve meets its own points', () => {
  const values = Float64Array.of(0.9, 0.1, 0.3, 0.7, 0.2, 0.8)
  const at = Float64Array.of(-5, 0, 1, 2, 2, 3)
  const curve = isotonicRegression({ at, values, weights: Float64Array.of(0, 1, 1, 1, 0, 1) })
  assert.deepEqual([...curve.at], [0, 1, 2, 3])
  const rising = fc.uniqueArray(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 9 })
  fc.assert(
    fc.property(rising, (list) => {
      const knots = Float64Array.from(list).sort()
      for (const knot of knots) near(interpolate(knots, knots, knot), knot, 1e-15)
    }),
  )
})

test('no never-falling curve lies closer to the points', () => {
  const point = fc.record({ value: fc.integer({ min: 0, max: 4 }), weight: fc.integer({ min: 1, max: 3 }) })
  const other = fc.array(fc.double({ min: 0, max: 4, noNaN: true }), { minLength: 12, maxLength: 12 })
  fc.assert(
    fc.property(fc.array(point, { minLength: 1, maxLength: 12 }), other, (points, any) => {
      const at = Float64Array.from(points.keys())
      const values = Float64Array.from(points, ({ value }) => value)
      const weights = Float64Array.from(points, ({ weight }) => weight)
      const curve = isotonicRegression({ at, values, weights })
      const cost = (fitted: (i: number) => number) =>
        points.reduce((sum, { value, weight }, i) => sum + weight * (value - fitted(i)) ** 2, 0)
      const rising = [...any].sort((a, b) => a - b)
      const own = cost((i) => interpolate(curve.at, curve.values, i))
      assert.ok(own <= cost((i) => rising[i] ?? 0) + 1e-9)
      assert.ok(curve.values.every((value, i) => value >= (curve.values[i - 1] ?? Number.NEGATIVE_INFINITY)))
    }),
  )
})

/** What is chosen in ten draws of the truth. */
const choices = (probabilityOf: (margin: number) => number, count: number) =>
  Array.from({ length: 10 }, (_, seed) => {
    const { rows, margins, range } = draw(probabilityOf, count, seed)
    return chooseCalibration(rows, margins, range)
  })

test('each kind is chosen where it is the truth, but for near misses of the simple ones', () => {
  const count = (kind: string, probabilityOf: (margin: number) => number) =>
    choices(probabilityOf, 2_000).filter(({ calibration }) => calibration.kind === kind).length
  assert.ok(count('platt', (margin) => logistic(0.4 * margin - 1)) >= 8)
  assert.ok(count('none', logistic) >= 5)
  assert.equal(
    count('isotonic', (margin) => (margin < 0 ? 0.1 : margin < 1 ? 0.5 : 0.52)),
    10,
  )
})

test('the choice is by rows that the fit has not seen: where margins are right and rows few, the curve loses', () => {
  const lost = choices(logistic, 300).filter(
    ({ heldOutLoss }) => heldOutLoss !== null && heldOutLoss.isotonic > heldOutLoss.none,
  )
  assert.ok(lost.length >= 7, `${lost.length} of 10`) // Fitted to the rows it is measured on, it would win every time.
})

test('what is chosen brings the calibration error of a wrong model down to chance', () => {
  const truth = (margin: number) => (margin < 0 ? 0.1 : 0.2 + 0.1 * margin)
  const { rows, margins, range } = draw(truth)
  const later = draw(truth, 20_000, 4)
  const { calibration } = chooseCalibration(rows, margins, range)
  const error = (score: (margin: number) => number) =>
    measureQuality({ labels: later.rows.labels, scores: later.margins.map(score) }).calibrationError
  const after = error((margin) => calibrated(calibration, margin))
  assert.ok(error(logistic) > 0.1 && after < 0.015, `${error(logistic)}, ${after}`)
})

test('too few rows to compare on take Platt’s line unseen, no rows are refused', () => {
  const { rows, margins } = draw((margin) => logistic(margin), 60)
  const { heldOutLoss, folds } = chooseCalibration(rows, margins, { from: 0, to: 60 })
  assert.deepEqual({ heldOutLoss, folds }, { heldOutLoss: null, folds: 0 })
  assert.throws(() => chooseCalibration(rows, margins, { from: 5, to: 5 }), { code: 'rows_empty' })
})

test('a margin becomes a score as each kind says', () => {
  const isotonic = {
    kind: 'isotonic',
    margins: Float64Array.of(-1, 0, 2),
    scores: Float64Array.of(0.1, 0.2, 0.8),
  } as const
  near(calibrated(uncalibrated, 0), 0.5)
  near(calibrated({ kind: 'platt', slope: 2, intercept: 1 }, -0.5), 0.5)
  for (const [margin, score] of [
    [-9, 0.1],
    [-1, 0.1],
    [0, 0.2],
    [1, 0.5],
    [2, 0.8],
    [9, 0.8],
  ] as const)
    near(calibrated(isotonic, margin), score)
  assert.ok(Number.isNaN(calibrated(isotonic, Number.NaN)))
})
