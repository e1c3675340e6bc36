import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution } from '../../kernel/institutions/institutions.ts'
import { freshDatabase } from '../../test/database.ts'
import { createHttpServer } from '../http/http-server.ts'
import { pages } from './pages.ts'
import { Browser } from './sample/browser.ts'
import { openOffice, password } from './sample/office.ts'
import { formToken, isFormToken, localAddress } from './session.ts'

const office = await openOffice(await freshDatabase())
const sameSite = { 'sec-fetch-site': 'same-origin' }

test('the cookie of a session is kept from scripts, from other sites and, with https, from other hosts', async () => {
  const { kernel } = office
  for (const [isSecure, wanted] of [
    [false, /^khudi-session=[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/],
    [true, /^__Host-khudi-session=[\w-]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/],
  ] as const) {
    const app = createHttpServer({
      kernel,
      operations: [],
      authenticate: () => undefined,
      pages: pages({ kernel, isSecure }),
    })
    const reply = await app.inject({
      method: 'POST',
      url: '/sign-in',
      headers: { ...sameSite, 'content-type': 'application/x-www-form-urlencoded' },
      payload: String(new URLSearchParams({ username: 'amna', password })),
    })
    const [session] = [reply.headers['set-cookie']].flat()
    assert.match(session ?? '', wanted)
    await app.close()
  }
})

test('a wrong password, an unknown name and a name that no account can have are answered alike', async () => {
  const browser = office.browser()
  const answers = []
  for (const username of ['amna', 'nobody', 'no\u0000body', '']) {
    const { status, body } = await browser.send('/sign-in', { username, password: 'wrong' })
    answers.push([status, body.replaceAll(/value="[^"]*"/g, '')])
  }
  assert.deepEqual(answers, Array(4).fill(answers[0]))
  assert.equal(answers[0]?.[0], 401)
})

test('guessing is slowed down, for one name first', async () => {
  const app = createHttpServer({
    kernel: office.kernel,
    operations: [],
    authenticate: () => undefined,
    pages: pages({ kernel: office.kernel, isSecure: false }),
  })
  const browser = new Browser(app, 'en')
  const statuses: number[] = []
  for (let guess = 0; guess < 6; guess++) {
    statuses.push((await browser.send('/sign-in', { username: 'chanda', password: `${guess}` })).status)
  }
  assert.deepEqual(statuses, [...Array(5).fill(401), 429])
  assert.equal((await browser.send('/sign-in', { username: 'amna', password })).status, 303)
  await app.close()
})

test('a form sent by another site does nothing', async () => {
  const caseId = await office.openCase()
  const amna = await office.signedIn('amna')
  await amna.open(`/cases/${caseId}`)
  const form = { recommendation: 'inspect', _version: '1' }
  const foreign = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { referer: 'https://evil.example/localhost' },
    {},
  ]
  for (const headers of foreign) {
    const refused = await amna.send(`/cases/${caseId}/review`, form, headers)
    assert.equal(refused.status, 403, JSON.stringify(headers))
    assert.match(refused.body, /Another website sent this request/)
  }
  for (const path of ['/sign-in', '/sign-out', '/cases/find', '/cases/new/permits']) {
    assert.equal((await amna.send(path, {}, { 'sec-fetch-site': 'cross-site' })).status, 403, path)
  }
  assert.match((await amna.open(`/cases/${caseId}`)).body, /Agree:/)
  const own = await amna.send(`/cases/${caseId}/review`, form, { origin: 'http://localhost:80' })
  assert.equal(own.status, 303)
})

test('a form without the proof of this session is shown again and does nothing', async () => {
  const caseId = await office.openCase()
  const [amna, bilal] = [await office.signedIn('amna'), await office.signedIn('bilal')]
  const theirs = /name="_token" value="([^"]+)"/.exec((await bilal.open('/queue')).body)?.[1] ?? ''
  await amna.open(`/cases/${caseId}`)
  for (const _token of ['', 'x', theirs]) {
    const form = { recommendation: 'grant', reason: 'kept', _version: '1', _token }
    const shown = await amna.send(`/cases/${caseId}/review`, form)
    assert.equal(shown.status, 200)
    assert.match(shown.body, /nothing has been done yet/)
    assert.match(shown.body, />kept<\/textarea>/)
  }
})

