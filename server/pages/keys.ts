/** Keys of connected systems: which there are, what binds them, issuing and revoking. */

import { holds } from '../../kernel/access/roles.ts'
import {
  issueKey,
  keyIdOf,
  keysOf,
  revokeKey,
  type UsedKeyRow,
} from '../../kernel/access-keys/access-keys.ts'
import { Purpose } from '../../kernel/registers/purpose.ts'
import { purposes } from '../../kernel/registers/purposes.ts'
import { applicationTitle } from './case-file.ts'
import type { Draft } from './forms/draft.ts'
import { controlId, type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import { roleLabel } from './roles.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

const dayMs = 86_400_000
/** What a connected system may read for at all. */
const offered = Purpose.options.filter((purpose) => holds({ roles: ['machine'] }, purposes[purpose].scope))

export const keysRoute: PageRoute = {
  id: 'page.keys',
  path: '/keys',
  scope: 'key.read',
  show: (visit) => show(visit, nothingGiven),
}

export const issueKeyRoute: FormRoute = {
  id: 'page.issue_key',
  path: '/keys/issue',
  scope: 'key.manage',
  show: (visit, _params, about) => show(visit, about),
  act: issue,
}

export const revokeKeyRoute: FormRoute = {
  id: 'page.revoke_key',
  path: '/keys/:keyId/revoke',
  scope: 'key.manage',
  show: (visit, _params, about) => show(visit, about),
  async act({ kernel, officer }, { keyId = '' }) {
    await revokeKey(kernel, officer.actor, keyId)
    return redirection('/keys?done=revoked')
  },
}

/** Shows the key in the reply to its form, and nowhere else: it is kept by nobody but whoever copies it. */
async function issue(visit: OfficerVisit, _params: unknown, draft: Draft): Promise<Answer> {
  const { kernel, officer, speech } = visit
  const days = Number(/^\d{1,4}$/.exec(draft.get('days') ?? '')?.[0])
  const application = draft.get('application') ?? ''
  const key = await issueKey(kernel, officer.actor, {
    label: draft.get('label') ?? '',
    roles: ['machine'],
    applicationId: application === '' ? undefined : application,
    purposes: offered.filter((purpose) => draft.has(`purpose.${purpose}`)),
    addresses: (draft.get('networks') ?? '').split(/\s+/).filter((text) => text !== ''),
    expiresAt: new Date(kernel.clock().getTime() + days * dayMs),
  })
  const title = speech.text('keys.issue')
  const main = html`<h1>${title}</h1>
<div class="notice done" role="status"><p>${speech.text('keys.issued')}</p><p><code class="code" dir="ltr">${key}</code></p></div>
<p><a href="/keys">${speech.text('keys.back')}</a></p>`
  return { kind: 'page', title, main, width: 'read' }
}

async function show(visit: OfficerVisit, about: Given): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const rows = await keysOf(kernel, officer.actor)
  const title = speech.text('keys.title')
  const main = html`${problemNotice(visit, about, () => undefined)}
${query.get('done') === 'revoked' && html`<div class="notice done" role="status"><p>${speech.text('keys.done.revoked')}</p></div>`}
<h1>${title}</h1>
<section>${rows.length === 0 ? html`<p class="empty">${speech.text('keys.none')}</p>` : table(visit, rows)}</section>
${officer.may('key.manage') && issueForm(visit, about)}`
  return { kind: 'page', title: titleOf(visit, title, about), main }
}

function table(visit: OfficerVisit, rows: readonly UsedKeyRow[]): Html {
  const { text } = visit.speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('keys.label')}</th><th scope="col">${text('keys.bonds')}</th><th scope="col">${text('keys.expires')}</th><th scope="col">${text('keys.used')}</th><th></th></tr></thead>
<tbody>${rows.map((one) => row(visit, one))}</tbody></table>`
}

function row(visit: OfficerVisit, one: UsedKeyRow): Html {
  const { speech, formats, officer, kernel } = visit
  const at = (instant: Date) =>
    html`<time datetime="${instant.toISOString()}">${formats.instant(instant)}</time>`
  const state = one.revokedAt !== null ? 'revoked' : one.expiresAt <= kernel.clock() ? 'expired' : 'good'
  return html`<tr>
