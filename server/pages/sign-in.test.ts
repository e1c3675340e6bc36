/** Signing in as a browser without scripts sees it: the steps, their cookies, and what is kept on the way. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Secret, TOTP } from 'otpauth'
import { registerAt } from '../../kernel/egress/sample/servers.ts'
import { addIssuer, issuersOf } from '../../kernel/sign-in/issuers.ts'
import { callbackPath } from '../../kernel/sign-in/oidc.ts'
import { setSecondFactor } from '../../kernel/sign-in/rules.ts'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { startProvider } from '../../test/openid-provider.ts'
import { createHttpServer } from '../http/http-server.ts'
import { pages } from './pages.ts'
import { Browser, type Shown } from './sample/browser.ts'

const { kernel: still, clock } = await freshKernel()
// The provider's tokens are of today.
clock.set(new Date().toISOString())
const kernel = still
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const app = createHttpServer({
  kernel,
  operations: [],
  authenticate: () => undefined,
  pages: pages({ kernel, isSecure: false }),
})

let made = 0
async function person() {
  made += 1
  const username = `person-${made}`
  await makeOfficer(kernel, operator, { username, roles: ['officer'] })
  return { username, password: `${username} password` }
}

/** The code of an app that was given the key of the page. */
function codeFor({ body }: Shown): string {
  const key = /<code dir="ltr">([A-Z2-7 ]+)<\/code>/.exec(body)?.[1] ?? ''
  const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
  return totp.generate({ timestamp: clock.now.getTime() })
}

