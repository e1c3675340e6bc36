/** The browser's side of a session: its cookie, and the proof that a form was sent from a page of ours. */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { type Language, languages } from '@khudi/sdk'
import { parseCookie, stringifySetCookie } from 'cookie'
import type { FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'

/**
 * Name of the session's cookie. With `__Host-` a browser takes it over https only, for this host alone, so no neighbouring
 * host can plant one.
 */
export function sessionCookie(isSecure: boolean): string {
  return isSecure ? '__Host-khudi-session' : 'khudi-session'
}

const languageCookie = (isSecure: boolean) => (isSecure ? '__Host-khudi-language' : 'khudi-language')
const yearSeconds = 31_536_000
/** Browsers keep no cookie longer (RFC 6265bis, 5.5). */
const deviceSeconds = 400 * 86_400

/** Name of the cookie by which a browser is known again in which somebody has signed in before. */
const deviceCookie = (isSecure: boolean) => (isSecure ? '__Host-khudi-device' : 'khudi-device')

function cookieOf(request: FastifyRequest, name: string): string | undefined {
  const { cookie } = request.headers
  if (cookie === undefined) return undefined
  const value: unknown = parseCookie(cookie)[name]
  return typeof value === 'string' ? value : undefined
}

/** The session's token as the browser sent it, good or not. */
export function sessionTokenOf(request: FastifyRequest, isSecure: boolean): string | undefined {
  return cookieOf(request, sessionCookie(isSecure))
}

/**
 * `Lax`, not `Strict`: a link to a case in a letter or in another system of the office then opens without signing in
 * again. What `Strict` would add is done by `requireSameOrigin` and the form's token.
 */
const everywhere = { path: '/', httpOnly: true, sameSite: 'lax' } as const

/** The `Set-Cookie` header of a new session. */
export function sessionHeader(
  isSecure: boolean,
  session: { readonly token: string; readonly expiresAt: Date },
): string {
  const { token, expiresAt } = session
  return stringifySetCookie({
    name: sessionCookie(isSecure),
    value: token,
    ...everywhere,
    secure: isSecure,
    expires: expiresAt,
  })
}

/** The `Set-Cookie` header that has the browser forget its session. */
export function noSessionHeader(isSecure: boolean): string {
  return stringifySetCookie({
    name: sessionCookie(isSecure),
    value: '',
    ...everywhere,
    secure: isSecure,
    maxAge: 0,
  })
}

/** The device's secret as the browser sent it, good or not. */
export function deviceOf(request: FastifyRequest, isSecure: boolean): string | undefined {
  return cookieOf(request, deviceCookie(isSecure))
}

/** The `Set-Cookie` header by which the browser is known again. It opens nothing. */
export function deviceHeader(isSecure: boolean, device: string): string {
  return stringifySetCookie({
    name: deviceCookie(isSecure),
    value: device,
    ...everywhere,
    secure: isSecure,
    maxAge: deviceSeconds,
  })
}

const ceremonyCookie = (isSecure: boolean) => (isSecure ? '__Host-khudi-issuer' : 'khudi-issuer')
const ceremonySeconds = 600

/** What was begun with an issuer, as the browser kept it. */
export function ceremonyOf(request: FastifyRequest, isSecure: boolean): string | undefined {
  return cookieOf(request, ceremonyCookie(isSecure))
}

/** The `Set-Cookie` header that keeps it until the issuer sends the browser back, or forgets it. */
export function ceremonyHeader(isSecure: boolean, ceremony: string | undefined): string {
  return stringifySetCookie({
    name: ceremonyCookie(isSecure),
    value: ceremony ?? '',
    ...everywhere,
    secure: isSecure,
    maxAge: ceremony === undefined ? 0 : ceremonySeconds,
  })
}

/** The language that the reader chose with the switch; `undefined` before any choice. */
export function chosenLanguage(request: FastifyRequest): Language | undefined {
  // Under whichever name it was kept: what it says is no secret, and everything but a language is passed over.
  const chosen = cookieOf(request, languageCookie(true)) ?? cookieOf(request, languageCookie(false))
  return languages.find((language) => language === chosen)
}

export function languageHeader(isSecure: boolean, language: Language): string {
  return stringifySetCookie({
    name: languageCookie(isSecure),
    value: language,
    ...everywhere,
    secure: isSecure,
    maxAge: yearSeconds,
  })
}

const macBytes = 16

const macOf = (sessionToken: string) =>
  createHmac('sha256', sessionToken).update('khudi form 1').digest().subarray(0, macBytes)

/**
 * What every form of a session carries. Nobody without the session's token can make it, and nothing is stored for it.
 * Masked anew for each page, because pages are compressed: a constant secret could be guessed from their lengths (BREACH).
 */
export function formToken(sessionToken: string): string {
  const mask = randomBytes(macBytes)
  return Buffer.concat([mask, masked(macOf(sessionToken), mask)]).toString('base64url')
}

export function isFormToken(given: string | undefined, sessionToken: string): boolean {
  const bytes = Buffer.from(given ?? '', 'base64url')
  if (bytes.length !== 2 * macBytes) return false
  const mac = masked(bytes.subarray(macBytes), bytes.subarray(0, macBytes))
  return timingSafeEqual(mac, macOf(sessionToken))
}

function masked(bytes: Uint8Array, mask: Uint8Array): Buffer {
  return Buffer.from(bytes.map((byte, index) => byte ^ (mask[index] ?? 0)))
}

/**
 * Refuses a form that a page of another site sent. Browsers state the sender in `Sec-Fetch-Site` where the connection is
 * trustworthy, and in `Origin` or `Referer` everywhere; a request that states it nowhere is refused too.
 *
 * @throws Refusal `access.cross_site`
 */
export function requireSameOrigin(request: FastifyRequest): void {
  const { 'sec-fetch-site': site, origin, referer } = request.headers
  if (site === undefined ? isFrom(origin ?? referer, request.host) : site === 'same-origin') return
  throw new Refusal('access.cross_site')
}

/** Whether the page at `url` is of `host`. A port that is the scheme's own may be written or not. */
function isFrom(url: string | undefined, host: string): boolean {
  if (url === undefined || !URL.canParse(url)) return false
  const sender = new URL(url)
  const own = `${sender.protocol}//${host}`
  return URL.canParse(own) && sender.host === new URL(own).host
}

/** An address on this server to go on to, from what a form or a link said; home for anything else. */
export function localAddress(given: string | undefined): string {
  const here = 'http://here.invalid'
  if (given === undefined || !/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || !URL.canParse(given, here))
    return '/'
  const url = new URL(given, here)
  // `/.//host` comes out as `//host`, which would be an address on another server.
  return url.origin === here && !url.pathname.startsWith('//') ? `${url.pathname}${url.search}` : '/'
}
