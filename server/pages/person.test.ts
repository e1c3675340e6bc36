import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { extract } from 'tar-stream'
import { freshDatabase } from '../../test/database.ts'
import { openOffice } from './sample/office.ts'

const database = await freshDatabase()
const office = await openOffice(database)
const owner = await database.connect()
const [dpo, urdu, amna] = await Promise.all([
  office.signedIn('data-protection'),
  office.signedIn('data-protection', 'ur'),
  office.signedIn('amna'),
])

let people = 0
/** Somebody with a case, read once by an inspector; the page about them. */
async function someone() {
  people += 1
  const cnic = `35202${String(7_000_000 + people)}1`
  const caseId = await office.openCase({ applicant: { name: `Canary${people}`, cnic } })
  await amna.open(`/cases/${caseId}`)
  await dpo.open('/persons')
  const { location = '' } = await dpo.send('/persons/find', { scheme: 'cnic', identifier: cnic })
  return { cnic, caseId, location }
}

test('a person is found by an identifier in any spelling, which comes into no address', async () => {
  const { cnic, location } = await someone()
  assert.match(location, /^\/persons\/[0-9a-f-]{36}$/)
  const spelled = `${cnic.slice(0, 5)}-${cnic.slice(5, 12)}-${cnic.slice(12)}`
  for (const fields of [
    { scheme: 'cnic', identifier: spelled },
    { scheme: 'cnic', identifier: cnic.replace(/\d/g, (digit) => '۰۱۲۳۴۵۶۷۸۹'[Number(digit)] ?? '') },
    { scheme: 'other', identifier: `CNIC: ${spelled} ` },
  ]) {
    const found = await dpo.send('/persons/find', fields)
    assert.deepEqual([found.status, found.location], [303, location])
  }
})

test('whoever is not known, and what can be nobody, is told from a form that keeps what was typed', async () => {
  await dpo.open('/persons')
  for (const [scheme, identifier, status] of [
    ['cnic', '35202-9999999-1', 404],
    ['cnic', 'Zainab', 404],
    ['other', '35202-9999999-1', 404],
    ['ntn', ' ', 422],
  ] as const) {
    const shown = await dpo.send('/persons/find', { scheme, identifier })
    assert.equal(shown.status, status)
    assert.match(shown.body, new RegExp(`<option value="${scheme}" selected>`))
    assert.match(shown.body, new RegExp(`value="${identifier}"`))
    assert.match(shown.body, /href="#f-identifier">Identifier: /)
  }
})

test('the page tells what is held and who read it, and neither name nor identifier nor officer', async () => {
  const { cnic, location } = await someone()
  const page = await dpo.open(location)
  assert.match(page.body, /Shop permits<\/th><td><bdi class="figure">1<\/bdi>/)
  assert.match(page.body, />Inspector<\/th>/)
  assert.match(page.body, /To review a case/)
  assert.match(page.body, /one case/)
  assert.doesNotMatch(page.body, new RegExp(`Canary|${cnic}|amna`))
  assert.match((await urdu.open(location)).body, />انسپکٹر<\/th>/)
})

test('a batch that a job read is told as such', async () => {
  const { location } = await someone()
  await owner.query(
    `insert into reads (institution_id, read_id, application_id, cases, role, purpose, read_at)
     values ($1, $2, 'permits', 1200, 'model_owner', 'training', $3)`,
    [office.institution.institutionId, '01999999-0000-7000-8000-000000000000', new Date()],
  )
  const page = await dpo.open(location)
  assert.match(
    page.body,
    /a batch of <bdi class="figure">1,200<\/bdi> cases, one of theirs may be among them/,
  )
  assert.match(page.body, /To train a model/)
})

test('the archive is sent as a file, with everything held, and making it is a read', async () => {
  const { cnic, location } = await someone()
  await dpo.open(location)
  const sent = await dpo.send(`${location}/export`, {})
  assert.equal(sent.status, 200)
  assert.match(String(sent.headers['content-disposition']), /^attachment; filename="[0-9a-f-]{36}\.tar"$/)
  const names: string[] = []
  const archive = extract()
  archive.end(Buffer.from(sent.body, 'utf8'))
  for await (const { header } of archive) {
    names.push(header.name)
    if (names.length > 0) break
  }
  assert.deepEqual(names, ['index.html'])
  assert.ok(sent.body.includes(cnic))
  assert.match((await dpo.open(location)).body, /everything held/)
})

test('a person is erased for a reason, by whoever types who it is', async () => {
  const { cnic, caseId, location } = await someone()
  const other = await someone()
  await dpo.open(location)
  for (const [fields, message] of [
    [{ confirmation: `cnic:${cnic}` }, /choose why/],
    [{ ground: 'request' }, /this is not the identifier of this person/],
    [{ ground: 'request', confirmation: `cnic:${other.cnic}` }, /this is not the identifier of this person/],
    [{ ground: 'because', confirmation: `cnic:${cnic}` }, /choose why/],
  ] as const) {
    const refused = await dpo.send(`${location}/erase`, fields)
    assert.equal(refused.status, 422)
    assert.match(refused.body, message)
  }
  assert.match((await amna.open(`/cases/${caseId}`)).body, /Canary/)
  const early = await dpo.send(`${location}/erase`, { ground: 'request', confirmation: `CNIC: ${cnic}` })
  assert.equal(early.status, 409)
  assert.match(early.body, /Have them decided first/)
  await amna.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  const sent = await dpo.send(`${location}/erase`, { ground: 'request', confirmation: `CNIC: ${cnic}` })
  assert.deepEqual([sent.status, sent.location], [303, location])
  const page = await dpo.follow(sent)
  assert.match(page.body, /Erased on <time/)
  assert.doesNotMatch(page.body, /name="confirmation"|\/export"/)
  assert.match(page.body, /To review a case/)
  assert.doesNotMatch((await amna.open(`/cases/${caseId}`)).body, /Canary/)
  const again = await dpo.send('/persons/find', { scheme: 'cnic', identifier: cnic })
  assert.equal(again.status, 404)
  const late = await dpo.send(`${location}/export`, {})
  assert.equal(late.status, 409)
  assert.match(late.body, /This person has been erased already/)
})

test('what is no person is not found', async () => {
  for (const path of ['/persons/nobody', '/persons/01900000-0000-7000-8000-000000000000'])
    assert.equal((await dpo.open(path)).status, 404)
})
