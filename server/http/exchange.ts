/** One request and its reply, and all those under way. */

import type { IncomingMessage } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { Actor } from '../../kernel/access/roles.ts'
import { type ErrorCode, Refusal } from '../../kernel/errors.ts'
import { hasBody } from './media.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before anything else happens to the request. */
    exchange: Exchange | undefined
  }
}

/** One request and one reply, a stream, or what is not counted: health and whatever is refused at the door. */
export type ExchangeKind = 'single' | 'stream' | 'other'

/**
 * What we know of one request. It refers to neither the request nor the reply: where anything that a request holds leads to
 * its response, V8's young-generation collector keeps every one of them until the next full collection (measured with
 * Node 26: 5 MB instead of 0.5 MB survived each, 15 µs a request).
 */
export class Exchange {
  readonly requestId: string
  /** Where it came from, as far as trusted proxies say. */
  readonly address: string
  /** `performance.now()` when its headers had arrived, in ms. */
  readonly startedAt = performance.now()
  /** Of the operation; `none` where the address is nobody's. */
  operationId = 'none'
  kind: ExchangeKind = 'other'
  actor: Actor | undefined
  /** Code of the refusal that it was answered with. */
  refusal: ErrorCode | undefined
  /** The account of a person who signed in by it, `account:<uuid>`. */
  signedIn: string | undefined
  /** `performance.now()` when its caller is told that its time is up, unless the reply is out by then. */
  deadline = Number.POSITIVE_INFINITY
  /** A client that waits for `100 Continue` before it sends its body has been given it. */
  hasContinued = false
  /** We broke the reply off, since it could not be brought to its end. */
  isBroken = false
  /** Bytes of a JSON body, kept for the digest of an idempotent request. */
  body: Buffer | undefined
  readonly #controller = new AbortController()
  #isAbandoned = false

  constructor({ id, ip }: Pick<FastifyRequest, 'id' | 'ip'>) {
    this.requestId = id
    this.address = ip
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** The client ended the connection before all of the reply was given to it. */
  get isAbandoned(): boolean {
    return this.#isAbandoned
  }

  abort(reason: Error): void {
    this.#controller.abort(reason)
  }

  /** The reply is out, all of it or not. Called once. */
  end(isWhole: boolean): void {
    this.deadline = Number.POSITIVE_INFINITY
    if (isWhole || this.isBroken) return
    this.#isAbandoned = true
    this.abort(new DOMException('the client hung up', 'AbortError'))
  }
}

/** The exchange of a request that Fastify routed; every one has one. */
export function exchangeOf(request: FastifyRequest): Exchange {
  if (request.exchange === undefined) throw new Error('this request was never opened')
  return request.exchange
}

/** All requests under way at one server. */
export class ExchangesUnderWay {
  readonly #open = new Map<Exchange, FastifyReply>()
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
    const exchange = new Exchange(request)
    request.exchange = exchange
    this.#open.set(exchange, reply)
    this.#counts.other += 1
    reply.raw.once('close', () => {
      this.#open.delete(exchange)
      this.#counts[exchange.kind] -= 1
      exchange.end(reply.raw.writableEnded)
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
    for (const [exchange, reply] of this.#open) {
      if (now < exchange.deadline) continue
      exchange.deadline = Number.POSITIVE_INFINITY
      const refusal = new Refusal(latenessOf(reply.request.raw))
      exchange.abort(refusal)
      if (!reply.sent) reply.send(refusal)
    }
  }

  /** From now on nothing is admitted, and streams end: their callers send the rest again. Single requests go on. */
  stop(): void {
    this.#isStopping = true
    for (const exchange of this.#open.keys()) {
      if (exchange.kind === 'stream') exchange.abort(new Refusal('server.stopping'))
    }
  }

  /** Gives up on whatever is still under way. */
  abortAll(): void {
    for (const exchange of this.#open.keys()) exchange.abort(new Refusal('server.stopping'))
  }
}

/** A body that has not arrived is the caller's delay, anything else is ours. */
function latenessOf(request: IncomingMessage): 'request.timed_out' | 'server.timed_out' {
  return hasBody(request) && !request.complete ? 'request.timed_out' : 'server.timed_out'
}
