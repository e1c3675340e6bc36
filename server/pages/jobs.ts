/** Dead letters: jobs that failed as often as they may, what went wrong, and the button that tries them again. */
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import { findJobs, type JobRow, requeue } from '../../kernel/jobs/jobs.ts'
import { cursorsOf, page as pageOf } from '../../kernel/paging.ts'
import { type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import { pageLinks } from './paging.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

const pageSize = 50
const cursors = cursorsOf('jobs', z.uuid())

export const jobsRoute: PageRoute = {
  id: 'page.jobs',
  path: '/jobs',
  scope: 'job.read',
  show: (visit) => list(visit, nothingGiven),
}

export const requeueRoute: FormRoute = {
  id: 'page.requeue_job',
  path: '/jobs/:jobId/requeue',
  scope: 'job.requeue',
  show: (visit, _params, about) => list(visit, about),
  async act({ kernel, officer }, { jobId = '' }) {
    if (!z.uuid().safeParse(jobId).success) throw new Refusal('job.not_found')
    await requeue(kernel, officer.actor, jobId)
    return redirection('/jobs?done=requeued')
  },
}

async function list(visit: OfficerVisit, about: Given): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const place = query.get('cursor')
  const after = place === null ? undefined : cursors.read(place)
  const found = await findJobs(kernel, officer.actor, { state: 'dead', after, size: pageSize + 1 })
  const { items: rows, next } = pageOf(found, pageSize, { cursors, positionOf: ({ jobId }) => jobId })
  const title = speech.text('jobs.title')
  const main = html`${problemNotice(visit, about, () => undefined)}
${query.get('done') === 'requeued' && html`<div class="notice done" role="status"><p>${speech.text('jobs.requeued')}</p></div>`}
<h1>${title}</h1>
${rows.length === 0 ? html`<div class="empty"><h2>${speech.text('jobs.empty')}</h2><p>${speech.text('jobs.emptyWhy')}</p></div>` : table(visit, rows)}
${pageLinks(visit, { path: '/jobs', parameters: {}, next, isFirst: after === undefined })}`
  return { kind: 'page', title: titleOf(visit, title, about), main }
}

function table(visit: OfficerVisit, rows: readonly JobRow[]): Html {
  const { text } = visit.speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('jobs.job')}</th><th scope="col">${text('jobs.error')}</th><th scope="col">${text('jobs.attempts')}</th><th scope="col">${text('jobs.failed')}</th><th></th></tr></thead>
<tbody>${rows.map((one) => row(visit, one))}</tbody></table>`
}

function row(visit: OfficerVisit, { jobId, kind, lastError, attempts, finishedAt }: JobRow): Html {
  const { speech, formats, officer } = visit
  return html`<tr>
<th scope="row"><code dir="ltr">${kind}</code></th>
<td data-label="${speech.text('jobs.error')}"><bdi class="typed">${lastError}</bdi></td>
<td data-label="${speech.text('jobs.attempts')}"><span class="figure">${formats.number(attempts)}</span></td>
<td data-label="${speech.text('jobs.failed')}">${finishedAt !== null && html`<time datetime="${finishedAt.toISOString()}">${formats.instant(finishedAt)}</time>`}</td>
<td>${officer.may('job.requeue') && html`<form method="post" action="/jobs/${jobId}/requeue">${tokenField(visit)}<button>${speech.text('jobs.requeue')}</button></form>`}</td>
</tr>
`
}
