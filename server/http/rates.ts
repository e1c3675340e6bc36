/** Limits on how often somebody may ask. Counted in this process's memory; several processes each count for themselves. */

import { normalizeIP } from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import { exchangeOf } from './exchange.ts'
import type { RateLimits } from './limits.ts'

export interface Rates {
  /**
   * Refuses an address that failed to say who it is too often, before its next guess is looked at.
   * @throws Refusal request.rate_limited
   */
  checkAddress(request: FastifyRequest): Promise<void>
  /** Counts such a failure. */
  countFailure(request: FastifyRequest): Promise<void>
  /**
   * Counts a request of an actor who is known by now.
   * @throws Refusal request.rate_limited
   */
  countActor(request: FastifyRequest): Promise<void>
}

const MINUTE_MS = 60_000

/** Needs `@fastify/rate-limit`, registered with `global: false`. */
export function createRates(app: FastifyInstance, limits: RateLimits): Rates {
  const byAddress = app.createRateLimit({
    timeWindow: MINUTE_MS,
    max: limits.anonymousPerMinute,
    keyGenerator: ({ ip }) => addressKey(ip),
  })
  const byActor = app.createRateLimit({
    timeWindow: MINUTE_MS,
    max: (request) =>
      exchangeOf(request).actor?.accountId === undefined ? limits.systemPerMinute : limits.personPerMinute,
    keyGenerator: (request) => {
      const { actor } = exchangeOf(request)
      return actor === undefined ? '' : `${actor.institutionId} ${actor.name}`
    },
  })
  // Nearly always nobody has failed of late, and nothing needs to be looked up.
  let quietFrom = 0
  return {
    async checkAddress(request) {
      if (performance.now() > quietFrom) return
      const count = await byAddress(request, { increment: false })
      // A look does not count itself: at the limit there is no room for one more.
      if (!count.isAllowed && count.remaining === 0) refuse(count.ttlInSeconds)
    },
    async countFailure(request) {
      quietFrom = performance.now() + MINUTE_MS
      await byAddress(request)
    },
    async countActor(request) {
      const count = await byActor(request)
      if (!count.isAllowed && count.isExceeded) refuse(count.ttlInSeconds)
    },
  }
}

/**
 * Nobody has one IPv6 address: a /64 is the least that anybody is given. A connection that is gone already has no address,
 * nor has one over a Unix socket.
 */
function addressKey(ip: string | undefined): string {
  if (ip === undefined) return 'none'
  return ip.includes(':') ? normalizeIP(ip, 64) : ip
}

function refuse(seconds: number): never {
  throw new Refusal('request.rate_limited', { seconds })
}
