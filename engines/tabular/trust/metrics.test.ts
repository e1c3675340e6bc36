import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { capacityOf, measureQuality, measureRanking } from './metrics.ts'
import { rank, type ScoredSample } from './ranking.ts'

const near = (actual: number, expected: number, tolerance = 1e-12): void =>
  assert.ok(Math.abs(actual - expected) <= tolerance, `${actual} is not ${expected}`)

/** Few distinct scores, so that ties are common; both labels occur. */
const cases = fc
  .array(
    fc.record({
      label: fc.integer({ min: 0, max: 1 }),
      tenths: fc.integer({ min: 0, max: 10 }),
      value: fc.nat(9),
    }),
    {
      minLength: 2,
      maxLength: 40,
    },
  )
  .filter((list) => new Set(list.map(({ label }) => label)).size === 2)

const sampleOf = (list: readonly { label: number; tenths: number; value: number }[]) => ({
  labels: list.map(({ label }) => label),
  scores: list.map(({ tenths }) => tenths / 10),
  values: list.map(({ value }) => value),
})

test('a hand-worked ranking: three of four pairs are in order', () => {
  const quality = measureQuality({ labels: [0, 0, 1, 1], scores: [0.1, 0.4, 0.35, 0.8] }, [0.5])
  near(quality.auc, 3 / 4)
  near(quality.averagePrecision, (1 / 2) * 1 + (1 / 2) * (2 / 3))
  near(quality.brier, (0.01 + 0.16 + 0.4225 + 0.04) / 4)
  assert.deepEqual(quality.capacities, [
    { share: 0.5, selected: 2, precision: 0.5, recall: 0.5, valueRecovered: null },
  ])
})

test('equal scores say nothing: AUC is a half, and the order given decides at a capacity', () => {
  const quality = measureQuality({ labels: [1, 0, 0, 1], scores: [0.5, 0.5, 0.5, 0.5] }, [0.25])
  near(quality.auc, 0.5)
  near(quality.averagePrecision, 0.5)
  near(quality.calibrationError, 0.5)
  assert.equal(quality.capacities[0]?.precision, 1)
})

test('the area is the share of pairs in order, ties half, as counting every pair shows', () => {
  fc.assert(
    fc.property(cases, (list) => {
      const positives = list.filter(({ label }) => label === 1)
      const negatives = list.filter(({ label }) => label === 0)
      const won = positives.flatMap((p) => negatives.map((n) => (Math.sign(p.tenths - n.tenths) + 1) / 2))
      near(measureQuality(sampleOf(list)).auc, won.reduce((sum, one) => sum + one, 0) / won.length)
    }),
  )
})

test('capacity figures are those of sorting the cases and counting', () => {
  fc.assert(
    fc.property(cases, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, share) => {
      const found = measureQuality(sampleOf(list), [share]).capacities[0]
      const sorted = [...list].sort((a, b) => b.tenths - a.tenths) // Stable, as the tie rule asks.
      const top = sorted.slice(0, capacityOf(share, list.length)).filter(({ label }) => label === 1)
      const all = list.filter(({ label }) => label === 1)
      const worth = (part: typeof list) => part.reduce((sum, { value }) => sum + value, 0)
      near(found?.precision ?? -1, top.length / capacityOf(share, list.length))
      near(found?.recall ?? -1, top.length / all.length)
      near(found?.valueRecovered ?? 0, worth(all) === 0 ? 0 : worth(top) / worth(all))
    }),
  )
})

test('counting copies measures what writing the copies out would', () => {
  const copied = fc.tuple(cases, fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }))
  fc.assert(
    fc.property(copied, ([list, times]) => {
      const written = list.flatMap((one, i) => Array<(typeof list)[0]>(times[i] ?? 0).fill(one))
      fc.pre(new Set(written.map(({ label }) => label)).size === 2)
      const ranking = rank(sampleOf(list))
      const copies = Uint32Array.from(ranking.positions, (position) => times[position] ?? 0)
      const counted = measureRanking(ranking, copies, [0.1, 0.5])
      const expected = measureQuality(sampleOf(written), [0.1, 0.5])
      near(counted.auc, expected.auc)
      near(counted.averagePrecision, expected.averagePrecision)
      near(counted.brier, expected.brier)
      assert.deepEqual(counted.capacities, expected.capacities)
    }),
  )
})

test('scores that are true in every group have no calibration error, shifted ones have the shift', () => {
  // Ten groups of twenty; in group g the share of positives is g twentieths.
  const groups = Array.from({ length: 200 }, (_, i) => ({ group: Math.floor(i / 20), place: i % 20 }))
  const labels = groups.map(({ group, place }) => (place < group ? 1 : 0))
  const error = (shift: number) =>
    measureQuality({ labels, scores: groups.map(({ group }) => group / 20 + shift) }).calibrationError
  near(error(0), 0)
  near(error(0.1), 0.1)
})

test('a capacity is rounded down but never to nothing, and not a case short by rounding', () => {
  assert.equal(capacityOf(0.01, 8_134), 81)
  assert.equal(capacityOf(0.29, 100), 29)
  assert.equal(capacityOf(0.01, 5), 1)
})

test('what cannot be measured is refused', () => {
  const refuses = (sample: ScoredSample, code: string, shares?: readonly number[]) =>
    assert.throws(() => measureQuality(sample, shares), { name: 'TabularInputError', code })
  refuses({ labels: [], scores: [] }, 'rows_empty')
  refuses({ labels: [0, 1], scores: [0.5] }, 'length_mismatch')
  refuses({ labels: [0, 1], scores: [0.5, 0.5], values: [1] }, 'length_mismatch')
  refuses({ labels: [0, 2], scores: [0.5, 0.5] }, 'label_not_binary')
  refuses({ labels: [0, 1], scores: [0.5, 1.5] }, 'score_invalid')
  refuses({ labels: [0, 1], scores: [0.5, Number.NaN] }, 'score_invalid')
  refuses({ labels: [0, 1], scores: [0.5, 0.5], values: [1, -1] }, 'value_invalid')
  refuses({ labels: [1, 1], scores: [0.5, 0.5] }, 'labels_one_class')
  refuses({ labels: [0, 1], scores: [0.5, 0.5] }, 'share_invalid', [0])
  refuses({ labels: [0, 1], scores: [0.5, 0.5] }, 'share_invalid', [1.1])
})
