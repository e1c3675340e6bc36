import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import tls from 'node:tls'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { amendBackend, withdrawBackend } from '../backends/backends.ts'
import type { Outgoing } from './egress.ts'
import { type Outbound, unguarded } from './outbound.ts'
import { certificate } from './sample/certificate.ts'
import { registerAt, serve } from './sample/servers.ts'
import { WayOut } from './way-out.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const alpha = await foundInstitution(kernel, 'alpha')
const { institutionId } = alpha
after(() => kernel.egress.close())

const seen: string[] = []
const origin = await serve((request, reply) => {
  seen.push(`${request.method} ${request.url}`)
  const chunks: Buffer[] = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    if (request.url === '/elsewhere') reply.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()
    else if (request.url === '/long') reply.end('x'.repeat(2_000_000))
    else if (request.url === '/never') reply.writeHead(200).write('a')
    else if (request.url === '/empty') reply.writeHead(204).end()
    else reply.setHeader('x-seen', String(request.headers['content-type'])).end(Buffer.concat(chunks))
  })
})
await registerAt(kernel, alpha, { backendId: 'runtime', endpoint: origin })
await registerAt(kernel, alpha, { backendId: 'abroad', endpoint: origin, ownerLaw: 'AE' })

const to = (backendId: string, given: Partial<Outgoing> = {}): Outgoing => ({
  ...{ institutionId, backendId, classification: 'open', purpose: 'decision', isRedacted: false },
  ...given,
})
const personal = { classification: 'personal' } as const

