/** The forms that a passkey answers. They stay hidden where the browser has none; without a script nothing else is missing. */
import { sha256 } from '../../../kernel/canonical.ts'
import { hasPasskeysAt } from '../../../kernel/sign-in/passkeys.ts'
import { type Html, html } from '../text/html.ts'
import { bundled } from '../verify/bundle.ts'
import type { Visit } from '../visit.ts'

const text = await bundled(new URL('passkey-script.ts', import.meta.url))

/** The script, at an address that names its content. */
export const passkeyScript = {
  path: `/pages/passkey-${sha256(text).toString('hex').slice(0, 16)}.js`,
  text,
} as const

export interface PasskeyForm {
  /** `create` registers one, `get` signs with one. */
  readonly kind: 'create' | 'get'
  readonly action: string
  readonly button: string
  /** Further fields; the proof of the session among them where there is one. */
  readonly fields: Html
  readonly isMain?: boolean
}

/** Undefined where the page is reached by another address than passkeys belong to. */
export function passkeyForm(visit: Visit, given: PasskeyForm): Html | undefined {
  if (!hasPasskeysAt(visit.kernel, visit.origin)) return undefined
  const { kind, action, button, fields, isMain = false } = given
  return html`<form method="post" action="${action}" class="fields passkey" data-passkey="${kind}" data-options="${action}/options" hidden>
${fields}<input type="hidden" name="ceremony"><input type="hidden" name="reply">
<p role="alert" hidden><span class="message">${visit.speech.text('passkey.failed')}</span></p>
<p class="send"><button${isMain && html` class="main"`}>${button}</button></p></form>
<noscript><p class="hint">${visit.speech.text('passkey.noScript')}</p></noscript>`
}

/** Where passkeys can be used, for whoever came by another address. */
export function passkeysElsewhere({ kernel, origin, speech }: Visit): Html | undefined {
  if (hasPasskeysAt(kernel, origin)) return undefined
  const own = kernel.signIn.origin
  const link = html`<a href="${own}/" dir="ltr">${own}</a>`
  return html`<p class="hint">${speech.sentence('passkey.elsewhere', { origin: link })}</p>`
}
