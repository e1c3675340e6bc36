/** Which fields of a form are personal: kept sealed once they are sent. */
import type { PlannedField, ProtectionPlan } from '@khudi/sdk'
import { type Html, html } from '../text/html.ts'
import { type FormView, personalMark } from './view.ts'

/** Paths of the fields to mark: where all of a part is sealed the part, and none where all of the form is. */
export function markedFields({ root }: ProtectionPlan): ReadonlySet<string> {
  if (root.sealed !== 'something') return new Set()
  const marked = new Set<string>()
  const mark = ({ parts }: PlannedField, prefix: string): void => {
    for (const [key, field] of parts) {
      const path = `${prefix}${key}`
      if (field.sealed === 'everything') marked.add(path)
      else if (field.element === undefined) mark(field, `${path}.`)
      else mark(field.element, `${path}[].`)
    }
  }
  mark(root, '')
  return marked
}

/** Said once above the fields. */
export function personalHint({ visit }: Pick<FormView, 'visit'>, { root }: ProtectionPlan): Html | undefined {
  const { speech } = visit
  if (root.sealed === 'nothing') return undefined
  return html`<p class="hint">${
    root.sealed === 'everything'
      ? speech.text('form.allPersonal')
      : speech.sentence('form.somePersonal', { mark: personalMark(visit) })
  }</p>`
}
