/** What holds for every page in both languages: it is whole, safe, small, and says nothing that is not for reading. */
import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { claim, enqueue, fail } from '../../kernel/jobs/jobs.ts'
import { freshDatabase } from '../../test/database.ts'
import type { Browser, Shown } from './sample/browser.ts'
import { faultsOf, namesIn } from './sample/markup.ts'
import { openOffice } from './sample/office.ts'
import { passkeyScript } from './sign-in/passkey-form.ts'

const office = await openOffice(await freshDatabase())

/** What people write into fields to see what happens. */
const hostile = {
  script: `<script>alert(1)</script>`,
  attribute: `" onmouseover="alert(1)`,
  override: `Zainab \u2066\u2067Khan`,
  long: 'x'.repeat(10_000),
}

const plain = await office.openCase({
  sign: { en: 'Fresh bread', ur: 'تازہ روٹی' },
  place: { latitude: 31.5, longitude: 74.3 },
})
const nasty = await office.openCase({
  number: hostile.attribute,
  applicant: { name: `${hostile.script}${hostile.override}${hostile.long}` },
  remarks: `${hostile.script}\n${hostile.attribute}`,
  goods: [{ title: hostile.script, massKg: 1.5 }],
  hasCellar: true,
})
const amnaFirst = await office.signedIn('amna')
await amnaFirst.open(`/cases/${plain}`)
await amnaFirst.send(`/cases/${plain}/review`, {
  recommendation: 'grant',
  reason: hostile.script,
  _version: '1',
})
await amnaFirst.send(`/cases/${plain}/outcome`, { finding: 'fit', inspectedOn: '2026-03-04', _version: '2' })
const decision =
  /href="(\/decisions\/[0-9a-f-]{36})"/.exec((await amnaFirst.open(`/cases/${nasty}`)).body)?.[1] ?? ''
await deadJob()

async function deadJob(): Promise<void> {
  const { institutionId } = office.institution
  const { kernel } = office
  await kernel.db.transaction(institutionId, (tx) =>
    enqueue(tx, kernel.clock(), { kind: 'sweep', payload: {}, maxAttempts: 1 }),
  )
  const job = await claim(kernel, institutionId, ['sweep'])
  if (job !== undefined) await fail(kernel, institutionId, { job: job, reason: hostile.script })
}

/** Every page there is, as one language's reader meets it. */
async function everyPage(language: 'en' | 'ur'): Promise<readonly (readonly [string, Shown])[]> {
  const amna = await office.signedIn('amna', language)
  const engineer = await office.signedIn('engineer', language)
  const paths = [
    '/',
    '/queue',
    '/cases',
    '/cases/new/permits',
    '/cases/find',
    decision,
    '/nowhere',
    '/cases/none',
  ]
  for (const caseId of [plain, nasty]) paths.push(`/cases/${caseId}`, `/cases/${caseId}/outcome`)
  const shown: (readonly [string, Shown])[] = []
  const html = { accept: 'text/html' }
  for (const path of paths) shown.push([path, await amna.open(path, html)])
  shown.push([
    'the form of a case, refused',
    await amna.send('/cases/new/permits', { remarks: hostile.script, _entries: '1' }),
  ])
  shown.push([
    'an outcome, refused',
    await amna.send(`/cases/${nasty}/outcome`, { note: hostile.script, _version: '1' }),
  ])
  shown.push(['a review, refused', await refusedReview(amna)])
  shown.push(['/jobs', await engineer.open('/jobs')], ['home of an engineer', await engineer.open('/')])
  shown.push(['403', await engineer.open('/queue')])
  const stranger = office.browser(language)
  shown.push(['/sign-in', await stranger.open('/sign-in')])
  shown.push([
    'a failed sign-in',
    await stranger.send('/sign-in', { username: hostile.attribute, password: 'x' }),
  ])
  shown.push(['an ended session', await stranger.send(`/cases/${nasty}/review`, { reason: hostile.script })])
  return shown
}

