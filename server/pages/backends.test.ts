/** The register of backends as people see it. */
import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { registerBackend } from '../../kernel/backends/backends.ts'
import { backendBody } from '../../test/institution-backends.ts'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { createHttpServer } from '../http/http-server.ts'
import { pages } from './pages.ts'
import { Browser } from './sample/browser.ts'

const { kernel, clock } = await freshKernel()
const operator = await foundInstitution(kernel, 'lahore')
for (const role of ['administrator', 'auditor', 'officer'])
  await makeOfficer(kernel, operator, { username: role, roles: [role] })
await registerBackend(kernel, operator, {
  ...backendBody('gateway'),
  evidence: { text: '<b>Contract</b>', documentDigest: 'ab'.repeat(32) },
})
await registerBackend(kernel, operator, { ...backendBody('brief'), expiresAt: '2026-03-02T07:00:00.000Z' })
const app = createHttpServer({
  kernel,
  operations: [],
  authenticate: () => undefined,
  pages: pages({ kernel, isSecure: false }),
})
after(() => app.close())

async function signedIn(username: string, language: 'en' | 'ur' = 'en'): Promise<Browser> {
  const browser = new Browser(app, language)
  assert.equal((await browser.send('/sign-in', { username, password: `${username} password` })).status, 303)
  return browser
}

test('every backend is there with its four facts, what they rest on and what follows from them', async () => {
  clock.advance(3_600_000)
  const { body } = await (await signedIn('auditor')).open('/backends')
  for (const text of [
    'Database of this installation',
    'United Arab Emirates',
    'ab'.repeat(32),
    'Expired',
    'Domestic',
    'Foreign',
  ])
    assert.ok(body.includes(text), text)
  assert.ok(body.includes('&lt;b&gt;Contract') && !body.includes('<b>Contract'))
  assert.ok(!body.includes('/withdraw"'), 'an auditor changes nothing')
})
test('in Urdu all of it is in Urdu', async () => {
  const { body } = await (await signedIn('auditor', 'ur')).open('/backends')
  for (const text of ['اس تنصیب کا ڈیٹا بیس', 'متحدہ عرب امارات', 'ملکی', 'غیر ملکی', 'پاکستان'])
    assert.ok(body.includes(text), text)
})
test('an administrator takes one out of use; who may not see it is told so', async () => {
  const administrator = await signedIn('administrator')
  await administrator.open('/backends')
  const { status } = await administrator.send('/backends/gateway/withdraw', {})
  assert.equal(status, 303)
  assert.match((await administrator.open('/backends?done=withdrawn')).body, /Nothing goes there any more/)
  assert.equal((await (await signedIn('officer')).open('/backends')).status, 403)
})
