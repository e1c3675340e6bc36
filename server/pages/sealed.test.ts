import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { operatorActor } from '../../kernel/access/roles.ts'
import { erasePerson } from '../../kernel/vault/erase.ts'
import { freshDatabase } from '../../test/database.ts'
import { openOffice } from './sample/office.ts'

const database = await freshDatabase()
const office = await openOffice(database)
const owner = await database.connect()
const operator = operatorActor(office.institution.institutionId, 'test')
const [amna, auditor, urdu] = await Promise.all([
  office.signedIn('amna'),
  office.signedIn('auditor'),
  office.signedIn('auditor', 'ur'),
])

let people = 0
/** Somebody whose name and remarks stand nowhere but sealed, with points that an inspector has to look at. */
function openCase(points = 80) {
  people += 1
  const cnic = `35202${String(1_000_000 + people)}1`
  return office.openCase({
    points,
    applicant: { name: `Canary${people}`, cnic },
    remarks: 'Canary owes rent',
  })
}

async function readsOf(caseId: string) {
  const { rows } = await owner.query<{ role: string; purpose: string; cases: string }>(
    `select role, purpose, cases from reads where case_id = $1 order by read_id`,
    [caseId],
  )
  const logged = await owner.query(`select from log_all where case_id = $1 and kind = 'access.read'`, [
    caseId,
  ])
  assert.equal(logged.rowCount, rows.length, 'every read has an entry of the log')
  return rows.map(({ role, purpose, cases }) => `${role} ${purpose} ${cases}`)
}

test('a case opens by itself for the officer whom it waits for, a read for each view, and says so', async () => {
  const caseId = await openCase()
  const page = await amna.open(`/cases/${caseId}`)
  assert.match(page.body, /Canary\d+/)
  assert.match(
    page.body,
    /You are reading personal data\. Purpose: To review a case\. The person can see that\./,
  )
  assert.match(page.body, /Sealed data read/)
  assert.match(page.body, /Inspector<br>To review a case/)
  await amna.open(`/cases/${caseId}`)
  assert.deepEqual(await readsOf(caseId), Array(2).fill('permits.inspector review 1'))
})

test('to everybody else it shows what the work needs, and lets them say what they open it for', async () => {
  const caseId = await openCase()
  const sealed = await auditor.open(`/cases/${caseId}`)
  assert.doesNotMatch(sealed.body, /Canary/)
  assert.match(sealed.body, /Personal data is sealed/)
  assert.match(sealed.body, /<dt>Applicant<\/dt><dd><span class="withheld">sealed<\/span>/)
  assert.match(sealed.body, /<dt>Remarks<\/dt><dd><span class="withheld">sealed, if it was given<\/span>/)
  assert.match(sealed.body, /<option value="audit">/)
  assert.doesNotMatch(sealed.body, /<option value="(review|service|subject_request)">/)
  assert.deepEqual(await readsOf(caseId), [])
  const opened = await auditor.send(`/cases/${caseId}/open`, { purpose: 'audit' })
  assert.match(opened.body, /Canary owes rent/)
  assert.match(opened.body, /Purpose: To audit\./)
  assert.deepEqual(await readsOf(caseId), ['auditor audit 1'])
  assert.doesNotMatch((await auditor.open(`/cases/${caseId}`)).body, /Canary/)
})

test('no list, no queue and no decision shows what is sealed', async () => {
  const caseId = await openCase()
  const decision = /href="(\/decisions\/[0-9a-f-]{36})"/.exec(
    (await auditor.open(`/cases/${caseId}`)).body,
  )?.[1]
  for (const path of ['/cases', decision ?? ''])
    assert.doesNotMatch((await auditor.open(path)).body, /Canary/)
  const queue = await amna.open('/queue')
  assert.match(queue.body, new RegExp(caseId))
  assert.doesNotMatch(queue.body, /Canary/)
})

