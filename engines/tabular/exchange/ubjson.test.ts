import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelFormatError } from '../errors.ts'
import { parseUbjson } from './ubjson.ts'

/** Bytes from letters, numbers (one byte each) and typed numbers. */
function bytes(...parts: readonly (string | number)[]): Uint8Array {
  return Uint8Array.from(
    parts.flatMap((part) =>
      typeof part === 'number' ? [part & 255] : Array.from(part, (c) => c.charCodeAt(0)),
    ),
  )
}

// The examples of https://ubjson.org (value types and container types, Draft 12).
test('values and containers of the specification are read', () => {
  assert.deepEqual(
    parseUbjson(bytes('[Z', 'T', 'F', 'i', -5, 'U', 200, 'I', 0x80, 0, 'Cx', 'Si', 2, 'hi', ']')),
    [null, true, false, -5, 200, -32768, 'x', 'hi'],
  )
  assert.deepEqual(parseUbjson(bytes('[l', 0xff, 0xff, 0xff, 0xfe, 'L', 0, 0, 0, 1, 0, 0, 0, 0, ']')), [
    -2,
    2 ** 32,
  ])
  assert.deepEqual(
    parseUbjson(bytes('[d', 0x3f, 0xc0, 0, 0, 'D', 0xbf, 0xf8, 0, 0, 0, 0, 0, 0, ']')),
    [1.5, -1.5],
  )
  assert.deepEqual(parseUbjson(bytes('[$U#i', 3, 1, 2, 3)), [1, 2, 3])
  assert.deepEqual(parseUbjson(bytes('[#i', 2, 'i', 1, 'T')), [1, true])
  assert.deepEqual(parseUbjson(bytes('{i', 1, 'a', 'i', 1, 'U', 1, 'b', '[]}')), { a: 1, b: [] })
  assert.deepEqual(parseUbjson(bytes('{$i#i', 1, 'i', 1, 'a', 7)), { a: 7 })
})

test('what no model holds, or what would make much of few bytes, is refused', () => {
  const refused = [
    bytes(''),
    bytes('['),
    bytes('H', 'i', 1, '1'),
    bytes('[N]'),
    bytes('[$U#l', 0x7f, 0xff, 0xff, 0xff),
    bytes('[$Z#l', 0x7f, 0xff, 0xff, 0xff),
    bytes('[$T#i', 2),
    bytes('[$U', 1, ']'),
    bytes('[#i', -1),
    bytes('[#d', 0x3f, 0x80, 0, 0, 'T'),
    bytes('L', 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff),
    bytes('Si', 5, 'abc'),
    bytes('Si', 1, 0xff),
    bytes('{i', 1, 'a', 'T', 'i', 1, 'a', 'T', '}'),
    bytes('T', 'T'),
    bytes('['.repeat(100_000)),
  ]
  for (const one of refused) assert.throws(() => parseUbjson(one), ModelFormatError)
})

test('any bytes are read or refused', () => {
  const letter = fc.constantFrom(...'{}[]$#iUIlLdDSCTFZNH').map((c) => c.charCodeAt(0))
  fc.assert(
    fc.property(
      fc.array(fc.oneof(letter, letter, fc.integer({ min: 0, max: 255 })), { maxLength: 40 }),
      (list) => {
        try {
          parseUbjson(Uint8Array.from(list))
        } catch (error) {
          assert.ok(error instanceof ModelFormatError)
        }
      },
    ),
    { numRuns: 5000 },
  )
})
