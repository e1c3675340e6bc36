/** Many records in, a line of reply for each. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import type { IntakeOperation } from '../../kernel/operation.ts'
import { admit, letContinue } from './admission.ts'
import { exchangeOf } from './exchange.ts'
import { problemFor, tell } from './failures.ts'
import { readParameters, refuseNul } from './inputs.ts'
import { mediaTypes, streamFormatOf } from './media.ts'
import type { Mounting } from './mounting.ts'
import { ndjson } from './ndjson.ts'
import { recordSource } from './record-source.ts'
import { checkRows } from './reply-check.ts'
import { sendStream } from './stream-reply.ts'

export function mountIntake(
  app: FastifyInstance,
  url: string,
  { operation, mounting }: { readonly operation: IntakeOperation; readonly mounting: Mounting },
): void {
  app.route({
    method: 'POST',
    url,
    onRequest: async (request, reply) => {
      await admit(operation, request, mounting)
      refuseNul(request)
      streamFormatOf(request.headers)
      // Its digest would need the whole body at once. Sending records again is harmless: their references tell them apart.
      if (request.headers['idempotency-key'] !== undefined) throw new Refusal('idempotency.not_supported')
      if (request.headers['if-match'] !== undefined) throw new Refusal('request.precondition_not_supported')
      if (request.headers.expect !== undefined) letContinue(request, reply)
    },
    handler: (request, reply) => answer(operation, { request, reply }, mounting),
  })
}

async function answer(
  operation: IntakeOperation,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  mounting: Mounting,
): Promise<FastifyReply> {
  const { limits, reporting } = mounting
  return sendStream(reply, {
    headers: { 'content-type': mediaTypes.ndjson },
    chunks: replyLines(operation, request, mounting),
    idleMs: limits.streamIdleMs,
    lastWords: (error) =>
      `${JSON.stringify({ problem: problemFor(tell(error, request, reporting), request) })}\n`,
  })
}

async function* replyLines(
  operation: IntakeOperation,
  request: FastifyRequest,
  { kernel, limits, metrics, checksReplies }: Mounting,
): AsyncGenerator<string, void, void> {
  const { actor, signal, requestId } = exchangeOf(request)
  if (actor === undefined) throw new Error('nobody has been admitted')
  const batches = operation.handle(kernel, {
    actor,
    requestId,
    signal,
    ifMatch: undefined,
    idempotency: undefined,
    params: readParameters(operation.params, request.params),
    format: streamFormatOf(request.headers),
    source: recordSource(request.raw, { signal, lineBytes: limits.lineBytes }),
  })
  for await (const batch of batches) {
    if (checksReplies) checkRows(operation.id, operation.line, batch)
    metrics.countIntakeRows(operation.id, batch.length)
    yield ndjson(batch)
  }
}
