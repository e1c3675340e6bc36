/** Reviewing a case on its page. */
import { readWith, record, text } from '@khudi/sdk'
import { ReadingPurpose } from '../../kernel/cases/open.ts'
import { type FieldProblem, Refusal } from '../../kernel/errors.ts'
import { completeReview } from '../../kernel/reviews/reviews.ts'
import { type CaseFile, caseFileOf, recommendationLabel } from './case-file.ts'
import { caseNotice } from './case-notice.ts'
import { casePage, reviewText } from './case-page.ts'
import { type Draft, versionOf } from './forms/draft.ts'
import { controlId, type Given, given, nothingGiven, problemNotice } from './forms/problems.ts'
import { type Answer, type Page, redirection } from './page.ts'
import { isReviewer, longestReason } from './review-form.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html } from './text/html.ts'
import { words } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

export const caseRoute: PageRoute = {
  id: 'page.case',
  path: '/cases/:caseId',
  scope: 'case.read',
  async show(visit, { caseId = '' }) {
    const file = await caseFileOf(visit, caseId, reviewPurpose(visit))
    return casePage(visit, file, { given: nothingGiven, notice: caseNotice(visit, file) })
  },
}

/** An officer whom a case waits for reads it to review it, and need not say so: each view of it is a read. */
function reviewPurpose({ officer }: OfficerVisit): Parameters<typeof caseFileOf>[2] {
  return ({ row }) => (isReviewer(officer, row) ? 'review' : undefined)
}

/** Opens the personal data of a case. By POST, so that no link that somebody follows is a read in their name. */
export const openRoute: FormRoute = {
  id: 'page.open_case',
  path: '/cases/:caseId/open',
  scope: 'case.read',
  async show(visit, { caseId = '' }, about) {
    if (about.draft === undefined) return redirection(`/cases/${caseId}`)
    const file = await caseFileOf(visit, caseId)
    return casePage(visit, file, { given: about, notice: problemNotice(visit, about, () => undefined) })
  },
  async act(visit, { caseId = '' }, draft) {
    const purpose = ReadingPurpose.safeParse(draft.get('purpose')).data
    if (purpose === undefined) {
      const file = await caseFileOf(visit, caseId)
      const about = given(draft, { problems: [noPurpose] })
      const label = { label: visit.speech.text('sealed.purpose'), control: 'purpose' }
      const page = casePage(visit, file, { given: about, notice: problemNotice(visit, about, () => label) })
      return { ...page, status: 422 }
    }
    const file = await caseFileOf(visit, caseId, () => purpose)
    return casePage(visit, file, { given: nothingGiven, notice: undefined })
  },
}

const noPurpose: FieldProblem = {
  field: 'purpose',
  code: 'field.missing',
  message: words['sealed.nothingChosen'],
}

export const reviewRoute: FormRoute = {
  id: 'page.review',
  path: '/cases/:caseId/review',
  scope: 'case.review',
  show: (visit, { caseId = '' }, about) => show(visit, caseId, about),
  act: (visit, { caseId = '' }, draft) => review(visit, caseId, draft),
}

async function show(visit: OfficerVisit, caseId: string, about: Given): Promise<Page> {
  const file = await caseFileOf(visit, { caseId, by: 'case.review' }, reviewPurpose(visit))
  const notice = problemNotice(visit, about, (field) => labels(visit, field))
  return casePage(visit, file, { given: about, notice })
}

function labels({ speech }: OfficerVisit, field: string) {
  switch (field) {
    case 'recommendation':
      return { label: speech.text('review.otherwise'), control: field }
    case 'reason':
      return { label: speech.text('review.reason'), control: field }
    default:
      return undefined
  }
}

async function review(visit: OfficerVisit, caseId: string, draft: Draft): Promise<Answer> {
  const recommendation = draft.get('recommendation')
  const reason = draft.get('reason')?.replaceAll('\r\n', '\n').trim() || undefined
  const problems = [...(recommendation === undefined ? [nothingChosen] : []), ...reasonProblems(reason)]
  if (recommendation === undefined || problems.length > 0) return refused(visit, caseId, { draft, problems })
  const version = versionOf(draft)
  if (version === undefined) throw new Refusal('case.version_stale')
  try {
    await completeReview(visit.kernel, visit.officer.actor, { caseId, version, recommendation, reason })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    if (error.code === 'case.decided_already') return decidedAlready(visit, caseId, draft)
    if (error.code !== 'review.reason_missing') throw error
    return refused(visit, caseId, { draft, problems: [reasonMissing(error)] })
  }
  return redirection(`/cases/${caseId}?done=review`)
}

async function refused(
  visit: OfficerVisit,
  caseId: string,
  { draft, problems }: { readonly draft: Draft; readonly problems: readonly FieldProblem[] },
): Promise<Page> {
  return { ...(await show(visit, caseId, given(draft, { problems }))), status: 422 }
}

const nothingChosen: FieldProblem = {
  field: 'recommendation',
  code: 'field.missing',
  message: words['review.nothingChosen'],
}

function reasonMissing({ code }: Refusal): FieldProblem {
  return { field: 'reason', code, message: words['review.reasonMissing'] }
}

const Reason = record({ reason: text({ en: 'Reason', ur: 'وجہ' }, { max: longestReason }) })

/** What the database could not keep, or a reader could not trust, is told to the officer before the kernel is asked. */
function reasonProblems(reason: string | undefined): readonly FieldProblem[] {
  if (reason === undefined) return []
  const read = readWith(Reason, { reason })
  return read.ok ? [] : read.problems
}

/** Another officer was first. The page says who decided what, and gives back what this officer had written. */
async function decidedAlready(visit: OfficerVisit, caseId: string, draft: Draft): Promise<Answer> {
  const file = await caseFileOf(visit, { caseId, by: 'case.review' })
  const last = file.reviews.at(-1)
  // A button pressed twice: the decision stands as this officer wanted it.
  if (
    last?.accountId === visit.officer.actor.accountId &&
    last?.recommendation === draft.get('recommendation')
  ) {
    return redirection(`/cases/${caseId}?done=review`)
  }
  const page = casePage(visit, file, { given: nothingGiven, notice: lost(visit, file, draft) })
  return { ...page, status: 409, title: `${visit.speech.text('review.lost')} – ${page.title}` }
}

function lost(visit: OfficerVisit, file: CaseFile, draft: Draft): Html {
  const { speech } = visit
  const { application, reviews } = file
  const chosen = draft.get('recommendation') ?? ''
  const reason = draft.get('reason')?.trim()
  return html`<div class="notice error" role="alert" tabindex="-1" autofocus id="${controlId('lost')}">
<h2>${speech.text('review.lost')}</h2>
${reviews.slice(-1).map((one) => reviewText(visit, file, one))}
<p>${speech.sentence('review.lostYours', { what: html`<b>${recommendationLabel(visit, application, chosen)}</b>` })}</p>
${reason !== undefined && reason !== '' && html`<blockquote class="typed" dir="auto">${reason}</blockquote>`}
<p><a href="/queue/next">${speech.text('queue.next')}</a></p></div>`
}
