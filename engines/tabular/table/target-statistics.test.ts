import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { TextColumn } from './columns.ts'
import { encodeCategory, type LabelledRows, shrunkMean } from './target-statistics.ts'

const column = (codes: readonly number[], levels: number): TextColumn => ({
  name: 'route',
  kind: 'category',
  codes: Int32Array.from(codes),
  levels: Array.from({ length: levels }, (_, i) => `level ${i}`),
})

const rowsOf = (
  labels: readonly number[],
  weights?: readonly number[],
  groups?: readonly number[],
): LabelledRows => ({
  labels: Float64Array.from(labels),
  weights: Float64Array.from(weights ?? labels.map(() => 1)),
  groups: groups && Int32Array.from(groups),
})

const labelsOf = (count: number) => Array.from({ length: count }, (_, i) => i % 2)

test('a training row is encoded from earlier rows, a later row from all training rows', () => {
  const { statistics, columns } = encodeCategory(column([1, 2, 1, 1, 0, 1], 2), rowsOf([1, 0, 1, 1, 0, 0]), 5)
  assert.deepEqual([...columns.seen], [0, 0, 1, 2, 0, 3])
  assert.deepEqual([...statistics.weights], [1, 3, 1])
  assert.deepEqual([...statistics.sums], [0, 3, 0])
  assert.equal(statistics.prior, 0.6)
  const means = [0, 0, 1, 2, 0, 3].map((seen) => shrunkMean({ sum: seen, weight: seen }, statistics))
  assert.deepEqual([...columns.mean], means)
})

const labelled = fc.array(
  fc.record({
    code: fc.integer({ min: 0, max: 3 }),
    label: fc.integer({ min: -9, max: 9 }),
    weight: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 2, maxLength: 40 },
)

test("no row's own label, nor any later one, touches what it sees beyond prior and strength", () => {
  fc.assert(
    fc.property(labelled, fc.nat(), (list, at) => {
      const row = at % list.length
      const sumSeen = (by: number) => {
        const rows = rowsOf(
          list.map(({ label }, i) => (i >= row ? label + by : label)),
          list.map(({ weight }) => weight),
        )
        const codes = list.map(({ code }) => code)
        const { statistics, columns } = encodeCategory(column(codes, 3), rows, list.length)
        const { prior, strength } = statistics
        const seen = list
          .slice(0, row)
          .reduce((sum, one, i) => sum + (codes[i] === codes[row] ? one.weight : 0), 0)
        // The sum of labels that the mean implies, whatever strength was chosen.
        return (columns.mean[row] ?? 0) * (seen + strength) - prior * strength
      }
      const expected = list
        .slice(0, row)
        .reduce((sum, { code, label, weight }) => sum + (code === list[row]?.code ? weight * label : 0), 0)
      for (const by of [0, 100]) assert.ok(Math.abs(sumSeen(by) - expected) < 1e-6)
    }),
  )
})

test('rows of one query know nothing of one another', () => {
  const { columns } = encodeCategory(
    column([1, 1, 1, 1, 1], 1),
    rowsOf([3, 1, 2, 0, 1], undefined, [0, 2, 5]),
    5,
  )
  assert.deepEqual([...columns.seen], [0, 0, 2, 2, 2])
  assert.equal(columns.mean[0], columns.mean[1])
  assert.equal(columns.mean[2], columns.mean[4])
})

test('a row of weight two counts as two rows, and the scale of all weights does not count', () => {
  const codes = [1, 2, 1, 1, 2, 1, 2, 2]
  const labels = [1, 0, 1, 0, 0, 1, 0, 1]
  const alone = encodeCategory(column(codes, 2), rowsOf(labels), 8)
  const scaled = encodeCategory(column(codes, 2), rowsOf(labels, Array<number>(8).fill(4)), 8)
  assert.deepEqual(scaled.columns.mean, alone.columns.mean)
  assert.deepEqual(
    scaled.columns.seen,
    alone.columns.seen.map((seen) => 4 * seen),
  )
  const common = encodeCategory(
    column(Array<number>(30).fill(1), 1),
    rowsOf(labelsOf(30), Array<number>(30).fill(4)),
    30,
  )
  assert.equal(common.columns.seen[29], 4 * 20)
  const doubled = encodeCategory(column([1, 1, 1], 1), rowsOf([1, 0, 5], [2, 1, 1]), 2).statistics
  assert.deepEqual([...doubled.weights], [0, 3])
  assert.deepEqual([...doubled.sums], [0, 2])
})

test('the strength is small where values decide the label and large where they do not, for shares and for means', () => {
  const count = 2_000
  const codes = Array.from({ length: count }, (_, i) => 1 + ((i * 7) % 40))
  const decided = codes.map((code) => (code <= 20 ? 1 : 0))
  // Labels in a pattern that is unrelated to the codes.
  const unrelated = codes.map((_, i) => ((i * 2_654_435_761) >>> 16) & 1)
  const strengthOf = (labels: readonly number[]) =>
    encodeCategory(column(codes, 40), rowsOf(labels), count).statistics.strength
  assert.ok(strengthOf(decided) <= 0.5)
  assert.ok(strengthOf(unrelated) >= 32)
  assert.ok(strengthOf(decided.map((label) => 1_000 * label - 3)) <= 0.5)
  assert.ok(strengthOf(unrelated.map((label) => 1_000 * label - 3)) >= 32)
})

test('squared error chooses the strength that a normal mean would be shrunk with', () => {
  // Level means of variance 1 and noise of variance 16: the best predictor counts the prior for 16 rows.
  const noise = (i: number) =>
    Math.sin(i * 12.9898) * 43_758.5453 - Math.floor(Math.sin(i * 12.9898) * 43_758.5453)
  const normal = (i: number) =>
    Math.sqrt(-2 * Math.log(noise(i) + 1e-9)) * Math.cos(2 * Math.PI * noise(i + 0.5))
  const count = 30_000
  const codes = Array.from({ length: count }, (_, i) => 1 + (i % 1_000))
  const labels = codes.map((code, i) => normal(7e5 + code) + 4 * normal(i))
  const { strength } = encodeCategory(column(codes, 1_000), rowsOf(labels), count).statistics
  assert.ok(strength >= 8 && strength <= 32, `${strength}`)
})

test('a value that only later rows have is given the prior, and much evidence outweighs it', () => {
  // Code 3 is the one after the last level, for values that no training row has.
  const { columns, statistics } = encodeCategory(column([1, 2, 1, 3], 2), rowsOf([1, 0, 1, 1]), 3)
  assert.equal(columns.mean[3], statistics.prior)
  assert.equal(columns.seen[3], 0)
  assert.equal(statistics.weights.length, 3)
  const belief = { prior: 0.2, strength: 4 }
  assert.equal(shrunkMean({ sum: 1, weight: 1 }, belief), 1.8 / 5)
  assert.ok(shrunkMean({ sum: 900, weight: 1_000 }, belief) > 0.89)
})
