/** What an app with codes does. */
import { Secret, TOTP } from 'otpauth'

/** The code that an app with this secret (base32) shows. */
export function codeAt(secret: string, now: Date): string {
  return new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: now.getTime() })
}
