import { z } from 'zod'
import { CaseState } from '../cases/states.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { type CompletedReview, completeReview } from './reviews.ts'
import { Verdict } from './store.ts'

const ReviewReply = z.strictObject({
  reviewId: z.uuid(),
  decisionId: z.uuid(),
  caseId: z.uuid(),
  accountId: z.uuid(),
  verdict: Verdict,
  recommendation: z.string(),
  reason: z.string().nullable(),
  reviewedAt: z.iso.datetime(),
  state: CaseState,
})

/** The officer is shown their own words as they wrote them, sealed or not. */
const reply = ({ review, reason }: CompletedReview): z.infer<typeof ReviewReply> => {
  const { sealed: _, ...row } = review
  return { ...row, reason, reviewedAt: row.reviewedAt.toISOString(), state: 'decided' }
}

const completeRoute = operation({
  id: 'reviews.complete',
  method: 'POST',
  path: '/v1/cases/{caseId}/review',
  summary:
    'Completes the review of a case: agrees with the recommendation, or decides otherwise with a reason',
  scope: 'case.review',
  params: z.strictObject({ caseId: z.uuid() }),
  query: z.strictObject({}),
  body: z.strictObject({
    recommendation: z.string().max(40),
    reason: z.string().max(4_000).optional(),
  }),
  reply: { status: 201, schema: ReviewReply },
  editsVersion: true,
  refusals: [
    'case.decided_already',
    'case.not_found',
    'case.transition_impossible',
    'case.version_stale',
    'case.person_erased',
    'review.not_yours',
    'review.own_case',
    'review.person_needed',
    'review.reason_missing',
    'review.recommendation_unknown',
  ],
  async handle(kernel, { actor, params, body, ifMatch }) {
    if (ifMatch === undefined) throw new Error('an operation that edits a version is given one')
    const completed = await completeReview(kernel, actor, {
      caseId: params.caseId,
      version: ifMatch,
      recommendation: body.recommendation,
      reason: body.reason,
    })
    return { status: 201, body: reply(completed), version: completed.version }
  },
})

export const operations: readonly AnyOperation[] = [completeRoute]
