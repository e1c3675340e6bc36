/** Fields of the data-protection officer's forms, filled with what was typed. */
import { controlId, type Given } from './forms/problems.ts'
import { type Html, html } from './text/html.ts'
import { type Word, words } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

export interface DutyField {
  readonly name: string
  readonly label: Word
  readonly hint?: Word
  /** `YYYY-MM-DDTHH:MM` for instants. */
  readonly type?: 'text' | 'area' | 'date' | 'datetime-local' | 'number'
  readonly isRequired?: boolean
  readonly value?: string
  /** What is never prose: identifiers, paths. */
  readonly isCode?: boolean
}

/** A labelled control. */
export function dutyField(visit: OfficerVisit, about: Given, field: DutyField): Html {
  const { speech } = visit
  const { name, label, hint, type = 'text', isRequired = false, value, isCode = false } = field
  const id = controlId(name)
  const typed = about.draft?.get(name) ?? value
  const isWrong = about.problems.some((problem) => problem.field === name)
  const marks = html`${hint !== undefined && html` aria-describedby="${id}-hint"`}${isWrong && html` aria-invalid="true"`}${isRequired && html` required`}`
  const direction = isCode || type !== 'text' ? 'ltr' : 'auto'
  const control =
    type === 'area'
      ? html`<textarea id="${id}" name="${name}" rows="3" dir="auto" maxlength="4000"${marks}>${typed}</textarea>`
      : html`<input id="${id}" name="${name}" type="${type}" value="${typed}" dir="${direction}" maxlength="500"${type === 'number' && html` min="0"`} autocomplete="off"${marks}>`
  return html`<p class="field"><label for="${id}">${speech.text(label)}</label>
${hint !== undefined && html`<span class="hint" id="${id}-hint">${speech.text(hint)}</span>`}
${control}</p>
`
}

/** Radio buttons under a legend. */
export function dutyChoice<Code extends string>(
  visit: OfficerVisit,
  about: Given,
  choice: {
    readonly name: string
    readonly legend: Word
    readonly options: readonly Code[]
    labelOf(code: Code): Word
  },
): Html {
  const { speech } = visit
  const { name, legend, options, labelOf } = choice
  const chosen = about.draft?.get(name)
  const isWrong = about.problems.some((problem) => problem.field === name)
  return html`<fieldset id="${controlId(name)}"${isWrong && html` aria-invalid="true"`}><legend>${speech.text(legend)}</legend>
${options.map(
  (one) =>
    html`<label class="choice"><input type="radio" name="${name}" value="${one}" required${one === chosen && html` checked`}> <span>${speech.text(labelOf(one))}</span></label>
`,
)}</fieldset>`
}

/** The problem of a field that was left empty or cannot be read. */
export const missing = (field: string) => ({
  field,
  code: 'field.missing',
  message: words['rights.wrongForm'],
})

/** The label of each field for the notice above the form. */
export function labelsOf(visit: OfficerVisit, labels: Readonly<Record<string, Word>>) {
  return (field: string) => {
    const word = Object.hasOwn(labels, field) ? labels[field] : undefined
    return word === undefined ? undefined : { label: visit.speech.text(word), control: field }
  }
}

/** An instant that somebody typed as a local time; `undefined` where it is none. */
export function instantOf(text: string | undefined, timeZone: string): string | undefined {
  if (text === undefined || text === '') return undefined
  try {
    const local = Temporal.PlainDateTime.from(text).toZonedDateTime(timeZone)
    return new Date(local.epochMilliseconds).toISOString()
  } catch {
    return undefined
  }
}
