/** From entries that wait to a published checkpoint; damage, rollback and take-over. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { freshDatabase } from '../../test/database.ts'
import { freshFolder } from '../../test/kernel.ts'
import { appendEntries, placedEntries, rootOfEntries } from '../../test/log-filler.ts'
import { testSigner } from '../../test/log-signer.ts'
import { everywhere } from '../access/roles.ts'
import { Fatal } from '../errors.ts'
import { foundInstitution } from '../institutions/institutions.ts'
import { findCheckpoint } from './checkpoint.ts'
import { type HeldLog, runRound } from './round.ts'
import { Sequencer, type SequencerOptions } from './sequencer.ts'
import { standingOf } from './standing.ts'
import { TileFolder } from './tiles.ts'

const database = await freshDatabase()
const { db } = database
const clock = () => new Date()
const owner = await database.connect()

/** A log that this test holds by itself, with a folder of its own. */
async function held(slug: string): Promise<HeldLog & { readonly damage: string[] }> {
  const title = { en: slug, ur: slug }
  const { institutionId } = await foundInstitution({ db, clock }, { name: 'operator:test' }, { slug, title })
  const origin = `log.test/${slug}`
  const damage: string[] = []
  return {
    institutionId,
    origin,
    damage,
    folder: new TileFolder(join(freshFolder('log'), institutionId)),
    transact: (work) => db.transaction(institutionId, work, { units: everywhere }),
    signer: testSigner(origin),
    clock,
    onDamage: (path) => damage.push(path),
  }
}

async function published({ folder }: HeldLog) {
  const note = (await folder.findFile('checkpoint'))?.toString() ?? ''
  const checkpoint = findCheckpoint(note)
  return checkpoint === undefined ? undefined : { ...checkpoint, rootHash: Buffer.from(checkpoint.rootHash) }
}

async function emptyLog(slug: string) {
  const log = await held(slug)
  // The founding itself is an entry.
  await owner.query('delete from log_pending where institution_id = $1', [log.institutionId])
  return log
}

test('an empty log gets its checkpoint once, and a round with nothing new does nothing', async () => {
  const log = await emptyLog('empty')
  assert.equal((await runRound(log)).isNew, true)
  assert.equal((await published(log))?.size, 0)
  const again = await runRound(log)
  assert.deepEqual({ ...again, checkpoint: undefined }, { checkpoint: undefined, added: 0, isNew: false })
})

test('what waited has a place, a tile, and a signed root that the entries give', async () => {
  const log = await held('places')
  for (const count of [1, 254, 1, 300, 66_000]) {
    await appendEntries(db, log.institutionId, count)
    for (;;) if ((await runRound(log)).added === 0) break
    const entries = await placedEntries(owner, log.institutionId)
    const size = entries.length / 32
    assert.deepEqual(await published(log), {
      origin: log.origin,
      size,
      rootHash: rootOfEntries(entries, size),
    })
  }
  assert.deepEqual(log.damage, [])
  // Full tiles have taken the place of partial ones.
  assert.ok(existsSync(join(log.folder.folder, 'tile/0/000')))
  assert.ok(!existsSync(join(log.folder.folder, 'tile/0/000.p')))
  assert.ok(existsSync(join(log.folder.folder, 'tile/1/000')))
})

test('damaged and missing tiles of the right edge are found, named and made again', async () => {
  const log = await held('edge')
  await appendEntries(db, log.institutionId, 700)
  await runRound(log)
  const at = (path: string) => join(log.folder.folder, path)
  const before = await readFile(at('tile/0/002.p/189'))
  await writeFile(at('tile/0/002.p/189'), Buffer.from(before).fill(1, 40, 41))
  await rm(at('tile/1/000.p/2'))
  await standingOf(log)
  assert.deepEqual(log.damage.toSorted(), ['tile/0/002.p/189', 'tile/1/000.p/2'])
  assert.deepEqual(await readFile(at('tile/0/002.p/189')), before)
  await writeFile(at('tile/entries/002.p/189'), 'x')
  await standingOf(log)
  assert.deepEqual(log.damage.slice(2), ['tile/entries/002.p/189'])
})

