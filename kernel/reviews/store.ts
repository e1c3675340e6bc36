import { z } from 'zod'
import { Bytes } from '../db/bytes.ts'
import { statement } from '../db/statement.ts'

/** An officer `agreed`, `overridden` the recommendation, or `decided` where there was none. */
export const Verdict = z.enum(['agreed', 'overridden', 'decided'])
export type Verdict = z.infer<typeof Verdict>

export const ReviewRow = z.strictObject({
  reviewId: z.uuid(),
  decisionId: z.uuid(),
  caseId: z.uuid(),
  accountId: z.uuid(),
  verdict: Verdict,
  recommendation: z.string(),
  /** The officer's words; null where there are none, or where they are sealed. */
  reason: z.string().nullable(),
  /** The officer's words under the key of the case's holder; null where there are none, or the case has no holder. */
  sealed: Bytes.nullable(),
  reviewedAt: z.date(),
})
export type ReviewRow = z.infer<typeof ReviewRow>

const columns = `review_id, decision_id, case_id, account_id, verdict, recommendation, reason, sealed,
    reviewed_at`

export const insertReview = statement({
  name: 'reviews.insert',
  text: `
    insert into reviews (institution_id, review_id, decision_id, case_id, account_id, verdict, recommendation, reason, sealed,
      reviewed_at)
    values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
})

export const reviewsOfCase = statement({
  name: 'reviews.ofCase',
  text: `
    select ${columns} from reviews
    where institution_id = $1 and decision_id in (
      select decision_id from decisions where institution_id = $1 and case_id = $2
    )
    order by reviewed_at, review_id`,
  row: ReviewRow,
})
