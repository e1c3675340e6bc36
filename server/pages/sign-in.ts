/** Signing in and out. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import { factorsOf } from '../../kernel/sign-in/factors.ts'
import { type SignedIn, sessionOf } from '../../kernel/sign-in/sessions.ts'
import { isKnownBrowser, signIn, signOut } from '../../kernel/sign-in/sign-in.ts'
import { type Draft, draftOfBody } from './forms/draft.ts'
import { type Answer, redirection } from './page.ts'
import { answer, formBytes, name } from './routes.ts'
import { isFormToken, localAddress, noSessionHeader, requireSameOrigin, sessionTokenOf } from './session.ts'
import { browserOf } from './sign-in/browser-of.ts'
import { cookiesOf, entered, onwardOf, type Step } from './sign-in/entering.ts'
import { institutionOf } from './sign-in/institution.ts'
import { mountIssuers, signedOutPage } from './sign-in/issuers.ts'
import { mountPasskeys } from './sign-in/passkeys.ts'
import { secondFactorPage } from './sign-in/step-pages.ts'
import { mountSteps } from './sign-in/steps.ts'
import { signInPage } from './sign-in-page.ts'
import { type PagesOptions, type Visit, visitIn, visitOf } from './visit.ts'

export async function mountSignIn(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const guard = await guessing(app, options)
  app.get<{ Querystring: { next?: unknown } }>('/sign-in', async (request, reply) => {
    name(request, 'page.sign_in')
    const visit = await visitOf(options, request)
    const { next } = request.query
    const to = localAddress(typeof next === 'string' ? next : undefined)
    if (visit.officer !== undefined) return answer(visit, { request, reply }, redirection(to))
    return answer(visit, { request, reply }, await signInPage(visit, { next: to }))
  })
  app.post('/sign-in', { bodyLimit: formBytes }, async (request, reply) => {
    name(request, 'page.sign_in')
    requireSameOrigin(request)
    const visit = visitIn(options, request, undefined)
    return answer(visit, { request, reply }, await signedIn(options, request, { visit, guard }))
  })
  mountSignOut(app, options)
  mountSteps(app, options)
  mountPasskeys(app, options)
  mountIssuers(app, options)
}

function mountSignOut(app: FastifyInstance, options: PagesOptions): void {
  app.post('/sign-out', { bodyLimit: formBytes }, async (request, reply) => {
    name(request, 'page.sign_out')
    requireSameOrigin(request)
    const token = sessionTokenOf(request, options.isSecure)
    const visit = visitIn(options, request, undefined)
    // Signing somebody out from outside would only be a nuisance, and is refused all the same.
    const isOwn = token !== undefined && isFormToken(draftOfBody(request.body).get('_token'), token)
    const cookies = [noSessionHeader(options.isSecure)]
    const session = isOwn ? await sessionOf(options.kernel, token) : undefined
    if (isOwn) {
      await signOut(options.kernel, token)
      // Whoever uses the browser next finds nothing of it; cookies are told above, so that the language stays.
      reply.header('clear-site-data', '"cache", "storage"')
    }
    const page = session && (await signedOutPage(visit, session))
    return answer(
      visit,
      { request, reply },
      page === undefined ? redirection('/sign-in', cookies) : { ...page, cookies },
    )
  })
}

/** What the database's own rule lets be a user name; anything else is nobody's. */
const usernameForm = /^[a-z][a-z0-9._-]{1,62}$/
const nobody = '-'

const usernameOf = (draft: Draft) => draft.get('username')?.trim().toLowerCase() ?? ''

async function signedIn(
  options: PagesOptions,
  request: FastifyRequest,
  { visit, guard }: { readonly visit: Visit; readonly guard: Guard },
): Promise<Answer> {
  const draft = draftOfBody(request.body)
  const typed = usernameOf(draft)
  const onward = onwardOf(draft)
  try {
    const browser = browserOf(request, options.isSecure)
    const institutionId = await institutionOf(options, draft)
    const username = usernameForm.test(typed) ? typed : nobody
    await guard(request, { institutionId, username, browser })
    const password = draft.get('password') ?? ''
    const session = await signIn(options.kernel, { institutionId, username, password, browser })
    if (session.stage === 'full') return entered(options, { request, visit, onward }, session)
    return await nextStep(options, { request, visit, session, onward })
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    return signInPage(visit, {
      next: onward.next,
      username: typed.slice(0, 64),
      refusal: error,
      ...(onward.kept === undefined ? {} : { kept: onward.kept }),
      ...(draft.has('institution') ? { institutionId: draft.get('institution') ?? '' } : {}),
    })
  }
}

interface NextStep {
  readonly request: FastifyRequest
  readonly visit: Visit
  readonly session: SignedIn
  readonly onward: ReturnType<typeof onwardOf>
}

/** The page of the second factor at once, so that a form on its way is carried along; enrolment has its own. */
async function nextStep(
  options: PagesOptions,
  { request, visit, session, onward }: NextStep,
): Promise<Answer> {
  const { kernel } = options
  const cookies = cookiesOf(options, request, session)
  if (session.stage === 'enrolment')
    return redirection(`/sign-in/enrol?${new URLSearchParams({ next: onward.next })}`, cookies)
  const opened = await sessionOf(kernel, session.token)
  if (opened === undefined) throw new Error('the session was just opened')
  const step: Step = { session: opened, token: session.token }
  return { ...secondFactorPage(visit, { step, onward, factors: await factorsOf(kernel, opened) }), cookies }
}

const minuteMs = 60_000

/** Attempts in a minute from one address, where a whole office may stand behind one. */
const attemptsOfAddress = 60

interface Attempt {
  readonly institutionId: string
  readonly username: string
  readonly browser: ReturnType<typeof browserOf>
}

/** Counts an attempt. @throws Refusal `request.rate_limited` */
type Guard = (request: FastifyRequest, attempt: Attempt) => Promise<void>

/**
 * Keeps one address from having this process hash passwords all day; how often a name may be guessed at is the kernel's to say.
 * Who has signed in to the account in this browser before is not counted: others behind the same address could otherwise keep
 * them out.
 */
async function guessing(app: FastifyInstance, { kernel }: PagesOptions): Promise<Guard> {
  if (!app.hasDecorator('createRateLimit')) await app.register(rateLimit, { global: false })
  const byAddress = app.createRateLimit({ max: attemptsOfAddress, timeWindow: minuteMs })
  return async (request, attempt) => {
    if (await isKnownBrowser(kernel, attempt)) return
    const count = await byAddress(request)
    if (!count.isAllowed && count.isExceeded)
      throw new Refusal('request.rate_limited', { seconds: count.ttlInSeconds })
  }
}
