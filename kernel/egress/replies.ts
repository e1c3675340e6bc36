/** Replies that are kept for a while, each under everything that the verdict and the reply depend on. */
import { createHash } from 'node:crypto'
import type { Admitted, Outgoing } from './egress.ts'

export interface Reply {
  readonly status: number
  readonly body: Uint8Array<ArrayBuffer>
  readonly mediaType: string
  readonly backendId: string
}

interface Kept {
  readonly reply: Reply
  readonly keptUntil: number
}

const mostBytes = 16 * 1_048_576

/** What was sent, as far as the reply depends on it. */
export interface Sent {
  readonly method: string
  readonly path: string
  readonly headers: readonly (readonly [string, string])[]
  readonly body: string
}

/**
 * Data that can name a person is never kept: it would outlive an erasure. Everything else is, under a key that changes when the
 * asker, the purpose, the facts of the backend or the policies do.
 */
export function mayBeKept({ classification, isRedacted }: Outgoing): boolean {
  return (
    classification === 'open' ||
    classification === 'official' ||
    (classification === 'personal' && isRedacted)
  )
}

export function replyKey(outgoing: Outgoing, admitted: Admitted, sent: Sent): string {
  const { institutionId, backendId, classification, purpose, isRedacted } = outgoing
  const { role = null, applicationId = null, legalBasis = null, consent = null, isObjected = null } = outgoing
  const key = [
    institutionId,
    backendId,
    classification,
    purpose,
    isRedacted,
    [role, applicationId, legalBasis, consent, isObjected],
    [admitted.backendVersion, admitted.isForeign, admitted.keyHolder],
    admitted.policyDigest,
    sent,
  ]
  return createHash('sha256').update(JSON.stringify(key)).digest('base64url')
}

/** The oldest give way where there are too many. */
export class Replies {
  readonly #kept = new Map<string, Kept>()
  readonly #now: () => Date
  #bytes = 0

  constructor(now: () => Date) {
    this.#now = now
  }

  find(key: string): Reply | undefined {
    const kept = this.#kept.get(key)
    if (kept === undefined) return undefined
    if (this.#now().getTime() < kept.keptUntil) return kept.reply
    this.#drop(key)
    return undefined
  }

  keep(key: string, reply: Reply, forMs: number): void {
    this.#drop(key)
    this.#kept.set(key, { reply, keptUntil: this.#now().getTime() + forMs })
    this.#bytes += reply.body.length
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= mostBytes) break
      this.#drop(oldest)
    }
  }

  #drop(key: string): void {
    this.#bytes -= this.#kept.get(key)?.reply.body.length ?? 0
    this.#kept.delete(key)
  }
}
