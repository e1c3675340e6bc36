/** The page that a failed request gets: what is the matter and what to do next, in the reader's language. */
import type { FastifyInstance } from 'fastify'
import { Refusal } from '../../kernel/errors.ts'
import { answerFailure, tell } from '../http/failures.ts'
import { type Draft, draftOfBody } from './forms/draft.ts'
import { keptForm } from './forms/kept-form.ts'
import type { Page } from './page.ts'
import { answer } from './routes.ts'
import { type Html, html } from './text/html.ts'
import { type Officer, type PagesOptions, type Visit, visitIn, visitOf } from './visit.ts'

export function mountFailures(app: FastifyInstance, options: PagesOptions): void {
  const reporting = options.reporting ?? { logger: undefined, onFatal: undefined }
  app.setErrorHandler(async (error, request, reply) => {
    const { refusal } = tell(error, request, reporting)
    const { status, parameters } = refusal
    // Whoever signed in keeps the way to the other pages, unless the database itself is what fails.
    const officer =
      status >= 500 ? undefined : await visitOf(options, request).then(officerOf, () => undefined)
    const visit = visitIn(options, request, officer)
    if (status === 429 || status === 503) reply.header('retry-after', String(parameters.seconds ?? 5))
    const draft = request.method === 'POST' && mayPass(refusal) ? draftOfBody(request.body) : undefined
    return answer(visit, { request, reply }, failurePage(visit, refusal, draft))
  })
  // Whatever no other page is found under. Programs, and all of the API, get the problem that they can read.
  app.get('/*', async (request, reply) => {
    const isForPeople =
      request.headers.accept?.includes('text/html') === true && !request.url.startsWith('/v1/')
    if (!isForPeople) return answerFailure(new Refusal('request.not_found'), { request, reply }, reporting)
    const visit = await visitOf(options, request)
    return answer(visit, { request, reply }, notFoundPage(visit))
  })
}

const officerOf = ({ officer }: Visit): Officer | undefined => officer

/** Whether the same form may succeed later: what was typed is then kept. */
function mayPass({ status }: Refusal): boolean {
  return status >= 500 || status === 429 || status === 408
}

function failurePage(visit: Visit, refusal: Refusal, draft: Draft | undefined): Page {
  const { language, speech, address } = visit
  const title = refusal.title(language)
  const main = html`<h1>${title}</h1>
<p>${refusal.remedy(language)}</p>
${refusal.code === 'access.proof_stale' && html`<p><a class="button main" href="/sign-in/again">${speech.text('security.confirm')}</a></p>`}
${draft !== undefined && html`<p>${speech.text('failure.kept')}</p>${keptForm(speech, { address, draft })}`}
${onward(visit)}`
  return { kind: 'page', status: refusal.status, title, main, width: 'form' }
}

function notFoundPage(visit: Visit): Page {
  const { speech } = visit
  const title = speech.text('notFound.title')
  const main = html`<h1>${title}</h1>
<p>${speech.text('notFound.text')}</p>
${onward(visit)}`
  return { kind: 'page', status: 404, title, main, width: 'form' }
}

function onward({ speech, officer }: Visit): Html {
  return html`<p><a href="/">${speech.text(officer === undefined ? 'signIn.title' : 'failure.home')}</a></p>`
}
