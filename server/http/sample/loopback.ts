/** The sample on a real socket, for what only a connection can show. */

import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import type { HttpServerOptions } from '../http-server.ts'
import { type Sample, sampleServer } from './server.ts'

export interface Listening extends Sample {
  readonly port: number
  readonly origin: string
}

/** Something that tells when it is over, such as the context of a test. */
interface Lasting {
  after(over: () => Promise<void>): void
}

/** A sample that listens on loopback until the test is over. */
export async function listening(test: Lasting, options: Partial<HttpServerOptions> = {}): Promise<Listening> {
  const sample = sampleServer(options)
  const origin = await sample.app.listen({ host: '127.0.0.1', port: 0 })
  test.after(async () => {
    sample.app.server.closeAllConnections()
    await sample.app.close()
  })
  return { ...sample, origin, port: Number(new URL(origin).port) }
}

/** A connection on which the test writes its own bytes. */
export interface Wire {
  readonly socket: Socket
  /** All that has come in so far. */
  received(): string
  /** Waits until what came in matches; fails where the connection ends before that. */
  receive(pattern: RegExp): Promise<string>
  /** Waits until the other side has closed. */
  closed(): Promise<string>
}

export function wire(port: number): Wire {
  const socket = connect(port, '127.0.0.1')
  let text = ''
  let isClosed = false
  socket.on('data', (chunk) => {
    text += chunk.toString()
  })
  socket.on('error', () => undefined)
  socket.on('close', () => {
    isClosed = true
  })
  return {
    socket,
    received: () => text,
    async receive(pattern) {
      await until(() => pattern.test(text) || isClosed)
      if (!pattern.test(text)) throw new Error(`the connection ended after: ${text}`)
      return text
    },
    async closed() {
      if (!isClosed) await once(socket, 'close')
      return text
    },
  }
}

/** Waits for what another part of the process is about to bring about; the test's own time limit is the end of patience. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise(setImmediate)
}
