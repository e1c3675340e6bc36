import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { cursorOf, page } from './cursor.ts'

const numbers = cursorOf(z.int())
const places = cursorOf(z.strictObject({ priority: z.number(), caseId: z.string() }))

test('a place is read as it was written, in characters that an address can hold', () => {
  const place = fc.record({
    priority: fc.double({ noNaN: true, noDefaultInfinity: true }),
    caseId: fc.string(),
  })
  fc.assert(
    fc.property(place, (given) => {
      const text = places.write(given)
      assert.match(text, /^[A-Za-z0-9_-]+$/)
      assert.deepEqual(places.read(text), JSON.parse(JSON.stringify(given)))
    }),
  )
})

test('whatever else stands there is refused, and nothing worse happens', () => {
  const base64url = fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value)).toString('base64url'))
  fc.assert(
    fc.property(fc.oneof(fc.string(), base64url), (text) => {
      assert.throws(() => places.read(text), { code: 'request.cursor_invalid' })
    }),
  )
})

test('a cursor of another list is refused', () => {
  assert.throws(() => places.read(numbers.write(3)), { code: 'request.cursor_invalid' })
})

test('a cursor of another version is refused', () => {
  const text = Buffer.from('{"version":2,"place":3}').toString('base64url')
  assert.throws(() => numbers.read(text), { code: 'request.cursor_invalid' })
})

test('walking from page to page shows every row once, and ends', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 12 }), (count, size) => {
      const all = Array.from({ length: count }, (_, index) => index)
      const shown: number[] = []
      let from = 0
      for (;;) {
        const found = all.slice(from, from + size + 1)
        const { rows, next } = page(found, size, { cursor: numbers, placeOf: (row) => row })
        shown.push(...rows)
        if (next === null) break
        from = numbers.read(next) + 1
      }
      assert.deepEqual(shown, all)
    }),
  )
})
