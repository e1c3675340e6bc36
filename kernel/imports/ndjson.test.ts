import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import { type JsonRecord, type NdjsonOptions, readNdjson } from './ndjson.ts'
import { bytesOf, codesOf, refusalOf } from './test-content.ts'

async function read(
  content: string | Uint8Array,
  options: NdjsonOptions = {},
  chunk = 7,
): Promise<readonly JsonRecord[]> {
  return (await Array.fromAsync(readNdjson(bytesOf(content, chunk), options))).flat()
}

test('each line that is not empty is one object, numbered by its line', async () => {
  const records = await read('\ufeff{"a":1}\r\n\n{"b":"چاول"}\n{"c":[]}')
  assert.deepEqual(records, [
    { line: 1, raw: '{"a":1}', value: { a: 1 } },
    { line: 3, raw: '{"b":"چاول"}', value: { b: 'چاول' } },
    { line: 4, raw: '{"c":[]}', value: { c: [] } },
  ])
})

test('a compressed stream is read like a plain one, an empty one has no records', async () => {
  assert.equal((await read(gzipSync('{"a":1}\n{"a":2}\n'))).length, 2)
  assert.deepEqual(await read(''), [])
})

test('a line that is no object is refused and the next is read', async () => {
  const records = await read('{"a":\n[1]\nnull\n"x"\n{"a":1}\n')
  assert.deepEqual(records.map(codesOf), [
    ['request.json_malformed'],
    ['import.json_not_object'],
    ['import.json_not_object'],
    ['import.json_not_object'],
    [],
  ])
})

test('JSON bombs are refused one by one: depth, names, length', async () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const open = '{"a":'.repeat(100_000)
  const wide = `{${Array.from({ length: 30_000 }, (_, index) => `"${index}":0`).join(',')}}`
  const long = `{"a":"${'x'.repeat(2_000_000)}"}`
  const records = await read([deep, open, wide, long, '{"a":1}'].join('\n'), {}, 65_536)
  assert.deepEqual(records.map(codesOf), [
    ['request.json_too_complex'],
    ['request.json_too_complex'],
    ['request.json_too_complex'],
    ['import.line_too_long'],
    [],
  ])
  assert.ok(records.every(({ raw }) => raw.length <= 1_048_576))
})

test('a name that occurs twice or changes what an object is, and a number that would change, are refused', async () => {
  const lines = [
    '{"a":1,"\\u0061":2}',
    '{"a":{"__proto__":{}}}',
    '{"a":9007199254740993}',
    '{"a":{"b":1},"b":2}',
  ]
  assert.deepEqual((await read(lines.join('\n'))).map(codesOf), [
    ['request.json_duplicate_name'],
    ['request.json_unsafe'],
    ['request.json_unsafe'],
    [],
  ])
})

test('bytes that are not UTF-8 end the reading, after the lines before them', async () => {
  const content = Buffer.concat([Buffer.from('{"a":1}\n{"a":"'), Buffer.from([0xff]), Buffer.from('"}\n')])
  const lines: number[] = []
  const refusal = await refusalOf(async () => {
    for await (const batch of readNdjson(bytesOf(content))) lines.push(...batch.map(({ line }) => line))
  })
  assert.deepEqual([refusal.code, refusal.parameters.line, lines], ['import.encoding_wrong', 2, [1]])
})

test('no bytes make the reader throw anything but a refusal', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.uint8Array({ maxLength: 200 }),
      fc.integer({ min: 1, max: 9 }),
      async (bytes, chunk) => {
        try {
          await read(bytes, { maxLineLength: 50 }, chunk)
        } catch (error) {
          assert.ok(error instanceof Refusal, String(error))
        }
      },
    ),
  )
})
