/** The figures of one measuring of a model: charts, and beside each a table of the same. */
import type { Application, EvaluationReport, Interval } from '@khudi/sdk'
import { type EvaluationRow, type KeptReport, reportOf } from '../../kernel/models/evaluations.ts'
import { type ModelRow, originOf } from '../../kernel/models/models.ts'
import { actorName, type Names } from './case-file.ts'
import { bar, legend, reliabilityChart, type Series, stepsChart } from './model-charts.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export interface Measured {
  readonly row: ModelRow
  readonly evaluation: EvaluationRow
  readonly names: Names
  /** `undefined` where it is installed no longer. */
  readonly application: Application | undefined
}

export function measured(visit: OfficerVisit, given: Measured): Html {
  const { speech } = visit
  const report = reportOf(given.evaluation)
  const { figures } = report
  return html`<section aria-labelledby="measured"><h2 id="measured">${speech.text('measured.title')}</h2>
${about(visit, given, report)}
${measures(visit, figures)}</section>
${reliability(visit, figures)}
${capacities(visit, figures, given)}
${importance(visit, figures, given)}
${drift(visit, figures, given)}`
}

function about(visit: OfficerVisit, given: Measured, report: KeptReport): Html {
  const { speech, formats } = visit
  const { row, evaluation, names } = given
  const { erased, withheld, withoutFeatures, figures } = report
  const origin = originOf(row)
  const isOverlapping =
    !origin.isImported &&
    evaluation.periodFrom <= origin.training.to &&
    evaluation.periodTo >= origin.training.from
  const count = (value: number) => html`<bdi class="figure">${formats.number(value)}</bdi>`
  return html`<p>${speech.sentence('measured.on', {
    rows: count(figures.rows),
    positives: count(figures.positives),
    from: formats.date(evaluation.periodFrom),
    to: formats.date(evaluation.periodTo),
    who: actorName(visit, evaluation.evaluatedBy, names),
    when: formats.instant(evaluation.evaluatedAt),
  })}</p>
${isOverlapping && html`<div class="notice"><p>${speech.text('measured.overlap')}</p></div>`}
${
  erased + withheld + withoutFeatures > 0 &&
  html`<p class="hint">${speech.sentence('measured.leftOut', {
    erased: count(erased),
    withheld: count(withheld),
    without: count(withoutFeatures),
  })}</p>`
}`
}

/** `0.914 [0.902, 0.925]`, read from left to right. */
function interval({ formats }: OfficerVisit, { value, low, high }: Interval): Html {
  return html`<bdi class="figure" dir="ltr">${formats.number(value)} <span class="hint">[${formats.number(low)}, ${formats.number(high)}]</span></bdi>`
}

function percents({ formats }: OfficerVisit, { value, low, high }: Interval): Html {
  return html`<bdi class="figure" dir="ltr">${formats.percent(value)} <span class="hint">[${formats.percent(low)}, ${formats.percent(high)}]</span></bdi>`
}

function measures(visit: OfficerVisit, figures: EvaluationReport): Html {
  const { speech, formats } = visit
  const names = ['auc', 'averagePrecision', 'brier', 'calibrationError'] as const
  return html`<table class="counts"><thead><tr><th scope="col">${speech.text('measured.measure')}</th><th scope="col">${speech.text('measured.figure')}</th></tr></thead>
<tbody>${names.map((name) => html`<tr><th scope="row">${speech.text(`measured.${name}`)}</th><td>${interval(visit, figures[name])}</td></tr>`)}</tbody></table>
<p class="hint">${speech.sentence('measured.interval', {
    confidence: formats.percent(figures.confidence),
    resamples: formats.number(figures.resamples),
    seed: formats.number(figures.seed),
  })}</p>`
}

function reliability(visit: OfficerVisit, figures: EvaluationReport): Html {
  const { speech, formats } = visit
  const { text } = speech
  const title = text('reliability.title')
  return html`<section aria-labelledby="reliability"><h2 id="reliability">${title}</h2>
<p>${text('reliability.why')}</p>
<div class="charted"><figure>${reliabilityChart(figures.reliability, { title, percent: formats.percent })}<figcaption>${text('reliability.across')}</figcaption></figure>
<table class="counts"><thead><tr><th scope="col">${text('reliability.group')}</th><th scope="col">${text('reliability.cases')}</th><th scope="col">${text('reliability.said')}</th><th scope="col">${text('reliability.found')}</th></tr></thead>
<tbody>${figures.reliability.map(
    ({ rows, score, observed }, index) =>
      html`<tr><th scope="row"><bdi class="figure">${formats.number(index + 1)}</bdi></th><td><bdi class="figure">${formats.number(rows)}</bdi></td><td><bdi class="figure">${formats.percent(score)}</bdi></td><td>${percents(visit, observed)}</td></tr>`,
  )}</tbody></table></div></section>`
}

