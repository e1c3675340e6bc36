/** What a request's body is written in, and what its reply may be. */

import type { IncomingHttpHeaders, IncomingMessage } from 'node:http'
import { Refusal } from '../../kernel/errors.ts'

export type StreamFormat = 'ndjson' | 'csv'

/** The types that a reply of each format is sent as; the first of a request's. */
export const mediaTypes = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const

const streamTypes = new Map<string, StreamFormat>([
  ['application/x-ndjson', 'ndjson'],
  ['application/ndjson', 'ndjson'],
  ['application/jsonl', 'ndjson'],
  ['text/csv', 'csv'],
])
/** All types that a stream of records may be sent as. */
export const streamContentTypes: readonly string[] = [...streamTypes.keys()]

/** Whether the request brings a body, of length 0 apart. */
export function hasBody({ headers }: Pick<IncomingMessage, 'headers'>): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  const length = headers['content-length']
  return length !== undefined && length !== '0'
}

/**
 * Refuses a body that is not JSON in UTF-8.
 * @throws Refusal request.content_type_unsupported, request.encoding_unsupported
 */
export function checkJsonBody(headers: IncomingHttpHeaders): void {
  checkNotEncoded(headers)
  // Nearly every request says exactly one of these.
  const type = headers['content-type']
  if (type === 'application/json' || type === 'application/json; charset=utf-8') return
  if (mediaTypeOf(type) !== 'application/json')
    throw new Refusal('request.content_type_unsupported', { expected: 'application/json' })
}

/**
 * Format of a stream of records.
 * @throws Refusal request.content_type_unsupported, request.encoding_unsupported
 */
export function streamFormatOf(headers: IncomingHttpHeaders): StreamFormat {
  checkNotEncoded(headers)
  const format = streamTypes.get(mediaTypeOf(headers['content-type']) ?? '')
  if (format === undefined) {
    const expected = `${mediaTypes.ndjson}, ${mediaTypes.csv}`
    throw new Refusal('request.content_type_unsupported', { expected })
  }
  return format
}

/** We inflate nothing: a small compressed body can be a very large one. */
function checkNotEncoded(headers: IncomingHttpHeaders): void {
  const encoding = headers['content-encoding']
  if (encoding !== undefined && encoding !== 'identity') throw new Refusal('request.encoding_unsupported')
}

/** `type/subtype` in lower case; `undefined` where it is missing, malformed or in another charset than UTF-8. */
function mediaTypeOf(contentType: string | undefined): string | undefined {
  const [type = '', ...parameters] = (contentType ?? '').toLowerCase().split(';')
  const isUtf8 = parameters.every((parameter) => {
    const [name = '', value = ''] = parameter.split('=')
    return name.trim() !== 'charset' || /^\s*"?utf-8"?\s*$/.test(value)
  })
  return isUtf8 ? type.trim() : undefined
}
