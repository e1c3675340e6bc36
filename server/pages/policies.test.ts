import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { freshDatabase } from '../../test/database.ts'
import { openOffice } from './sample/office.ts'

const office = await openOffice(await freshDatabase())
const [dpo, urdu, engineer, clerk] = await Promise.all([
  office.signedIn('data-protection'),
  office.signedIn('data-protection', 'ur'),
  office.signedIn('engineer'),
  office.signedIn('clerk'),
])

let people = 0
async function someone(): Promise<string> {
  people += 1
  const cnic = `35202${String(7_000_000 + people)}1`
  await office.openCase({ applicant: { name: 'Zainab', cnic } })
  await dpo.open('/persons')
  const { location = '' } = await dpo.send('/persons/find', { scheme: 'cnic', identifier: cnic })
  return location
}

test('the policies in force are told by what they say, in the language of whoever reads', async () => {
  const english = await engineer.open('/policies')
  assert.equal(english.status, 200)
  assert.match(english.body, /Sensitive data never leaves the country, not even redacted\./)
  assert.match(english.body, /<code class="hint" dir="ltr">sensitive-stays-home<\/code>/)
  assert.match(english.body, /Comes with the platform/)
  assert.match((await urdu.open('/policies')).body, /حساس معلومات ملک سے باہر کبھی نہیں جاتیں/)
  assert.equal((await clerk.open('/policies')).status, 403)
})

test('an objection is recorded on the page of the person, and shown there', async () => {
  const location = await someone()
  await dpo.open(location)
  const said = { application: 'permits', event: 'objected', use: 'decision', channel: 'in_person' }
  const sent = await dpo.send(`${location}/consents`, { ...said, evidence: 'Form 12, folder 7' })
  assert.deepEqual([sent.status, sent.location], [303, `${location}#consents`])
  const shown = await dpo.open(location)
  assert.match(shown.body, /<th scope="row">Objects<\/th>/)
  assert.doesNotMatch(shown.body, /Form 12/)
  assert.match((await urdu.open(location)).body, /<th scope="row">اعتراض کیا<\/th>/)
  const again = await dpo.send(`${location}/consents`, { ...said, evidence: 'Form 13' })
  assert.equal(again.status, 409)
  assert.match(again.body, /This is how it stands already/)
  assert.match(again.body, /value="Form 13"/)
})

test('what is missing of the form is asked for, and what was typed stays', async () => {
  const location = await someone()
  await dpo.open(location)
  const shown = await dpo.send(`${location}/consents`, { event: 'objected', evidence: 'A letter' })
  assert.equal(shown.status, 422)
  assert.match(shown.body, /href="#f-channel">How: choose one/)
  assert.match(shown.body, /name="event" value="objected" checked/)
  assert.match(shown.body, /value="A letter"/)
})
