/** What to do with a body that nobody wants any more. */

import type { IncomingMessage } from 'node:http'
import { Socket } from 'node:net'
import { hasBody } from './media.ts'

const DISCARDED_BYTES = 16_777_216
const DISCARDED_MS = 5_000

/**
 * Takes in and forgets the rest of a body whose request has been answered. Many clients read the reply only once they have
 * sent everything, and closing a connection that is still being written to makes the reply vanish with it (the system
 * answers unread bytes with a reset). Whoever sends on after 16 MiB or 5 s is cut off.
 */
export function discardRest(request: IncomingMessage): void {
  const { socket } = request
  if (request.complete || !hasBody(request) || !(socket instanceof Socket)) return
  let left = DISCARDED_BYTES
  const timer = setTimeout(() => socket.destroy(), DISCARDED_MS)
  // Node does not tell a request whose reply is out that its connection ended.
  const stop = () => {
    clearTimeout(timer)
    socket.off('close', stop)
  }
  socket.once('close', stop)
  request.once('close', stop)
  request.on('data', (chunk: Buffer) => {
    left -= chunk.length
    if (left < 0) socket.destroy()
  })
  request.resume()
}
