/** What a witness can tell about our log, and what it can answer. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import { after, test } from 'node:test'
import { freshKernel } from '../../test/kernel.ts'
import { operatorOf, type SignedLog, signedLog } from '../../test/signed-log.ts'
import { askOnce, makeWitness, trustLog, witnessNet } from '../../test/witnesses.ts'
import { cosignedCheckpoint } from '../witness/witness.ts'
import type { Transport } from './ask-witness.ts'
import { latestCosigned, witnessStates } from './cosign.ts'
import { compareWithWitnesses } from './cosigning.ts'
import { setPolicy } from './policy.ts'
import { overEgress } from './witness-transport.ts'

const { kernel, database } = await freshKernel([])
const owner = await database.connect()
const witness = await makeWitness(kernel, await operatorOf(kernel, 'witness'), 'w')
const { transport: inProcess } = witnessNet(kernel, [witness])

/** A log that the witness knows and has to cosign. */
async function witnessedLog(slug: string): Promise<SignedLog> {
  const log = await signedLog(kernel, slug)
  await setPolicy(kernel, log.operator, `witness w ${witness.vkeys[0]} ${witness.url}\nquorum w\n`)
  await trustLog(kernel, witness, log.institutionId)
  return log
}

const ask = ({ institutionId }: SignedLog, transport = inProcess) => askOnce(kernel, institutionId, transport)
const failureOf = async ({ institutionId }: SignedLog) =>
  (await witnessStates(kernel, institutionId))[0]?.failure
const sizeOf = async ({ institutionId }: SignedLog) => (await latestCosigned(kernel, institutionId))?.size

/** Takes entries and checkpoints from a size on out of the database, as a restored backup would. */
async function rollBack({ institutionId }: SignedLog, size: number): Promise<void> {
  for (const [table, column] of [
    ['log_cosignatures', 'tree_size >'],
    ['log_checkpoints', 'tree_size >'],
    ['log_entries', 'entry_index >='],
  ])
    await owner.query(`delete from ${table} where institution_id = $1 and ${column} $2`, [
      institutionId,
      size,
    ])
}

const compare = () => compareWithWitnesses({ ...kernel, transport: inProcess })

test('a log that was rolled back is told by any witness, at the start and when it is asked', async () => {
  const log = await witnessedLog('rolled-back')
  const { size } = await log.grow(4)
  await ask(log)
  const { size: lost } = await log.grow(4)
  await ask(log)
  assert.equal((await compare()).get(log.institutionId), undefined)
  await rollBack(log, size)
  const fatal = (await compare()).get(log.institutionId)
  assert.equal(fatal?.code, 'log.rolled_back')
  assert.deepEqual(fatal?.parameters, { log: log.origin, signed: lost, found: size })
  await owner.query('update log_witnesses set tree_size = 0 where institution_id = $1', [log.institutionId])
  const { fatals } = await ask(log)
  assert.ok(fatals.length > 0)
  assert.ok(fatals.every(({ code }) => code === 'log.rolled_back'))
})

test('a log that tells another history under the same sizes is told as well', async () => {
  const log = await witnessedLog('diverged')
  const { size, rootHash } = await log.grow(4)
  await ask(log)
  const { size: next } = await log.grow(1)
  // Another root for the size that was cosigned, and for a larger one.
  const other = Buffer.from(rootHash).reverse()
  await owner.query(
    'update log_checkpoints set root_hash = $2 where institution_id = $1 and tree_size = $3',
    [log.institutionId, other, size],
  )
  const fatal = (await compare()).get(log.institutionId)
  assert.equal(fatal?.code, 'log.diverged')
  assert.deepEqual(fatal?.parameters, { log: log.origin, size })
  assert.ok(next > size)
})

/** A witness that answers as told. */
const answering =
  (post: { status: number; body: string }, get = { status: 404, body: '' }): Transport =>
  async ({ method }) =>
    method === 'POST' ? post : get

