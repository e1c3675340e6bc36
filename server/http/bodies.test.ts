import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import type { InjectOptions } from 'fastify'
import { asOfficer, sampleServer } from './sample/server.ts'

const JSON_TYPE = 'application/json'

async function open(
  payload: string | Buffer,
  headers: Record<string, string> = { 'content-type': JSON_TYPE },
) {
  const { app } = sampleServer()
  const request: InjectOptions = {
    method: 'POST',
    url: '/v1/permits',
    payload,
    headers: { ...asOfficer, ...headers },
  }
  const reply = await app.inject(request)
  return { status: reply.statusCode, code: reply.statusCode < 400 ? undefined : reply.json().code, reply }
}

const good = '{"number":"A-1","holder":"علی احمد","areaHa":2.5}'

test('a permit in UTF-8 JSON is opened, whichever way its type is written', async () => {
  for (const type of [
    'application/json',
    'application/json; charset=utf-8',
    'Application/JSON;charset=UTF-8',
    'application/json; charset="utf-8"',
    'application/json ; profile=x',
  ]) {
    const { status, reply } = await open(good, { 'content-type': type })
    assert.equal(status, 201, type)
    assert.deepEqual(reply.json(), { number: 'A-1', holder: 'علی احمد', areaHa: 2.5, version: 1 })
  }
})

test('a body of another type or charset is refused before it is read', async () => {
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json; charset=utf-16',
    'application/json; charset=windows-1256',
    'application/jsonp',
    'application/x-ndjson',
    'json',
    '*/*',
  ]) {
    assert.deepEqual(
      (await open(good, { 'content-type': type })).code,
      'request.content_type_unsupported',
      type,
    )
  }
})

test('a body without a type is refused', async () => {
  const { app } = sampleServer()
  const headers = {
    ...asOfficer,
    'content-type': undefined,
    'content-length': String(Buffer.byteLength(good)),
  }
  const reply = await app.inject({ method: 'POST', url: '/v1/permits', payload: Buffer.from(good), headers })
  assert.deepEqual([reply.statusCode, reply.json().code], [415, 'request.content_type_unsupported'])
})

test('compressed bodies are refused, since nothing here inflates', async () => {
  const headers = { 'content-type': JSON_TYPE, 'content-encoding': 'gzip' }
  assert.deepEqual((await open(good, headers)).code, 'request.encoding_unsupported')
})

test('JSON bombs are refused: depth, fields and size', async () => {
  assert.equal((await open(`{"number":${'['.repeat(100_000)}`)).code, 'request.json_too_complex')
  assert.equal((await open(`${'{"a":'.repeat(1_000)}1${'}'.repeat(1_000)}`)).code, 'request.json_too_complex')
  const fields = Array.from({ length: 30_000 }, (_, index) => `"f${index}":0`).join()
  assert.equal((await open(`{${fields}}`)).code, 'request.json_too_complex')
  const large = await open(`{"number":"${'9'.repeat(1_048_576)}"}`)
  assert.deepEqual([large.status, large.code], [413, 'request.body_too_large'])
})

test('an operation has the size limit that it states', async () => {
  const { app } = sampleServer()
  const send = (characters: number) =>
    app.inject({
      method: 'POST',
      url: '/v1/applications/permits/cases',
      headers: asOfficer,
      payload: { case: 'x'.repeat(characters) },
    })
  assert.equal((await send(4_000)).statusCode, 202)
  const reply = await send(4_097)
  assert.equal(reply.statusCode, 413)
  assert.match(reply.json().title, /4096 bytes/)
})

test('a number of digits that would be rounded, half a character and a NUL are refused, not stored', async () => {
  assert.equal(
    (await open('{"number":"A","holder":null,"areaHa":9007199254740993}')).code,
    'request.json_unsafe',
  )
  assert.equal((await open('{"number":"\\ud800","holder":null,"areaHa":1}')).code, 'request.json_unsafe')
  assert.equal((await open('{"number":"a\\u0000b","holder":null,"areaHa":1}')).code, 'request.json_unsafe')
  assert.equal((await open(Buffer.from('{"number":"\xff"}', 'latin1'))).code, 'request.not_utf8')
})

