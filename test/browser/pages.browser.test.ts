/**
 * The officers' pages in a real browser, in both languages and at three widths, with scripts switched off. The pictures go
 * to `test/artefacts/pages/`, for a person to look at.
 */
import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { keyFolder } from '../../kernel/keys/key-folder.ts'
import { loadApplications } from '../../kernel/register/applications.ts'
import { setUpDemonstration } from '../../server/demonstration.ts'
import { createHttpServer } from '../../server/http/http-server.ts'
import { pages } from '../../server/pages/pages.ts'
import { makeKernel } from '../../server/platform.ts'
import { freshDatabase } from '../database.ts'

const executablePath = '/usr/bin/chromium'
const pictures = fileURLToPath(new URL('../artefacts/pages', import.meta.url))
const languages = ['en', 'ur'] as const
const widths = [390, 820, 1280] as const
type Language = (typeof languages)[number]

const skip = existsSync(executablePath) ? false : `${executablePath} is absent`
const site = skip === false ? await openSite() : undefined

interface Site {
  readonly address: string
  readonly browser: Browser
  readonly passwords: ReadonlyMap<string, string>
}

/** The demonstration, served on a free port of this machine. */
async function openSite(): Promise<Site> {
  const { db } = await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'khudi-browser-'))
  const here = (path: string) => fileURLToPath(new URL(path, import.meta.url))
  const applications = await loadApplications([here('../../applications')])
  const kernel = makeKernel(
    {
      db,
      applications,
      keys: await keyFolder({ folder: join(folder, 'keys'), passphrase: 'test', memoryKib: 8 }),
      folder,
    },
    { settings: { enginesFolder: here('../../engines') }, workers: 1 },
  )
  const demonstration = await setUpDemonstration(kernel, folder)
  const app = createHttpServer({
    kernel,
    operations: [],
    authenticate: () => undefined,
    pages: pages({ kernel, isSecure: false }),
  })
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  await rm(pictures, { recursive: true, force: true })
  await mkdir(pictures, { recursive: true })
  after(async () => {
    await browser.close()
    await app.close()
    await kernel.workers.close()
    await rm(folder, { recursive: true })
  })
  const accounts = demonstration?.credentials?.accounts ?? []
  return {
    address,
    browser,
    passwords: new Map(accounts.map(({ username, password }) => [username, password])),
  }
}

/** Does something as an officer; fails on whatever the browser complains of. */
async function visiting(
  username: string,
  look: { readonly language: Language; readonly width: number; readonly isDark?: boolean },
  visit: (page: Page) => Promise<void>,
): Promise<void> {
  assert.ok(site)
  const context = await site.browser.newContext({
    baseURL: site.address,
    viewport: { width: look.width, height: 900 },
    colorScheme: look.isDark === true ? 'dark' : 'light',
    javaScriptEnabled: false,
  })
  try {
    const page = await context.newPage()
    const complaints: string[] = []
    page.on('console', (message) => complaints.push(message.text()))
    await page.goto(`/sign-in?lang=${look.language}`)
    await page.fill('#username', username)
    await page.fill('#password', site.passwords.get(username) ?? '')
    await page.click('main button')
    await visit(page)
    // The browser also says of every refusal that it had a status of 4xx, and that it cleared what it was told to.
    assert.deepEqual(
      complaints.filter((text) => !/status of 4\d\d|^Clear-Site-Data header/.test(text)),
      [],
    )
  } finally {
    await context.close()
  }
}

/** Takes a picture; nothing may stick out of the window sideways. */
async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  const excess = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  assert.equal(excess, 0, `${name} is wider than the window`)
}

interface Declared {
  readonly number: string
  readonly filedOn: string
  readonly ntn: string
}

/** Opens a case by the form; the page is then that of the case. */
async function openDeclaration(page: Page, { number, filedOn, ntn }: Declared): Promise<void> {
  await page.goto('/cases/new/customs')
  const fields = {
    declarationNumber: number,
    filedOn,
    customsOffice: 'KPPI',
    declarantId: 'agent-1',
    importerId: 'Zainab bint Muhammad Abdullah Textile Traders, Landhi',
    importerNtn: ntn,
    transportMode: '1',
    countryOfDeparture: 'CN',
    commodityCode: '720839',
    countryOfOrigin: 'ZZ',
    dutyRatePercent: '11.5',
    netMassKg: '1250.5',
    invoiceValue: '12500.75',
  }
  await page.selectOption('[name=declarationType]', 'import')
  for (const [name, value] of Object.entries(fields)) await page.fill(`[name=${name}]`, value)
  await page.locator('button.main').click()
  await page.waitForURL(/done=opened/)
}

