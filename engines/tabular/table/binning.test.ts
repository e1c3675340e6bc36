import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { binOf, binRows, quantileCuts } from './binning.ts'

const value = fc.oneof(
  fc.integer({ min: -50, max: 50 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constant(Number.NaN),
)

test('few distinct values each get a bin of their own', () => {
  const cuts = quantileCuts(Float64Array.of(3, 1, 2, 2, Number.NaN, 1), 255)
  assert.deepEqual([...cuts], [1.5, 2.5])
})

test('many distinct values are divided into bins of about equal size', () => {
  const values = Float64Array.from({ length: 10_000 }, (_, i) => i)
  const cuts = quantileCuts(values, 10)
  assert.equal(cuts.length, 9)
  const sizes = new Map<number, number>()
  for (const one of values) sizes.set(binOf(cuts, one), (sizes.get(binOf(cuts, one)) ?? 0) + 1)
  assert.ok([...sizes.values()].every((size) => size === 1_000))
})

test('one huge tie does not starve the other bins', () => {
  const values = Float64Array.from({ length: 10_000 }, (_, i) => (i < 9_000 ? 0 : i))
  assert.ok(quantileCuts(values, 10).length >= 8)
})

test('constant and all-missing columns have no cut', () => {
  assert.equal(quantileCuts(new Float64Array(9).fill(4), 255).length, 0)
  assert.equal(quantileCuts(new Float64Array(9).fill(Number.NaN), 255).length, 0)
})

test('bins keep the order of values, missing is bin 0, and no bin exceeds the limit', () => {
  fc.assert(
    fc.property(
      fc.array(value, { minLength: 1, maxLength: 300 }),
      fc.integer({ min: 2, max: 255 }),
      (list, maxBins) => {
        const values = Float64Array.from(list)
        const cuts = quantileCuts(values, maxBins)
        const bins = binRows([values], [cuts])
        assert.ok(cuts.length < maxBins)
        const pairs = list.map((one, i) => ({ one, bin: bins[i] ?? -1 }))
        for (const { one, bin } of pairs) assert.equal(bin === 0, Number.isNaN(one))
        const present = pairs.filter(({ one }) => !Number.isNaN(one)).sort((a, b) => a.one - b.one)
        present.forEach(({ one, bin }, i) => {
          const before = present[i - 1]
          if (before !== undefined) assert.ok(before.one === one ? before.bin === bin : before.bin <= bin)
        })
      },
    ),
  )
})

test('a strictly increasing transform of a column changes no bin', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: -1_000, max: 1_000 }), { minLength: 1, maxLength: 400 }),
      (list) => {
        const raw = Float64Array.from(list)
        const cubed = raw.map((one) => one ** 3 + one)
        assert.deepEqual(binRows([raw], [quantileCuts(raw, 16)]), binRows([cubed], [quantileCuts(cubed, 16)]))
      },
    ),
  )
})
