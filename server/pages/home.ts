/** The first page after signing in: what waits, what there is, and what one may do here. */
import { legalBasisText } from '@khudi/sdk'
import { runningBreaches } from '../../kernel/breaches/breaches.ts'
import { caseCounts, queueOf } from '../../kernel/cases/cases.ts'
import { CaseState, stateLabels } from '../../kernel/cases/states.ts'
import { systemsOf } from '../../kernel/register/register.ts'
import { waitingRequests } from '../../kernel/rights/alarms.ts'
import { applicationTitle } from './case-file.ts'
import { digest } from './history.ts'
import { liveApplications } from './new-case.ts'
import { reviewedApplications, roleLabel } from './roles.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { institutionTitle, type OfficerVisit } from './visit.ts'

export const homeRoute: PageRoute = {
  id: 'page.home',
  path: '/',
  scope: undefined,
  async show(visit) {
    const { speech, officer, language } = visit
    const main = html`<p class="over">${isolated(institutionTitle(officer.institution, language))}</p>
<h1>${speech.sentence('home.greeting', { name: isolated(officer.username) })}</h1>
<p class="hint">${speech.text('home.roles')} ${roleList(visit)}</p>
${officer.may('right.read') && (await requests(visit))}
${officer.may('breach.manage') && (await breaches(visit))}
${officer.may('case.read') && (await cases(visit))}
${officer.may('case.open') && (await openable(visit))}
${officer.may('system.read') && (await systems(visit))}`
    return { kind: 'page', title: speech.text('home.title'), main }
  },
}

/** Requests that wait for an answer, and whether one of them is late. */
async function requests({ kernel, officer, speech, formats }: OfficerVisit): Promise<Html | undefined> {
  const { open, late } = await waitingRequests(kernel, officer.actor.institutionId)
  if (open === 0) return undefined
  const figure = (count: number) => html`<bdi class="figure">${formats.number(count)}</bdi>`
  return html`<div class="notice${late > 0 && ' error'}"><p><a href="/rights">${speech.sentence('home.requests', { count: figure(open) })}</a>${late > 0 && html` <strong class="tag adverse">${speech.sentence('home.requestsLate', { count: figure(late) })}</strong>`}</p></div>`
}

/** Breaches that the authority has yet to be told of. */
async function breaches({ kernel, officer, speech, formats }: OfficerVisit): Promise<Html | undefined> {
  const { open, late } = await runningBreaches(kernel, officer.actor.institutionId)
  if (open === 0) return undefined
  const figure = (count: number) => html`<bdi class="figure">${formats.number(count)}</bdi>`
  return html`<div class="notice error"><p><a href="/breaches">${speech.sentence('home.breaches', { count: figure(open) })}</a>${late > 0 && html` <strong class="tag adverse">${speech.sentence('home.breachesLate', { count: figure(late) })}</strong>`}</p></div>`
}

function roleList(visit: OfficerVisit): string {
  const labels = visit.officer.actor.roles.map((role) => roleLabel(visit, role))
  return new Intl.ListFormat(visit.language, { type: 'conjunction', style: 'narrow' }).format(labels)
}

async function cases(visit: OfficerVisit): Promise<Html> {
  const { speech, kernel, officer } = visit
  const counts = await caseCounts(kernel, officer.actor)
  if (counts.length === 0) {
    return html`<div class="empty"><h2>${speech.text('home.noCases')}</h2><p>${speech.text('home.noCasesWhy')}</p></div>`
  }
  const applications = [...new Set(counts.map(({ applicationId }) => applicationId))]
  const countOf = (applicationId: string, state: CaseState) =>
    counts.find((count) => count.applicationId === applicationId && count.state === state)?.cases ?? 0
  const own = reviewedApplications(visit)
  return html`${officer.may('case.review') && own.length > 0 && waitingCard(visit, await waitingCount(visit))}
<section aria-labelledby="counts"><h2 id="counts">${speech.text('home.counts')}</h2>
<div class="scroll"><table class="counts"><thead><tr><th scope="col">${speech.text('filter.application')}</th>
${CaseState.options.map((state) => html`<th scope="col">${speech.of(stateLabels[state])}</th>`)}</tr></thead>
<tbody>${applications.map(
    (
      id,
    ) => html`<tr><th scope="row"><a href="/cases?application=${id}">${applicationTitle(visit, id)}</a></th>
${CaseState.options.map((state) => html`<td>${countLink(visit, { id, state, count: countOf(id, state) })}</td>`)}</tr>`,
  )}</tbody></table></div></section>`
}

