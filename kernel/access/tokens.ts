/** Secrets that stand for a session or a key: what the bearer holds, and what is kept of it. */
import { createHash, randomBytes } from 'node:crypto'

/**
 * A token names its institution, so that the row it stands for is looked up inside that institution only:
 * 16 bytes of the institution's UUID and 32 random bytes, base64url. Only its SHA-256 is stored.
 */
export function newToken(institutionId: string): { readonly token: string; readonly hash: Uint8Array } {
  const bytes = Buffer.concat([Buffer.from(institutionId.replaceAll('-', ''), 'hex'), randomBytes(32)])
  return { token: bytes.toString('base64url'), hash: createHash('sha256').update(bytes).digest() }
}

/** The institution that a token names, and the hash it is looked up by; `undefined` for what has not the form of one. */
export function readToken(
  token: string,
): { readonly institutionId: string; readonly hash: Uint8Array } | undefined {
  if (!/^[A-Za-z0-9_-]{64}$/.test(token)) return undefined
  const bytes = Buffer.from(token, 'base64url')
  const id = bytes.toString('hex', 0, 16)
  const institutionId = [
    id.slice(0, 8),
    id.slice(8, 12),
    id.slice(12, 16),
    id.slice(16, 20),
    id.slice(20),
  ].join('-')
  return { institutionId, hash: createHash('sha256').update(bytes).digest() }
}
