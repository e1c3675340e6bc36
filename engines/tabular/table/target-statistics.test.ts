import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TextColumn } from './features.ts'
import { encodeCategory, shrunkShare } from './target-statistics.ts'

const column = (codes: readonly number[], levels: number): TextColumn => ({
  name: 'route',
  kind: 'category',
  codes: Int32Array.from(codes),
  levels: Array.from({ length: levels }, (_, i) => `level ${i}`),
})

test('a training row is encoded from earlier rows, a later row from all training rows', () => {
  const rows = { labels: Uint8Array.of(1, 0, 1, 1, 0, 0), weights: new Float64Array(6).fill(1) }
  const { statistics, columns } = encodeCategory(column([1, 2, 1, 1, 0, 1], 2), rows, {
    trainCount: 5,
    prior: 0.6,
  })
  assert.deepEqual([...columns.seen], [0, 0, 1, 2, 0, 3])
  assert.deepEqual([...statistics.weights], [1, 3, 1])
  assert.deepEqual([...statistics.positives], [0, 3, 0])
  const { strength } = statistics
  const shares = [0, 0, 1, 2, 0, 3].map((seen) => (seen + 0.6 * strength) / (seen + strength))
  assert.deepEqual([...columns.share], shares)
})

test("no row's own label, nor any later one, touches what it sees beyond prior and strength", () => {
  const labelled = fc.record({ code: fc.integer({ min: 0, max: 3 }), label: fc.boolean() })
  fc.assert(
    fc.property(fc.array(labelled, { minLength: 2, maxLength: 40 }), fc.nat(), (list, at) => {
      const row = at % list.length
      const encode = (flip: boolean) => {
        const labels = Uint8Array.from(list, ({ label }, i) => Number(flip && i >= row ? !label : label))
        const rows = { labels, weights: new Float64Array(list.length).fill(1) }
        const codes = list.map(({ code }) => code)
        const { statistics, columns } = encodeCategory(column(codes, 3), rows, {
          trainCount: list.length,
          prior: 0.5,
        })
        const seen = columns.seen[row] ?? 0
        // Positives that the share implies, whatever strength was chosen.
        return (columns.share[row] ?? 0) * (seen + statistics.strength) - 0.5 * statistics.strength
      }
      assert.ok(Math.abs(encode(false) - encode(true)) < 1e-9)
    }),
  )
})

test('the strength is small where values decide the label and large where they do not', () => {
  const count = 2_000
  const weights = new Float64Array(count).fill(1)
  const codes = Array.from({ length: count }, (_, i) => 1 + ((i * 7) % 40))
  const decided = Uint8Array.from(codes, (code) => (code <= 20 ? 1 : 0))
  // Labels in a pattern that is unrelated to the codes.
  const unrelated = Uint8Array.from(codes, (_, i) => ((i * 2_654_435_761) >>> 16) & 1)
  const fit = { trainCount: count, prior: 0.5 }
  assert.ok(encodeCategory(column(codes, 40), { labels: decided, weights }, fit).statistics.strength <= 0.5)
  assert.ok(encodeCategory(column(codes, 40), { labels: unrelated, weights }, fit).statistics.strength >= 32)
})

test('an unseen value is given the prior, and much evidence outweighs it', () => {
  const belief = { prior: 0.2, strength: 4 }
  assert.equal(shrunkShare({ positive: 0, weight: 0 }, belief), 0.2)
  assert.equal(shrunkShare({ positive: 1, weight: 1 }, belief), 1.8 / 5)
  assert.ok(shrunkShare({ positive: 900, weight: 1_000 }, belief) > 0.89)
})
