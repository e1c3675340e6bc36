/** add-checkpoint by the specification: every status, and no history cosigned that does not continue the last one. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, test } from 'node:test'
import { parseCheckpoint, parseNote, parseVkey, verifyNote } from '@khudi/sdk/verify'
import fc from 'fast-check'
import {
  bodyOf,
  type ForkedLog,
  forkedLog,
  type History,
  requestText,
  rootOf,
} from '../../test/forked-log.ts'
import { freshKernel } from '../../test/kernel.ts'
import { type Actor, operatorActor } from '../access/roles.ts'
import { Database } from '../db/database.ts'
import { foundInstitution } from '../institutions/institutions.ts'
import { newPrivateKey, signerOn } from '../keys/signing.ts'
import { cosignatureLine, cosignerVkey, signatureLine } from '../log/note.ts'
import { enableWitness } from './keys.ts'
import {
  addCheckpoint,
  addWitnessedLog,
  cosignedCheckpoint,
  removeWitnessedLog,
  witnessedLogs,
} from './witness.ts'

const { kernel, database, clock } = await freshKernel([])
/** Another process of the same node: its own connections. */
const second = { ...kernel, db: new Database({ cluster: database.cluster, connections: 4 }) }
after(() => second.db.close())
const owner = await database.connect()

async function operatorOf(slug: string): Promise<Actor> {
  const title = { en: slug, ur: slug }
  const { institutionId } = await foundInstitution(kernel, { name: 'operator:test' }, { slug, title })
  return operatorActor(institutionId, 'test')
}

const actor = await operatorOf('witness')
const { institutionId } = actor
const witness = await enableWitness(kernel, actor, 'witness.test/w')
const witnessKeys = await Promise.all(witness.vkeys.split(' ').map(parseVkey))

let logs = 0
/** A log that the witness knows. */
async function knownLog(): Promise<ForkedLog> {
  const log = forkedLog(`log.test/${++logs}`)
  await addWitnessedLog(kernel, actor, [log.vkey])
  return log
}

const history = (count: number, from = 0, branch = 'a'): History =>
  Array.from({ length: count }, (_, index) => (index < from ? `${index}` : `${branch}${index}`))
const add = (body: Uint8Array | string) => addCheckpoint(kernel, institutionId, { body: Buffer.from(body) })
const statusOf = async (body: Uint8Array | string) => (await add(body)).status
const monitored = (log: ForkedLog) =>
  cosignedCheckpoint(kernel, institutionId, createHash('sha256').update(log.origin).digest('hex'))

test('a tree that continues the last one is cosigned by both keys, and shown to monitors', async () => {
  const log = await knownLog()
  assert.equal(await monitored(log), undefined)
  for (const [old, size] of [
    [0, 3],
    [3, 8],
    [8, 8],
    [8, 300],
  ] as const) {
    clock.advance(1_500)
    const reply = await add(await log.request(old, history(size)))
    assert.equal(reply.status, 200)
    const note = parseNote(`${bodyOf(log.origin, history(size))}\n${reply.body}`)
    const { signedBy } = await verifyNote(note, witnessKeys)
    const seconds = Math.floor(clock.now.getTime() / 1000) * 1000
    assert.deepEqual(
      signedBy.map(({ key, signedAt }) => [key.type, signedAt?.getTime()]),
      [
        [4, seconds],
        [6, seconds],
      ],
    )
    const shown = parseNote((await monitored(log)) ?? '')
    assert.equal(shown.text, note.text)
    const opened = await verifyNote(shown, [...witnessKeys, await parseVkey(log.vkey)])
    assert.equal(opened.signedBy.length, 3)
  }
})

test('the empty tree is cosigned with the root of nothing, and any tree continues it', async () => {
  const log = await knownLog()
  assert.equal(await statusOf(await log.request(0, [])), 200)
  assert.equal(await statusOf(await log.request(0, [])), 200)
  const wrong = `${log.origin}\n0\n${rootOf(['x']).toString('base64')}\n`
  const note = `${wrong}\n${await signatureLine(log.key, wrong)}`
  assert.equal(await statusOf(requestText(0, [], note)), 422)
  assert.equal(await statusOf(await log.request(0, history(5))), 200)
})

test('404: a log that is not known, or no longer', async () => {
  const stranger = forkedLog('log.test/stranger')
  assert.equal(await statusOf(await stranger.request(0, history(1))), 404)
  const log = await knownLog()
  await removeWitnessedLog(kernel, actor, log.origin)
  assert.equal(await statusOf(await log.request(0, history(1))), 404)
  const nobody = await operatorOf('nobody')
  const body = await log.request(0, history(1))
  assert.equal((await addCheckpoint(kernel, nobody.institutionId, { body })).status, 404)
})

