/** What a reply is written in, by what the caller says it reads (RFC 9110, 12.5). */

import { Refusal } from '../../kernel/errors.ts'
import { mediaTypes, type StreamFormat } from './media.ts'

/** The `q` among a range's parameters: 1 where it is absent, 0 where it makes no sense. */
export function weightOf(parameters: readonly string[]): number {
  const quality = parameters
    .map((parameter) => parameter.trim())
    .find((parameter) => parameter.startsWith('q='))
  if (quality === undefined) return 1
  const weight = /^q=(0(\.\d{0,3})?|1(\.0{0,3})?)$/.test(quality) ? Number(quality.slice(2)) : 0
  return weight
}

/**
 * The format a stream of rows is sent in, by `Accept` (RFC 9110, 12.5.1). NDJSON where both are as welcome.
 * @throws Refusal request.not_acceptable
 */
export function acceptedFormat(accept: string | undefined): StreamFormat {
  if (accept === undefined) return 'ndjson'
  const ndjson = Math.max(
    ...['application/x-ndjson', 'application/ndjson'].map((type) => welcome(accept, type)),
  )
  const csv = welcome(accept, mediaTypes.csv)
  if (ndjson === 0 && csv === 0) {
    throw new Refusal('request.not_acceptable', { offered: `${mediaTypes.ndjson}, ${mediaTypes.csv}` })
  }
  return csv > ndjson ? 'csv' : 'ndjson'
}

/** Weight that an `Accept` header gives to a type; its most specific range decides. */
function welcome(accept: string, type: string): number {
  const ranges = ['*/*', `${type.slice(0, type.indexOf('/'))}/*`, type]
  let specificity = -1
  let weight = 0
  for (const part of accept.toLowerCase().split(',', 50)) {
    const [range = '', ...parameters] = part.trim().split(';')
    const found = ranges.indexOf(range.trim())
    if (found > specificity) {
      specificity = found
      weight = weightOf(parameters)
    }
  }
  return weight
}