test('a witness that only says that it has seen more stops the log, unless it contradicts itself', async () => {
  const log = await witnessedLog('said')
  await log.grow(3)
  await ask(log)
  const { size } = await log.grow(3)
  const claim = { status: 409, body: '1000\n' }
  const { fatals } = await ask(log, answering(claim))
  assert.equal(fatals[0]?.code, 'log.witness_ahead')
  assert.deepEqual([fatals[0]?.parameters.signed, fatals[0]?.parameters.found], [1000, size])
  const shown = await cosignedCheckpoint(kernel, witness.actor.institutionId, hashOf(log.origin))
  const contradicting = await ask(log, answering(claim, { status: 200, body: shown ?? '' }))
  assert.deepEqual(contradicting.fatals, [])
  assert.equal(await failureOf(log), 'log.witness_answer')
})

const hashOf = (origin: string) => createHash('sha256').update(origin).digest('hex')

test('whatever a witness answers, only its own cosignature on this tree is stored', async () => {
  const log = await witnessedLog('answers')
  await log.grow(3)
  const replies: readonly (readonly [number, string, string])[] = [
    [200, '', 'log.witness_answer'],
    [200, 'nonsense\n', 'log.witness_answer'],
    [200, '— nobody.test/w AAAAAAAAAAAAAA==\n', 'log.witness_answer'],
    [409, 'many\n', 'log.witness_answer'],
    [409, '0\n', 'log.witness_answer'],
    [404, '', 'log.witness_refused'],
    [403, '', 'log.witness_refused'],
    [500, '', 'log.witness_refused'],
    [422, '', 'log.witness_objects'],
  ]
  for (const [status, body, failure] of replies) {
    await owner.query('delete from log_witnesses where institution_id = $1', [log.institutionId])
    await ask(log, answering({ status, body }))
    assert.equal(await failureOf(log), failure, `${status} ${body}`)
  }
  assert.equal(await sizeOf(log), undefined)
  // A cosignature on another tree of the log is none on this one.
  await owner.query('delete from log_witnesses where institution_id = $1', [log.institutionId])
  let lines = ''
  await ask(log, async (request) => {
    const reply = await inProcess(request)
    lines = reply.body
    return reply
  })
  await log.grow(1)
  await ask(log, answering({ status: 200, body: lines }))
  assert.equal(await failureOf(log), 'log.witness_answer')
})

test('over HTTP: requests and replies as the specification has them; too long a reply is refused, a redirection not followed', async () => {
  const seen: string[] = []
  const server = createServer((request, response) => {
    request
      .setEncoding('utf8')
      .on('data', (text: string) => seen.push(`${request.method} ${request.url} ${text}`))
    request.on('end', () => {
      if (request.url === '/elsewhere') response.writeHead(302, { location: '/' }).end()
      else if (request.url === '/long') response.end('x'.repeat(200_000))
      else response.writeHead(409, { 'content-type': 'text/x.tlog.size' }).end('7\n')
    })
  })
  server.listen(0, '127.0.0.1')
  after(() => server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  assert.ok(typeof address === 'object' && address !== null)
  const signal = AbortSignal.timeout(5_000)
  const at = (path: string) => `http://127.0.0.1:${address.port}${path}`
  const { institutionId } = await operatorOf(kernel, 'over-http')
  const ask = overEgress(kernel, institutionId)
  const reply = await ask({ method: 'POST', url: at('/add-checkpoint'), body: 'old 0\n', signal })
  assert.deepEqual(reply, { status: 409, body: '7\n' })
  assert.deepEqual(seen, ['POST /add-checkpoint old 0\n'])
  assert.equal((await ask({ method: 'GET', url: at('/elsewhere'), signal })).status, 302)
  await assert.rejects(ask({ method: 'GET', url: at('/long'), signal }), { code: 'egress.reply_too_large' })
})
