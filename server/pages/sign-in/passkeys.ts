/** What the script of passkeys asks, and what the forms send that it filled. */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../../kernel/errors.ts'
import {
  beginPasskey,
  beginRegistration,
  finishRegistration,
  requirePasskeysAt,
  signInByPasskey,
} from '../../../kernel/sign-in/passkeys.ts'
import { type Draft, draftOfBody } from '../forms/draft.ts'
import { type Answer, redirection } from '../page.ts'
import { answer, formBytes, name } from '../routes.ts'
import { requireSameOrigin } from '../session.ts'
import { signInPage } from '../sign-in-page.ts'
import { words } from '../text/words.ts'
import { type PagesOptions, type Visit, visitIn } from '../visit.ts'
import { browserOf } from './browser-of.ts'
import { entered, isOfStep, onwardOf, type Step, stepOf } from './entering.ts'
import { institutionOf } from './institution.ts'
import { passkeyScript } from './passkey-form.ts'
import { enrolled } from './steps.ts'

export function mountPasskeys(app: FastifyInstance, options: PagesOptions): void {
  app.get(passkeyScript.path, (_request, reply) =>
    reply
      .header('content-type', 'text/javascript; charset=utf-8')
      .header('cache-control', 'public, max-age=31536000, immutable')
      .send(passkeyScript.text),
  )
  mountSigningIn(app, options)
  mountRegistering(app, options)
}

function mountSigningIn(app: FastifyInstance, options: PagesOptions): void {
  const { kernel, isSecure } = options
  app.post('/sign-in/passkey/options', { bodyLimit: formBytes }, async (request) => {
    name(request, 'page.passkey_options')
    requireSameOrigin(request)
    requirePasskeysAt(kernel, visitIn(options, request, undefined).origin)
    const draft = draftOfBody(request.body)
    const step = ownStep(draft, await stepOf(options, request))
    if (step !== undefined) return beginPasskey(kernel, { token: step.token })
    return beginPasskey(kernel, { institutionId: await institutionOf(options, draft) })
  })
  app.post('/sign-in/passkey', { bodyLimit: formBytes }, async (request, reply) => {
    name(request, 'page.passkey')
    requireSameOrigin(request)
    const visit = visitIn(options, request, undefined)
    requirePasskeysAt(kernel, visit.origin)
    const draft = draftOfBody(request.body)
    const step = ownStep(draft, await stepOf(options, request))
    const onward = onwardOf(draft)
    const done = signInByPasskey(kernel, {
      ceremony: draft.get('ceremony'),
      reply: draft.get('reply') ?? '',
      browser: browserOf(request, isSecure),
      token: step?.token,
    }).then(
      (session) => entered(options, { request, visit, onward }, session),
      (error: unknown) => refusedPage(visit, draft, error),
    )
    return answer(visit, { request, reply }, await done)
  })
}

/** The session that the form belongs to; without one it is somebody who signs in. */
function ownStep(draft: Draft, step: Step | undefined): Step | undefined {
  return step !== undefined && isOfStep(draft, step) ? step : undefined
}

/** Where a passkey is refused, everything begins again with the page of signing in. */
async function refusedPage(visit: Visit, draft: Draft, error: unknown): Promise<Answer> {
  if (!(error instanceof Refusal) || error.status >= 500) throw error
  const { next, kept } = onwardOf(draft)
  return signInPage(visit, { next, refusal: error, ...(kept === undefined ? {} : { kept }) })
}

function mountRegistering(app: FastifyInstance, options: PagesOptions): void {
  const { kernel, isSecure } = options
  app.post('/sign-in/passkey/register/options', { bodyLimit: formBytes }, async (request) => {
    name(request, 'page.passkey_registration_options')
    requireSameOrigin(request)
    const visit = visitIn(options, request, undefined)
    requirePasskeysAt(kernel, visit.origin)
    const step = ownStep(draftOfBody(request.body), await stepOf(options, request))
    if (step === undefined) throw new Refusal('access.not_signed_in')
    return beginRegistration(kernel, step.token, { product: visit.speech.of(words.product) })
  })
  app.post('/sign-in/passkey/register', { bodyLimit: formBytes }, async (request, reply) => {
    name(request, 'page.passkey_registration')
    requireSameOrigin(request)
    const visit = visitIn(options, request, undefined)
    requirePasskeysAt(kernel, visit.origin)
    const draft = draftOfBody(request.body)
    const step = ownStep(draft, await stepOf(options, request))
    if (step === undefined) return answer(visit, { request, reply }, redirection('/sign-in'))
    const done = await finishRegistration(kernel, step.token, {
      ceremony: draft.get('ceremony'),
      reply: draft.get('reply') ?? '',
      name: draft.get('name') ?? '',
      browser: browserOf(request, isSecure),
    })
    const asked = { options, request, visit, onward: onwardOf(draft) }
    return answer(visit, { request, reply }, enrolled(asked, done))
  })
}