test('403: no signature by a trusted key, or a wrong one of a trusted key beside a right one', async () => {
  const log = await knownLog()
  const body = bodyOf(log.origin, history(2))
  const other = forkedLog(log.origin)
  const unknown = await signatureLine(other.key, body)
  const right = await signatureLine(log.key, body)
  const wrong = await signatureLine(log.key, bodyOf(log.origin, history(3)))
  const submit = (lines: string) => statusOf(requestText(0, [], `${body}\n${lines}`))
  assert.equal(await submit(unknown), 403)
  assert.equal(await submit(wrong), 403)
  assert.equal(await submit(right + wrong), 403)
  assert.equal(await monitored(log), undefined)
  assert.equal(await submit(unknown + right), 200)
})

test('400: an old size that is larger than the tree', async () => {
  const log = await knownLog()
  assert.equal(await statusOf(await log.request(0, history(5))), 200)
  assert.equal(await statusOf(await log.request(5, history(4))), 400)
  // The order is the specification's: also where the old size is not the one that is known.
  assert.equal(await statusOf(await log.request(9, history(7))), 400)
})

test('409: an old size that is not the last one, with that one', async () => {
  const log = await knownLog()
  const conflict = { status: 409, contentType: 'text/x.tlog.size' }
  assert.deepEqual(await add(await log.request(2, history(5))), { ...conflict, body: '0\n' })
  assert.equal(await statusOf(await log.request(0, history(5))), 200)
  for (const old of [0, 4, 6])
    assert.deepEqual(await add(await log.request(old, history(7))), { ...conflict, body: '5\n' })
})

test('422: a proof that does not show it, a proof where there is nothing to prove, another root of the same size', async () => {
  const log = await knownLog()
  const hash = rootOf(['x'])
  const note = await log.checkpoint(history(5))
  assert.equal(await statusOf(requestText(0, [hash], note)), 422)
  assert.equal(await statusOf(requestText(0, [], note)), 200)
  assert.equal(await statusOf(requestText(5, [hash], note)), 422)
  assert.equal(await statusOf(await log.request(5, history(5, 4, 'b'))), 422)
  assert.equal(await statusOf(await log.request(5, history(9, 4, 'b'))), 422)
  assert.equal(await statusOf(requestText(5, [], await log.checkpoint(history(9)))), 422)
  assert.equal(parseCheckpoint(parseNote((await monitored(log)) ?? '').text).size, 5)
  assert.equal(await statusOf(await log.request(5, history(9))), 200)
})

test('400: whatever is no request', async () => {
  const log = await knownLog()
  const note = await log.checkpoint(history(1))
  const hash = rootOf(['x']).toString('base64')
  const bad = [
    '',
    'old 0',
    'old 0\n',
    'old 0\n\n',
    `old 0\n${note}`,
    `0\n\n${note}`,
    `old 00\n\n${note}`,
    `old -1\n\n${note}`,
    `old 1e3\n\n${note}`,
    `old 99999999999999999999\n\n${note}`,
    `old 0\r\n\r\n${note}`,
    `old  0\n\n${note}`,
    `old 0\n${hash.slice(0, -4)}\n\n${note}`,
    `old 0\n${hash}x\n\n${note}`,
    `old 0\n${`${hash}\n`.repeat(64)}\n${note}`,
    `old 0\n\n${note.slice(0, -1)}`,
    `old 0\n\n${note.replace('\n1\n', '\n01\n')}`,
    `\ufeffold 0\n\n${note}`,
  ]
  for (const text of bad) assert.equal(await statusOf(text), 400, JSON.stringify(text))
  assert.equal(
    await statusOf(Buffer.concat([Buffer.from('old 0\n\n'), Buffer.of(0xff), Buffer.from(note)])),
    400,
  )
  assert.equal(await statusOf(`old 0\n\n${note}${'x'.repeat(140_000)}`), 400)
  // As many lines as there may be are read, and prove nothing.
  assert.equal(await statusOf(`old 0\n${`${hash}\n`.repeat(63)}\n${note}`), 422)
})

test('a log that signs with ML-DSA-44 alone is cosigned too', async () => {
  const name = 'log.test/post-quantum'
  const key = { name, signer: signerOn('ml-dsa-44', newPrivateKey('ml-dsa-44')) }
  await addWitnessedLog(kernel, actor, [cosignerVkey(key)])
  const body = bodyOf(name, history(3))
  const note = `${body}\n${await cosignatureLine(key, body, clock.now)}`
  assert.equal(await statusOf(requestText(0, [], note)), 200)
})

test('a log that was removed and comes back must continue where it was', async () => {
  const log = await knownLog()
  assert.equal(await statusOf(await log.request(0, history(5))), 200)
  await removeWitnessedLog(kernel, actor, log.origin)
  await addWitnessedLog(kernel, actor, [log.vkey])
  assert.equal(await statusOf(await log.request(0, history(5, 0, 'b'))), 409)
  assert.equal(await statusOf(await log.request(5, history(6, 0, 'b'))), 422)
  assert.equal(await statusOf(await log.request(5, history(6))), 200)
})

