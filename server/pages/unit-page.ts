/** One unit: renaming, moving and closing it. */
import { Refusal } from '../../kernel/errors.ts'
import { closeUnit, moveUnit, renameUnit, type UnitRow, unitsOf } from '../../kernel/units/units.ts'
import { controlId, type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { titleFields, titleOfDraft, unitChoices, unitName } from './units.ts'
import type { OfficerVisit } from './visit.ts'

export const unitRoute: PageRoute = {
  id: 'page.unit',
  path: '/units/:unitCode',
  scope: 'unit.manage',
  show: (visit, params) => show(visit, params, nothingGiven),
}

export const renameUnitRoute: FormRoute = {
  id: 'page.rename_unit',
  path: '/units/:unitCode/rename',
  scope: 'unit.manage',
  show,
  async act({ kernel, officer }, { unitCode = '' }, draft) {
    await renameUnit(kernel, officer.actor, { code: unitCode, title: titleOfDraft(draft) })
    return redirection(`/units/${unitCode}?done=changed`)
  },
}

export const moveUnitRoute: FormRoute = {
  id: 'page.move_unit',
  path: '/units/:unitCode/move',
  scope: 'unit.manage',
  show,
  async act({ kernel, officer }, { unitCode = '' }, draft) {
    const parent = draft.get('parent') ?? ''
    await moveUnit(kernel, officer.actor, { code: unitCode, parent: parent === '' ? undefined : parent })
    return redirection(`/units/${unitCode}?done=changed`)
  },
}

export const closeUnitRoute: FormRoute = {
  id: 'page.close_unit',
  path: '/units/:unitCode/close',
  scope: 'unit.manage',
  show,
  async act({ kernel, officer }, { unitCode = '' }) {
    await closeUnit(kernel, officer.actor, { code: unitCode })
    return redirection('/units')
  },
}

async function show(visit: OfficerVisit, { unitCode }: Params, about: Given): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const rows = await unitsOf(kernel, officer.actor.institutionId)
  const row = rows.find(({ code }) => code === unitCode)
  if (row === undefined) throw new Refusal('unit.not_found')
  const name = unitName(visit, row)
  const main = html`${problemNotice(visit, about, () => undefined)}
${query.get('done') === 'changed' && html`<div class="notice done" role="status"><p>${speech.text('units.done')}</p></div>`}
<p class="over"><a href="/units">${speech.text('units.title')}</a></p>
<h1>${isolated(name)} <code dir="ltr">${row.code}</code></h1>
${row.closedAt === null ? forms(visit, rows, { row, about }) : html`<p><span class="tag">${speech.text('units.closed')}</span></p>`}`
  return { kind: 'page', title: titleOf(visit, name, about), main, width: 'read' }
}

function forms(
  visit: OfficerVisit,
  rows: readonly UnitRow[],
  { row, about }: { readonly row: UnitRow; readonly about: Given },
): Html {
  const { speech } = visit
  const above = rows.find(({ unitId }) => unitId === row.parentId)
  const others = rows.filter(({ unitId }) => unitId !== row.unitId)
  const parent = controlId('parent')
  const none = speech.text('units.top')
  return html`<section class="card" aria-labelledby="rename"><h2 id="rename">${speech.text('units.rename')}</h2>
<form method="post" action="/units/${row.code}/rename" class="fields">${tokenField(visit)}
${titleFields(visit, about.draft, row)}
<p class="send"><button>${speech.text('units.rename')}</button></p></form></section>
<section class="card" aria-labelledby="move"><h2 id="move">${speech.text('units.move')}</h2><p class="hint">${speech.text('units.moveWhy')}</p>
<form method="post" action="/units/${row.code}/move" class="fields">${tokenField(visit)}
<p class="field"><label for="${parent}">${speech.text('units.parent')}</label>
<select id="${parent}" name="parent">${unitChoices(visit, others, { none, chosen: above?.code })}</select></p>
<p class="send"><button>${speech.text('units.move')}</button></p></form></section>
<section class="card" aria-labelledby="close"><h2 id="close">${speech.text('units.close')}</h2><p class="hint">${speech.text('units.closeWhy')}</p>
<form method="post" action="/units/${row.code}/close">${tokenField(visit)}<button>${speech.text('units.close')}</button></form></section>`
}
