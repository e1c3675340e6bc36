/** A log, three witnesses and their readers, over real connections: what other people's clients and witnesses meet. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { gunzipSync } from 'node:zlib'
import {
  parseCheckpoint,
  parseNote,
  parsePolicy,
  parseVkey,
  verifyNote,
  verifyReceipt,
} from '@khudi/sdk/verify'
import { z } from 'zod'
import { issueKey } from '../../kernel/access-keys/access-keys.ts'
import { sha256 } from '../../kernel/canonical.ts'
import { logKeysOf } from '../../kernel/log/log-keys.ts'
import { leafHash, rootAt } from '../../kernel/log/merkle.ts'
import { setPolicy } from '../../kernel/log/policy.ts'
import { tilePath } from '../../kernel/log/tile-path.ts'
import { findEntries } from '../../kernel/log/tiles.ts'
import { enableWitness } from '../../kernel/witness/keys.ts'
import { addWitnessedLog } from '../../kernel/witness/witness.ts'
import { decided, foundInstitution, freshKernel, permit, submit } from '../../test/kernel.ts'
import { authenticator } from '../authenticate.ts'
import { createHttpServer } from '../http/http-server.ts'
import { findOperations } from '../operations.ts'
import { checkLogs, startSequencing } from './sequencing.ts'
import { transparency } from './transparency.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const witnesses = await Promise.all(['north', 'south', 'west'].map((slug) => foundInstitution(kernel, slug)))
const app = createHttpServer({
  kernel,
  operations: await findOperations(),
  authenticate: authenticator(kernel, { isSecure: false }),
  transparency: transparency(kernel),
  checksReplies: true,
})
const address = await app.listen({ host: '127.0.0.1', port: 0 })
const fatals: string[] = []
const logged: unknown[] = []
const note = (fields: unknown) => logged.push(fields)
const sequencing = startSequencing({
  kernel,
  logOrigin: 'log.example',
  logger: { error: note, warn: note, fatal: note },
  onFatal: ({ code }) => fatals.push(code),
})
after(async () => {
  await sequencing.stop()
  await app.close()
})
const token = await issueKey(kernel, operator, {
  label: 'reader',
  roles: ['machine'],
  applicationId: undefined,
  expiresAt: new Date('2027-01-01'),
})
const asReader = { authorization: `Bearer ${token}` }
const at = (path: string, init?: RequestInit) => fetch(`${address}${path}`, init)

const PublishedKeys = z.object({ keys: z.array(z.object({ vkey: z.string() })) })
const Listed = z.object({
  items: z.array(z.object({ state: z.string(), entryIndex: z.number().nullable() })),
})

/** Asks until the answer holds; the sequencer and the witnesses take their time. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (let turn = 0; turn < 400; turn++) {
    const answer = await ask()
    if (answer !== undefined) return answer
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`it never came: ${JSON.stringify(logged)}`)
}

async function checkpointOf(slug: string, atLeast = 1) {
  return eventually(async () => {
    const reply = await at(`/log/${slug}/checkpoint`)
    if (reply.status !== 200) return undefined
    const text = await reply.text()
    const checkpoint = parseCheckpoint(parseNote(text).text)
    return checkpoint.size >= atLeast ? { text, checkpoint, reply } : undefined
  })
}

/** The log has two of three witnesses to convince; all three are institutions of this node. */
const policy = await (async () => {
  await checkpointOf('alpha')
  const { keys } = await logKeysOf(kernel, operator.institutionId)
  const vkey = keys.find(({ algorithm }) => algorithm === 'ed25519')?.vkey ?? ''
  const lines = await Promise.all(
    witnesses.map(async (witness, index) => {
      const name = `w${index + 1}`
      const { vkeys } = await enableWitness(kernel, witness, `${name}.example`)
      await addWitnessedLog(kernel, witness, [vkey])
      const slug = ['north', 'south', 'west'][index] ?? ''
      // The first of a witness's keys is Ed25519, which receipts carry.
      return `witness ${name} ${vkeys.split(' ')[0]} ${address}/witness/${slug}\n`
    }),
  )
  return `${lines.join('')}group quorum-of-two 2 w1 w2 w3\nquorum quorum-of-two\n`
})()

test('a checkpoint is a note that the published key verifies, and is not kept by caches', async () => {
  const { text, checkpoint, reply } = await checkpointOf('alpha')
  assert.equal(checkpoint.origin, 'log.example/alpha')
  assert.equal(reply.headers.get('content-type'), 'text/plain; charset=utf-8')
  assert.match(reply.headers.get('cache-control') ?? '', /max-age=2$/)
  assert.equal(reply.headers.get('access-control-allow-origin'), '*')
  const { keys } = PublishedKeys.parse(await (await at('/log/alpha/keys')).json())
  const verifiers = await Promise.all(keys.map(({ vkey }) => parseVkey(vkey)))
  const { signedBy } = await verifyNote(parseNote(text), verifiers)
  assert.equal(signedBy.length, 2)
})

test('whoever reads the tiles alone computes the root, and finds every entry under its hash', async () => {
  const { checkpoint } = await checkpointOf('alpha')
  const tile = async (path: string, headers: Record<string, string> = {}) => {
    const reply = await at(`/log/alpha/${path}`, { headers })
    assert.equal(reply.status, 200, path)
    assert.equal(reply.headers.get('content-type'), 'application/octet-stream')
    assert.match(reply.headers.get('cache-control') ?? '', /max-age=31536000, immutable/)
    return Buffer.from(await reply.arrayBuffer())
  }
  const root = await rootAt(checkpoint.size, (name) => tile(tilePath(name)))
  assert.deepEqual(root, Buffer.from(checkpoint.rootHash))
  const width = checkpoint.size % 256
  const entries = findEntries(await tile(`tile/entries/000.p/${width}`)) ?? []
  const hashes = await tile(`tile/0/000.p/${width}`)
  assert.deepEqual(Buffer.concat(entries.map((entry) => leafHash(entry))), hashes)
  assert.ok(entries.every(({ length }) => length === 32))
})

