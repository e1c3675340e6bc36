/** On the person's page: what they agreed and objected to, and the form that records what they say now. */
import type { FieldProblem } from '@khudi/sdk'
import { type ConsentRow, consentsOf, record } from '../../kernel/consents/consents.ts'
import { ConsentChannel, ConsentEvent, ConsentUse } from '../../kernel/consents/events.ts'
import { asksPersons } from '../../kernel/consents/standing.ts'
import { legalBases } from '../../kernel/registers/legal-bases.ts'
import { applicationTitle } from './case-file.ts'
import type { Draft } from './forms/draft.ts'
import { controlId, type Given } from './forms/problems.ts'
import { tokenField } from './page.ts'
import { type Html, html, isolated } from './text/html.ts'
import { words } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

const fields = {
  application: 'filter.application',
  event: 'consents.event',
  use: 'consents.use',
  channel: 'consents.channel',
  evidence: 'consents.evidence',
} as const

/** Labels of the form's fields, for the notice above the page. */
export function consentLabel({ speech }: OfficerVisit, field: string) {
  const found = Object.entries(fields).find(([name]) => name === field)
  return found && { label: speech.text(found[1]), control: field }
}

/** Applications here that ask persons anything. */
const asking = ({ kernel }: OfficerVisit): readonly string[] =>
  [...kernel.applications.values()].flatMap(({ application }) =>
    asksPersons(application) ? [application.id] : [],
  )

/** Records what the form says; answers its problems, none where it was recorded. @throws Refusal as `record` */
export async function recordGiven(
  visit: OfficerVisit,
  holderId: string,
  draft: Draft,
): Promise<readonly FieldProblem[]> {
  const read = (name: string) => draft.get(name)?.trim() ?? ''
  const event = ConsentEvent.safeParse(read('event')).data
  const use = ConsentUse.safeParse(read('use')).data
  const channel = ConsentChannel.safeParse(read('channel')).data
  const applicationId = asking(visit).find((id) => id === read('application'))
  const evidence = read('evidence').slice(0, 2_000)
  const missing = Object.entries({ application: applicationId, event, use, channel }).flatMap(
    ([field, value]) =>
      value === undefined ? [{ field, code: 'field.missing', message: words['consents.choiceMissing'] }] : [],
  )
  const noEvidence = { field: 'evidence', code: 'field.missing', message: words['consents.evidenceMissing'] }
  const problems = [...missing, ...(evidence === '' ? [noEvidence] : [])]
  if (applicationId === undefined || event === undefined || use === undefined || channel === undefined)
    return problems
  if (problems.length > 0) return problems
  const { kernel, officer } = visit
  await record(kernel, officer.actor, { holderId, applicationId, event, use, channel, evidence })
  return []
}

export async function consentsSection(visit: OfficerVisit, holderId: string, about: Given): Promise<Html> {
  const { kernel, officer, speech } = visit
  const rows = await consentsOf(kernel, officer.actor.institutionId, holderId)
  return html`<section aria-labelledby="consents"><h2 id="consents">${speech.text('consents.title')}</h2>
${rows.length === 0 ? html`<p class="empty">${speech.text('consents.none')}</p>` : html`<p class="hint">${speech.text('consents.why')}</p>${table(visit, rows)}`}
${officer.may('consent.record') && form(visit, holderId, about)}</section>`
}

function table(visit: OfficerVisit, rows: readonly ConsentRow[]): Html {
  const { speech, formats } = visit
  const { text } = speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('consents.event')}</th><th scope="col">${text('consents.use')}</th><th scope="col">${text('consents.channel')}</th><th scope="col">${text('person.when')}</th></tr></thead>
<tbody>${rows.map(
    ({ event, use, channel, applicationId, recordedAt }) => html`<tr>
<th scope="row">${text(`consent.${event}`)}</th>
<td data-label="${text('consents.use')}">${text(`consentUse.${use}`)}<span class="hint"> ${applicationTitle(visit, applicationId)}</span></td>
<td data-label="${text('consents.channel')}">${text(`consentChannel.${channel}`)}</td>
<td data-label="${text('person.when')}"><time datetime="${recordedAt.toISOString()}">${formats.instant(recordedAt)}</time></td>
</tr>
`,
  )}</tbody></table>`
}

function form(visit: OfficerVisit, holderId: string, about: Given): Html {
  const { speech } = visit
  const applications = asking(visit)
  if (applications.length === 0) return html`<p class="hint">${speech.text('consents.nowhere')}</p>`
  const titled = (id: string) => {
    const kind = visit.kernel.applications.get(id)?.application.legalBasis.kind
    const basis = kind === undefined ? '' : speech.of(legalBases[kind].label)
    return html`${isolated(applicationTitle(visit, id))} <span class="hint">${basis}</span>`
  }
  const radios = (
    name: keyof typeof fields,
    options: readonly string[],
    label: (one: string) => Html | string,
  ) => choices(visit, about, { name, options, label })
  const evidence = controlId('evidence')
  const wrong = messageOf(visit, about, 'evidence')
  return html`<details class="card"${about.draft !== undefined && html` open`}><summary>${speech.text('consents.record')}</summary>
<form method="post" action="/persons/${holderId}/consents" class="fields">${tokenField(visit)}
${radios('application', applications, titled)}
${radios('event', ConsentEvent.options, (one) => speech.text(`consent.${ConsentEvent.parse(one)}`))}
${radios('use', ConsentUse.options, (one) => speech.text(`consentUse.${ConsentUse.parse(one)}`))}
${radios('channel', ConsentChannel.options, (one) => speech.text(`consentChannel.${ConsentChannel.parse(one)}`))}
<p class="field"><label for="${evidence}">${speech.text('consents.evidence')}</label>
<span class="hint" id="${evidence}-hint">${speech.text('consents.evidenceHint')}</span>
${wrong}<input id="${evidence}" name="evidence" value="${about.draft?.get('evidence')}" dir="auto" maxlength="2000" autocomplete="off" aria-describedby="${evidence}-hint${wrong && html` ${evidence}-message`}"${wrong && html` aria-invalid="true"`}></p>
<p class="send"><button>${speech.text('consents.send')}</button></p></form></details>`
}

interface Choices {
  readonly name: keyof typeof fields
  readonly options: readonly string[]
  label(one: string): Html | string
}

function choices(visit: OfficerVisit, about: Given, { name, options, label }: Choices): Html {
  const { speech } = visit
  const id = controlId(name)
  const wrong = messageOf(visit, about, name)
  const chosen = about.draft?.get(name)
  return html`<fieldset id="${id}"${wrong && html` aria-invalid="true" aria-describedby="${id}-message"`}><legend>${speech.text(fields[name])}</legend>
${wrong}${options.map(
  (one) =>
    html`<label class="choice"><input type="radio" name="${name}" value="${one}"${one === chosen && html` checked`}> <span>${label(one)}</span></label>
`,
)}</fieldset>`
}

function messageOf({ speech }: OfficerVisit, about: Given, name: string): Html | false {
  const problem = about.problems.find(({ field }) => field === name)
  if (problem === undefined) return false
  return html`<span class="message" id="${controlId(name)}-message">${speech.of(problem.message)}</span>`
}
