import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sigmoid } from '../training/loss.ts'
import { seededRandom } from '../training/random.ts'
import { fitPlatt, uncalibrated } from './calibration.ts'

const draw = (probabilityOf: (margin: number) => number, count = 20_000) => {
  const random = seededRandom(3)
  const margins = Float64Array.from({ length: count }, () => 6 * random.uniform() - 3)
  const labels = Uint8Array.from(margins, (margin) => (random.uniform() < probabilityOf(margin) ? 1 : 0))
  return {
    margins,
    rows: { labels, weights: new Float64Array(count).fill(1) },
    range: { from: 0, to: count },
  }
}

test('an overconfident model is flattened to what was true', () => {
  const { margins, rows, range } = draw((margin) => sigmoid(0.5 * margin - 1))
  const { slope, intercept } = fitPlatt(rows, margins, range)
  assert.ok(Math.abs(slope - 0.5) < 0.03, `slope ${slope}`)
  assert.ok(Math.abs(intercept + 1) < 0.05, `intercept ${intercept}`)
})

test('only rows of the range count', () => {
  const { margins, rows } = draw((margin) => sigmoid(margin))
  const tail = { from: 10_000, to: 20_000 }
  const poisoned = rows.labels.map((label, i) => (i < tail.from ? 0 : label))
  assert.deepEqual(fitPlatt({ ...rows, labels: poisoned }, margins, tail), fitPlatt(rows, margins, tail))
})

test('margins that order cases the wrong way, or not at all, are left as they are', () => {
  const reversed = draw((margin) => sigmoid(-margin))
  assert.equal(fitPlatt(reversed.rows, reversed.margins, reversed.range), uncalibrated)
  const flat = draw(() => 0.3, 1_000)
  assert.equal(fitPlatt(flat.rows, new Float64Array(1_000), flat.range).slope, 1)
})

test('perfectly parted labels give a finite fit', () => {
  const margins = Float64Array.from({ length: 100 }, (_, i) => i - 49.5)
  const labels = Uint8Array.from(margins, (margin) => (margin > 0 ? 1 : 0))
  const rows = { labels, weights: new Float64Array(100).fill(1) }
  const { slope, intercept } = fitPlatt(rows, margins, { from: 0, to: 100 })
  assert.ok(Number.isFinite(slope) && slope > 0 && Number.isFinite(intercept))
})