async function find(page: Page, ntn: string): Promise<void> {
  await page.selectOption('[name=scheme]', 'ntn')
  await page.fill('[name=identifier]', ntn)
  await page.locator('button.main').click()
}

async function erase(page: Page, ntn: string): Promise<void> {
  await page.locator('[name=ground]').first().check()
  await page.fill('[name=confirmation]', `ntn:${ntn}`)
  await page.locator('.danger button').click()
}

for (const language of languages) {
  for (const width of widths) {
    test(`an officer reads and decides (${language}, ${width} pixels)`, { skip }, async () => {
      const name = (page: string) => `${page}-${language}-${width}`
      await visiting('customs.assessor', { language, width }, async (page) => {
        assert.equal(await page.getAttribute('html', 'dir'), language === 'ur' ? 'rtl' : 'ltr')
        await picture(page, name('1-home'))
        await page.goto('/queue')
        await picture(page, name('2-queue'))
        await page.locator('table a').first().click()
        await picture(page, name('3-case'))
        await page.locator('.otherwise button').click()
        await picture(page, name('4-refused'))
        await page.locator('.decide button.main').click()
        await page.waitForURL(/done=review/)
        await picture(page, name('5-agreed'))
        await page.locator('.notice a').click()
        await page.locator('.otherwise input[type=radio]').last().check()
        await page.fill('textarea', language === 'ur' ? 'کاغذات مکمل ہیں۔' : 'The papers are complete.')
        await page.locator('.otherwise button').click()
        await page.waitForURL(/done=review/)
        await picture(page, name('6-overridden'))
        await page.locator('a[href^="/decisions/"]').click()
        await picture(page, name('7-decision'))
        await page.goBack()
        await page.locator('a[href$="/outcome"]').click()
        await page.locator('button.main').click()
        await picture(page, name('8-outcome-refused'))
        await page.locator('input[value=none]').check()
        await page.fill('input[type=date]', '2026-07-01')
        await page.locator('button.main').click()
        await page.waitForURL(/done=outcome/)
        await picture(page, name('9-outcome'))
      })
    })
  }

  test(`a case of long names and mixed directions is opened by the form (${language})`, {
    skip,
  }, async () => {
    await visiting('customs.examiner', { language, width: 390 }, async (page) => {
      await page.goto('/cases/new/customs')
      await picture(page, `form-${language}-390`)
      await page.locator('button.main').click()
      await picture(page, `form-refused-${language}-390`)
      await page.fill('[name=declarationNumber]', `${language}-${'9'.repeat(60)}`)
      await page.selectOption('[name=declarationType]', 'import')
      await page.fill('[name=filedOn]', '2026-07-01')
      await page.fill('[name=customsOffice]', 'کراچی (KPPI) بندرگاہ')
      await page.fill('[name=declarantId]', 'x'.repeat(40))
      await page.fill('[name=importerId]', '\u2067شرکت <b>Zainab & Sons</b>')
      await page.fill('[name=transportMode]', '۱')
      await page.fill('[name=countryOfDeparture]', 'cn')
      await page.fill('[name=commodityCode]', '۷۲۰۸۳۹')
      await page.fill('[name=goodsDescription]', 'ر'.repeat(240) + 'W'.repeat(250))
      await page.fill('[name=countryOfOrigin]', 'ZZ')
      await page.fill('[name=dutyRatePercent]', '11.5')
      await page.fill('[name=netMassKg]', '۱,۲۵۰٫۵')
      await page.fill('[name=invoiceValue]', '۱۲,۵۰۰.۷۵')
      await page.fill('[name="invoiceValue.currency"]', 'usd')
      await page.locator('button.main').click()
      await page.waitForURL(/done=opened/)
      await picture(page, `opened-${language}-390`)
    })
    await visiting('customs.assessor', { language, width: 390 }, async (page) => {
      await page.goto('/queue')
      await picture(page, `queue-long-${language}-390`)
      await page.setViewportSize({ width: 1280, height: 900 })
      await picture(page, `queue-long-${language}-1280`)
    })
  })

  test(`personal data is sealed, opened for a purpose and erased (${language})`, { skip }, async () => {
    const [ntn, recent] = language === 'en' ? ['1111111', '1111112'] : ['2222221', '2222222']
    let old = ''
    await visiting('customs.examiner', { language, width: 1280 }, async (page) => {
      await openDeclaration(page, { number: `recent-${language}`, filedOn: '2026-07-01', ntn: recent })
      await openDeclaration(page, { number: `old-${language}`, filedOn: '2015-07-01', ntn })
      old = new URL(page.url()).pathname
    })
    // Whoever typed a case in does not review it.
    await visiting('customs.assessor', { language, width: 1280 }, async (page) => {
      await page.goto(old)
      await picture(page, `p1-as-reviewer-${language}`)
      await page.goto(`${old}/outcome`)
      await picture(page, `p2-outcome-form-${language}`)
      // Decided, it is in nobody's way: what is written about somebody who was erased could not be kept.
      await page.goto(old)
      await page.locator('.decide button.main').click()
      await page.waitForURL(/done=review/)
    })
    for (const width of [390, 1280])
      await visiting('auditor', { language, width }, async (page) => {
        await page.goto(old)
        await picture(page, `p3-sealed-${language}-${width}`)
        assert.equal(await page.getByText('Zainab').count(), 0)
        await page.locator('.seal button').click()
        await picture(page, `p4-opened-${language}-${width}`)
        assert.ok((await page.getByText('Zainab').count()) > 0)
      })
    await visiting('data-protection-officer', { language, width: 820 }, async (page) => {
      await page.goto('/persons')
      await picture(page, `p5-persons-${language}`)
      await find(page, 'nobody')
      await picture(page, `p6-nobody-${language}`)
      await find(page, recent)
      await picture(page, `p7-person-${language}`)
      await page.setViewportSize({ width: 390, height: 900 })
      await picture(page, `p7-person-${language}-390`)
      await page.locator('.danger button').click()
      await picture(page, `p8-erase-refused-${language}-390`)
      await erase(page, recent)
      await picture(page, `p9-too-early-${language}-390`)
      await page.setViewportSize({ width: 1280, height: 900 })
      await page.goto('/persons')
      await find(page, ntn)
      await picture(page, `p10-person-read-${language}-1280`)
      await erase(page, ntn)
      await picture(page, `p11-erased-${language}`)
      await page.goto(old)
      await picture(page, `p12-erased-case-${language}`)
      assert.equal(await page.getByText('Zainab').count(), 0)
    })
  })

  test(`whoever may not, or nothing, or nobody is told so (${language})`, { skip }, async () => {
    const look = { language, width: 390 }
    await visiting('administrator', look, async (page) => {
      await picture(page, `home-administrator-${language}`)
      for (const [path, name] of [
        ['/queue', 'forbidden'],
        ['/nowhere', 'not-found'],
        ['/jobs', 'no-jobs'],
      ] as const) {
        await page.goto(path)
        await picture(page, `${name}-${language}`)
      }
      await page.locator('.sign-out button').click()
      await page.fill('#username', 'nobody')
      await page.fill('#password', 'x')
      await page.click('main button')
      await picture(page, `sign-in-failed-${language}`)
    })
  })
}

