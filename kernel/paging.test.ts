import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { z } from 'zod'
import { sha256 } from './canonical.ts'
import { Refusal } from './errors.ts'
import { cursorsOf, pageQuery } from './paging.ts'

const Position = z.tuple([z.number(), z.string()])
const queue = cursorsOf('cases.queue', Position)

const isRefused = (error: unknown) => error instanceof Refusal && error.code === 'request.cursor_invalid'

test('a cursor gives back the position it was made of', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.uuid(),
      fc.string(),
      (priority, id, within) => {
        const position: z.input<typeof Position> = [priority === 0 ? 0 : priority, id]
        const cursor = queue.write(position, within)
        assert.match(cursor, /^[A-Za-z0-9_-]+$/)
        assert.deepEqual(queue.read(cursor, within), position)
      },
    ),
  )
})

test('a cursor that was altered in any one character, cut or extended is refused', () => {
  const cursor = queue.write([0.5, 'b1'])
  fc.assert(
    fc.property(fc.nat(cursor.length - 1), fc.constantFrom(...'AZaz09-_= .'), (at, character) => {
      if (cursor[at] === character) return
      assert.throws(() => queue.read(cursor.slice(0, at) + character + cursor.slice(at + 1)), isRefused)
      assert.throws(() => queue.read(cursor.slice(0, at)), isRefused)
      assert.throws(() => queue.read(cursor + character), isRefused)
    }),
  )
})

test('a cursor of another list, another filter or another form of position is refused', () => {
  const cursor = queue.write([0.5, 'b1'], 'role=examiner')
  assert.throws(() => cursorsOf('cases.list', Position).read(cursor, 'role=examiner'), isRefused)
  assert.throws(() => queue.read(cursor, 'role=auditor'), isRefused)
  assert.throws(
    () => cursorsOf('cases.queue', z.tuple([z.string()])).read(cursor, 'role=examiner'),
    isRefused,
  )
})

test('a forged cursor with a right checksum is still held against the form of the position', () => {
  for (const json of ['{', '', '["0.5","b1"]', '[1e999,"b1"]']) {
    const cover = sha256(JSON.stringify(['khudi-cursor', 1, 'cases.queue', '', json])).subarray(0, 8)
    const forged = Buffer.concat([Buffer.of(1), cover, Buffer.from(json)]).toString('base64url')
    assert.throws(() => queue.read(forged), isRefused)
  }
})

test('no text makes reading fail in another way', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) =>
      assert.throws(() => queue.read(text), isRefused),
    ),
  )
})

test('a page has 1 to 200 rows, 50 unless asked', () => {
  const query = z.strictObject(pageQuery)
  assert.deepEqual(query.parse({}), { limit: 50 })
  assert.equal(query.parse({ limit: '200' }).limit, 200)
  for (const limit of ['0', '201', '-1', '1.5', 'ten', ''])
    assert.equal(query.safeParse({ limit }).success, false)
})
