/**
 * A real OpenID provider (oidc-provider, certified) on this machine, with a person in front of it who signs in there; and whatever
 * somebody in between makes of its identity tokens.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { after } from 'node:test'
import Provider from 'oidc-provider'

/** What the provider says of people, by their name there. */
export type People = Map<string, Readonly<Record<string, unknown>>>

/** The parts of an identity token that somebody in between changes, and how it is signed then. */
export interface Tampering {
  readonly claims?: (claims: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  readonly signed: 'own key' | 'unknown key' | 'none'
}

export interface TestProvider {
  readonly issuer: string
  readonly clientId: string
  readonly secret: string
  readonly people: People
  tampering: Tampering | undefined
  /** Goes to the address as a person with a browser, signs in there, and answers the query that the browser comes back with. */
  signInAt(address: string, person: string): Promise<string>
}

const clientId = 'khudi'
const secret = 'a secret of the client, for tests'
const keyId = 'provider-1'

export async function startProvider(callback: string): Promise<TestProvider> {
  const front = http.createServer()
  const issuer = await listening(front)
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const people: People = new Map()
  // It says on the console that it is made for development, and that it does not know this version of Node.
  const behind = http.createServer(providerOf(issuer, { callback, people, privateKey }).callback())
  const made: TestProvider = {
    issuer,
    clientId,
    secret,
    people,
    tampering: undefined,
    signInAt: (address, person) => visit(address, person, callback),
  }
  const hidden = new URL(await listening(behind))
  front.on('request', (request, response) => {
    const { method, headers, url: path } = request
    const target = { hostname: hidden.hostname, port: hidden.port, method, headers, path }
    const passed = http.request(target, (reply) => {
      const { tampering } = made
      if (tampering !== undefined && path === '/token')
        changeToken(reply, response, { tampering, privateKey })
      else reply.pipe(response.writeHead(reply.statusCode ?? 500, reply.headers))
    })
    request.pipe(passed)
  })
  return made
}

function providerOf(
  issuer: string,
  given: { readonly callback: string; readonly people: People; readonly privateKey: KeyObject },
): Provider {
  const { callback, people, privateKey } = given
  const profile = ['name', 'preferred_username', 'groups', 'realm', 'locale']
  return new Provider(issuer, {
    clients: [{ client_id: clientId, client_secret: secret, redirect_uris: [callback] }],
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: keyId, alg: 'RS256', use: 'sig' }] },
    claims: { openid: ['sub'], profile, email: ['email'] },
    pkce: { required: () => true },
    cookies: { keys: ['of this test'] },
    features: { devInteractions: { enabled: true } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
      Grant: 600,
    },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people.get(id) }) }),
  })
}

async function changeToken(
  reply: http.IncomingMessage,
  response: http.ServerResponse,
  { tampering, privateKey }: { readonly tampering: Tampering; readonly privateKey: KeyObject },
): Promise<void> {
  const changed = JSON.stringify(tampered(JSON.parse(await collect(reply)), tampering, privateKey))
  const { 'content-length': _, ...headers } = reply.headers
  response.writeHead(reply.statusCode ?? 500, headers).end(changed)
}

async function listening(server: http.Server): Promise<string> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  after(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port }: AddressInfo = Object(server.address())
  return `http://127.0.0.1:${port}`
}

async function collect(stream: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

function tampered(reply: { id_token?: string }, tampering: Tampering, own: KeyObject) {
  const [, payload = ''] = (reply.id_token ?? '').split('.')
  const claims: Readonly<Record<string, unknown>> = JSON.parse(Buffer.from(payload, 'base64url').toString())
  const body = encode(tampering.claims?.(claims) ?? claims)
  if (tampering.signed === 'none') return { ...reply, id_token: `${encode({ alg: 'none' })}.${body}.` }
  const key =
    tampering.signed === 'own key' ? own : generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey
  const head = encode({ alg: 'RS256', kid: tampering.signed === 'own key' ? keyId : 'another' })
  const signature = sign('sha256', Buffer.from(`${head}.${body}`), key).toString('base64url')
  return { ...reply, id_token: `${head}.${body}.${signature}` }
}

/** Follows redirections with cookies, and fills in the provider's two pages: who one is, and that it may be told. */
async function visit(address: string, person: string, callback: string): Promise<string> {
  const cookies = new Map<string, string>()
  let next: { readonly url: string; readonly form: URLSearchParams | undefined } = {
    url: address,
    form: undefined,
  }
  for (let steps = 0; steps < 12; steps++) {
    if (next.url.startsWith(callback)) return new URL(next.url).search.slice(1)
    const reply = await fetch(next.url, {
      redirect: 'manual',
      headers: { cookie: [...cookies].map((pair) => pair.join('=')).join('; ') },
      ...(next.form && { method: 'POST', body: next.form }),
    })
    for (const line of reply.headers.getSetCookie()) {
      const [name = '', value = ''] = line.split(';', 1)[0]?.split(/=(.*)/s) ?? []
      cookies.set(name, value)
    }
    const location = reply.headers.get('location')
    if (location !== null) {
      next = { url: new URL(location, next.url).href, form: undefined }
      continue
    }
    const page = await reply.text()
    const action = /<form[^>]* action="([^"]+)"/.exec(page)?.[1]
    if (action === undefined)
      throw new Error(`the provider shows no form: ${reply.status} ${page.slice(0, 300)}`)
    const prompt = /name="prompt" value="([^"]+)"/.exec(page)?.[1] ?? 'login'
    const form = new URLSearchParams({ prompt, login: person, password: 'any' })
    next = { url: new URL(action, next.url).href, form }
  }
  throw new Error('the provider goes round in circles')
}
