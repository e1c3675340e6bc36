/** The score of sovereignty: green where everything holds, and each check red where its own fault is brought about. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { amendBackend } from '../../kernel/backends/backends.ts'
import { stateBuiltIns } from '../../kernel/backends/platform.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { addVersion } from '../../kernel/policy/versions.ts'
import type { Subject } from '../../kernel/sovereignty/check.ts'
import { checklist } from '../../kernel/sovereignty/checklist.ts'
import { type SuiteRecord, writeRecord } from '../../kernel/sovereignty/evidence.ts'
import { asOwner } from '../../kernel/sovereignty/owner.ts'
import type { OpenSandbox, Sandbox } from '../../kernel/sovereignty/sandbox.ts'
import { type CheckResult, sovereigntyOf } from '../../kernel/sovereignty/score.ts'
import { root } from '../../test/files.ts'
import { foundInstitution, freshFolder, freshKernel, trainLive } from '../../test/kernel.ts'
import { openSandbox } from './sandbox.ts'
import { productFolder, subjectOf } from './subject.ts'

const { kernel, database, folder } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const { cluster } = database
const enginesFolder = join(root, 'engines')
const outside = { isGuarded: true, blocked: 0 }
const subject = subjectOf({ kernel, actor: operator, cluster, folder, enginesFolder, outside })
await trainLive(kernel, operator, { applicationId: 'parcels', modelName: 'danger' })

const recordOf = (kind: SuiteRecord['kind'], change: Partial<SuiteRecord> = {}): SuiteRecord => ({
  kind,
  productDigest: subject.productDigest,
  finishedAt: '2026-11-24T12:00:00Z',
  runs: 1000,
  failures: 0,
  breaches: 0,
  ...change,
})
for (const kind of ['suite-without-network', 'jurisdiction-under-faults'] as const)
  writeRecord(subject.evidenceFolder, recordOf(kind))

async function found(id: string, changed: Partial<Subject> = {}): Promise<CheckResult> {
  const checks = checklist.filter((check) => check.id === id)
  const { results } = await sovereigntyOf({ ...subject, ...changed }, checks)
  const [result] = results
  assert.ok(result)
  return result
}

const stateOf = async (id: string, changed: Partial<Subject> = {}) => (await found(id, changed)).state

/** Red, and for this reason. */
async function assertRed(id: string, changed: Partial<Subject>, why: RegExp): Promise<void> {
  const { state, says } = await found(id, changed)
  assert.equal(state, 'red', says.en)
  assert.match(says.en, why)
}

/** Throw-away installations in which something was brought about before anything else. */
const spoiled =
  (spoil: (sandbox: Sandbox, archive: string | undefined) => Promise<unknown>): OpenSandbox =>
  async (archive) => {
    const sandbox = await subject.openSandbox(archive)
    await spoil(sandbox, archive)
    return sandbox
  }

/** SQL of the owner, who is above every right. */
const bySql = (sql: string) => spoiled(({ cluster }) => asOwner(cluster, (owner) => owner.query(sql)))

/** A trigger that makes the database forget what it is told. */
const forgetting = (what: string, table: string, when = 'true') => `
  create function forget() returns trigger language plpgsql as $$ begin return null; end $$;
  create trigger forget before ${what} on ${table} for each row when (${when}) execute function forget()`

test('eleven of eleven are green where everything holds', async (t) => {
  const { green, results } = await sovereigntyOf(subject)
  for (const { number, id, state, says, tookMs } of results)
    t.diagnostic(`${number} ${id} ${state} in ${tookMs.toFixed(0)} ms: ${says.en}`)
  assert.deepEqual(
    results.filter(({ state }) => state !== 'green').map(({ id, says }) => [id, says.en]),
    [],
  )
  assert.equal(green, 11)
  assert.deepEqual(
    checklist.map(({ number }) => number),
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11],
  )
})

