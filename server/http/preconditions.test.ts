import { strict as assert } from 'node:assert'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { Refusal } from '../../kernel/errors.ts'
import { entityTag, idempotencyKeyOf, isKnown, versionOf } from './preconditions.ts'
import { asOfficer, sampleServer } from './sample/server.ts'

const permit = { number: 'A-1', holder: null, areaHa: 1 }

async function withPermit() {
  const sample = sampleServer()
  await sample.app.inject({ method: 'POST', url: '/v1/permits', headers: asOfficer, payload: permit })
  const amend = async (headers: Record<string, string>) => {
    const request = { method: 'PUT', url: '/v1/permits/A-1', payload: { ...permit, areaHa: 2 } } as const
    const reply = await sample.app.inject({ ...request, headers: { ...asOfficer, ...headers } })
    return { status: reply.statusCode, code: reply.statusCode < 400 ? undefined : reply.json().code, reply }
  }
  return { ...sample, amend }
}

test('an edit names the version it edits, and gets the next one', async () => {
  const { amend } = await withPermit()
  const { status, reply } = await amend({ 'if-match': '"1"' })
  assert.deepEqual([status, reply.headers.etag, reply.json().version], [200, '"2"', 2])
})

test('an edit without a version is 428, of a past one 412, of something that is no version 400', async () => {
  const { amend } = await withPermit()
  assert.deepEqual((await amend({})).status, 428)
  assert.deepEqual((await amend({ 'if-match': '"7"' })).status, 412)
  for (const tag of ['*', 'W/"1"', '1', '"1", "2"', '"01"', '"-1"', '""', '"12345678901"', '"1"x']) {
    const { status, code } = await amend({ 'if-match': tag })
    assert.deepEqual([status, code], [400, 'request.precondition_invalid'], tag)
  }
})

test('a precondition is never silently ignored', async () => {
  const { app } = await withPermit()
  const headers = { ...asOfficer, 'if-match': '"1"' }
  const reply = await app.inject({ method: 'DELETE', url: '/v1/permits/A-1', headers })
  assert.deepEqual([reply.statusCode, reply.json().code], [400, 'request.precondition_not_supported'])
})

test('whoever has the version already is spared the rest', async () => {
  const { app } = await withPermit()
  const show = (tag: string, method: 'GET' | 'HEAD' = 'GET') =>
    app.inject({ method, url: '/v1/permits/A-1', headers: { ...asOfficer, 'if-none-match': tag } })
  for (const tag of ['"1"', 'W/"1"', '"0", "1"', '*']) {
    const reply = await show(tag)
    assert.deepEqual([reply.statusCode, reply.body, reply.headers.etag], [304, '', '"1"'], tag)
  }
  assert.equal((await show('"2"')).statusCode, 200)
  assert.equal((await show('"1"', 'HEAD')).statusCode, 304)
})

test('a version comes back from its tag, and no other text is a version', () => {
  fc.assert(fc.property(fc.nat(2 ** 31 - 1), (version) => versionOf(entityTag(version)) === version))
  fc.assert(
    fc.property(fc.string(), (text) => {
      isKnown(text, 1)
      if (/^\s*"\d+"\s*$/.test(text)) return
      assert.throws(() => versionOf(text), Refusal)
    }),
  )
})

test('an idempotency key reaches the operation with the digest of method, path and body', async () => {
  const { app, state } = sampleServer()
  const payload = '{"number":"A-1", "holder":null,"areaHa":1}'
  const headers = { ...asOfficer, 'content-type': 'application/json', 'idempotency-key': 'k-1' }
  await app.inject({ method: 'POST', url: '/v1/permits', headers, payload })
  const [given] = state.keys
  assert.equal(given?.key, 'k-1')
  const expected = createHash('sha256').update(`POST\n/v1/permits\n${payload}`).digest()
  assert.deepEqual(given?.requestDigest, expected)
})

test('the digest changes with every byte of the body', async () => {
  const { app, state } = sampleServer()
  for (const payload of [
    '{"number":"A","holder":null,"areaHa":1}',
    '{"number":"A","holder":null,"areaHa":1 }',
  ]) {
    const headers = { ...asOfficer, 'content-type': 'application/json', 'idempotency-key': 'k-1' }
    await app.inject({ method: 'POST', url: '/v1/permits', headers, payload })
  }
  const [first, second] = state.keys
  assert.notDeepEqual(first?.requestDigest, second?.requestDigest)
})

test('without a key there is none', async () => {
  const { app, state } = sampleServer()
  await app.inject({ method: 'POST', url: '/v1/permits', headers: asOfficer, payload: permit })
  assert.deepEqual(state.keys, [undefined])
})

test('a key is 1 to 255 visible ASCII characters, sent once', async () => {
  const { app } = sampleServer()
  const open = (key: string | string[]) =>
    app.inject({
      method: 'POST',
      url: '/v1/permits',
      headers: { ...asOfficer, 'idempotency-key': key },
      payload: permit,
    })
  for (const key of ['', 'two words', 'k'.repeat(256), ['a', 'b']]) {
    const reply = await open(key)
    assert.deepEqual([reply.statusCode, reply.json().code], [400, 'idempotency.key_invalid'], String(key))
  }
  assert.equal((await open(`"${'~'.repeat(253)}"`)).statusCode, 201)
  assert.throws(() => idempotencyKeyOf('کلید'), Refusal)
})

test('a key that nobody would keep is refused, so that nobody relies on it', async () => {
  const { app } = sampleServer()
  const headers = { ...asOfficer, 'idempotency-key': 'k-1' }
  const reply = await app.inject({ method: 'POST', url: '/v1/waits', headers })
  assert.deepEqual([reply.statusCode, reply.json().code], [400, 'idempotency.not_supported'])
  const again = await app.inject({ method: 'DELETE', url: '/v1/permits/A', headers })
  assert.equal(again.statusCode, 204)
})
