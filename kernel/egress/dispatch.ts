/**
 * Sends a request to the first of several backends that may have it and answers: with retries, fallback, rest for those that
 * fail, and replies that are kept.
 *
 * One rule holds for all of it: a request goes only where policy allows this very request at this moment. So every attempt asks
 * anew, in the request's own name; what was allowed a moment ago, or for another request, says nothing. A reply that was kept
 * is given only to whoever could send the request now. Where nobody can answer for register or policy, all of it stops.
 */
import { Refusal } from '../errors.ts'
import { Breakers } from './breakers.ts'
import type { Egress, Outgoing } from './egress.ts'
import { mayBeKept, Replies, type Reply, replyKey, type Sent } from './replies.ts'

export interface Dispatch {
  readonly outgoing: Omit<Outgoing, 'backendId'>
  /** Which may have it, the preferred one first. */
  readonly backendIds: readonly string[]
  readonly method: 'GET' | 'POST'
  /** Below each backend's own endpoint. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Whether a backend may get it twice: a failure does not say that it was not done. */
  readonly isRepeatable: boolean
  /** How long a reply is kept for others who may send the same; not at all unless told. */
  readonly keptMs?: number
  /** For each attempt. */
  readonly timeLimitMs?: number
  readonly signal?: AbortSignal
}

/** Attempts at one backend before the next has its turn. */
const attemptsEach = 2

export class Dispatcher {
  readonly #egress: Pick<Egress, 'fetch' | 'require'>
  readonly #replies: Replies
  readonly #breakers: Breakers

  constructor({
    egress,
    clock,
  }: { readonly egress: Pick<Egress, 'fetch' | 'require'>; readonly clock: () => Date }) {
    this.#egress = egress
    this.#replies = new Replies(clock)
    this.#breakers = new Breakers(clock)
  }

  /**
   * @throws Refusal what the last backend refused or failed with, `egress.unreachable` above all; whatever policy or register
   *   fail with
   */
  async send(dispatch: Dispatch): Promise<Reply> {
    let last: unknown = new Refusal('egress.unreachable', { backend: '', detail: 'no backend was named' })
    for (const backendId of dispatch.backendIds) {
      for (let attempt = 1; attempt <= (dispatch.isRepeatable ? attemptsEach : 1); attempt++) {
        dispatch.signal?.throwIfAborted()
        try {
          return await this.#attempt(dispatch, backendId)
        } catch (error) {
          last = error
          const went = outcomeOf(error)
          if (went === 'stopped' || (went === 'failed' && !dispatch.isRepeatable)) throw error
          // Refused or at rest: asking again at once would change nothing.
          if (went !== 'failed') break
        }
      }
    }
    throw last
  }

  async #attempt(dispatch: Dispatch, backendId: string): Promise<Reply> {
    const outgoing: Outgoing = { ...dispatch.outgoing, backendId }
    const sent = sentBy(dispatch)
    const { keptMs = 0 } = dispatch
    const isKept = keptMs > 0 && mayBeKept(outgoing)
    const key = isKept ? replyKey(outgoing, await this.#egress.require(outgoing), sent) : undefined
    const known = key === undefined ? undefined : this.#replies.find(key)
    if (known !== undefined) return known
    const reply = await this.#ask(dispatch, outgoing)
    if (key !== undefined && reply.status === 200) this.#replies.keep(key, reply, keptMs)
    return reply
  }

  async #ask(dispatch: Dispatch, outgoing: Outgoing): Promise<Reply> {
    const { method, path, headers = {}, body, timeLimitMs, signal } = dispatch
    const { institutionId, backendId } = outgoing
    const breaker = `${institutionId} ${backendId}`
    if (this.#breakers.rests(breaker)) throw new AtRest(backendId)
    try {
      const response = await this.#egress.fetch(outgoing, path, {
        method,
        headers,
        ...(body !== undefined && { body }),
        ...(timeLimitMs !== undefined && { timeLimitMs }),
        ...(signal !== undefined && { signal }),
      })
      const { status } = response
      if (status >= 500)
        throw new Refusal('egress.unreachable', { backend: backendId, detail: `status ${status}` })
      const bytes = new Uint8Array(await response.arrayBuffer())
      this.#breakers.worked(breaker)
      return { status, body: bytes, mediaType: response.headers.get('content-type') ?? '', backendId }
    } catch (error) {
      if (outcomeOf(error) === 'failed') this.#breakers.failed(breaker)
      throw error
    }
  }
}

/** Left alone for a while after several failures. */
class AtRest extends Refusal {
  constructor(backend: string) {
    super('egress.unreachable', {
      backend,
      detail: 'it has failed several times and is left alone for a while',
    })
  }
}

const failures: ReadonlySet<string> = new Set(['egress.unreachable', 'egress.reply_too_large'])
/** Another backend may be allowed what this one is not. */
const refusals: ReadonlySet<string> = new Set([
  'backend.not_found',
  'backend.withdrawn',
  'backend.classification_unmeant',
  'policy.refused',
  'egress.unencrypted',
  'egress.address_refused',
])

/** Whether the backend failed, or something refused it, or there is nobody left who could say. */
function outcomeOf(error: unknown): 'failed' | 'refused' | 'stopped' {
  if (error instanceof AtRest) return 'refused'
  if (!(error instanceof Refusal)) return 'stopped'
  if (failures.has(error.code)) return 'failed'
  return refusals.has(error.code) ? 'refused' : 'stopped'
}

function sentBy({ method, path, headers = {}, body = '' }: Dispatch): Sent {
  return { method, path, headers: Object.entries(headers).sort(), body }
}
