/** Signing in with an issuer: there and back; and signing out there too. */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../../kernel/errors.ts'
import {
  beginIssuer,
  callbackPath,
  finishIssuer,
  issuerOfHolder,
  signOutAddress,
} from '../../../kernel/sign-in/oidc.ts'
import { type Session, sessionOf } from '../../../kernel/sign-in/sessions.ts'
import { type Answer, type Page, redirection } from '../page.ts'
import { answer, name } from '../routes.ts'
import { ceremonyHeader, ceremonyOf, localAddress } from '../session.ts'
import { signInPage } from '../sign-in-page.ts'
import { html } from '../text/html.ts'
import { type PagesOptions, type Visit, visitIn } from '../visit.ts'
import { browserOf } from './browser-of.ts'
import { cookiesOf } from './entering.ts'

interface IssuerParams {
  readonly institutionId: string
  readonly issuerId: string
}

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** @throws Refusal `issuer.not_found` for what can be no issuer's address */
function readParams({ institutionId, issuerId }: IssuerParams): IssuerParams {
  if (!uuid.test(institutionId) || !uuid.test(issuerId)) throw new Refusal('issuer.not_found')
  return { institutionId, issuerId }
}

export function mountIssuers(app: FastifyInstance, options: PagesOptions): void {
  mountBeginning(app, options)
  mountCallback(app, options)
  mountSigningOut(app, options)
}

function mountBeginning(app: FastifyInstance, options: PagesOptions): void {
  const { kernel, isSecure } = options
  app.get<{ Querystring: { next?: unknown; again?: unknown }; Params: IssuerParams }>(
    '/sign-in/issuer/:institutionId/:issuerId',
    async (request, reply) => {
      name(request, 'page.issuer')
      const visit = visitIn(options, request, undefined)
      const { next, again } = request.query
      const isAgain = again !== undefined
      const to = localAddress(typeof next === 'string' ? next : undefined)
      const begun = async () => {
        const { ceremony, address } = await beginIssuer(kernel, {
          ...readParams(request.params),
          next: to,
          isAgain,
        })
        return redirection(address, [ceremonyHeader(isSecure, ceremony)])
      }
      return answer(visit, { request, reply }, await orSignIn(visit, begun))
    },
  )
}

function mountCallback(app: FastifyInstance, options: PagesOptions): void {
  const { kernel, isSecure } = options
  app.get(callbackPath, async (request, reply) => {
    name(request, 'page.issuer_callback')
    const visit = visitIn(options, request, undefined)
    const [, query = ''] = request.url.split(/\?(.*)/s, 2)
    const ended = await orSignIn(visit, async () => {
      const given = { ceremony: ceremonyOf(request, isSecure), query, browser: browserOf(request, isSecure) }
      const { session, next } = await finishIssuer(kernel, given)
      return redirection(await onwardFrom(options, session.token, next), cookiesOf(options, request, session))
    })
    const cookies = [...(ended.cookies ?? []), ceremonyHeader(isSecure, undefined)]
    return answer(visit, { request, reply }, { ...ended, cookies })
  })
}

function mountSigningOut(app: FastifyInstance, options: PagesOptions): void {
  const { kernel } = options
  app.get<{ Params: IssuerParams }>(
    '/sign-in/issuer/:institutionId/:issuerId/sign-out',
    async (request, reply) => {
      name(request, 'page.issuer_sign_out')
      const visit = visitIn(options, request, undefined)
      const there = async () =>
        redirection((await signOutAddress(kernel, readParams(request.params))) ?? '/sign-in')
      return answer(visit, { request, reply }, await orSignIn(visit, there))
    },
  )
}

/** Where one was going, or the step that is wanted first. */
async function onwardFrom(
  { kernel }: Pick<PagesOptions, 'kernel'>,
  token: string,
  next: string,
): Promise<string> {
  const session = await sessionOf(kernel, token)
  const query = new URLSearchParams({ next })
  if (session?.stage === 'second_factor') return `/sign-in/second?${query}`
  return session?.stage === 'enrolment' ? `/sign-in/enrol?${query}` : next
}

/** The page for signing in, with what was refused, where something was. */
async function orSignIn(visit: Visit, work: () => Promise<Answer>): Promise<Answer> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    return signInPage(visit, { refusal: error })
  }
}

/** After signing out: that one may be signed in with the issuer still. `undefined` for who came by no issuer. */
export async function signedOutPage(visit: Visit, session: Session): Promise<Page | undefined> {
  if (session.method !== 'issuer') return undefined
  const issuerId = await issuerOfHolder(visit.kernel, session)
  if (issuerId === undefined) return undefined
  const { speech } = visit
  const title = speech.text('signedOut.title')
  const main = html`<h1>${title}</h1>
<p>${speech.text('signedOut.issuer')}</p>
<p><a class="button main" href="/sign-in/issuer/${session.institutionId}/${issuerId}/sign-out">${speech.text('signedOut.there')}</a></p>
<p><a href="/sign-in">${speech.text('signedOut.again')}</a></p>`
  return { kind: 'page', title, main, width: 'form' }
}
