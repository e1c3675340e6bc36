/** How the page of an account's security looks. */
import type { FactorRow, Factors } from '../../kernel/sign-in/factors.ts'
import { codesLeft } from '../../kernel/sign-in/recovery-codes.ts'
import type { SecondFactor } from '../../kernel/sign-in/rules.ts'
import type { SessionRow } from '../../kernel/sign-in/sessions.ts'
import { type Given, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, tokenField } from './page.ts'
import { passkeyScript } from './sign-in/passkey-form.ts'
import { registrationForm } from './sign-in/step-pages.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

/** What was just done, by the notice that says so. */
const changes = ['changed', 'removed', 'registered', 'ended', 'endedOthers'] as const
type Change = (typeof changes)[number]

export const isChange = (text: string): text is Change => changes.some((one) => one === text)

export interface SecurityFacts {
  readonly factors: Factors
  readonly sessions: readonly SessionRow[]
  readonly rule: SecondFactor
  /** Whether its holder proved of late who they are; nothing is changed otherwise. */
  readonly isFresh: boolean
  readonly change: Change | undefined
}

interface Shown extends SecurityFacts {
  readonly given: Given
  /** The session of this visit. */
  readonly sessionId: string
}

export function securityPage(visit: OfficerVisit, facts: Shown): Page {
  const { speech } = visit
  const { change, given, isFresh, rule } = facts
  const title = speech.text('security.title')
  const main = html`${problemNotice(visit, given, () => undefined)}
${change !== undefined && html`<div class="notice done" role="status"><p>${speech.text(`security.${change}`)}</p></div>`}
<h1>${title}</h1>
<p>${speech.text(`security.${rule}`)}</p>
${
  !isFresh &&
  html`<div class="notice"><p>${speech.text('security.stale')}</p>
<p><a class="button main" href="/sign-in/again?next=%2Fsecurity">${speech.text('security.confirm')}</a></p></div>`
}
${passwordCard(visit, facts)}
${appCard(visit, facts)}
${passkeysCard(visit, facts)}
${codesCard(visit, facts)}
${sessionsCard(visit, facts)}`
  return {
    kind: 'page',
    title: titleOf(visit, title, given),
    main,
    width: 'read',
    script: passkeyScript.path,
  }
}

