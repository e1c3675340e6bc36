/** The HTTP server: everything around the operations, put together. */

import rateLimit from '@fastify/rate-limit'
import fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginAsync,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify'
import { type Fatal, Refusal } from '../../kernel/errors.ts'
import { parseJson } from '../../kernel/json.ts'
import type { AnyOperation, ServingKernel } from '../../kernel/operation.ts'
import { type Authenticate, admitPage } from './admission.ts'
import { type Exchange, ExchangesUnderWay, exchangeOf } from './exchange.ts'
import { answerClientError, answerFailure, type FailureReporting } from './failures.ts'
import { mountHealth, type ReadinessCheck } from './health.ts'
import { defaultLimits, type HttpLimits } from './limits.ts'
import { describeError, logExchange } from './log.ts'
import { streamContentTypes } from './media.ts'
import { createHttpMetrics, type HttpMetrics, mountMetrics } from './metrics.ts'
import { mountOperations } from './mount.ts'
import { mountOpenApi } from './openapi.ts'
import { createRates } from './rates.ts'
import { requestIdOf } from './request-id.ts'
import { dataHeaders, openHeaders, pageHeaders, transportHeaders } from './security-headers.ts'

export interface HttpServerOptions {
  readonly kernel: ServingKernel
  readonly operations: readonly AnyOperation[]
  readonly authenticate: Authenticate
  readonly limits?: Partial<HttpLimits>
  /** Absent: nothing is logged. */
  readonly logger?: FastifyBaseLogger
  /** Absent: metrics of this server alone, without those of the process. */
  readonly metrics?: HttpMetrics
  /** Lets whoever bears it read the metrics from elsewhere; absent: this machine alone may. */
  readonly metricsToken?: string
  /** What must work for this server to be of use, by the names under which readiness shows them. */
  readonly readiness?: Readonly<Record<string, ReadinessCheck>>
  /** Addresses of proxies whose `X-Forwarded-For` is believed. */
  readonly trustedProxies?: readonly string[]
  /** Browsers reach this server by https, through a proxy that ends it. */
  readonly isSecure?: boolean
  /** Name of the cookie that `authenticate` reads; for the description of the API. */
  readonly sessionCookie?: string
  /** Told of an error after which the record could break; the process is to end. */
  readonly onFatal?: (error: Fatal) => void
  /** Logs and witnesses, which ask nobody who he is; mounted at the root. */
  readonly transparency?: FastifyPluginAsync
  /** Pages beside the API, mounted at the root with the headers of pages. */
  readonly pages?: FastifyPluginAsync
  /** Holds replies, lines and rows against their schemas, and fails where they differ. For tests: it costs a second reading. */
  readonly checksReplies?: boolean
}

/** Addresses, and actors, whose requests are counted at once; of more, those heard of longest ago are forgotten. */
const COUNTED_CALLERS = 20_000

/** What the parts of one server share. */
interface Shared {
  readonly options: HttpServerOptions
  readonly limits: HttpLimits
  readonly metrics: HttpMetrics
  readonly underWay: ExchangesUnderWay
  readonly reporting: FailureReporting
}

/**
 * Makes the server; `listen` opens it, `inject` calls it in process, `close` stops it: nothing more is accepted, streams
 * are told to end, requests under way have `limits.shutdownMs` to finish, then their connections are cut.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const shared: Shared = {
    options,
    limits: { ...defaultLimits, ...options.limits },
    metrics: options.metrics ?? createHttpMetrics({ process: false }),
    underWay: new ExchangesUnderWay(),
    reporting: { logger: options.logger, onFatal: options.onFatal },
  }
  const { limits, metrics, underWay, reporting } = shared
  metrics.watch(() => underWay.count('single') + underWay.count('stream') + underWay.count('other'))
  const app = fastify({
    ...fastifyOptions(options, limits),
    frameworkErrors: (error, request, reply) => {
      open(shared, request, reply)
      answerFailure(error, { request, reply }, reporting)
    },
  })
  app.server.maxConnections = limits.connections
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response))
  app.decorateRequest('exchange', undefined)
  app.addHook('onRequest', (request, reply, done) => {
    open(shared, request, reply)
    // Told before Fastify has anything to say about a body that nobody will read.
    done(request.is404 ? new Refusal('request.not_found') : undefined)
  })
  app.setErrorHandler((error, request, reply) => answerFailure(error, { request, reply }, reporting))
  app.removeAllContentTypeParsers()
  app.register(rateLimit, { global: false, cache: COUNTED_CALLERS })
  app.register(async (api) => mountApi(api, shared))
  if (options.transparency !== undefined) app.register(openTo(options.transparency, shared))
  if (options.pages !== undefined) app.register(pagesOf(options.pages, shared))
  sweepRegularly(app, underWay, limits.requestMs)
  stopInOrder(app, underWay, limits.shutdownMs)
  return app
}

function open({ underWay, metrics, options }: Shared, request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(dataHeaders)
  if (options.isSecure === true) reply.headers(transportHeaders)
  reply.header('x-request-id', request.id)
  underWay.open(request, reply, (exchange) => {
    record(exchange, reply, { metrics, logger: options.logger })
    // A connection that was busy when the server was told to stop is idle from the next turn on.
    if (underWay.isStopping) setImmediate(() => request.server.server.closeIdleConnections())
  })
}

function mountApi(api: FastifyInstance, { options, limits, metrics, underWay, reporting }: Shared): void {
  readBodies(api, limits)
  mountOperations(api, options.operations, {
    kernel: options.kernel,
    authenticate: options.authenticate,
    rates: createRates(api, limits.rates),
    checksReplies: options.checksReplies ?? false,
    underWay,
    limits,
    metrics,
    reporting,
  })
  mountOpenApi(api, options)
  mountMetrics(api, { metrics, token: options.metricsToken })
  mountHealth(api, {
    checks: options.readiness ?? {},
    isStopping: () => underWay.isStopping,
    failed: (check, error) => options.logger?.error({ check, error: describeError(error) }, 'check failed'),
  })
}

/** Addresses that ask nobody who he is: programs anywhere, and pages of anybody, may read them. */
function openTo(addresses: FastifyPluginAsync, { underWay, limits }: Shared): FastifyPluginAsync {
  return async (site) => {
    site.addHook('onRequest', async (request, reply) => {
      reply.headers(openHeaders)
      admitPage(request, { underWay, limits })
    })
    await site.register(addresses)
  }
}