test('what policy allows is sent, and the reply comes back whole', async () => {
  const body = new URLSearchParams({ a: 'ب' })
  const reply = await kernel.egress.fetch(to('runtime', personal), `${origin}/a?b=c`, {
    method: 'POST',
    body,
  })
  assert.equal(seen.at(-1), 'POST /a?b=c')
  assert.deepEqual([reply.status, await reply.text()], [200, body.toString()])
  assert.match(reply.headers.get('x-seen') ?? '', /^application\/x-www-form-urlencoded/)
  assert.equal((await kernel.egress.fetch(to('runtime'), `${origin}/empty`)).status, 204)
})
test('what policy refuses is not sent, and the refusal names the policy in both languages', async () => {
  const before = seen.length
  const refused = await kernel.egress
    .fetch(to('abroad', { classification: 'sensitive' }), origin)
    .catch((error) => error)
  assert.equal(refused.code, 'policy.refused')
  assert.match(refused.title('en'), /[Ss]ensitive/)
  assert.match(refused.title('ur'), /حساس/)
  await assert.rejects(kernel.egress.fetch(to('abroad', personal), origin), { code: 'policy.refused' })
  assert.equal(seen.length, before)
})
test('what leaves for another law is in the log before it leaves; open data is not', async () => {
  await kernel.egress.fetch(to('abroad'), origin)
  assert.equal((await entryCounts(owner, institutionId)).get('transfer.made'), undefined)
  await kernel.egress.fetch(to('abroad', { ...personal, isRedacted: true, role: 'officer' }), origin)
  await kernel.egress.fetch(to('runtime', personal), origin)
  assert.equal((await entryCounts(owner, institutionId)).get('transfer.made'), 1)
  await amendBackend(kernel, alpha, { backendId: 'abroad', addresses: ['127.9.9.9/32'] })
  await assert.rejects(kernel.egress.fetch(to('abroad', { ...personal, isRedacted: true }), origin), {
    code: 'egress.address_refused',
  })
  await amendBackend(kernel, alpha, { backendId: 'abroad', addresses: ['127.0.0.0/8'] })
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
test('a backend that expired, or is not meant for the data, gets nothing', async () => {
  await registerAt(kernel, alpha, {
    backendId: 'brief',
    endpoint: origin,
    expiresAt: '2026-03-02T07:00:00.000Z',
    classifications: ['official'],
  })
  assert.equal((await kernel.egress.fetch(to('brief', { classification: 'official' }), origin)).status, 200)
  await assert.rejects(kernel.egress.fetch(to('brief', personal), origin), {
    code: 'backend.classification_unmeant',
  })
  clock.advance(3_600_000)
  await assert.rejects(kernel.egress.fetch(to('brief', { classification: 'official' }), origin), {
    code: 'policy.refused',
  })
  await withdrawBackend(kernel, alpha, 'brief')
  await assert.rejects(kernel.egress.fetch(to('brief'), origin), { code: 'backend.withdrawn' })
  await assert.rejects(kernel.egress.fetch(to('nobody'), origin), { code: 'backend.not_found' })
})
test('an address that is not the backend’s own is refused, and a redirection is not followed', async () => {
  for (const url of [
    'http://127.0.0.1:1/',
    `${origin}@evil.example/`,
    origin.replace('http:', 'https:'),
    'http://user@127.0.0.1/',
    'file:///etc/passwd',
  ])
    await assert.rejects(kernel.egress.fetch(to('runtime'), url), { code: 'egress.url_foreign' }, url)
  const reply = await kernel.egress.fetch(to('runtime'), `${origin}/elsewhere`)
  assert.deepEqual([reply.status, reply.headers.get('location')], [302, 'http://127.0.0.1:1/'])
})
test('a reply has a largest size and a longest time', async () => {
  await assert.rejects(kernel.egress.fetch(to('runtime'), `${origin}/long`), {
    code: 'egress.reply_too_large',
  })
  const never = kernel.egress.fetch(to('runtime'), `${origin}/never`, { timeLimitMs: 60 })
  await assert.rejects(never, { code: 'egress.unreachable' })
  const stopping = new AbortController()
  const stopped = kernel.egress.fetch(to('runtime'), `${origin}/never`, { signal: stopping.signal })
  setTimeout(() => stopping.abort(new Error('the caller hung up')), 30)
  await assert.rejects(stopped, { message: 'the caller hung up' })
  await registerAt(kernel, alpha, { backendId: 'nowhere', endpoint: 'http://127.0.0.1:9' })
  await assert.rejects(kernel.egress.fetch(to('nowhere'), 'http://127.0.0.1:9'), {
    code: 'egress.unreachable',
  })
})

/** A way out whose names stand for what the test says, one answer after the other. */
function resolving(...answers: readonly (readonly string[])[]) {
  const permitted: string[] = []
  let asked = 0
  const outbound: Outbound = {
    lookup: async () =>
      (answers[Math.min(asked++, answers.length - 1)] ?? []).map((address) => ({ address, family: 4 })),
    permit: (target, connect) => {
      permitted.push(target.address)
      return unguarded.permit(target, connect)
    },
  }
  const egress = new WayOut({ ...kernel, outbound })
  after(() => egress.close())
  return { egress, permitted, asked: () => asked }
}
const port = origin.split(':').at(-1)

test('a name is looked up once for a connection, and the address that was checked is the one connected to', async () => {
  await registerAt(kernel, alpha, { backendId: 'by-name', endpoint: `http://backend.example:${port}` })
  const { egress, permitted, asked } = resolving(['169.254.169.254', '127.0.0.1'], ['169.254.169.254'])
  const ask = () => egress.fetch(to('by-name'), `http://backend.example:${port}/`)
  assert.equal((await ask()).status, 200)
  // The name stands for the metadata address from now on; the connection that was made stays where it was checked.
  assert.equal((await ask()).status, 200)
  assert.deepEqual([permitted, asked()], [['127.0.0.1'], 1])
  await egress.close()
  await assert.rejects(
    resolving(['169.254.169.254']).egress.fetch(to('by-name'), `http://backend.example:${port}/`),
    { code: 'egress.address_refused' },
  )
})
test('a name without ranges of its own never stands for this machine or a private network', async () => {
  await registerAt(kernel, alpha, {
    backendId: 'public',
    endpoint: `http://backend.example:${port}`,
    addresses: [],
  })
  for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', '::ffff:127.0.0.1'])
    await assert.rejects(
      resolving([address]).egress.fetch(to('public'), `http://backend.example:${port}/`),
      { code: 'egress.address_refused' },
      address,
    )
})
test('what is not open does not travel readable but on this machine', async () => {
  const { egress } = resolving(['8.8.8.8'])
  await assert.rejects(egress.fetch(to('public', personal), `http://backend.example:${port}/`), {
    code: 'egress.unencrypted',
  })
})
test('certificates are verified, by the name of the backend', async () => {
  const secure = await serve((_request, reply) => reply.end('secure'), true)
  const securePort = secure.split(':').at(-1)
  for (const host of ['backend.example', 'other.example'])
    await registerAt(kernel, alpha, {
      backendId: host.replace('.', '-'),
      endpoint: `https://${host}:${securePort}`,
    })
  const ask = (host: string) =>
    resolving(['127.0.0.1']).egress.fetch(to(host.replace('.', '-')), `https://${host}:${securePort}/`)
  const usual = tls.getCACertificates('default')
  await assert.rejects(ask('backend.example'), { code: 'egress.unreachable', message: /SELF_SIGNED/ })
  tls.setDefaultCACertificates([...usual, certificate])
  assert.equal(await (await ask('backend.example')).text(), 'secure')
  await assert.rejects(ask('other.example'), { code: 'egress.unreachable', message: /ALTNAME/ })
  tls.setDefaultCACertificates(usual)
})
test('where policy or register cannot answer, nothing is sent', async () => {
  const before = seen.length
  const down = new WayOut({
    ...kernel,
    policies: { require: () => Promise.reject(new Error('policy is down')) },
  })
  await assert.rejects(down.fetch(to('runtime'), origin), { message: 'policy is down' })
  const closed = new WayOut({
    ...kernel,
    db: Object.assign(Object.create(kernel.db), {
      transaction: () => Promise.reject(new Error('no database')),
    }),
  })
  await assert.rejects(closed.fetch(to('runtime'), origin), { message: 'no database' })
  assert.equal(seen.length, before)
  assert.deepEqual(down.counts(), [{ backendId: 'runtime', verdict: 'failed', calls: 1 }])
})
test('every question is counted by backend and verdict', () => {
  const counts = kernel.egress.counts()
  const of = (id: string, verdict: string) =>
    counts.find((one) => one.backendId === id && one.verdict === verdict)?.calls ?? 0
  assert.ok(of('runtime', 'allowed') >= 3)
  assert.ok(of('abroad', 'refused') >= 2)
  assert.equal(of('none', 'refused'), 1)
})
