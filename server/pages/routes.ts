/** Pages and forms at their addresses. */
import { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { requireScope } from '../../kernel/access/access.ts'
import type { Scope } from '../../kernel/access/roles.ts'
import { Refusal } from '../../kernel/errors.ts'
import { acceptsGzip } from './assets.ts'
import { type Draft, draftOfBody } from './forms/draft.ts'
import { type Given, given, nothingGiven } from './forms/problems.ts'
import { type Answer, documentOf, redirection } from './page.ts'
import { isFormToken, requireSameOrigin } from './session.ts'
import { signInPage } from './sign-in-page.ts'
import { isOfficerVisit, type OfficerVisit, type PagesOptions, type Visit, visitOf } from './visit.ts'

/** A form of the longest texts in Urdu, each character six bytes as browsers encode it. */
export const formBytes = 262_144

/** Parts of the address, by name. */
export type Params = Readonly<Record<string, string>>

export interface PageRoute {
  /** For log and metrics, `page.queue`. */
  readonly id: string
  readonly path: string
  /** Undefined for pages that everybody who signed in may read. */
  readonly scope: Scope | undefined
  show(visit: OfficerVisit, params: Params): Promise<Answer>
}

export interface FormRoute {
  readonly id: string
  readonly path: string
  /** Undefined for what everybody may do who signed in. */
  readonly scope: Scope | undefined
  /** The page with the form, filled with what was typed. */
  show(visit: OfficerVisit, params: Params, given: Given): Promise<Answer>
  /** Does what the form says. A refusal shows the form again. */
  act(visit: OfficerVisit, params: Params, draft: Draft): Promise<Answer>
}

export function mountPage(app: FastifyInstance, options: PagesOptions, route: PageRoute): void {
  app.get<{ Params: Params }>(route.path, async (request, reply) => {
    name(request, route.id)
    const visit = await visitOf(options, request)
    if (!isOfficerVisit(visit)) return answer(visit, { request, reply }, toSignIn(visit))
    if (route.scope !== undefined) requireScope(visit.officer.actor, route.scope)
    return answer(visit, { request, reply }, await route.show(visit, request.params))
  })
}

/** A page with a form, and what its sending does. What was typed is never lost, whatever becomes of it. */
export function mountForm(app: FastifyInstance, options: PagesOptions, route: FormRoute): void {
  mountPage(app, options, { ...route, show: (visit, params) => route.show(visit, params, nothingGiven) })
  app.post<{ Params: Params }>(route.path, { bodyLimit: formBytes }, async (request, reply) => {
    name(request, route.id)
    requireSameOrigin(request)
    const visit = await visitOf(options, request)
    const draft = draftOfBody(request.body)
    const exchange = { request, reply }
    // The session ended while the form was being filled in: sign in, and go on with what was typed.
    if (!isOfficerVisit(visit)) {
      return answer(visit, exchange, await signInPage(visit, { next: visit.address, kept: draft }))
    }
    if (route.scope !== undefined) requireScope(visit.officer.actor, route.scope)
    return answer(visit, exchange, await sent(route, { visit, params: request.params, draft }))
  })
}

async function sent(
  route: FormRoute,
  { visit, params, draft }: { readonly visit: OfficerVisit; readonly params: Params; readonly draft: Draft },
): Promise<Answer> {
  const isOwn = isFormToken(draft.get('_token'), visit.officer.sessionToken)
  // A form of an earlier session of the same person: its sender looks at it once more before anything is done.
  if (!isOwn || draft.has('_check')) return route.show(visit, params, given(draft, { isOutdated: true }))
  try {
    return await route.act(visit, params, draft)
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500 || error.status === 404) throw error
    const shown = await route.show(visit, params, given(draft, { refusal: error }))
    return shown.kind === 'page' ? { ...shown, status: shown.status ?? error.status } : shown
  }
}

/** What a visitor who has not signed in gets in place of a page. */
export function toSignIn({ address }: Visit): Answer {
  return redirection(address === '/' ? '/sign-in' : `/sign-in?${new URLSearchParams({ next: address })}`)
}

/** Names the page for log line and metrics. */
export function name(request: FastifyRequest, id: string): void {
  if (request.exchange !== undefined) request.exchange.operationId = id
}

const compress = promisify(gzip)
/** Compressing less would not save a packet (1,460 bytes of payload on Ethernet). */
const leastCompressed = 1_400

/** Sends a page or sends the browser on. */
export async function answer(
  visit: Visit,
  { request, reply }: { readonly request: FastifyRequest; readonly reply: FastifyReply },
  given: Answer,
): Promise<FastifyReply> {
  reply.header('cache-control', 'no-store')
  for (const cookie of given.cookies ?? []) reply.header('set-cookie', cookie)
  if (given.kind === 'redirection') return reply.code(303).header('location', given.to).send()
  if (given.kind === 'file') {
    reply
      .header('content-type', given.mediaType)
      .header('content-disposition', `attachment; filename="${given.fileName}"`)
    // A failure under way breaks the connection, so that nobody takes a part for the whole.
    return reply.send(Readable.from(given.chunks))
  }
  const text = Buffer.from(documentOf(visit, given))
  reply
    .code(given.status ?? 200)
    .header('content-type', 'text/html; charset=utf-8')
    .header('content-language', visit.language)
    .header('vary', 'accept-encoding, accept-language, cookie')
  if (text.length < leastCompressed || !acceptsGzip(request.headers['accept-encoding']))
    return reply.send(text)
  return reply.header('content-encoding', 'gzip').send(await compress(text))
}
