/** Bytes, texts and SHA-256 with what browsers and Node both have. */
import { NotProven } from './failures.ts'

export type Bytes = Uint8Array<ArrayBuffer>

export const hashBytes = 32

/** Web Cryptography. @throws NotProven `platform.no_crypto`: browsers keep it from pages that came by plain http */
export function subtle(): typeof crypto.subtle {
  const found: typeof crypto.subtle | undefined = globalThis.crypto?.subtle
  if (found === undefined) throw new NotProven('platform.no_crypto')
  return found
}

export function concat(...parts: readonly Uint8Array[]): Bytes {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

export async function sha256(...parts: readonly Uint8Array[]): Promise<Bytes> {
  return new Uint8Array(await subtle().digest('SHA-256', concat(...parts)))
}

export function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, at) => byte === other[at])
}

export const utf8 = (text: string): Bytes => new TextEncoder().encode(text)

/** Text of bytes that are valid UTF-8. A byte order mark is a character like any other. */
export function findText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return undefined
  }
}

/**
 * Standard Base64 of RFC 4648, section 4, in its one canonical form: with padding, without white space, unused bits zero. Two
 * texts for the same bytes would let a receipt be changed without notice.
 */
export function findBase64(text: string): Bytes | undefined {
  try {
    const binary = atob(text)
    return btoa(binary) === text ? Uint8Array.from(binary, (char) => char.charCodeAt(0)) : undefined
  } catch {
    return undefined
  }
}

export function hexOf(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** A decimal without leading zeros, up to 2^53 − 1. Larger numbers are not read: no log will get there. */
export function findDecimal(text: string): number | undefined {
  const value = Number(text)
  return /^(0|[1-9][0-9]*)$/.test(text) && Number.isSafeInteger(value) ? value : undefined
}
