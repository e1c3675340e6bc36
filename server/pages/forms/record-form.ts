/** A whole form for a record of an application: its schema's fields, the notice above and the button below. */
import { type FieldProblem, isRegion, type ProtectionPlan } from '@khudi/sdk'
import type { z } from 'zod'
import { tokenField } from '../page.ts'
import { type Html, html } from '../text/html.ts'
import { type Word, words } from '../text/words.ts'
import type { OfficerVisit } from '../visit.ts'
import { countryList } from './controls.ts'
import type { Draft } from './draft.ts'
import { everyField, fieldTree } from './fields.ts'
import { fieldControls, labelsOf } from './form.ts'
import { markedFields, personalHint } from './personal.ts'
import { type Given, problemNotice } from './problems.ts'

const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
const regions = letters.flatMap((first) => letters.map((second) => first + second)).filter(isRegion)

export interface RecordForm {
  readonly schema: z.ZodType
  readonly plan: ProtectionPlan
  readonly action: string
  readonly given: Given
  /** What the form begins with, before anything is sent. */
  readonly start?: Draft
  /** Further hidden fields. */
  readonly hidden?: Html
  readonly button: Word
  readonly title: string
  /** Above the title: what the form is about. */
  readonly about: Html
}

export function recordForm(visit: OfficerVisit, form: RecordForm): Html {
  const { schema, plan, action, hidden, button, title, about } = form
  const fields = fieldTree(schema)
  const given = {
    ...form.given,
    problems: form.given.problems.map((problem) => plainer(problem)),
  }
  const view = {
    visit,
    draft: given.draft ?? form.start ?? new Map<string, string>(),
    problems: given.problems,
    marked: markedFields(plan),
  }
  const { speech } = visit
  const hasCountry = everyField(fields).some(({ kind }) => kind === 'country')
  return html`${problemNotice(visit, given, labelsOf(visit, fields))}
<p class="over">${about}</p>
<h1>${title}</h1>
${personalHint(view, plan)}
<form method="post" action="${action}" class="fields record" novalidate>${tokenField(visit)}${hidden}
<button class="unseen" tabindex="-1" aria-hidden="true">${speech.text(button)}</button>
<div class="grid">${fieldControls(view, fields)}</div>
<p class="send"><button class="main">${speech.text(button)}</button></p>
${hasCountry && countryList(visit, regions)}</form>`
}

/** Says what a person does in the form, where the schema speaks of minor units and codes. */
function plainer(problem: FieldProblem): FieldProblem {
  const { field } = problem
  if (/\.amountMinor$/.test(field)) return { ...problem, message: words['form.amountExpected'] }
  if (/\.currency$/.test(field)) return { ...problem, message: words['form.currencyExpected'] }
  return problem
}
