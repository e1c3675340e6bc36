/** Some thousands of requests drawn from the description of the API; `npm run bench -- requests` sends a million. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { freshKernel } from './kernel.ts'
import type { DrawnRequest } from './requests/draw.ts'
import { drawRequest } from './requests/draw.ts'
import { type JudgedReply, judgeOf } from './requests/judge.ts'
import { randomOf } from './requests/random.ts'
import { curlOf, sendRequests } from './requests/run.ts'
import { makeWorld } from './requests/world.ts'

const { kernel, database } = await freshKernel()
const world = await makeWorld(kernel, await database.connect())
after(() => world.app.close())

test('no drawn request is answered by a fault, by what is inside, by what is another’s, or in a form not described', async (t) => {
  const count = 4_000
  const { answered, byKind, byStatus, succeeded, findings, codes } = await sendRequests(world, {
    seed: 1,
    from: 0,
    count,
  })
  t.diagnostic(
    `${answered} answered: ${JSON.stringify(byKind)}, ${JSON.stringify(byStatus)}; ${succeeded.size} of ${world.description.operations.length} operations carried out; ${codes.en.size} codes in English, ${codes.ur.size} in Urdu`,
  )
  assert.deepEqual(
    findings.map(({ what, times, example }) => `${what} (${times} times)\n  ${example}`),
    [],
  )
  assert.equal(answered, count)
  assert.ok(
    Object.values(byKind).every((of) => of > count / 6),
    'every kind was drawn',
  )
  const never = world.description.operations.filter(({ id }) => !succeeded.has(id)).map(({ id }) => id)
  assert.ok(
    never.length * 2 < world.description.operations.length,
    `carried out too rarely: ${never.join(', ')}`,
  )
})

test('a seed and a number give the same request again', () => {
  for (let index = 0; index < 200; index += 1) {
    const [first, second] = [1, 2].map(() => curlOf(drawRequest(world, randomOf(3, index))))
    // Sample bodies number what they make.
    assert.equal(first?.replaceAll(/permit-\d+/gi, ''), second?.replaceAll(/permit-\d+/gi, ''))
  }
})

/** A request that asks for a case, and how a sound server would answer it. */
function askedAndAnswered(): { readonly request: DrawnRequest; readonly reply: JudgedReply } {
  const operation = world.description.operations.find(({ id }) => id === 'cases.show')
  const caller = world.callers.find(({ name }) => name === 'home officer')
  assert.ok(operation !== undefined && caller !== undefined)
  const url = '/v1/cases/01900000-0000-7000-8000-000000000000'
  const request: DrawnRequest = {
    kind: 'valid',
    ...{ operation, caller, method: 'GET', url, headers: {}, body: undefined, isAtOperation: true },
  }
  const problem = {
    type: 'urn:khudi:error:case.not_found',
    title: 'There is no such case',
    status: 404,
    code: 'case.not_found',
    detail: 'Check the number.',
    requestId: '1',
  }
  const headers = { 'content-type': 'application/problem+json; charset=utf-8', 'content-language': 'en' }
  return { request, reply: { status: 404, headers, body: Buffer.from(JSON.stringify(problem)) } }
}

const whatOf = (changed: Partial<JudgedReply>): string | undefined => {
  const { request, reply } = askedAndAnswered()
  return judgeOf(world.description).fault(request, { ...reply, ...changed }, world.foreignTo(request.caller))
    ?.what
}

test('a sound reply is found to be sound, and each fault that is put into it is found', () => {
  assert.equal(whatOf({}), undefined)
  const { reply } = askedAndAnswered()
  const saying = (text: string) => whatOf({ body: Buffer.from(reply.body.toString().replace('Check', text)) })
  assert.equal(whatOf({ status: 500 }), 'status 500')
  for (const inside of [
    '\\n    at handle (/srv/server/x.ts:1:2)',
    'duplicate key violates',
    'institution_id',
    '/opt/khudi/kernel',
    'Cannot read properties of undefined',
  ])
    assert.equal(saying(inside), 'tells of our inside', inside)
  assert.equal(saying('zqabroadx17'), "shows another's word zqabroadx")
  assert.equal(saying('zqstillx'), "shows another's word zqstillx")
  assert.equal(saying('zqhomex'), undefined)
  const { headers } = reply
  assert.equal(whatOf({ headers: { ...headers, etag: 'zqstillx' } }), "shows another's word zqstillx")
  assert.equal(whatOf({ headers: { ...headers, 'content-language': 'ur' } }), 'case.not_found is not in ur')
  assert.equal(
    whatOf({ headers: { ...headers, 'content-type': 'text/plain' } }),
    'a refusal of type text/plain',
  )
  assert.equal(whatOf({ status: 409 }), 'says 404 under 409')
  const ok = { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' } }
  assert.equal(whatOf({ ...ok, body: Buffer.from('{"caseId":1}') }), '200 is not of its described form')
  assert.equal(whatOf({ ...ok, status: 202 }), 'status 202 is not described')
})

test('what another institution has is foreign by its identifiers, and to a local officer what another unit has', () => {
  const callerOf = (wanted: string) => {
    const caller = world.callers.find(({ name }) => name === wanted)
    assert.ok(caller)
    return caller
  }
  const [abroad, home, local] = [
    callerOf('abroad every role'),
    callerOf('home every role'),
    callerOf('home local'),
  ]
  const drawn = (from: typeof home) =>
    Array.from({ length: 200 }, (_, index) => world.known(from)('caseId', randomOf(1, index)) ?? '')
  const foreign = (to: typeof home, identifiers: readonly string[]) =>
    identifiers.filter((identifier) => world.foreignTo(to).isForeign(identifier)).length
  assert.ok(foreign(home, drawn(abroad)) > 100 && foreign(abroad, drawn(abroad)) > 20)
  assert.ok(foreign(abroad, drawn(abroad)) < 100)
  assert.ok(foreign(local, drawn(home)) > foreign(home, drawn(home)))
  assert.ok(
    world.foreignTo(local).words.includes('zqhomefarx') &&
      !world.foreignTo(home).words.includes('zqhomefarx'),
  )
})
