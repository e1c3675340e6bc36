/**
 * Against scikit-learn, whose version stands in the fixture: `roc_auc_score`, `average_precision_score`, `log_loss`,
 * `brier_score_loss`, `calibration_curve` (five bins, `uniform` and `quantile`), `mean_squared_error`,
 * `mean_absolute_error`, `r2_score`, `mean_pinball_loss`, `mean_poisson_deviance`, `mean_tweedie_deviance`, `ndcg_score` (of
 * the labels, and of 2^label − 1).
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { seededRandom } from '../training/random.ts'
import {
  logLoss,
  meanAbsoluteError,
  pinballLoss,
  poissonDeviance,
  rootMeanSquaredError,
  tweedieDeviance,
} from './losses.ts'
import fixture from './metrics.fixture.json' with { type: 'json' }
import { measureQuality } from './metrics.ts'
import { discountedGain } from './ranking-quality.ts'
import { bootstrapRegression, measureRegression } from './regression-quality.ts'
import { reliabilityCurve } from './reliability.ts'

const near = (actual: number | null | undefined, expected = Number.NaN, tolerance = 1e-12): void =>
  assert.ok(Math.abs((actual ?? Number.NaN) - expected) <= tolerance, `${actual} is not ${expected}`)

test('measures of scores agree with scikit-learn', () => {
  const { labels, scores, ...expected } = fixture.binary
  const quality = measureQuality({ labels, scores })
  near(quality.auc, expected.auc)
  near(quality.averagePrecision, expected.averagePrecision)
  near(quality.brier, expected.brier)
  near(logLoss({ labels, predictions: scores }), expected.logLoss)
  assert.ok(Number.isFinite(logLoss({ labels: [1], predictions: [0] })))
})

test('losses and deviances agree with scikit-learn, weighted and not', () => {
  const { labels, predictions, weights, plain, weighted } = fixture.regression
  for (const [rows, expected] of [
    [{ labels, predictions }, plain],
    [{ labels, predictions, weights }, weighted],
  ] as const) {
    near(rootMeanSquaredError(rows), expected.rmse)
    near(meanAbsoluteError(rows), expected.mae)
    near(poissonDeviance(rows), expected.poisson)
    for (const [level, loss] of Object.entries(expected.pinball)) near(pinballLoss(rows, Number(level)), loss)
    for (const [power, loss] of Object.entries(expected.tweedie))
      near(tweedieDeviance(rows, Number(power)), loss, 1e-11)
  }
  const { rmse, mae, rSquared } = measureRegression({ labels, predictions })
  near(rmse, plain.rmse)
  near(mae, plain.mae)
  near(rSquared, plain.rSquared)
})

test('discounted gain agrees with scikit-learn, ties included, and is the mean of the lists', () => {
  const means = { linear: 0, exponential: 0 }
  for (const list of fixture.ndcg) {
    const lists = { labels: list.labels, predictions: list.scores, groups: [0, list.labels.length] }
    for (const gain of ['linear', 'exponential'] as const) {
      for (const [k, expected] of Object.entries(list[gain]))
        near(discountedGain(lists, { k: Number(k), gain }), expected)
      means[gain] += (discountedGain(lists, { k: 5, gain }) ?? 0) / fixture.ndcg.length
    }
  }
  const all = {
    labels: [...fixture.ndcg.flatMap(({ labels }) => labels), 0, 0],
    predictions: [...fixture.ndcg.flatMap(({ scores }) => scores), 1, 2],
  }
  const ends = fixture.ndcg.map((_, i) => fixture.ndcg.slice(0, i + 1).flatMap(({ labels }) => labels).length)
  const groups = [0, ...ends, all.labels.length] // The last list has no gain, and says nothing.
  near(discountedGain({ ...all, groups }, { k: 5 }), means.exponential)
  assert.equal(discountedGain({ labels: [0, 0], predictions: [1, 2], groups: [0, 2] }, { k: 1 }), null)
})

test('reliability curves agree with scikit-learn', () => {
  const { labels, scores, uniform } = fixture.binary
  const byWidth = reliabilityCurve({ labels, scores }, { by: 'width', bins: 5 })
  assert.equal(byWidth.points.length, uniform.share.length)
  byWidth.points.forEach(({ share, meanScore }, i) => {
    near(share, uniform.share[i])
    near(meanScore, uniform.meanScore[i])
  })
  const { quantile } = fixture
  const byMass = reliabilityCurve(
    { labels: quantile.labels, scores: quantile.scores },
    { by: 'mass', bins: 5 },
  )
  byMass.points.forEach(({ share, meanScore }, i) => {
    near(share, quantile.share[i])
    near(meanScore, quantile.meanScore[i])
  })
})

test('true scores stay on the diagonal’s intervals, stretched ones leave them', () => {
  const random = seededRandom(1)
  const truth = Float64Array.from({ length: 20_000 }, () => random.uniform())
  const labels = truth.map((p) => (random.uniform() < p ? 1 : 0))
  const outside = (scores: Float64Array) =>
    reliabilityCurve({ labels, scores }, { bins: 20, confidence: 0.99 }).points.filter(
      ({ meanScore, interval }) => meanScore < interval.low || meanScore > interval.high,
    ).length
  assert.ok(outside(truth) <= 2)
  assert.ok(outside(truth.map((p) => Math.min(1, Math.max(0, 1.4 * p - 0.2)))) >= 12)
})

test('equal scores are never parted, and each case is in one bin', () => {
  const { points } = reliabilityCurve(
    { labels: [0, 1, 0, 1, 1], scores: [0.2, 0.2, 0.2, 0.2, 0.9] },
    { bins: 3 },
  )
  assert.deepEqual(
    points.map(({ cases }) => cases),
    [4, 1],
  )
  const edge = reliabilityCurve({ labels: [0, 1], scores: [0, 1] }, { by: 'width', bins: 4 })
  assert.deepEqual([edge.points[0]?.meanScore, edge.points[1]?.meanScore, edge.worst], [0, 1, 0])
})

test('capacities of numbers are those of sorting and counting, with intervals around them', () => {
  const random = seededRandom(2)
  const labels = Array.from({ length: 400 }, () => 10 * random.uniform())
  const predictions = labels.map((label) => label + 4 * random.uniform())
  const values = labels.map((_, i) => i % 5)
  const measured = measureRegression({ labels, predictions, values }, [0.1])
  const top = [...labels.keys()].sort((a, b) => (predictions[b] ?? 0) - (predictions[a] ?? 0)).slice(0, 40)
  const sum = (list: readonly number[], rows: Iterable<number>) =>
    [...rows].reduce((s, i) => s + (list[i] ?? 0), 0)
  near(measured.capacities[0]?.meanLabel, sum(labels, top) / 40)
  near(measured.capacities[0]?.labelShare, sum(labels, top) / sum(labels, labels.keys()))
  near(measured.capacities[0]?.valueRecovered, sum(values, top) / sum(values, labels.keys()))
  near(measured.bias, predictions.reduce((s, p, i) => s + p - (labels[i] ?? 0), 0) / 400, 1e-10)
  const options = { seed: 1, resamples: 200, shares: [0.1] }
  const boot = bootstrapRegression({ labels, predictions, values }, options)
  assert.deepEqual(bootstrapRegression({ labels, predictions, values }, options), boot)
  for (const { value, low, high } of [boot.rmse, boot.mae, boot.bias]) assert.ok(low < value && value < high)
  assert.equal(boot.rmse.value, measured.rmse)
})

test('an interval of 90 % of the error covers the truth in about nine of ten samples', () => {
  let covered = 0
  for (let seed = 0; seed < 200; seed++) {
    const random = seededRandom(seed)
    const labels = Float64Array.from({ length: 150 }, () => random.uniform())
    const predictions = labels.map((label) => label + 2 * random.uniform() - 1) // Mean |error| ½.
    const { mae } = bootstrapRegression(
      { labels, predictions },
      { seed, resamples: 150, confidence: 0.9, shares: [] },
    )
    if (mae.low <= 0.5 && 0.5 <= mae.high) covered++
  }
  assert.ok(covered > 164 && covered < 196, `covered ${covered} of 200`)
})

test('measures without meaning are null, and what cannot be measured is refused', () => {
  assert.equal(measureRegression({ labels: [2, 2], predictions: [1, 2] }).rSquared, null)
  assert.equal(measureRegression({ labels: [-1, 2], predictions: [1, 2] }).capacities[0]?.labelShare, null)
  assert.equal(measureRegression({ labels: [0, 0], predictions: [1, 2] }).capacities[0]?.labelShare, null)
  assert.equal(measureRegression({ labels: [1, 2], predictions: [1, 2] }).capacities[0]?.valueRecovered, null)
  const rows = { labels: [1, 2], predictions: [1, 2] }
  const refusals: readonly (readonly [string, () => unknown])[] = [
    ['rows_empty', () => rootMeanSquaredError({ labels: [], predictions: [] })],
    ['length_mismatch', () => rootMeanSquaredError({ labels: [1], predictions: [] })],
    ['label_not_finite', () => measureRegression({ ...rows, labels: [1, Number.NaN] })],
    ['prediction_invalid', () => measureRegression({ ...rows, predictions: [1, Number.NaN] })],
    ['value_invalid', () => measureRegression({ ...rows, values: [1, -1] })],
    ['weight_invalid', () => meanAbsoluteError({ ...rows, weights: [0, 0] })],
    ['label_negative', () => poissonDeviance({ ...rows, labels: [-1, 1] })],
    ['prediction_invalid', () => tweedieDeviance({ ...rows, predictions: [0, 1] }, 1.5)],
    ['option_invalid', () => tweedieDeviance(rows, 2)],
    ['option_invalid', () => pinballLoss(rows, 1)],
    ['groups_invalid', () => discountedGain({ ...rows, groups: [0, 1] }, { k: 1 })],
    ['groups_invalid', () => discountedGain({ ...rows, groups: [0, 0, 2] }, { k: 1 })],
    ['option_invalid', () => discountedGain({ ...rows, groups: [0, 2] }, { k: 0 })],
    ['option_invalid', () => reliabilityCurve({ labels: [1], scores: [1] }, { bins: 0 })],
  ]
  for (const [code, act] of refusals) assert.throws(act, { name: 'TabularInputError', code })
})
