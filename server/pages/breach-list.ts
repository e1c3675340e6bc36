/** The register of breaches, and the form that enters one. */
import { z } from 'zod'
import { type Breach, findBreaches, OpenedBreach, openBreach } from '../../kernel/breaches/breaches.ts'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import { dutyField, instantOf, labelsOf, missing } from './duty-fields.ts'
import type { Draft } from './forms/draft.ts'
import { type Given, given, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import { pageLinks } from './paging.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { timeZone } from './text/format.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { Word } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 50
const cursors = cursorsOf('breaches', z.uuid())

export const breachesRoute: PageRoute = {
  id: 'page.breaches',
  path: '/breaches',
  scope: 'breach.manage',
  show: (visit) => list(visit),
}

async function list(visit: OfficerVisit): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const place = query.get('cursor')
  const after = place === null ? undefined : cursors.read(place)
  const found = await findBreaches(kernel, officer.actor, { after, size: pageSize + 1 })
  const { items, next } = pageOf(found, pageSize, { cursors, positionOf: ({ breachId }) => breachId })
  const title = speech.text('breaches.title')
  const main = html`<h1>${title}</h1>
<p>${speech.text('breaches.about')}</p>
<p><a class="button main" href="/breaches/new">${speech.text('breaches.new')}</a></p>
${items.length === 0 ? html`<p class="empty">${speech.text('breaches.none')}</p>` : table(visit, items)}
${pageLinks(visit, { path: '/breaches', parameters: {}, next, isFirst: after === undefined })}`
  return { kind: 'page', title, main }
}

function table(visit: OfficerVisit, rows: readonly Breach[]): Html {
  const { speech, formats } = visit
  const { text } = speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('breach.what')}</th><th scope="col">${text('breach.stage')}</th><th scope="col">${text('breach.found')}</th><th scope="col">${text('breach.due')}</th></tr></thead>
<tbody>${rows.map(
    (one) => html`<tr>
<th scope="row"><a href="/breaches/${one.breachId}">${isolated(shortened(one.what))}</a></th>
<td data-label="${text('breach.stage')}">${text(`breach.stage.${one.stage}`)}</td>
<td data-label="${text('breach.found')}"><time datetime="${one.foundAt}">${formats.instant(new Date(one.foundAt))}</time></td>
<td data-label="${text('breach.due')}">${hoursLeft(visit, one)}</td>
</tr>
`,
  )}</tbody></table>`
}

const shortened = (text: string) => (text.length > 80 ? `${text.slice(0, 79)}…` : text)

/** How long there is to tell the authority, or by how much it is late. */
export function hoursLeft({ speech, formats }: OfficerVisit, { hoursLeft: hours }: Breach): Html {
  if (hours === null) return html`–`
  const figure = html`<bdi class="figure">${formats.number(Math.abs(hours))}</bdi>`
  return hours < 0
    ? html`<strong class="tag adverse">${speech.sentence('breach.late', { hours: figure })}</strong>`
    : speech.sentence('breach.left', { hours: figure })
}

export const newBreachRoute: FormRoute = {
  id: 'page.new_breach',
  path: '/breaches/new',
  scope: 'breach.manage',
  show: async (visit, _params, about) => form(visit, about),
  act: (visit, _params, draft) => enter(visit, draft),
}

const labels = {
  what: 'breach.what',
  foundAt: 'breach.foundAt',
  happenedAt: 'breach.happenedAt',
  category: 'breach.category',
  persons: 'breach.persons',
  records: 'breach.records',
  consequences: 'breach.consequences',
  measures: 'breach.measures',
} as const satisfies Record<string, Word>

/** Kinds of data that one form takes; a breach of more is entered over the API. */
const cellsOfForm = [0, 1, 2, 3] as const

async function enter(visit: OfficerVisit, draft: Draft): Promise<Answer> {
  const typed = (name: string) => draft.get(name)?.trim() ?? ''
  const count = (name: string) => (/^\d{1,9}$/.test(typed(name)) ? Number(typed(name)) : undefined)
  const cells = cellsOfForm
    .filter((at) => typed(`category${at}`) !== '')
    .map((at) => ({
      category: typed(`category${at}`),
      persons: count(`persons${at}`),
      records: count(`records${at}`),
    }))
  const read = OpenedBreach.safeParse({
    what: typed('what'),
    foundAt: instantOf(typed('foundAt'), timeZone),
    happenedAt: typed('happenedAt') === '' ? null : instantOf(typed('happenedAt'), timeZone),
    cells,
    consequences: typed('consequences'),
    measures: typed('measures'),
  })
  if (!read.success) {
    const wrong = new Set(read.error.issues.map(({ path }) => nameOf(path)))
    return { ...form(visit, given(draft, { problems: [...wrong].map(missing) })), status: 422 }
  }
  const { breachId } = await openBreach(visit.kernel, visit.officer.actor, read.data)
  return redirection(`/breaches/${breachId}`)
}

/** The control of a path into the breach. */
function nameOf([field, at, part]: readonly PropertyKey[]): string {
  return field === 'cells' ? `${String(part ?? 'category')}${String(at ?? 0)}` : String(field)
}

function form(visit: OfficerVisit, about: Given): Page {
  const { speech } = visit
  const title = speech.text('breaches.new')
  const labelOf = labelsOf(visit, labels)
  const area = (name: 'what' | 'consequences' | 'measures') =>
    dutyField(visit, about, { name, label: labels[name], type: 'area', isRequired: true })
  const main = html`${problemNotice(visit, about, (field) => {
    const known = labelOf(field.replace(/\d$/, ''))
    return known && { ...known, control: field }
  })}
<p class="over"><a href="/breaches">${speech.text('breaches.title')}</a></p>
<h1>${title}</h1>
<p>${speech.text('breaches.about')}</p>
<form method="post" action="/breaches/new" class="fields">${tokenField(visit)}
${area('what')}
${dutyField(visit, about, { name: 'foundAt', label: 'breach.foundAt', type: 'datetime-local', isRequired: true })}
${dutyField(visit, about, { name: 'happenedAt', label: 'breach.happenedAt', type: 'datetime-local' })}
${cellsOfForm.map(
  (at) => html`<fieldset><legend>${speech.text('breach.category')} ${at + 1}</legend><div class="grid">
${dutyField(visit, about, { name: `category${at}`, label: 'breach.category', isRequired: at === 0 })}
${dutyField(visit, about, { name: `persons${at}`, label: 'breach.persons', type: 'number', isRequired: at === 0 })}
${dutyField(visit, about, { name: `records${at}`, label: 'breach.records', type: 'number', isRequired: at === 0 })}</div></fieldset>
`,
)}
${area('consequences')}
${area('measures')}
<p class="send"><button class="main">${speech.text('rights.enter')}</button></p></form>`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}
