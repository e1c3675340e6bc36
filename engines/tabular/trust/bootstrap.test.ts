import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plantTable } from '../planted-table.ts'
import { seededRandom } from '../training/random.ts'
import { bootstrapQuality } from './bootstrap.ts'
import { measureQuality } from './metrics.ts'
import { quantile, resample } from './resampling.ts'

const sample = (count: number, seed: number) => {
  const { labels, truth } = plantTable(count, seed)
  return { labels, scores: truth, values: truth.map((_, i) => i % 7) }
}

test('the same seed gives the same intervals, around the measures of the sample', () => {
  const once = bootstrapQuality(sample(400, 1), { seed: 5, resamples: 200 })
  assert.deepEqual(bootstrapQuality(sample(400, 1), { seed: 5, resamples: 200 }), once)
  assert.notDeepEqual(bootstrapQuality(sample(400, 1), { seed: 6, resamples: 200 }), once)
  const quality = measureQuality(sample(400, 1))
  assert.equal(once.auc.value, quality.auc)
  assert.equal(once.capacities[2]?.recall.value, quality.capacities[2]?.recall)
  for (const { value, low, high } of [once.auc, once.averagePrecision, once.brier])
    assert.ok(low < value && value < high)
})

test('an interval of 90 % covers the true area in about nine of ten samples', () => {
  // Truth: positives uniform on (0.2, 1), negatives on (0, 0.8), so AUC = 1 − 0.6² / (2 × 0.8²) = 0.71875.
  const samples = 300
  let covered = 0
  for (let s = 0; s < samples; s++) {
    const random = seededRandom(s)
    const labels = Uint8Array.from({ length: 200 }, (_, i) => (i < 60 ? 1 : 0))
    const scores = Float64Array.from(labels, (label) => 0.8 * random.uniform() + (label === 1 ? 0.2 : 0))
    const { auc } = bootstrapQuality(
      { labels, scores },
      { seed: s, resamples: 200, confidence: 0.9, shares: [] },
    )
    if (auc.low <= 0.71875 && 0.71875 <= auc.high) covered++
  }
  // Four standard deviations of a binomial with p = 0.9 are 7 points; percentile intervals run a little short.
  assert.ok(covered / samples > 0.82 && covered / samples < 0.97, `covered ${covered} of ${samples}`)
})

test('one positive among many is still measured: resamples without it are drawn again', () => {
  const labels = Uint8Array.from({ length: 50 }, (_, i) => (i === 10 ? 1 : 0))
  const { auc } = bootstrapQuality(
    { labels, scores: labels.map((_, i) => i / 50) },
    { seed: 1, resamples: 50 },
  )
  assert.ok(Number.isFinite(auc.low) && Number.isFinite(auc.high))
})

test('quantiles lie between neighbouring values in proportion', () => {
  assert.equal(quantile(Float64Array.of(1, 2, 4), 0.75), 3)
  assert.equal(quantile(Float64Array.of(5), 0.1), 5)
})

test('impossible numbers of resamples and confidences are refused', () => {
  for (const options of [
    { resamples: 0 },
    { resamples: 1.5 },
    { confidence: 1 },
    { confidence: Number.NaN },
  ]) {
    assert.throws(() => bootstrapQuality(sample(50, 1), { seed: 1, ...options }), {
      code: 'resamples_invalid',
    })
  }
})

test('every case is drawn as often as any other, and as many are drawn as there are', () => {
  const drawn = new Float64Array(7)
  const measure = (copies: Uint32Array) => {
    assert.equal(
      copies.reduce((sum, times) => sum + times, 0),
      7,
    )
    copies.forEach((times, i) => {
      drawn[i] = (drawn[i] ?? 0) + times
    })
    return new Float64Array(1)
  }
  resample({ count: 7, measure }, { seed: 1, resamples: 5_000 })
  // Binomial, 35,000 draws of one in seven: four standard deviations are 262.
  for (const times of drawn) assert.ok(Math.abs(times - 5_000) < 262, `${times}`)
})

test('the interval leaves out as much below as above', () => {
  let calls = 0
  const [estimate] = resample(
    { count: 3, measure: () => Float64Array.of(calls++) },
    { seed: 1, resamples: 101, confidence: 0.9 },
  )
  assert.equal(estimate?.value, 0)
  assert.ok(Math.abs(estimate.low - 6) < 1e-9 && Math.abs(estimate.high - 96) < 1e-9)
})
