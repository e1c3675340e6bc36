/** The forms of a request: decide it, carry it out, correct a case. */
import { RequestVerdict, type RightsRequest } from '../../kernel/rights/requests.ts'
import { dutyChoice, dutyField } from './duty-fields.ts'
import type { Given } from './forms/problems.ts'
import { tokenField } from './page.ts'
import { type Html, html } from './text/html.ts'
import type { Word } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

/** Labels of the forms' fields, for the notice above the page. */
export const formLabels = {
  verdict: 'rights.verdict',
  reason: 'rights.reason',
  ground: 'rights.ground',
  caseId: 'rights.case',
  field: 'rights.field',
  statement: 'rights.statement',
} as const satisfies Record<string, Word>

function hidden(visit: OfficerVisit, { version }: RightsRequest): Html {
  return html`${tokenField(visit)}<input type="hidden" name="_version" value="${version}">`
}

const wordOf = (verdict: RequestVerdict): Word => `rights.verdict.${verdict}`

export function decisionForm(visit: OfficerVisit, request: RightsRequest, about: Given): Html {
  const { speech } = visit
  const verdicts = { name: 'verdict', legend: 'rights.verdict', options: RequestVerdict.options } as const
  return html`<section class="card decide" aria-labelledby="decide"><h2 id="decide">${speech.text('rights.decide')}</h2>
<form method="post" action="/rights/${request.requestId}/decision" class="fields">${hidden(visit, request)}
${dutyChoice(visit, about, { ...verdicts, labelOf: wordOf })}
${dutyField(visit, about, { name: 'reason', label: 'rights.reason', type: 'area', isRequired: true })}
${dutyField(visit, about, { name: 'ground', label: 'rights.ground' })}
<p class="send"><button class="main">${speech.text('rights.send')}</button></p></form></section>`
}

export function executionForm(visit: OfficerVisit, request: RightsRequest, about: Given): Html {
  const { speech } = visit
  const { requestId, kind, holderId } = request
  return html`<section class="card decide" aria-labelledby="execute"><h2 id="execute">${speech.text('rights.execute')}</h2>
<p>${speech.text(`rights.execute.${kind}`)}</p>
${kind === 'access' && html`<p><a href="/persons/${holderId}/disclosure">${speech.text('person.disclosure')}</a></p>`}
<form method="post" action="/rights/${requestId}/execution">${hidden(visit, request)}
<p class="send"><button${kind !== 'correction' && html` class="main"`}>${speech.text(kind === 'export' ? 'rights.archive' : kind === 'access' || kind === 'correction' ? 'rights.done' : 'rights.execute')}</button></p></form></section>
${kind === 'correction' && correctionForm(visit, request, about)}`
}

function correctionForm(visit: OfficerVisit, request: RightsRequest, about: Given): Html {
  const { speech } = visit
  return html`<section class="card" aria-labelledby="correct"><h2 id="correct">${speech.text('rights.correct')}</h2>
<p class="hint">${speech.text('rights.correctWhy')}</p>
<form method="post" action="/rights/${request.requestId}/corrections" class="fields">${hidden(visit, request)}
${dutyField(visit, about, { name: 'caseId', label: 'rights.case', isRequired: true, isCode: true })}
${dutyField(visit, about, { name: 'field', label: 'rights.field', isRequired: true, isCode: true })}
${dutyField(visit, about, { name: 'value', label: 'rights.value' })}
${dutyField(visit, about, { name: 'statement', label: 'rights.statement', type: 'area', isRequired: true })}
<p class="send"><button class="main">${speech.text('rights.sendCorrection')}</button></p></form></section>`
}
