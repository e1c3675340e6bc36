/** The pages of the steps after the password: second factor, enrolment, recovery codes, proving it once more. */
import { encodeQR } from 'qr'
import type { Refusal } from '../../../kernel/errors.ts'
import type { TotpEnrolment } from '../../../kernel/sign-in/enrolment.ts'
import { type Factors, hasSecondFactor } from '../../../kernel/sign-in/factors.ts'
import { keptForm } from '../forms/kept-form.ts'
import { given, nothingGiven, problemNotice, titleOf } from '../forms/problems.ts'
import type { Page } from '../page.ts'
import { type Html, html } from '../text/html.ts'
import type { Word } from '../text/words.ts'
import type { Visit } from '../visit.ts'
import { type Onward, onwardFields, type Step, stepField } from './entering.ts'
import { passkeyForm, passkeyScript, passkeysElsewhere } from './passkey-form.ts'

interface StepPage {
  readonly step: Step
  readonly onward: Onward
  readonly refusal?: Refusal | undefined
}

/** The frame of all of them. */
function page(
  visit: Visit,
  word: Word,
  about: { readonly refusal?: Refusal | undefined; readonly main: Html },
): Page {
  const { refusal } = about
  const shown = refusal === undefined ? nothingGiven : given(new Map(), { refusal })
  const title = visit.speech.text(word)
  const main = html`${problemNotice(visit, shown, () => undefined)}
<h1>${title}</h1>
${about.main}`
  return {
    kind: 'page',
    status: refusal?.status ?? 200,
    title: titleOf(visit, title, shown),
    main,
    width: 'form',
    script: passkeyScript.path,
  }
}

/** One line for a code: six digits of an app on top, so that a phone shows its digits; recovery codes have letters. */
function codeField(
  visit: Visit,
  words: { readonly label: Word; readonly hint?: Word; readonly isApp: boolean },
): Html {
  const { speech } = visit
  const { label, hint, isApp } = words
  return html`<p class="field"><label for="code">${speech.text(label)}</label>
${hint !== undefined && html`<span class="hint" id="code-hint">${speech.text(hint)}</span>`}
<input id="code" name="code" class="short" dir="ltr" autocomplete="${isApp ? 'one-time-code' : 'off'}" autocapitalize="characters" spellcheck="false" required maxlength="40"${hint !== undefined && html` aria-describedby="code-hint"`}></p>`
}

export function secondFactorPage(
  visit: Visit,
  { step, onward, refusal, factors }: StepPage & { readonly factors: Factors },
): Page {
  const { speech } = visit
  const isApp = factors.totp !== undefined
  const fields = html`${stepField(step)}${onwardFields(onward)}`
  const passkey =
    factors.passkeys.length > 0 &&
    passkeyForm(visit, {
      kind: 'get',
      action: '/sign-in/passkey',
      button: speech.text('second.passkey'),
      fields,
      isMain: !isApp,
    })
  const code = isApp
    ? codeField(visit, { label: 'second.code', hint: 'second.codeHint', isApp })
    : codeField(visit, { label: 'second.recovery', hint: 'second.recoveryHint', isApp })
  const main = html`<p>${speech.text('second.about')}</p>
${!isApp && passkey}
<form method="post" action="/sign-in/second" class="fields">${fields}
${code}
<p class="send"><button${isApp && html` class="main"`}>${speech.text('second.submit')}</button></p></form>
${isApp && passkey}
${factors.passkeys.length > 0 && passkeysElsewhere(visit)}
<form method="post" action="/sign-out">${stepField(step)}<p><button class="quiet">${speech.text('second.cancel')}</button></p></form>`
  return page(visit, 'second.title', { refusal, main })
}

export interface EnrolPage extends StepPage {
  /** `undefined` where the account has an app already. */
  readonly totp: TotpEnrolment | undefined
  readonly isCodeWrong?: boolean
}

export function enrolPage(visit: Visit, about: EnrolPage): Page {
  const { speech } = visit
  const { step, onward, refusal, totp } = about
  const main = html`${step.session.stage === 'enrolment' && html`<p>${speech.text('enrol.required')}</p>`}
${totp !== undefined && appForm(visit, { ...about, totp })}
${step.session.stage === 'enrolment' && passkeyCard(visit, { step, onward })}`
  return page(visit, 'enrol.title', { refusal, main })
}

function appForm(
  visit: Visit,
  { step, onward, totp, isCodeWrong }: EnrolPage & { readonly totp: TotpEnrolment },
): Html {
  const { speech } = visit
  const secret = totp.secret.replace(/(.{4})(?=.)/g, '$1 ')
  return html`<section class="card" aria-labelledby="app"><h2 id="app">${speech.text('enrol.app')}</h2>
<p>${speech.text('enrol.appHow')}</p>
<p class="qr"><img src="${qrOf(totp.address)}" alt="${speech.text('enrol.qr')}" width="200" height="200"></p>
<p>${speech.text('enrol.secret')}<br><code dir="ltr">${secret}</code></p>
<form method="post" action="/sign-in/enrol" class="fields">${stepField(step)}${onwardFields(onward)}
<input type="hidden" name="ceremony" value="${totp.ceremony}">
<p class="field"><label for="code">${speech.text('enrol.code')}</label>
${isCodeWrong === true && html`<span class="message" id="code-message">${speech.text('enrol.codeWrong')}</span>`}
<input id="code" name="code" class="short" dir="ltr" inputmode="numeric" autocomplete="one-time-code" required maxlength="12"${isCodeWrong === true && html` aria-invalid="true" aria-describedby="code-message" autofocus`}></p>
<p class="send"><button class="main">${speech.text('enrol.submit')}</button></p></form></section>`
}

