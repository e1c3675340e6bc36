import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { freshDatabase } from '../../test/database.ts'
import { openOffice } from './sample/office.ts'

const office = await openOffice(await freshDatabase())
const amna = await office.signedIn('amna')
const bilal = await office.signedIn('bilal')

test('an officer agrees with one button and is led to the next case', async () => {
  const caseId = await office.openCase()
  const page = await amna.open(`/cases/${caseId}`)
  assert.match(page.body, /The request has <bdi class="figure">80<\/bdi> risk points/)
  assert.match(page.body, /Agree: Inspect the shop/)
  const sent = await amna.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  assert.deepEqual([sent.status, sent.location], [303, `/cases/${caseId}?done=review`])
  const done = await amna.follow(sent)
  assert.match(done.body, /Your decision has been recorded\. <a href="\/queue\/next">/)
  assert.match(done.body, /<bdi class="latin">amna<\/bdi><\/b> agreed on/)
  assert.doesNotMatch(done.body, /name="recommendation"/)
})

test('whoever disagrees says why, and keeps what was typed until then', async () => {
  const caseId = await office.openCase()
  await amna.open(`/cases/${caseId}`)
  const refused = await amna.send(`/cases/${caseId}/review`, {
    recommendation: 'grant',
    reason: ' ',
    _version: '1',
  })
  assert.equal(refused.status, 422)
  assert.match(refused.body, /<title>Problem – /)
  assert.match(refused.body, /href="#f-reason">Your reason: say why you disagree/)
  assert.match(refused.body, /value="grant" checked/)
  const sent = await amna.send(`/cases/${caseId}/review`, {
    recommendation: 'grant',
    reason: 'میں نے دکان دیکھی ہے۔',
    _version: '1',
  })
  const done = await amna.follow(sent)
  assert.match(done.body, /decided otherwise on/)
  assert.match(done.body, /The reason in the officer’s words is sealed\./)
  const opened = await amna.send(`/cases/${caseId}/open`, { purpose: 'correction' })
  assert.match(opened.body, /میں نے دکان دیکھی ہے۔/)
})

test('a form without a choice says so', async () => {
  const caseId = await office.openCase()
  await amna.open(`/cases/${caseId}`)
  const refused = await amna.send(`/cases/${caseId}/review`, { reason: 'because', _version: '1' })
  assert.equal(refused.status, 422)
  assert.match(refused.body, /choose what you decide/)
  assert.match(refused.body, />because<\/textarea>/)
})

test('a reason that could not be kept is refused before anything is done', async () => {
  const caseId = await office.openCase()
  await amna.open(`/cases/${caseId}`)
  for (const reason of ['a\u0000b', 'a\u202eb', 'x'.repeat(2_001)]) {
    const refused = await amna.send(`/cases/${caseId}/review`, {
      recommendation: 'grant',
      reason,
      _version: '1',
    })
    assert.equal(refused.status, 422)
  }
})

test('without a recommendation an officer decides, and need not say why', async () => {
  const caseId = await office.openCase({ points: 13 })
  const page = await amna.open(`/cases/${caseId}`)
  assert.match(page.body, /The model could not assess this case/)
  assert.match(page.body, /Your reason \(optional\)/)
  const sent = await amna.send(`/cases/${caseId}/review`, {
    recommendation: 'advise',
    reason: '',
    _version: '1',
  })
  assert.match((await amna.follow(sent)).body, /amna<\/bdi><\/b> decided on .*<b>Grant with advice<\/b>/)
})

test('of two officers the second is told who decided what, in the own language, and gets the own words back', async () => {
  const caseId = await office.openCase()
  const urdu = await office.signedIn('bilal', 'ur')
  await urdu.open(`/cases/${caseId}`)
  await amna.open(`/cases/${caseId}`)
  await amna.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  const lost = await urdu.send(`/cases/${caseId}/review`, {
    recommendation: 'grant',
    reason: 'سب درست ہے',
    _version: '1',
  })
  assert.equal(lost.status, 409)
  assert.match(lost.body, /<h2>اس مقدمے کا فیصلہ کوئی اور افسر کر چکا ہے<\/h2>/)
  assert.match(lost.body, /<bdi class="latin">amna<\/bdi><\/b> نے .* کو اتفاق کیا: <b>دکان کا معائنہ<\/b>/)
  assert.match(lost.body, /آپ کا فیصلہ \(<b>اجازت نامہ دیں<\/b>\) درج نہیں ہوا/)
  assert.match(lost.body, /سب درست ہے/)
})

test('a button pressed twice is one decision', async () => {
  const caseId = await office.openCase()
  await amna.open(`/cases/${caseId}`)
  const form = { recommendation: 'inspect', _version: '1' }
  const both = await Promise.all([1, 2].map(() => amna.send(`/cases/${caseId}/review`, form)))
  assert.deepEqual(
    both.map(({ location }) => location),
    Array(2).fill(`/cases/${caseId}?done=review`),
  )
})

test('a case that changed meanwhile is shown anew, with what was typed', async () => {
  const caseId = await office.openCase()
  await amna.open(`/cases/${caseId}`)
  await bilal.open(`/cases/${caseId}/outcome`)
  await bilal.send(`/cases/${caseId}/outcome`, { finding: 'fit', inspectedOn: '2026-03-04', _version: '1' })
  const stale = await amna.send(`/cases/${caseId}/review`, {
    recommendation: 'grant',
    reason: 'fine',
    _version: '1',
  })
  assert.equal(stale.status, 412)
  assert.match(stale.body, /The case has changed since you opened it/)
  assert.match(stale.body, />fine<\/textarea>/)
  assert.match(stale.body, /name="_version" value="2"/)
})

test('an officer without the role sees whom the case waits for, and cannot decide it', async () => {
  const caseId = await office.openCase()
  const clerk = await office.signedIn('clerk')
  const page = await clerk.open(`/cases/${caseId}`)
  assert.match(page.body, /Waits for an officer with the role <b>Inspector<\/b>/)
  assert.doesNotMatch(page.body, /Agree:/)
  const sent = await clerk.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  assert.equal(sent.status, 403)
  assert.match((await amna.open(`/cases/${caseId}`)).body, /Agree:/)
})

test('a recommendation that the application does not know is refused', async () => {
  const caseId = await office.openCase()
  await amna.open(`/cases/${caseId}`)
  const sent = await amna.send(`/cases/${caseId}/review`, {
    recommendation: '<b>',
    reason: 'x',
    _version: '1',
  })
  assert.equal(sent.status, 422)
  assert.doesNotMatch(sent.body, /"<b>"/)
})
