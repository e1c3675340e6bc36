/** Many rows out. */

import type { OutgoingHttpHeaders } from 'node:http'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import type { ExportOperation } from '../../kernel/operation.ts'
import { admit } from './admission.ts'
import { csvWriter } from './csv.ts'
import { exchangeOf } from './exchange.ts'
import { tell } from './failures.ts'
import { readParameters, refuseNul } from './inputs.ts'
import { hasBody, mediaTypes, type StreamFormat } from './media.ts'
import type { Mounting } from './mounting.ts'
import { ndjson } from './ndjson.ts'
import { acceptedFormat } from './negotiation.ts'
import { checkRows } from './reply-check.ts'
import { sendStream } from './stream-reply.ts'

type Row = Readonly<Record<string, unknown>>

export function mountExport(
  app: FastifyInstance,
  url: string,
  { operation, mounting }: { readonly operation: ExportOperation; readonly mounting: Mounting },
): void {
  const fields = fieldsOf(operation)
  app.route({
    method: 'GET',
    url,
    onRequest: async (request) => {
      await admit(operation, request, mounting)
      refuseNul(request)
      if (hasBody(request.raw)) throw new Refusal('request.body_unexpected')
      acceptedFormat(request.headers.accept)
    },
    handler: (request, reply) => answer({ operation, fields }, { request, reply }, mounting),
  })
}

function fieldsOf({ id, row }: ExportOperation): readonly string[] {
  if (row instanceof z.ZodObject) return Object.keys(row.shape)
  throw new Error(`operation ${id}: the row of an export is an object, whose fields are its columns`)
}

interface Exported {
  readonly operation: ExportOperation
  readonly fields: readonly string[]
}

async function answer(
  exported: Exported,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  mounting: Mounting,
): Promise<FastifyReply> {
  const { limits, reporting } = mounting
  const format = acceptedFormat(request.headers.accept)
  return sendStream(reply, {
    headers: headersOf(exported.operation, format),
    chunks: texts(exported, { request, format }, mounting),
    idleMs: limits.streamIdleMs,
    lastWords(error) {
      tell(error, request, reporting)
      return undefined
    },
  })
}

function headersOf({ id }: ExportOperation, format: StreamFormat): OutgoingHttpHeaders {
  if (format === 'ndjson') return { 'content-type': mediaTypes.ndjson, vary: 'accept' }
  return {
    'content-type': `${mediaTypes.csv}; charset=utf-8; header=present`,
    'content-disposition': `attachment; filename="${id.replaceAll('.', '-')}.csv"`,
    vary: 'accept',
  }
}

async function* texts(
  { operation, fields }: Exported,
  { request, format }: { readonly request: FastifyRequest; readonly format: StreamFormat },
  { kernel, metrics, checksReplies }: Mounting,
): AsyncGenerator<string, void, void> {
  const { actor, signal, requestId } = exchangeOf(request)
  if (actor === undefined) throw new Error('nobody has been admitted')
  const csv = csvWriter(fields)
  const batches = operation.handle(kernel, {
    actor,
    requestId,
    signal,
    ifMatch: undefined,
    idempotency: undefined,
    params: readParameters(operation.params, request.params),
    query: readParameters(operation.query, request.query),
  })
  let pending = format === 'csv' ? csv.header : ''
  for await (const batch of batches) {
    signal.throwIfAborted()
    if (checksReplies) checkRows(operation.id, operation.row, batch)
    metrics.countExportRows(operation.id, batch.length)
    yield pending + (format === 'csv' ? batch.map((row) => csv.line(asRow(row))).join('') : ndjson(batch))
    pending = ''
  }
  // A table without rows still has its header.
  yield pending
}

function asRow(row: unknown): Row {
  if (!isRow(row)) throw new Error('the row of an export is an object')
  return row
}

function isRow(row: unknown): row is Row {
  return typeof row === 'object' && row !== null
}
