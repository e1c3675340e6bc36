/**
 * The page that proves receipts, opened from a disk in a real browser without a network, in both languages and on a phone. The
 * pictures go to `test/artefacts/verify/`, for a person to look at.
 */
import { strict as assert } from 'node:assert'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'
import { verifyPage } from '../../server/pages/verify/verify-page.ts'
import { madePolicy, madeReceipt, madeSigner } from '../made-receipts.ts'

const executablePath = '/usr/bin/chromium'
const pictures = fileURLToPath(new URL('../artefacts/verify', import.meta.url))
const skip = existsSync(executablePath) ? false : `${executablePath} is absent`
const looks = [
  { language: 'en', width: 390 },
  { language: 'en', width: 1280 },
  { language: 'ur', width: 390 },
  { language: 'ur', width: 1280 },
] as const
const headings = {
  en: { valid: 'Valid', invalid: 'Not valid', unreadable: 'Unreadable', policy: 'The policy cannot be used' },
  ur: {
    valid: 'درست',
    invalid: 'درست نہیں',
    unreadable: 'پڑھی نہیں جا سکتی',
    policy: 'پالیسی کام میں نہیں آ سکتی',
  },
} as const

const log = madeSigner('customs.example/log')
const witnesses = [1, 2, 3].map((at) => madeSigner(`w${at}.example`, 0x04))
const policy = madePolicy(log, witnesses, '2')
const receipt = madeReceipt({ log, witnesses, index: 73_894, size: 109_482 })
const damaged = receipt.replace(/^index 73894$/m, 'index 73895')

const browser = skip === false ? await openBrowser() : undefined

async function openBrowser(): Promise<Browser> {
  const opened = await chromium.launch({ executablePath, args: ['--no-sandbox'] })
  await rm(pictures, { recursive: true, force: true })
  await mkdir(pictures, { recursive: true })
  after(() => opened.close())
  return opened
}

interface Look {
  readonly language: 'en' | 'ur'
  readonly width: number
  readonly policy?: string
  readonly isDark?: boolean
}

/** Opens the page from a disk, offline; fails on whatever it asks for or complains of. */
async function onPage(look: Look, visit: (page: Page) => Promise<void>): Promise<void> {
  assert.ok(browser)
  const folder = await mkdtemp(join(tmpdir(), 'khudi-verify-'))
  const file = join(folder, 'verify.html')
  await writeFile(file, (await verifyPage({ policy: look.policy ?? policy })).html)
  const context = await browser.newContext({
    offline: true,
    viewport: { width: look.width, height: 900 },
    colorScheme: look.isDark === true ? 'dark' : 'light',
  })
  try {
    const page = await context.newPage()
    const [asked, complaints]: [string[], string[]] = [[], []]
    page.on('request', (request) => asked.push(request.url()))
    page.on('console', (message) => complaints.push(message.text()))
    page.on('pageerror', (error) => complaints.push(String(error)))
    const address = `${pathToFileURL(file).href}${look.language === 'ur' ? '#ur' : ''}`
    await page.goto(address)
    await visit(page)
    assert.deepEqual([asked, complaints], [[address.replace('#ur', '')], []])
  } finally {
    await context.close()
    await rm(folder, { recursive: true })
  }
}

async function choose(page: Page, text: string): Promise<void> {
  const buffer = Buffer.from(text)
  await page.setInputFiles('#file', { name: 'receipt.tlog-proof', mimeType: 'text/plain', buffer })
}

async function paste(page: Page, text: string): Promise<void> {
  await page.fill('#receipt', text)
  await page.click('#check')
}

/** Waits for the result, and answers its text as a reader sees it. */
async function resultOf(page: Page, verdict: string): Promise<string> {
  await page.locator(`#result.${verdict}`).waitFor()
  return page.locator('#result').innerText()
}

/** Takes a picture; nothing may stick out of the window sideways. */
async function picture(page: Page, name: string): Promise<void> {
  await page.screenshot({ path: join(pictures, `${name}.png`), fullPage: true })
  const excess = await page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  )
  assert.equal(excess, 0, `${name} is wider than the window`)
}

for (const look of looks) {
  const { language, width } = look
  const name = (what: string) => `${what}-${language}-${width}`
  test(`a receipt is proven from a file, a damaged one is not (${language}, ${width} pixels)`, { skip }, () =>
    onPage(look, async (page) => {
      assert.equal(await page.getAttribute('html', 'dir'), language === 'ur' ? 'rtl' : 'ltr')
      await picture(page, name('1-empty'))
      await choose(page, receipt)
      const valid = await resultOf(page, 'valid')
      const shown = [
        'release',
        '0198c5a2-7f3e-7c41-9d06-3b1f4ae2c870',
        'customs.example/log',
        '73,894',
        '109,482',
      ]
      for (const fact of [headings[language].valid, ...shown, 'w1 (w1.example)', '11:31:02'])
        assert.ok(valid.includes(fact), `${fact} is not in ${valid}`)
      await picture(page, name('2-valid'))
      await choose(page, damaged)
      assert.ok((await resultOf(page, 'invalid')).startsWith(headings[language].invalid))
      await picture(page, name('3-damaged'))
      await choose(page, 'My receipt')
      assert.ok((await resultOf(page, 'unreadable')).startsWith(headings[language].unreadable))
      await picture(page, name('4-unreadable'))
    }),
  )
}

test('a receipt is proven from the clipboard, and the language changes without another visit', { skip }, () =>
  onPage({ language: 'en', width: 820, isDark: true }, async (page) => {
    // Copying loses the last line end.
    await paste(page, receipt.trim())
    assert.ok((await resultOf(page, 'valid')).startsWith(headings.en.valid))
    await picture(page, '5-dark-en')
    await page.click('#language')
    assert.equal(await page.getAttribute('html', 'dir'), 'rtl')
    assert.ok((await resultOf(page, 'valid')).startsWith(headings.ur.valid))
    await picture(page, '5-dark-ur')
  }),
)

test('a receipt is proven when it is dropped onto the page', { skip }, () =>
  onPage({ language: 'en', width: 820 }, async (page) => {
    await page.evaluate(`{
      const dataTransfer = new DataTransfer()
      dataTransfer.items.add(new File([${JSON.stringify(receipt)}], 'receipt.tlog-proof'))
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true, cancelable: true }))
    }`)
    await resultOf(page, 'valid')
  }),
)

for (const language of ['en', 'ur'] as const)
  test(`a policy that cannot be used is said before any receipt is judged (${language})`, { skip }, () =>
    onPage({ language, width: 820, policy: '' }, async (page) => {
      await paste(page, receipt)
      assert.ok((await resultOf(page, 'policy')).startsWith(headings[language].policy))
      await page.fill('#policy', policy.trim())
      await paste(page, receipt)
      await resultOf(page, 'valid')
      // Trusting others than those who signed.
      await page.fill('#policy', madePolicy(madeSigner('customs.example/log'), witnesses, '2'))
      await paste(page, receipt)
      await resultOf(page, 'invalid')
    }),
  )

test('a policy can neither leave its field nor bring scripts', { skip }, () =>
  onPage(
    { language: 'en', width: 820, policy: '# </textarea><script>throw 1</script>\nquorum none\n' },
    async (page) => {
      assert.match(await page.inputValue('#policy'), /^# <\/textarea><script>/)
      assert.equal(await page.locator('script').count(), 1)
    },
  ),
)