const refusedReview = (browser: Browser) =>
  browser.send(`/cases/${nasty}/review`, { reason: hostile.script, _version: '1' })

// All of it before the first test is registered: the office closes as soon as the tests registered so far have run.
const shownIn = { en: await everyPage('en'), ur: await everyPage('ur') }

/** The one that passkeys need, at the address of its content. */
const ownScript = `<script type="module" src="${passkeyScript.path}"></script>`

for (const language of ['en', 'ur'] as const) {
  const shown = shownIn[language]

  test(`every page is a whole document (${language})`, () => {
    for (const [page, { body }] of shown) {
      assert.match(
        body,
        new RegExp(`<html lang="${language}" dir="${language === 'ur' ? 'rtl' : 'ltr'}">`),
        page,
      )
      assert.deepEqual(faultsOf(body), [], page)
    }
  })

  test(`nothing that was written into a field becomes markup (${language})`, () => {
    for (const [page, { body }] of shown) {
      for (const name of namesIn(body.replace(ownScript, '')))
        assert.doesNotMatch(name, /^(script|style|iframe|object)|@(on|style)/, page)
    }
  })

  test(`no page shows what is not for reading (${language})`, () => {
    for (const [page, { body }] of shown) {
      const text = body.replaceAll(/<[^>]*>/g, ' ').replaceAll('x'.repeat(10_000), '')
      assert.doesNotMatch(text, /undefined|\[object|NaN|\{\w+\}|Invalid Date/, page)
      if (language === 'ur') assert.doesNotMatch(text, /\b(the|Save|Submit|not|of|is)\b/, page)
    }
  })

  test(`no page is larger than 50 kB, nor its first reply than 14 kB on the wire (${language})`, () => {
    for (const [page, { body }] of shown) {
      const bytes = Buffer.from(body.replaceAll('x'.repeat(10_000), ''))
      assert.ok(bytes.length <= 50_000, `${page}: ${bytes.length} bytes`)
      assert.ok(gzipSync(bytes).length <= 14_000, `${page}: ${gzipSync(bytes).length} bytes compressed`)
    }
  })
}

test('pages are not kept, and their policy permits nothing inline', async () => {
  for (const path of ['/sign-in', '/nowhere']) {
    const { headers } = await office.browser().open(path, { accept: 'text/html' })
    assert.equal(headers['cache-control'], 'no-store')
    assert.match(String(headers['content-security-policy']), /default-src 'none'/)
    assert.doesNotMatch(String(headers['content-security-policy']), /unsafe/)
  }
})

test('the style sheet is kept for good', async () => {
  const browser = office.browser()
  const path = /<link rel="stylesheet" href="([^"]+)"/.exec((await browser.open('/sign-in')).body)?.[1] ?? ''
  const { headers } = await browser.open(path)
  assert.equal(headers['cache-control'], 'public, max-age=31536000, immutable')
})

test('a page is compressed for whoever takes it so', async () => {
  const { app } = office
  const compressed = await app.inject({ url: '/sign-in', headers: { 'accept-encoding': 'br, gzip;q=0.8' } })
  assert.equal(compressed.headers['content-encoding'], 'gzip')
  const plainly = await app.inject({ url: '/sign-in', headers: { 'accept-encoding': 'gzip;q=0' } })
  assert.equal(plainly.headers['content-encoding'], undefined)
})

test('a program that asks for what is not there gets a problem, a person gets a page', async () => {
  const { app } = office
  for (const [url, accept] of [
    ['/nowhere', 'application/json'],
    ['/v1/nowhere', 'text/html'],
  ]) {
    const reply = await app.inject({ url: url ?? '', headers: { accept } })
    assert.equal(reply.statusCode, 404)
    assert.match(String(reply.headers['content-type']), /^application\/problem\+json/)
  }
  const page = await app.inject({ url: '/nowhere', headers: { accept: 'text/html' } })
  assert.match(page.body, /There is no such page/)
})
