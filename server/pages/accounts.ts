/** Accounts of the institution with the roles that each holds, and where. */
import { z } from 'zod'
import { type Account, findAccounts, type GrantRow } from '../../kernel/access/grants.ts'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import { type UnitRow, unitsOf } from '../../kernel/units/units.ts'
import type { Page } from './page.ts'
import { pageLinks } from './paging.ts'
import { roleLabel } from './roles.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { unitName } from './units.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 50
const cursors = cursorsOf('accounts', z.string())

export const accountsRoute: PageRoute = {
  id: 'page.accounts',
  path: '/accounts',
  scope: 'account.read',
  show,
}

async function show(visit: OfficerVisit): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const { institutionId } = officer.actor
  const place = query.get('cursor')
  const after = place === null ? undefined : cursors.read(place)
  const found = await findAccounts(kernel, institutionId, { after, size: pageSize + 1 })
  const units = await unitsOf(kernel, institutionId)
  const { items, next } = pageOf(found, pageSize, { cursors, positionOf: ({ row }) => row.username })
  const title = speech.text('accounts.title')
  const { text } = speech
  const main = html`<h1>${title}</h1>
<table class="queue"><thead><tr><th scope="col">${text('accounts.account')}</th><th scope="col">${text('accounts.roles')}</th><th scope="col">${text('accounts.opened')}</th></tr></thead>
<tbody>${items.map((one) => account(visit, one, units))}</tbody></table>
${pageLinks(visit, { path: '/accounts', parameters: {}, next, isFirst: after === undefined })}`
  return { kind: 'page', title, main }
}

function account(visit: OfficerVisit, { row, grants }: Account, units: readonly UnitRow[]): Html {
  const { speech, formats, officer } = visit
  const name = isolated(row.username)
  const { text } = speech
  return html`<tr>
<th scope="row">${officer.may('account.manage') ? html`<a href="/accounts/${row.accountId}">${name}</a>` : name}${row.disabledAt !== null && html` <span class="tag">${text('accounts.disabled')}</span>`}</th>
<td data-label="${text('accounts.roles')}">${grants.length === 0 ? html`<span class="hint">${text('accounts.noRoles')}</span>` : html`${grants.map((grant) => html`<div>${grantText(visit, grant, units)}</div>`)}`}</td>
<td data-label="${text('accounts.opened')}"><time datetime="${row.createdAt.toISOString()}">${formats.instant(row.createdAt)}</time></td>
</tr>
`
}

/** A role and where it holds. */
export function grantText(
  visit: OfficerVisit,
  { role, unitId }: Pick<GrantRow, 'role' | 'unitId'>,
  units: readonly UnitRow[],
): Html {
  const { speech } = visit
  const unit = units.find((one) => one.unitId === unitId)
  const where =
    unit === undefined
      ? speech.text('accounts.everywhere')
      : speech.sentence('accounts.atUnit', { unit: isolated(unitName(visit, unit)) })
  return html`${roleLabel(visit, role)} <span class="hint">${where}</span>`
}
