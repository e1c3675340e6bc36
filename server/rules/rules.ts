/**
 * What the operating system is to hold the process to: the same as the guard, by rules that no code in the process can get
 * around. Made from the registered backends; what states no addresses cannot be in them, for rules know no names.
 */
import type { StandingBackend } from '../../kernel/backends/backends.ts'

/** A range of addresses and a port that the process may connect to. */
interface Opening {
  readonly range: string
  readonly protocol: 'tcp' | 'udp'
  readonly port: number
  readonly why: string
}

export interface Ruled {
  /** Of every institution of the node. */
  readonly backends: readonly StandingBackend[]
  /** The user of the operating system that the service runs as: its number, and its name for the unit. */
  readonly uid: number
  readonly user: string
  /** Data folder. */
  readonly folder: string
  /** Folder of the program. */
  readonly program: string
  readonly node: string
  /** Where the server listens. */
  readonly host: string
  readonly trustedProxies: readonly string[]
  /** Addresses of the machine's resolvers. */
  readonly resolvers: readonly string[]
}

function openingsOf({ backends, resolvers }: Ruled): {
  readonly openings: readonly Opening[]
  readonly nameless: readonly string[]
} {
  const used = backends.filter(({ isWithdrawn }) => !isWithdrawn)
  const openings: Opening[] = []
  const nameless: string[] = []
  let hasNames = false
  for (const { backendId, endpoint, addresses } of used) {
    if (endpoint === null) continue
    const { scheme, host, port } = endpoint
    const isName = !/^[\d.]+$|:/.test(host)
    const ranges = addresses.length > 0 ? addresses : isName ? [] : [host]
    hasNames ||= isName && ranges.length > 0
    if (ranges.length === 0) nameless.push(`${backendId} (${host})`)
    for (const range of ranges)
      openings.push({ range, protocol: scheme === 'ntp' ? 'udp' : 'tcp', port, why: backendId })
  }
  if (hasNames)
    for (const range of resolvers)
      for (const protocol of ['udp', 'tcp'] as const)
        openings.push({ range, protocol, port: 53, why: 'names of backends' })
  return { openings, nameless }
}

const closed = (nameless: readonly string[]) =>
  nameless
    .map(
      (one) =>
        `# Closed: ${one} states no addresses. khudi backend amend <id> --address <ranges> opens it here.\n`,
    )
    .join('')

/** For `nft -f`: what the service's user may connect to. Whoever connects to the service is answered. */
export function nftablesRules(ruled: Ruled): string {
  const { openings, nameless } = openingsOf(ruled)
  const lines = openings.map(({ range, protocol, port, why }) => {
    const family = range.includes(':') ? 'ip6' : 'ip'
    return `    ${family} daddr ${range} ${protocol} dport ${port} accept comment "${why}"\n`
  })
  return `#!/usr/sbin/nft -f
# What Khudi may reach, by the user that it runs as. Made by khudi doctor --rules nftables from the registered backends; make it
# again when they change.
${closed(nameless)}table inet khudi
delete table inet khudi
table inet khudi {
  chain output {
    type filter hook output priority filter; policy accept;
    meta skuid != ${ruled.uid} accept
    ct state established,related accept
${lines.join('')}    counter log prefix "khudi: blocked " reject with icmpx admin-prohibited
  }
}
`
}

const hardening = `# Nothing else of the system is touched. MemoryDenyWriteExecute would end JavaScript, which compiles while it runs.
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectKernelLogs=yes
ProtectControlGroups=yes
ProtectClock=yes
ProtectHostname=yes
ProtectProc=invisible
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=no
SystemCallArchitectures=native
SystemCallFilter=@system-service
`

/** A unit for systemd. */
export function systemdUnit(ruled: Ruled): string {
  const { openings, nameless } = openingsOf(ruled)
  const { user, folder, program, node, host, trustedProxies } = ruled
  const isLocal = /^(localhost|127\.|::1$)/.test(host)
  const allowed = new Set([...openings.map(({ range }) => range), ...trustedProxies, 'localhost'])
  const callers = isLocal
    ? ''
    : `# The server listens on ${host}: add the networks of those who are to reach it, or none of them will.\n# IPAddressAllow=<network>\n`
  return `# Made by khudi doctor --rules systemd from the registered backends; make it again when they change.
${closed(nameless)}[Unit]
Description=Khudi
After=network.target

[Service]
User=${user}
ExecStart=${quoted(node)} ${quoted(`${program}/bin/khudi.mjs`)} start
Environment=${quoted(`KHUDI_VAR=${folder}`)}
Restart=on-failure
TimeoutStopSec=90
UMask=0077

# Nothing is reached but the backends. Addresses only: ports are for nftables (khudi doctor --rules nftables).
IPAddressDeny=any
${[...allowed].map((range) => `IPAddressAllow=${range}\n`).join('')}${callers}RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6

# Nothing is written but the data folder.
ProtectSystem=strict
ReadWritePaths=${quoted(folder)}
ProtectHome=read-only
PrivateTmp=yes
PrivateDevices=yes

${hardening}
[Install]
WantedBy=multi-user.target
`
}

/** As systemd reads words: in quotes, its own signs doubled. */
function quoted(word: string): string {
  return `"${word.replaceAll('\\\\', '\\\\\\\\').replaceAll('"', '\\\\"').replaceAll('%', '%%').replaceAll('$', '$$$$')}"`
}
