import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { bitOfCode, codeCount, codesLeft, newRecoveryCodes } from './recovery-codes.ts'

test('ten codes of 120 bits, all different, each known again by its own bit', () => {
  const { codes, hashes } = newRecoveryCodes()
  assert.equal(new Set(codes).size, codeCount)
  for (const code of codes) assert.match(code, /^(?:[0-9A-HJKMNP-TV-Z]{4}-){5}[0-9A-HJKMNP-TV-Z]{4}$/)
  assert.deepEqual(
    codes.map((code) => bitOfCode(hashes, code)),
    Array.from({ length: codeCount }, (_, at) => 1 << at),
  )
})

test('small letters, other spacing and look-alikes are the same code', () => {
  const { codes, hashes } = newRecoveryCodes()
  for (const code of codes) {
    const typed = code.toLowerCase().replaceAll('-', '  ').replaceAll('0', 'o').replaceAll('1', 'l')
    assert.equal(bitOfCode(hashes, typed), bitOfCode(hashes, code))
  }
})

test('nothing else is a code, nor the code of another account', () => {
  const { hashes } = newRecoveryCodes()
  const foreign = fc.constantFrom(...newRecoveryCodes().codes)
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), foreign), (typed) => {
      assert.equal(bitOfCode(hashes, typed), undefined)
    }),
  )
})

test('what is left is counted', () => {
  assert.deepEqual([0, 1, 0b101, 0b1111111111].map(codesLeft), [10, 9, 8, 0])
})
