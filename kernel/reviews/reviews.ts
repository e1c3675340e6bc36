/** Reviews: an officer agrees with a recommendation or overrides it with a reason. Of two at once, one wins. */
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { move, takeCase } from '../cases/cases.ts'
import { next } from '../cases/states.ts'
import { decisionsOf } from '../decisions/decisions.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { installed } from '../register/register.ts'
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

/**
 * Completes the review of a case.
 *
 * The case is locked first, so of two officers the second finds it decided and is told so.
 *
 * @throws Refusal `review.person_needed`, `review.not_yours`, `review.reason_missing`, `review.recommendation_unknown`,
 *   `case.not_found`, `case.decided_already`, `case.version_stale`, `case.transition_impossible`
 */
export async function completeReview(
  kernel: Kernel,
  actor: Actor,
  given: GivenReview,
): Promise<{ readonly version: number; readonly review: ReviewRow }> {
  const { accountId } = actor
  if (accountId === undefined) throw new Refusal('review.person_needed')
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    // 1. Lock the case; whoever comes second waits here and then sees what the first did.
    const row = await takeCase(tx, actor, { caseId: given.caseId, version: undefined })
    if (row.state === 'decided' || row.state === 'closed') throw new Refusal('case.decided_already')
    next(row.state, 'review.completed')
    if (row.version !== given.version) throw new Refusal('case.version_stale')
    if (row.reviewRole === null || !actor.roles.includes(row.reviewRole)) {
      throw new Refusal('review.not_yours', { role: row.reviewRole ?? '' })
    }
    // 2. Compare with what was recommended.
    const decision = (await decisionsOf(tx, [row.caseId])).get(row.caseId)
    if (decision === undefined) throw new Error('a case in review has a decision')
    const verdict = verdictOf(decision.recommendation, given.recommendation)
    const reason = given.reason?.trim() || null
    if (verdict === 'overridden' && reason === null) throw new Refusal('review.reason_missing')
    const { recommendations } = installed(kernel, row.applicationId).application
    if (!Object.hasOwn(recommendations, given.recommendation)) {
      throw new Refusal('review.recommendation_unknown', {
        recommendation: given.recommendation.slice(0, 40),
        choices: Object.keys(recommendations).join(', '),
      })
    }
    // 3. Case, review and log entry commit together; a crash before leaves the case in review.
    const at = kernel.clock()
    const review: ReviewRow = {
      reviewId: newId(),
      decisionId: decision.decisionId,
      caseId: row.caseId,
      accountId,
      verdict,
      recommendation: given.recommendation,
      reason,
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
      reason,
      at,
    ])
    await append(tx, { actor: actor.name, at }, [
      {
        kind: 'review.completed',
        caseId: row.caseId,
        recordId: review.reviewId,
        record: reviewRecord(review),
      },
    ])
    return { version, review }
  })
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
    verdict: row.verdict,
  })
}

export async function reviewsOf(kernel: Kernel, actor: Actor, caseId: string): Promise<readonly ReviewRow[]> {
  return kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.rows(reviewsOfCase, [tx.institutionId, caseId]),
    {
      isReadOnly: true,
    },
  )
}
