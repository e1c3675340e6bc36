/** One model: where it comes from, its state, and how good it was where it was measured. */
import { namesOfAccounts } from '../../kernel/access/access.ts'
import { Refusal } from '../../kernel/errors.ts'
import { type EvaluationRow, evaluationsOf } from '../../kernel/models/evaluations.ts'
import { type ModelRow, modelsOf, originOf } from '../../kernel/models/models.ts'
import { digest } from './history.ts'
import { measured } from './model-figures.ts'
import { addressOfModel, stateTag } from './models.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

/** Fewer digits of a digest than people are shown say too little. */
const Digest = /^[0-9a-f]{12,64}$/

export const modelRoute: PageRoute = {
  id: 'page.model',
  path: '/models/:applicationId/:digest',
  scope: 'model.read',
  async show(visit, { applicationId = '', digest: asked = '' }) {
    const { kernel, officer, query, speech } = visit
    const row = await modelAt(visit, applicationId, asked)
    const evaluations = await evaluationsOf(kernel, officer.actor, row)
    const chosen = evaluations.find(({ evaluationId }) => evaluationId === query.get('evaluation'))
    const shown = chosen ?? evaluations[0]
    const application = kernel.applications.get(applicationId)?.application
    const names = await namesOfAccounts(kernel, officer.actor.institutionId, accountsIn(evaluations))
    const title = `${speech.text('models.model')} ${row.modelName}`
    const main = html`<p class="over"><a href="/models">${speech.text('models.title')}</a> · ${application ? isolated(speech.of(application.title)) : applicationId}</p>
<h1>${speech.text('models.model')} <code dir="ltr">${row.modelName}</code> ${stateTag(visit, row)}</h1>
${facts(visit, row)}
${shown === undefined ? unmeasured(visit, row) : measured(visit, { row, evaluation: shown, names, application })}
${others(visit, row, { evaluations, shown })}`
    return { kind: 'page', title, main, sheet: 'charts' }
  },
}

/** @throws Refusal `model.not_found` where none begins so, or several do */
async function modelAt(
  { kernel, officer }: OfficerVisit,
  applicationId: string,
  asked: string,
): Promise<ModelRow> {
  const models = kernel.applications.has(applicationId)
    ? await modelsOf(kernel, officer.actor, applicationId)
    : []
  const [found, another] = models.filter(
    ({ modelDigest }) => Digest.test(asked) && Buffer.from(modelDigest).toString('hex').startsWith(asked),
  )
  if (found === undefined || another !== undefined) throw new Refusal('request.not_found')
  return found
}

function accountsIn(rows: readonly EvaluationRow[]): readonly string[] {
  return rows.flatMap(({ evaluatedBy }) => /^account:(.+)$/.exec(evaluatedBy)?.slice(1) ?? [])
}

function unmeasured({ speech }: OfficerVisit, { applicationId, modelDigest }: ModelRow): Html {
  const short = Buffer.from(modelDigest).toString('hex').slice(0, 12)
  const command = html`<code dir="ltr">khudi model evaluate ${applicationId} --model ${short}</code>`
  return html`<section aria-labelledby="measured"><h2 id="measured">${speech.text('measured.title')}</h2>
<div class="empty"><h2>${speech.text('measured.none')}</h2><p>${speech.sentence('measured.noneWhy', { command })}</p></div></section>`
}

function facts(visit: OfficerVisit, row: ModelRow): Html {
  const { speech, formats } = visit
  const { text } = speech
  const { isImported, training } = originOf(row)
  const figure = (value: number) => html`<bdi class="figure">${formats.number(value)}</bdi>`
  const time = (at: Date) => html`<time datetime="${at.toISOString()}">${formats.instant(at)}</time>`
  const fact = (label: Html | string, value: Html | string, wide = '') =>
    html`<div class="${wide}"><dt>${label}</dt><dd>${value}</dd></div>
`
  return html`<section aria-labelledby="facts"><h2 id="facts">${text('model.facts')}</h2>
<dl class="facts">
${fact(text('model.origin'), text(`modelOrigin.${row.origin}`))}
${fact(text('model.engine'), html`<code dir="ltr">${row.engine}</code>`)}
${fact(text('models.made'), time(row.createdAt))}
${row.promotedAt !== null && fact(text('model.promoted'), time(row.promotedAt))}
${
  !isImported &&
  html`${fact(text('models.from'), speech.sentence('models.period', { from: formats.date(training.from), to: formats.date(training.to) }))}
${fact(text('model.cases'), figure(training.examples))}
${fact(text('model.positives'), figure(training.positives))}
${fact(text('model.seed'), figure(training.seed))}
${training.settings !== undefined && fact(text('model.settings'), html`<code dir="ltr">${JSON.stringify(training.settings)}</code>`, 'wide')}`
}
${Object.entries(training.summary).map(([name, value]) => fact(summaryLabel(visit, name), typeof value === 'number' ? figure(value) : isolated(value)))}
${isImported && fact(text('model.file'), digest(Buffer.from(training.file, 'hex')), 'wide')}
${fact(text('model.digest'), digest(row.modelDigest), 'wide')}
</dl></section>`
}

/** What engines say of their training; what is not among these stands under its own name. */
const known = [
  'trees',
  'rows',
  'inputs',
  'from',
  'validationAuc',
  'validationAveragePrecision',
  'validationCalibrationError',
  'erasedCases',
  'withheldCases',
  'examplesWithoutFeatures',
] as const

function summaryLabel({ speech }: OfficerVisit, name: string): Html | string {
  const word = known.find((one) => one === name)
  return word === undefined ? html`<code dir="ltr">${name}</code>` : speech.text(`modelSummary.${word}`)
}

function others(
  { speech, formats }: OfficerVisit,
  row: ModelRow,
  given: { readonly evaluations: readonly EvaluationRow[]; readonly shown: EvaluationRow | undefined },
): Html | false {
  const rest = given.evaluations.filter((one) => one !== given.shown)
  if (rest.length === 0) return false
  return html`<section aria-labelledby="others"><h2 id="others">${speech.text('measured.others')}</h2><ul>${rest.map(
    ({ evaluationId, periodFrom, periodTo, evaluatedAt }) =>
      html`<li><a href="${addressOfModel(row)}?evaluation=${evaluationId}">${speech.sentence('models.period', { from: formats.date(periodFrom), to: formats.date(periodTo) })}</a> <time class="hint" datetime="${evaluatedAt.toISOString()}">${formats.instant(evaluatedAt)}</time></li>
`,
  )}</ul></section>`
}
