/** The commands about receipts, as somebody runs them who has nothing of the platform but its code. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { madePolicy, madeReceipt, madeSigner } from '../../test/made-receipts.ts'

const program = fileURLToPath(new URL('../cli.ts', import.meta.url))
const folder = await mkdtemp(join(tmpdir(), 'khudi-receipt-'))
after(() => rm(folder, { recursive: true }))

const log = madeSigner('customs.example/log')
const witnesses = [1, 2, 3].map((at) => madeSigner(`w${at}.example`, 0x04))
const receipt = madeReceipt({ log, witnesses, index: 73_894, size: 109_482 })
const texts = {
  receipt,
  damaged: receipt.replace('index 73894', 'index 73895'),
  policy: madePolicy(log, witnesses, '2'),
  strict: madePolicy(log, [...witnesses, madeSigner('w4.example', 0x04)], 'all'),
  broken: 'quorum everybody\n',
} as const
const path = (name: keyof typeof texts) => join(folder, name)
for (const [name, text] of Object.entries(texts)) await writeFile(join(folder, name), text)

/** Runs the program where no database can be, and no data folder is. */
function khudi(...parameters: readonly string[]) {
  const data = join(folder, 'var')
  const env = { ...process.env, KHUDI_VAR: data, DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nothing' }
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, ...parameters], {
    env,
    encoding: 'utf8',
  })
  assert.ok(!existsSync(data), 'nothing of the platform was opened')
  return { status, stdout, stderr }
}

test('a receipt that holds is shown with what it proves, status 0', () => {
  const { status, stdout } = khudi('receipt', 'verify', path('receipt'), '--policy', path('policy'))
  assert.equal(status, 0)
  for (const line of [
    /^VALID$/m,
    /what +decision\.made: release$/m,
    /case +0198c5a2-7f3e-7c41-9d06-3b1f4ae2c870$/m,
    /entry +73,894 of 109,482$/m,
    /witness +w3 \(w3\.example\), 2026-11-20T06:31:02\.000Z$/m,
  ])
    assert.match(stdout, line)
})

test('the same as JSON', () => {
  const { status, stdout } = khudi('receipt', 'verify', path('receipt'), '--policy', path('policy'), '--json')
  const { verdict, facts } = JSON.parse(stdout)
  assert.deepEqual([status, verdict, facts.said, facts.witnesses.length], [0, 'valid', 'release', 3])
})

test('what does not hold is said with its reason in English, status 1', () => {
  const { status, stdout, stderr } = khudi('receipt', 'verify', path('receipt'), '--policy', path('strict'))
  assert.deepEqual([status, stdout], [1, ''])
  assert.match(stderr, /The receipt does not hold.*quorum\.not_reached: Fewer witnesses[^\n]*w1, w2, w3/s)
})

test('a policy that cannot be used is named with its line', () => {
  const { status, stderr } = khudi('receipt', 'verify', path('receipt'), '--policy', path('broken'))
  assert.equal(status, 1)
  assert.match(stderr, /The policy cannot be used.*policy\.name_unknown[^\n]*: quorum everybody/s)
})

test('without a policy nothing is trusted', () => {
  const { status, stderr } = khudi('receipt', 'verify', path('receipt'))
  assert.equal(status, 1)
  assert.match(stderr, /checked by a policy, and none was given/)
})

test('reasons come in both languages as JSON', () => {
  const { status, stdout } = khudi('receipt', 'verify', path('damaged'), '--policy', path('policy'), '--json')
  const { code, problems } = JSON.parse(stdout)
  assert.deepEqual([status, code, problems[0].code], [1, 'receipt.not_valid', 'entry.not_included'])
  assert.match(problems[0].message.ur, /رسید/)
})

test('the page is written with the policy in it', () => {
  const { status, stdout } = khudi('receipt', 'page', '--policy', path('policy'))
  assert.equal(status, 0)
  assert.ok(stdout.startsWith('<!doctype html>') && stdout.endsWith('</html>\n') && stdout.includes(log.vkey))
})
