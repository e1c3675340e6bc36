import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Secret } from 'otpauth'
import { newTotpSecret, stepOfCode, totpAddress } from './totp.ts'

/** RFC 6238, appendix B: the secret and the last six of its eight digits for SHA-1, by seconds of the epoch. */
const secret = Secret.fromLatin1('12345678901234567890').base32
const vectors = [
  [59, '287082'],
  [1111111109, '081804'],
  [1111111111, '050471'],
  [1234567890, '005924'],
  [2000000000, '279037'],
  [20000000000, '353130'],
] as const
const at = (seconds: number) => new Date(seconds * 1_000)

test('the codes are those of RFC 6238', () => {
  for (const [seconds, code] of vectors)
    assert.equal(stepOfCode(secret, code, { now: at(seconds), after: 0 }), Math.floor(seconds / 30))
})

test('a code is good one step early and one step late, and no more', () => {
  for (const [seconds, code] of vectors) {
    const begins = Math.floor(seconds / 30) * 30
    const isGood = (from: number) => stepOfCode(secret, code, { now: at(from), after: 0 }) !== undefined
    assert.deepEqual([begins - 31, begins - 30, begins + 59, begins + 60].map(isGood), [
      false,
      begins >= 30,
      true,
      false,
    ])
  }
})

test('a code is taken once: not after it was, nor after a later one', () => {
  for (const [seconds, code] of vectors) {
    const step = Math.floor(seconds / 30)
    const taken = (after: number) => stepOfCode(secret, code, { now: at(seconds), after })
    assert.deepEqual([taken(step - 1), taken(step), taken(step + 1)], [step, undefined, undefined])
  }
})

test('whatever else is typed is no code', () => {
  const [seconds, code] = vectors[0]
  const typed = fc.oneof(fc.string({ unit: 'binary' }), fc.stringMatching(/^[0-9]{0,9}$/))
  fc.assert(
    fc.property(typed, (text) => {
      fc.pre(text.replace(/[\s-]/g, '') !== code)
      const codes = [0, 1, 2].map((step) => stepOfCode(secret, text, { now: at(seconds), after: step + 1 }))
      assert.deepEqual(codes, [undefined, undefined, undefined])
    }),
    { examples: [['28708'], ['0287082'], ['２８７０８２']] },
  )
})

test('spaces and dashes between digits are the typist’s own', () => {
  assert.equal(stepOfCode(secret, ' 287-082 ', { now: at(59), after: 0 }), 1)
})

test('a secret is 160 bits, new each time, and an app reads it from the address', () => {
  const [first, second] = [newTotpSecret(), newTotpSecret()]
  assert.match(first, /^[A-Z2-7]{32}$/)
  assert.notEqual(first, second)
  const address = new URL(totpAddress(first, { issuer: 'Khudi – لاہور', label: 'amina' }))
  assert.equal(address.protocol, 'otpauth:')
  assert.equal(address.searchParams.get('secret'), first)
  assert.equal(address.searchParams.get('issuer'), 'Khudi – لاہور')
})
