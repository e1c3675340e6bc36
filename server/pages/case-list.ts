/** All cases of the institution, newest first, and finding one by its reference. */
import { z } from 'zod'
import { type CaseRow, findByReference, findCases, seeing } from '../../kernel/cases/cases.ts'
import { CaseState, stateLabels } from '../../kernel/cases/states.ts'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import { applicationTitle } from './case-file.ts'
import { summaryOf } from './case-summary.ts'
import type { Draft } from './forms/draft.ts'
import { controlId, type Given, given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import { pageLinks } from './paging.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { words } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 25
const cursors = cursorsOf('cases', z.uuid())

export const casesRoute: PageRoute = {
  id: 'page.cases',
  path: '/cases',
  scope: 'case.read',
  show: (visit) => list(visit, nothingGiven),
}

/** By POST, since a reference may name a person and addresses are kept in logs and histories. */
export const findRoute: FormRoute = {
  id: 'page.find_case',
  path: '/cases/find',
  scope: 'case.read',
  show: (visit, _params, about) => list(visit, about),
  act: (visit, _params, draft) => find(visit, draft),
}

async function find(visit: OfficerVisit, draft: Draft): Promise<Answer> {
  const reference = draft.get('reference')?.trim() ?? ''
  const found = await withReference(visit, reference)
  const [only, another] = found
  if (only !== undefined && another === undefined) return redirection(`/cases/${only}`)
  if (only !== undefined) return several(visit, reference, found)
  const problem = { field: 'reference', code: 'case.not_found', message: words['cases.notFound'] }
  return { ...(await list(visit, given(draft, { problems: [problem] }))), status: 404 }
}

/** No reference is longer, and the database takes no NUL. */
const referenceForm = /^[^\0]{1,200}$/

async function withReference(
  { kernel, officer }: OfficerVisit,
  reference: string,
): Promise<readonly string[]> {
  if (!referenceForm.test(reference)) return []
  return kernel.db.transaction(
    officer.actor.institutionId,
    async (tx) => {
      const rows = await Promise.all(
        [...kernel.applications.keys()].map((id) => findByReference(tx, id, [reference])),
      )
      return rows.flat().map(({ caseId }) => caseId)
    },
    seeing(officer.actor, 'case.read'),
  )
}

/** Two applications may use the same numbers. */
function several({ speech }: OfficerVisit, reference: string, found: readonly string[]): Page {
  const title = speech.text('cases.several')
  const main = html`<h1>${title}</h1><ul class="choices">${found.map(
    (caseId) =>
      html`<li><a href="/cases/${caseId}">${isolated(reference)}</a><span class="hint"><code class="digest" dir="ltr">${caseId}</code></span></li>`,
  )}</ul>`
  return { kind: 'page', title, main, width: 'form' }
}

async function list(visit: OfficerVisit, about: Given): Promise<Page> {
  const { kernel, officer, speech } = visit
  const filter = filterOf(visit)
  const place = visit.query.get('cursor')
  const after = place === null ? undefined : cursors.read(place)
  const { applicationId, state } = filter
  const states = state === undefined ? undefined : [state]
  const found = await findCases(kernel, officer.actor, { applicationId, states, after, size: pageSize + 1 })
  const { items: rows, next } = pageOf(found, pageSize, { cursors, positionOf: ({ caseId }) => caseId })
  const title = speech.text('cases.title')
  const main = html`${problemNotice(visit, about, () => ({ label: speech.text('cases.reference'), control: 'reference' }))}
<h1>${title}</h1>
<div class="finders">${finder(visit, about)}
${filters(visit, filter)}</div>
${rows.length === 0 ? html`<p class="empty">${speech.text('cases.empty')}</p>` : table(visit, rows)}
${pageLinks(visit, { path: '/cases', parameters: { application: applicationId, state }, next, isFirst: after === undefined })}`
  return { kind: 'page', title: titleOf(visit, title, about), main }
}

interface Filter {
  readonly applicationId: string | undefined
  readonly state: CaseState | undefined
}

function filterOf({ query, kernel }: OfficerVisit): Filter {
  const applicationId = query.get('application') ?? ''
  return {
    applicationId: kernel.applications.has(applicationId) ? applicationId : undefined,
    state: CaseState.safeParse(query.get('state')).data,
  }
}

function finder(visit: OfficerVisit, about: Given): Html {
  const { speech } = visit
  const id = controlId('reference')
  return html`<form method="post" action="/cases/find" class="find" role="search">${tokenField(visit)}
<label for="${id}">${speech.text('cases.reference')}</label>
<input id="${id}" name="reference" value="${about.draft?.get('reference')}" dir="auto" maxlength="200" autocomplete="off" required${about.problems.length > 0 && html` aria-invalid="true"`}>
<button>${speech.text('cases.find')}</button></form>`
}

/** A form that changes nothing but the address: it goes by GET. */
function filters(visit: OfficerVisit, { applicationId, state }: Filter): Html {
  const { speech, kernel } = visit
  const option = (value: string, label: string, isChosen: boolean) =>
    html`<option value="${value}"${isChosen && html` selected`}>${label}</option>`
  const applications = [...kernel.applications.keys()]
  return html`<form method="get" action="/cases" class="find">
${
  applications.length > 1 &&
  html`<label for="by-application">${speech.text('filter.application')}</label>
<select id="by-application" name="application">${option('', speech.text('filter.all'), applicationId === undefined)}
${applications.map((id) => option(id, applicationTitle(visit, id), id === applicationId))}</select>`
}
<label for="by-state">${speech.text('cases.state')}</label>
<select id="by-state" name="state">${option('', speech.text('filter.all'), state === undefined)}
${CaseState.options.map((one) => option(one, speech.of(stateLabels[one]), one === state))}</select>
<button>${speech.text('filter.show')}</button></form>`
}

function table(visit: OfficerVisit, rows: readonly CaseRow[]): Html {
  const { text } = visit.speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('queue.case')}</th><th scope="col">${text('cases.state')}</th><th scope="col">${text('cases.opened')}</th></tr></thead>
<tbody>${rows.map((one) => row(visit, one))}</tbody></table>`
}

function row(visit: OfficerVisit, given: CaseRow): Html {
  const { speech, formats } = visit
  return html`<tr>
<th scope="row"><a href="/cases/${given.caseId}">${isolated(given.reference)}</a>
<span class="hint">${applicationTitle(visit, given.applicationId)}</span>${summaryOf(visit, given)}</th>
<td data-label="${speech.text('cases.state')}"><span class="tag state">${speech.of(stateLabels[given.state])}</span></td>
<td data-label="${speech.text('cases.opened')}"><time datetime="${given.openedAt.toISOString()}">${formats.instant(given.openedAt)}</time></td>
</tr>
`
}
