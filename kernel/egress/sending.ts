/** One request to one backend over its own connections, within limits. */
import type { Classification } from '@khudi/sdk'
import { Agent } from 'undici'
import type { Backend } from '../backends/backend.ts'
import { endpointText } from '../backends/spec.ts'
import { Refusal } from '../errors.ts'
import { connectorTo } from './connecting.ts'
import type { OutgoingRequest } from './egress.ts'
import type { Outbound } from './outbound.ts'

const usualTimeLimitMs = 10_000
const usualMostBytes = 1_048_576
/** Backends whose connections are kept; more than an institution will have. */
const mostAgents = 64

/**
 * Connections are a backend's own, and a version's: what was amended (its addresses above all) holds from the next request on.
 */
export class Connections {
  readonly #outbound: Outbound
  readonly #agents = new Map<string, Agent>()

  constructor(outbound: Outbound) {
    this.#outbound = outbound
  }

  to(institutionId: string, backend: Backend): Agent {
    const key = JSON.stringify([institutionId, backend.backendId, backend.version])
    const known = this.#agents.get(key)
    if (known !== undefined) return known
    const agent = new Agent({
      connect: connectorTo(backend, this.#outbound),
      connections: 8,
      maxHeaderSize: 16_384,
    })
    this.#agents.set(key, agent)
    const [oldest] = this.#agents.keys()
    if (this.#agents.size > mostAgents && oldest !== undefined) {
      // It lets requests under way finish.
      void this.#agents.get(oldest)?.close()
      this.#agents.delete(oldest)
    }
    return agent
  }

  async close(): Promise<void> {
    const agents = [...this.#agents.values()]
    this.#agents.clear()
    await Promise.all(agents.map((agent) => agent.destroy()))
  }
}

/** Whether all that it states as its own is this machine: nothing on the way can listen. */
function isThisMachine({ addresses }: Backend): boolean {
  return addresses.length > 0 && addresses.every((range) => /^(127\.[\d.]+(\/\d+)?|::1(\/128)?)$/.test(range))
}

/** @throws Refusal `egress.unencrypted` where what is not open would travel readable */
export function requireEncryption(backend: Backend, classification: Classification): void {
  if (classification === 'open' || backend.endpoint?.scheme === 'https' || isThisMachine(backend)) return
  throw new Refusal('egress.unencrypted', { backend: backend.backendId, classification })
}

/** @throws Refusal `egress.url_foreign` where the address is not the backend's own */
export function targetAt({ backendId, endpoint }: Backend, given: string | URL): URL {
  const base = endpoint === null ? undefined : endpointText(endpoint)
  const url = URL.canParse(given, base) ? new URL(given, base) : undefined
  const isOwn =
    endpoint !== null &&
    url !== undefined &&
    url.username === '' &&
    url.password === '' &&
    url.protocol === `${endpoint.scheme}:` &&
    url.hostname.replace(/^\[|\]$/g, '') === endpoint.host &&
    portOf(url) === endpoint.port
  if (url === undefined || !isOwn || !/^https?:$/.test(url.protocol))
    throw new Refusal('egress.url_foreign', { backend: backendId })
  return url
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port)
}

/** @throws Refusal `egress.unreachable`, `egress.reply_too_large`, `egress.address_refused`; the reason of the caller's own signal */
export async function send(
  agent: Agent,
  { backendId }: Backend,
  target: { readonly url: URL; readonly request: OutgoingRequest },
): Promise<Response> {
  const { url, request } = target
  const { timeLimitMs = usualTimeLimitMs, mostBytes = usualMostBytes } = request
  const timeLimit = AbortSignal.timeout(timeLimitMs)
  const signal = request.signal === undefined ? timeLimit : AbortSignal.any([request.signal, timeLimit])
  // This turns every form of body and headers into what HTTP sends.
  const headers = new Headers(request.headers)
  const sent = new Request(url, { method: request.method ?? 'GET', ...bodyOf(request), headers })
  const body = request.body === undefined ? null : Buffer.from(await sent.arrayBuffer())
  try {
    const reply = await agent.request({
      origin: url.origin,
      path: `${url.pathname}${url.search}`,
      method: sent.method,
      headers: Object.fromEntries(sent.headers),
      body,
      signal,
      headersTimeout: timeLimitMs,
      bodyTimeout: timeLimitMs,
    })
    const whole = await bytesOf(reply.body, { backendId, mostBytes })
    const isEmpty = [204, 205, 304].includes(reply.statusCode)
    return new Response(isEmpty ? null : whole, {
      status: reply.statusCode,
      headers: headersOf(reply.headers),
    })
  } catch (error) {
    if (error instanceof Refusal) throw error
    request.signal?.throwIfAborted()
    const detail = timeLimit.aborted ? `no reply within ${timeLimitMs} ms` : messageOf(error)
    throw new Refusal('egress.unreachable', { backend: backendId, detail }, { cause: error })
  }
}

async function bytesOf(
  body: AsyncIterable<Uint8Array>,
  { backendId, mostBytes }: { readonly backendId: string; readonly mostBytes: number },
): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body) {
    length += chunk.length
    if (length > mostBytes)
      throw new Refusal('egress.reply_too_large', { backend: backendId, bytes: mostBytes })
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

const bodyOf = ({ body }: OutgoingRequest) => (body === undefined ? {} : { body })

function headersOf(given: Record<string, string | string[] | undefined>): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given))
    for (const one of Array.isArray(value) ? value : [value ?? '']) headers.append(name, one)
  return headers
}

function messageOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  return code !== '' ? code : error instanceof Error ? error.message : String(error)
}