<th scope="row">${isolated(one.label)} <span class="tag ${state === 'good' ? 'good' : 'state'}">${speech.text(`keys.state.${state}`)}</span><br><code class="digest" dir="ltr">${keyIdOf(one.keyHash).slice(0, 12)}</code></th>
<td data-label="${speech.text('keys.bonds')}">${bonds(visit, one)}</td>
<td data-label="${speech.text('keys.expires')}">${at(one.expiresAt)}</td>
<td data-label="${speech.text('keys.used')}">${one.usedAt === null ? speech.text('keys.neverUsed') : at(one.usedAt)}</td>
<td>${state !== 'revoked' && officer.may('key.manage') && html`<form method="post" action="/keys/${keyIdOf(one.keyHash)}/revoke">${tokenField(visit)}<button>${speech.text('keys.revoke')}</button></form>`}</td>
</tr>
`
}

function bonds(visit: OfficerVisit, { roles, applicationId, purposes: bound, addresses }: UsedKeyRow): Html {
  const { speech } = visit
  const application =
    applicationId === null ? speech.text('keys.anyApplication') : applicationTitle(visit, applicationId)
  const listed = new Intl.ListFormat(visit.language, { type: 'conjunction', style: 'narrow' })
  const purpose =
    bound === null
      ? speech.text('keys.anyPurpose')
      : listed.format(bound.map((one) => speech.of(purposes[one].label)))
  const networks =
    addresses === null
      ? speech.text('keys.anywhere')
      : html`<code class="code" dir="ltr">${addresses.join(' ')}</code>`
  return html`${listed.format(roles.map((role) => roleLabel(visit, role)))}<br>${application}<br><span class="hint">${purpose}</span><br><span class="hint">${networks}</span>`
}

function issueForm(visit: OfficerVisit, { draft }: Given): Html {
  const { speech, kernel } = visit
  const [label, application, days] = [controlId('label'), controlId('application'), controlId('days')]
  const networks = controlId('networks')
  const chosen = draft?.get('application')
  return html`<section aria-labelledby="issue"><h2 id="issue">${speech.text('keys.issue')}</h2>
<form method="post" action="/keys/issue" class="fields">${tokenField(visit)}
<p class="field"><label for="${label}">${speech.text('keys.label')}</label>
<input id="${label}" name="label" value="${draft?.get('label')}" dir="auto" maxlength="80" required autocomplete="off"></p>
<p class="field"><label for="${application}">${speech.text('keys.application')}</label>
<select id="${application}" name="application"><option value="">${speech.text('keys.anyApplication')}</option>${[
    ...kernel.applications.keys(),
  ].map(
    (id) =>
      html`<option value="${id}"${id === chosen && html` selected`}>${applicationTitle(visit, id)}</option>`,
  )}</select></p>
<fieldset aria-describedby="purposes-hint"><legend>${speech.text('keys.purposes')}</legend><p class="hint" id="purposes-hint">${speech.text('keys.purposesHint')}</p>
${offered.map(
  (purpose) =>
    html`<label class="choice"><input type="checkbox" name="purpose.${purpose}"${draft?.has(`purpose.${purpose}`) === true && html` checked`}> <span>${speech.of(purposes[purpose].label)}</span></label>
`,
)}</fieldset>
<p class="field"><label for="${networks}">${speech.text('keys.networks')}</label>
<span class="hint" id="${networks}-hint">${speech.sentence('keys.networksHint', { one: isolated('10.1.0.0/16'), other: isolated('2001:db8::/32') })}</span>
<textarea id="${networks}" name="networks" rows="3" dir="ltr" spellcheck="false" aria-describedby="${networks}-hint">${draft?.get('networks')}</textarea></p>
<p class="field"><label for="${days}">${speech.text('keys.days')}</label>
<input id="${days}" name="days" type="number" inputmode="numeric" min="1" max="366" value="${draft?.get('days') ?? '365'}" class="short" required></p>
<p class="send"><button class="main">${speech.text('keys.issueSend')}</button></p></form></section>`
}