test('a folder that is lost altogether is made again from the database', async () => {
  const log = await held('lost')
  await appendEntries(db, log.institutionId, 1_000)
  await runRound(log)
  const tile = await readFile(join(log.folder.folder, 'tile/0/001'))
  await rm(log.folder.folder, { recursive: true })
  const anew = { ...log, folder: new TileFolder(log.folder.folder) }
  await appendEntries(db, log.institutionId, 1)
  await runRound(anew)
  assert.deepEqual(await readFile(join(log.folder.folder, 'tile/0/001')), tile)
  assert.equal((await published(log))?.size, 1_002)
})

test('a database that knows less than was signed stops the log', async () => {
  const log = await held('rolled-back')
  await runRound(log)
  await appendEntries(db, log.institutionId, 10)
  await runRound(log)
  await owner.query('delete from log_checkpoints where institution_id = $1 and tree_size > 1', [
    log.institutionId,
  ])
  await assert.rejects(runRound(log), isFatal('log.rolled_back'))
  await owner.query('delete from log_entries where institution_id = $1 and entry_index > 0', [
    log.institutionId,
  ])
  await appendEntries(db, log.institutionId, 10)
  await assert.rejects(runRound(log), isFatal('log.rolled_back'))
})

test('entries that were signed and are gone, without the checkpoint, stop the log', async () => {
  const log = await held('truncated')
  await appendEntries(db, log.institutionId, 10)
  await runRound(log)
  await owner.query('delete from log_entries where institution_id = $1 and entry_index > 5', [
    log.institutionId,
  ])
  await assert.rejects(runRound(log), isFatal('log.rolled_back'))
})

test('a database with another history stops the log, whether it is as long or longer', async () => {
  const log = await held('diverged')
  await appendEntries(db, log.institutionId, 10)
  await runRound(log)
  const mark = await readFile(join(log.folder.folder, 'high-water'), 'utf8')
  const [origin, size, root = ''] = mark.split('\n')
  const other = mark.replace(root, Buffer.alloc(32, 7).toString('base64'))
  await writeFile(join(log.folder.folder, 'high-water'), other)
  await assert.rejects(runRound(log), isFatal('log.diverged'))
  await writeFile(join(log.folder.folder, 'high-water'), mark)
  await appendEntries(db, log.institutionId, 300)
  await runRound(log)
  await writeFile(join(log.folder.folder, 'high-water'), other)
  await assert.rejects(runRound(log), isFatal('log.diverged'))
  assert.deepEqual([origin, size], [log.origin, '11'])
})

test('entries that no longer give the signed root stop the log once tiles have to be made from them', async () => {
  const log = await held('edited')
  await appendEntries(db, log.institutionId, 10)
  await runRound(log)
  await owner.query(
    `update log_entries set commitment = sha256('x') where institution_id = $1 and entry_index = 3`,
    [log.institutionId],
  )
  await rm(join(log.folder.folder, 'tile'), { recursive: true })
  await assert.rejects(runRound(log), isFatal('log.diverged'))
})

const isFatal = (code: string) => (error: unknown) => error instanceof Fatal && error.code === code

test('of two sequencers one works and the other takes over; every institution is served', async () => {
  const ids = [(await held('first')).institutionId, (await held('second')).institutionId]
  const logFolder = freshFolder('logs')
  const notes = new Map<string, string>()
  const faults: unknown[] = []
  const options: SequencerOptions = {
    db,
    logFolder,
    clock,
    originOf: ({ slug }) => `log.test/${slug}`,
    signerFor: async ({ origin }) => testSigner(origin),
    onPublished: ({ institutionId, checkpoint }) => notes.set(institutionId, checkpoint.note),
    onFault: (error) => faults.push(error),
    timing: { roundMs: 5, standbyMs: 5, faultMs: 5 },
  }
  const [one, other] = [new Sequencer(options), new Sequencer(options)]
  one.start()
  await until(() => one.health().isSequencing)
  other.start()
  await until(() => ids.every((id) => notes.has(id)))
  assert.equal(other.health().isSequencing, false)
  await one.stop()
  await until(() => other.health().isSequencing)
  await appendEntries(db, ids[0] ?? '', 5)
  await until(() => findCheckpoint(notes.get(ids[0] ?? '') ?? '')?.size === 6)
  await other.stop()
  assert.deepEqual(faults, [])
  // The others are logs that the tests above have broken, or made elsewhere.
  assert.ok(ids.every((id) => !other.health().stopped.has(id)))
})

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve, 5))
}
