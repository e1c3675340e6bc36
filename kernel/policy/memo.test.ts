import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Memo } from './memo.ts'

test('what was not asked for longest is forgotten first, and never more is kept than may be', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e'), isSet: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (steps, most) => {
      const memo = new Memo<number>(most)
      // The same in the plainest form: keys by when they were last touched.
      let order: string[] = []
      for (const [at, { key, isSet }] of steps.entries()) {
        const isKnown = order.includes(key)
        if (isSet && !isKnown) {
          memo.set(key, at)
          order = [...order, key].slice(-most)
        } else {
          assert.equal(memo.get(key) !== undefined, isKnown)
          if (isKnown) order = [...order.filter((one) => one !== key), key]
        }
        assert.equal(memo.size, order.length)
      }
    }),
  )
})
