/**
 * Signing in with what only a real browser has: passkeys, through Chromium's virtual authenticator (WebAuthn, section 11),
 * the whole journey in both languages. The pictures go to `test/artefacts/sign-in/`, for a person to look at.
 */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { Secret, TOTP } from 'otpauth'
import { type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core'
import { setSecondFactor } from '../../kernel/sign-in/rules.ts'
import { workingDay } from '../../kernel/sign-in/settings.ts'
import { createHttpServer } from '../../server/http/http-server.ts'
import { pages } from '../../server/pages/pages.ts'
import { words } from '../../server/pages/text/words.ts'
import { foundInstitution, freshKernel, makeOfficer } from '../kernel.ts'

const executablePath = '/usr/bin/chromium'
const pictures = fileURLToPath(new URL('../artefacts/sign-in', import.meta.url))
const languages = ['en', 'ur'] as const
type Language = (typeof languages)[number]

const skip = existsSync(executablePath) ? false : `${executablePath} is absent`
const site = skip === false ? await openSite() : undefined

async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('a port has a number')
  return address.port
}

/** An institution that requires a second factor, at the origin that its settings name. */
async function openSite() {
  const { kernel: made } = await freshKernel()
  const port = await freePort()
  const origin = `http://localhost:${port}`
  const kernel = { ...made, clock: () => new Date(), signIn: { ...workingDay, origin } }
  const operator = await foundInstitution(kernel, 'lahore')
  const app = createHttpServer({
    kernel,
    operations: [],
    authenticate: () => undefined,
    pages: pages({ kernel, isSecure: false }),
  })
  await app.listen({ host: '127.0.0.1', port })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  await rm(pictures, { recursive: true, force: true })
  await mkdir(pictures, { recursive: true })
  after(async () => {
    await browser.close()
    await app.close()
  })
  return { kernel, operator, origin, port, browser }
}

let made = 0
async function person(): Promise<{ readonly username: string; readonly password: string }> {
  made += 1
  const username = `officer-${made}`
  const { kernel, operator } = opened()
  await makeOfficer(kernel, operator, { username, roles: ['officer'] })
  return { username, password: `${username} password` }
}

function opened() {
  if (site === undefined) throw new Error('there is a browser')
  return site
}

interface Visiting {
  readonly page: Page
  readonly context: BrowserContext
  readonly language: Language
  readonly devices: CDPSession
}

/** A browser with an authenticator that verifies its holder; fails on whatever the pages complain of. */
async function visiting(language: Language, visit: (given: Visiting) => Promise<void>): Promise<void> {
  const { browser, origin } = opened()
  const context = await browser.newContext({ viewport: { width: 900, height: 900 } })
  await context.addCookies([{ name: 'khudi-language', value: language, url: origin }])
  const page = await context.newPage()
  const complaints: string[] = []
  page.on('pageerror', (error) => complaints.push(error.message))
  const devices = await context.newCDPSession(page)
  await devices.send('WebAuthn.enable')
  await visit({ page, context, language, devices })
  assert.deepEqual(complaints, [])
  await context.close()
}

async function addAuthenticator(
  devices: CDPSession,
  given: { readonly isVerified?: boolean } = {},
): Promise<string> {
  const { isVerified = true } = given
  const { authenticatorId } = await devices.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: isVerified,
      automaticPresenceSimulation: true,
    },
  })
  return authenticatorId
}

const picture = ({ page, language }: Visiting, name: string) =>
  page.screenshot({ path: `${pictures}/${name}-${language}.png`, fullPage: true })

const text = (word: keyof typeof words, language: Language) => words[word][language]

async function enterPassword(page: Page, { username, password }: Awaited<ReturnType<typeof person>>) {
  await page.goto(`${opened().origin}/sign-in`)
  await page.fill('#username', username)
  await page.fill('#password', password)
  await page.click('main form:not([data-passkey]) button.main')
}

/** Signs in with the password alone, where that is enough. */
async function enter(page: Page, who: Awaited<ReturnType<typeof person>>): Promise<void> {
  await enterPassword(page, who)
  await page.waitForURL(`${opened().origin}/`)
}

async function register(visit: Visiting, name: string): Promise<void> {
  const { page } = visit
  await page.goto(`${opened().origin}/security`)
  await page.fill('#passkey-name', name)
  await page.click('form[data-passkey="create"] button')
}

const signOut = (page: Page) => page.click('.sign-out button')

for (const language of languages)
  test(`a passkey is registered, signs in by itself, is listed and removed (${language})`, { skip }, () =>
    visiting(language, async (visit) => {
      const { page, devices } = visit
      const who = await person()
      await addAuthenticator(devices)
      await page.goto(`${opened().origin}/sign-in`)
      await picture(visit, 'sign-in')
      await enter(page, who)
      await register(visit, 'Office computer <1>')
      await page.waitForSelector('.codes')
      await picture(visit, 'codes')
      assert.equal(await page.locator('.codes li').count(), 10)
      await page.click('main a.button')
      await page.waitForSelector('#passkeys')
      await picture(visit, 'security')
      assert.match(await page.innerText('section[aria-labelledby="passkeys"]'), /Office computer <1>/)
      await signOut(page)
      await page.click('form[data-passkey="get"] button')
      await page.waitForURL(`${opened().origin}/`)
      assert.match(await page.innerText('.sign-out'), new RegExp(who.username))
      await page.goto(`${opened().origin}/security`)
      const sessions = await page.innerText('section[aria-labelledby="sessions"]')
      assert.ok(sessions.includes(text('method.passkey', language)))
      await page.click('form[action="/security/remove"] button')
      await page.waitForSelector('.notice.done')
      assert.ok((await page.innerText('#passkeys + *')).includes(text('security.noPasskeys', language)))
      await signOut(page)
      await page.click('form[data-passkey="get"] button')
      await page.waitForSelector('.notice.error')
      assert.equal(new URL(page.url()).pathname, '/sign-in/passkey')
    }),
  )

