/** The tree of units, and adding one to it. */
import { unitKinds, unitKindTitle } from '../../kernel/units/kinds.ts'
import { addUnit, type UnitRow, unitsOf } from '../../kernel/units/units.ts'
import type { Draft } from './forms/draft.ts'
import { controlId, type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const unitsRoute: PageRoute = {
  id: 'page.units',
  path: '/units',
  scope: 'unit.read',
  show: (visit) => show(visit, nothingGiven),
}

export const addUnitRoute: FormRoute = {
  id: 'page.add_unit',
  path: '/units/add',
  scope: 'unit.manage',
  show: (visit, _params, about) => show(visit, about),
  act: add,
}

async function add({ kernel, officer }: OfficerVisit, _params: unknown, draft: Draft): Promise<Answer> {
  const text = (name: string) => draft.get(name)?.trim() ?? ''
  const parent = text('parent')
  await addUnit(kernel, officer.actor, {
    code: text('code'),
    kind: text('kind'),
    title: titleOfDraft(draft),
    parent: parent === '' ? undefined : parent,
  })
  return redirection('/units')
}

export function titleOfDraft(draft: Draft) {
  return { en: draft.get('titleEn')?.trim() ?? '', ur: draft.get('titleUr')?.trim() ?? '' }
}

async function show(visit: OfficerVisit, about: Given): Promise<Page> {
  const { kernel, officer, speech } = visit
  const rows = await unitsOf(kernel, officer.actor.institutionId)
  const title = speech.text('units.title')
  const main = html`${problemNotice(visit, about, () => undefined)}
<h1>${title}</h1>
<p class="hint">${speech.text('units.why')}</p>
${rows.length === 0 ? html`<div class="empty"><h2>${speech.text('units.none')}</h2><p>${speech.text('units.noneWhy')}</p></div>` : branch(visit, rows, null)}
${officer.may('unit.manage') && addForm(visit, rows, about)}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

/** A list in a list: the tree as a screen reader tells it. */
function branch(visit: OfficerVisit, rows: readonly UnitRow[], parentId: string | null): Html | undefined {
  const own = rows.filter((row) => row.parentId === parentId)
  if (own.length === 0) return undefined
  return html`<ul>${own.map((row) => html`<li>${unit(visit, row)}${branch(visit, rows, row.unitId)}</li>`)}</ul>`
}

function unit(visit: OfficerVisit, row: UnitRow): Html {
  const { speech, officer } = visit
  const name = isolated(unitName(visit, row))
  const isChangeable = officer.may('unit.manage') && row.closedAt === null
  return html`${isChangeable ? html`<a href="/units/${row.code}">${name}</a>` : name} <code dir="ltr">${row.code}</code> <span class="hint">${speech.of(unitKindTitle(row.kind))}</span>${row.closedAt !== null && html` <span class="tag">${speech.text('units.closed')}</span>`}`
}

export function unitName({ speech }: Pick<OfficerVisit, 'speech'>, { titleEn, titleUr }: UnitRow): string {
  return speech.of({ en: titleEn, ur: titleUr })
}

/** The open units as the choices of a field, under a first one that names none of them. */
export function unitChoices(
  visit: OfficerVisit,
  rows: readonly UnitRow[],
  given: { readonly none: string; readonly chosen: string | undefined },
): Html {
  const open = rows.filter(({ closedAt }) => closedAt === null)
  return html`<option value="">${given.none}</option>${open.map(
    (row) =>
      html`<option value="${row.code}"${row.code === given.chosen && html` selected`}>${unitName(visit, row)} (${row.code})</option>`,
  )}`
}

function addForm(visit: OfficerVisit, rows: readonly UnitRow[], { draft }: Given): Html {
  const { speech } = visit
  const [code, kind, parent] = [controlId('code'), controlId('kind'), controlId('parent')]
  const none = speech.text('units.top')
  return html`<section class="card" aria-labelledby="add"><h2 id="add">${speech.text('units.add')}</h2>
<form method="post" action="/units/add" class="fields">${tokenField(visit)}
<p class="field"><label for="${code}">${speech.text('units.code')}</label>
<span class="hint" id="${code}-hint">${speech.text('units.codeHint')}</span>
<input id="${code}" name="code" value="${draft?.get('code')}" dir="ltr" maxlength="40" required autocomplete="off" spellcheck="false" aria-describedby="${code}-hint"></p>
<p class="field"><label for="${kind}">${speech.text('units.kind')}</label>
<select id="${kind}" name="kind">${Object.entries(unitKinds).map(
    ([name, label]) =>
      html`<option value="${name}"${name === draft?.get('kind') && html` selected`}>${speech.of(label)}</option>`,
  )}</select></p>
${titleFields(visit, draft, undefined)}
<p class="field"><label for="${parent}">${speech.text('units.parent')}</label>
<select id="${parent}" name="parent">${unitChoices(visit, rows, { none, chosen: draft?.get('parent') })}</select></p>
<p class="send"><button class="main">${speech.text('units.addSend')}</button></p></form></section>`
}

export function titleFields(
  { speech }: OfficerVisit,
  draft: Draft | undefined,
  row: UnitRow | undefined,
): Html {
  const [titleEn, titleUr] = [controlId('titleEn'), controlId('titleUr')]
  return html`<p class="field"><label for="${titleEn}">${speech.text('units.titleEn')}</label>
<input id="${titleEn}" name="titleEn" value="${draft?.get('titleEn') ?? row?.titleEn}" lang="en" dir="ltr" maxlength="200" required autocomplete="off"></p>
<p class="field"><label for="${titleUr}">${speech.text('units.titleUr')}</label>
<input id="${titleUr}" name="titleUr" value="${draft?.get('titleUr') ?? row?.titleUr}" lang="ur" dir="rtl" maxlength="200" required autocomplete="off"></p>`
}
