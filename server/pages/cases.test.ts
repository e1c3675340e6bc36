import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import pg from 'pg'
import { KERNEL_SCHEMA } from '../../kernel/db/roles.ts'
import { freshDatabase } from '../../test/database.ts'
import { openOffice } from './sample/office.ts'

const office = await openOffice(await freshDatabase())
const amna = await office.signedIn('amna')

const whole = {
  number: 'N-1',
  filedOn: '2026-03-01',
  'applicant.name': 'Zainab',
  kind: 'food',
  rent: '25,000.50',
  'rent.currency': 'PKR',
  points: '۸۰',
}

test('a new case without its fields is refused, each beside its control', async () => {
  await amna.open('/cases/new/permits')
  const refused = await amna.send('/cases/new/permits', { remarks: 'keep me' })
  assert.equal(refused.status, 422)
  assert.match(refused.body, /<a href="#f-number">Request number: this field is required<\/a>/)
  assert.match(refused.body, /<a href="#f-kind">Kind of shop: this field is required<\/a>/)
  assert.match(
    refused.body,
    /id="f-applicant-name"[^>]* aria-invalid="true" aria-describedby="f-applicant-name-message"/,
  )
  assert.match(refused.body, />\s*keep me<\/textarea>/)
})

test('a new case is opened and decided; the same again changes nothing', async () => {
  await amna.open('/cases/new/permits')
  const opened = await amna.send('/cases/new/permits', whole)
  assert.match(opened.location ?? '', /^\/cases\/[0-9a-f-]{36}\?done=opened$/)
  const page = await amna.follow(opened)
  assert.match(page.body, /The case has been opened/)
  assert.match(page.body, /PKR.25,000\.50/)
  assert.match(page.body, /Agree: Inspect the shop/)
  const again = await amna.send('/cases/new/permits', whole)
  assert.match(again.location ?? '', /\?done=unchanged$/)
  const other = await amna.send('/cases/new/permits', { ...whole, points: '1' })
  assert.equal(other.status, 409)
  assert.match(other.body, /Another case already has the reference &quot;N-1&quot;/)
})

test('amounts and codes that are wrong are told in the terms of the form', async () => {
  await amna.open('/cases/new/permits')
  const wrong = { ...whole, number: 'N-2', rent: '1.005', heading: '42', 'rent.currency': 'PKR' }
  const refused = await amna.send('/cases/new/permits', wrong)
  assert.match(refused.body, /<a href="#f-rent">Rent: expected an amount such as 12,500\.50/)
  assert.match(refused.body, /value="1\.005"/)
  assert.match(refused.body, /<a href="#f-heading">Heading: /)
})

