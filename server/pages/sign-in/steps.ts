/** The steps after the password, each at its address: second factor, enrolment, proving it once more. */
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Refusal } from '../../../kernel/errors.ts'
import { beginTotp, enrollingSession, finishTotp } from '../../../kernel/sign-in/enrolment.ts'
import { factorsOf } from '../../../kernel/sign-in/factors.ts'
import { issuerOfHolder } from '../../../kernel/sign-in/oidc.ts'
import { answerSecondFactor, proveAgain } from '../../../kernel/sign-in/sign-in.ts'
import { type Draft, draftOfBody } from '../forms/draft.ts'
import { type Answer, redirection } from '../page.ts'
import { answer, formBytes, name } from '../routes.ts'
import { requireSameOrigin } from '../session.ts'
import { words } from '../text/words.ts'
import { type PagesOptions, type Visit, visitIn } from '../visit.ts'
import { browserOf } from './browser-of.ts'
import { cookiesOf, entered, isOfStep, type Onward, onwardOf, type Step, stepOf } from './entering.ts'
import { againPage, codesPage, enrolPage, secondFactorPage } from './step-pages.ts'

/** One step: the page that asks, and what its form does. */
interface StepRoute {
  readonly id: string
  readonly path: string
  /** The stages whose holders may take it. */
  readonly stages: readonly Step['session']['stage'][]
  show(asked: Asked, refusal?: Refusal): Promise<Answer>
  act(asked: Asked, draft: Draft): Promise<Answer>
}

interface Asked {
  readonly options: PagesOptions
  readonly request: FastifyRequest
  readonly visit: Visit
  readonly step: Step
  readonly onward: Onward
}

export function mountSteps(app: FastifyInstance, options: PagesOptions): void {
  for (const route of [secondFactor, enrolment, again]) mountStep(app, options, route)
}

function mountStep(app: FastifyInstance, options: PagesOptions, route: StepRoute): void {
  app.get<{ Querystring: { next?: unknown } }>(route.path, async (request, reply) => {
    name(request, route.id)
    const visit = visitIn(options, request, undefined)
    const step = await stepOf(options, request)
    const { next } = request.query
    const onward = onwardOf(new Map(typeof next === 'string' ? [['next', next]] : []))
    if (step === undefined || !route.stages.includes(step.session.stage))
      return answer(visit, { request, reply }, redirection('/sign-in'))
    return answer(visit, { request, reply }, await shown(route, { options, request, visit, step, onward }))
  })
  app.post(route.path, { bodyLimit: formBytes }, async (request, reply) => {
    name(request, route.id)
    requireSameOrigin(request)
    const visit = visitIn(options, request, undefined)
    const draft = draftOfBody(request.body)
    const step = await stepOf(options, request)
    if (step === undefined || !route.stages.includes(step.session.stage) || !isOfStep(draft, step))
      return answer(visit, { request, reply }, redirection('/sign-in'))
    const asked = { options, request, visit, step, onward: onwardOf(draft) }
    return answer(visit, { request, reply }, await taken(route, asked, draft))
  })
}

/** The page, or on to proving it once more where that is too long ago. */
async function shown(route: StepRoute, asked: Asked): Promise<Answer> {
  try {
    return await route.show(asked)
  } catch (error) {
    return staleOr(error, asked)
  }
}

async function taken(route: StepRoute, asked: Asked, draft: Draft): Promise<Answer> {
  try {
    return await route.act(asked, draft)
  } catch (error) {
    if (!(error instanceof Refusal) || error.status >= 500) throw error
    if (error.code === 'access.not_signed_in') return redirection('/sign-in')
    if (error.code === 'access.proof_stale') return staleOr(error, asked)
    return route.show(asked, error)
  }
}

function staleOr(error: unknown, { request }: Asked): Answer {
  if (!(error instanceof Refusal && error.code === 'access.proof_stale')) throw error
  const [path = '/'] = request.url.split('?', 1)
  return redirection(`/sign-in/again?${new URLSearchParams({ next: path })}`)
}

const secondFactor: StepRoute = {
  id: 'page.second_factor',
  path: '/sign-in/second',
  stages: ['second_factor'],
  async show({ visit, step, onward }, refusal) {
    const factors = await factorsOf(visit.kernel, step.session)
    return secondFactorPage(visit, { step, onward, factors, refusal })
  },
  async act(asked, draft) {
    const { options, request, visit, step } = asked
    const given = { code: draft.get('code') ?? '', browser: browserOf(request, options.isSecure) }
    return entered(options, asked, await answerSecondFactor(visit.kernel, step.token, given))
  },
}

const enrolment: StepRoute = {
  id: 'page.enrolment',
  path: '/sign-in/enrol',
  stages: ['enrolment', 'full'],
  async show({ visit, step, onward }, refusal) {
    const session = await enrollingSession(visit.kernel, step.token)
    const hasApp = (await factorsOf(visit.kernel, session)).totp !== undefined
    const product = visit.speech.of(words.product)
    const totp = hasApp ? undefined : await beginTotp(visit.kernel, session, { product })
    return enrolPage(visit, { step, onward, totp, refusal })
  },
  async act(asked, draft) {
    const { options, request, visit, step, onward } = asked
    const { kernel } = visit
    const browser = browserOf(request, options.isSecure)
    const given = { ceremony: draft.get('ceremony'), code: draft.get('code') ?? '', browser }
    const done = await finishTotp(kernel, step.token, given)
    if (!done.isEnrolled) {
      const product = visit.speech.of(words.product)
      const totp = await beginTotp(kernel, step.session, { product, secret: done.secret })
      return { ...enrolPage(visit, { step, onward, totp, isCodeWrong: true }), status: 422 }
    }
    return enrolled(asked, done)
  },
}

/** The recovery codes where there are new ones, else where one was going. */
export function enrolled(
  asked: Pick<Asked, 'options' | 'request' | 'visit' | 'onward'>,
  {
    session,
    codes,
  }: { readonly session: Parameters<typeof entered>[2]; readonly codes: readonly string[] | undefined },
): Answer {
  if (codes === undefined) return entered(asked.options, asked, session)
  const { options, request, visit, onward } = asked
  return { ...codesPage(visit, { codes, onward }), cookies: cookiesOf(options, request, session) }
}

const again: StepRoute = {
  id: 'page.prove_again',
  path: '/sign-in/again',
  stages: ['full'],
  async show({ visit, step, onward }, refusal) {
    const factors = await factorsOf(visit.kernel, step.session)
    const issuerId = await issuerOfHolder(visit.kernel, step.session)
    return againPage(visit, { step, onward, factors, refusal, issuerId })
  },
  async act(asked, draft) {
    const { options, request, visit, step } = asked
    const given = {
      password: draft.get('password') ?? '',
      code: draft.get('code') ?? '',
      browser: browserOf(request, options.isSecure),
    }
    return entered(options, asked, await proveAgain(visit.kernel, step.token, given))
  },
}
