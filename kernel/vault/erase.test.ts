import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../test/files.ts'
import { decided, foundInstitution, freshKernel, makeOfficer, submit, taken } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { operatorActor } from '../access/roles.ts'
import { flatMapping } from '../imports/flat.ts'
import { runImport } from '../imports/imports.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview } from '../reviews/reviews.ts'
import { erasePerson } from './erase.ts'
import { signInHolder } from './places.ts'
import { seal } from './seal.ts'
import { findHolder, holdersById, holdersFor, openTexts, requireLiving } from './vault.ts'

const { kernel, another, database, clock } = await freshKernel([join(root, 'test/people')])
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const examiner = await makeOfficer(kernel, operator, {
  username: 'examiner',
  roles: ['officer', 'pensions.examiner'],
})

let numbered = 0
/** A person whom no other test knows, with words that stand nowhere else. */
function person() {
  numbered += 1
  const cnic = `35202${String(7_000_000 + numbered)}1`
  return { cnic, name: `Canary-Name-${numbered}`, phone: '0300-1234567' }
}

function claimOf(pensioner: ReturnType<typeof person>, given: object = {}) {
  numbered += 1
  return {
    claimNumber: `CLAIM-${numbered}`,
    filedOn: '2020-01-31',
    grade: 'full',
    pensioner,
    illness: `Canary-Illness-of-${pensioner.cnic}`,
    ...given,
  }
}

const nameOf = ({ cnic }: { readonly cnic: string }) => `cnic:${cnic}`
const erase = (name: string) => erasePerson(kernel, operator, { name, ground: 'request' })