test('entries of a list are added and removed without opening anything', async () => {
  await amna.open('/cases/new/permits')
  const one = await amna.send('/cases/new/permits', { ...whole, number: 'N-3', _add: 'goods' })
  assert.equal(one.status, 200)
  assert.match(one.body, /name="goods\[0\]\.title"/)
  assert.match(one.body, /name="_entries\.goods" value="1"/)
  assert.match(one.body, /value="N-3"/)
  const filled = {
    ...whole,
    number: 'N-3',
    '_entries.goods': '1',
    'goods[0].title': 'Rice',
    'goods[0].massKg': '2',
  }
  const none = await amna.send('/cases/new/permits', { ...filled, _remove: 'goods[0]' })
  assert.doesNotMatch(none.body, /name="goods\[0\]/)
  const opened = await amna.send('/cases/new/permits', filled)
  assert.match((await amna.follow(opened)).body, /<h3>Goods 1<\/h3>[\s\S]*Rice[\s\S]*kg/)
})

test('an outcome is recorded by a form, corrected by it, and what was before stays to be seen', async () => {
  const caseId = await office.openCase({ points: 1 })
  const path = `/cases/${caseId}/outcome`
  await amna.open(path)
  const refused = await amna.send(path, {
    finding: 'fit',
    inspectedOn: '2026-02-30',
    note: 'x < y',
    _version: '1',
  })
  assert.equal(refused.status, 422)
  assert.match(refused.body, /<a href="#f-inspectedOn">Inspected on: expected a date that exists/)
  assert.match(refused.body, /x &lt; y<\/textarea>/)
  const contradictory = { finding: 'fit', inspectedOn: '2026-03-04', fine: '10', 'fine.currency': 'PKR' }
  assert.match(
    (await amna.send(path, { ...contradictory, _version: '1' })).body,
    /Fine: what is in order is not fined/,
  )
  const recorded = await amna.send(path, { finding: 'fit', inspectedOn: '2026-03-04', _version: '1' })
  const page = await amna.follow(recorded)
  assert.match(page.body, /The outcome has been recorded/)
  assert.match(page.body, /Closed/)
  const correction = await amna.open(path)
  assert.match(correction.body, /value="fit" checked/)
  assert.match(correction.body, /value="2026-03-04"/)
  const corrected = await amna.send(path, { finding: 'unfit', inspectedOn: '2026-03-05', _version: '2' })
  assert.match((await amna.follow(corrected)).body, /Not in order[\s\S]*Earlier entries[\s\S]*In order/)
})

test('an outcome over a version that is gone is not recorded, and nothing typed is lost', async () => {
  const caseId = await office.openCase({ points: 2 })
  const path = `/cases/${caseId}/outcome`
  await amna.open(path)
  await amna.send(path, { finding: 'fit', inspectedOn: '2026-03-04', _version: '1' })
  const stale = await amna.send(path, {
    finding: 'unfit',
    inspectedOn: '2026-03-06',
    note: 'mine',
    _version: '1',
  })
  assert.equal(stale.status, 412)
  assert.match(stale.body, /mine<\/textarea>/)
})

test('the page of a decision names code, model, review and the entries of the log', async () => {
  const caseId = await office.openCase()
  const page = await amna.open(`/cases/${caseId}`)
  const decision = /href="(\/decisions\/[0-9a-f-]{36})"/.exec(page.body)?.[1] ?? ''
  await amna.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  const shown = await amna.open(decision)
  const { digest = new Uint8Array() } = office.kernel.applications.get('permits') ?? {}
  assert.match(shown.body, new RegExp(Buffer.from(digest).toString('hex')))
  assert.match(shown.body, /No model took part/)
  assert.match(shown.body, /agreed on/)
  assert.equal(shown.body.match(/record unchanged/g)?.length, 2)
})

test('a record that was altered behind the log is shown as altered', async () => {
  const caseId = await office.openCase()
  const client = new pg.Client({ connectionString: office.databaseUrl })
  await client.connect()
  try {
    await client.query(`update ${KERNEL_SCHEMA}.decisions set score = 0.99 where case_id = $1`, [caseId])
  } finally {
    await client.end()
  }
  const page = await amna.open(`/cases/${caseId}`)
  assert.match(page.body, /Decision made <strong class="tag adverse">THE RECORD IS NOT WHAT WAS LOGGED/)
  assert.match(page.body, /Case opened <span class="tag good">record unchanged/)
})

test('a case is found by its reference, which stays out of the address', async () => {
  const caseId = await office.openCase({ number: 'زینب 7' })
  await amna.open('/cases')
  assert.equal((await amna.send('/cases/find', { reference: ' زینب 7 ' })).location, `/cases/${caseId}`)
  const absent = await amna.send('/cases/find', { reference: 'زینب\u0000' })
  assert.equal(absent.status, 404)
  assert.match(absent.body, /there is no case with this reference/)
})

test('lists are paged by cursor, filtered by state, and refuse a cursor that is none', async () => {
  for (let points = 50; points < 80; points++) await office.openCase({ points })
  const first = await amna.open('/queue')
  const next = /href="([^"]+)" rel="next"/.exec(first.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  const second = await amna.open(next)
  const cases = (body: string) =>
    [...body.matchAll(/<th scope="row"><a href="([^"]+)"/g)].map(([, link]) => link)
  assert.equal(cases(first.body).length, 25)
  assert.ok(cases(second.body).length >= 5)
  assert.equal(
    new Set([...cases(first.body), ...cases(second.body)]).size,
    cases(first.body).length + cases(second.body).length,
  )
  const closed = await amna.open('/cases?state=closed')
  assert.doesNotMatch(closed.body, /<tbody>[\s\S]*Waiting for an officer/)
  assert.equal((await amna.open('/queue?cursor=%00')).status, 400)
})

test('nothing to show says what to do', async () => {
  const clerk = await office.signedIn('clerk')
  assert.match((await clerk.open('/queue')).body, /You hold no reviewing role/)
  assert.match((await amna.open('/cases?state=opened')).body, /Choose another state/)
  const engineer = await office.signedIn('engineer')
  assert.match((await engineer.open('/jobs')).body, /No job has failed/)
})
