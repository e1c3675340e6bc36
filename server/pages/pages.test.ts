import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { openOffice } from './sample/office.ts'

const office = await openOffice()

test('an officer signs in, agrees with a recommendation and is led on', async () => {
  const caseId = await office.openCase()
  const browser = await office.signedIn('amna')
  const queue = await browser.open('/queue')
  assert.match(queue.body, new RegExp(caseId))
  const page = await browser.open(`/cases/${caseId}`)
  assert.match(page.body, /Agree: Inspect the shop/)
  const sent = await browser.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  assert.equal(sent.location, `/cases/${caseId}?done=review`)
  const done = await browser.follow(sent)
  console.log(done.body)
})
