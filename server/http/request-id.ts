/** The number by which a caller, a proxy and our log speak of the same request. */

import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'

/**
 * Sixteen characters at least: shorter ones are seldom unique, and a national identity number (15 with its dashes) never
 * gets into the log by this door.
 */
const ACCEPTED = /^[0-9A-Za-z][0-9A-Za-z._-]{15,63}$/

/** The caller's own `X-Request-Id` where it can serve as one, else a new one. */
export function requestIdOf({ headers }: Pick<IncomingMessage, 'headers'>): string {
  const given = headers['x-request-id']
  return typeof given === 'string' && ACCEPTED.test(given) ? given : randomUUID()
}
