/**
 * What passkeys need in the browser. A form that is marked for it asks the server what to ask the authenticator, and is sent with the
 * authenticator's reply. Where the browser has no passkeys, the forms stay hidden.
 */

/** Of the browser's document, what is used here. */
interface Part {
  hidden: boolean
  value: string
  readonly dataset: Readonly<Record<string, string | undefined>>
  querySelector(selector: string): Part | null
  addEventListener(kind: string, listener: (event: { preventDefault(): void }) => void): void
  submit(): void
}
interface Credential {
  toJSON(): unknown
}
declare const document: {
  querySelectorAll(selector: string): Iterable<Part>
  querySelector(selector: string): Part | null
}
declare const FormData: new (form: Part) => Iterable<readonly [string, string]>
declare const PublicKeyCredential:
  | {
      parseCreationOptionsFromJSON?(options: unknown): unknown
      parseRequestOptionsFromJSON?(options: unknown): unknown
    }
  | undefined
declare const navigator: {
  readonly credentials: {
    create(options: { readonly publicKey: unknown }): Promise<Credential | null>
    get(options: { readonly publicKey: unknown }): Promise<Credential | null>
  }
}

const forms =
  typeof PublicKeyCredential === 'undefined' ? [] : document.querySelectorAll('form[data-passkey]')

/** Asks the authenticator: for a new passkey, or to sign with one it has. */
async function ask(kind: string | undefined, options: unknown): Promise<Credential | null> {
  const publicKeys = typeof PublicKeyCredential === 'undefined' ? {} : PublicKeyCredential
  if (kind === 'create')
    return navigator.credentials.create({ publicKey: publicKeys.parseCreationOptionsFromJSON?.(options) })
  return navigator.credentials.get({ publicKey: publicKeys.parseRequestOptionsFromJSON?.(options) })
}

/** Fills the form with a ceremony and the authenticator's reply, and sends it. */
async function send(form: Part): Promise<void> {
  // The institution is chosen in the form beside it where there are several.
  const chosen = document.querySelector('#institution')
  const field = form.querySelector('[name="institution"]')
  if (chosen !== null && field !== null) field.value = chosen.value
  const body = new URLSearchParams([...new FormData(form)].map(([name, value]) => [name, value]))
  const reply = await fetch(form.dataset.options ?? '', { method: 'POST', body })
  if (!reply.ok) throw new Error('the server refused')
  const begun: { readonly ceremony?: string; readonly options?: unknown } = JSON.parse(await reply.text())
  const credential = await ask(form.dataset.passkey, begun.options)
  if (credential === null) throw new Error('no credential')
  const fill = (name: string, value: string) => {
    const input = form.querySelector(`[name="${name}"]`)
    if (input !== null) input.value = value
  }
  fill('ceremony', begun.ceremony ?? '')
  fill('reply', JSON.stringify(credential.toJSON()))
  form.submit()
}

for (const form of forms) {
  form.hidden = false
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const problem = form.querySelector('[role="alert"]')
    if (problem !== null) problem.hidden = true
    send(form).catch(() => {
      if (problem !== null) problem.hidden = false
    })
  })
}
