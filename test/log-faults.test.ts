/** Power goes while a log is sequenced: nothing acknowledged is lost, no index and no size is given twice. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { foundInstitution } from '../kernel/institutions/institutions.ts'
import { Sequencer, type SequencerOptions } from '../kernel/log/sequencer.ts'
import { freshDatabase } from './database.ts'
import { freshFolder } from './kernel.ts'
import { type FirePlace, logUnderFire, steps, Watch } from './log-fire.ts'
import { testSigner } from './log-signer.ts'

const clock = () => new Date()

/** An institution in a database of its own: a sequencer serves all that are in one. */
async function makePlace(): Promise<FirePlace> {
  const { db, url, connect } = await freshDatabase()
  const given = { slug: 'fire', title: { en: 'Fire', ur: 'آگ' } }
  const { institutionId } = await foundInstitution({ db, clock }, { name: 'operator:test' }, given)
  return { db, owner: await connect(), url, logFolder: freshFolder('log'), institutionId }
}
const underFire = await makePlace()
const shared = await makePlace()
const apart = await makePlace()
const cut = await makePlace()
const full = await makePlace()

test('a sequencer killed at every step is gone on with by the next one, and no hand is needed', async (t) => {
  const killsAtEachStep = 3
  const damage = await logUnderFire(underFire, { killsAtEachStep, seed: 7 })
  t.diagnostic(JSON.stringify(damage))
  assert.deepEqual(damage.wrong, [])
  assert.equal(damage.kills, killsAtEachStep * steps.length)
  // Otherwise the kills would have shown nothing.
  assert.ok(damage.checkpoints > damage.kills / 2)
})

for (const [what, isShared] of [
  ['of one folder', true],
  ['of two machines, each with a folder of its own', false],
] as const)
  test(`of two sequencers started at once, ${what}, one works; killed, the other goes on`, async () => {
    const here = isShared ? shared : apart
    const watch = new Watch(here)
    await watch.append(300)
    const folders = [here.logFolder, isShared ? here.logFolder : freshFolder('log')]
    const children = folders.map((logFolder) => watch.start({ logFolder }))
    const ends = children.map((child) => once(child, 'close'))
    await watch.untilAllPublished()
    // Long enough for the other to have come up as well.
    for (let round = 0; round < 30; round++) {
      await watch.append(50)
      await sleep(30)
    }
    // Where both wrote, sizes would be published out of order, or twice with other notes.
    await watch.untilAllPublished()
    const first = watch.publisher
    assert.ok(first !== undefined)
    const end = once(first, 'close')
    first.kill('SIGKILL')
    await end
    await watch.append(300)
    await watch.untilAllPublished()
    // What it prints of a checkpoint arrives a moment after the checkpoint.
    for (let wait = 0; watch.publisher === first && wait < 500; wait++) await sleep(20)
    const next = watch.publisher
    for (const child of children) child.kill('SIGKILL')
    await Promise.all(ends)
    assert.notEqual(next?.pid, first.pid)
    assert.deepEqual((await watch.result()).wrong, [])
  })

function optionsOf({ db, logFolder }: FirePlace, faults: unknown[]): SequencerOptions {
  return {
    db,
    logFolder,
    clock,
    originOf: ({ slug }) => `log.test/${slug}`,
    signerFor: async ({ origin }) => testSigner(origin),
    onFault: (error) => faults.push(error),
    onFatal: (_, fatal) => faults.push(fatal),
    timing: { roundMs: 5, standbyMs: 5, faultMs: 5 },
  }
}

/** Ends the database session that holds the sequencer's lock, as a failing network does. */
async function endSession({ owner }: FirePlace): Promise<void> {
  await owner.query(
    `select pg_terminate_backend(pid) from pg_locks join pg_database on pg_database.oid = database
     where locktype = 'advisory' and granted and datname = current_database()`,
  )
}

test('a connection that is lost after any step takes the lock with it, and the next one goes on', async () => {
  const watch = new Watch(cut)
  const faults: unknown[] = []
  let cutAt: number | undefined
  const atStep = async (step: number) => {
    if (step !== cutAt) return
    cutAt = undefined
    await endSession(cut)
  }
  const sequencer = new Sequencer({ ...optionsOf(cut, faults), atStep })
  sequencer.start()
  for (const step of [...steps, ...steps]) {
    cutAt = step
    await watch.append(40)
    await watch.untilAllPublished()
  }
  await sequencer.stop()
  assert.deepEqual((await watch.result()).wrong, [])
  assert.ok(faults.length > 0)
})

test('a full disk stops the log and nothing else; with room again it goes on by itself', async (t) => {
  const folder = join(full.logFolder, 'small')
  mkdirSync(folder)
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=96k', 'khudi-test', folder])
  if (mounted.status !== 0) return t.skip('NOT RUN: no small file system can be mounted here (needs root)')
  try {
    const small = { ...full, logFolder: folder }
    const watch = new Watch(small)
    const faults: unknown[] = []
    const sequencer = new Sequencer(optionsOf(small, faults))
    sequencer.start()
    await watch.untilAllPublished()
    while (faults.length === 0) {
      // Appending is as durable as ever.
      await watch.append(100)
      await sleep(10)
    }
    assert.match(String(faults[0]), /ENOSPC/)
    await watch.look()
    spawnSync('mount', ['-o', 'remount,size=16m', folder])
    await watch.untilAllPublished()
    await sequencer.stop()
    assert.deepEqual((await watch.result()).wrong, [])
    assert.ok(faults.every((fault) => /ENOSPC/.test(String(fault))))
  } finally {
    spawnSync('umount', [folder])
  }
})
