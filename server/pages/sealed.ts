/** What stands in the place of personal data that a page does not show, and the way to open it. */
import { permittedPurposes, type ReadingPurpose } from '../../kernel/cases/open.ts'
import { purposes } from '../../kernel/registers/purposes.ts'
import type { CaseFile } from './case-file.ts'
import { controlId, type Given } from './forms/problems.ts'
import { tokenField } from './page.ts'
import { type Html, html } from './text/html.ts'
import type { Word } from './text/words.ts'
import type { OfficerVisit, Visit } from './visit.ts'

/** Why something is not shown. */
export type Hiding = 'sealed' | 'erased'

export function hidingOf({ unsealed }: Pick<CaseFile, 'unsealed'>): Hiding {
  return unsealed.erasedAt === null ? 'sealed' : 'erased'
}

const saidOf = {
  sealed: { value: 'sealed.value', optionalValue: 'sealed.optionalValue', words: 'sealed.reason' },
  erased: { value: 'erased.value', optionalValue: 'erased.optionalValue', words: 'erased.reason' },
} as const satisfies Readonly<Record<Hiding, Readonly<Record<string, Word>>>>

/** @param isOptional whether there may be nothing behind the seal */
export function hiddenValue({ speech }: Pick<Visit, 'speech'>, hiding: Hiding, isOptional = false): Html {
  const { value, optionalValue } = saidOf[hiding]
  return html`<span class="withheld">${speech.text(isOptional ? optionalValue : value)}</span>`
}

/** In the place of what an officer wrote. */
export function hiddenWords({ speech }: Pick<Visit, 'speech'>, hiding: Hiding): string {
  return speech.text(saidOf[hiding].words)
}

/** Whether anything of the case is hidden from its reader. */
function hidesSomething({ row, decision, outcomes, reviews, unsealed }: CaseFile): boolean {
  const texts = [
    [row.caseId, row.sealed] as const,
    ...(decision === undefined ? [] : [[decision.decisionId, decision.sealed] as const]),
    ...outcomes.map(({ outcomeId, sealed }) => [outcomeId, sealed] as const),
    ...reviews.map(({ reviewId, sealed }) => [reviewId, sealed] as const),
  ]
  return texts.some(([id, sealed]) => sealed !== null && !unsealed.secrets.has(id))
}

/** Says that the page shows personal data, or how it could be opened, or that it is gone. */
export function sealNotice(visit: OfficerVisit, file: CaseFile, given: Given): Html | undefined {
  const { speech, formats } = visit
  const { purpose, unsealed } = file
  if (purpose !== undefined)
    return html`<p class="hint reading" role="note">${speech.sentence('sealed.reading', { purpose: purposeLabel(visit, purpose) })}</p>`
  const { erasedAt } = unsealed
  if (erasedAt !== null) {
    const when = html`<time datetime="${erasedAt.toISOString()}">${formats.instant(erasedAt)}</time>`
    return html`<section class="card seal" aria-labelledby="seal"><h2 id="seal">${speech.sentence('erased.title', { when })}</h2>
<p>${speech.text('erased.why')}</p></section>`
  }
  return hidesSomething(file) ? opening(visit, file, given) : undefined
}

function opening(visit: OfficerVisit, { row }: CaseFile, given: Given): Html {
  const { speech, officer } = visit
  const permitted = permittedPurposes(officer.actor, row)
  return html`<section class="card seal" aria-labelledby="seal"><h2 id="seal">${speech.text('sealed.title')}</h2>
<p class="hint">${speech.text('sealed.why')}</p>
${permitted.length === 0 ? html`<p>${speech.text('sealed.forbidden')}</p>` : purposeForm(visit, { caseId: row.caseId, permitted }, given)}</section>`
}

function purposeForm(
  visit: OfficerVisit,
  { caseId, permitted }: { readonly caseId: string; readonly permitted: readonly ReadingPurpose[] },
  given: Given,
): Html {
  const { speech } = visit
  const id = controlId('purpose')
  const isMissing = given.problems.some(({ field }) => field === 'purpose')
  return html`<form method="post" action="/cases/${caseId}/open" class="find">${tokenField(visit)}
<label for="${id}">${speech.text('sealed.purpose')}</label>
<select id="${id}" name="purpose"${isMissing && html` aria-invalid="true"`}>
${permitted.length > 1 && html`<option value="">${speech.text('form.choose')}</option>`}
${permitted.map((purpose) => html`<option value="${purpose}">${purposeLabel(visit, purpose)}</option>`)}</select>
<button>${speech.text('sealed.open')}</button></form>`
}

export function purposeLabel(
  { speech }: Pick<Visit, 'speech'>,
  purpose: ReadingPurpose | keyof typeof purposes,
): string {
  return speech.of(purposes[purpose].label)
}
