/** What whoever watches over the server is told of signing in, and what a browser is told at the end. */
import { strict as assert } from 'node:assert'
import { after, test } from 'node:test'
import { pino } from 'pino'
import { freshDatabase } from '../../test/database.ts'
import { createHttpServer } from '../http/http-server.ts'
import { pages } from './pages.ts'
import { Browser } from './sample/browser.ts'
import { openOffice, password } from './sample/office.ts'

const { kernel } = await openOffice(await freshDatabase())
const lines: Record<string, unknown>[] = []
const logger = pino({ level: 'warn' }, { write: (line: string) => lines.push(JSON.parse(line)) })
const app = createHttpServer({
  kernel,
  operations: [],
  authenticate: () => undefined,
  logger,
  pages: pages({ kernel, isSecure: false, reporting: { logger, onFatal: () => undefined } }),
})
after(() => app.close())

test('who signs in and who fails to is told of in the log, by account and address, and never what was typed', async () => {
  const browser = new Browser(app, 'en')
  await browser.open('/sign-in')
  await browser.send('/sign-in', { username: 'amna', password: 'a secret that is wrong' })
  await browser.send('/sign-in', { username: 'amna', password })
  const [failed, signedIn] = lines
  assert.deepEqual([failed?.msg, failed?.status, failed?.operation], ['turned away', 401, 'page.sign_in'])
  assert.equal(signedIn?.msg, 'signed in')
  assert.match(String(signedIn?.actor), /^account:[0-9a-f-]{36}$/)
  for (const line of [failed, signedIn]) assert.match(String(line?.from), /^10\.0\./)
  assert.ok(!/secret|amna/.test(JSON.stringify(lines)))
})

test('a browser that signs out is told to forget what it kept', async () => {
  const browser = new Browser(app, 'ur')
  await browser.open('/sign-in')
  await browser.send('/sign-in', { username: 'bilal', password })
  await browser.open('/queue')
  const { headers } = await browser.send('/sign-out', {})
  assert.equal(headers['clear-site-data'], '"cache", "storage"')
})

test('with https every cookie is one that no other host can set or read', async () => {
  const secure = createHttpServer({
    kernel,
    operations: [],
    authenticate: () => undefined,
    isSecure: true,
    pages: pages({ kernel, isSecure: true, reporting: { logger, onFatal: () => undefined } }),
  })
  after(() => secure.close())
  const form = { 'content-type': 'application/x-www-form-urlencoded', 'sec-fetch-site': 'same-origin' }
  const payload = String(new URLSearchParams({ username: 'amna', password }))
  const replies = [
    await secure.inject({ method: 'POST', url: '/sign-in', headers: form, payload }),
    await secure.inject({ url: '/sign-in?lang=ur' }),
  ]
  const cookies = replies.flatMap(({ headers }) => [headers['set-cookie'] ?? []].flat())
  assert.ok(cookies.length >= 3, cookies.join())
  for (const cookie of cookies) {
    assert.match(cookie, /^__Host-khudi-[a-z]+=/)
    assert.match(cookie, /; Path=\/;.*HttpOnly; Secure; SameSite=Lax$/)
  }
  const urdu = await secure.inject({ url: '/sign-in', headers: { cookie: '__Host-khudi-language=ur' } })
  assert.match(urdu.body, /<html lang="ur"/)
})