const hidden = ({ body }: Shown, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(body)?.[1]?.replaceAll('&amp;', '&') ?? ''

test('the whole way without a script: enrolment, recovery codes, second factor, security, in Urdu', async () => {
  await setSecondFactor(kernel, operator, 'required')
  const browser = new Browser(app, 'ur')
  const who = await person()
  const entered = await browser.send('/sign-in', { ...who, next: '/security' })
  assert.equal(entered.location, '/sign-in/enrol?next=%2Fsecurity')
  assert.equal(browser.cookie('khudi-device'), undefined)
  for (const page of ['/', '/security', '/queue'])
    assert.match((await browser.open(page)).location ?? '', /^\/sign-in/)
  const enrol = await browser.follow(entered)
  assert.match(enrol.body, /dir="rtl"/)
  const done = await browser.send('/sign-in/enrol', {
    ceremony: hidden(enrol, 'ceremony'),
    code: codeFor(enrol),
    next: '/security',
  })
  assert.equal(done.body.match(/<li><code /g)?.length, 10)
  assert.match(done.body, /href="\/security"/)
  assert.notEqual(browser.cookie('khudi-device'), undefined)
  const security = await browser.open('/security')
  assert.match(security.body, /10 میں سے 10 کوڈ باقی ہیں/)
  clock.advance(30_000)
  assert.equal((await browser.send('/sign-out', {})).location, '/sign-in')
  const second = await browser.send('/sign-in', { ...who, next: '/queue' })
  assert.equal(second.status, 200)
  const wrong = await browser.send('/sign-in/second', { code: '000000', next: '/queue' })
  assert.equal(wrong.status, 401)
  const code = codeFor(enrol)
  assert.equal((await browser.send('/sign-in/second', { code, next: '/queue' })).location, '/queue')
  await setSecondFactor(kernel, operator, 'optional')
})

test('a form whose session ended is kept over the second factor', async () => {
  const browser = new Browser(app, 'en')
  const who = await person()
  await browser.send('/sign-in', who)
  const enrol = await browser.open('/sign-in/enrol')
  await browser.send('/sign-in/enrol', { ceremony: hidden(enrol, 'ceremony'), code: codeFor(enrol) })
  browser.forget('khudi-session')
  clock.advance(30_000)
  const ended = await browser.send('/cases/new/permits', { permitNumber: 'دیکھا & <b>' })
  assert.equal(ended.status, 401)
  const second = await browser.send('/sign-in', {
    ...who,
    next: hidden(ended, 'next'),
    kept: hidden(ended, 'kept'),
  })
  const kept = await browser.send('/sign-in/second', {
    code: codeFor(enrol),
    next: hidden(second, 'next'),
    kept: hidden(second, 'kept'),
  })
  assert.match(kept.body, /name="permitNumber" value="دیکھا &amp; &lt;b&gt;"/)
  assert.match(kept.body, /action="\/cases\/new\/permits"/)
})

test('what changes the account wants a fresh proof, and goes on after it', async () => {
  const browser = new Browser(app, 'en')
  const who = await person()
  await browser.send('/sign-in', who)
  clock.advance(kernel.signIn.freshMs + 1)
  const stale = await browser.open('/security')
  assert.match(stale.body, /confirm first that it is you/)
  assert.doesNotMatch(stale.body, /action="\/security\/password"/)
  const change = { old: who.password, new: 'four umbrellas of tin' }
  assert.equal((await browser.send('/security/password', change)).location, '/sign-in/again?next=%2Fsecurity')
  await browser.open('/sign-in/again?next=%2Fsecurity')
  const wrong = await browser.send('/sign-in/again', { password: 'wrong', next: '/security' })
  assert.equal(wrong.status, 401)
  const again = await browser.send('/sign-in/again', { password: who.password, next: '/security' })
  assert.equal(again.location, '/security')
  await browser.follow(again)
  assert.match(
    (await browser.send('/security/password', { ...change, old: 'wrong' })).body,
    /The password is not right/,
  )
  const changed = await browser.send('/security/password', change)
  assert.match((await browser.follow(changed)).body, /The password is changed/)
  const old = new Browser(app, 'en')
  assert.equal((await old.send('/sign-in', who)).status, 401)
})

test('sessions are ended from the page, one and all others', async () => {
  const who = await person()
  const [first, second, third] = [new Browser(app, 'en'), new Browser(app, 'en'), new Browser(app, 'en')]
  for (const browser of [first, second, third]) await browser.send('/sign-in', who)
  const security = await first.open('/security')
  const ended = await first.send('/security/end', { session: hidden(security, 'session') })
  assert.match((await first.follow(ended)).body, /The session has ended/)
  const left = async () =>
    (await Promise.all([first, second, third].map((browser) => browser.open('/')))).map(
      ({ status }) => status,
    )
  assert.equal((await left()).filter((status) => status === 200).length, 2)
  await first.open('/security')
  await first.send('/security/end-others', {})
  assert.deepEqual(await left(), [200, 303, 303])
})

test('steps of signing in are refused from other sites, and do nothing without the page’s proof', async () => {
  const who = await person()
  const browser = new Browser(app, 'en')
  await browser.send('/sign-in', who)
  const paths = ['second', 'enrol', 'again', 'passkey', 'passkey/options', 'passkey/register']
  for (const path of paths) {
    const foreign = await browser.send(`/sign-in/${path}`, {}, { 'sec-fetch-site': 'cross-site' })
    assert.equal(foreign.status, 403, path)
  }
  const forged = await browser.send('/sign-in/again', { _token: 'x', password: who.password })
  assert.equal(forged.location, '/sign-in')
})

test('a passkey’s reply that is none is refused, whatever is sent', async () => {
  const browser = new Browser(app, 'en')
  for (const reply of [
    '',
    '{}',
    '[]',
    'null',
    '{"id":"x"}',
    '{"id":"A","rawId":"A","type":"public-key","response":{}}',
  ]) {
    const begun = await browser.send('/sign-in/passkey/options', {})
    const { ceremony, options } = JSON.parse(begun.body)
    assert.equal(options.userVerification, 'required')
    const refused = await browser.send('/sign-in/passkey', { ceremony, reply })
    assert.equal(refused.status, 401)
    assert.equal((await browser.send('/sign-in/passkey', { ceremony, reply })).status, 409)
  }
})

test('a person comes in by an issuer, and is told how to sign out there', async () => {
  const provider = await startProvider(new URL(callbackPath, kernel.signIn.origin).href)
  const expiresAt = '2100-01-01T00:00:00.000Z'
  await registerAt(kernel, operator, {
    backendId: 'identity',
    kind: 'identity',
    endpoint: provider.issuer,
    expiresAt,
  })
  await addIssuer(kernel, operator, {
    issuer: provider.issuer,
    clientId: provider.clientId,
    secret: provider.secret,
    title: { en: 'National identity', ur: 'قومی شناخت' },
    backendId: 'identity',
    isFactorTrusted: false,
    rules: [{ claim: 'groups', operator: 'contains', value: 'officers', role: 'officer' }],
  })
  provider.people.set('p-1', { preferred_username: 'zara', groups: ['officers'] })
  provider.people.set('p-2', { preferred_username: 'stranger', groups: [] })
  const [{ issuerId } = { issuerId: '' }] = await issuersOf(kernel, institutionId)
  const browser = new Browser(app, 'ur')
  assert.match((await browser.open('/sign-in?next=%2Fqueue')).body, /قومی شناخت/)
  const there = async (name: string) => {
    const sent = await browser.open(`/sign-in/issuer/${institutionId}/${issuerId}?next=%2Fqueue`)
    return browser.open(`${callbackPath}?${await provider.signInAt(sent.location ?? '', name)}`)
  }
  const stranger = await there('p-2')
  assert.equal(stranger.status, 403)
  assert.match(stranger.body, /یہاں آپ کو کوئی عہدہ نہیں دیا گیا/)
  assert.equal((await there('p-1')).location, '/queue')
  await browser.open('/security')
  const out = await browser.send('/sign-out', {})
  assert.match(out.body, new RegExp(`/sign-in/issuer/${institutionId}/${issuerId}/sign-out`))
  const away = await browser.open(`/sign-in/issuer/${institutionId}/${issuerId}/sign-out`)
  assert.ok(away.location?.startsWith(`${provider.issuer}/session/end?`))
  assert.equal((await browser.open('/sign-in/issuer/x/y')).status, 404)
  assert.equal((await browser.open(`${callbackPath}?code=x&state=y`)).status, 409)
})
