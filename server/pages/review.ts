/** The case page and the reviewing of a case on it. */
import { text, z } from '@khudi/sdk'
import { readWith, record } from '@khudi/sdk'
import { Refusal } from '../../kernel/errors.ts'
import { completeReview } from '../../kernel/reviews/reviews.ts'
import { type CaseFile, caseFileOf, recommendationLabel } from './case-file.ts'
import { casePage, reviewText } from './case-page.ts'
import { type Draft, versionOf } from './draft.ts'
import { type Html, html } from './html.ts'
import { type Answer, redirection } from './page.ts'
import { type Given, given, nothingGiven, problemNotice } from './problems.ts'
import { longestReason } from './review-form.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import type { OfficerVisit } from './visit.ts'
import { words } from './words.ts'

export const caseRoute: PageRoute = {
  id: 'page.case',
  path: '/cases/:caseId',
  scope: 'case.read',
  async show(visit, { caseId = '' }) {
    const file = await caseFileOf(visit, caseId)
    return casePage(visit, file, nothingGiven, done(visit, file))
  },
}

export const reviewRoute: FormRoute = {
  id: 'page.review',
  path: '/cases/:caseId/review',
  scope: 'case.review',
  async show(visit, { caseId = '' }, about) {
    return shown(visit, await caseFileOf(visit, caseId), about)
  },
  async act(visit, params, draft) {
    const read = readReview(draft)
    if (!read.ok) return this.show(visit, params, given(draft, { problems: read.problems }))
    return review(visit, params, { draft, ...read.value })
  },
}

/** What the form must hold before the kernel is asked. The labels are in the form; only the messages come from here. */
const Review = record({
  recommendation: z.string().max(100),
  reason: text({ en: 'Reason', ur: 'وجہ' }, { max: longestReason }).optional(),
})

function readReview(draft: Draft) {
  const reason = draft.get('reason')?.replaceAll('\r\n', '\n').trim()
  return readWith(Review, {
    recommendation: draft.get('recommendation'),
    ...(reason === undefined || reason === '' ? {} : { reason }),
  })
}
