/** What to do with a body that nobody wants any more. */

import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import type { FastifyReply } from 'fastify'
import { hasBody } from './media.ts'

const DISCARDED_BYTES = 16_777_216
const DISCARDED_MS = 5_000

/**
 * Takes in and forgets the rest of a body whose request has been answered. Most clients read the reply only once they have
 * sent everything, and closing a connection that is still being written to makes the reply vanish with it (the system
 * answers unread bytes with a reset). Whoever sends on after {@link DISCARDED_BYTES} or {@link DISCARDED_MS} is cut off.
 */
export function discardRest(request: IncomingMessage, reply: FastifyReply): void {
  if (request.complete || !hasBody(request)) return
  if (request.headers.expect !== undefined && !reply.raw.writableEnded && request.readableFlowing === null) {
    // It waits for a 100 that it will not get, so its body never comes and the connection cannot be used again.
    reply.header('connection', 'close')
    return
  }
  const { socket } = request
  if (!(socket instanceof Socket)) return
  let left = DISCARDED_BYTES
  const timer = setTimeout(() => socket.destroy(), DISCARDED_MS)
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  request.once('close', () => clearTimeout(timer))
}