/** Counted up to here: what an officer has before them is "a hundred or more" from then on. */
const mostCounted = 100

/** Cases that wait for this very officer, whose roles are fewer than those that the counts by state are about. */
async function waitingCount({ kernel, officer }: OfficerVisit): Promise<number> {
  return (
    await queueOf(kernel, officer.actor, { applicationId: undefined, after: undefined, size: mostCounted })
  ).length
}

function waitingCard({ speech, formats }: OfficerVisit, waiting: number): Html {
  const count = `${formats.number(waiting)}${waiting === mostCounted ? '+' : ''}`
  return html`<section class="card call"><p class="big figure">${count}</p>
<p>${speech.text(waiting === 0 ? 'home.nothingWaits' : 'home.waits')}</p>
${waiting > 0 && html`<p class="go"><a class="button main" href="/queue/next">${speech.text('home.begin')}</a> <a href="/queue">${speech.text('home.seeQueue')}</a></p>`}</section>`
}

function countLink(
  { formats }: OfficerVisit,
  { id, state, count }: { readonly id: string; readonly state: CaseState; readonly count: number },
): Html {
  const figure = html`<span class="figure">${formats.number(count)}</span>`
  return count === 0
    ? html`<span class="none">${figure}</span>`
    : html`<a href="/cases?application=${id}&amp;state=${state}">${figure}</a>`
}

async function openable(visit: OfficerVisit): Promise<Html | undefined> {
  const { speech } = visit
  const all = await liveApplications(visit)
  if (all.length === 0) return undefined
  return html`<section aria-labelledby="open"><h2 id="open">${speech.text('newCase.title')}</h2>
<ul class="choices">${all.map(({ id, title, purpose }) => html`<li><a href="/cases/new/${id}">${speech.of(title)}</a><span class="hint">${speech.of(purpose)}</span></li>`)}</ul></section>`
}

/** The register of AI systems, for those who answer for it. */
async function systems(visit: OfficerVisit): Promise<Html> {
  const { speech, kernel, officer, formats } = visit
  const rows = await systemsOf(kernel, officer.actor.institutionId)
  return html`<section aria-labelledby="register"><h2 id="register">${speech.text('register.title')}</h2>
<p><a href="/policies">${speech.text('policies.title')}</a></p>
${rows.length === 0 && html`<p class="empty">${speech.text('register.empty')}</p>`}
${rows.map(({ applicationId, state, registeredAt, applicationDigest }) => {
  const application = kernel.applications.get(applicationId)?.application
  return html`<section class="card"><h3>${applicationTitle(visit, applicationId)} <span class="tag${state === 'stopped' && ' adverse'}">${speech.text(`register.${state}`)}</span></h3>
<dl class="facts">${
    application !== undefined &&
    html`<div><dt>${speech.text('register.purpose')}</dt><dd>${speech.of(application.purpose)}</dd></div>
<div><dt>${speech.text('register.legalBasis')}</dt><dd>${isolated(speech.of(legalBasisText(application.legalBasis)))}</dd></div>
<div><dt>${speech.text('register.classification')}</dt><dd>${speech.text(`classification.${application.classification}`)}</dd></div>`
  }
<div><dt>${speech.text('register.registeredAt')}</dt><dd>${formats.instant(registeredAt)}</dd></div>
<div class="wide"><dt>${speech.text('decision.applicationDigest')}</dt><dd>${digest(applicationDigest)}</dd></div></dl></section>`
})}</section>`
}
