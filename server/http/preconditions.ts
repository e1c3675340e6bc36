/** Headers on which a request's effect depends: entity tags (RFC 9110, 13.1) and idempotency keys. */

import { hash } from 'node:crypto'
import { Refusal } from '../../kernel/errors.ts'
import type { Idempotency } from '../../kernel/idempotency/idempotency.ts'

/** The strong entity tag of a version. */
export function entityTag(version: number): string {
  return `"${version}"`
}

/**
 * Version named by `If-Match`. One strong tag: a list or `*` would edit a version that the caller may never have seen.
 * @throws Refusal request.precondition_invalid
 */
export function versionOf(ifMatch: string): number {
  const version = /^"(0|[1-9]\d{0,9})"$/.exec(ifMatch.trim())?.[1]
  if (version === undefined) throw new Refusal('request.precondition_invalid')
  return Number(version)
}

/** Whether `If-None-Match` says that the caller already has this version. Weak comparison, as the RFC asks here. */
export function isKnown(ifNoneMatch: string, version: number): boolean {
  const tag = entityTag(version)
  if (ifNoneMatch === tag || ifNoneMatch.trim() === '*') return true
  return ifNoneMatch.split(',').some((known) => known.trim().replace(/^W\//, '') === tag)
}

/**
 * The key of `Idempotency-Key`, 1 to 255 visible ASCII characters. A header sent twice arrives joined by a comma and a
 * space, and is refused for the space.
 * @throws Refusal idempotency.key_invalid
 */
export function idempotencyKeyOf(header: string): string {
  if (!/^[\x21-\x7e]{1,255}$/.test(header)) throw new Refusal('idempotency.key_invalid')
  return header
}

/** Binds the key to the one request that it was first used for. */
export function idempotencyOf(
  key: string,
  request: { readonly method: string; readonly url: string; readonly body: Buffer | undefined },
): Idempotency {
  // Neither a method nor a URL as sent holds a line break, so the parts cannot be confused.
  const head = Buffer.from(`${request.method}\n${request.url}\n`)
  const whole = request.body === undefined ? head : Buffer.concat([head, request.body])
  return { key, requestDigest: hash('sha256', whole, 'buffer') }
}