test('dark pages are as whole as light ones', { skip }, async () => {
  await visiting('customs.examiner', { language: 'en', width: 1280, isDark: true }, async (page) => {
    await page.goto('/queue/next')
    await picture(page, 'case-dark')
  })
})

test('the keyboard alone signs in, finds the most urgent case and decides it', { skip }, async () => {
  assert.ok(site)
  const { address, browser, passwords } = site
  const page = await browser.newPage({ baseURL: address })
  const tabTo = async (text: string | RegExp) => {
    for (let presses = 0; presses < 60; presses++) {
      await page.keyboard.press('Tab')
      const focused = page.locator(':focus')
      if ((await focused.textContent())?.match(text)) return
    }
    assert.fail(`Tab never reached ${text}`)
  }
  await page.goto('/sign-in')
  await page.keyboard.press('Tab')
  assert.equal(await page.locator(':focus').getAttribute('href'), '#main')
  await page.keyboard.press('Enter')
  await page.keyboard.press('Tab')
  await page.keyboard.type('customs.examiner')
  await page.keyboard.press('Tab')
  await page.keyboard.type(passwords.get('customs.examiner') ?? '')
  await page.keyboard.press('Enter')
  await page.waitForURL('/')
  await tabTo(/Open the most urgent/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/\/cases\//)
  await tabTo(/^Agree:/)
  await page.keyboard.press('Enter')
  await page.waitForURL(/done=review/)
  await page.close()
})
