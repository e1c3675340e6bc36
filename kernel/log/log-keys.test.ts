/** The log's keys: made once, missed loudly, handed over in a chain that anybody can follow. */
import assert from 'node:assert/strict'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { parseNote, parseVkey, verifyHandover, verifyNote } from '@khudi/sdk/verify'
import { freshKernel } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { signedLog } from '../../test/signed-log.ts'
import { operatorActor } from '../access/roles.ts'
import { logKeysOf, rotateLogKey, signerOf } from './log-keys.ts'

const { kernel, database, folder, clock } = await freshKernel([])
const owner = await database.connect()
const body = (origin: string) => `${origin}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n`

test('a checkpoint has a signature of each algorithm, by the keys in the database', async () => {
  const { institutionId, origin, held } = await signedLog(kernel, 'both')
  const note = await held.signer.sign(body(origin))
  const { keys } = await logKeysOf(kernel, institutionId)
  assert.deepEqual(
    keys.map(({ algorithm, keyNumber, handover, retiredAt }) => [algorithm, keyNumber, handover, retiredAt]),
    [
      ['ed25519', 1, null, null],
      ['ml-dsa-44', 1, null, null],
    ],
  )
  const parsed = parseNote(note)
  assert.equal(parsed.text, body(origin))
  assert.equal(parsed.signatures.length, 2)
  const { signedBy } = await verifyNote(parsed, await Promise.all(keys.map(({ vkey }) => parseVkey(vkey))))
  assert.deepEqual(
    signedBy.map(({ key }) => key.vkey),
    keys.map(({ vkey }) => vkey),
  )
})

test('however many open a log at once, it gets one pair of keys', async () => {
  const { institutionId, origin } = await signedLog(kernel, 'once')
  await owner.query('delete from log_keys where institution_id = $1', [institutionId])
  const log = { institutionId, origin }
  await Promise.all(Array.from({ length: 6 }, () => signerOf(kernel, log)))
  assert.equal((await logKeysOf(kernel, institutionId)).keys.length, 2)
})

test('a crash before the database knew of the first keys leaves keys that are then taken', async () => {
  const { institutionId, origin } = await signedLog(kernel, 'crash')
  const before = await logKeysOf(kernel, institutionId)
  await owner.query('delete from log_keys where institution_id = $1', [institutionId])
  await signerOf(kernel, { institutionId, origin })
  const after = await logKeysOf(kernel, institutionId)
  assert.deepEqual(
    after.keys.map(({ vkey }) => vkey),
    before.keys.map(({ vkey }) => vkey),
  )
})

test('a key that the database knows and the keeper lacks stops the log, and none is made in its place', async () => {
  const { institutionId, origin, held } = await signedLog(kernel, 'lost')
  await rm(join(folder, 'keys', '1', 'log', institutionId), { recursive: true })
  await assert.rejects(signerOf(kernel, { institutionId, origin }), { name: 'Fatal', code: 'keys.missing' })
  assert.equal(await kernel.keys.has(`log/${institutionId}/ed25519-1`), false)
  // Another key under the same name is not taken either.
  await kernel.keys.makeSigner(`log/${institutionId}/ed25519-1`, 'ed25519')
  await kernel.keys.makeSigner(`log/${institutionId}/ml-dsa-44-1`, 'ml-dsa-44')
  await assert.rejects(signerOf(kernel, { institutionId, origin }), { name: 'Fatal', code: 'keys.other' })
  // The signer that was opened before still signs with the key that the database knows.
  assert.match(await held.signer.sign(body(origin)), /^log\.test\/lost\n0\n/)
})

