/** A form as it is shown: what was typed, what is wrong, and the texts that stand beside every control. */
import type { FieldProblem } from '@khudi/sdk'
import { attributes, type Html, html } from '../text/html.ts'
import type { Visit } from '../visit.ts'
import type { Draft } from './draft.ts'
import type { FieldNode } from './fields.ts'
import { controlId } from './problems.ts'

export interface FormView {
  readonly visit: Visit
  readonly draft: Draft
  readonly problems: readonly FieldProblem[]
  /** Paths of the fields that are marked as personal. */
  readonly marked: ReadonlySet<string>
}

/** The label, that the field may be left out where it may, and that it is personal where not all of them are. */
export function labelText({ visit, marked }: FormView, field: FieldNode): Html {
  const { speech } = visit
  return html`${speech.of(field.meta.label)}${field.optional && html` <span class="optional">${speech.text('form.optional')}</span>`}${marked.has(field.path) && html` ${personalMark(visit)}`}`
}

export function personalMark({ speech }: Pick<Visit, 'speech'>): Html {
  return html`<span class="tag state">${speech.text('form.personal')}</span>`
}

/** Problems of a field; those of the parts that one control shows together belong to it as well. */
export function problemsAt(
  { problems }: FormView,
  name: string,
  parts: readonly string[] = [],
): readonly FieldProblem[] {
  const names = [name, ...parts.map((part) => `${name}.${part}`)]
  return problems.filter(({ field }) => names.includes(field))
}

export function message(view: FormView, name: string, parts: readonly string[] = []): Html | undefined {
  const found = problemsAt(view, name, parts)
  if (found.length === 0) return undefined
  const texts = new Set(found.map((problem) => view.visit.speech.of(problem.message)))
  return html`<span class="message" id="${controlId(name)}-message">${[...texts].map((text) => html`<span>${text}</span> `)}</span>`
}

/** Ties a control to its message and its hint. */
export function tied(
  view: FormView,
  name: string,
  about: { readonly parts?: readonly string[]; readonly hint?: boolean } = {},
): Html {
  const isWrong = problemsAt(view, name, about.parts).length > 0
  const id = controlId(name)
  const ids = [about.hint === true ? `${id}-hint` : '', isWrong ? `${id}-message` : ''].filter(
    (one) => one !== '',
  )
  return attributes({
    'aria-invalid': isWrong ? 'true' : undefined,
    'aria-describedby': ids.length === 0 ? undefined : ids.join(' '),
  })
}
