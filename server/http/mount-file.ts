/** One file out. */

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import type { FileOperation } from '../../kernel/operation.ts'
import { admit } from './admission.ts'
import { exchangeOf } from './exchange.ts'
import { tell } from './failures.ts'
import { readBody, readParameters, refuseNul } from './inputs.ts'
import { checkJsonBody, hasBody } from './media.ts'
import type { Mounting } from './mounting.ts'
import { sendStream } from './stream-reply.ts'

export function mountFile(
  app: FastifyInstance,
  url: string,
  { operation, mounting }: { readonly operation: FileOperation; readonly mounting: Mounting },
): void {
  app.route({
    method: operation.method,
    url,
    bodyLimit: mounting.limits.bodyBytes,
    onRequest: async (request) => {
      await admit(operation, request, mounting)
      refuseNul(request)
      if (!hasBody(request.raw)) delete request.headers['content-type']
      else if (operation.body === undefined) throw new Refusal('request.body_unexpected')
      else checkJsonBody(request.headers)
    },
    handler: (request, reply) => answer(operation, { request, reply }, mounting),
  })
}

async function answer(
  operation: FileOperation,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  { kernel, limits, reporting }: Mounting,
): Promise<FastifyReply> {
  const { actor, signal, requestId } = exchangeOf(request)
  if (actor === undefined) throw new Error('nobody has been admitted')
  const { mediaType, fileName, chunks } = await operation.handle(kernel, {
    actor,
    requestId,
    signal,
    ifMatch: undefined,
    idempotency: undefined,
    params: readParameters(operation.params, request.params),
    query: readParameters(operation.query, request.query),
    body: operation.body === undefined ? undefined : readBody(operation.body, request.body),
  })
  if (!/^[\w.-]+$/.test(fileName)) throw new Error(`not the name of a file: ${fileName}`)
  return sendStream(reply, {
    headers: { 'content-type': mediaType, 'content-disposition': `attachment; filename="${fileName}"` },
    chunks: whileWanted(chunks, signal),
    idleMs: limits.streamIdleMs,
    lastWords(error) {
      tell(error, request, reporting)
      return undefined
    },
  })
}

async function* whileWanted(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of chunks) {
    signal.throwIfAborted()
    yield chunk
  }
}
