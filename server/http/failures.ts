/** From any error to the reply that the caller gets, and to the log line that we keep. */

import type { Duplex } from 'node:stream'
import type { FastifyBaseLogger, FastifyReply, FastifyRequest } from 'fastify'
import { type ErrorCode, Fatal, Refusal } from '../../kernel/errors.ts'
import { newId } from '../../kernel/identifiers.ts'
import { discardRest } from './discard.ts'
import { describeError } from './log.ts'
import { languageOf, PROBLEM_TYPE, type Problem, problemOf } from './problem.ts'
import { dataHeaders } from './security-headers.ts'

export interface FailureReporting {
  readonly logger: FastifyBaseLogger | undefined
  /** Told of an error after which the record could break; the process is to end. */
  readonly onFatal: ((error: Fatal) => void) | undefined
}

/** Errors of Fastify and Node that are the caller's to mend. */
const refusals: ReadonlyMap<string, ErrorCode> = new Map<string, ErrorCode>([
  ['FST_ERR_BAD_URL', 'request.malformed'],
  ['FST_ERR_CTP_BODY_TOO_LARGE', 'request.body_too_large'],
  ['FST_ERR_CTP_INVALID_CONTENT_LENGTH', 'request.body_truncated'],
  ['FST_ERR_CTP_INVALID_MEDIA_TYPE', 'request.content_type_unsupported'],
  ['FST_ERR_MAX_PARAM_LENGTH', 'request.headers_too_large'],
  // The connection ended before the body did; nobody reads the reply.
  ['ECONNRESET', 'request.body_truncated'],
])

/** What the caller is told of an error: itself where it is a refusal, `server.fault` where it is ours. */
export interface Told {
  readonly refusal: Refusal
  /** Number of the fault in the log. */
  readonly fault: string | undefined
}

/** Works out what to tell, and logs what is ours to mend. */
export function tell(error: unknown, request: FastifyRequest, { logger, onFatal }: FailureReporting): Told {
  const refusal = refusalOf(error, request)
  if (refusal !== undefined) {
    if (request.exchange !== undefined) request.exchange.refusal = refusal.code
    // The database being away is told as it is, and still ours to look into.
    if (refusal.status > 500) logger?.warn(line(error, request), refusal.code)
    return { refusal, fault: undefined }
  }
  const fault = newId()
  logger?.[error instanceof Fatal ? 'fatal' : 'error']({ fault, ...line(error, request) }, 'fault')
  if (error instanceof Fatal) onFatal?.(error)
  return { refusal: new Refusal('server.fault', { fault }, { cause: error }), fault }
}

function line(error: unknown, request: FastifyRequest) {
  return {
    requestId: request.id,
    operation: request.exchange?.operationId,
    error: describeError(error),
  }
}

/** `undefined` for a fault. Refusals of status 500 are for the operator's eyes: they name folders and migrations. */
function refusalOf(error: unknown, request: FastifyRequest): Refusal | undefined {
  if (error instanceof Refusal) return error.status === 500 || error instanceof Fatal ? undefined : error
  const named = error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''
  if (isAbandonment(error, request)) return new Refusal('request.body_truncated')
  const code = refusals.get(named)
  if (code === undefined || (named === 'ECONNRESET' && request.raw.complete)) return undefined
  const { bodyLimit } = request.routeOptions
  return new Refusal(code, { limitBytes: bodyLimit, expected: 'application/json' })
}

/** The operation stopped because its caller left. Nobody reads what is said of it, and it is no fault. */
function isAbandonment(error: unknown, { exchange }: FastifyRequest): boolean {
  if (exchange?.isAbandoned !== true || !(error instanceof Error)) return false
  return error === exchange.signal.reason || error.name === 'AbortError'
}

/** The problem document of an error. */
export function problemFor(told: Told, request: FastifyRequest): Problem {
  return problemOf(told.refusal, {
    language: languageOf(request.headers['accept-language']),
    requestId: request.id,
    ...(told.fault === undefined ? {} : { instance: `urn:uuid:${told.fault}` }),
  })
}

/** Answers a failed request with problem details. */
export function answerFailure(
  error: unknown,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  reporting: FailureReporting,
): FastifyReply {
  const told = tell(error, request, reporting)
  const { status, parameters } = told.refusal
  const language = languageOf(request.headers['accept-language'])
  leaveBody(request, reply)
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="khudi"')
  if (status === 429 || status === 503) reply.header('retry-after', String(parameters.seconds ?? 5))
  if (status === 405) reply.header('allow', String(parameters.allowed))
  return reply
    .code(status)
    .header('content-type', PROBLEM_TYPE)
    .header('content-language', language)
    .header('vary', 'accept-language')
    .send(JSON.stringify(problemFor(told, request)))
}

/** Fastify closes the connection on a body that it did not read; where the client is still sending, the reply would be lost. */
function leaveBody(request: FastifyRequest, reply: FastifyReply): void {
  const isAwaitingContinue = request.headers.expect !== undefined && request.exchange?.hasContinued !== true
  if (isAwaitingContinue) {
    // Its body will never come, and what comes next on the connection must not be taken for it.
    reply.header('connection', 'close')
  } else {
    reply.removeHeader('connection')
    discardRest(request.raw)
  }
}

/** Answers what Node's parser could not even make a request of. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy()
    return
  }
  const refusal = new Refusal(clientErrorCode(error.code))
  const body = JSON.stringify(problemOf(refusal, { language: 'en', requestId: newId() }))
  const headers = {
    ...dataHeaders,
    connection: 'close',
    'content-language': 'en',
    'content-length': Buffer.byteLength(body),
    'content-type': PROBLEM_TYPE,
  }
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  socket.end(`HTTP/1.1 ${refusal.status} Refused\r\n${lines.join('')}\r\n${body}`)
}

function clientErrorCode(code: string | undefined): ErrorCode {
  if (code === 'HPE_HEADER_OVERFLOW') return 'request.headers_too_large'
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 'request.timed_out' : 'request.malformed'
}
