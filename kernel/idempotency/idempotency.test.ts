import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { authenticator } from '../../server/authenticate.ts'
import { createHttpServer } from '../../server/http/http-server.ts'
import { findOperations } from '../../server/operations.ts'
import { foundInstitution, freshKernel, permit } from '../../test/kernel.ts'
import { issueKey } from '../access-keys/access-keys.ts'
import { sha256 } from '../canonical.ts'
import { forgetOldReplies, keepReply, keptForMs, keptReply } from './idempotency.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const elsewhere = await foundInstitution(kernel, 'beta')
const token = await issueKey(kernel, operator, {
  label: 'terminal',
  roles: ['machine'],
  applicationId: undefined,
  expiresAt: new Date('2027-01-01'),
})
const app = createHttpServer({
  kernel,
  operations: await findOperations(),
  authenticate: authenticator(kernel, { isSecure: false }),
  checksReplies: true,
})
after(() => app.close())

function post(key: string, body: string) {
  return app.inject({
    method: 'POST',
    url: '/v1/applications/permits/cases',
    headers: { authorization: `Bearer ${token}`, 'idempotency-key': key, 'content-type': 'application/json' },
    payload: body,
  })
}

async function countCases(reference: string): Promise<number> {
  return (await owner.query('select from cases where reference = $1', [reference])).rowCount ?? 0
}

test('a request repeated with its key gets the first answer byte for byte', async () => {
  const body = JSON.stringify(permit({ answer: 'check', score: 0.25 }))
  const first = await post('byte-for-byte', body)
  assert.equal(first.statusCode, 201)
  clock.advance(60_000)
  const second = await post('byte-for-byte', body)
  assert.equal(second.statusCode, first.statusCode)
  assert.equal(second.body, first.body)
  for (const header of ['content-type', 'location', 'etag'])
    assert.equal(second.headers[header], first.headers[header], header)
})

test('a key that comes with another body is refused, though the two mean the same', async () => {
  const given = permit()
  const first = await post('differs', JSON.stringify(given))
  const second = await post('differs', JSON.stringify(given, null, 1))
  assert.deepEqual([first.statusCode, second.statusCode], [201, 422])
  assert.equal(second.json().code, 'idempotency.body_differs')
})

test('without a key the same case again is unchanged, with its own status', async () => {
  const body = JSON.stringify(permit())
  await post('with', body)
  const again = await post('with-another', body)
  assert.deepEqual([again.statusCode, again.json().status], [200, 'unchanged'])
})

test('ten requests with one key at once have one effect and one answer', async () => {
  const given = permit()
  const replies = await Promise.all(Array.from({ length: 10 }, () => post('ten', JSON.stringify(given))))
  assert.deepEqual([...new Set(replies.map(({ statusCode }) => statusCode))], [201])
  assert.equal(new Set(replies.map(({ body }) => body)).size, 1)
  assert.equal(await countCases(given.permitNumber), 1)
})

test('a refused request keeps nothing: mended, it may come with the same key', async () => {
  const given = permit()
  assert.equal((await post('mended', JSON.stringify({ ...given, filedOn: 'x' }))).statusCode, 422)
  assert.equal((await post('mended', JSON.stringify(given))).statusCode, 201)
})

/** Keeps an answer under a key, now. */
function keep(key: string, actor = operator) {
  const given = { key, requestDigest: sha256('request') }
  return kernel.db.transaction(actor.institutionId, (tx) =>
    keepReply(tx, actor, {
      ...given,
      status: 201,
      body: '{"a":1}',
      at: clock.now,
      caseId: undefined,
      holder: undefined,
    }),
  )
}

function find(key: string, { actor = operator, request = 'request' } = {}) {
  return keptReply(kernel, actor, { key, requestDigest: sha256(request), applicationId: 'permits' })
}

test('an answer is kept once, for its actor and institution alone', async () => {
  assert.equal(await keep('once'), true)
  assert.equal(await keep('once'), false)
  assert.deepEqual(await find('once'), { status: 201, body: '{"a":1}' })
  assert.equal(await find('once', { actor: { ...operator, name: 'key:other' } }), undefined)
  assert.equal(await find('once', { actor: elsewhere }), undefined)
  await assert.rejects(find('once', { request: 'another' }), { code: 'idempotency.body_differs' })
})

test('answers are forgotten after two days, not before, and only those of the institution', async () => {
  await Promise.all([keep('old'), keep('old', elsewhere)])
  clock.advance(keptForMs)
  await keep('young')
  await forgetOldReplies(kernel, operator.institutionId)
  assert.notEqual(await find('old'), undefined, 'at two days to the millisecond it is still known')
  clock.advance(1)
  assert.ok((await forgetOldReplies(kernel, operator.institutionId)) > 0)
  assert.equal(await find('old'), undefined)
  assert.notEqual(await find('young'), undefined)
  assert.notEqual(await find('old', { actor: elsewhere }), undefined)
})
