import assert from 'node:assert/strict'
import { createHmac, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { keyedDigest, seal, unseal } from './seal.ts'

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((dataKey) => ({ dataKey }))
const text = fc.string({ unit: 'grapheme', maxLength: 300 })
const place = fc.string({ unit: 'grapheme', maxLength: 40 })

test('what was sealed opens with its key at its place, and is 28 bytes longer than its text', () => {
  fc.assert(
    fc.property(key, place, text, (holder, at, given) => {
      const sealed = seal(holder, at, given)
      assert.equal(sealed.length, Buffer.byteLength(given) + 28)
      assert.equal(unseal(holder, at, sealed), given)
    }),
  )
})

test('one bit changed anywhere, or anything cut off or added, does not open', () => {
  fc.assert(
    fc.property(key, text, fc.nat(), (holder, given, bit) => {
      const sealed = seal(holder, 'here', given)
      const changed = Buffer.from(sealed)
      const at = bit % (sealed.length * 8)
      changed.writeUInt8(changed.readUInt8(at >> 3) ^ (1 << (at & 7)), at >> 3)
      assert.throws(() => unseal(holder, 'here', changed))
      assert.throws(() => unseal(holder, 'here', sealed.subarray(0, at >> 3)))
      assert.throws(() => unseal(holder, 'here', Buffer.concat([sealed, randomBytes(1)])))
    }),
  )
})

test('under another key, or at another place, nothing opens', () => {
  fc.assert(
    fc.property(key, key, place, place, text, (holder, other, at, elsewhere, given) => {
      const sealed = seal(holder, at, given)
      if (Buffer.compare(holder.dataKey, other.dataKey) !== 0) assert.throws(() => unseal(other, at, sealed))
      if (at !== elsewhere) assert.throws(() => unseal(holder, elsewhere, sealed))
    }),
  )
})

test('the same text sealed twice shows nothing in common', () => {
  const holder = { dataKey: randomBytes(32) }
  const sealings = Array.from({ length: 2_000 }, () => seal(holder, 'here', 'the same'))
  assert.equal(new Set(sealings.map((sealed) => sealed.toString('hex', 0, 12))).size, sealings.length)
  assert.equal(new Set(sealings.map((sealed) => sealed.toString('hex', 12))).size, sealings.length)
})

test('a keyed digest is an HMAC-SHA-256 of both parts, and tells which part said what', () => {
  const holder = { dataKey: randomBytes(32) }
  const expected = createHmac('sha256', holder.dataKey)
    .update('khudi payload digest\n{"a":1}\n{"b":2}')
    .digest()
  assert.deepEqual(keyedDigest(holder, '{"a":1}', '{"b":2}'), expected)
  assert.notDeepEqual(keyedDigest(holder, '{"a":1,"b":2}', ''), expected)
  assert.notDeepEqual(keyedDigest({ dataKey: randomBytes(32) }, '{"a":1}', '{"b":2}'), expected)
})
