/** A form made from a schema: one control for each field, with its label, its unit and what is wrong with it. */

import { type Html, html } from '../text/html.ts'
import type { Visit } from '../visit.ts'
import { choiceControl, controls } from './controls.ts'
import { entryCount } from './draft.ts'
import { everyField, type FieldNode, schemaPath } from './fields.ts'
import { controlId, type LabelOf } from './problems.ts'
import { type FormView, labelText, message } from './view.ts'

/** Controls of all fields. Names of controls are the paths of what will be recorded. */
export function fieldControls(view: FormView, fields: readonly FieldNode[], prefix = ''): readonly Html[] {
  return fields.map((field) => control(view, field, prefix === '' ? field.key : `${prefix}.${field.key}`))
}

function control(view: FormView, field: FieldNode, name: string): Html {
  switch (field.kind) {
    case 'record':
      return group(view, { field, name, content: fieldControls(view, field.parts, name) })
    case 'list':
      return group(view, { field, name, content: entries(view, field, name) })
    case 'choice':
    case 'flag':
      return choiceControl(view, field, name)
    default:
      return controls[field.kind](view, field, name)
  }
}

/** Fields that belong together. */
function group(
  view: FormView,
  {
    field,
    name,
    content,
  }: { readonly field: FieldNode; readonly name: string; readonly content: readonly Html[] },
): Html {
  return html`<fieldset class="group" id="${controlId(name)}"><legend>${labelText(view, field)}</legend>
${message(view, name)}
${content}</fieldset>`
}

/** Entries of a list, with buttons that add one and take one away: they send the form and get it back with what was typed. */
function entries(view: FormView, { element }: FieldNode, name: string): readonly Html[] {
  if (element === undefined) return []
  const { text, sentence } = view.visit.speech
  const count = entryCount(view.draft, name)
  const shown = Array.from({ length: count }, (_, index) => {
    const entry = `${name}[${index}]`
    return html`<div class="entry">${
      element.kind === 'record' ? fieldControls(view, element.parts, entry) : control(view, element, entry)
    }
<p><button class="quiet" name="_remove" value="${entry}">${sentence('form.remove', { number: index + 1 })}</button></p></div>`
  })
  return [
    html`<input type="hidden" name="_entries.${name}" value="${count}">`,
    ...shown,
    html`<p><button name="_add" value="${name}">${text('form.add')}</button></p>`,
  ]
}

/** Finds the label of a field that a problem names, for the summary above the form. */
export function labelsOf(visit: Visit, fields: readonly FieldNode[]): LabelOf {
  const known = new Map(everyField(fields).map((field) => [field.path, field]))
  return (name) => {
    const path = schemaPath(name)
    const own = known.get(path)
    // `duty.amountMinor` belongs to `duty`; latitude and longitude have controls of their own inside their field's.
    const parent = own ?? known.get(path.replace(/\.[^.]+$/, ''))
    if (parent === undefined) return undefined
    const control = own === undefined ? name.replace(/\.[^.]+$/, '') : name
    return { label: visit.speech.of(parent.meta.label), control }
  }
}
