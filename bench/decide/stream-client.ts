/** Sends declarations as one NDJSON stream and reads the answers meanwhile, as fast as either side takes the other's. */
import { once } from 'node:events'
import { request } from 'node:http'

export interface Streamed {
  /** From the first byte sent to the last answer read. */
  readonly seconds: number
  readonly answered: number
  readonly accepted: number
}

const lineFeed = 0x0a
const accepted = Buffer.from('"status":"accepted"')

export interface StreamTarget {
  /** Of the server. */
  readonly address: string
  readonly key: string
  /** `customs` unless told. */
  readonly applicationId?: string
}

/** @param chunks NDJSON, cut anywhere */
export async function streamCases(
  { address, key, applicationId = 'customs' }: StreamTarget,
  chunks: readonly Uint8Array[],
): Promise<Streamed> {
  const startedAt = performance.now()
  const call = request(new URL(`/v1/applications/${applicationId}/cases/stream`, address), {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${key}` },
  })
  const over = new AbortController()
  const answer = once(call, 'response')
  const sent = send(call, chunks, over.signal)
  // A broken connection is told by the answer, which then does not come or breaks off.
  sent.catch(() => undefined)
  call.on('error', () => undefined)
  const [response] = await answer
  const lines: Buffer[] = []
  for await (const chunk of response) lines.push(chunk)
  // A server that refuses has answered in full before it has read everything.
  over.abort()
  const seconds = (performance.now() - startedAt) / 1000
  const text = Buffer.concat(lines)
  if (!call.writableEnded) call.destroy()
  if (response.statusCode !== 200) throw new Error(`the stream was refused: ${text.toString()}`)
  return { seconds, answered: countOf(text, lineFeed), accepted: countOf(text, accepted) }
}

async function send(
  call: ReturnType<typeof request>,
  chunks: readonly Uint8Array[],
  signal: AbortSignal,
): Promise<void> {
  for (const chunk of chunks) if (!call.write(chunk)) await once(call, 'drain', { signal })
  call.end()
}

function countOf(text: Buffer, what: Uint8Array | number): number {
  let count = 0
  for (let at = text.indexOf(what); at !== -1; at = text.indexOf(what, at + 1)) count += 1
  return count
}