function pagesOf(pages: FastifyPluginAsync, { underWay, limits }: Shared): FastifyPluginAsync {
  return async (site) => {
    site.addHook('onRequest', async (request, reply) => {
      reply.headers(pageHeaders)
      admitPage(request, { underWay, limits })
    })
    await site.register(pages)
  }
}

function fastifyOptions({ logger, trustedProxies }: HttpServerOptions, limits: HttpLimits) {
  return {
    ...(logger === undefined ? {} : { loggerInstance: logger }),
    ...(trustedProxies === undefined ? {} : { trustProxy: [...trustedProxies] }),
    // One line a request, written by us: Fastify's own name the address.
    logController: new LogController({ disableRequestLogging: true }),
    childLoggerFactory: (parent: FastifyBaseLogger) => parent,
    genReqId: requestIdOf,
    clientErrorHandler: answerClientError,
    bodyLimit: limits.bodyBytes,
    keepAliveTimeout: limits.keepAliveMs,
    // Streams last as long as they last; JSON requests have their own deadline.
    requestTimeout: 0,
    // While stopping we answer ourselves, with problem details.
    return503OnClosing: false,
    forceCloseConnections: 'idle' as const,
    exposeHeadRoutes: false,
    routerOptions: { maxParamLength: limits.pathPartCharacters },
    http: {
      headersTimeout: limits.headersMs,
      connectionsCheckingInterval: Math.min(limits.headersMs, 5_000),
      maxHeaderSize: limits.headerBytes,
      requireHostHeader: true,
    },
  }
}

/** JSON is read whole and guarded; record streams are left to their operations. */
function readBodies(api: FastifyInstance, limits: HttpLimits): void {
  api.addContentTypeParser<Buffer>('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    exchangeOf(request).body = body
    try {
      done(null, body.length === 0 ? undefined : parseJson(body, limits.json))
    } catch (error) {
      done(error instanceof Error ? error : new Error('not an error', { cause: error }))
    }
  })
  api.addContentTypeParser([...streamContentTypes], (_request, _payload, done) => done(null, undefined))
}

/** Once the reply is out or its reader is gone. */
function record(
  exchange: Exchange,
  reply: FastifyReply,
  { metrics, logger }: { readonly metrics: HttpMetrics; readonly logger: FastifyBaseLogger | undefined },
): void {
  const status = statusOf(exchange, reply)
  metrics.observe(exchange.operationId, status, (performance.now() - exchange.startedAt) / 1_000)
  if (logger !== undefined) logExchange(logger, exchange, status)
}

/** 499 as in nginx for a client that left; for a reply of 200 that we broke off, what it would have been before its beginning. */
function statusOf(exchange: Exchange, { raw }: FastifyReply): number {
  if (exchange.isBroken) return exchange.refusal === undefined ? 500 : new Refusal(exchange.refusal).status
  return exchange.isAbandoned ? 499 : raw.statusCode
}

/** A request is given up on at most an eighth after its time, and at most a second. */
function sweepRegularly(app: FastifyInstance, underWay: ExchangesUnderWay, requestMs: number): void {
  let timer: NodeJS.Timeout | undefined
  app.addHook('onReady', (done) => {
    timer = setInterval(() => underWay.sweep(), Math.min(1_000, requestMs / 8)).unref()
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearInterval(timer)
    done()
  })
}

function stopInOrder(app: FastifyInstance, underWay: ExchangesUnderWay, shutdownMs: number): void {
  let deadline: NodeJS.Timeout | undefined
  app.addHook('preClose', (done) => {
    underWay.stop()
    deadline = setTimeout(() => {
      underWay.abortAll()
      app.server.closeAllConnections()
    }, shutdownMs)
    done()
  })
  app.addHook('onClose', (_app, done) => {
    clearTimeout(deadline)
    done()
  })
}