/** The tables in which a word stands, in whatever column. */
async function tablesWith(word: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = 'kernel'::regnamespace and relkind = 'r' order by 1`,
  )
  const found: string[] = []
  for (const { name } of rows) {
    const { rowCount } = await owner.query(`select from ${name} t where strpos(t::text, $1) > 0`, [word])
    if (rowCount !== 0) found.push(name)
  }
  return found
}

test('a person is erased with everything sealed about them, and nobody else', async () => {
  const [gone, stays] = [person(), person()]
  const { caseId, version } = await decided(kernel, operator, 'pensions', claimOf(gone, { grade: 'half' }))
  await decided(kernel, operator, 'pensions', claimOf(stays))
  // An officer who is to decide must be able to read what about.
  await assert.rejects(erase(nameOf(gone)), { code: 'vault.case_in_review' })
  await completeReview(kernel, examiner, {
    caseId,
    version,
    recommendation: 'grant',
    reason: `Canary-Words about ${gone.name}`,
  })
  await recordOutcome(kernel, operator, {
    caseId,
    version: undefined,
    outcome: { paid: 'yes', remark: `Canary-Remark ${gone.name}` },
  })
  const holderId = await findHolder(kernel, institutionId, nameOf(gone))
  assert.ok(holderId)
  const erased = await erase(nameOf(gone))
  assert.deepEqual(erased, { holderId, cases: 1, refusedRows: 0, erasedAt: clock.now })
  const { rows } = await owner.query('select * from vault_keys where holder_id = $1', [holderId])
  assert.deepEqual(
    [rows[0].wrapped_key, rows[0].wrapping_key, rows[0].blind_index, rows[0].erasure_ground],
    [null, null, null, 'request'],
  )
  for (const word of ['Canary-', gone.cnic, gone.name]) assert.deepEqual(await tablesWith(word), [], word)
  assert.equal(await findHolder(kernel, institutionId, nameOf(gone)), undefined)
  assert.ok(await findHolder(kernel, institutionId, nameOf(stays)))
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('another process that has worked with the key cannot open anything after the erasure', async () => {
  const other = another()
  const name = 'cnic:3520299999991'
  const holder = (await holdersFor(other, institutionId, [name])).get(name)
  assert.ok(holder)
  const text = { holderId: holder.holderId, place: 'x', sealed: seal(holder, 'x', 'secret') }
  assert.deepEqual(await openTexts(other, institutionId, [text]), ['secret'])
  await erase(name)
  assert.deepEqual(await openTexts(other, institutionId, [text]), [undefined])
  assert.equal(
    (await other.db.transaction(institutionId, (tx) => holdersById(tx, other, [text.holderId]))).size,
    0,
  )
  const anew = (await holdersFor(other, institutionId, [name])).get(name)
  assert.notEqual(anew?.holderId, holder.holderId, 'who comes back is somebody new')
})

test('the name of nobody, and a second erasure, are refused', async () => {
  const gone = person()
  await submit(kernel, operator, 'pensions', claimOf(gone))
  const { holderId } = await erase(nameOf(gone))
  await assert.rejects(erase(nameOf(gone)), { code: 'vault.person_unknown' })
  await assert.rejects(erasePerson(kernel, operator, { holderId, ground: 'order' }), {
    code: 'vault.person_erased',
  })
  const unknown = { holderId: randomUUID(), ground: 'order' } as const
  await assert.rejects(erasePerson(kernel, operator, unknown), { code: 'vault.person_unknown' })
  await assert.rejects(erasePerson(kernel, examiner, unknown), { code: 'access.scope_missing' })
})

test('what signing in keeps secret is no person and is not erased', async () => {
  const { institutionId } = operator
  const holder = (await holdersFor(kernel, institutionId, [signInHolder])).get(signInHolder)
  const ground = 'order'
  for (const whom of [{ name: signInHolder }, { holderId: holder?.holderId ?? '' }])
    await assert.rejects(erasePerson(kernel, operator, { ...whom, ground }), { code: 'vault.person_unknown' })
  assert.equal(await findHolder(kernel, institutionId, signInHolder), holder?.holderId)
})

test('nobody is erased whose case the law has kept, to the day', async () => {
  const [early, late] = [person(), person()]
  await submit(kernel, operator, 'pensions', claimOf(early, { filedOn: '2024-03-02' }))
  await submit(kernel, operator, 'pensions', claimOf(late, { filedOn: '2019-01-01' }))
  await submit(kernel, operator, 'pensions', claimOf(late, { filedOn: '2024-03-03' }))
  assert.equal(clock.now.toISOString().slice(0, 10), '2026-03-02')
  await assert.rejects(erase(nameOf(late)), {
    code: 'vault.retention_required',
    parameters: {
      law: { en: 'Pensions Act of the tests, section 7', ur: 'ٹیسٹوں کا پنشن ایکٹ، دفعہ 7' },
      application: 'pensions',
      until: '2026-03-03',
    },
  })
  assert.ok(await findHolder(kernel, institutionId, nameOf(late)))
  assert.equal((await erase(nameOf(early))).cases, 1)
})

test('a case of an application that is not installed any more is not erased on a guess', async () => {
  const gone = person()
  await submit(kernel, operator, 'pensions', claimOf(gone))
  const bare = { ...kernel, applications: new Map() }
  await assert.rejects(erasePerson(bare, operator, { name: nameOf(gone), ground: 'request' }), {
    code: 'application.not_installed',
  })
})

test('a case about nobody is erased by its own name', async () => {
  const [result] = await submit(kernel, operator, 'pensions', {
    claimNumber: 'NOBODY-1',
    filedOn: '2020-01-01',
    grade: 'full',
    illness: 'Canary-Of-Nobody',
  })
  taken(result)
  assert.equal((await erase('case:pensions:NOBODY-1')).cases, 1)
})

const columns = 'claimNumber,filedOn,grade,pensioner.cnic,pensioner.name'
async function importRows(...rows: readonly string[]) {
  const application = kernel.applications.get('pensions')?.application
  assert.ok(application)
  return runImport(kernel, operator, {
    applicationId: 'pensions',
    mapping: flatMapping(application, new Set(columns.split(','))),
    sourceName: 'claims.csv',
    isDecided: true,
    open: async function* () {
      yield Buffer.from(`${[columns, ...rows].join('\n')}\n`)
    },
  })
}

async function refusedRecords(importId: string): Promise<readonly number[]> {
  const { rows } = await owner.query<{ record: number }>(
    'select record::int from import_refusals where import_id = $1 order by record',
    [importId],
  )
  return rows.map(({ record }) => record)
}

test('refused rows that mention the person in any spelling, or by a reference of theirs, go with them', async () => {
  const gone = person()
  const { cnic } = gone
  await submit(kernel, operator, 'pensions', claimOf(gone, { claimNumber: 'BY-REFERENCE' }))
  const dashed = `${cnic.slice(0, 5)}-${cnic.slice(5, 12)}-${cnic.slice(12)}`
  const urdu = dashed.replace(/\d/g, (digit) => String.fromCharCode(0x06f0 + Number(digit)))
  const { importId, refused } = await importRows(
    `A-1,not a day,half,${cnic},Ali`,
    `A-2,not a day,half,${dashed},Ali`,
    `A-3,not a day,half,${urdu},Ali`,
    `A-4,not a day,half,"${cnic.slice(0, 5)} ${cnic.slice(5)}",Ali`,
    `A-5,not a day,half,7${cnic},Ali`,
    `BY-REFERENCE,not a day,half,35202,Ali`,
    `A-7,not a day,half,${person().cnic},Ali`,
    `A-8,2020-01-01,half,${person().cnic},"the guardian of ${dashed}",too,many,cells`,
  )
  assert.equal(refused, 8)
  assert.equal((await erase(nameOf(gone))).refusedRows, 6)
  assert.deepEqual(await refusedRecords(importId), [5, 7])
  const { rows } = await owner.query(
    `select cases::int from reads where purpose = 'erasure_search' and holder_id is null`,
  )
  assert.ok(rows.some(({ cases }) => cases === 8))
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('asked for by identifier, the person is searched for by name all the same', async () => {
  const gone = person()
  const { caseId } = await decided(kernel, operator, 'pensions', claimOf(gone))
  const { importId } = await importRows(`B-1,not a day,half,${gone.cnic},Ali`)
  const holderId = await findHolder(kernel, institutionId, nameOf(gone))
  assert.ok(holderId)
  const erased = await erasePerson(kernel, operator, { holderId, ground: 'unlawful' })
  assert.deepEqual([erased.refusedRows, erased.cases], [1, 1])
  assert.deepEqual(await refusedRecords(importId), [])
  assert.ok(caseId)
})

test('a batch under way is waited for; one that was sealed before and comes after is told that the person is gone', async () => {
  const name = nameOf(person())
  const other = another()
  const holder = (await holdersFor(other, institutionId, [name])).get(name)
  assert.ok(holder)
  const order: string[] = []
  let erasing: Promise<unknown> = Promise.resolve()
  await other.db.transaction(institutionId, async (tx) => {
    assert.equal(await requireLiving(tx, [holder.holderId]), true)
    erasing = erase(name).then(() => order.push('erased'))
    await untilWaiting()
    order.push('written')
  })
  await erasing
  assert.deepEqual(order, ['written', 'erased'])
  assert.equal(await other.db.transaction(institutionId, (tx) => requireLiving(tx, [holder.holderId])), false)
})

/** Until somebody waits for the vault. */
async function untilWaiting(): Promise<void> {
  for (;;) {
    const { rowCount } = await owner.query(`select from pg_locks where locktype = 'advisory' and not granted`)
    if ((rowCount ?? 0) > 0) return
  }
}

test('writers and erasures of the same people at once leave nothing that opens and nothing that should and does not', async () => {
  const other = another()
  const people = Array.from({ length: 6 }, person)
  const writing = (async () => {
    for (let round = 0; round < 12; round++)
      await submit(
        round % 2 === 0 ? kernel : other,
        operator,
        'pensions',
        ...people.map((one) => claimOf(one)),
      )
  })()
  for (const one of people.slice(0, 4)) {
    await erasePerson(other, operator, { name: nameOf(one), ground: 'request' }).catch((error: unknown) => {
      assert.equal(error instanceof Error && 'code' in error && error.code, 'vault.person_unknown')
    })
  }
  await writing
  const { rows } = await owner.query<{ holder: string; sealed: Buffer; reference: string; alive: boolean }>(
    `select holder_id as holder, sealed, reference, erased_at is null as alive from cases
     join vault_keys using (institution_id, holder_id) where cases.institution_id = $1 and sealed is not null`,
    [institutionId],
  )
  const opened = await openTexts(
    kernel,
    institutionId,
    rows.map(({ holder, sealed, reference }) => ({
      holderId: holder,
      sealed,
      place: `cases/pensions/${reference}`,
    })),
  )
  for (const [index, { alive, reference }] of rows.entries())
    assert.equal(opened[index] !== undefined, alive, reference)
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('at another institution the same person is somebody else', async () => {
  const elsewhere = await foundInstitution(kernel, 'beta')
  const gone = person()
  await submit(kernel, operator, 'pensions', claimOf(gone))
  await submit(kernel, elsewhere, 'pensions', claimOf(gone))
  const there = await findHolder(kernel, elsewhere.institutionId, nameOf(gone))
  await assert.rejects(
    erasePerson(kernel, operatorActor(institutionId, 'test'), { holderId: there ?? '', ground: 'request' }),
    { code: 'vault.person_unknown' },
  )
  await erase(nameOf(gone))
  assert.equal(await findHolder(kernel, elsewhere.institutionId, nameOf(gone)), there)
})
