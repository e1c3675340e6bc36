/** The lists of cases over the API: from page to page, to the end. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { authenticator } from '../../server/authenticate.ts'
import { createHttpServer } from '../../server/http/http-server.ts'
import { sessionCookie } from '../../server/pages/session.ts'
import { foundInstitution, freshKernel, makeOfficer, permit, submit } from '../../test/kernel.ts'
import { signIn } from '../sign-in/sign-in.ts'
import { operations } from './routes.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer', 'permits.clerk'] })
const { token } = await signIn(kernel, { institutionId, username: 'clerk', password: 'clerk password' })
const app = createHttpServer({
  kernel,
  operations,
  authenticate: authenticator(kernel, { isSecure: false }),
  checksReplies: true,
})
after(() => app.close())
const waiting = Array.from({ length: 7 }, (_, index) => permit({ answer: 'check', score: (index % 3) / 2 }))
await submit(kernel, operator, 'permits', ...waiting, permit(), permit())

async function get(url: string) {
  const reply = await app.inject({ url, headers: { cookie: `${sessionCookie(false)}=${token}` } })
  return { status: reply.statusCode, headers: reply.headers, body: reply.json() }
}

/** References of all pages, each asked for with the cursor of the one before. */
async function walk(url: string): Promise<readonly string[]> {
  const references: string[] = []
  let cursor = ''
  for (;;) {
    const { status, body } = await get(`${url}${cursor}`)
    assert.equal(status, 200)
    references.push(...body.items.map(({ reference }: { readonly reference: string }) => reference))
    if (body.next === null) return references
    cursor = `&cursor=${body.next}`
  }
}

test('every case is on one page of the list, whatever the size of the pages', async () => {
  const whole = await walk('/v1/cases?limit=200')
  assert.equal(new Set(whole).size, 9)
  for (const limit of [1, 2, 3, 9]) assert.deepEqual(await walk(`/v1/cases?limit=${limit}`), whole)
})

test('every case that waits is on one page of the queue, most urgent first', async () => {
  const whole = await walk('/v1/queue?limit=200')
  const scores = whole.map((reference) => waiting.find((one) => one.permitNumber === reference)?.score)
  assert.deepEqual(scores, [1, 1, 0.5, 0.5, 0, 0, 0])
  for (const limit of [1, 2, 4]) assert.deepEqual(await walk(`/v1/queue?limit=${limit}`), whole)
})

test('a list is filtered, and its cursor belongs to its filter', async () => {
  assert.equal((await walk('/v1/cases?limit=2&state=in_review')).length, 7)
  assert.deepEqual(await walk('/v1/cases?limit=2&application=parcels'), [])
  const { body } = await get('/v1/cases?limit=2&state=in_review')
  const elsewhere = await get(`/v1/cases?limit=2&cursor=${body.next}`)
  assert.deepEqual([elsewhere.status, elsewhere.body.code], [400, 'request.cursor_invalid'])
})

test('a case has the entity tag of its version, and its history', async () => {
  const [first] = (await get('/v1/queue?limit=1')).body.items
  const { headers, body } = await get(`/v1/cases/${first.caseId}`)
  assert.equal(headers.etag, '"1"')
  assert.deepEqual(
    body.history.map(({ kind }: { readonly kind: string }) => kind),
    ['case.opened', 'decision.made'],
  )
})
