/** One request and its reply, and all those under way. */

import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../kernel/access/roles.ts'
import { Refusal } from '../../kernel/errors.ts'
import { hasBody } from './media.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else happens to the request. */
    exchange: Exchange | undefined
  }
}

/** One request and one reply, a stream, or what is not counted: health and whatever is refused at the door. */
export type ExchangeKind = 'single' | 'stream' | 'other'

/** Wakes a request from outside when its time is up. */
type Expiry = (refusal: Refusal) => void

export class Exchange {
  readonly requestId: string
  /** `performance.now()` when its headers had arrived, in ms. */
  readonly startedAt = performance.now()
  /** Of the operation; `none` where the address is nobody's. */
  operationId = 'none'
  kind: ExchangeKind = 'other'
  actor: Actor | undefined
  /** A client that waits for `100 Continue` before it sends its body has been given it. */
  hasContinued = false
  /** We broke the reply off, since it could not be brought to its end. */
  isBroken = false
  /** Bytes of a JSON body, kept for the digest of an idempotent request. */
  body: Buffer | undefined
  readonly #controller = new AbortController()
  readonly #raw: ServerResponse
  #deadline = Number.POSITIVE_INFINITY
  #expire: (() => void) | undefined

  constructor(requestId: string, raw: ServerResponse) {
    this.requestId = requestId
    this.#raw = raw
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The client ended the connection before all of the reply was given to it. */
  get isAbandoned(): boolean {
    return this.#raw.destroyed && !this.#raw.writableEnded && !this.isBroken
  }

  /** @param ms from now until the caller is told, by `expire`, that its time is up, unless the reply is out by then. */
  expireAfter(ms: number, request: IncomingMessage, expire: Expiry): void {
    this.#deadline = performance.now() + ms
    this.#expire = () => {
      // A body that has not arrived is the caller's delay, anything else is ours.
      const isIncomplete = hasBody(request) && !request.complete
      const refusal = new Refusal(isIncomplete ? 'request.timed_out' : 'server.timed_out')
      this.abort(refusal)
      expire(refusal)
    }
  }

  /** @param now `performance.now()` */
  expireIfDue(now: number): void {
    if (now < this.#deadline) return
    this.#deadline = Number.POSITIVE_INFINITY
    this.#expire?.()
  }

  abort(reason: Error): void {
    this.#controller.abort(reason)
  }

  /** The reply is out or its reader is gone. Called once. */
  end(): void {
    this.#deadline = Number.POSITIVE_INFINITY
    if (this.isAbandoned) this.abort(new DOMException('the client hung up', 'AbortError'))
  }
}

/** The exchange of a request that Fastify routed; every one has one. */
export function exchangeOf(request: FastifyRequest): Exchange {
  if (request.exchange === undefined) throw new Error('this request was never opened')
  return request.exchange
}

/** All requests under way at one server. */
export class ExchangesUnderWay {
  readonly #open = new Set<Exchange>()
  readonly #counts: Record<ExchangeKind, number> = { single: 0, stream: 0, other: 0 }
  #isStopping = false

  get isStopping(): boolean {
    return this.#isStopping
  }

  count(kind: ExchangeKind): number {
    return this.#counts[kind]
  }

  /** Opens the exchange of a request; `ended` runs once, when its reply is out or its connection is gone. */
  open(request: FastifyRequest, reply: FastifyReply, ended: (exchange: Exchange) => void): Exchange {
    const exchange = new Exchange(request.id, reply.raw)
    request.exchange = exchange
    this.#open.add(exchange)
    this.#counts.other += 1
    reply.raw.once('close', () => {
      this.#open.delete(exchange)
      this.#counts[exchange.kind] -= 1
      exchange.end()
      ended(exchange)
    })
    return exchange
  }

  /** @throws Refusal server.busy where `limit` exchanges of the kind are under way, server.stopping */
  admit(exchange: Exchange, kind: ExchangeKind, limit: number): void {
    if (this.#isStopping) throw new Refusal('server.stopping')
    if (this.#counts[kind] >= limit) throw new Refusal('server.busy', { seconds: 5 })
    this.#counts[exchange.kind] -= 1
    this.#counts[kind] += 1
    exchange.kind = kind
  }

  /** Ends those whose time is up. Called every now and then: a timer for each request would cost more than it tells. */
  sweep(): void {
    const now = performance.now()
    for (const exchange of this.#open) exchange.expireIfDue(now)
  }

  /** From now on nothing is admitted, and streams end: their callers send the rest again. Single requests go on. */
  stop(): void {
    this.#isStopping = true
    for (const exchange of this.#open) {
      if (exchange.kind === 'stream') exchange.abort(new Refusal('server.stopping'))
    }
  }

  /** Gives up on whatever is still under way. */
  abortAll(): void {
    for (const exchange of this.#open) exchange.abort(new Refusal('server.stopping'))
  }
}
