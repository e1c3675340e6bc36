/**
 * HMAC-SHA-256 (RFC 2104) of two one-shot hashes. Node's own HMAC makes an object for each message, which costs three times as
 * much as hashing a short one; every case needs one to three.
 */
import { hash } from 'node:crypto'
import { sha256 } from './canonical.ts'

const blockBytes = 64
const inner = 0x36
const outer = 0x5c

/** @param key of at most 64 bytes */
export function hmacSha256(key: Uint8Array, message: string): Buffer {
  if (key.length > blockBytes) throw new RangeError('a key of HMAC-SHA-256 has at most 64 bytes here')
  const first = Buffer.allocUnsafe(blockBytes + Buffer.byteLength(message))
  const second = Buffer.allocUnsafe(blockBytes + 32)
  for (let at = 0; at < blockBytes; at++) {
    const byte = key[at] ?? 0
    first[at] = byte ^ inner
    second[at] = byte ^ outer
  }
  first.write(message, blockBytes)
  // As a string a digest costs a third of what a Buffer of it costs.
  second.write(hash('sha256', first, 'latin1'), blockBytes, 'latin1')
  return sha256(second)
}
