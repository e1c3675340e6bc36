import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { freshDatabase } from '../../test/database.ts'
import type { Browser, Shown } from './sample/browser.ts'
import { faultsOf } from './sample/markup.ts'
import { openOffice } from './sample/office.ts'

const office = await openOffice(await freshDatabase())
const [dpo, urdu, amna] = await Promise.all([
  office.signedIn('data-protection'),
  office.signedIn('data-protection', 'ur'),
  office.signedIn('amna'),
])

let people = 0
/** Somebody with a case, decided at once. */
async function someone(given: object = {}) {
  people += 1
  const cnic = `35202${String(7_000_000 + people)}1`
  const caseId = await office.openCase({ applicant: { name: `Canary${people}`, cnic }, points: 0, ...given })
  return { cnic, caseId }
}

const asked = { contact: 'Canary street', words: 'Canary words', receivedOn: '' }
async function enter(kind: string, cnic: string) {
  await dpo.open('/rights/new')
  const sent = await dpo.send('/rights/new', { kind, name: `CNIC: ${cnic}`, ...asked })
  assert.equal(sent.status, 303, sent.body)
  return sent.location ?? ''
}
const granted = { verdict: 'granted', reason: 'Canary reason', ground: '', _version: '1' }

/** A whole document in the reader's language, without what is not for reading. */
function assertWhole(language: 'en' | 'ur', { body }: Shown): void {
  assert.match(body, new RegExp(`<html lang="${language}" dir="${language === 'ur' ? 'rtl' : 'ltr'}">`))
  assert.deepEqual(faultsOf(body), [])
  const text = body.replaceAll(/<[^>]*>/g, ' ')
  assert.doesNotMatch(text, /undefined|\[object|NaN|\{\w+\}|Invalid Date/)
  assert.ok(gzipSync(body).length <= 14_000)
}

async function bothLanguages(path: string): Promise<Shown> {
  const shown = await dpo.open(path)
  assert.equal(shown.status, 200, path)
  assertWhole('en', shown)
  assertWhole('ur', await urdu.open(path))
  return shown
}

test('a request on paper is entered, decided and carried out, and names nobody until it is opened', async () => {
  const { cnic } = await someone()
  const location = await enter('access', cnic)
  const waiting = await bothLanguages(location)
  assert.match(waiting.body, /Received<\/span>/)
  assert.match(waiting.body, /is a bill/)
  assert.doesNotMatch(waiting.body, /Canary/)
  assert.match((await bothLanguages('/rights')).body, new RegExp(location))
  const opened = await dpo.send(`${location}/open`, {})
  for (const word of ['Canary street', 'Canary words', cnic]) assert.ok(opened.body.includes(word), word)
  const refused = await dpo.send(`${location}/decision`, { ...granted, verdict: '' })
  assert.equal(refused.status, 422)
  assert.match(refused.body, /Canary reason/, 'what was typed stays')
  const lawless = await dpo.send(`${location}/decision`, { ...granted, verdict: 'refused' })
  assert.equal(lawless.status, 422)
  assert.equal((await dpo.send(`${location}/decision`, granted)).status, 303)
  assert.match((await bothLanguages(location)).body, /\/persons\/[0-9a-f-]{36}\/disclosure/)
  const done = await dpo.send(`${location}/execution`, { _version: '2' })
  assert.equal(done.status, 303, done.body)
  const page = await bothLanguages(location)
  assert.match(page.body, /Completed<\/span>/)
  assert.match(page.body, /Request carried out/)
  assert.doesNotMatch((await dpo.open('/rights')).body, new RegExp(location))
  assert.match((await bothLanguages('/rights?state=all')).body, new RegExp(location))
})

test('the page for the person tells what is held and who read it, and neither names nor anybody else', async () => {
  const { cnic, caseId } = await someone({ points: 80 })
  await amna.open(`/cases/${caseId}`)
  const location = await enter('access', cnic)
  const [, personId] = /\/persons\/([0-9a-f-]{36})"/.exec((await dpo.open(location)).body) ?? []
  const page = await bothLanguages(`/persons/${personId}/disclosure`)
  for (const what of [
    'Shop permits',
    'Legal basis',
    'Who read it',
    'domestic',
    'No law or rule',
    'Inspector',
  ])
    assert.ok(page.body.includes(what), what)
  assert.doesNotMatch(page.body, new RegExp(`Canary|${cnic}|amna`))
  assert.equal((await dpo.open('/persons/nobody/disclosure')).status, 404)
})

test('a case is corrected on its request, and decided again', async () => {
  const { cnic, caseId } = await someone()
  const location = await enter('correction', cnic)
  await dpo.send(`${location}/decision`, granted)
  await bothLanguages(location)
  const correction = { _version: '2', caseId, field: 'applicant.name', value: 'Zarqa', statement: 'Misspelt' }
  const empty = await dpo.send(`${location}/corrections`, { ...correction, field: '' })
  assert.equal(empty.status, 422)
  const wrong = await dpo.send(`${location}/corrections`, { ...correction, field: 'points', value: '7' })
  assert.ok([409, 422].includes(wrong.status))
  const sent = await dpo.send(`${location}/corrections`, correction)
  assert.equal(sent.status, 303, sent.body)
  const file = await amna.open(`/cases/${caseId}`)
  assert.match(file.body, /Case corrected/)
  assert.doesNotMatch(file.body, /differs/)
  assert.equal((await dpo.send(`${location}/execution`, { _version: '3' })).status, 303)
})

test('an archive is handed over, and an erasure carried out', async () => {
  const { cnic } = await someone()
  const location = await enter('export', cnic)
  await dpo.send(`${location}/decision`, granted)
  const sent = await dpo.send(`${location}/execution`, { _version: '2' })
  assert.match(String(sent.headers['content-disposition']), /\.tar"$/)
  assert.match((await dpo.open(location)).body, /Completed<\/span>/)
  const erasure = await enter('erasure', cnic)
  await dpo.send(`${erasure}/decision`, granted)
  assert.equal((await dpo.send(`${erasure}/execution`, { _version: '2' })).status, 303)
  const opened = await dpo.send(`${erasure}/open`, {})
  assert.match(opened.body, /has been erased/)
})

test('how long cases are kept is shown, and nothing is done by looking', async () => {
  const page = await bothLanguages('/rights/retention')
  assert.match(page.body, /nothing says/)
  assert.match(page.body, /No hold is in force/)
})

test('a breach is entered, assessed, told and closed, and its notice is in both languages', async () => {
  await bothLanguages('/breaches')
  await bothLanguages('/breaches/new')
  const form = {
    what: 'A list was left in a shop <script>',
    foundAt: '2026-01-01T09:00',
    happenedAt: '',
    category0: 'Names',
    persons0: '12',
    records0: '12',
    consequences: 'Somebody may have read it',
    measures: 'It was fetched back',
  }
  const wrong = await dpo.send('/breaches/new', { ...form, persons0: 'many', foundAt: '' })
  assert.equal(wrong.status, 422)
  assert.match(wrong.body, /href="#f-persons0"/)
  const sent = await dpo.send('/breaches/new', form)
  assert.equal(sent.status, 303, sent.body)
  const location = sent.location ?? ''
  assert.match((await bothLanguages(location)).body, /Late by/)
  assert.match((await bothLanguages('/')).body, /yet to be told of[\s\S]*past 72 hours/)
  const go = async (browser: Browser, to: string, fields: Readonly<Record<string, string>>) =>
    (await browser.send(`${location}/${to}`, fields)).status
  assert.equal(await go(dpo, 'assessment', { _version: '1', risk: 'likely', why: 'It lay there' }), 303)
  const notice = {
    _version: '2',
    authority: 'Commission',
    reference: 'N-1',
    notifiedAt: '2026-01-09T09:00',
    lateReason: '',
  }
  assert.equal(await go(dpo, 'authority', notice), 422, 'late needs its reasons')
  assert.equal(await go(dpo, 'authority', { ...notice, lateReason: 'Eid holidays' }), 303)
  await bothLanguages(location)
  assert.equal(await go(dpo, 'persons', { _version: '3', informed: '12', how: 'Letters', whyNot: '' }), 303)
  assert.match((await bothLanguages(location)).body, /Closed<\/span>/)
  const printed = await bothLanguages(`${location}/notice`)
  for (const title of ['Notice of a breach of personal data', 'ذاتی معلومات کی خلاف ورزی کا اطلاع نامہ'])
    assert.ok(printed.body.includes(title), title)
})

test('what is nobody’s request and no breach is not found', async () => {
  for (const path of ['/rights/nobody', '/breaches/none', '/rights/01900000-0000-7000-8000-000000000000'])
    assert.equal((await dpo.open(path)).status, 404, path)
})