describe('each check goes red when its fault is there', () => {
  test('1: the suite tried to connect outside, or this process did', async () => {
    const evidenceFolder = freshFolder('evidence')
    writeRecord(evidenceFolder, recordOf('suite-without-network', { breaches: 1 }))
    await assertRed('alone', { evidenceFolder }, /1 attempts were made to connect outside/)
    await assertRed('alone', { outside: { isGuarded: true, blocked: 1 } }, /tried 1 times/)
  })

  test('2: policies were put into the database past everybody, and allow too much', async () => {
    const { kernel, database, folder } = await freshKernel()
    const actor = await foundInstitution(kernel, 'lax')
    const own = () => subjectOf({ kernel, actor, cluster: database.cluster, folder, enginesFolder, outside })
    assert.equal(await stateOf('policies', { kernel, actor, policies: own().policies }), 'green')
    await allowEverything(kernel, actor.institutionId)
    await assertRed(
      'policies',
      { kernel, actor, policies: own().policies },
      /Wrongly allowed: .*without consent/,
    )
  })

  test('3: a run with random faults widened a jurisdiction', async () => {
    const evidenceFolder = freshFolder('evidence')
    writeRecord(evidenceFolder, recordOf('jurisdiction-under-faults', { breaches: 1 }))
    await assertRed('no_widening', { evidenceFolder }, /1 widened a jurisdiction/)
  })

  test('4: what should refuse goes on without policies', async () => {
    const broken: Subject['broken'] = (whole, part) =>
      part === 'policies' ? whole : subject.broken(whole, part)
    await assertRed('fails_closed', { broken }, /Went on although this was down: policies/)
  })

  test('4: cases are kept although the log takes no entry', async () => {
    const asleep = bySql(forgetting('insert', 'log_pending'))
    await assertRed('fails_closed', { openSandbox: asleep }, /Went on although this was down: log/)
  })

  test('5: an application that keeps names in clear', async () => {
    const applicationsFolder = leakingProbe()
    const open: OpenSandbox = (archive) =>
      openSandbox({ cluster, folder, enginesFolder, clock: kernel.clock, applicationsFolder }, archive)
    await assertRed('canaries', { openSandbox: open }, /In clear in: .*cases/)
  })

  test('6: the file of a live model is another one', async () => {
    const found = objectFiles().map((path) => ({ path, bytes: readFileSync(path) }))
    for (const { path, bytes } of found) writeFileSync(path, Buffer.concat([bytes, Buffer.from(' ')]))
    try {
      await assertRed('no_telemetry', {}, /not the files they were: parcels\/danger/)
      await assertRed('what_runs', {}, /parcels\/danger is not the registered model/)
    } finally {
      for (const { path, bytes } of found) writeFileSync(path, bytes)
    }
    assert.equal(await stateOf('no_telemetry'), 'green')
  })

  test('7: an erasure that does not reach the key', async () => {
    await assertRed(
      'keys',
      { openSandbox: bySql(forgetting('insert', 'log_pending', "new.kind = 'person.erased'")) },
      /does not verify/,
    )
  })

  test('7: somebody abroad holds the keys of what keeps data', async () => {
    const { kernel, database, folder } = await freshKernel()
    const actor = await foundInstitution(kernel, 'abroad')
    await stateBuiltIns(kernel, actor.institutionId)
    const keyHolder = {
      keyHolder: 'US',
      expiresAt: '2027-01-01T00:00:00Z',
      evidence: { text: 'A contract', documentDigest: null },
    }
    await amendBackend(kernel, actor, { backendId: 'objects', ...keyHolder })
    const { cluster } = database
    const abroad = subjectOf({ kernel, actor, cluster, folder, enginesFolder, outside })
    await assertRed('keys', abroad, /holds the keys of: objects/)
  })

  test('8: an entry is lost on the way', async () => {
    const lossy = spoiled(async ({ cluster }, archive) => {
      if (archive === undefined) return
      await asOwner(cluster, (owner) => owner.query('delete from log_entries where entry_index = 3'))
    })
    await assertRed('moves_whole', { openSandbox: lossy }, /log|entr/)
  })

  test('9: a package is not the one of the lock file', async () => {
    const other = freshFolder('other-packages')
    for (const name of ['package-lock.json', 'package.json'])
      cpSync(join(productFolder, name), join(other, name))
    mkdirSync(join(other, 'node_modules/zod'), { recursive: true })
    writeFileSync(join(other, 'node_modules/zod/package.json'), '{"name":"zod","version":"0.0.1"}')
    await assertRed('what_runs', { productFolder: other }, /is missing/)
    await assertRed('what_runs', { productFolder: other }, /Not what is named/)
  })

  test('10: a read that nobody is shown', async () => {
    await assertRed(
      'reads',
      { openSandbox: bySql(forgetting('insert', 'reads')) },
      /not shown to the person concerned/,
    )
  })

  test('11: a revocation that does not last', async () => {
    await assertRed(
      'revocation',
      { openSandbox: bySql(forgetting('update', 'access_keys')) },
      /revoked key is still taken/,
    )
  })
})

describe('a check that cannot be made is not yet fulfilled', () => {
  test('without a record of the suite, or with one of another version', async () => {
    const evidenceFolder = freshFolder('evidence')
    assert.equal(await stateOf('alone', { evidenceFolder }), 'not_yet')
    writeRecord(evidenceFolder, recordOf('suite-without-network', { productDigest: '0'.repeat(64) }))
    assert.equal(await stateOf('alone', { evidenceFolder }), 'not_yet')
  })

  test('without a guard', async () => {
    assert.equal(await stateOf('no_telemetry', { outside: { isGuarded: false, blocked: 0 } }), 'not_yet')
  })
})

/** The probe with the name of the person declared operational. */
function leakingProbe(): string {
  const parent = freshFolder('leaking')
  cpSync(join(root, 'server/sovereignty/applications'), parent, { recursive: true })
  const path = join(parent, 'probe/application.ts')
  const code = readFileSync(path, 'utf8')
  const leaking = code.replace(
    "name: text({ en: 'Name', ur: 'نام' })",
    "name: text({ en: 'Name', ur: 'نام' }, { protection: 'operational' })",
  )
  assert.notEqual(leaking, code)
  writeFileSync(path, leaking)
  return parent
}

function objectFiles(): readonly string[] {
  return readdirSync(join(folder, 'objects'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name))
}

/** Past the two people, the floor's examination and the log. */
async function allowEverything({ db, clock }: Kernel, institutionId: string): Promise<void> {
  const text = '@id("all")\n@en("Everything.")\n@ur("سب کچھ۔")\npermit (principal, action, resource);\n'
  const files = [{ name: 'all.cedar', text }]
  const by = { proposedBy: 'nobody', approvedBy: 'nobody', at: clock() }
  await db.transaction(institutionId, (tx) => addVersion(tx, { version: 2, files, ...by }))
}
