/**
 * What Prometheus reads. Labels are operation ids and status classes: both are finite, and neither is about a person.
 */

import { timingSafeEqual } from 'node:crypto'
import { BlockList, isIPv6 } from 'node:net'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { sha256 } from '../../kernel/canonical.ts'
import { Refusal } from '../../kernel/errors.ts'
import { exchangeOf } from './exchange.ts'

export interface HttpMetrics {
  readonly registry: Registry
  /** Counts a reply. Seconds from the headers of the request to the end of the reply. */
  observe(operation: string, status: number, seconds: number): void
  countIntakeRows(operation: string, rows: number): void
  countExportRows(operation: string, rows: number): void
  /** Says where the number of requests under way is read from. */
  watch(underWay: () => number): void
}

/** From the decide of one case (a few ms) to the longest stream. */
const BUCKETS_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60, 600]

/**
 * @param options.process also reports on the process: memory, CPU, collections, event-loop lag. Once in a process: it
 * installs observers that stay.
 */
export function createHttpMetrics(options: { readonly process: boolean }): HttpMetrics {
  const registry = new Registry()
  const registers = [registry]
  if (options.process) collectDefaultMetrics({ register: registry })
  const duration = new Histogram({
    name: 'khudi_http_request_duration_seconds',
    help: 'Time from the headers of a request to the end of its reply',
    labelNames: ['operation', 'status'],
    buckets: BUCKETS_SECONDS,
    registers,
  })
  const intake = rowCounter('khudi_http_intake_rows_total', 'Lines answered by intake streams', registers)
  const exported = rowCounter('khudi_http_export_rows_total', 'Rows sent by export streams', registers)
  return {
    registry,
    observe: (operation, status, seconds) => {
      duration.observe({ operation, status: statusClass(status) }, seconds)
    },
    countIntakeRows: (operation, rows) => intake.inc({ operation }, rows),
    countExportRows: (operation, rows) => exported.inc({ operation }, rows),
    watch(underWay) {
      new Gauge({
        name: 'khudi_http_requests_in_flight',
        help: 'Requests whose reply is not out yet',
        registers,
        collect() {
          this.set(underWay())
        },
      })
    },
  }
}

function rowCounter(name: string, help: string, registers: Registry[]) {
  return new Counter({ name, help, labelNames: ['operation'], registers })
}

const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const

function statusClass(status: number): string {
  return classes[Math.floor(status / 100) - 1] ?? 'other'
}

/**
 * `GET /metrics`, for this machine itself or the bearer of the token. Everybody else finds nothing at the address.
 */
export function mountMetrics(
  app: FastifyInstance,
  { metrics, token }: { readonly metrics: HttpMetrics; readonly token: string | undefined },
): void {
  app.get('/metrics', async (request, reply) => {
    exchangeOf(request).operationId = 'server.metrics'
    if (!(token === undefined ? isFromThisMachine(request) : bears(request, token)))
      throw new Refusal('request.not_found')
    return reply.type(metrics.registry.contentType).send(await metrics.registry.metrics())
  })
}

const loopback = new BlockList()
loopback.addSubnet('127.0.0.0', 8, 'ipv4')
loopback.addAddress('::1', 'ipv6')

/** A proxy on this machine connects from it on behalf of the whole world, and says so in one of these headers. */
const forwarding = ['forwarded', 'via', 'x-forwarded-for', 'x-real-ip'] as const

function isFromThisMachine({ headers, raw }: FastifyRequest): boolean {
  const address = raw.socket.remoteAddress
  const isLocal = address !== undefined && loopback.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')
  return isLocal && forwarding.every((name) => headers[name] === undefined)
}

function bears({ headers }: FastifyRequest, token: string): boolean {
  // Digests have one length, so the comparison takes one time whatever was sent.
  return timingSafeEqual(sha256(headers.authorization ?? ''), sha256(`Bearer ${token}`))
}
