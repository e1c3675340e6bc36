import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { hmacSha256 } from './hmac.ts'

/** RFC 4231, section 4: test cases 1 and 2. */
const published = [
  ['0b'.repeat(20), 'Hi There', 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7'],
  [
    Buffer.from('Jefe').toString('hex'),
    'what do ya want for nothing?',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
  ],
] as const

test('the published digests', () => {
  for (const [key, message, digest] of published)
    assert.equal(hmacSha256(Buffer.from(key, 'hex'), message).toString('hex'), digest)
})

test('the same as Node of any key up to a block and any text', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), fc.string({ unit: 'binary' }), (key, message) => {
      assert.deepEqual(hmacSha256(key, message), createHmac('sha256', key).update(message).digest())
    }),
  )
  assert.throws(() => hmacSha256(new Uint8Array(65), ''), RangeError)
})
