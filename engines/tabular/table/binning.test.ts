import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { binInto, binOf } from './binning.ts'

const value = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double(),
  fc.constantFrom(-0, 0, Number.MAX_VALUE, Number.MIN_VALUE),
)
const cuts = fc
  .uniqueArray(
    fc.oneof(fc.integer({ min: -50, max: 50 }), fc.double({ noNaN: true, noDefaultInfinity: true })),
    {
      maxLength: 254,
      comparator: (a, b) => a === b,
    },
  )
  .map((list) => Float64Array.from(list).sort())

test('a column is binned as each of its values would be, wherever the bins lie', () => {
  const layout = fc.record({ stride: fc.integer({ min: 1, max: 5 }), offset: fc.nat(4), from: fc.nat(20) })
  fc.assert(
    fc.property(fc.array(value, { maxLength: 80 }), cuts, layout, (list, own, { stride, offset, from }) => {
      for (const values of [Float64Array.from(list), Float32Array.from(list)]) {
        const bins = new Uint8Array(list.length * stride + offset).fill(77)
        const to = Math.max(from, list.length - 3)
        binInto(values, own, { bins, stride, offset, from, to })
        const expected = new Uint8Array(bins.length).fill(77)
        for (let row = from; row < to && row < list.length; row++)
          expected[row * stride + offset] = binOf(own, values[row] ?? 0)
        assert.deepEqual(bins, expected)
      }
    }),
  )
})

test('a full table of cuts leaves a bin for each part', () => {
  const own = Float64Array.from({ length: 254 }, (_, i) => i)
  const values = Float64Array.from({ length: 257 }, (_, i) => (i === 256 ? Number.NaN : i - 0.5))
  const bins = new Uint8Array(values.length)
  binInto(values, own, { bins, stride: 1, offset: 0 })
  assert.deepEqual([...bins], [...Array.from({ length: 255 }, (_, i) => i + 1), 255, 0])
})

test('a value on a cut lies below it, and a missing one in bin 0', () => {
  const own = Float64Array.of(1, 2)
  assert.deepEqual(
    [0, 1, 1.5, 2, 3, Number.NaN].map((one) => binOf(own, one)),
    [1, 1, 2, 2, 3, 0],
  )
})
