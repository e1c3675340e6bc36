import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { StandingBackend } from '../../kernel/backends/backends.ts'
import { endpointOf } from '../../kernel/backends/spec.ts'
import { nftablesRules, type Ruled, systemdUnit } from './rules.ts'

const folder = mkdtempSync(join(tmpdir(), 'khudi rules % $HOME '))
after(() => rmSync(folder, { recursive: true }))

const backend = (
  backendId: string,
  endpoint: string,
  addresses: readonly string[] = [],
  isWithdrawn = false,
) =>
  ({
    ...{
      backendId,
      version: 1,
      kind: 'sms',
      title: { en: 'x', ur: 'x' },
      classifications: [],
      addresses,
      isWithdrawn,
    },
    endpoint: endpointOf(endpoint),
    facts: {},
  }) as unknown as StandingBackend

const ruled: Ruled = {
  backends: [
    backend('gateway', 'https://sms.example.gov.pk', ['203.0.113.0/28', '2001:db8::/32']),
    backend('literal', 'https://198.51.100.7:8443'),
    backend('nameless', 'https://mail.example.gov.pk'),
    backend('clock', 'ntp://198.51.100.8'),
    backend('gone', 'https://192.0.2.99', [], true),
  ],
  uid: 1234,
  user: userInfo().username,
  folder,
  program: fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, ''),
  node: process.execPath,
  host: '0.0.0.0',
  trustedProxies: ['10.0.0.1'],
  resolvers: ['10.0.0.53'],
}
const nft = nftablesRules(ruled)
const unit = systemdUnit(ruled)

test('the firewall opens what backends state, at their ports, for the one user, and closes the rest', () => {
  for (const line of [
    'meta skuid != 1234 accept',
    'ip daddr 203.0.113.0/28 tcp dport 443 accept comment "gateway"',
    'ip6 daddr 2001:db8::/32 tcp dport 443 accept comment "gateway"',
    'ip daddr 198.51.100.7 tcp dport 8443 accept comment "literal"',
    'ip daddr 198.51.100.8 udp dport 123 accept comment "clock"',
    'ip daddr 10.0.0.53 udp dport 53 accept comment "names of backends"',
  ])
    assert.ok(nft.includes(`    ${line}\n`), line)
  assert.ok(!nft.includes('192.0.2.99'))
  assert.equal(nft.split(' accept').length - 1, 9)
  assert.match(nft, /reject with icmpx admin-prohibited\n {2}\}\n\}\n$/)
})
test('what states no addresses stays closed, and is named', () => {
  for (const text of [nft, unit]) assert.match(text, /# Closed: nameless \(mail\.example\.gov\.pk\)/)
  assert.doesNotMatch(nftablesRules({ ...ruled, backends: [] }), /daddr|Closed/)
})
test('the unit allows the same addresses, and says who else must be let in', () => {
  const allowed = unit.match(/^IPAddressAllow=.*$/gm)?.map((line) => line.split('=')[1])
  const wanted = [
    '203.0.113.0/28',
    '2001:db8::/32',
    '198.51.100.7',
    '198.51.100.8',
    '10.0.0.53',
    '10.0.0.1',
    'localhost',
  ]
  assert.deepEqual(allowed, wanted)
  assert.match(unit, /^IPAddressDeny=any$/m)
  assert.match(unit, /^# The server listens on 0\.0\.0\.0/m)
  assert.doesNotMatch(systemdUnit({ ...ruled, host: '127.0.0.1' }), /The server listens/)
  assert.match(unit, /ReadWritePaths=".*rules %% \$\$HOME /)
})

/** Runs the tool on the text; a sentence where this machine has none. */
function checked(tool: readonly [string, ...string[]], file: string, text: string) {
  const path = join(tmpdir(), `${process.pid}-${file}`)
  writeFileSync(path, text)
  after(() => rmSync(path))
  const { status, stderr, error } = spawnSync(tool[0], [...tool.slice(1), path], { encoding: 'utf8' })
  if (error !== undefined && 'code' in error && error.code === 'ENOENT')
    return `this machine has no ${tool[0]}`
  return { status, stderr }
}
test('nft takes the rules', (t) => {
  const found = checked(['nft', '-c', '-f'], 'khudi.nft', nft)
  if (typeof found === 'string') t.skip(found)
  else assert.equal(found.status, 0, found.stderr)
})
test('systemd takes the unit, and finds a mistake in another', (t) => {
  const found = checked(['systemd-analyze', 'verify'], 'khudi.service', unit)
  if (typeof found === 'string') return t.skip(found)
  assert.deepEqual(found, { status: 0, stderr: '' })
  const wrong = checked(
    ['systemd-analyze', 'verify'],
    'wrong.service',
    unit.replace('IPAddressDeny=any', 'IPAddressDeny=nobody'),
  )
  assert.notDeepEqual(wrong, { status: 0, stderr: '' })
})
