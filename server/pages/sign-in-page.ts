/** The page on which a person signs in. */
import type { Refusal } from '../../kernel/errors.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import { issuersOf } from '../../kernel/sign-in/issuers.ts'
import type { Draft } from './forms/draft.ts'
import { keptField, keptForm } from './forms/kept-form.ts'
import { given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import type { Page } from './page.ts'
import { passkeyForm, passkeyScript } from './sign-in/passkey-form.ts'
import { type Html, html, isolated } from './text/html.ts'
import { institutionTitle, type Visit } from './visit.ts'

export interface SignInGiven {
  /** Where to go on. */
  readonly next?: string
  /** A form to go on with; its sender's session had ended. */
  readonly kept?: Draft
  readonly username?: string
  readonly institutionId?: string
  readonly refusal?: Refusal
}

export async function signInPage(visit: Visit, about: SignInGiven): Promise<Page> {
  const { speech } = visit
  const { next, kept, username, refusal } = about
  const shown = refusal === undefined ? nothingGiven : given(new Map(), { refusal })
  const passkey = passkeyForm(visit, {
    kind: 'get',
    action: '/sign-in/passkey',
    button: speech.text('signIn.passkey'),
    fields: html`<input type="hidden" name="institution"><input type="hidden" name="next" value="${next}">${keptField(kept)}`,
  })
  const main = html`${problemNotice(visit, shown, () => undefined)}
<h1>${speech.text('signIn.title')}</h1>
${kept !== undefined && refusal === undefined && html`<div class="notice" role="status"><p>${speech.text('signIn.ended')}</p></div>`}
<form method="post" action="/sign-in" class="fields">
${next !== undefined && html`<input type="hidden" name="next" value="${next}">`}
${keptField(kept)}
${await institutionField(visit, about.institutionId)}
<p class="field"><label for="username">${speech.text('signIn.username')}</label>
<input id="username" name="username" value="${username}" dir="ltr" autocomplete="username" autocapitalize="none" spellcheck="false" required maxlength="64"></p>
<p class="field"><label for="password">${speech.text('signIn.password')}</label>
<input id="password" name="password" type="password" dir="ltr" autocomplete="current-password" required></p>
<p><button class="main">${speech.text('signIn.submit')}</button></p>
</form>
${passkey}
${await issuerLinks(visit, next)}
<p class="hint">${speech.text('signIn.help')}</p>`
  return {
    kind: 'page',
    status: refusal?.status ?? (kept === undefined ? 200 : 401),
    title: titleOf(visit, speech.text('signIn.title'), shown),
    main,
    width: 'form',
    script: passkeyScript.path,
  }
}

/** Ways in by issuers of the institution. By links, since the policy of content lets no form lead to another host. */
async function issuerLinks(visit: Visit, next: string | undefined): Promise<Html | undefined> {
  const { kernel, speech, language } = visit
  const all = await institutions(kernel)
  const links: Html[] = []
  for (const institution of all)
    for (const { issuerId, title } of await issuersOf(kernel, institution.institutionId)) {
      const query = new URLSearchParams({ next: next ?? '/' })
      const label = speech.sentence('signIn.issuer', { issuer: isolated(title[language]) })
      const where =
        all.length > 1 && html` <span class="hint">${institutionTitle(institution, language)}</span>`
      links.push(
        html`<p><a class="button" href="/sign-in/issuer/${institution.institutionId}/${issuerId}?${String(query)}">${label}</a>${where}</p>`,
      )
    }
  return links.length === 0 ? undefined : html`${links}`
}

/** Asks for the institution only where there is more than one. */
async function institutionField(
  { kernel, language, speech }: Visit,
  chosen: string | undefined,
): Promise<Html | undefined> {
  const all = await institutions(kernel)
  const [only, another] = all
  if (only === undefined) return html`<p class="notice">${speech.text('signIn.noInstitution')}</p>`
  if (another === undefined) return undefined
  return html`<p class="field"><label for="institution">${speech.text('signIn.institution')}</label>
<select id="institution" name="institution" required>
<option value="">${speech.text('form.choose')}</option>
${all.map(
  (institution) =>
    html`<option value="${institution.institutionId}"${institution.institutionId === chosen && html` selected`}>${institutionTitle(institution, language)}</option>`,
)}
</select></p>`
}

/** After signing in again over an unsent form: the way back to it. */
export function signedInAgainPage(
  visit: Visit,
  kept: { readonly address: string; readonly draft: Draft },
): Page {
  const { speech } = visit
  const main = html`<h1>${speech.text('kept.title')}</h1>
<p>${speech.text('kept.text')}</p>
${keptForm(speech, kept)}`
  return { kind: 'page', title: speech.text('kept.title'), main, width: 'form' }
}