for (const language of languages)
  test(`who must have a second factor is led to it and gets nothing before (${language})`, { skip }, () =>
    visiting(language, async (visit) => {
      const { page } = visit
      const { kernel, operator, origin } = opened()
      await setSecondFactor(kernel, operator, 'required')
      const who = await person()
      await enterPassword(page, who)
      await page.waitForURL(/\/sign-in\/enrol/)
      await picture(visit, 'enrol')
      await page.goto(`${origin}/security`)
      assert.match(page.url(), /\/sign-in\?/)
      await page.goto(`${origin}/sign-in/enrol?next=%2Fsecurity`)
      const key = await page.innerText('section[aria-labelledby="app"] code')
      const totp = new TOTP({ secret: Secret.fromBase32(key.replaceAll(' ', '')) })
      await page.fill('#code', '000000')
      await page.click('section[aria-labelledby="app"] button')
      await page.waitForSelector('#code-message')
      await picture(visit, 'enrol-wrong')
      await page.fill('#code', totp.generate())
      await page.click('section[aria-labelledby="app"] button')
      await page.waitForSelector('.codes')
      const code = await page.locator('.codes li').first().innerText()
      await page.click('main a.button')
      await page.waitForURL(`${origin}/security`)
      await signOut(page)
      await enterPassword(page, who)
      await page.waitForSelector('#code')
      await picture(visit, 'second')
      await page.fill('#code', code)
      await page.click('form[action="/sign-in/second"] button')
      await page.waitForURL(`${origin}/`)
      await page.goto(`${origin}/sign-in/again?next=%2Fsecurity`)
      await picture(visit, 'again')
      await setSecondFactor(kernel, operator, 'optional')
    }),
  )

test('a passkey is a second factor too, and proves it once more', { skip }, () =>
  visiting('en', async (visit) => {
    const { page, devices } = visit
    const who = await person()
    await addAuthenticator(devices)
    await enter(page, who)
    await register(visit, 'Key')
    await page.waitForSelector('.codes')
    await page.goto(`${opened().origin}/`)
    await signOut(page)
    await enterPassword(page, who)
    await page.waitForSelector('form[action="/sign-in/second"]')
    await page.click('form[data-passkey="get"] button')
    await page.waitForURL(`${opened().origin}/`)
    await page.goto(`${opened().origin}/sign-in/again?next=%2Fsecurity`)
    await page.click('form[data-passkey="get"] button')
    await page.waitForURL(`${opened().origin}/security`)
  }),
)

test('a copy of an authenticator is found out by its counter', { skip }, () =>
  visiting('en', async (visit) => {
    const { page, devices } = visit
    const who = await person()
    const authenticatorId = await addAuthenticator(devices)
    await enter(page, who)
    await register(visit, 'Key')
    await page.waitForSelector('.codes')
    await page.goto(`${opened().origin}/`)
    const { credentials } = await devices.send('WebAuthn.getCredentials', { authenticatorId })
    const [copied] = credentials
    if (copied === undefined) throw new Error('the passkey was just registered')
    for (let times = 0; times < 3; times++) {
      await signOut(page)
      await page.click('form[data-passkey="get"] button')
      await page.waitForURL(`${opened().origin}/`)
    }
    // The copy counts on from where it was made.
    await devices.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    const copy = await addAuthenticator(devices)
    await devices.send('WebAuthn.addCredential', { authenticatorId: copy, credential: copied })
    await signOut(page)
    await page.click('form[data-passkey="get"] button')
    await page.waitForSelector('.notice.error')
    assert.match(await page.innerText('.notice.error'), /The passkey was not accepted/)
  }),
)

test('an authenticator that does not verify its holder is refused', { skip }, () =>
  visiting('en', async (visit) => {
    const { page, devices } = visit
    await enter(page, await person())
    await addAuthenticator(devices, { isVerified: false })
    await register(visit, 'Key')
    await page.waitForSelector('form[data-passkey="create"] [role="alert"]:not([hidden])')
  }),
)

test(
  'at another address than the settings name, passkeys are refused and the page says where they work',
  { skip },
  () =>
    visiting('en', async (visit) => {
      const { page, devices } = visit
      const { port, origin } = opened()
      const other = `http://127.0.0.1:${port}`
      const who = await person()
      await addAuthenticator(devices)
      await page.goto(`${other}/sign-in`)
      assert.equal(await page.locator('form[data-passkey]').count(), 0)
      await page.fill('#username', who.username)
      await page.fill('#password', who.password)
      await page.click('button.main')
      await page.waitForURL(`${other}/`)
      await page.goto(`${other}/security`)
      assert.ok((await page.innerText('section[aria-labelledby="passkeys"]')).includes(origin))
      const status = await page.evaluate(async () => {
        const reply = await fetch('/sign-in/passkey/options', { method: 'POST', body: new URLSearchParams() })
        return reply.status
      })
      assert.equal(status, 409)
    }),
)
