/** Writes every attempt of this process to reach anything beyond this machine into the file that the run names. */
import { subscribe } from 'node:diagnostics_channel'
import { appendFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { type Attempt, hookSockets } from '../../server/guard/hooks.ts'
import { blockedChannel } from '../../server/guard/reports.ts'
import { countsFile, provokes } from './counts.ts'

const file = process.env[countsFile]
const isProvoked = process.env[provokes] === '1'

const isHere = ({ kind, host }: Pick<Attempt, 'kind' | 'host'>): boolean =>
  /^(localhost|127\.\d+\.\d+\.\d+|::1|::ffff:127\.\d+\.\d+\.\d+)$/.test(host) ||
  // Bound to an address of this machine, or named by an address already: nothing leaves.
  (kind === 'datagram' && ['a datagram', '0.0.0.0', '::'].includes(host)) ||
  (kind === 'lookup' && isIP(host) !== 0)

function note(attempt: Pick<Attempt, 'kind' | 'host' | 'port'>): void {
  if (file === undefined || isHere(attempt)) return
  const { kind, host, port } = attempt
  const [program = ''] = process.argv.slice(1)
  appendFileSync(file, `${JSON.stringify({ kind, host, port, isProvoked, program })}\n`)
}

if (file !== undefined) {
  hookSockets({
    decide(attempt) {
      note(attempt)
      return undefined
    },
  })
  // What the guard of a process stops does not come as far as the hooks below it.
  subscribe(blockedChannel, (message) => {
    const { kind, host, port }: Attempt = Object(message)
    note({ kind, host, port })
  })
}
