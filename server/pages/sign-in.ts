/** Signing in and out. */
import rateLimit from '@fastify/rate-limit'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { signIn, signOut } from '../../kernel/access/access.ts'
import { Refusal } from '../../kernel/errors.ts'
import { institutions } from '../../kernel/institutions/institutions.ts'
import { type Draft, draftOfBody, readDraft } from './forms/draft.ts'
import { type Answer, redirection } from './page.ts'
import { answer, formBytes, name } from './routes.ts'
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
import { inLanguage, type PagesOptions, type Visit, visitIn, visitOf } from './visit.ts'

export async function mountSignIn(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const guard = await guessing(app)
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
  app.post('/sign-out', { bodyLimit: formBytes }, async (request, reply) => {
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
const usernameForm = /^[a-z][a-z0-9._-]{1,62}$/
const nobody = '-'

const usernameOf = (draft: Draft) => draft.get('username')?.trim().toLowerCase() ?? ''

async function signedIn(
  options: PagesOptions,
  request: FastifyRequest,
  { visit, guard }: { readonly visit: Visit; readonly guard: Guard },
): Promise<Answer> {
  const { kernel, isSecure } = options
  const draft = draftOfBody(request.body)
  const typed = usernameOf(draft)
  const kept = draft.get('kept')
  const next = localAddress(draft.get('next'))
  try {
    await guard(request)
    const session = await signIn(kernel, {
      institutionId: await institutionOf(options, draft),
      username: usernameForm.test(typed) ? typed : nobody,
      password: draft.get('password') ?? '',
    })
    // A new session each time: one that somebody planted in the browser before is of no use to them.
    const cookies = [sessionHeader(isSecure, session)]
    const language = chosenLanguage(request) ?? session.language
    if (chosenLanguage(request) === undefined) cookies.push(languageHeader(isSecure, language))
    if (kept === undefined) return redirection(next, cookies)
    return {
      ...signedInAgainPage(inLanguage(visit, language), { address: next, draft: readDraft(kept) }),
      cookies,
    }
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
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
  const chosen =
    another === undefined ? only : all.find(({ institutionId }) => institutionId === draft.get('institution'))
  if (chosen === undefined) throw new Refusal('access.sign_in_failed')
  return chosen.institutionId
}

const minuteMs = 60_000

/** Attempts in a minute: from one address, where a whole office may stand behind one, and from it for one name. */
const attempts = { address: 60, name: 10 } as const

/** Counts an attempt. @throws Refusal `request.rate_limited` */
type Guard = (request: FastifyRequest) => Promise<void>

/**
 * Slows guessing down. Every attempt counts, before its password is looked at, so that a thousand at once are no way
 * around it; by address too, since by name alone anybody could lock an officer out.
 */
async function guessing(app: FastifyInstance): Promise<Guard> {
  if (!app.hasDecorator('createRateLimit')) await app.register(rateLimit, { global: false })
  const byAddress = app.createRateLimit({ max: attempts.address, timeWindow: minuteMs })
  const byName = app.createRateLimit({
    max: attempts.name,
    timeWindow: minuteMs,
    keyGenerator: (request) => `${request.ip} ${usernameOf(draftOfBody(request.body))}`,
  })
  return async (request) => {
    for (const limit of [byAddress, byName]) {
      const count = await limit(request)
      if (!count.isAllowed && count.isExceeded) {
        throw new Refusal('request.rate_limited', { seconds: count.ttlInSeconds })
      }
    }
  }
}
