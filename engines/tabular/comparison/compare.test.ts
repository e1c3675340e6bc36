import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../training/random.ts'
import { bootstrapQuality } from '../trust/bootstrap.ts'
import { compareScores } from './compare.ts'

/** Cases whose second score tells a little more than the first. */
function pairs(seed: number, count: number) {
  const random = seededRandom(seed)
  const hidden = Array.from({ length: count }, () => random.uniform())
  const labels = hidden.map((one) => (random.uniform() < one ? 1 : 0))
  const noisy = (noise: number) => hidden.map((one) => (1 - noise) * one + noise * random.uniform())
  return { labels, scores: [noisy(0.6), noisy(0.3)] as const }
}

test('a model compared with itself differs in nothing, and both choose the same cases', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10_000 }), (seed) => {
      const { labels, scores } = pairs(seed, 60)
      if (new Set(labels).size < 2) return
      const { measures, capacities } = compareScores(
        { labels, scores: [scores[0], scores[0]] },
        { seed, resamples: 20 },
      )
      for (const { first, second, difference } of measures) {
        assert.deepEqual(second, first)
        assert.deepEqual(difference, { value: 0, low: 0, high: 0 })
      }
      for (const { overlap, selected } of capacities) assert.equal(overlap, selected)
    }),
    { numRuns: 30 },
  )
})

test('each side has the figures that it has alone, and the two swapped differ the other way', () => {
  const { labels, scores } = pairs(1, 400)
  const compared = compareScores({ labels, scores }, { seed: 1, resamples: 200 })
  for (const [side, at] of [
    ['first', 0],
    ['second', 1],
  ] as const) {
    const alone = bootstrapQuality({ labels, scores: scores[at] }, { seed: 1, resamples: 200 })
    assert.equal(compared.measures[0]?.[side].value, alone.auc.value)
    assert.equal(compared.capacities[2]?.recall[side].value, alone.capacities[2]?.recall.value)
  }
  const swapped = compareScores({ labels, scores: [scores[1], scores[0]] }, { seed: 1, resamples: 200 })
  compared.measures.forEach(({ difference }, index) => {
    const other = swapped.measures[index]?.difference
    assert.ok(other)
    assert.equal(other.value, -difference.value)
    assert.ok(Math.abs(other.low + difference.high) < 1e-12)
  })
})

test('a difference that is there is told from chance, by an interval narrower than those of the two', () => {
  const { labels, scores } = pairs(3, 2_000)
  const [auc] = compareScores({ labels, scores }, { seed: 1, resamples: 300 }).measures
  assert.ok(auc && auc.difference.low > 0)
  const width = ({ low, high }: { readonly low: number; readonly high: number }) => high - low
  assert.ok(width(auc.difference) < width(auc.first) + width(auc.second))
})

test('the overlap at a capacity counts cases that both choose', () => {
  const labels = [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]
  const first = [0.9, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
  const second = [0.9, 0.1, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
  const { capacities } = compareScores(
    { labels, scores: [first, second] },
    { seed: 1, shares: [0.2], resamples: 10 },
  )
  assert.deepEqual([capacities[0]?.selected, capacities[0]?.overlap], [2, 1])
  assert.deepEqual([capacities[0]?.precision.first.value, capacities[0]?.precision.second.value], [0.5, 1])
})

test('what cannot be compared is refused', () => {
  const { labels, scores } = pairs(1, 40)
  const short = { labels, scores: [scores[0], scores[1].slice(1)] as const }
  assert.throws(() => compareScores(short, { seed: 1 }), { code: 'length_mismatch' })
  assert.throws(() => compareScores({ labels, scores }, { seed: 1, resamples: 0 }), {
    code: 'resamples_invalid',
  })
  assert.throws(() => compareScores({ labels, scores }, { seed: 1, shares: [2] }), { code: 'share_invalid' })
})
