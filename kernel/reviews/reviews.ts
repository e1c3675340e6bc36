/** Reviews: an officer agrees with a recommendation or overrides it with a reason. Of two at once, one wins. */
import { type Actor, actingAt, holds, unitsFor } from '../access/roles.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import { type CaseRow, move, seeCase, seeing, seenCase, takeCase, type WhichCase } from '../cases/cases.ts'
import { next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { decisionsOf } from '../decisions/decisions.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { installed } from '../register/register.ts'
import { reviewPlace } from '../vault/places.ts'
import { type Holder, seal } from '../vault/seal.ts'
import { holdersById, requireLiving } from '../vault/vault.ts'
import { requireAnotherOfficer } from './own-case.ts'
import { insertReview, type ReviewRow, reviewsOfCase, type Verdict } from './store.ts'

export type { ReviewRow, Verdict } from './store.ts'

export interface GivenReview {
  readonly caseId: string
  /** Version of the case that the officer saw. */
  readonly version: number
  /** What the officer decides: the recommendation itself, or another that the application declares. */
  readonly recommendation: string
  readonly reason: string | undefined
}

/** A review that was completed, with the officer's words whether they are sealed or not. */
export interface CompletedReview {
  readonly version: number
  readonly review: ReviewRow
  readonly reason: string | null
}

/**
 * Completes the review of a case.
 *
 * The case is locked first, so of two officers the second finds it decided and is told so.
 *
 * @throws Refusal `review.person_needed`, `review.not_yours`, `review.own_case`, `review.reason_missing`, `review.recommendation_unknown`,
 *   `case.not_found`, `case.decided_already`, `case.version_stale`, `case.transition_impossible`, `case.person_erased`
 */
export async function completeReview(
  kernel: Kernel,
  actor: Actor,
  given: GivenReview,
): Promise<CompletedReview> {
  const { accountId } = actor
  if (accountId === undefined) throw new Refusal('review.person_needed')
  // 1. Seal the officer's words where the case has a holder. A crash up to step 4 leaves the case in review.
  const words = await sealWords(kernel, actor, given)
  const done = await kernel.db.transaction(
    actor.institutionId,
    async (tx): Promise<CompletedReview | undefined> => {
      const isLiving = words.holder === undefined || (await requireLiving(tx, [words.holder.holderId]))
      // 2. Lock the case; whoever comes second waits here and then sees what the first did.
      const row = await takeCase(tx, actor, { caseId: given.caseId, version: undefined })
      if (row.holderId !== words.holderId) return undefined
      if (row.state === 'decided' || row.state === 'closed') throw new Refusal('case.decided_already')
      next(row.state, 'review.completed')
      if (row.version !== given.version) throw new Refusal('case.version_stale')
      if (!mayReview(actor, row)) {
        throw new Refusal('review.not_yours', { role: row.reviewRole ?? '' })
      }
      await requireAnotherOfficer(tx, actor, row)
      // 3. Compare with what was recommended.
      const decision = (await decisionsOf(tx, [row.caseId])).get(row.caseId)
      if (decision === undefined) throw new Error('a case in review has a decision')
      const verdict = verdictOf(decision.recommendation, given.recommendation)
      const { reviewId, reason, sealed } = words
      if (verdict === 'overridden' && reason === null) throw new Refusal('review.reason_missing')
      const { recommendations } = installed(kernel, row.applicationId).application
      if (!Object.hasOwn(recommendations, given.recommendation)) {
        throw new Refusal('review.recommendation_unknown', {
          recommendation: given.recommendation.slice(0, 40),
          choices: Object.keys(recommendations).join(', '),
        })
      }
      const isInClear = row.holderId === null
      if (!isLiving || (reason !== null && sealed === null && !isInClear))
        throw new Refusal('case.person_erased')
      // 4. Case, review and log entry commit together; a crash before leaves the case in review.
      const at = kernel.clock()
      const review: ReviewRow = {
        reviewId,
        decisionId: decision.decisionId,
        caseId: row.caseId,
        accountId,
        verdict,
        recommendation: given.recommendation,
        reason: isInClear ? reason : null,
        sealed,
        reviewedAt: at,
      }
      const version = await move(tx, row, { event: 'review.completed', at })
      await tx.run(insertReview, [
        tx.institutionId,
        review.reviewId,
        review.decisionId,
        review.caseId,
        accountId,
        verdict,
        review.recommendation,
        review.reason,
        review.sealed,
        at,
      ])
      await append(tx, { actor: actor.name, at }, [
        {
          kind: 'review.completed',
          caseId: row.caseId,
          recordId: review.reviewId,
          record: reviewRecord(review),
          said: review.recommendation,
        },
      ])
      return { version, review, reason }
    },
    { units: unitsFor(actor, 'case.review') },
  )
  // Something of the case was sealed for the first time meanwhile.
  return done ?? completeReview(kernel, actor, given)
}

/** At the case's unit both are needed: the right to review, and the office in the application. */
export function mayReview(
  actor: Actor,
  { unitId, reviewRole }: Pick<CaseRow, 'unitId' | 'reviewRole'>,
): boolean {
  const acting = actingAt(actor, unitId)
  return holds(acting, 'case.review') && reviewRole !== null && acting.roles.includes(reviewRole)
}

/** An officer's words on their way into the database. */
interface Words {
  readonly reviewId: string
  readonly reason: string | null
  /** Of the case; null where nothing of it is sealed. */
  readonly holderId: string | null
  /** `undefined` where nothing is to be sealed, or the holder has been erased. */
  readonly holder: Holder | undefined
  readonly sealed: Uint8Array | null
}

async function sealWords(
  kernel: Kernel,
  actor: Actor,
  { caseId, reason: given }: GivenReview,
): Promise<Words> {
  const reviewId = newId()
  const reason = given?.trim() || null
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const { holderId } = await seeCase(tx, actor, { caseId, version: undefined })
      const isSealed = reason !== null && holderId !== null
      const holder = isSealed ? (await holdersById(tx, kernel, [holderId])).get(holderId) : undefined
      const sealed =
        holder === undefined || reason === null ? null : seal(holder, reviewPlace(reviewId), reason)
      return { reviewId, reason, holderId, holder, sealed }
    },
    seeing(actor, 'case.review'),
  )
}

function verdictOf(recommended: string | null, decided: string): Verdict {
  if (recommended === null) return 'decided'
  return recommended === decided ? 'agreed' : 'overridden'
}

/** What the log commits to when a review is completed. */
export function reviewRecord(row: ReviewRow): string {
  return canonicalJson({
    account: row.accountId,
    case: row.caseId,
    decision: row.decisionId,
    reason: row.reason,
    recommendation: row.recommendation,
    review: row.reviewId,
    reviewedAt: row.reviewedAt.toISOString(),
    ...(row.sealed && { sealed: sha256(row.sealed).toString('hex') }),
    verdict: row.verdict,
  })
}

export async function reviewsOf(
  kernel: Kernel,
  actor: Actor,
  which: WhichCase,
): Promise<readonly ReviewRow[]> {
  const { caseId, options } = seenCase(actor, which)
  const find = (tx: Transaction) => tx.rows(reviewsOfCase, [tx.institutionId, caseId])
  return kernel.db.transaction(actor.institutionId, find, options)
}
