/** The page that proves receipts: small, whole in itself, shut to the network, and joined from the modules that are tested. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { madePolicy, madeSigner } from '../../../test/made-receipts.ts'
import { bundled } from './bundle.ts'
import { verifyPage } from './verify-page.ts'

const witnesses = [1, 2, 3].map((at) => madeSigner(`w${at}.example`, 0x04))
const policy = madePolicy(madeSigner('customs.example/log'), witnesses, '2')
const { html, contentSecurityPolicy } = await verifyPage({ policy })
const partOf = (name: string) =>
  new RegExp(`<${name}[^>]*>([\\s\\S]*?)</${name}>`).exec(html)?.[1] ?? assert.fail()
const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`

test('the page has at most 50 kB', () => {
  assert.ok(Buffer.byteLength(html) <= 50_000, `${Buffer.byteLength(html)} bytes`)
})

test('the page may run its one script and show its one style, and reach nobody', () => {
  assert.deepEqual(contentSecurityPolicy.split('; ').sort(), [
    "base-uri 'none'",
    "default-src 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    `script-src ${hashOf(partOf('script'))}`,
    `style-src ${hashOf(partOf('style'))}`,
  ])
  // A saved page is served by nobody, so it says the same of itself; only framing cannot be said there.
  const own = contentSecurityPolicy.replace("; frame-ancestors 'none'", '')
  assert.ok(html.includes(`<meta http-equiv="content-security-policy" content="${own}">`))
  assert.doesNotMatch(html, /\b(src|href|action|style|on\w+)="/)
})

test('the same script whatever policy stands in the field', async () => {
  assert.equal((await verifyPage()).contentSecurityPolicy, contentSecurityPolicy)
})

test('whatever the page says, it says in both languages', () => {
  const [english, urdu] = ['en', 'ur'].map(
    (name) => html.match(new RegExp(`<span class="${name}"`, 'g'))?.length,
  )
  assert.ok(english !== undefined && english > 30)
  assert.equal(english, urdu)
})

const folder = await mkdtemp(join(tmpdir(), 'khudi-bundle-'))
after(() => rm(folder, { recursive: true }))
async function joined(modules: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(modules)) await writeFile(join(folder, name), text)
  return bundled(pathToFileURL(join(folder, 'main.ts')))
}

test('modules that use one name for different things are joined without mixing them', async () => {
  const script = await joined({
    'main.ts':
      "import { a } from './a.ts'\nimport { type B, b } from './b.ts'\nconst own: B = 3\nthrow [a(), b, own]\n",
    'a.ts':
      "import { b } from './b.ts'\n/** Says. */\nconst own = 1\nexport function a(): number {\n  // Adds.\n  return own + b\n}\n",
    'b.ts': "export type B = number\nconst own = 20\nexport const b = own\nexport { c } from './c.ts'\n",
    'c.ts': 'export const c = 0\n',
  })
  assert.throws(
    () => new Function(script)(),
    (thrown) => Array.isArray(thrown) && thrown.join() === '21,20,3',
  )
  assert.doesNotMatch(script, /Says|Adds/)
})

test('what cannot be joined is refused', async () => {
  for (const text of [
    "import { a as b } from './a.ts'\n",
    "import * as a from './a.ts'\n",
    "import './a.ts'\n",
    "const a = await import('./a.ts')\n",
    'export default 1\n',
    'export const text = `two\n  lines`\n',
    "export const text = 'two  spaces'\n",
  ])
    await assert.rejects(joined({ 'main.ts': text, 'a.ts': 'export const a = 1\n' }), /main\.ts/, text)
})
