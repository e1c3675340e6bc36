/** What is told to somebody whose form could not be taken as it is. */
import type { FieldProblem } from '@khudi/sdk'
import type { Refusal } from '../../../kernel/errors.ts'
import { type Html, html } from '../text/html.ts'
import type { Visit } from '../visit.ts'
import type { Draft } from './draft.ts'

/** A form as it was sent, and what is wrong with it. */
export interface Given {
  /** `undefined` where nothing was sent yet. */
  readonly draft: Draft | undefined
  readonly problems: readonly FieldProblem[]
  readonly refusal: Refusal | undefined
  /** The form was of an earlier session, or its sender signed in meanwhile; nothing was done. */
  readonly isOutdated: boolean
}

export const nothingGiven: Given = { draft: undefined, problems: [], refusal: undefined, isOutdated: false }

export function given(draft: Draft, about: Partial<Omit<Given, 'draft'>> = {}): Given {
  return { ...nothingGiven, draft, problems: about.refusal?.problems ?? [], ...about }
}

/** Identifier of a field's control in the page. */
export function controlId(name: string): string {
  return `f-${name.replace(/[^A-Za-z0-9]+/g, '-')}`
}

/** Title of a page whose form has problems: the first thing that a screen reader says. */
export function titleOf({ speech }: Visit, title: string, { problems, refusal }: Given): string {
  return problems.length > 0 || refusal !== undefined ? `${speech.text('problem.title')} – ${title}` : title
}

/** The notice at the top of a form: what is wrong, each with a link to its field. Takes the focus. */
export function problemNotice(
  visit: Visit,
  { problems, refusal, isOutdated }: Given,
  labelOf: LabelOf,
): Html | undefined {
  const { speech, language } = visit
  if (isOutdated)
    return html`<div class="notice" role="status"><p>${speech.text('problem.outdated')}</p></div>`
  if (problems.length > 0) {
    return html`<div class="notice error" role="alert" tabindex="-1" autofocus>
<h2>${speech.text('problem.heading')}</h2>
<ul>${problems.map((problem) => html`<li>${problemLink(visit, problem, labelOf)}</li>`)}</ul></div>`
  }
  if (refusal === undefined) return undefined
  return html`<div class="notice error" role="alert" tabindex="-1" autofocus>
<h2>${refusal.title(language)}</h2><p>${refusal.remedy(language)}</p></div>`
}

/** The label of the field that a problem names, and the name of its control; `undefined` where the form has none. */
export type LabelOf = (field: string) => { readonly label: string; readonly control: string } | undefined

function problemLink({ speech }: Visit, { field, message }: FieldProblem, labelOf: LabelOf): Html {
  const known = labelOf(field)
  if (known === undefined) return html`${field !== '' && html`<code>${field}</code>: `}${speech.of(message)}`
  return html`<a href="#${controlId(known.control)}">${known.label}: ${speech.of(message)}</a>`
}
