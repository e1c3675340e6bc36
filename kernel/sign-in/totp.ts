/** Codes by time (RFC 6238) from an app, by the library otpauth: six digits, thirty seconds, SHA-1 as every app has it. */
import { Secret, TOTP } from 'otpauth'

const periodSeconds = 30
/** One step before and after, for clocks that differ. */
const drift = 1
const secretBytes = 20

/** A new secret, base32. */
export const newTotpSecret = (): string => new Secret({ size: secretBytes }).base32

const totpOf = (secret: string, about: { readonly issuer?: string; readonly label?: string } = {}) =>
  new TOTP({
    ...about,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
  })

/** The address that an app reads from a QR code, `otpauth://totp/…`. */
export function totpAddress(
  secret: string,
  about: { readonly issuer: string; readonly label: string },
): string {
  return totpOf(secret, about).toString()
}

/**
 * The time step whose code this is, where it is later than the last one that was taken; `undefined` for a wrong code, and for one
 * that was taken before (RFC 6238, 5.2).
 */
export function stepOfCode(
  secret: string,
  code: string,
  { now, after }: { readonly now: Date; readonly after: number },
): number | undefined {
  const token = code.replace(/[\s-]/g, '')
  // The library compares bytes and stops at characters of several.
  if (!/^[0-9]{6}$/.test(token)) return undefined
  const timestamp = now.getTime()
  const delta = totpOf(secret).validate({ token, timestamp, window: drift })
  if (delta === null) return undefined
  const step = Math.floor(timestamp / 1_000 / periodSeconds) + delta
  return step > after ? step : undefined
}
