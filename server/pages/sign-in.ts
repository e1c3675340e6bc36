/** Signing in and out. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { actorOfSession, signIn, signOut } from '../../kernel/access/access.ts'
import { Refusal } from '../../kernel/errors.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import { type Draft, draftOfBody, readDraft } from './draft.ts'
import { type Answer, redirection } from './page.ts'
import { answer, name } from './routes.ts'
import {
  chosenLanguage,
  isFormToken,
  languageHeader,
  localAddress,
  noSessionHeader,
  requireSameOrigin,
  sessionHeader,
  sessionTokenOf,
} from './session.ts'
import { signedInAgainPage, signInPage } from './sign-in-page.ts'
import { type PagesOptions, type Visit, visitIn, visitOf } from './visit.ts'

export async function mountSignIn(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const guard = await guesses(app)
  app.get<{ Querystring: { next?: unknown } }>('/sign-in', async (request, reply) => {
    name(request, 'page.sign_in')
    const visit = await visitOf(options, request)
    const { next } = request.query
    const to = localAddress(typeof next === 'string' ? next : undefined)
    if (visit.officer !== undefined) return answer(visit, { request, reply }, redirection(to))
    return answer(visit, { request, reply }, await signInPage(visit, { next: to }))
  })
  app.post('/sign-in', async (request, reply) => {
    name(request, 'page.sign_in')
    requireSameOrigin(request)
    const visit = visitIn(options, request, undefined)
    return answer(visit, { request, reply }, await signedIn(options, request, { visit, guard }))
  })
  app.post('/sign-out', async (request, reply) => {
    name(request, 'page.sign_out')
    requireSameOrigin(request)
    const token = sessionTokenOf(request, options.isSecure)
    const visit = visitIn(options, request, undefined)
    // Signing somebody out from outside would only be a nuisance, and is refused all the same.
    if (token !== undefined && isFormToken(draftOfBody(request.body).get('_token'), token)) {
      await signOut(options.kernel, token)
    }
    return answer(visit, { request, reply }, redirection('/sign-in', [noSessionHeader(options.isSecure)]))
  })
}

/** What the database's own rule lets be a user name; anything else is nobody's. */
const username = /^[a-z][a-z0-9._-]{1,62}$/
const nobody = '-'

async function signedIn(
  options: PagesOptions,
  request: FastifyRequest,
  { visit, guard }: { readonly visit: Visit; readonly guard: Guard },
): Promise<Answer> {
  const { kernel, isSecure } = options
  const draft = draftOfBody(request.body)
  const typed = draft.get('username')?.trim().toLowerCase() ?? ''
  const kept = draft.get('kept')
  const next = localAddress(draft.get('next'))
  try {
    await guard.check(request)
    const session = await signIn(kernel, {
      institutionId: await institutionOf(options, draft),
      username: username.test(typed) ? typed : nobody,
      password: draft.get('password') ?? '',
    })
    // A new session each time: one that somebody planted in the browser before is of no use to them.
    const cookies = [sessionHeader(isSecure, session)]
    const language = chosenLanguage(request) ?? session.language
    if (chosenLanguage(request) === undefined) cookies.push(languageHeader(isSecure, language))
    if (kept === undefined) return redirection(next, cookies)
    const again = await visitOfSession(options, request, session.token)
    return { ...signedInAgainPage(again, { address: next, draft: readDraft(kept) }), cookies }
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    if (error.code === 'access.sign_in_failed') await guard.count(request)
    return signInPage(visit, {
      next,
      username: typed.slice(0, 64),
      refusal: error,
      ...(kept === undefined ? {} : { kept: readDraft(kept) }),
      ...(draft.has('institution') ? { institutionId: draft.get('institution') ?? '' } : {}),
    })
  }
}

/** @throws Refusal `access.sign_in_failed` where there are several and none of them was chosen */
async function institutionOf({ kernel }: PagesOptions, draft: Draft): Promise<string> {
  const all = await institutions(kernel)
  const [only, another] = all
  const chosen = another === undefined ? only : all.find(({ institutionId }) => institutionId === draft.get('institution'))
  if (chosen === undefined) throw new Refusal('access.sign_in_failed')
  return chosen.institutionId
}

/** The visit as it goes on under the session just begun, whose cookie the browser does not have yet. */
async function visitOfSession(options: PagesOptions, request: FastifyRequest, token: string): Promise<Visit> {
  const session = await actorOfSession(options.kernel, token)
  const visit = visitIn(options, request, undefined)
  return session === undefined || chosenLanguage(request) !== undefined ? visit : visit
}

const minuteMs = 60_000

/** Failures in a minute before the next guess is not even looked at: by one address, and by one address for one name. */
const failures = { address: 30, name: 5 } as const

interface Guard {
  /** @throws Refusal `request.rate_limited` */
  check(request: FastifyRequest): Promise<void>
  count(request: FastifyRequest): Promise<void>
}

/** Slows guessing down. By address too, since by name alone anybody could lock an officer out. */
async function guesses(app: FastifyInstance): Promise<Guard> {
  if (!app.hasDecorator('createRateLimit')) await app.register(rateLimit, { global: false })
  const byAddress = app.createRateLimit({ max: failures.address, timeWindow: minuteMs })
  const byName = app.createRateLimit({
    max: failures.name,
    timeWindow: minuteMs,
    keyGenerator: (request) => `${request.ip} ${draftOfBody(request.body).get('username')?.trim().toLowerCase()}`,
  })
  return {
    async check(request) {
      for (const limit of [byAddress, byName]) {
        const count = await limit(request, { increment: false })
        // A look does not count itself: at the limit there is no room for one more.
        if (!count.isAllowed && count.remaining === 0) {
          throw new Refusal('request.rate_limited', { seconds: count.ttlInSeconds })
        }
      }
    },
    async count(request) {
      await Promise.all([byAddress(request), byName(request)])
    },
  }
}
