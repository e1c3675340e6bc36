/** Connects to a backend: its name is looked up once for each connection, and the address that was checked is the one connected to. */
import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import { mayBeAt } from '../backends/addresses.ts'
import type { Backend } from '../backends/backend.ts'
import { Refusal } from '../errors.ts'
import type { Outbound } from './outbound.ts'

const connectWithinMs = 5_000

/**
 * For undici's agents. Certificates are verified against the system's authorities and the backend's own name, whatever
 * NODE_TLS_REJECT_UNAUTHORIZED says.
 */
export function connectorTo(
  { backendId, addresses }: Pick<Backend, 'backendId' | 'addresses'>,
  outbound: Outbound,
): buildConnector.connector {
  const connect = buildConnector({ timeout: connectWithinMs, allowH2: false, rejectUnauthorized: true })
  return (options, callback) => {
    const host = options.hostname.replace(/^\[|\]$/g, '')
    const port = Number(options.port === '' ? (options.protocol === 'https:' ? 443 : 80) : options.port)
    // Certificates are checked against the name; without TLS undici would connect by it, and look it up again.
    const isNamed = isIP(host) === 0 && options.protocol === 'https:'
    const servername = isNamed ? { servername: host } : {}
    addressOf(host, outbound)
      .then((found) => {
        const address = found.find((one) => mayBeAt(one, addresses))
        if (address === undefined) throw new Refusal('egress.address_refused', { backend: backendId })
        outbound.permit({ address, port }, () =>
          connect({ ...options, ...servername, hostname: address, port: String(port) }, callback),
        )
      })
      .catch((error: unknown) => callback(error instanceof Error ? error : new Error(String(error)), null))
  }
}

async function addressOf(host: string, outbound: Outbound): Promise<readonly string[]> {
  if (isIP(host) !== 0) return [host]
  return (await outbound.lookup(host)).map(({ address }) => address)
}