/** As a picture in the page itself: whatever fetched it from elsewhere would learn the secret. */
function qrOf(address: string): string {
  const svg = encodeQR(address, 'svg', { ecc: 'medium', border: 4 })
  // Readers want it dark on light, also where the page is dark.
  const onWhite = svg.replace('>', '><rect width="100%" height="100%" fill="#fff"/>')
  return `data:image/svg+xml;base64,${Buffer.from(onWhite).toString('base64')}`
}

/** Registering a passkey; on the page of the account's security too. */
export function passkeyCard(
  visit: Visit,
  { step, onward }: { readonly step: Pick<Step, 'token'>; readonly onward: Onward },
): Html {
  const { speech } = visit
  return html`<section class="card" aria-labelledby="passkey"><h2 id="passkey">${speech.text('enrol.passkey')}</h2>
<p>${speech.text('enrol.passkeyHow')}</p>
${registrationForm(visit, { step, onward })}</section>`
}

export function registrationForm(
  visit: Visit,
  { step, onward }: { readonly step: Pick<Step, 'token'>; readonly onward: Onward },
): Html {
  const { speech } = visit
  const fields = html`${stepField(step)}${onwardFields(onward)}
<p class="field"><label for="passkey-name">${speech.text('enrol.passkeyName')}</label>
<span class="hint" id="passkey-hint">${speech.text('enrol.passkeyNameHint')}</span>
<input id="passkey-name" name="name" maxlength="60" autocomplete="off" required aria-describedby="passkey-hint"></p>`
  const form = passkeyForm(visit, {
    kind: 'create',
    action: '/sign-in/passkey/register',
    button: speech.text('enrol.passkeySubmit'),
    fields,
  })
  return html`${form ?? passkeysElsewhere(visit)}`
}

/** The recovery codes, this once, and the way on. */
export function codesPage(
  visit: Visit,
  { codes, onward }: { readonly codes: readonly string[]; readonly onward: Onward },
): Page {
  const { speech } = visit
  const { next, kept } = onward
  const main = html`<p>${speech.text('codes.about')}</p>
<div class="card"><ol class="codes" dir="ltr">${codes.map((code) => html`<li><code class="code">${code}</code></li>`)}</ol></div>
${
  kept === undefined
    ? html`<p><a class="button main" href="${next}">${speech.text('codes.goOn')}</a></p>`
    : keptForm(speech, { address: next, draft: kept })
}`
  return {
    kind: 'page',
    title: speech.text('codes.title'),
    main: html`<h1>${speech.text('codes.title')}</h1>${main}`,
    width: 'form',
  }
}

export interface AgainPage extends StepPage {
  readonly factors: Factors
  /** The issuer by whose word the account was opened; it has no password then. */
  readonly issuerId: string | undefined
}

export function againPage(visit: Visit, about: AgainPage): Page {
  const { speech, kernel, formats } = visit
  const { step, onward, refusal, factors, issuerId } = about
  const fields = html`${stepField(step)}${onwardFields(onward)}`
  const minutes = formats.number(kernel.signIn.freshMs / 60_000)
  const main = html`<p>${speech.sentence('again.about', { minutes })}</p>
${
  factors.passkeys.length > 0 &&
  passkeyForm(visit, {
    kind: 'get',
    action: '/sign-in/passkey',
    button: speech.text('second.passkey'),
    fields,
    isMain: true,
  })
}
${issuerId === undefined ? passwordForm(visit, factors, fields) : issuerLink(visit, about)}`
  return page(visit, 'again.title', { refusal, main })
}

function passwordForm(visit: Visit, factors: Factors, fields: Html): Html {
  const { speech } = visit
  return html`<form method="post" action="/sign-in/again" class="fields">${fields}
<p class="field"><label for="password">${speech.text('signIn.password')}</label>
<input id="password" name="password" type="password" dir="ltr" autocomplete="current-password" required></p>
${hasSecondFactor(factors) && codeField(visit, { label: 'again.code', isApp: factors.totp !== undefined })}
<p class="send"><button class="main">${speech.text('again.submit')}</button></p></form>`
}

function issuerLink({ speech }: Visit, { step, onward, issuerId }: AgainPage): Html {
  const query = new URLSearchParams({ next: onward.next, again: '1' })
  const address = `/sign-in/issuer/${step.session.institutionId}/${issuerId}?${query}`
  return html`<p><a class="button main" href="${address}">${speech.text('again.issuer')}</a></p>`
}
