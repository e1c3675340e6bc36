/**
 * Idempotency keys: a request repeated with its key gets the first answer, and has no second effect. The answer commits in
 * the transaction of the effect. A refused request keeps nothing: it had no effect, and may succeed when mended.
 */
import { type Actor, everywhere, unitsFor } from '../access/roles.ts'
import { standingOf } from '../consents/standing.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { requireAllowed } from '../policy/ask.ts'
import { officeOf } from '../vault/batches.ts'
import { replyPlace } from '../vault/places.ts'
import { recordRead } from '../vault/reads.ts'
import { type Holder, seal, unseal } from '../vault/seal.ts'
import { holdersById } from '../vault/vault.ts'
import { deleteOldReplies, deleteRepliesOfCases, findReply, insertReply, type ReplyRow } from './store.ts'

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
 * The answer that this key got before. One that is sealed is opened by a read that is logged.
 *
 * @throws Refusal `idempotency.body_differs` where the key came with another request; `idempotency.reply_erased`
 */
export async function keptReply(
  kernel: Kernel,
  actor: Actor,
  given: Idempotency & { readonly applicationId: string },
): Promise<KeptReply | undefined> {
  const found = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.maybe(findReply, [tx.institutionId, actor.name, given.key]),
    { isReadOnly: true, units: unitsFor(actor, 'case.open') },
  )
  if (found === undefined) return undefined
  if (!Buffer.from(found.requestDigest).equals(given.requestDigest))
    throw new Refusal('idempotency.body_differs')
  return { status: found.status, body: found.reply ?? (await opened(kernel, actor, { ...given, found })) }
}

/**
 * 1. One transaction looks the key of the reply's person up and records the read. A crash before its commit leaves nothing,
 *    after it an entry of a read that did not come to pass.
 * 2. The reply is opened.
 */
async function opened(
  kernel: Kernel,
  actor: Actor,
  given: Pick<Idempotency, 'key'> & { readonly applicationId: string; readonly found: ReplyRow },
): Promise<string> {
  const { key, applicationId, found } = given
  const { sealed, holderId, caseId } = found
  if (sealed === null || holderId === null) throw new Error('a reply is kept in clear or sealed')
  const standing = await standingOf(kernel, actor.institutionId, { applicationId, holderId, use: 'decision' })
  await requireAllowed(kernel, actor, { applicationId, action: 'read', purpose: 'service', standing })
  // 1.
  const read = async (tx: Transaction) => {
    const living = (await holdersById(tx, kernel, [holderId])).get(holderId)
    if (living === undefined) throw new Refusal('idempotency.reply_erased')
    const at = kernel.clock()
    const role = officeOf(actor, 'service')
    const reading = { holderId, caseId, applicationId, cases: 1, role, purpose: 'service', at } as const
    await append(tx, { actor: actor.name, at }, [await recordRead(tx, actor, reading)])
    return living
  }
  const holder = await kernel.db.transaction(actor.institutionId, read, {
    units: unitsFor(actor, 'case.open'),
  })
  // 2.
  return unseal(holder, replyPlace(actor.name, key), sealed)
}

/**
 * Keeps an answer in the transaction of its effect, sealed where a holder is given: it then shows what is sealed elsewhere. `false` where a request with the same
 * key committed meanwhile.
 */
export async function keepReply(
  tx: Transaction,
  actor: Actor,
  given: Idempotency &
    KeptReply & {
      readonly at: Date
      /** The case that the answer shows: whoever may not see it any more does not get the answer again. */
      readonly caseId: string | undefined
      readonly holder: Holder | undefined
    },
): Promise<boolean> {
  const { key, requestDigest, status, body, at, caseId, holder } = given
  const row = [
    tx.institutionId,
    actor.name,
    key,
    requestDigest,
    status,
    holder === undefined ? body : null,
    caseId,
    holder?.holderId,
    holder && seal(holder, replyPlace(actor.name, key), body),
    at,
  ]
  return (await tx.run(insertReply, row)) === 1
}

/** Forgets keys older than two days; returns how many. */
export async function forgetOldReplies(kernel: Kernel, institutionId: string): Promise<number> {
  const before = new Date(kernel.clock().getTime() - keptForMs)
  const forget = (tx: Transaction) => tx.run(deleteOldReplies, [institutionId, before])
  return kernel.db.transaction(institutionId, forget, { units: everywhere })
}

/** Forgets the replies that show what is sealed of cases: what they showed has been corrected, or need not be kept. */
export async function forgetRepliesOf(tx: Transaction, caseIds: readonly string[]): Promise<void> {
  await tx.run(deleteRepliesOfCases, [tx.institutionId, caseIds])
}
