import assert from 'node:assert/strict'
import { cp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { test } from 'node:test'
import { auditedInstitution } from '../../../test/audited-log.ts'
import { permit, submit } from '../../../test/kernel.ts'
import { LogKind } from '../kinds.ts'
import { TileFolder } from '../tiles.ts'
import { auditLog } from './audit.ts'
import { sentenceOf } from './findings.ts'

const place = await auditedInstitution()
const { log, owner, operator, atHand } = place
const { institutionId } = operator

const audit = () => auditLog(log, atHand)

test('a log with every kind of entry is sound', async () => {
  const { rows } = await owner.query<{ kind: string }>(
    'select distinct kind from log_entries where institution_id = $1',
    [institutionId],
  )
  assert.deepEqual(rows.map(({ kind }) => kind).toSorted(), LogKind.options.toSorted())
  const { findings, ...report } = await audit()
  assert.deepEqual(
    findings.map((one) => sentenceOf(one).en),
    [],
  )
  assert.equal(report.found, 0)
  assert.equal(report.signed, report.entries)
  assert.ok((report.dataKeys ?? 0) > 0 && report.checkpoints > 2 && report.cosignatures > 0)
})

test('what waits for its place is said, and is nothing wrong', async () => {
  await submit(place.kernel, operator, 'permits', permit(), permit())
  const { pending, found } = await audit()
  assert.deepEqual([pending, found], [4, 0])
  await place.sequence()
  assert.equal((await audit()).pending, 0)
})

test('a log that grows meanwhile is as sound', async () => {
  let isAuditing = true
  const growing = (async () => {
    while (isAuditing) {
      await submit(place.kernel, operator, 'permits', permit(), permit({ answer: 'check' }))
      await place.sequence()
    }
  })()
  for (let round = 0; round < 10; round++) assert.deepEqual((await audit()).findings, [])
  isAuditing = false
  await growing
})

/** Changes rows, audits, and changes them back. */
async function auditedWith(change: string, undo: string) {
  const { rowCount } = await owner.query(change)
  assert.ok((rowCount ?? 0) > 0, 'something was changed')
  const report = await audit()
  await owner.query(undo)
  assert.equal((await audit()).found, 0, 'and changed back')
  return report
}

const anEntry = (
  kind: string,
) => `(select record_id from log_entries where institution_id = '${institutionId}'
  and kind = '${kind}' order by entry_index offset 20 limit 1)`

test('the first divergent entry is named, whatever else is found', async () => {
  const { rows } = await owner.query<{ id: string; index: string }>(
    `select record_id as id, entry_index as index from log_entries where record_id in (${anEntry('decision.made')}, ${anEntry('case.opened')})
     order by entry_index`,
  )
  const [first, second] = rows
  assert.ok(first && second)
  const report = await auditedWith(
    `with one as (update decisions set decided_at = decided_at + interval '1 microsecond' where decision_id::text = ${anEntry('decision.made')})
     update cases set occurred_on = occurred_on + 1 where case_id::text = ${anEntry('case.opened')}`,
    `with one as (update decisions set decided_at = decided_at - interval '1 microsecond' where decision_id::text = ${anEntry('decision.made')})
     update cases set occurred_on = occurred_on - 1 where case_id::text = ${anEntry('case.opened')}`,
  )
  assert.equal(report.firstDivergent, Number(first.index))
  assert.deepEqual(
    report.findings.map(({ code, entry }) => [code, entry]),
    [
      ['entry.unfounded', Number(first.index)],
      ['entry.unfounded', Number(second.index)],
    ],
  )
  const [said] = report.findings.map(sentenceOf)
  assert.match(said?.en ?? '', new RegExp(`^Entry ${first.index} \\(.*${first.id}`))
  assert.match(said?.ur ?? '', new RegExp(`اندراج ${first.index} `))
})

test('an entry that was replaced together with its record is not the one in the tree', async () => {
  const set = (sign: string) =>
    `update log_entries set commitment = set_byte(commitment, 0, get_byte(commitment, 0) # 1) ${sign} where entry_index = 300 and institution_id = '${institutionId}'`
  const report = await auditedWith(set(''), set(''))
  // Tiles and records are looked at side by side.
  assert.deepEqual(report.findings.map(({ code, entry }) => `${code} ${entry}`).toSorted(), [
    'entry.changed 300',
    'entry.replaced 300',
  ])
})

test('a case that was moved in the queue, or out of it, does not stand where its entries lead', async () => {
  const report = await auditedWith(
    `update cases set priority = priority + 1 where institution_id = '${institutionId}' and state = 'in_review'`,
    `update cases set priority = priority - 1 where institution_id = '${institutionId}' and state = 'in_review'`,
  )
  assert.ok(report.findings.every(({ code }) => code === 'case.misplaced'))
})

test('a unit that was moved past its changes, and a role that was slipped in or taken, are found', async () => {
  const moved = await auditedWith(
    `update units set parent_id = null where institution_id = '${institutionId}' and code = 'LHR'`,
    `update units set parent_id = (select unit_id from units where institution_id = '${institutionId}' and code = 'PB')
     where institution_id = '${institutionId}' and code = 'LHR'`,
  )
  assert.deepEqual(
    moved.findings.map(({ code, values }) => `${code} ${values.unit}`),
    ['unit.misplaced LHR'],
  )
  const widened = await auditedWith(
    `update account_grants set unit_id = null
     where institution_id = '${institutionId}' and role = 'officer' and unit_id is not null`,
    `update account_grants set unit_id = (select unit_id from units where institution_id = '${institutionId}' and code = 'LHR')
     where institution_id = '${institutionId}' and role = 'officer' and unit_id is null and grant_id in (
       select record_id::uuid from log_all where institution_id = '${institutionId}' and kind = 'grant.given')`,
  )
  assert.deepEqual(
    widened.findings.map(({ code, values }) => `${code} ${values.kind}`),
    ['entry.unfounded grant.given'],
  )
  const given = `from account_grants where institution_id = '${institutionId}' and role = 'parcels.inspector' and unit_id is null`
  const revoked = await auditedWith(
    `update account_grants set given_at = given_at - interval '1 second' where grant_id in (select grant_id ${given})`,
    `update account_grants set given_at = given_at + interval '1 second' where grant_id in (select grant_id ${given})`,
  )
  assert.ok(revoked.findings.length > 0)
  assert.ok(revoked.findings.every(({ code }) => code === 'grant.misplaced'))
})

/** A copy of the log's files that a test may spoil. */
async function withFiles<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const copy = `${log.folder.folder}-spoilt`
  await cp(log.folder.folder, copy, { recursive: true })
  try {
    return await work(copy)
  } finally {
    await rm(copy, { recursive: true })
  }
}

for (const path of ['tile/0/000', 'tile/entries/000'])
  test(`a file that is gone is named: ${path}`, () =>
    withFiles(async (folder) => {
      await rm(join(folder, path))
      const { findings } = await auditLog({ ...log, folder: new TileFolder(folder) }, atHand)
      assert.deepEqual(
        findings.map(({ code, values }) => [code, values.path]),
        [[path.includes('entries') ? 'bundle.missing' : 'tile.missing', path]],
      )
    }))

test('a node without its keys audits all but them', async () => {
  const report = await auditLog(log)
  assert.deepEqual([report.found, report.dataKeys], [0, null])
})
