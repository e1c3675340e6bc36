/** A reply of many lines, written as fast as its reader takes them. */

import type { OutgoingHttpHeaders } from 'node:http'
import { Socket } from 'node:net'
import { setImmediate } from 'node:timers/promises'
import type { FastifyReply } from 'fastify'
import { discardRest } from './discard.ts'
import { exchangeOf } from './exchange.ts'

export interface StreamReply {
  readonly headers: OutgoingHttpHeaders
  /** Texts or bytes to write; the next one is asked for only when the connection has room. */
  readonly chunks: AsyncIterator<string | Uint8Array>
  /** Longest silence on the connection, in ms. */
  readonly idleMs: number
  /** What to say of a failure after the first chunk; `undefined` breaks the connection so that nobody takes the part for the whole. */
  lastWords(error: unknown): string | undefined
}

/**
 * Sends the reply. A failure before the first chunk is thrown, and answered like any other; after that the status is out.
 */
export async function sendStream(reply: FastifyReply, stream: StreamReply): Promise<FastifyReply> {
  const { chunks } = stream
  const { socket } = reply.request.raw
  // Node destroys a socket that was silent for so long, and restores its own timeout for the next request.
  if (socket instanceof Socket) socket.setTimeout(stream.idleMs)
  try {
    const first = await chunks.next()
    // From here on Fastify leaves the reply to us.
    reply.hijack()
    reply.raw.writeHead(200, { ...definedHeaders(reply), ...stream.headers })
    await writeAll(reply, first, stream)
  } finally {
    // Lets the handler close its cursor or transaction, also when the reader is gone.
    await chunks.return?.()
  }
  return reply
}

async function writeAll(
  reply: FastifyReply,
  first: IteratorResult<string | Uint8Array, unknown>,
  { chunks, lastWords }: StreamReply,
): Promise<void> {
  const { raw } = reply
  try {
    for (let next = first; next.done !== true; next = await chunks.next()) {
      if (raw.destroyed) return
      if (next.value.length > 0 && !raw.write(next.value)) await drained(reply)
    }
    raw.end()
  } catch (error) {
    if (exchangeOf(reply.request).isAbandoned) return
    const words = lastWords(error)
    if (words === undefined) await breakOff(reply)
    else raw.end(words)
  }
  discardRest(reply.request.raw)
}

/** Lets out what has been written, then closes the connection without the mark that ends a reply. */
async function breakOff({ raw, request }: FastifyReply): Promise<void> {
  exchangeOf(request).isBroken = true
  // A response gathers what is written to it in one turn of the event loop.
  await setImmediate()
  if (raw.socket instanceof Socket) raw.socket.destroySoon()
  else raw.destroy()
}

/** The connection has room again, or is gone. */
function drained({ raw }: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    const settle = () => {
      raw.off('drain', settle)
      raw.off('close', settle)
      resolve()
    }
    raw.on('drain', settle)
    raw.on('close', settle)
    if (raw.destroyed) settle()
  })
}

function definedHeaders(reply: FastifyReply): OutgoingHttpHeaders {
  const headers: OutgoingHttpHeaders = {}
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) headers[name] = value
  return headers
}
