/**
 * Sealing: AES-256-GCM (NIST SP 800-38D) with a random 96-bit nonce, under the data key of a holder. A holder's key seals far
 * fewer than the 2³² texts that the standard allows for random nonces.
 */
import { createCipheriv, createDecipheriv } from 'node:crypto'
import { hmacSha256 } from '../hmac.ts'
import { freshNonce, nonceBytes } from './nonces.ts'

/** Whom or what a data key belongs to: a person, a case about nobody that can be named, an import's refused rows. */
export interface Holder {
  readonly holderId: string
  /** 32 bytes. Kept no longer than one batch. */
  readonly dataKey: Uint8Array
}

/** Where a sealed text stands; opened anywhere else it fails. `cases/customs/KHI-2026-1`. */
export type Place = string

const tagBytes = 16

/** Nonce ‖ ciphertext ‖ tag: 28 bytes longer than the text's UTF-8. */
export function seal({ dataKey }: Pick<Holder, 'dataKey'>, place: Place, text: string): Buffer {
  const nonce = freshNonce()
  const cipher = createCipheriv('aes-256-gcm', dataKey, nonce).setAAD(Buffer.from(place))
  // All of it comes at once: the mode works on a stream, and its end adds nothing but the tag.
  const body = cipher.update(text, 'utf8')
  cipher.final()
  const sealed = Buffer.allocUnsafe(nonceBytes + body.length + tagBytes)
  sealed.set(nonce, 0)
  sealed.set(body, nonceBytes)
  sealed.set(cipher.getAuthTag(), nonceBytes + body.length)
  return sealed
}

/** @throws Error where key, place or bytes are not those of the sealing */
export function unseal({ dataKey }: Pick<Holder, 'dataKey'>, place: Place, sealed: Uint8Array): string {
  const decipher = createDecipheriv('aes-256-gcm', dataKey, sealed.subarray(0, nonceBytes), {
    authTagLength: tagBytes,
  })
  decipher.setAAD(Buffer.from(place)).setAuthTag(sealed.subarray(-tagBytes))
  const text = decipher.update(sealed.subarray(nonceBytes, -tagBytes))
  // Throws where the tag is not right; it adds no bytes.
  decipher.final()
  return text.toString('utf8')
}

/**
 * HMAC-SHA-256 of a payload's two parts under the holder's key: equal for equal payloads of one holder, and telling nothing to
 * whoever lacks the key, also after it is gone.
 */
export function keyedDigest({ dataKey }: Pick<Holder, 'dataKey'>, open: string, secret: string): Buffer {
  return hmacSha256(dataKey, `khudi payload digest\n${open}\n${secret}`)
}
