import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ModelFormatError } from '../errors.ts'
import { joinBytes, readMessage, readNumbersOf, writeField, writeSingles, writeWholes } from './protobuf.ts'

// The examples of https://protobuf.dev/programming-guides/encoding/.
test('the examples of the specification are read and written', () => {
  assert.deepEqual(readMessage(Uint8Array.of(0x08, 0x96, 0x01), 'a'), new Map([[1, [150]]]))
  assert.deepEqual(writeField(1, 150), Uint8Array.of(0x08, 0x96, 0x01))
  const testing = Uint8Array.of(0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67)
  assert.deepEqual(readMessage(testing, 'a'), new Map([[2, [new TextEncoder().encode('testing')]]]))
  assert.deepEqual(writeField(2, 'testing'), testing)
  const minusTwo = Uint8Array.of(0x08, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01)
  assert.deepEqual(readMessage(minusTwo, 'a'), new Map([[1, [-2]]]))
  assert.deepEqual(writeField(1, -2), minusTwo)
  const packed = Uint8Array.of(0x32, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05)
  assert.deepEqual(readNumbersOf(readMessage(packed, 'a'), 6, { as: 'varint', where: 'a' }), [3, 270, 86942])
  assert.deepEqual(writeWholes(6, [3, 270, 86942]), packed)
})

test('lists are read packed and one by one, and what was written comes back', () => {
  const whole = fc.integer({ min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER })
  const single = fc.float({ noNaN: true })
  fc.assert(
    fc.property(fc.array(whole), fc.array(single), fc.string(), (wholes, singles, text) => {
      const message = readMessage(
        joinBytes([
          writeWholes(1, wholes),
          ...wholes.map((value) => writeField(1, value)),
          writeSingles(2, singles),
          writeField(3, text),
        ]),
        'a',
      )
      assert.deepEqual(readNumbersOf(message, 1, { as: 'varint', where: 'a' }), [...wholes, ...wholes])
      assert.deepEqual(readNumbersOf(message, 2, { as: 'single', where: 'a' }), singles)
      assert.deepEqual(message.get(3), [new TextEncoder().encode(text)])
    }),
  )
})

test('bytes that are no message are refused', () => {
  const refused = [
    [0x08],
    [0x08, 0x80],
    [0x12, 0x05, 0x61],
    [0x12, ...Array<number>(9).fill(0xff), 0x01],
    [0x08, ...Array<number>(10).fill(0xff), 0x01],
    [0x08, ...Array<number>(9).fill(0xff), 0x7f],
    [0x0b],
    [0x0f],
    [0x00, 0x00],
    [0x09, 1, 2, 3],
  ]
  for (const bytes of refused) assert.throws(() => readMessage(Uint8Array.from(bytes), 'a'), ModelFormatError)
})

test('any bytes are read or refused', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
      try {
        const message = readMessage(bytes, 'a')
        for (const field of message.keys()) readNumbersOf(message, field, { as: 'double', where: 'a' })
      } catch (error) {
        assert.ok(error instanceof ModelFormatError)
      }
    }),
    { numRuns: 5000 },
  )
})
