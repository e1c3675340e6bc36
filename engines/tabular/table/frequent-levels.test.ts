import assert from 'node:assert/strict'
import { test } from 'node:test'
import { frequentCodes, MAX_SET_LEVELS, setLevels } from './frequent-levels.ts'

const column = (counts: readonly number[]) => ({
  name: 'route',
  kind: 'category' as const,
  codes: Int32Array.from(counts.flatMap((count, code) => Array<number>(count).fill(code))),
  levels: counts.slice(1).map((_, i) => `level ${i}`),
})

test('the most frequent values have a level of their own, and one is left for the rest', () => {
  const counts = [500, 30, 9, 20, 10, 40]
  const { codes } = column(counts)
  assert.deepEqual([...frequentCodes(column(counts), codes.length)], [1, 3, 4, 5])
  assert.deepEqual([...frequentCodes(column(counts), codes.length, 3)], [1, 5])
  assert.deepEqual([...frequentCodes(column(counts), codes.length, 1)], [])
})

test('only training rows count', () => {
  assert.deepEqual([...frequentCodes(column([0, 12, 30]), 12)], [1])
})

test('of equally frequent values the first are taken, and never more than fit into a byte', () => {
  const many = column([0, ...Array<number>(400).fill(10)])
  const frequent = frequentCodes(many, many.codes.length)
  assert.equal(frequent.length, MAX_SET_LEVELS - 1)
  assert.deepEqual(
    frequent,
    Int32Array.from({ length: MAX_SET_LEVELS - 1 }, (_, i) => i + 1),
  )
})

test('missing has no level, rare and unseen values have level 0', () => {
  assert.deepEqual([...setLevels(Int32Array.of(2, 5), 7)], [Number.NaN, 0, 1, 0, 0, 2, 0])
})
