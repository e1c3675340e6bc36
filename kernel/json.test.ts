import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { type ErrorCode, Refusal } from './errors.ts'
import { parseJson } from './json.ts'

const refusedWith = (code: ErrorCode) => (error: unknown) => error instanceof Refusal && error.code === code

function refuses(text: string | Buffer, code: ErrorCode): void {
  assert.throws(() => parseJson(Buffer.from(text)), refusedWith(code))
}

test('every JSON document is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(
      fc
        .jsonValue({ maxDepth: 8, noUnicodeString: false })
        .filter((value) => !JSON.stringify(value).includes('__proto__')),
      fc.constantFrom(undefined, 2),
      (value, indent) => {
        const text = JSON.stringify(value, null, indent)
        if (/\\u0000|\\ud[89a-f]|\d{16}|e\+/.test(text)) return
        assert.deepEqual(parseJson(Buffer.from(text)), JSON.parse(text))
      },
    ),
  )
})

test('a name given twice in one object is refused, at any depth and however it is escaped', () => {
  refuses('{"a":1,"a":1}', 'request.json_duplicate_name')
  refuses('[{"b":{"a":1,"c":2,"\\u0061":1}}]', 'request.json_duplicate_name')
  assert.deepEqual(parseJson(Buffer.from('[{"a":1},{"a":2}]')), [{ a: 1 }, { a: 2 }])
})

test('colons and brackets inside texts count for nothing', () => {
  const value = { a: '[[{{":":":"}}]]'.repeat(100), 'b"\\:': '\\' }
  assert.deepEqual(parseJson(Buffer.from(JSON.stringify(value))), value)
})

test('nesting without end is refused before it is parsed', () => {
  refuses('['.repeat(500_000), 'request.json_too_complex')
  refuses(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`, 'request.json_too_complex')
  assert.doesNotThrow(() => parseJson(Buffer.from(`${'['.repeat(32)}${']'.repeat(32)}`)))
})

test('more fields than any form has are refused', () => {
  const fields = Array.from({ length: 20_001 }, (_, index) => `"f${index}":0`)
  refuses(`{${fields.join(',')}}`, 'request.json_too_complex')
})

test('__proto__ is refused, however it is written, and pollutes nothing', () => {
  refuses('{"__proto__":{"isAdmin":true}}', 'request.json_unsafe')
  refuses('{"a":[{"\\u005f_proto__":1}]}', 'request.json_unsafe')
  assert.equal(Object.hasOwn(Object.prototype, 'isAdmin'), false)
})

test('a whole number that would be rounded is refused, a fraction is not', () => {
  for (const text of [
    '9007199254740993',
    '[-9007199254740992]',
    '1e999',
    '{"a":1e300}',
    '12345678901234567890',
  ])
    refuses(text, 'request.json_unsafe')
  for (const number of [2 ** 53 - 1, 0.1, 1e-300, 1e15])
    assert.equal(parseJson(Buffer.from(String(number))), number)
})

test('texts that the database cannot keep are refused, whole ones are not', () => {
  refuses('{"a":"x\\u0000"}', 'request.json_unsafe')
  refuses('{"a\\u0000":1}', 'request.json_unsafe')
  refuses('["\\ud83d"]', 'request.json_unsafe')
  assert.deepEqual(parseJson(Buffer.from('["\\ud83d\\ude00"]')), ['😀'])
})

test('what is not UTF-8 or not JSON is refused without quoting it', () => {
  refuses(Buffer.from([0x22, 0xff, 0x22]), 'request.not_utf8')
  refuses(Buffer.from('{"a":1}', 'utf16le'), 'request.json_malformed')
  for (const text of ['', '{', '{"a" 1}', "{'a':1}", '{"a":1,}', 'NaN', '\ufeff{}', '{"a":1}{"b":2}', '01'])
    refuses(text, 'request.json_malformed')
  assert.throws(
    () => parseJson(Buffer.from('{"cnic": 35202-1234567-1}')),
    (error) => error instanceof Refusal && error.cause === undefined && !error.message.includes('35202'),
  )
})

test('no bytes make it fail in any other way than by a refusal', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text.slice(1))),
      ),
      (bytes) => {
        try {
          parseJson(Buffer.from(bytes))
        } catch (error) {
          assert.ok(error instanceof Refusal)
        }
      },
    ),
  )
})
