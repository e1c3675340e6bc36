import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { doubleBelow, doubleForAtMost, doubleForLess, singleAtMost, singleBelow } from './float32.ts'

const single = fc.float({ noNaN: true, noDefaultInfinity: true })
const double = fc.double({ noNaN: true, noDefaultInfinity: true })
/** A double near a single: itself, a neighbour, or halfway to the next. */
const near = fc
  .tuple(single, fc.constantFrom('same', 'below', 'above', 'middle'), double)
  .map(([value, how]) => {
    if (how === 'below') return doubleBelow(value)
    if (how === 'above') return -doubleBelow(-value)
    return how === 'middle' ? value + (singleBelow(value) - value) / 2 : value
  })

test('less than a single, in single precision, is at most the threshold in double', () => {
  fc.assert(
    fc.property(single, fc.oneof(near, double), (threshold, value) => {
      assert.equal(value <= doubleForLess(threshold), Math.fround(value) < threshold)
      assert.equal(value <= doubleForAtMost(threshold), Math.fround(value) <= threshold)
    }),
    { numRuns: 2000 },
  )
})

test('the doubles next to the threshold and halfway between singles go the right way', () => {
  fc.assert(
    fc.property(single, (threshold) => {
      const most = doubleForLess(threshold)
      assert.ok(Math.fround(most) < threshold)
      assert.ok(Math.fround(-doubleBelow(-most)) >= threshold)
    }),
    { numRuns: 2000 },
  )
})

test('the ends of the range, zeros of either sign and the smallest numbers', () => {
  const greatest = (2 - 2 ** -23) * 2 ** 127
  for (const threshold of [0, -0, 2 ** -149, -(2 ** -149), 1, greatest, -greatest, 2 ** -126]) {
    const most = doubleForLess(threshold)
    assert.ok(Number.isFinite(most))
    assert.ok(Math.fround(most) < threshold)
    assert.ok(!(Math.fround(-doubleBelow(-most)) < threshold))
  }
  assert.equal(doubleBelow(0), -Number.MIN_VALUE)
  assert.equal(singleBelow(0), -(2 ** -149))
})

test('a threshold in single precision sends every single the way of the double', () => {
  fc.assert(
    fc.property(double, single, (threshold, value) => {
      for (const one of [value, Math.fround(threshold), singleBelow(Math.fround(threshold))])
        assert.equal(one <= singleAtMost(threshold), one <= threshold)
    }),
    { numRuns: 2000 },
  )
})