function card(id: string, title: string, content: Html): Html {
  return html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${title}</h2>
${content}</section>`
}

function passwordCard(visit: OfficerVisit, { isFresh }: Shown): Html | undefined {
  const { speech, officer } = visit
  if (!isFresh) return undefined
  const form = html`<form method="post" action="/security/password" class="fields">${tokenField(visit)}
<input type="hidden" name="username" autocomplete="username" value="${officer.username}">
<p class="field"><label for="old">${speech.text('security.old')}</label>
<input id="old" name="old" type="password" dir="ltr" autocomplete="current-password" required></p>
<p class="field"><label for="new">${speech.text('security.new')}</label>
<span class="hint" id="new-hint">${speech.text('security.newHint')}</span>
<input id="new" name="new" type="password" dir="ltr" autocomplete="new-password" required minlength="12" maxlength="256" aria-describedby="new-hint"></p>
<p class="send"><button>${speech.text('security.change')}</button></p></form>`
  return card('password', speech.text('security.password'), form)
}

function appCard(visit: OfficerVisit, { factors: { totp }, isFresh }: Shown): Html {
  const { speech } = visit
  const content =
    totp === undefined
      ? html`<p>${speech.text('security.noApp')}</p>
${isFresh && html`<p><a class="button" href="/sign-in/enrol?next=%2Fsecurity">${speech.text('security.setUp')}</a></p>`}`
      : html`<dl class="facts"><div><dt>${speech.text('security.added')}</dt><dd>${instant(visit, totp.addedAt)}</dd></div>
<div><dt>${speech.text('security.used')}</dt><dd>${instant(visit, totp.lastUsedAt)}</dd></div></dl>
${isFresh && removeForm(visit, totp)}`
  return card('app', speech.text('security.app'), content)
}

function passkeysCard(visit: OfficerVisit, { factors: { passkeys }, isFresh }: Shown): Html {
  const { speech, officer } = visit
  const rows = passkeys.map(
    (passkey) => html`<tr><th scope="row">${nameOf(visit, passkey)}</th>
<td data-label="${speech.text('security.added')}">${instant(visit, passkey.addedAt)}</td>
<td data-label="${speech.text('security.used')}">${instant(visit, passkey.lastUsedAt)}</td>
${isFresh && html`<td>${removeForm(visit, passkey)}</td>`}</tr>`,
  )
  const list =
    rows.length === 0
      ? html`<p>${speech.text('security.noPasskeys')}</p>`
      : html`<div class="scroll"><table class="queue"><thead><tr><th scope="col">${speech.text('security.passkeyName')}</th>
<th scope="col">${speech.text('security.added')}</th><th scope="col">${speech.text('security.used')}</th>
${isFresh && html`<th scope="col"><span class="unseen">${speech.text('security.remove')}</span></th>`}</tr></thead>
<tbody>${rows}</tbody></table></div>`
  const form =
    isFresh &&
    registrationForm(visit, {
      step: { token: officer.sessionToken },
      onward: { next: '/security?done=registered', kept: undefined },
    })
  return card(
    'passkeys',
    speech.text('security.passkeys'),
    html`${list}${form && html`<h3>${speech.text('enrol.passkeySubmit')}</h3>${form}`}`,
  )
}

function nameOf({ speech }: OfficerVisit, { name }: FactorRow): Html {
  return name === '' ? html`<span class="none">${speech.text('security.unnamed')}</span>` : isolated(name)
}

function removeForm(visit: OfficerVisit, { factorId }: FactorRow): Html {
  return html`<form method="post" action="/security/remove">${tokenField(visit)}<input type="hidden" name="factor" value="${factorId}">
<button class="quiet">${visit.speech.text('security.remove')}</button></form>`
}

function codesCard(visit: OfficerVisit, { factors: { recoveryCodes }, isFresh }: Shown): Html {
  const { speech, formats } = visit
  const left = recoveryCodes && formats.number(codesLeft(recoveryCodes.counter))
  const content =
    left === undefined
      ? html`<p>${speech.text('security.noCodes')}</p>`
      : html`<p>${speech.sentence('security.codesLeft', { left })}</p>
${
  isFresh &&
  html`<form method="post" action="/security/codes">${tokenField(visit)}
<p class="send"><button>${speech.text('security.renew')}</button></p><p class="hint">${speech.text('security.renewHint')}</p></form>`
}`
  return card('codes', speech.text('security.codes'), content)
}

function sessionsCard(visit: OfficerVisit, { sessions, sessionId }: Shown): Html {
  const { speech } = visit
  const label = (word: Parameters<typeof speech.text>[0]) => html`<th scope="col">${speech.text(word)}</th>`
  const content = html`<div class="scroll"><table class="queue"><thead><tr>${label('security.browser')}${label('security.from')}
${label('security.how')}${label('security.began')}${label('security.seen')}<th scope="col"><span class="unseen">${speech.text('security.end')}</span></th></tr></thead>
<tbody>${sessions.map((session) => sessionRow(visit, session, sessionId))}</tbody></table></div>
${
  sessions.length > 1 &&
  html`<form method="post" action="/security/end-others">${tokenField(visit)}
<p class="send"><button>${speech.text('security.endOthers')}</button></p></form>`
}`
  return card('sessions', speech.text('security.sessions'), content)
}

function sessionRow(visit: OfficerVisit, session: SessionRow, own: string): Html {
  const { speech } = visit
  const { sessionId, browser, addressClass, method, createdAt, lastSeenAt } = session
  const name = browser === '' ? speech.text('security.unknownBrowser') : browser
  const end =
    sessionId === own
      ? html`<span class="tag good">${speech.text('security.this')}</span>`
      : html`<form method="post" action="/security/end">${tokenField(visit)}<input type="hidden" name="session" value="${sessionId}">
<button class="quiet">${speech.text('security.end')}</button></form>`
  return html`<tr><th scope="row">${isolated(name)}</th>
<td data-label="${speech.text('security.from')}">${speech.text(`address.${addressClass}`)}</td>
<td data-label="${speech.text('security.how')}">${speech.text(`method.${method}`)}</td>
<td data-label="${speech.text('security.began')}">${instant(visit, createdAt)}</td>
<td data-label="${speech.text('security.seen')}">${instant(visit, lastSeenAt)}</td>
<td>${end}</td></tr>`
}

function instant({ formats, speech }: OfficerVisit, at: Date | null): Html {
  if (at === null) return html`<span class="none">${speech.text('security.never')}</span>`
  return html`<time datetime="${at.toISOString()}">${formats.instant(at)}</time>`
}
