/** The officer's decision: agree in one click, or decide otherwise and say why. */
import type { Application } from '@khudi/sdk'
import type { CaseRow } from '../../kernel/cases/cases.ts'
import { mayReview } from '../../kernel/reviews/reviews.ts'
import { type CaseFile, recommendationLabel } from './case-file.ts'
import { controlId, type Given } from './forms/problems.ts'
import { tokenField } from './page.ts'
import { roleLabel } from './roles.ts'
import { type Html, html } from './text/html.ts'
import type { Officer, OfficerVisit } from './visit.ts'

export const longestReason = 2_000

/** The forms, or why this reader has none; nothing for a case that waits for nobody. */
export function reviewForm(visit: OfficerVisit, file: CaseFile, given: Given): Html | undefined {
  const { row, decision, application } = file
  const { officer, speech } = visit
  if (row.state !== 'in_review' || decision === undefined || application === undefined) return undefined
  if (!isReviewer(officer, row)) {
    return html`<section class="card"><p>${speech.sentence('review.waitsFor', {
      role: html`<b>${roleLabel(visit, row.reviewRole ?? '')}</b>`,
    })}</p></section>`
  }
  const { recommendation } = decision
  return html`<section class="card decide" aria-labelledby="decide"><h2 id="decide">${speech.text('review.yours')}</h2>
${recommendation !== null && agreement(visit, { row, application, recommendation })}
${otherwise(visit, { row, application, recommendation }, given)}</section>`
}

/** Whether the case waits for this officer. */
export function isReviewer({ actor }: Pick<Officer, 'actor'>, row: CaseRow): boolean {
  return row.state === 'in_review' && mayReview(actor, row)
}

interface Choice {
  readonly row: CaseRow
  readonly application: Application
  readonly recommendation: string | null
}

function hidden(visit: OfficerVisit, { version }: CaseRow): Html {
  return html`${tokenField(visit)}<input type="hidden" name="_version" value="${version}">`
}

function agreement(
  visit: OfficerVisit,
  { row, application, recommendation }: Choice & { readonly recommendation: string },
): Html {
  return html`<form method="post" action="/cases/${row.caseId}/review">${hidden(visit, row)}
<input type="hidden" name="recommendation" value="${recommendation}">
<p><button class="main">${visit.speech.sentence('review.agree', {
    what: recommendationLabel(visit, application, recommendation),
  })}</button></p></form>`
}

/** Every other recommendation, with the reason for it. Without a recommendation all of them, and the reason is welcome. */
function otherwise(visit: OfficerVisit, { row, application, recommendation }: Choice, given: Given): Html {
  const { speech } = visit
  const others = Object.keys(application.recommendations).filter((code) => code !== recommendation)
  const isUnaided = recommendation === null
  return html`<form method="post" action="/cases/${row.caseId}/review" class="fields otherwise">${hidden(visit, row)}
<fieldset id="${controlId('recommendation')}"${described('recommendation', given)}><legend>${speech.text(isUnaided ? 'review.choose' : 'review.otherwise')}</legend>
${messages(visit, 'recommendation', given)}
${others.map((code) => radio(visit, { application, code, isChosen: given.draft?.get('recommendation') === code }))}</fieldset>
<p class="field"><label for="${controlId('reason')}">${speech.text(isUnaided ? 'review.reasonOptional' : 'review.reason')}</label>
${messages(visit, 'reason', given)}
<textarea id="${controlId('reason')}" name="reason" rows="3" dir="auto" maxlength="${longestReason}"${described('reason', given)}>${given.draft?.get('reason')}</textarea></p>
<p><button>${speech.text('review.send')}</button></p></form>`
}

function radio(
  visit: OfficerVisit,
  {
    application,
    code,
    isChosen,
  }: { readonly application: Application; readonly code: string; readonly isChosen: boolean },
): Html {
  return html`<label class="choice"><input type="radio" name="recommendation" value="${code}"${isChosen && html` checked`}> <span>${recommendationLabel(visit, application, code)}</span></label>
`
}

const problemsAt = (name: string, { problems }: Given) => problems.filter(({ field }) => field === name)

function messages({ speech }: OfficerVisit, name: string, given: Given): Html | undefined {
  const found = problemsAt(name, given)
  if (found.length === 0) return undefined
  return html`<span class="message" id="${controlId(name)}-message">${found.map(({ message }) => speech.of(message))}</span>`
}

function described(name: string, given: Given): Html | false {
  return (
    problemsAt(name, given).length > 0 &&
    html` aria-invalid="true" aria-describedby="${controlId(name)}-message"`
  )
}