test('a purpose that is not theirs, or none, opens nothing', async () => {
  const caseId = await openCase()
  await auditor.open(`/cases/${caseId}`)
  for (const [purpose, status] of [
    ['review', 403],
    ['service', 403],
    ['subject_request', 403],
    ['training', 422],
    ['', 422],
  ] as const) {
    const refused = await auditor.send(`/cases/${caseId}/open`, { purpose })
    assert.equal(refused.status, status, purpose)
    assert.doesNotMatch(refused.body, /Canary/)
    assert.match(refused.body, /role="alert"/)
  }
  assert.equal((await auditor.open(`/cases/${caseId}/open`)).location, `/cases/${caseId}`)
  assert.deepEqual(await readsOf(caseId), [])
})

test('where the log takes no entry nothing is opened', async () => {
  const caseId = await openCase()
  await auditor.open(`/cases/${caseId}`)
  await owner.query(`
    create function refuse_reads() returns trigger language plpgsql as $$begin raise exception 'the log is full'; end$$;
    create trigger refuse_reads before insert on log_pending for each row
    when (new.kind = 'access.read') execute function refuse_reads()`)
  try {
    for (const page of [
      await amna.open(`/cases/${caseId}`),
      await auditor.send(`/cases/${caseId}/open`, { purpose: 'audit' }),
    ]) {
      assert.equal(page.status, 500)
      assert.doesNotMatch(page.body, /Canary/)
    }
  } finally {
    await owner.query('drop trigger refuse_reads on log_pending')
  }
  assert.deepEqual(await readsOf(caseId), [])
})

test('a correction begins with what is recorded, and opening that is a read', async () => {
  const caseId = await openCase(10)
  const outcome = { finding: 'fit', inspectedOn: '2026-03-04' }
  await amna.open(`/cases/${caseId}/outcome`)
  await amna.send(`/cases/${caseId}/outcome`, { ...outcome, note: 'Canary was there', _version: '1' })
  assert.deepEqual(await readsOf(caseId), [])
  assert.doesNotMatch((await amna.open(`/cases/${caseId}`)).body, /Canary/)
  const form = await amna.open(`/cases/${caseId}/outcome`)
  assert.match(form.body, /Canary was there/)
  assert.match(form.body, /Purpose: To record or correct an outcome\./)
  assert.deepEqual(await readsOf(caseId), ['permits.inspector correction 1'])
})

test('an erased case says so, and shows everything that is not about the person', async () => {
  const caseId = await openCase()
  const { rows } = await owner.query<{ holder: string }>(
    'select holder_id as holder from cases where case_id = $1',
    [caseId],
  )
  await amna.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  await erasePerson(office.kernel, operator, { holderId: rows[0]?.holder ?? '', ground: 'request' })
  for (const browser of [amna, auditor]) {
    const page = await browser.open(`/cases/${caseId}`)
    assert.match(page.body, /Personal data was erased on <time/)
    assert.match(page.body, /<dt>Applicant<\/dt><dd><span class="withheld">erased<\/span>/)
    assert.match(page.body, /<bdi class="figure">80<\/bdi>/)
    assert.match(page.body, /record unchanged/)
    assert.doesNotMatch(page.body, /Canary|NOT WHAT WAS LOGGED|name="purpose"/)
  }
  assert.match(
    (await urdu.open(`/cases/${caseId}`)).body,
    /ذاتی معلومات <time[^>]*>[^<]*<\/time> کو مٹا دی گئیں/,
  )
  const opened = await auditor.send(`/cases/${caseId}/open`, { purpose: 'audit' })
  assert.match(opened.body, /Personal data was erased on/)
  assert.deepEqual(await readsOf(caseId), [])
})

test('whoever may not read cases cannot open one', async () => {
  const caseId = await openCase()
  const owner = await office.signedIn('model-owner')
  await owner.open('/')
  assert.equal((await owner.send(`/cases/${caseId}/open`, { purpose: 'audit' })).status, 403)
})

test('forms say which fields are personal', async () => {
  const form = await amna.open('/cases/new/permits')
  assert.match(form.body, /Fields marked <span class="tag state">personal<\/span> are personal data/)
  assert.match(form.body, /<legend>Applicant <span class="tag state">personal<\/span><\/legend>/)
  assert.match(
    form.body,
    /Remarks <span class="optional">\(optional\)<\/span> <span class="tag state">personal/,
  )
  assert.doesNotMatch(form.body, />Rent <span class="tag state">/)
})
