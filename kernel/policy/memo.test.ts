import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Memo } from './memo.ts'

test('no more is kept than may be, nothing but what was last said, and never without what was asked for of late', () => {
  const step = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'), isSet: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), fc.integer({ min: 2, max: 8 }), (steps, most) => {
      const memo = new Memo<number>(most)
      const said = new Map<string, number>()
      // Keys by when they were last touched, the latest last.
      let order: string[] = []
      for (const [at, { key, isSet }] of steps.entries()) {
        const ofLate = order.slice(-Math.floor(most / 2))
        const value = isSet ? undefined : memo.get(key)
        if (isSet) {
          memo.set(key, at)
          said.set(key, at)
        } else if (value === undefined) assert.ok(!ofLate.includes(key), 'it was asked for of late')
        else assert.equal(value, said.get(key))
        const isKept = isSet || value !== undefined
        order = [...order.filter((one) => one !== key), ...(isKept ? [key] : [])]
        assert.ok(memo.size <= most)
      }
    }),
  )
})

test('what was not asked for longest goes', () => {
  const memo = new Memo<number>(4)
  for (const [at, key] of ['a', 'b', 'c', 'd', 'e'].entries()) memo.set(key, at)
  assert.equal(memo.get('a'), undefined)
  assert.equal(memo.get('e'), 4)
})
