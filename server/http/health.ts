/** Whether this process runs, and whether it can do its work. */

import type { FastifyInstance } from 'fastify'
import { z } from 'zod'
import { exchangeOf } from './exchange.ts'

/** Resolves where all is well, rejects where not. It is given 2 s. */
export type ReadinessCheck = (signal: AbortSignal) => Promise<void>

export const Liveness = z.strictObject({ status: z.literal('live') })
export const Readiness = z.strictObject({
  status: z.enum(['ready', 'not_ready']),
  // Names only: what is wrong with the database is for the log, not for whoever can reach this address.
  checks: z.array(z.strictObject({ name: z.string(), ok: z.boolean() })),
})
export type Readiness = z.infer<typeof Readiness>

const CHECK_MS = 2_000
/** Anybody may ask, so the checks run at most once in this time. */
const KEPT_MS = 1_000

export interface HealthOptions {
  readonly checks: Readonly<Record<string, ReadinessCheck>>
  isStopping(): boolean
  /** Told of each check that failed. */
  failed(name: string, error: unknown): void
}

/** `GET /health/live` and `GET /health/ready`, for load balancers and the command line. */
export function mountHealth(app: FastifyInstance, options: HealthOptions): void {
  const ready = kept(() => runChecks(options))
  app.get('/health/live', (request, reply) => {
    exchangeOf(request).operationId = 'server.live'
    reply.send({ status: 'live' } satisfies z.infer<typeof Liveness>)
  })
  app.get('/health/ready', async (request, reply) => {
    exchangeOf(request).operationId = 'server.ready'
    const { checks } = await ready()
    const running = { name: 'running', ok: !options.isStopping() }
    const all = [running, ...checks]
    const isReady = all.every(({ ok }) => ok)
    const body: Readiness = { status: isReady ? 'ready' : 'not_ready', checks: all }
    return reply.code(isReady ? 200 : 503).send(body)
  })
}

async function runChecks({ checks, failed }: HealthOptions): Promise<Pick<Readiness, 'checks'>> {
  const results = Object.entries(checks).map(async ([name, check]) => {
    try {
      await inTime(check)
      return { name, ok: true }
    } catch (error) {
      failed(name, error)
      return { name, ok: false }
    }
  })
  return { checks: await Promise.all(results) }
}

/** A check that ignores its signal is given up on all the same. */
async function inTime(check: ReadinessCheck): Promise<void> {
  const signal = AbortSignal.timeout(CHECK_MS)
  const expired = new Promise<never>((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  await Promise.race([check(signal), expired])
}

/** Shares one run among all who ask while it lasts and shortly after. */
function kept<T>(run: () => Promise<T>): () => Promise<T> {
  let last: { readonly result: Promise<T>; until: number } | undefined
  return () => {
    if (last !== undefined && performance.now() <= last.until) return last.result
    const current = { result: run(), until: Number.POSITIVE_INFINITY }
    last = current
    const settle = () => {
      current.until = performance.now() + KEPT_MS
    }
    current.result.then(settle, settle)
    return current.result
  }
}