test('keys are added to those that are trusted; keys of witnesses and of several logs are refused', async () => {
  const log = await knownLog()
  const next = forkedLog(log.origin)
  await addWitnessedLog(kernel, actor, [next.vkey])
  const known = (await witnessedLogs(kernel, institutionId)).find(({ origin }) => origin === log.origin)
  assert.equal(known?.vkeys, `${log.vkey} ${next.vkey}`)
  assert.equal(await statusOf(await next.request(0, history(2))), 200)
  assert.equal(await statusOf(await log.request(2, history(3))), 200)
  const cosigner = witness.vkeys.split(' ')[0] ?? ''
  const refused = [[], ['nonsense'], [cosigner], [log.vkey, forkedLog('log.test/another').vkey]]
  for (const vkeys of refused)
    await assert.rejects(addWitnessedLog(kernel, actor, vkeys), { code: 'witness.vkey_invalid' })
  await assert.rejects(removeWitnessedLog(kernel, actor, 'log.test/nowhere'), { code: 'witness.log_unknown' })
})

test('the name of a witness is given once, to one institution', async () => {
  assert.deepEqual(await enableWitness(kernel, actor, witness.name), witness)
  await assert.rejects(enableWitness(kernel, actor, 'witness.test/new'), { code: 'witness.name_fixed' })
  const rival = await operatorOf('rival')
  await assert.rejects(enableWitness(kernel, rival, witness.name), { code: 'witness.name_invalid' })
  for (const name of ['', 'a b', 'a+b', 'x'.repeat(256)])
    await assert.rejects(enableWitness(kernel, rival, name), { code: 'witness.name_invalid' })
  await assert.rejects(addWitnessedLog(kernel, rival, [forkedLog('log.test/x').vkey]), {
    code: 'witness.not_enabled',
  })
})

test('only whoever may manage the log makes an institution a witness', async () => {
  const officer = { ...actor, roles: ['officer', 'auditor', 'engineer'] }
  const code = 'access.scope_missing'
  await assert.rejects(enableWitness(kernel, officer, 'witness.test/w'), { code })
  await assert.rejects(addWitnessedLog(kernel, officer, []), { code })
  await assert.rejects(removeWitnessedLog(kernel, officer, 'x'), { code })
})

test('a witness whose keys are gone signs nothing, and makes no others', async () => {
  const bare = await operatorOf('bare')
  await enableWitness(kernel, bare, 'witness.test/bare')
  const log = forkedLog('log.test/for-bare')
  await addWitnessedLog(kernel, bare, [log.vkey])
  await kernel.keys.destroy(`witness/${bare.institutionId}/ed25519`)
  const body = await log.request(0, history(1))
  await assert.rejects(addCheckpoint(kernel, bare.institutionId, { body }), { code: 'keys.missing' })
  // Nothing was taken note of either.
  assert.equal((await witnessedLogs(kernel, bare.institutionId))[0]?.rootHash, null)
})

/** Requests from either of two histories, from whatever size, sent by two processes, several at once. */
const shots = fc.array(
  fc.record({
    isForked: fc.boolean(),
    size: fc.integer({ min: 1, max: 24 }),
    /** Most begin at the size that the witness knows, as it says in every conflict. */
    old: fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, fc.integer({ min: 0, max: 24 })),
    kernel: fc.constantFrom(kernel, second),
  }),
  { minLength: 2, maxLength: 8 },
)

test('in any interleaving, all trees that it cosigned of a log are of one history', async () => {
  const forkAt = fc.integer({ min: 0, max: 20 })
  let cosignedTrees = 0
  await fc.assert(
    fc.asyncProperty(forkAt, fc.array(shots, { minLength: 2, maxLength: 8 }), async (from, volleys) => {
      const log = await knownLog()
      const branches = { right: history(24), forked: history(24, from, 'b') }
      const cosigned: { size: number; root: string }[] = []
      let known = 0
      for (const volley of volleys) {
        const begun = known
        const shoot = async ({ isForked, size, old, kernel: by }: (typeof volley)[number]) => {
          const told = (isForked ? branches.forked : branches.right).slice(0, size)
          const body = await log.request(old ?? begun, told)
          const reply = await addCheckpoint(by, institutionId, { body })
          if (reply.status === 409) known = Math.max(known, Number(reply.body))
          if (reply.status !== 200) return
          known = Math.max(known, size)
          cosigned.push({ size, root: rootOf(told).toString('base64') })
        }
        await Promise.all(volley.map(shoot))
      }
      cosignedTrees += cosigned.length
      const isOf = (branch: History) => (one: (typeof cosigned)[number]) =>
        rootOf(branch.slice(0, one.size)).toString('base64') === one.root
      assert.ok(cosigned.every(isOf(branches.right)) || cosigned.every(isOf(branches.forked)))
      // What the database says is the largest of them.
      const { rows } = await owner.query<{ tree_size: string }>(
        'select tree_size from witnessed_logs where institution_id = $1 and origin = $2',
        [institutionId, log.origin],
      )
      assert.equal(Number(rows[0]?.tree_size), Math.max(0, ...cosigned.map(({ size }) => size)))
    }),
    { numRuns: 40 },
  )
  // Otherwise the property would hold for a witness that signs nothing.
  assert.ok(cosignedTrees > 20, `${cosignedTrees} trees`)
})
