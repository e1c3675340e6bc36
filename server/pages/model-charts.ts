/**
 * Charts as SVG, drawn here and needing no script. Each stands beside a table of the same figures, so a chart that cannot be seen
 * takes nothing away. They read from left to right in both languages, as numbers do.
 */
import type { Interval } from '@khudi/sdk'
import { type Html, html } from './text/html.ts'

/** The picture's own units; the page gives it its width. */
const side = 300
const margin = { start: 44, end: 24, top: 10, bottom: 30 } as const
const width = side - margin.start - margin.end
const height = side - margin.top - margin.bottom
const ticks = [0, 0.25, 0.5, 0.75, 1] as const

const across = (share: number) => margin.start + share * width
const up = (share: number) => margin.top + (1 - share) * height
/** A hundredth of a unit is less than a dot of any screen. */
const n = (value: number) => Number(value.toFixed(2))

export interface Titled {
  /** What a reader who does not see the chart is told; the table beside has the figures. */
  readonly title: string
  percent(this: void, share: number): string
}

/** What was said against what turned out, from 0 to 1 each way, with the line on which the two are the same. */
export function reliabilityChart(
  points: readonly { readonly score: number; readonly observed: Interval }[],
  titled: Titled,
): Html {
  const line = points.map(({ score, observed }) => `${n(across(score))},${n(up(observed.value))}`).join(' ')
  return frame(
    titled,
    html`${ticks.map((share) => tickAcross(across(share), titled.percent(share)))}
<path class="same" d="M${across(0)} ${up(0)}L${across(1)} ${up(1)}"/>
<polyline class="first" points="${line}"/>
${points.map(({ score, observed }) => html`${whisker(across(score), observed, 'first')}<circle class="first" cx="${n(across(score))}" cy="${n(up(observed.value))}" r="3.5"/>`)}`,
  )
}

export interface Series {
  readonly label: string
  readonly values: readonly Interval[]
}

/** Two measures at the same steps: the first with dots, the second with squares, a little apart so that neither hides the other. */
export function stepsChart(
  steps: readonly string[],
  series: readonly [Series, Series],
  titled: Titled,
): Html {
  const place = (index: number) => across((index + 0.5) / steps.length)
  const drawn = (['first', 'second'] as const).map((name, at) => {
    const shift = at === 0 ? -5 : 5
    const values = series[at]?.values ?? []
    const line = values.map(({ value }, index) => `${n(place(index) + shift)},${n(up(value))}`).join(' ')
    return html`<polyline class="${name}" points="${line}"/>${values.map(
      (interval, index) =>
        html`${whisker(place(index) + shift, interval, name)}${mark(name, place(index) + shift, up(interval.value))}`,
    )}`
  })
  return frame(titled, html`${steps.map((step, index) => tickAcross(place(index), step))}${drawn}`)
}

/** Which mark stands for what, in words beside the marks. */
export function legend(series: readonly [Series, Series]): Html {
  return html`<ul class="legend">${(['first', 'second'] as const).map(
    (name, at) =>
      html`<li><svg viewBox="0 0 12 12" aria-hidden="true" focusable="false">${mark(name, 6, 6)}</svg> ${series[at]?.label}</li>`,
  )}</ul>`
}

/** A bar as long as the share of the longest; nothing where there is nothing to show. */
export function bar(share: number): Html {
  const length = n(100 * Math.min(1, Math.max(0, share)))
  return html`<svg class="gauge" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true" focusable="false"><rect width="${length}" height="8"/></svg>`
}

function mark(name: 'first' | 'second', x: number, y: number): Html {
  return name === 'first'
    ? html`<circle class="first" cx="${n(x)}" cy="${n(y)}" r="3.5"/>`
    : html`<rect class="second" x="${n(x - 3.5)}" y="${n(y - 3.5)}" width="7" height="7"/>`
}

function whisker(x: number, { low, high }: Interval, name: string): Html {
  return html`<path class="whisker ${name}" d="M${n(x)} ${n(up(low))}V${n(up(high))}"/>`
}

function frame({ title, percent }: Titled, inside: Html): Html {
  return html`<svg class="chart" viewBox="0 0 ${side} ${side}" role="img" aria-label="${title}" direction="ltr">
${ticks.map((share) => html`<path class="grid" d="M${across(0)} ${up(share)}H${across(1)}"/><text class="up" x="${across(0) - 6}" y="${up(share) + 4}">${percent(share)}</text>`)}
${inside}
</svg>`
}

function tickAcross(x: number, label: string): Html {
  return html`<text class="across" x="${n(x)}" y="${side - 10}">${label}</text>`
}
