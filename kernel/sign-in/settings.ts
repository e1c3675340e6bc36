/** What an installation sets about signing in. */

export interface SignInSettings {
  /**
   * Where browsers reach the server: scheme, host and port, `https://khudi.fbr.gov.pk`. Passkeys belong to its host, and issuers send
   * browsers back to it.
   */
  readonly origin: string
  /** How long a session lives that is not used, in ms. */
  readonly idleMs: number
  /** How long a session lives at most, in ms. */
  readonly sessionMs: number
  /** How long a proof of who one is counts for what is sensitive, in ms. */
  readonly freshMs: number
}

const minuteMs = 60_000

/**
 * An officer's working day: who is away for an hour signs in again (NIST SP 800-63B-4, 2.2.3), and everybody does the next
 * morning.
 */
export const workingDay = {
  idleMs: 60 * minuteMs,
  sessionMs: 12 * 60 * minuteMs,
  freshMs: 10 * minuteMs,
} as const