function capacities(
  visit: OfficerVisit,
  { capacities: steps }: EvaluationReport,
  { application, row }: Measured,
): Html {
  const { speech, formats } = visit
  const { text } = speech
  const title = text('capacity.title')
  const series: readonly [Series, Series] = [
    { label: text('capacity.precision'), values: steps.map(({ precision }) => precision) },
    { label: text('capacity.recall'), values: steps.map(({ recall }) => recall) },
  ]
  const hasValue = steps.some(({ value }) => value !== null)
  const valueLabel = application?.models[row.modelName]?.valueLabel
  const label = valueLabel === undefined ? text('capacity.ofValue') : isolated(speech.of(valueLabel))
  const chart = stepsChart(
    steps.map(({ share }) => formats.percent(share)),
    series,
    { title, percent: formats.percent },
  )
  return html`<section aria-labelledby="capacity"><h2 id="capacity">${title}</h2>
<div class="charted"><figure>${chart}${legend(series)}<figcaption>${text('capacity.across')}</figcaption></figure></div>
<div class="scroll"><table class="counts"><thead><tr><th scope="col">${text('capacity.share')}</th><th scope="col">${text('capacity.cases')}</th>${series.map((one) => html`<th scope="col">${one.label.split(':', 1)[0]}</th>`)}${hasValue && html`<th scope="col">${speech.sentence('capacity.value', { label })}</th>`}</tr></thead>
<tbody>${steps.map(
    ({ share, selected, precision, recall, value }) =>
      html`<tr><th scope="row"><bdi class="figure">${formats.percent(share)}</bdi></th><td><bdi class="figure">${formats.number(selected)}</bdi></td><td>${percents(visit, precision)}</td><td>${percents(visit, recall)}</td>${hasValue && html`<td>${value === null ? '–' : percents(visit, value)}</td>`}</tr>`,
  )}</tbody></table></div></section>`
}

/** What a feature is called where people read of it. */
function featureLabel({ speech }: OfficerVisit, { application, row }: Measured, feature: string): Html {
  const features = application?.models[row.modelName]?.features ?? {}
  const spec = Object.hasOwn(features, feature) ? features[feature] : undefined
  return spec === undefined
    ? html`<code dir="ltr">${feature}</code>`
    : html`${isolated(speech.of(spec.label))}`
}

/** Less than a hundred-thousandth is nothing that anybody acts on. */
const shortened = ({ value, low, high }: Interval): Interval => ({
  value: Number(value.toFixed(5)),
  low: Number(low.toFixed(5)),
  high: Number(high.toFixed(5)),
})

function importance(visit: OfficerVisit, figures: EvaluationReport, given: Measured): Html | false {
  const { speech } = visit
  const { text } = speech
  if (figures.importance.length === 0) return false
  const longest = Math.max(...figures.importance.map(({ increase }) => increase.value), Number.MIN_VALUE)
  return html`<section aria-labelledby="importance"><h2 id="importance">${text('importance.title')}</h2>
<p>${text('importance.why')}</p>
<table><thead><tr><th scope="col">${text('importance.feature')}</th><th scope="col">${text('importance.increase')}</th></tr></thead>
<tbody>${figures.importance.map(
    ({ feature, increase }) =>
      html`<tr><th scope="row">${featureLabel(visit, given, feature)}</th><td>${bar(increase.value / longest)}${interval(visit, shortened(increase))}</td></tr>
`,
  )}</tbody></table></section>`
}

/** A bar is full at this index, above which everything is another population. */
const fullPsi = 0.5

function drift(visit: OfficerVisit, { drift: found }: EvaluationReport, given: Measured): Html {
  const { speech, formats } = visit
  const { text } = speech
  const heading = html`<h2 id="drift">${text('drift.title')}</h2>`
  if (found === null)
    return html`<section aria-labelledby="drift">${heading}<p class="hint">${text('drift.none')}</p></section>`
  const lines = [
    { label: html`<b>${text('drift.score')}</b>`, ...found.score },
    ...found.features.map(({ feature, ...one }) => ({
      label: featureLabel(visit, given, feature),
      ...one,
    })),
  ]
  const rows = html`<bdi class="figure">${formats.number(found.rows)}</bdi>`
  return html`<section aria-labelledby="drift">${heading}
<p>${speech.sentence('drift.why', { rows })}</p>
<table><thead><tr><th scope="col">${text('importance.feature')}</th><th scope="col">${text('drift.psi')}</th><th scope="col">${text('drift.ks')}</th><th scope="col">${text('drift.meaning')}</th></tr></thead>
<tbody>${lines.map(
    ({ label, psi, ks, verdict }) =>
      html`<tr><th scope="row">${label}</th><td>${bar(psi / fullPsi)}<bdi class="figure">${formats.number(psi)}</bdi></td><td>${ks === null ? '–' : html`<bdi class="figure">${formats.number(ks)}</bdi>`}</td><td>${meaning(visit, verdict)}</td></tr>
`,
  )}</tbody></table></section>`
}

/** Classes of a verdict's tag. */
const tagOf = { steady: 'good', shifting: 'state', shifted: 'adverse', too_few_rows: 'state' } as const

function meaning({ speech }: OfficerVisit, verdict: keyof typeof tagOf): Html {
  return html`<span class="tag ${tagOf[verdict]}">${speech.text(`drift.${verdict}`)}</span>`
}