test('whoever trusts the first key can follow the handovers to the one in use', async () => {
  const { institutionId, origin, operator, held } = await signedLog(kernel, 'chain')
  for (let rotation = 1; rotation <= 4; rotation++) {
    clock.advance(60_000)
    await rotateLogKey(kernel, operator)
  }
  const { keys } = await logKeysOf(kernel, institutionId)
  assert.equal(keys.length, 10)
  const chain = keys.filter(({ algorithm }) => algorithm === 'ed25519')
  let trusted = chain[0]?.vkey ?? ''
  for (const { handover, vkey } of chain.slice(1)) {
    trusted = (await verifyHandover(handover ?? '', trusted)).vkey
    assert.equal(trusted, vkey)
  }
  // Of each pair the other key is handed over by the same one.
  const others = keys.filter(({ algorithm }) => algorithm === 'ml-dsa-44')
  for (const [at, { handover, vkey }] of others.slice(1).entries())
    assert.equal((await verifyHandover(handover ?? '', chain[at]?.vkey ?? '')).vkey, vkey)
  assert.deepEqual(
    keys.filter(({ retiredAt }) => retiredAt === null).map(({ keyNumber }) => keyNumber),
    [5, 5],
  )
  // A signer that was open all along signs with the new keys.
  const inUse = await Promise.all(keys.slice(-2).map(({ vkey }) => parseVkey(vkey)))
  const { signedBy } = await verifyNote(parseNote(await held.signer.sign(body(origin))), inUse)
  assert.equal(signedBy.length, 2)
})

test('a rotation is an entry of the log, which the stored keys bear out', async () => {
  const { institutionId, operator } = await signedLog(kernel, 'entry')
  await rotateLogKey(kernel, operator)
  await rotateLogKey(kernel, operator)
  assert.deepEqual(await contradictions(owner, institutionId), [])
  const { rows } = await owner.query(
    `select record_id, actor from log_all where institution_id = $1 and kind = 'log_key.rotated' order by entry_id`,
    [institutionId],
  )
  assert.deepEqual(rows, [
    { record_id: '2', actor: 'operator:test' },
    { record_id: '3', actor: 'operator:test' },
  ])
})

test('of two rotations at the same moment one is refused', async () => {
  const { institutionId, operator } = await signedLog(kernel, 'race')
  const both = await Promise.allSettled([rotateLogKey(kernel, operator), rotateLogKey(kernel, operator)])
  const refused = both.filter(({ status }) => status === 'rejected')
  const { keys } = await logKeysOf(kernel, institutionId)
  // They may also have come one after the other.
  assert.equal(keys.length, 2 + 2 * (2 - refused.length))
  for (const one of both)
    if (one.status === 'rejected') assert.equal(one.reason.code, 'log.key_rotated_meanwhile')
  assert.equal(keys.filter(({ retiredAt }) => retiredAt === null).length, 2)
})

test('a crash after the new private keys leaves the old ones in use, and the next rotation takes them', async () => {
  const { institutionId, operator } = await signedLog(kernel, 'half')
  const made = await kernel.keys.makeSigner(`log/${institutionId}/ed25519-2`, 'ed25519')
  const keys = await rotateLogKey(kernel, operator)
  const taken = keys.find(({ algorithm, keyNumber }) => algorithm === 'ed25519' && keyNumber === 2)
  assert.ok(taken?.vkey.endsWith(Buffer.concat([Uint8Array.of(1), made.publicKey]).toString('base64')))
})

test('only whoever may manage the log rotates its keys', async () => {
  const { institutionId } = await signedLog(kernel, 'scope')
  for (const role of ['officer', 'auditor', 'engineer', 'machine']) {
    const actor = { ...operatorActor(institutionId, 'test'), roles: [role] }
    await assert.rejects(rotateLogKey(kernel, actor), { code: 'access.scope_missing' })
  }
})

test('an institution without a log has no keys to show or to change', async () => {
  const nowhere = operatorActor('00000000-0000-7000-8000-000000000000', 'test')
  await assert.rejects(rotateLogKey(kernel, nowhere), { code: 'log.keys_none' })
  await assert.rejects(logKeysOf(kernel, nowhere.institutionId), { code: 'log.keys_none' })
})
