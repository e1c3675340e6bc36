/** The models of each application, newest first. */
import type { Application } from '@khudi/sdk'
import { type ModelRow, modelsOf, originOf } from '../../kernel/models/models.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const modelsRoute: PageRoute = {
  id: 'page.models',
  path: '/models',
  scope: 'model.read',
  async show(visit) {
    const { kernel, officer, speech } = visit
    const applications = [...kernel.applications.values()]
      .map(({ application }) => application)
      .filter(({ models }) => Object.keys(models).length > 0)
    const all = await Promise.all(applications.map(({ id }) => modelsOf(kernel, officer.actor, id)))
    const title = speech.text('models.title')
    const main = html`<h1>${title}</h1>
<p class="hint">${speech.text('models.why')}</p>
${applications.map((application, index) => section(visit, application, all[index] ?? []))}`
    return { kind: 'page', title, main }
  },
}

function section(visit: OfficerVisit, { id, title }: Application, rows: readonly ModelRow[]): Html {
  const { speech } = visit
  return html`<section aria-labelledby="a-${id}"><h2 id="a-${id}">${isolated(speech.of(title))}</h2>
${rows.length === 0 ? empty(visit, id) : table(visit, rows)}</section>
`
}

function empty({ speech }: OfficerVisit, id: string): Html {
  const application = html`<bdi class="latin">${id}</bdi>`
  return html`<div class="empty"><h2>${speech.text('models.none')}</h2><p>${speech.sentence('models.noneWhy', { application })}</p></div>`
}

/** The address of a model's page, by as much of its digest as people write. */
export const addressOfModel = ({ applicationId, modelDigest }: ModelRow): string =>
  `/models/${applicationId}/${Buffer.from(modelDigest).toString('hex').slice(0, 12)}`

function table(visit: OfficerVisit, rows: readonly ModelRow[]): Html {
  const { speech, formats } = visit
  const { text } = speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('models.model')}</th><th scope="col">${text('models.state')}</th><th scope="col">${text('models.from')}</th><th scope="col">${text('models.made')}</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>
<th scope="row"><a href="${addressOfModel(row)}"><code dir="ltr">${row.modelName}</code> <code class="hint" dir="ltr">${addressOfModel(row).slice(-12)}</code></a></th>
<td data-label="${text('models.state')}">${stateTag(visit, row)}</td>
<td data-label="${text('models.from')}">${learnedFrom(visit, row)}</td>
<td data-label="${text('models.made')}"><time datetime="${row.createdAt.toISOString()}">${formats.instant(row.createdAt)}</time></td>
</tr>
`,
  )}</tbody></table>`
}

export function stateTag({ speech }: OfficerVisit, { state }: Pick<ModelRow, 'state'>): Html {
  return html`<span class="tag ${state === 'live' ? 'good' : 'state'}">${speech.text(`modelState.${state}`)}</span>`
}

/** The period that a model learned from, or that it was taken in. */
export function learnedFrom({ speech, formats }: OfficerVisit, row: ModelRow): Html {
  const { isImported, training } = originOf(row)
  if (isImported) return html`${speech.text('modelOrigin.imported')}`
  return html`${speech.sentence('models.period', { from: formats.date(training.from), to: formats.date(training.to) })} · <bdi class="figure">${formats.number(training.examples)}</bdi> ${speech.text('model.cases')}`
}
