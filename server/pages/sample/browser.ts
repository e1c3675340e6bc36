/** A browser without a screen: keeps cookies, sends forms as browsers do, and reads no more of a page than its text. */
import type { Language } from '@khudi/sdk'
import type { FastifyInstance } from 'fastify'

export interface Shown {
  readonly status: number
  readonly body: string
  readonly location: string | undefined
  readonly headers: Readonly<Record<string, unknown>>
}

let made = 0

export class Browser {
  readonly #app: FastifyInstance
  /** Its own, since attempts to sign in are counted by address. */
  readonly #address: string
  readonly #cookies = new Map<string, string>()
  /** Proof of the session, from the page that was read last. */
  #token = ''

  constructor(app: FastifyInstance, language: Language) {
    made += 1
    this.#app = app
    this.#address = `10.0.${made >> 8}.${made & 255}`
    this.#cookies.set('khudi-language', language)
  }

  /** Reads a page. */
  open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<Shown> {
    return this.#ask({ method: 'GET', url, headers })
  }

  /** Sends a form with the token of the page that was read last. */
  send(
    url: string,
    fields: Readonly<Record<string, string>>,
    headers: Readonly<Record<string, string>> = { 'sec-fetch-site': 'same-origin' },
  ): Promise<Shown> {
    const payload = String(new URLSearchParams({ _token: this.#token, ...fields }))
    const all = { 'content-type': 'application/x-www-form-urlencoded', ...headers }
    return this.#ask({ method: 'POST', url, headers: all, payload })
  }

  /** What the page's address bar would lead to. */
  async follow({ location = '/' }: Shown): Promise<Shown> {
    return this.open(location)
  }

  forget(cookie: string): void {
    this.#cookies.delete(cookie)
  }

  cookie(name: string): string | undefined {
    return this.#cookies.get(name)
  }

  async #ask(request: {
    readonly method: 'GET' | 'POST'
    readonly url: string
    readonly headers: Readonly<Record<string, string>>
    readonly payload?: string
  }): Promise<Shown> {
    const reply = await this.#app.inject({
      ...request,
      remoteAddress: this.#address,
      headers: { cookie: [...this.#cookies].map((pair) => pair.join('=')).join('; '), ...request.headers },
    })
    for (const { name, value } of reply.cookies) {
      if (value === '') this.#cookies.delete(name)
      else this.#cookies.set(name, value)
    }
    const token = /name="_token" value="([^"]+)"/.exec(reply.body)?.[1]
    if (token !== undefined) this.#token = token
    const { location } = reply.headers
    return {
      status: reply.statusCode,
      body: reply.body,
      headers: reply.headers,
      location: typeof location === 'string' ? location : undefined,
    }
  }
}