test('a field given twice and __proto__ are refused', async () => {
  assert.equal(
    (await open('{"number":"A","number":"B","holder":null,"areaHa":1}')).code,
    'request.json_duplicate_name',
  )
  assert.equal(
    (await open('{"__proto__":{"number":"A"},"holder":null,"areaHa":1}')).code,
    'request.json_unsafe',
  )
})

test('broken JSON is refused without a word of it in the reply', async () => {
  for (const body of [
    '{"number":"35202-1234567-1"',
    '35202-1234567-1',
    '{"number":35202-1}',
    '\ufeff{}',
    '{} {}',
  ]) {
    const { code, reply } = await open(body)
    assert.equal(code, 'request.json_malformed', body)
    assert.ok(!reply.body.includes('35202'))
  }
})

test('an empty body is missing, and a body where none belongs is refused', async () => {
  assert.equal((await open('')).code, 'request.body_missing')
  const { app } = sampleServer()
  for (const method of ['GET', 'DELETE'] as const) {
    const reply = await app.inject({ method, url: '/v1/permits/A', headers: asOfficer, payload: {} })
    assert.deepEqual([reply.statusCode, reply.json().code], [400, 'request.body_unexpected'], method)
  }
})

test('where there is no body, its type does not matter', async () => {
  const { app } = sampleServer()
  for (const type of ['application/json', 'application/x-www-form-urlencoded', 'nonsense']) {
    const headers = { ...asOfficer, 'content-type': type }
    assert.equal((await app.inject({ method: 'DELETE', url: '/v1/permits/A', headers })).statusCode, 204)
    const reply = await app.inject({ method: 'POST', url: '/v1/permits', headers })
    assert.equal(reply.json().code, 'request.body_missing')
  }
})

test('every field that is wrong is named, in both languages, and none of their values', async () => {
  const { status, reply } = await open('{"number":"","holder":35202,"areaHa":-7.25,"colour":"red"}')
  assert.equal(status, 400)
  assert.deepEqual(
    reply.json().problems.map(({ field, code }: { field: string; code: string }) => [field, code]),
    [
      ['number', 'field.too_small'],
      ['holder', 'field.wrong_type'],
      ['areaHa', 'field.too_small'],
      ['colour', 'field.unknown'],
    ],
  )
  assert.ok(
    reply
      .json()
      .problems.every(({ message }: { message: { ur: string } }) => /[\u0600-\u06ff]/.test(message.ur)),
  )
  assert.ok(!/35202|7\.25|red/.test(reply.body))
})

test('a reply is not made long by the many or long names of a request', async () => {
  const fields = Array.from({ length: 15_000 }, (_, index) => `"f${index}":0`).join()
  const many = await open(`{${fields}}`)
  assert.equal(many.code, 'request.body_invalid')
  assert.equal(many.reply.json().problems.length, 100)
  const long = await open(`{"${'😀'.repeat(100_000)}":1}`)
  assert.ok(long.reply.body.length < 4_000)
})

test('what the address says is held against its schema too', async () => {
  const { app } = sampleServer()
  const ask = async (url: string) => {
    const reply = await app.inject({ url, headers: asOfficer })
    return [reply.statusCode, reply.statusCode < 400 ? undefined : reply.json().code]
  }
  assert.deepEqual(await ask('/v1/permits?limit=7'), [200, undefined])
  assert.deepEqual(await ask('/v1/permits?limit=7&limit=8'), [400, 'request.parameters_invalid'])
  assert.deepEqual(await ask('/v1/permits?colour=red'), [400, 'request.parameters_invalid'])
  assert.deepEqual(await ask('/v1/permits?__proto__=1'), [400, 'request.parameters_invalid'])
  assert.deepEqual(await ask('/v1/permits?cursor=abc'), [400, 'request.cursor_invalid'])
  assert.deepEqual(await ask(`/v1/permits/${'9'.repeat(21)}`), [400, 'request.parameters_invalid'])
  assert.deepEqual(await ask('/v1/permits/%zz'), [400, 'request.malformed'])
  assert.deepEqual(await ask('/v1/permits/%ff'), [400, 'request.malformed'])
  assert.deepEqual(await ask('/v1/permits/a%00b'), [400, 'request.malformed'])
  assert.deepEqual(await ask('/v1/permits?holder=%00'), [400, 'request.malformed'])
  assert.deepEqual(await ask(`/v1/permits/${'9'.repeat(201)}`), [431, 'request.headers_too_large'])
})