test('a form whose session ended is kept over signing in again, and nothing is done before it is sent once more', async () => {
  const caseId = await office.openCase()
  const amna = await office.signedIn('amna')
  await amna.open(`/cases/${caseId}`)
  amna.forget('khudi-session')
  const form = { recommendation: 'grant', reason: 'دیکھا & <b>', _version: '1' }
  const ended = await amna.send(`/cases/${caseId}/review`, form)
  assert.equal(ended.status, 401)
  assert.match(ended.body, /Your session has ended/)
  const hidden = (name: string) =>
    new RegExp(`name="${name}" value="([^"]*)"`).exec(ended.body)?.[1]?.replaceAll('&amp;', '&') ?? ''
  assert.match(hidden('kept'), /^recommendation=grant&/)
  const again = await amna.send('/sign-in', {
    username: 'amna',
    password,
    next: hidden('next'),
    kept: hidden('kept'),
  })
  assert.equal(again.status, 200)
  assert.match(again.body, new RegExp(`action="/cases/${caseId}/review"`))
  assert.match(again.body, /name="reason" value="دیکھا &amp; &lt;b&gt;"/)
  const shown = await amna.send(`/cases/${caseId}/review`, { ...form, _check: '1' })
  assert.match(shown.body, />دیکھا &amp; &lt;b&gt;<\/textarea>/)
  assert.equal((await amna.send(`/cases/${caseId}/review`, form)).status, 303)
})

test('signing in leads to where one was going, and never off this server', async () => {
  const browser = office.browser()
  const asked = await browser.open('/queue?application=permits')
  assert.equal(asked.location, '/sign-in?next=%2Fqueue%3Fapplication%3Dpermits')
  const there = await browser.send('/sign-in', {
    username: 'amna',
    password,
    next: '/queue?application=permits',
  })
  assert.equal(there.location, '/queue?application=permits')
  for (const next of [
    'https://evil.example/',
    '//evil.example/',
    '/\\evil.example',
    '/\tevil',
    'javascript:1',
  ]) {
    const sent = await office.browser().send('/sign-in', { username: 'amna', password, next })
    assert.equal(sent.location, '/', next)
  }
})

test('whatever an address says, it leads to this server', () => {
  const hostile = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.webUrl(),
    fc.webPath(),
    fc.string().map((text) => `/${text}`),
  )
  fc.assert(
    fc.property(hostile, (address) => {
      const url = new URL(localAddress(address), 'http://khudi.example')
      assert.equal(url.host, 'khudi.example')
    }),
    { examples: [['/.//evil.example'], ['/x/..//evil.example'], ['/%2e//evil.example']] },
  )
})

test('the proof of a session is another text each time, and proves no other session', () => {
  const token = fc.base64String({ minLength: 32, maxLength: 64 })
  fc.assert(
    fc.property(token, token, (mine, theirs) => {
      const proof = formToken(mine)
      assert.ok(isFormToken(proof, mine))
      assert.notEqual(proof, formToken(mine))
      assert.equal(isFormToken(proof, theirs), mine === theirs)
    }),
  )
})

test('signing out ends the session everywhere', async () => {
  const amna = await office.signedIn('amna')
  const session = amna.cookie('khudi-session') ?? ''
  await amna.open('/queue')
  assert.equal((await amna.send('/sign-out', {})).location, '/sign-in')
  const copied = await office.browser().open('/queue', { cookie: `khudi-session=${session}` })
  assert.equal(copied.status, 303)
})

test('the language is chosen by a link, kept in a cookie, and leads nowhere else', async () => {
  const browser = office.browser()
  const chosen = await browser.open('/sign-in?next=%2Fqueue&lang=ur')
  assert.equal(chosen.location, '/sign-in?next=%2Fqueue')
  assert.equal(browser.cookie('khudi-language'), 'ur')
  assert.match((await browser.follow(chosen)).body, /<html lang="ur" dir="rtl">/)
  assert.equal((await browser.open('//evil.example/x?lang=en')).location, '/')
  const unknown = await browser.open('/sign-in?lang=fr')
  assert.equal(unknown.status, 200)
})

test('an account brings its language; before that the browser is asked', async () => {
  const browser = office.browser()
  browser.forget('khudi-language')
  const first = await browser.open('/sign-in', { 'accept-language': 'ur-PK,ur;q=0.9' })
  assert.match(first.body, /<html lang="ur"/)
  await browser.send('/sign-in', { username: 'amna', password })
  assert.equal(browser.cookie('khudi-language'), 'en')
})

test('where there are several institutions one is chosen, and none is told from a wrong password', async () => {
  const second = await foundInstitution(
    office.kernel,
    { name: 'operator:test' },
    { slug: 'karachi', title: { en: 'Karachi <office>', ur: 'دفتر کراچی' } },
  )
  const browser = office.browser()
  const form = await browser.open('/sign-in')
  assert.match(
    form.body,
    new RegExp(`<option value="${second.institutionId}">Karachi &lt;office&gt;</option>`),
  )
  const given = { username: 'amna', password }
  assert.equal((await browser.send('/sign-in', given)).status, 401)
  assert.equal((await browser.send('/sign-in', { ...given, institution: second.institutionId })).status, 401)
  const { institutionId } = office.institution
  assert.equal((await browser.send('/sign-in', { ...given, institution: institutionId })).status, 303)
})
