/** What `khudi doctor` finds about backends and the guard, and the rules that it prints for the operating system. */
import { existsSync, readFileSync, statSync } from 'node:fs'
import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { backendsOf, type StandingBackend } from '../../kernel/backends/backends.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import type { Kernel } from '../../kernel/kernel.ts'
import { isGuarded } from '../guard/process.ts'
import type { Platform } from '../platform.ts'
import { nftablesRules, type Ruled, systemdUnit } from '../rules/rules.ts'
import type { Finding } from './finding.ts'

const monthMs = 30 * 24 * 3_600_000

export function guardFinding(): Finding {
  const isGood = isGuarded()
  return {
    what: 'network',
    isGood,
    says: isGood
      ? 'nothing reaches it but through the egress; khudi doctor --rules prints the same for the operating system'
      : 'not guarded: run through npm start or npx khudi',
  }
}

export async function lookAtBackends(
  kernel: Kernel,
  institutionId: string,
  slug: string,
): Promise<Finding[]> {
  const now = kernel.clock().getTime()
  const used = (await backendsOf(kernel, institutionId)).filter(({ isWithdrawn }) => !isWithdrawn)
  return used.map((one) => {
    const { backendId, kind, jurisdiction, facts } = one
    const left =
      facts.expiresAt === 'while_installed' ? Number.POSITIVE_INFINITY : facts.expiresAt.getTime() - now
    const until =
      left === Number.POSITIVE_INFINITY ? 'while installed' : new Date(now + left).toISOString().slice(0, 10)
    const isDatabaseAbroad = kind === 'database' && jurisdiction === 'foreign'
    const remedy = `khudi backend ${left <= monthMs ? 'renew' : 'amend'} ${backendId}`
    return {
      what: `${slug}: ${backendId}`,
      // Others may be foreign rightly; policy then keeps from them what must not be there.
      isGood: !isDatabaseAbroad && left > monthMs,
      says: `${jurisdiction}, facts good ${until}${isDatabaseAbroad || left <= monthMs ? `: ${remedy}` : ''}`,
    }
  })
}

/** The rules of all institutions of the node, for one of the tools that hold a process to them. */
export async function rulesFor(
  { kernel, settings }: Platform,
  tool: 'nftables' | 'systemd',
): Promise<string> {
  const all = await institutions(kernel)
  const backends = await Promise.all(all.map(({ institutionId }) => backendsOf(kernel, institutionId)))
  const { uid } = statSync(settings.folder)
  const ruled: Ruled = {
    backends: eachOnce(backends.flat()),
    uid,
    user: userOf(uid),
    folder: settings.folder,
    program: fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, ''),
    node: process.execPath,
    host: settings.host,
    trustedProxies: settings.trustedProxies,
    resolvers: resolvers(),
  }
  return tool === 'nftables' ? nftablesRules(ruled) : systemdUnit(ruled)
}

/** Institutions of one node share much of what they reach. */
function eachOnce(backends: readonly StandingBackend[]): readonly StandingBackend[] {
  const place = ({ endpoint, addresses, isWithdrawn }: StandingBackend) =>
    JSON.stringify([endpoint, addresses, isWithdrawn])
  return [...new Map(backends.map((one) => [place(one), one])).values()]
}

function userOf(uid: number): string {
  const { uid: own, username } = userInfo()
  return own === uid ? username : String(uid)
}

function resolvers(): readonly string[] {
  const file = join('/etc', 'resolv.conf')
  if (!existsSync(file)) return []
  const lines = readFileSync(file, 'utf8').matchAll(/^nameserver\s+(\S+)/gm)
  return [...lines].map(([, address = '']) => address).filter((address) => isIP(address) !== 0)
}
