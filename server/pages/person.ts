/** What is held on one person, who read it, and what the data-protection officer can do: hand it over, or erase it. */
import { z } from 'zod'
import { Refusal, unreachable } from '../../kernel/errors.ts'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import { type Holding, holdingOf, readKind, readsOfPerson } from '../../kernel/vault/disclosure.ts'
import { erasePerson } from '../../kernel/vault/erase.ts'
import { exportPerson } from '../../kernel/vault/export.ts'
import { ErasureGround } from '../../kernel/vault/grounds.ts'
import { personName } from '../../kernel/vault/person-name.ts'
import type { ReadRow } from '../../kernel/vault/reads.ts'
import { findHolder } from '../../kernel/vault/vault.ts'
import { applicationTitle } from './case-file.ts'
import { consentLabel, consentsSection, recordGiven } from './consents.ts'
import { confirmationWrong, eraseForm, eraseLabel, groundMissing } from './erase-form.ts'
import { exportPages } from './export-pages.ts'
import type { Draft } from './forms/draft.ts'
import { type Given, given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import { pageLinks } from './paging.ts'
import { roleLabel } from './roles.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import { purposeLabel } from './sealed.ts'
import { type Html, html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 25
const cursors = cursorsOf('reads', z.uuid())

export const personRoute: PageRoute = {
  id: 'page.person',
  path: '/persons/:personId',
  scope: 'person.read',
  show: (visit, params) => show(visit, params, nothingGiven),
}

/** Sends the archive. By POST, so that no link that somebody follows is a read in their name. */
export const exportRoute: FormRoute = {
  id: 'page.export_person',
  path: '/persons/:personId/export',
  scope: 'person.read',
  show: (visit, params, about) => show(visit, params, about),
  async act({ kernel, officer }, params) {
    const holderId = personIdOf(params)
    const request = { holderId, purpose: 'subject_request', pages: exportPages(kernel) } as const
    const chunks = await exportPerson(kernel, officer.actor, request)
    return { kind: 'file', mediaType: 'application/x-tar', fileName: `${holderId}.tar`, chunks }
  },
}

export const eraseRoute: FormRoute = {
  id: 'page.erase_person',
  path: '/persons/:personId/erase',
  scope: 'person.erase',
  show: (visit, params, about) => show(visit, params, about),
  act: (visit, params, draft) => erase(visit, params, draft),
}

/** Records what the person says. Who may record it is asked when it is done. */
export const consentRoute: FormRoute = {
  id: 'page.record_consent',
  path: '/persons/:personId/consents',
  scope: 'person.read',
  show: (visit, params, about) => show(visit, params, about),
  async act(visit, params, draft) {
    const holderId = personIdOf(params)
    const problems = await recordGiven(visit, holderId, draft)
    if (problems.length > 0)
      return { ...(await show(visit, params, given(draft, { problems }))), status: 422 }
    return redirection(`/persons/${holderId}#consents`)
  },
}

/** @throws Refusal `vault.person_unknown`, also for what is no identifier at all */
function personIdOf({ personId = '' }: Params): string {
  if (!z.uuid().safeParse(personId).success) throw new Refusal('vault.person_unknown')
  return personId
}

async function erase(visit: OfficerVisit, params: Params, draft: Draft): Promise<Answer> {
  const { kernel, officer } = visit
  const holderId = personIdOf(params)
  const ground = ErasureGround.safeParse(draft.get('ground')).data
  const isConfirmed = await isNameOf(visit, holderId, draft.get('confirmation') ?? '')
  const problems = [
    ...(ground === undefined ? [groundMissing] : []),
    ...(isConfirmed ? [] : [confirmationWrong]),
  ]
  if (ground === undefined || problems.length > 0) {
    return { ...(await show(visit, params, given(draft, { problems }))), status: 422 }
  }
  await erasePerson(kernel, officer.actor, { holderId, ground })
  return redirection(`/persons/${holderId}`)
}

/** Whether this very person goes by the name, in any spelling of their identifier. */
async function isNameOf(
  { kernel, officer }: OfficerVisit,
  holderId: string,
  written: string,
): Promise<boolean> {
  try {
    return (await findHolder(kernel, officer.actor.institutionId, personName(written))) === holderId
  } catch (error) {
    if (error instanceof Refusal && error.code === 'vault.person_unknown') return false
    throw error
  }
}

async function show(visit: OfficerVisit, params: Params, about: Given): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const { institutionId } = officer.actor
  const holding = await holdingOf(kernel, institutionId, personIdOf(params))
  const { holderId, erasedAt } = holding
  const place = query.get('cursor')
  const after = place === null ? undefined : cursors.read(place, holderId)
  const found = await readsOfPerson(kernel, institutionId, { holderId, after, size: pageSize + 1 })
  const { items, next } = pageOf(found, pageSize, {
    cursors,
    within: holderId,
    positionOf: ({ readId }) => readId,
  })
  const title = speech.text('person.title')
  const main = html`${problemNotice(visit, about, (field) => eraseLabel(visit, field) ?? consentLabel(visit, field))}
<p class="over"><a href="/persons">${speech.text('persons.title')}</a></p>
<h1>${title}</h1>
<p class="hint">${speech.text('person.number')}: <code class="digest" dir="ltr">${holderId}</code></p>
${erasedAt !== null && erased(visit, erasedAt)}
<section class="card" aria-labelledby="held"><h2 id="held">${speech.text('person.held')}</h2>${held(visit, holding)}</section>
<section aria-labelledby="reads"><h2 id="reads">${speech.text('person.reads')}</h2>
<p class="hint">${speech.text('person.readsWhy')}</p>
${items.length === 0 ? html`<p class="empty">${speech.text('person.readsNone')}</p>` : reads(visit, items)}
${pageLinks(visit, { path: `/persons/${holderId}`, parameters: {}, next, isFirst: after === undefined })}</section>
${await consentsSection(visit, holderId, about)}
${officer.may('right.read') && html`<p><a href="/persons/${holderId}/disclosure">${speech.text('person.disclosure')}</a></p>`}
${erasedAt === null && handover(visit, holderId)}
${erasedAt === null && officer.may('person.erase') && eraseForm(visit, holderId, about)}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

function erased({ speech, formats }: OfficerVisit, erasedAt: Date): Html {
  const when = html`<time datetime="${erasedAt.toISOString()}">${formats.instant(erasedAt)}</time>`
  return html`<div class="notice"><h2>${speech.sentence('person.erased', { when })}</h2><p>${speech.text('person.erasedWhy')}</p></div>`
}

function held(visit: OfficerVisit, { held }: Holding): Html {
  const { speech, formats } = visit
  if (held.length === 0) return html`<p>${speech.text('person.heldNone')}</p>`
  return html`<div class="scroll"><table class="counts"><thead><tr><th scope="col">${speech.text('filter.application')}</th><th scope="col">${speech.text('person.cases')}</th><th scope="col">${speech.text('person.last')}</th></tr></thead>
<tbody>${held.map(
    ({ applicationId, cases, lastOccurredOn }) =>
      html`<tr><th scope="row">${applicationTitle(visit, applicationId)}</th><td><bdi class="figure">${formats.number(cases)}</bdi></td><td><time datetime="${lastOccurredOn}">${formats.date(lastOccurredOn)}</time></td></tr>
`,
  )}</tbody></table></div>`
}

function reads(visit: OfficerVisit, rows: readonly ReadRow[]): Html {
  const { text } = visit.speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('person.office')}</th><th scope="col">${text('person.purpose')}</th><th scope="col">${text('person.what')}</th><th scope="col">${text('person.when')}</th></tr></thead>
<tbody>${rows.map((row) => readRow(visit, row))}</tbody></table>`
}

function readRow(visit: OfficerVisit, row: ReadRow): Html {
  const { speech, formats } = visit
  const { applicationId, readAt, role, purpose } = row
  return html`<tr>
<th scope="row">${roleLabel(visit, role)}</th>
<td data-label="${speech.text('person.purpose')}">${purposeLabel(visit, purpose)}</td>
<td data-label="${speech.text('person.what')}">${what(visit, row)}${applicationId !== null && html`<span class="hint"> ${applicationTitle(visit, applicationId)}</span>`}</td>
<td data-label="${speech.text('person.when')}"><time datetime="${readAt.toISOString()}">${formats.instant(readAt)}</time></td>
</tr>
`
}

function what({ speech, formats }: OfficerVisit, row: ReadRow): Html {
  const kind = readKind(row)
  switch (kind) {
    case 'case':
      return html`${speech.text('person.oneCase')}`
    case 'request':
      return html`${speech.text('person.ownRequest')}`
    case 'everything':
      return html`${speech.text('person.wholeRecord')}`
    case 'batch':
      if (row.cases === 1) return html`${speech.text('person.batchOfOne')}`
      return speech.sentence('person.batch', {
        cases: html`<bdi class="figure">${formats.number(row.cases)}</bdi>`,
      })
    default:
      return unreachable(kind)
  }
}

function handover(visit: OfficerVisit, holderId: string): Html {
  const { speech } = visit
  return html`<section class="card" aria-labelledby="export"><h2 id="export">${speech.text('person.export')}</h2>
<p class="hint">${speech.text('person.exportWhy')}</p>
<form method="post" action="/persons/${holderId}/export">${tokenField(visit)}<button>${speech.text('person.download')}</button></form></section>`
}
