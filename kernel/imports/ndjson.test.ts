import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { Refusal } from '../errors.ts'
import { readJson } from './json.ts'
import { type JsonRecord, type NdjsonOptions, readNdjson } from './ndjson.ts'
import { bytesOf, codesOf, refusalOf } from './test-content.ts'

async function read(
  content: string | Uint8Array,
  options: NdjsonOptions = {},
  chunk = 7,
): Promise<readonly JsonRecord[]> {
  return (await Array.fromAsync(readNdjson(bytesOf(content, chunk), options))).flat()
}

const problemOf = (text: string) => {
  const reading = readJson(text)
  return 'problem' in reading ? reading.problem : undefined
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
    ['import.json_invalid'],
    ['import.json_not_object'],
    ['import.json_not_object'],
    ['import.json_not_object'],
    [],
  ])
})

test('JSON bombs are refused: depth, parts, length', async () => {
  const deep = `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}`
  const open = `{"a":${'{"a":'.repeat(100_000)}`
  const wide = `{"a":[${'0,'.repeat(20_000)}0]}`
  const hollow = `{"a":[${'[],'.repeat(20_000)}[]]}`
  const long = `{"a":"${'x'.repeat(2_000_000)}"}`
  const records = await read([deep, open, wide, hollow, long, '{"a":1}'].join('\n'), {}, 65_536)
  assert.deepEqual(records.map(codesOf), [
    ['import.json_too_deep'],
    ['import.json_invalid'],
    ['import.json_too_many_keys'],
    ['import.json_too_many_keys'],
    ['import.line_too_long'],
    [],
  ])
  assert.ok(records.every(({ raw }) => raw.length <= 1_048_576))
})

test('a name that occurs twice is refused, however it is escaped', () => {
  assert.equal(problemOf('{"a":1,"a":2}'), 'import.json_duplicate_key')
  assert.equal(problemOf('{"a":1,"\\u0061":2}'), 'import.json_duplicate_key')
  assert.equal(problemOf('{"x":{"a":1,"b":{"a":1}},"a":[{"a":1},{"a":1}]}'), undefined)
  assert.equal(problemOf('{"a":"a","b":"a:{,"}'), undefined)
})

test('a name that changes what an object is is refused, however it is escaped', () => {
  assert.equal(problemOf('{"__proto__":{"isAdmin":true}}'), 'import.json_forbidden_key')
  assert.equal(problemOf('{"a":[{"\\u005f_proto__":1}]}'), 'import.json_forbidden_key')
  assert.equal(problemOf('{"a":"__proto__"}'), undefined)
})

test('a number that a double would change is refused', () => {
  for (const number of ['9007199254740993', '-12345678901234567890', '1e999'])
    assert.equal(problemOf(`{"a":${number}}`), 'import.json_number_unsafe', number)
  for (const number of ['9007199254740991', '372254.4', '1e5', '-0', '0.1'])
    assert.equal(problemOf(`{"a":${number}}`), undefined, number)
})

test('what JSON.stringify writes is read as it was', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
      const text = JSON.stringify(value)
      const reading = readJson(text)
      if ('problem' in reading) assert.match(text, /__proto__|\d{16}|e\+/)
      else assert.deepEqual(reading.value, JSON.parse(text))
    }),
  )
})

test('a text is accepted only where JSON.parse accepts it, and never throws', () => {
  const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value))
  const broken = fc.tuple(json, fc.nat(), fc.string({ maxLength: 3 })).map(([text, at, insertion]) => {
    const cut = at % (text.length + 1)
    return text.slice(0, cut) + insertion + text.slice(cut)
  })
  fc.assert(
    fc.property(fc.oneof(broken, fc.string()), (text) => {
      const reading = readJson(text)
      if ('value' in reading) assert.deepEqual(reading.value, JSON.parse(text))
    }),
  )
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
