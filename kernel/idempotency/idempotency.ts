/**
 * Idempotency keys: a request repeated with its key gets the first answer, and has no second effect. The answer commits in
 * the transaction of the effect. A refused request keeps nothing: it had no effect, and may succeed when mended.
 */
import type { Actor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { deleteOldReplies, findReply, insertReply } from './store.ts'

export interface Idempotency {
  readonly key: string
  /** SHA-256 over method, path and body. */
  readonly requestDigest: Uint8Array
}

/** A kept answer; `body` is JSON text. */
export interface KeptReply {
  readonly status: number
  readonly body: string
}

/** Keys are kept for two days: longer than any client retries, short enough to stay small. */
export const keptForMs = 48 * 3_600_000

/**
 * The answer that this key got before.
 *
 * @throws Refusal `idempotency.body_differs` where the key came with another request
 */
export async function keptReply(
  tx: Transaction,
  actor: Actor,
  given: Idempotency,
): Promise<KeptReply | undefined> {
  const found = await tx.maybe(findReply, [tx.institutionId, actor.name, given.key])
  if (found === undefined) return undefined
  if (!Buffer.from(found.requestDigest).equals(given.requestDigest))
    throw new Refusal('idempotency.body_differs')
  return { status: found.status, body: found.reply }
}

/** Keeps an answer in the transaction of its effect. `false` where a request with the same key committed meanwhile. */
export async function keepReply(
  tx: Transaction,
  actor: Actor,
  given: Idempotency & KeptReply & { readonly at: Date },
): Promise<boolean> {
  const row = [
    tx.institutionId,
    actor.name,
    given.key,
    given.requestDigest,
    given.status,
    given.body,
    given.at,
  ]
  return (await tx.run(insertReply, row)) === 1
}

/** Forgets keys older than two days; returns how many. */
export async function forgetOldReplies(kernel: Kernel, institutionId: string): Promise<number> {
  const before = new Date(kernel.clock().getTime() - keptForMs)
  return kernel.db.transaction(institutionId, (tx) => tx.run(deleteOldReplies, [institutionId, before]))
}
