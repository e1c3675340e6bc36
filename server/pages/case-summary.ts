/** The fields by which an officer knows a case again, in a row of a list. */
import type { Application } from '@khudi/sdk'
import type { CaseRow } from '../../kernel/cases/cases.ts'
import { everyField, type FieldNode, fieldTree } from './forms/fields.ts'
import { type Html, html } from './text/html.ts'
import { shownValue, valueAt } from './text/values.ts'
import type { Visit } from './visit.ts'

/** A row of a list shows this much of a text, in UTF-16 units; the case page shows all of it. */
const longestText = 120

export function summaryOf(visit: Visit, { applicationId, payload, reference }: CaseRow): Html | undefined {
  const application = visit.kernel.applications.get(applicationId)?.application
  if (application === undefined) return undefined
  const record: unknown = JSON.parse(payload)
  const shown = summaryFields(application)
    .map((field) => ({ field, value: valueAt(record, field.path) }))
    // The reference stands above the summary already.
    .filter(({ value }) => value !== undefined && value !== null && value !== reference)
  return html`<span class="summary">${shown.map(
    ({ field, value }) =>
      html`<span><span class="label">${visit.speech.of(field.meta.label)}</span> ${shownValue(visit, field, shortened(value))}</span> `,
  )}</span>`
}

function summaryFields(application: Application): readonly FieldNode[] {
  const known = new Map(everyField(fieldTree(application.case)).map((field) => [field.path, field]))
  return application.summary.map((path) => known.get(path)).filter((field) => field !== undefined)
}

function shortened(value: unknown): unknown {
  if (typeof value !== 'string' || value.length <= longestText) return value
  // Cutting may halve a surrogate pair.
  return `${value.slice(0, longestText)}…`.toWellFormed()
}
