/** A recorded case or outcome, laid out from the schema that describes it. */
import type { PlannedField } from '@khudi/sdk'
import type { FieldNode } from './forms/fields.ts'
import { type Hiding, hiddenValue } from './sealed.ts'
import { type Html, html } from './text/html.ts'
import { asRecorded, isRecord, shownValue } from './text/values.ts'
import type { Visit } from './visit.ts'

/** That part of a record is not shown, and which. */
export interface Hidden {
  readonly hiding: Hiding
  /** How the fields of the record are kept. */
  readonly parts: PlannedField['parts']
}

export interface Facts {
  readonly fields: readonly FieldNode[]
  readonly record: unknown
  /** `undefined` where all of the record is there. */
  readonly hidden: Hidden | undefined
}

/**
 * Labels and values in the order of the schema, records and lists under headings of their own. What was not given is
 * named at the end; what the schema does not know is shown as it was recorded; what is sealed says so.
 *
 * @param level of headings inside, 3 for a part of a section of level 2
 */
export function facts(visit: Visit, given: Facts, level = 3): Html {
  const { fields, hidden } = given
  const record = isRecord(given.record) ? given.record : {}
  const has = ({ key }: FieldNode) => record[key] !== undefined && record[key] !== null
  const isHidden = (field: FieldNode) => !has(field) && hidden?.parts.get(field.key)?.sealed === 'everything'
  const simple = fields.filter(
    (field) => isHidden(field) || (has(field) && field.kind !== 'record' && field.kind !== 'list'),
  )
  const nested = fields.filter((field) => has(field) && (field.kind === 'record' || field.kind === 'list'))
  const missing = fields.filter((field) => !has(field) && !isHidden(field))
  const unknown = Object.entries(record).filter(([key]) => !fields.some((field) => field.key === key))
  return html`${
    simple.length + unknown.length > 0 &&
    html`<dl class="facts">
${simple.map((field) =>
  fact(
    visit.speech.of(field.meta.label),
    hidden !== undefined && isHidden(field)
      ? hiddenValue(visit, hidden.hiding, field.optional)
      : shownValue(visit, field, record[field.key]),
  ),
)}
${unknown.map(([key, value]) => fact(html`<code>${key}</code>`, asRecorded(value)))}
</dl>`
  }
${nested.map((field) => section(visit, { field, value: record[field.key], hidden: within(hidden, field.key) }, level))}
${missing.length > 0 && html`<p class="hint">${visit.speech.text('value.notGiven')} ${listed(visit, missing)}</p>`}`
}

function fact(label: Html | string, value: Html): Html {
  return html`<div><dt>${label}</dt><dd>${value}</dd></div>
`
}

function listed({ speech }: Visit, fields: readonly FieldNode[]): string {
  return new Intl.ListFormat(speech.language, { type: 'conjunction', style: 'narrow' }).format(
    fields.map(({ meta }) => speech.of(meta.label)),
  )
}

/** What is hidden inside a field: of a record its parts, of a list those of each entry. */
function within(hidden: Hidden | undefined, key: string): Hidden | undefined {
  const planned = hidden?.parts.get(key)
  if (hidden === undefined || planned === undefined) return undefined
  return { hiding: hidden.hiding, parts: (planned.element ?? planned).parts }
}

function section(
  visit: Visit,
  {
    field,
    value,
    hidden,
  }: Omit<Facts, 'fields' | 'record'> & { readonly field: FieldNode; readonly value: unknown },
  level: number,
): Html {
  const label = visit.speech.of(field.meta.label)
  if (field.kind === 'record')
    return part(visit, { title: label, fields: field.parts, record: value, hidden }, level)
  const { element } = field
  if (element === undefined || !Array.isArray(value)) return html`<p>${asRecorded(value)}</p>`
  if (element.kind !== 'record') {
    return html`${heading(level, label)}<ul>${value.map((entry) => html`<li>${shownValue(visit, element, entry)}</li>`)}</ul>`
  }
  return html`${value.map((entry: unknown, index) =>
    part(
      visit,
      { title: `${label} ${visit.formats.number(index + 1)}`, fields: element.parts, record: entry, hidden },
      level,
    ),
  )}`
}

function part(visit: Visit, given: Facts & { readonly title: string }, level: number): Html {
  return html`<section class="part">${heading(level, given.title)}${facts(visit, given, level + 1)}</section>`
}

function heading(level: number, text: string): Html {
  if (level <= 3) return html`<h3>${text}</h3>`
  return level === 4 ? html`<h4>${text}</h4>` : html`<h5>${text}</h5>`
}
