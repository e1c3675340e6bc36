/** Opening a case by a form made from the application's schema of cases. */
import { type Application, protectionPlan } from '@khudi/sdk'
import { intake } from '../../kernel/decisions/intake.ts'
import { Refusal } from '../../kernel/errors.ts'
import { installed, systemsOf } from '../../kernel/register/register.ts'
import type { Draft } from './forms/draft.ts'
import { everyField, fieldTree } from './forms/fields.ts'
import { type Given, given, titleOf } from './forms/problems.ts'
import { recordForm } from './forms/record-form.ts'
import { recordOf, reshaped } from './forms/typed-record.ts'
import { type Answer, type Page, redirection } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

/** Asks for the application; where there is only one, it needs no asking. */
export const newCaseRoute: PageRoute = {
  id: 'page.new_case',
  path: '/cases/new',
  scope: 'case.open',
  async show(visit) {
    const { speech } = visit
    const all = await liveApplications(visit)
    const [only, another] = all
    if (only !== undefined && another === undefined) return redirection(`/cases/new/${only.id}`)
    const title = speech.text('newCase.title')
    const main = html`<h1>${title}</h1>
${
  only === undefined
    ? html`<p class="empty">${speech.text('register.empty')}</p>`
    : html`<ul class="choices">${all.map(
        ({ id, title, purpose }) =>
          html`<li><a href="/cases/new/${id}">${speech.of(title)}</a><span class="hint">${speech.of(purpose)}</span></li>`,
      )}</ul>`
}`
    return { kind: 'page', title, main, width: 'form' }
  },
}

export const caseFormRoute: FormRoute = {
  id: 'page.case_form',
  path: '/cases/new/:applicationId',
  scope: 'case.open',
  show: async (visit, { applicationId = '' }, about) =>
    show(visit, installed(visit.kernel, applicationId).application, about),
  act: (visit, { applicationId = '' }, draft) =>
    open(visit, installed(visit.kernel, applicationId).application, draft),
}

/** Applications that may run here: installed, and live in the register. */
export async function liveApplications({ kernel, officer }: OfficerVisit): Promise<readonly Application[]> {
  const systems = await systemsOf(kernel, officer.actor.institutionId)
  return systems
    .filter(({ state }) => state === 'live')
    .map(({ applicationId }) => kernel.applications.get(applicationId)?.application)
    .filter((application) => application !== undefined)
}

function show(visit: OfficerVisit, application: Application, about: Given): Page {
  const { speech } = visit
  const title = speech.text('newCase.title')
  const needsFile = everyField(fieldTree(application.case)).some(
    ({ kind, optional }) => kind === 'attachment' && !optional,
  )
  const main = html`${needsFile && html`<p class="notice">${speech.text('newCase.needsFile')}</p>`}
${recordForm(visit, {
  schema: application.case,
  plan: protectionPlan(application.case, application.classification),
  action: `/cases/new/${application.id}`,
  given: about,
  button: 'newCase.send',
  title,
  about: html`${speech.of(application.title)}`,
})}`
  return { kind: 'page', title: titleOf(visit, `${title} – ${speech.of(application.title)}`, about), main }
}

async function open(visit: OfficerVisit, application: Application, draft: Draft): Promise<Answer> {
  const changed = reshaped(draft)
  if (changed !== undefined) return show(visit, application, given(changed))
  const json = JSON.stringify(recordOf(fieldTree(application.case), draft))
  const [result] = await intake(visit.kernel, visit.officer.actor, {
    applicationId: application.id,
    source: 'page',
    isDecided: true,
    submissions: [{ json }],
  })
  if (result === undefined) throw new Error('intake answers every submission')
  if (result.status !== 'refused') {
    return redirection(
      `/cases/${result.caseId}?done=${result.status === 'accepted' ? 'opened' : 'unchanged'}`,
    )
  }
  const parameters = { application: application.id, reference: result.reference ?? '' }
  const refusal = new Refusal(result.code, parameters, { problems: result.problems })
  return { ...show(visit, application, given(draft, { refusal })), status: refusal.status }
}