test('bundles are compressed for whoever takes that, hashes never', async () => {
  const { checkpoint } = await checkpointOf('alpha')
  const width = checkpoint.size % 256
  const get = (path: string) =>
    app.inject({ url: `/log/alpha/${path}`, headers: { 'accept-encoding': 'gzip' } })
  const bundle = await get(`tile/entries/000.p/${width}`)
  assert.equal(bundle.headers['content-encoding'], 'gzip')
  assert.equal(gunzipSync(bundle.rawPayload).length, 34 * width)
  assert.equal((await get(`tile/0/000.p/${width}`)).headers['content-encoding'], undefined)
})

test('what is no tile of the tree is not there', async () => {
  const { checkpoint } = await checkpointOf('alpha')
  for (const path of [
    'tile/0/000',
    `tile/0/000.p/${(checkpoint.size % 256) + 1}`,
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/0',
    'tile/0/x000/000',
    'tile/00/000.p/1',
    'tile/64/000.p/1',
    'tile/1/000.p/1',
    'tile/entries/001.p/1',
    'tile/0/000.p/1%2f..',
    'high-water',
  ])
    assert.equal((await app.inject({ url: `/log/alpha/${path}` })).statusCode, 404, path)
  assert.equal((await at('/log/nobody/checkpoint')).status, 404)
})

test('without witnesses a receipt is ready a moment later, and verifies by the published policy', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const { index, text } = await receiptOf(caseId)
  const published = await parsePolicy(await (await at('/log/alpha/policy')).text())
  const result = await verifyReceipt(text, { policy: published })
  assert.equal(result.verdict, 'valid')
  assert.ok(result.verdict === 'valid')
  assert.deepEqual(
    [result.facts.kind, result.facts.said, result.facts.caseId, result.facts.index],
    ['decision.made', 'grant', caseId, index],
  )
})

/** The receipt of a case's decision, once it is ready. */
async function receiptOf(caseId: string): Promise<{ readonly index: number; readonly text: string }> {
  const index = await eventually(async () => {
    const reply = await at(`/v1/cases/${caseId}/receipts`, { headers: asReader })
    const [first] = Listed.parse(await reply.json()).items
    return first?.state === 'ready' ? (first.entryIndex ?? undefined) : undefined
  })
  const reply = await at(`/v1/cases/${caseId}/receipts/${index}`, { headers: asReader })
  assert.equal(reply.headers.get('content-disposition'), `attachment; filename="receipt-${index}.tlog-proof"`)
  return { index, text: await reply.text() }
}

test('with a policy of three witnesses a receipt carries their cosignatures, and fits one QR code', async () => {
  await setPolicy(kernel, operator, policy)
  await submit(kernel, operator, 'permits', permit(), permit(), permit())
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const { index, text } = await receiptOf(caseId)
  const published = await parsePolicy(await (await at('/log/alpha/policy')).text())
  const result = await verifyReceipt(text, { policy: published })
  assert.ok(result.verdict === 'valid', JSON.stringify(result))
  assert.ok(result.facts.witnesses.length >= 2)
  assert.equal(result.facts.statedPolicy, '2/3')
  assert.ok(Buffer.byteLength(text) <= 1_500, `${Buffer.byteLength(text)} bytes`)
  const qr = await at(`/v1/cases/${caseId}/receipts/${index}/qr`, { headers: asReader })
  assert.equal(qr.headers.get('content-type'), 'image/svg+xml; charset=utf-8')
  assert.match(await qr.text(), /^<svg /)
})

test('a witness hands out what it cosigned last, and answers a stale request with the size it knows', async () => {
  const hash = sha256('log.example/alpha').toString('hex')
  const checkpoint = await eventually(async () => {
    const reply = await at(`/witness/north/${hash}/checkpoint`)
    return reply.status === 200 ? reply.text() : undefined
  })
  const { size } = parseCheckpoint(parseNote(checkpoint).text)
  const stale = await at('/witness/north/add-checkpoint', { method: 'POST', body: `old 1\n\n${checkpoint}` })
  assert.deepEqual([stale.status, stale.headers.get('content-type')], [409, 'text/x.tlog.size'])
  assert.ok(Number(await stale.text()) >= size)
  assert.equal((await at(`/witness/north/${'0'.repeat(64)}/checkpoint`)).status, 404)
  const nothing = await at('/witness/north/add-checkpoint', { method: 'POST', body: 'nothing' })
  assert.equal(nothing.status, 400)
})

test('the page that checks receipts is served with the policy in it, and can reach nobody', async () => {
  const reply = await at('/verify/alpha')
  const page = await reply.text()
  assert.match(reply.headers.get('content-security-policy') ?? '', /^default-src 'none'; script-src 'sha256-/)
  assert.doesNotMatch(reply.headers.get('content-security-policy') ?? '', /connect-src|unsafe/)
  assert.ok(page.includes('quorum quorum-of-two'))
  assert.equal((await at('/verify')).status, 200)
  assert.equal((await at('/verify/nobody')).status, 404)
})

test('nothing went wrong, and a start finds the logs in order', async () => {
  await checkLogs(kernel)
  assert.deepEqual(fatals, [])
  sequencing.check()
})
