/** One JSON request, one JSON reply. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import type { Idempotency } from '../../kernel/idempotency/idempotency.ts'
import type { Operation, Reply } from '../../kernel/operation.ts'
import { admit, letContinue } from './admission.ts'
import { exchangeOf } from './exchange.ts'
import { tell } from './failures.ts'
import { readBody, readParameters, refuseNul } from './inputs.ts'
import { checkJsonBody, hasBody } from './media.ts'
import type { Mounting } from './mounting.ts'
import { entityTag, idempotencyKeyOf, idempotencyOf, isKnown, versionOf } from './preconditions.ts'
import { checkReply } from './reply-check.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

export function mountJson(
  app: FastifyInstance,
  url: string,
  { operation, mounting }: { readonly operation: Operation; readonly mounting: Mounting },
): void {
  app.route({
    method: operation.method,
    url,
    exposeHeadRoute: operation.method === 'GET',
    bodyLimit: operation.maxBodyBytes ?? mounting.limits.bodyBytes,
    onRequest: async (request, reply) => {
      await admit(operation, request, mounting)
      checkHeaders(operation, request)
      if (request.headers.expect !== undefined) letContinue(request, reply)
    },
    handler: (request, reply) => answer(operation, { request, reply }, mounting),
  })
}

/** Everything that can be said against a request before its body comes in. */
function checkHeaders(operation: Operation, request: FastifyRequest): void {
  refuseNul(request)
  const { headers } = request
  if (hasBody(request.raw)) {
    if (operation.body === undefined) throw new Refusal('request.body_unexpected')
    checkJsonBody(headers)
    // Fastify would refuse a request without a body for the type that it says its body has.
  } else delete headers['content-type']
  if (operation.method === 'GET') return
  if (headers['if-match'] !== undefined) {
    if (operation.editsVersion !== true) throw new Refusal('request.precondition_not_supported')
    versionOf(headers['if-match'])
  } else if (operation.editsVersion === true) throw new Refusal('request.precondition_required')
  const key = headerOf(request, 'idempotency-key')
  if (key === undefined) return
  // A PUT or a DELETE is as good as done once by its nature; a POST whose key nobody keeps would not be.
  if (operation.honoursIdempotency === true) idempotencyKeyOf(key)
  else if (operation.method === 'POST') throw new Refusal('idempotency.not_supported')
}

async function answer(
  operation: Operation,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { kernel, checksReplies, reporting }: Mounting,
): Promise<FastifyReply> {
  const exchange = exchangeOf(request)
  const params = readParameters(operation.params, request.params)
  const query = readParameters(operation.query, request.query)
  const body = operation.body === undefined ? undefined : readBody(operation.body, request.body)
  const { actor, requestId } = exchange
  if (actor === undefined) throw new Error('nobody has been admitted')
  try {
    const result = await operation.handle(kernel, {
      actor,
      requestId,
      params,
      query,
      body,
      ifMatch: ifMatchOf(operation, request),
      idempotency: idempotencyOfCall(operation, request),
      // Made when it is asked for: most operations never do, and a signal is dear.
      get signal() {
        return exchange.signal
      },
    })
    // Its time was up meanwhile, and the caller has been told so.
    if (reply.sent) return reply
    if (checksReplies) checkReply(operation, result)
    return send(reply, result)
  } catch (error) {
    if (!reply.sent) throw error
    // Whatever else went wrong after its time is for the log.
    if (error !== exchange.signal.reason) tell(error, request, reporting)
    return reply
  }
}

function ifMatchOf({ editsVersion }: Operation, { headers }: FastifyRequest): number | undefined {
  const header = editsVersion === true ? headers['if-match'] : undefined
  return header === undefined ? undefined : versionOf(header)
}

function idempotencyOfCall(
  { honoursIdempotency, method }: Operation,
  request: FastifyRequest,
): Idempotency | undefined {
  const key = honoursIdempotency === true ? headerOf(request, 'idempotency-key') : undefined
  if (key === undefined) return undefined
  return idempotencyOf(key, { method, url: request.url, body: exchangeOf(request).body })
}

function headerOf({ headers }: FastifyRequest, name: string): string | undefined {
  const value = headers[name]
  return Array.isArray(value) ? value.join(', ') : value
}

function send(reply: FastifyReply, { status, body, version, location }: Reply<unknown>): FastifyReply {
  if (location !== undefined) reply.header('location', location)
  if (version !== undefined) {
    reply.header('etag', entityTag(version))
    const { method, headers } = reply.request
    const known = headers['if-none-match']
    if ((method === 'GET' || method === 'HEAD') && known !== undefined && isKnown(known, version)) {
      return reply.code(304).send()
    }
  }
  if (body === undefined) return reply.code(status).send()
  return reply.code(status).header('content-type', JSON_TYPE).send(JSON.stringify(body))
}
