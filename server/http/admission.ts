/** Who may have an operation run, in the order in which it costs us least to say no. All of it before the body is read. */

import type { FastifyReply, FastifyRequest } from 'fastify'
import { type Actor, holds } from '../../kernel/access/roles.ts'
import { Refusal } from '../../kernel/errors.ts'
import type { AnyOperation } from '../../kernel/operation.ts'
import { type ExchangesUnderWay, exchangeOf } from './exchange.ts'
import type { HttpLimits } from './limits.ts'
import type { Rates } from './rates.ts'

/**
 * Says who asks, from a session cookie or `Authorization: Bearer`; `undefined` where the request says nothing. May refuse
 * (401) a key or session that is no longer good.
 */
export type Authenticate = (request: FastifyRequest) => Promise<Actor | undefined> | Actor | undefined

export interface Doorkeeping {
  readonly authenticate: Authenticate
  readonly underWay: ExchangesUnderWay
  readonly rates: Rates
  readonly limits: HttpLimits
}

/** Lets the request in or throws the refusal that it gets. Afterwards the exchange knows its actor. */
export async function admit(
  operation: AnyOperation,
  request: FastifyRequest,
  door: Doorkeeping,
): Promise<void> {
  const exchange = exchangeOf(request)
  exchange.operationId = operation.id
  const { underWay, rates, limits } = door
  if (operation.kind === 'json') {
    underWay.admit(exchange, 'single', limits.requests)
    exchange.deadline = performance.now() + limits.requestMs
  } else underWay.admit(exchange, 'stream', limits.streams)
  if (operation.method !== 'GET') refuseOtherSites(request)
  await rates.checkAddress(request)
  const actor = await identify(request, door)
  exchange.actor = actor
  await rates.countActor(request)
  if (!holds(actor, operation.scope)) throw new Refusal('access.scope_missing', { scope: operation.scope })
}

/** Lets in a request for a page. Who asks, and whether he may, is the page's own business. */
export function admitPage(
  request: FastifyRequest,
  { underWay, limits }: Pick<Doorkeeping, 'underWay' | 'limits'>,
): void {
  const exchange = exchangeOf(request)
  exchange.operationId = `page ${request.routeOptions.url}`
  underWay.admit(exchange, 'single', limits.requests)
  if (request.method !== 'GET' && request.method !== 'HEAD') refuseOtherSites(request)
  exchange.deadline = performance.now() + limits.requestMs
}

async function identify(request: FastifyRequest, { authenticate, rates }: Doorkeeping): Promise<Actor> {
  try {
    const actor = await authenticate(request)
    if (actor !== undefined) return actor
    throw new Refusal('access.not_signed_in')
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) await rates.countFailure(request)
    throw error
  }
}

/**
 * A page elsewhere can make a browser send a request with our cookie. Browsers say so in `Sec-Fetch-Site`, which no page can
 * set; programs send none.
 */
function refuseOtherSites({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') throw new Refusal('access.cross_site')
}

/** The client asked whether to send its body (RFC 9110, 10.1.1), and so far nothing speaks against it. */
export function letContinue(request: FastifyRequest, reply: FastifyReply): void {
  exchangeOf(request).hasContinued = true
  reply.raw.writeContinue()
}
