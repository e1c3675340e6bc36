/** The page of one case: what was submitted, what is recommended and why, and the officer's own decision beside it. */
import { protectionPlan } from '@khudi/sdk'
import { visiblePayload, visibleWords } from '../../kernel/cases/open.ts'
import { stateLabels } from '../../kernel/cases/states.ts'
import type { DecisionRow } from '../../kernel/decisions/decisions.ts'
import type { OutcomeRow } from '../../kernel/outcomes/outcomes.ts'
import type { ReviewRow } from '../../kernel/reviews/reviews.ts'
import {
  applicationTitle,
  atUnitOf,
  type CaseFile,
  isHidden,
  recommendationLabel,
  recommendationTag,
} from './case-file.ts'
import { facts } from './facts.ts'
import { fieldTree } from './forms/fields.ts'
import { type Given, titleOf } from './forms/problems.ts'
import { history } from './history.ts'
import type { Page } from './page.ts'
import { reasonList, shownReasons } from './reasons.ts'
import { reviewForm } from './review-form.ts'
import { hiddenWords, hidingOf, sealNotice } from './sealed.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export interface AboutCase {
  /** The form for a review as it was sent. */
  readonly given: Given
  /** What just happened, above everything. */
  readonly notice: Html | undefined
}

export function casePage(visitor: OfficerVisit, file: CaseFile, { given, notice }: AboutCase): Page {
  const { row } = file
  const visit = atUnitOf(visitor, row)
  const { speech } = visit
  const title = applicationTitle(visit, row.applicationId)
  const main = html`${notice}
<p class="over">${title}</p>
<h1>${isolated(row.reference)} <span class="tag state">${speech.of(stateLabels[row.state])}</span></h1>
${sealNotice(visit, file, given)}
<div class="case">
<div class="judgement">${recommended(visit, file)}
${reviewed(visit, file)}
${reviewForm(visit, file, given)}
${outcome(visit, file)}</div>
<div class="record"><section class="card" aria-labelledby="submitted"><h2 id="submitted">${speech.text('case.submitted')}</h2>
${payloadFacts(visit, file, { kind: 'case', id: row.caseId, ...row })}</section>
<section aria-labelledby="history"><h2 id="history">${speech.text('history.title')}</h2>${history(visit, file)}
<p><a href="/cases/${row.caseId}/receipts">${speech.text('receipts.link')}</a></p></section></div>
</div>`
  return { kind: 'page', title: titleOf(visit, `${row.reference} – ${title}`, given), main }
}

/** The recommendation with its score and its reasons. */
function recommended(visit: OfficerVisit, { decision, application, unsealed }: CaseFile): Html {
  const { speech, officer } = visit
  if (decision === undefined) {
    return html`<section class="card" aria-labelledby="recommended"><h2 id="recommended">${speech.text('case.recommendation')}</h2><p>${speech.text('case.undecided')}</p></section>`
  }
  const { recommendation } = decision
  return html`<section class="card" aria-labelledby="recommended"><h2 id="recommended">${speech.text('case.recommendation')}</h2>
<p class="verdict">${
    recommendation === null
      ? speech.text('case.noRecommendation')
      : recommendationTag(visit, application, recommendation)
  } ${score(visit, decision)}</p>
<p class="hint">${speech.text(`review.${decision.review}`)}${
    officer.may('decision.read') &&
    html` <a href="/decisions/${decision.decisionId}">${speech.text('case.decisionLink')}</a>`
  }</p>
<h3>${speech.text('case.reasons')}</h3>
${reasonList(visit, application, shownReasons(decision, unsealed))}</section>`
}

export function score(
  { speech, formats }: OfficerVisit,
  decision: Pick<DecisionRow, 'score'>,
): Html | undefined {
  if (decision.score === null) return undefined
  const share = Math.round(decision.score * 1_000) / 10
  return html`<span class="score"><svg class="meter" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect class="all" width="100" height="8"/><rect width="${share}" height="8"/></svg>
<span>${speech.sentence('case.score', { score: html`<b><bdi class="figure">${formats.percent(decision.score)}</bdi></b>` })}</span></span>`
}

/** What officers decided. */
function reviewed(visit: OfficerVisit, file: CaseFile): Html | undefined {
  const { reviews } = file
  if (reviews.length === 0) return undefined
  return html`<section class="card" aria-labelledby="reviewed"><h2 id="reviewed">${visit.speech.text('review.title')}</h2>
${reviews.map((review) => reviewText(visit, file, review))}</section>`
}

/** One review as a sentence: who, what, when, and why. */
export function reviewText(
  visit: OfficerVisit,
  file: Pick<CaseFile, 'application' | 'names' | 'unsealed'>,
  review: ReviewRow,
): Html {
  const { speech, formats } = visit
  const { application, names, unsealed } = file
  const { reviewedAt, accountId, recommendation, verdict } = review
  const reason = visibleWords(review, unsealed.secrets)
  const sentence = speech.sentence(`review.${verdict}`, {
    who: html`<b>${isolated(names.get(accountId) ?? accountId)}</b>`,
    what: html`<b>${recommendationLabel(visit, application, recommendation)}</b>`,
    when: html`<time datetime="${reviewedAt.toISOString()}">${formats.instant(reviewedAt)}</time>`,
  })
  return html`<p>${sentence}</p>
${reason !== null && html`<blockquote class="typed" dir="auto">${reason}</blockquote>`}
${isHidden(file, review.sealed, review.reviewId) && html`<p class="hint">${hiddenWords(visit, hidingOf(file))}</p>`}`
}

/** What turned out to be true; a correction stands above what it corrects. */
function outcome(visit: OfficerVisit, file: CaseFile): Html {
  const { speech, officer } = visit
  const { row, application, outcomes } = file
  const outcomeFacts = (one: OutcomeRow) =>
    payloadFacts(visit, file, { kind: 'outcome', id: one.outcomeId, ...one })
  const [latest, ...earlier] = outcomes.toReversed()
  const link = latest === undefined ? 'outcome.record' : 'outcome.correct'
  return html`<section class="card" aria-labelledby="outcome"><h2 id="outcome">${speech.text('outcome.title')}</h2>
${latest === undefined ? html`<p class="hint">${speech.text('outcome.none')}</p>` : outcomeFacts(latest)}
${earlier.length > 0 && html`<details><summary>${speech.text('outcome.earlier')}</summary>${earlier.map((one) => outcomeFacts(one))}</details>`}
${application !== undefined && officer.may('outcome.record') && html`<p><a class="button" href="/cases/${row.caseId}/outcome">${speech.text(link)}</a></p>`}</section>`
}

interface Recorded extends Pick<OutcomeRow, 'payload' | 'sealed'> {
  readonly kind: 'case' | 'outcome'
  readonly id: string
}

/** A case or an outcome as far as it was opened. */
function payloadFacts(visit: OfficerVisit, file: CaseFile, { kind, id, ...row }: Recorded): Html {
  const { application, unsealed } = file
  const record = visiblePayload(row, unsealed.secrets.get(id))
  const isWhole = !isHidden(file, row.sealed, id)
  if (application === undefined) return facts(visit, { fields: [], record, hidden: undefined })
  const parts = protectionPlan(application[kind], application.classification).root.parts
  const hidden = isWhole ? undefined : { hiding: hidingOf(file), parts }
  return facts(visit, { fields: fieldTree(application[kind]), record, hidden })
}
