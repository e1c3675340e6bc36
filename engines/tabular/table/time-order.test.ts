import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { trainingOrder } from './time-order.ts'

const time = fc.oneof(
  fc.integer({ min: -3, max: 3 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(-0, 0, Number.MIN_VALUE, -Number.MIN_VALUE, Number.MAX_VALUE, -Number.MAX_VALUE, 1.7e12),
)

const positions = (count: number) => Array.from({ length: count }, (_, row) => row)

test('rows stand by time, those of one time as they came', () => {
  fc.assert(
    fc.property(fc.array(time, { maxLength: 60 }), (times) => {
      const expected = positions(times.length).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0) || a - b)
      const { order } = trainingOrder({ order: times }, times.length)
      assert.deepEqual(order === undefined ? positions(times.length) : [...order], expected)
      assert.equal(
        order === undefined,
        expected.every((row, i) => row === i),
      )
    }),
  )
})

test("a query's rows stand together by time, and queries by their last row", () => {
  const row = fc.record({ time: fc.integer({ min: 0, max: 20 }), query: fc.constantFrom('a', 'b', 'c', 7) })
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 40 }), (rows) => {
      const { order, groups } = trainingOrder(
        { order: rows.map((one) => one.time), groups: rows.map(({ query }) => query) },
        rows.length,
      )
      const placed = order === undefined ? positions(rows.length) : [...order]
      assert.deepEqual(
        [...placed].sort((a, b) => a - b),
        positions(rows.length),
      )
      const starts = [...(groups ?? [])]
      assert.equal(starts[0], 0)
      assert.equal(starts.at(-1), rows.length)
      const queries = starts.slice(1).map((end, i) => placed.slice(starts[i], end).map((at) => rows[at]))
      assert.equal(queries.length, new Set(rows.map(({ query }) => query)).size)
      queries.forEach((own, i) => {
        assert.ok(own.length > 0 && own.every((one) => one?.query === own[0]?.query))
        assert.deepEqual(
          own.map((one) => one?.time),
          own.map((one) => one?.time ?? 0).sort((a, b) => a - b),
        )
        const before = queries[i - 1]?.at(-1)?.time ?? 0
        assert.ok((own.at(-1)?.time ?? 0) >= before)
      })
    }),
  )
})

test('a table in order needs no order', () => {
  assert.deepEqual(trainingOrder({}, 3), { order: undefined, groups: undefined })
  assert.deepEqual(trainingOrder({ groups: [5, 5, 2] }, 3), {
    order: undefined,
    groups: Int32Array.of(0, 2, 3),
  })
})

test('rows from the future are refused, and so is a limit without times', () => {
  const refuses = (given: Parameters<typeof trainingOrder>[0], code: string, message: RegExp) =>
    assert.throws(() => trainingOrder(given, 3), { code, message })
  assert.equal(trainingOrder({ order: [1, 2, 3], notAfter: 3 }, 3).order, undefined)
  refuses({ order: [1, 4, 3], notAfter: 3 }, 'row_in_future', /row 1 lies after/)
  refuses({ notAfter: 3 }, 'order_invalid', /without the times/)
  refuses({ order: [1, 2, 3], notAfter: Number.NaN }, 'order_invalid', /notAfter/)
  refuses({ order: [1, 2, Number.POSITIVE_INFINITY] }, 'order_invalid', /row 2/)
  refuses({ order: [1, 2] }, 'length_mismatch', /3 rows and 2 times/)
  refuses({ groups: [1, 2] }, 'length_mismatch', /3 rows and 2 queries/)
  refuses({ groups: [1, Number.NaN, 2] }, 'groups_invalid', /query of row 1/)
})
