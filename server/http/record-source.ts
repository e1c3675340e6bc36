/** The body of an intake, as its handler reads it. */

import type { IncomingMessage } from 'node:http'
import { Refusal } from '../../kernel/errors.ts'

const LINE_FEED = 0x0a

/**
 * Chunks of a body, each taken from the connection only when the reader asks for it, so that a slow reader slows the
 * sender down instead of filling memory.
 *
 * Ends with the signal's reason once that is aborted. Leaves the request open when the reader stops early: the reply is
 * still to be written on the same connection.
 *
 * @throws Refusal request.line_too_long, with its number from 1
 */
export async function* recordSource(
  request: IncomingMessage,
  { signal, lineBytes }: { readonly signal: AbortSignal; readonly lineBytes: number },
): AsyncGenerator<Uint8Array, void, void> {
  const checkLines = lineMeter(lineBytes)
  const chunks: AsyncIterator<unknown> = request.iterator({ destroyOnReturn: false })[Symbol.asyncIterator]()
  try {
    for (;;) {
      const { done, value } = await unlessAborted(chunks.next(), signal)
      if (done === true) return
      if (!(value instanceof Uint8Array)) throw new Error('a request body is read as bytes')
      checkLines(value)
      yield value
    }
  } finally {
    // Not awaited: after an abort the pending read ends only with the sender's next bytes.
    chunks.return?.().catch(() => undefined)
  }
}

/** Refuses a line longer than the limit as soon as its limit has come in, not when it ends, which it may never do. */
function lineMeter(lineBytes: number): (chunk: Uint8Array) => void {
  let line = 1
  let length = 0
  const grow = (bytes: number) => {
    length += bytes
    if (length > lineBytes) throw new Refusal('request.line_too_long', { line, limitBytes: lineBytes })
  }
  return (chunk) => {
    let start = 0
    for (;;) {
      const end = chunk.indexOf(LINE_FEED, start)
      if (end === -1) break
      grow(end - start)
      line += 1
      length = 0
      start = end + 1
    }
    grow(chunk.length - start)
  }
}

/** The value, or the signal's reason as a rejection, whichever is first. Leaves no listener behind. */
function unlessAborted<T>(pending: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) reject(signal.reason)
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    pending.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
