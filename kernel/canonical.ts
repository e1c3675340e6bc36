import { hash } from 'node:crypto'
import canonicalize from 'canonicalize'

/**
 * JSON in the one form that is hashed and compared: RFC 8785 (JSON Canonicalization Scheme).
 *
 * @throws TypeError for what JSON cannot say (undefined at the top, functions); Error for NaN, infinities and lone surrogates.
 */
export function canonicalJson(value: unknown): string {
  const text: unknown = canonicalize(value)
  if (typeof text !== 'string') throw new TypeError('the value has no JSON form')
  return text
}

/** SHA-256 of a text's UTF-8 bytes or of bytes. 32 bytes. */
export function sha256(data: string | Uint8Array): Buffer {
  // By way of text: Node hands a digest out as a Buffer in three times the time.
  return Buffer.from(hash('sha256', data, 'latin1'), 'latin1')
}
