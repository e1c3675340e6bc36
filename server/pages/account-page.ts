/** One account: its roles granted and revoked, and its end. Nobody changes their own. */
import { z } from 'zod'
import {
  type Account,
  disableAccount,
  getAccount,
  grantRole,
  revokeRole,
} from '../../kernel/access/grants.ts'
import { roles } from '../../kernel/access/roles.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type UnitRow, unitsOf } from '../../kernel/units/units.ts'
import { grantText } from './accounts.ts'
import { controlId, type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import { roleLabel } from './roles.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { unitChoices } from './units.ts'
import type { OfficerVisit } from './visit.ts'

export const accountRoute: PageRoute = {
  id: 'page.account',
  path: '/accounts/:accountId',
  scope: 'account.manage',
  show: (visit, params) => show(visit, params, nothingGiven),
}

export const grantRoute: FormRoute = {
  id: 'page.grant_role',
  path: '/accounts/:accountId/grant',
  scope: 'account.manage',
  show,
  async act({ kernel, officer }, params, draft) {
    const accountId = identifierOf(params.accountId)
    const unit = draft.get('unit') ?? ''
    const role = draft.get('role') ?? ''
    await grantRole(kernel, officer.actor, { accountId, role, unit: unit === '' ? undefined : unit })
    return redirection(`/accounts/${accountId}?done=changed`)
  },
}

export const revokeRoute: FormRoute = {
  id: 'page.revoke_role',
  path: '/accounts/:accountId/grants/:grantId/revoke',
  scope: 'account.manage',
  show,
  async act({ kernel, officer }, params) {
    const accountId = identifierOf(params.accountId)
    const grantId = identifierOf(params.grantId, 'grant.not_found')
    await revokeRole(kernel, officer.actor, { accountId, grantId })
    return redirection(`/accounts/${accountId}?done=changed`)
  },
}

export const disableRoute: FormRoute = {
  id: 'page.disable_account',
  path: '/accounts/:accountId/disable',
  scope: 'account.manage',
  show,
  async act({ kernel, officer }, params) {
    const accountId = identifierOf(params.accountId)
    await disableAccount(kernel, officer.actor, { accountId })
    return redirection(`/accounts/${accountId}?done=changed`)
  },
}

/** @throws Refusal also for what is no identifier at all */
function identifierOf(
  given: string | undefined,
  code: 'access.account_unknown' | 'grant.not_found' = 'access.account_unknown',
): string {
  const read = z.uuid().safeParse(given)
  if (!read.success) throw new Refusal(code)
  return read.data
}

async function show(visit: OfficerVisit, { accountId }: Params, about: Given): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const { institutionId } = officer.actor
  const account = await getAccount(kernel, institutionId, identifierOf(accountId))
  const units = await unitsOf(kernel, institutionId)
  const { row } = account
  const isOwn = row.accountId === officer.actor.accountId
  const isOpen = !isOwn && row.disabledAt === null
  const main = html`${problemNotice(visit, about, () => undefined)}
${query.get('done') === 'changed' && html`<div class="notice done" role="status"><p>${speech.text('accounts.done')}</p></div>`}
<p class="over"><a href="/accounts">${speech.text('accounts.title')}</a></p>
<h1>${isolated(row.username)}${row.disabledAt !== null && html` <span class="tag">${speech.text('accounts.disabled')}</span>`}</h1>
${isOwn && html`<p class="hint">${speech.text('accounts.own')}</p>`}
<section class="card" aria-labelledby="roles"><h2 id="roles">${speech.text('accounts.roles')}</h2>${held(visit, account, { units, isOpen })}</section>
${isOpen && grantForm(visit, account, { units, about })}
${isOpen && disableForm(visit, account)}`
  return { kind: 'page', title: titleOf(visit, row.username, about), main, width: 'read' }
}

function held(
  visit: OfficerVisit,
  { row, grants }: Account,
  { units, isOpen }: { readonly units: readonly UnitRow[]; readonly isOpen: boolean },
): Html {
  const { text } = visit.speech
  if (grants.length === 0) return html`<p>${text('accounts.noRoles')}</p>`
  return html`<ul>${grants.map(
    (grant) =>
      html`<li>${grantText(visit, grant, units)}${isOpen && html`<form method="post" action="/accounts/${row.accountId}/grants/${grant.grantId}/revoke">${tokenField(visit)}<button class="quiet">${text('accounts.revoke')}</button></form>`}</li>`,
  )}</ul>`
}

function grantForm(
  visit: OfficerVisit,
  { row }: Account,
  { units, about }: { readonly units: readonly UnitRow[]; readonly about: Given },
): Html {
  const { speech, kernel } = visit
  const [role, unit] = [controlId('role'), controlId('unit')]
  const chosen = about.draft?.get('role')
  const officers = [...kernel.applications.values()].flatMap(({ application }) =>
    Object.keys(application.roles).map((name) => `${application.id}.${name}`),
  )
  // Connected systems have keys, not accounts.
  const offered = [...Object.keys(roles).filter((name) => name !== 'machine'), ...officers]
  const none = speech.text('accounts.everywhere')
  return html`<section class="card" aria-labelledby="grant"><h2 id="grant">${speech.text('accounts.grant')}</h2>
<form method="post" action="/accounts/${row.accountId}/grant" class="fields">${tokenField(visit)}
<p class="field"><label for="${role}">${speech.text('accounts.role')}</label>
<select id="${role}" name="role">${offered.map(
    (name) =>
      html`<option value="${name}"${name === chosen && html` selected`}>${roleLabel(visit, name)}</option>`,
  )}</select></p>
<p class="field"><label for="${unit}">${speech.text('accounts.where')}</label>
<select id="${unit}" name="unit">${unitChoices(visit, units, { none, chosen: about.draft?.get('unit') })}</select></p>
<p class="send"><button class="main">${speech.text('accounts.grantSend')}</button></p></form></section>`
}

function disableForm(visit: OfficerVisit, { row }: Account): Html {
  const { text } = visit.speech
  return html`<section class="card" aria-labelledby="disable"><h2 id="disable">${text('accounts.disable')}</h2><p class="hint">${text('accounts.disableWhy')}</p>
<form method="post" action="/accounts/${row.accountId}/disable">${tokenField(visit)}<button>${text('accounts.disable')}</button></form></section>`
}
