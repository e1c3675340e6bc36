/** The review queue: what waits for this officer, most urgent first. */
import { z } from 'zod'
import { type CaseRow, type QueuePlace, queueOf } from '../../kernel/cases/cases.ts'
import { unopened } from '../../kernel/cases/open.ts'
import type { DecisionRow } from '../../kernel/decisions/decisions.ts'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import { isOwnCase } from '../../kernel/reviews/own-case.ts'
import { applicationTitle, recommendationTag } from './case-file.ts'
import { summaryOf } from './case-summary.ts'
import { type Page, redirection } from './page.ts'
import { pageLinks } from './paging.ts'
import { reasonSentence, shownReasons } from './reasons.ts'
import { reviewedApplications } from './roles.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 25
/** So many cases that an officer typed in themselves are passed over. */
const mostSkipped = 25
const cursors = cursorsOf('queue', z.strictObject({ priority: z.number(), caseId: z.uuid() }))

type Waiting = Awaited<ReturnType<typeof queueOf>>[number]

export const queueRoute: PageRoute = {
  id: 'page.queue',
  path: '/queue',
  scope: 'case.review',
  async show(visit) {
    const { kernel, officer, query } = visit
    const applicationId = chosenApplication(visit)
    const place = query.get('cursor')
    const after: QueuePlace | undefined = place === null ? undefined : cursors.read(place)
    // One more than a page shows whether another follows.
    const found = await queueOf(kernel, officer.actor, {
      applicationId: applicationId,
      after,
      size: pageSize + 1,
    })
    return page(visit, { applicationId, found, isFirst: after === undefined })
  },
}

/** The most urgent case of all, for an officer who has just decided one. */
export const nextRoute: PageRoute = {
  id: 'page.queue_next',
  path: '/queue/next',
  scope: 'case.review',
  async show({ kernel, officer }) {
    const waiting = await queueOf(kernel, officer.actor, {
      applicationId: undefined,
      after: undefined,
      size: mostSkipped,
    })
    // What the officer typed in waits for another: it is not to stand in the way of the rest.
    let first: Waiting | undefined
    for (const one of waiting) {
      if (await isOwnCase(kernel, officer.actor, one.row)) continue
      first = one
      break
    }
    return redirection(first === undefined ? '/queue' : `/cases/${first.row.caseId}`)
  },
}

function chosenApplication({ query, kernel }: OfficerVisit): string | undefined {
  const chosen = query.get('application') ?? ''
  return kernel.applications.has(chosen) ? chosen : undefined
}

interface Found {
  readonly applicationId: string | undefined
  readonly found: readonly Waiting[]
  readonly isFirst: boolean
}

function page(visit: OfficerVisit, { applicationId, found, isFirst }: Found): Page {
  const { speech } = visit
  const { items: rows, next } = pageOf(found, pageSize, {
    cursors,
    positionOf: ({ row: { priority, caseId } }) => ({ priority: priority ?? 0, caseId }),
  })
  const title = speech.text('queue.title')
  const main = html`<h1>${title}</h1>
${filter(visit, applicationId)}
${rows.length === 0 ? empty(visit, isFirst) : table(visit, rows)}
${pageLinks(visit, { path: '/queue', parameters: { application: applicationId }, next, isFirst })}`
  return { kind: 'page', title, main }
}

/** Links rather than a form: what is chosen is an address that can be kept. */
function filter(visit: OfficerVisit, chosen: string | undefined): Html | undefined {
  const applications = reviewedApplications(visit)
  if (applications.length < 2) return undefined
  const { speech } = visit
  const link = (id: string | undefined, label: string) =>
    html`<li><a href="${id === undefined ? '/queue' : `/queue?application=${id}`}"${id === chosen && html` aria-current="true"`}>${label}</a></li>`
  return html`<nav class="filter" aria-label="${speech.text('filter.label')}"><ul>
${link(undefined, speech.text('filter.all'))}${applications.map((id) => link(id, applicationTitle(visit, id)))}</ul></nav>`
}

function empty(visit: OfficerVisit, isFirst: boolean): Html {
  const { speech } = visit
  if (!isFirst) return html`<p class="empty">${speech.text('queue.noMore')}</p>`
  const isReviewer = reviewedApplications(visit).length > 0
  return html`<div class="empty"><h2>${speech.text('queue.empty')}</h2>
<p>${speech.text(isReviewer ? 'queue.emptyWhy' : 'queue.noRole')}</p></div>`
}

function table(visit: OfficerVisit, waiting: readonly Waiting[]): Html {
  const { text } = visit.speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('queue.case')}</th><th scope="col">${text('queue.recommendation')}</th><th scope="col">${text('queue.reason')}</th><th scope="col">${text('queue.waiting')}</th></tr></thead>
<tbody>${waiting.map((one) => row(visit, one))}</tbody></table>`
}

function row(visit: OfficerVisit, { row: given, decision }: Waiting): Html {
  const { kernel, formats, speech } = visit
  const application = kernel.applications.get(given.applicationId)?.application
  const since = decision?.decidedAt ?? given.changedAt
  return html`<tr>
<th scope="row"><a href="/cases/${given.caseId}">${isolated(given.reference)}</a>
<span class="hint">${applicationTitle(visit, given.applicationId)}</span>${summaryOf(visit, given)}</th>
<td data-label="${speech.text('queue.recommendation')}">${
    decision === undefined || decision.recommendation === null
      ? html`<span class="tag">${speech.text('queue.unaided')}</span>`
      : recommendationTag(visit, application, decision.recommendation)
  }${score(visit, decision)}</td>
<td data-label="${speech.text('queue.reason')}">${headline(visit, given, decision)}</td>
<td data-label="${speech.text('queue.waiting')}"><time datetime="${since.toISOString()}">${formats.duration(kernel.clock().getTime() - since.getTime())}</time></td>
</tr>
`
}

function score({ formats }: OfficerVisit, decision: DecisionRow | undefined): Html | undefined {
  if (decision === undefined || decision.score === null) return undefined
  return html` <bdi class="figure share">${formats.percent(decision.score)}</bdi>`
}

/** The reason that weighs most; the model gives it first. */
function headline(
  visit: OfficerVisit,
  { applicationId }: CaseRow,
  decision: DecisionRow | undefined,
): Html | undefined {
  const [first] = decision === undefined ? [] : shownReasons(decision, unopened)
  return first && reasonSentence(visit, visit.kernel.applications.get(applicationId)?.application, first)
}
