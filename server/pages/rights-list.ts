/** Requests of data subjects: which wait, how long there is, and the form for one that came in on paper. */
import { z } from 'zod'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import {
  findRequests,
  RequestKind,
  type RightsRequest,
  receiveRequest,
} from '../../kernel/rights/requests.ts'
import { personName } from '../../kernel/vault/person-name.ts'
import { dutyChoice, dutyField, labelsOf, missing } from './duty-fields.ts'
import type { Draft } from './forms/draft.ts'
import { type Given, given, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import { pageLinks } from './paging.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html } from './text/html.ts'
import type { Word } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 50
const cursors = cursorsOf('rights', z.uuid())

export const rightsRoute: PageRoute = {
  id: 'page.rights',
  path: '/rights',
  scope: 'right.read',
  show: (visit) => list(visit),
}

async function list(visit: OfficerVisit): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const isOpen = query.get('state') !== 'all'
  const within = isOpen ? 'open' : 'all'
  const place = query.get('cursor')
  const after = place === null ? undefined : cursors.read(place, within)
  const found = await findRequests(kernel, officer.actor, { isOpen, after, size: pageSize + 1 })
  const positionOf = ({ requestId }: RightsRequest) => requestId
  const { items, next } = pageOf(found, pageSize, { cursors, within, positionOf })
  const title = speech.text('rights.title')
  const link = (to: string, word: Word, isHere: boolean) =>
    html`<li><a href="${to}"${isHere && html` aria-current="page"`}>${speech.text(word)}</a></li>`
  const main = html`<h1>${title}</h1>
<p>${speech.text('rights.about')}</p>
<p><a class="button main" href="/rights/new">${speech.text('rights.new')}</a>${officer.may('retention.manage') && html` <a class="button" href="/rights/retention">${speech.text('retention.title')}</a>`}</p>
<nav class="filter" aria-label="${title}"><ul>${link('/rights', 'rights.open', isOpen)}${link('/rights?state=all', 'rights.all', !isOpen)}</ul></nav>
${items.length === 0 ? html`<div class="empty"><h2>${speech.text('rights.none')}</h2><p>${speech.text('rights.noneWhy')}</p></div>` : table(visit, items)}
${pageLinks(visit, { path: '/rights', parameters: { state: isOpen ? undefined : 'all' }, next, isFirst: after === undefined })}`
  return { kind: 'page', title, main }
}

function table(visit: OfficerVisit, rows: readonly RightsRequest[]): Html {
  const { speech, formats } = visit
  const { text } = speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('rights.kind')}</th><th scope="col">${text('rights.state')}</th><th scope="col">${text('rights.received')}</th><th scope="col">${text('rights.due')}</th><th scope="col">${text('rights.left')}</th></tr></thead>
<tbody>${rows.map(
    (one) => html`<tr>
<th scope="row"><a href="/rights/${one.requestId}">${text(`rights.kind.${one.kind}`)}</a></th>
<td data-label="${text('rights.state')}">${text(`rights.state.${one.state}`)}</td>
<td data-label="${text('rights.received')}"><time datetime="${one.receivedOn}">${formats.date(one.receivedOn)}</time></td>
<td data-label="${text('rights.due')}"><time datetime="${one.dueOn}">${formats.date(one.dueOn)}</time></td>
<td data-label="${text('rights.left')}">${daysLeft(visit, one)}</td>
</tr>
`,
  )}</tbody></table>`
}

/** How long there is, or by how much it is late. */
export function daysLeft(
  { speech, formats }: OfficerVisit,
  { daysLeft: days, isLate }: Pick<RightsRequest, 'daysLeft' | 'isLate'>,
): Html {
  if (days === null)
    return isLate ? html`<span class="tag adverse">${speech.text('rights.answeredLate')}</span>` : html`–`
  const figure = html`<bdi class="figure">${formats.number(Math.abs(days))}</bdi>`
  return isLate
    ? html`<strong class="tag adverse">${speech.sentence('rights.late', { days: figure })}</strong>`
    : figure
}

export const newRequestRoute: FormRoute = {
  id: 'page.new_request',
  path: '/rights/new',
  scope: 'right.handle',
  show: async (visit, _params, about) => form(visit, about),
  act: (visit, _params, draft) => receive(visit, draft),
}

async function receive(visit: OfficerVisit, draft: Draft): Promise<Answer> {
  const kind = RequestKind.safeParse(draft.get('kind')).data
  const name = draft.get('name')?.trim() ?? ''
  const day = draft.get('receivedOn') || undefined
  const receivedOn = z.iso.date().optional().safeParse(day)
  const problems = [
    ...(kind === undefined ? [missing('kind')] : []),
    ...(name === '' ? [missing('name')] : []),
    ...(receivedOn.success ? [] : [missing('receivedOn')]),
  ]
  if (kind === undefined || problems.length > 0)
    return { ...form(visit, given(draft, { problems })), status: 422 }
  const request = await receiveRequest(visit.kernel, visit.officer.actor, {
    kind,
    name: personName(name),
    contact: draft.get('contact') ?? null,
    words: draft.get('words') ?? null,
    receivedOn: receivedOn.data,
    channel: 'page',
  })
  return redirection(`/rights/${request.requestId}`)
}

const labels = {
  kind: 'rights.kind',
  name: 'rights.name',
  receivedOn: 'rights.received',
} as const satisfies Record<string, Word>

function form(visit: OfficerVisit, about: Given): Page {
  const { speech } = visit
  const title = speech.text('rights.new')
  const kinds = {
    name: 'kind',
    legend: 'rights.kind',
    options: RequestKind.options,
    labelOf: wordOf,
  } as const
  const main = html`${problemNotice(visit, about, labelsOf(visit, labels))}
<p class="over"><a href="/rights">${speech.text('rights.title')}</a></p>
<h1>${title}</h1>
<form method="post" action="/rights/new" class="fields">${tokenField(visit)}
${dutyField(visit, about, { name: 'name', label: 'rights.name', hint: 'person.confirmHint', isRequired: true, isCode: true })}
${dutyChoice(visit, about, kinds)}
${dutyField(visit, about, { name: 'receivedOn', label: 'rights.received', hint: 'rights.receivedHint', type: 'date' })}
${dutyField(visit, about, { name: 'contact', label: 'rights.contact' })}
${dutyField(visit, about, { name: 'words', label: 'rights.words', type: 'area' })}
<p class="send"><button class="main">${speech.text('rights.enter')}</button></p></form>`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'form' }
}

const wordOf = (kind: RequestKind): Word => `rights.kind.${kind}`
