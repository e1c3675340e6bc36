/** The form that erases a person: why, and the identifier typed once more, since nothing brings the data back. */
import type { FieldProblem } from '@khudi/sdk'
import { ErasureGround } from '../../kernel/vault/grounds.ts'
import { controlId, type Given } from './forms/problems.ts'
import { tokenField } from './page.ts'
import { type Html, html } from './text/html.ts'
import { words } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

export const groundMissing: FieldProblem = {
  field: 'ground',
  code: 'field.missing',
  message: words['person.groundMissing'],
}
export const confirmationWrong: FieldProblem = {
  field: 'confirmation',
  code: 'field.invalid',
  message: words['person.confirmWrong'],
}

/** Labels of the form's fields, for the notice above the page. */
export function eraseLabel({ speech }: OfficerVisit, field: string) {
  if (field === 'ground') return { label: speech.text('person.ground'), control: field }
  if (field === 'confirmation') return { label: speech.text('persons.identifier'), control: field }
  return undefined
}

export function eraseForm(visit: OfficerVisit, holderId: string, given: Given): Html {
  const { speech } = visit
  const [ground, confirmation] = [controlId('ground'), controlId('confirmation')]
  const messageFor = (name: string) =>
    given.problems
      .filter(({ field }) => field === name)
      .map(
        ({ message }) =>
          html`<span class="message" id="${controlId(name)}-message">${speech.of(message)}</span>`,
      )
  const [atGround, atConfirmation] = [messageFor('ground'), messageFor('confirmation')]
  const chosen = given.draft?.get('ground')
  return html`<section class="card danger" aria-labelledby="erase"><h2 id="erase">${speech.text('person.erase')}</h2>
<p>${speech.text('person.eraseWhy')}</p>
<form method="post" action="/persons/${holderId}/erase" class="fields">${tokenField(visit)}
<fieldset id="${ground}"${atGround.length > 0 && html` aria-invalid="true" aria-describedby="${ground}-message"`}><legend>${speech.text('person.ground')}</legend>
${atGround}${ErasureGround.options.map(
  (one) =>
    html`<label class="choice"><input type="radio" name="ground" value="${one}"${one === chosen && html` checked`}> <span>${speech.text(`person.ground.${one}`)}</span></label>
`,
)}</fieldset>
<p class="field"><label for="${confirmation}">${speech.text('person.confirm')}</label>
<span class="hint" id="${confirmation}-hint">${speech.text('person.confirmHint')}</span>
${atConfirmation}<input id="${confirmation}" name="confirmation" value="${given.draft?.get('confirmation')}" dir="ltr" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false" aria-describedby="${confirmation}-hint${atConfirmation.length > 0 && html` ${confirmation}-message`}"${atConfirmation.length > 0 && html` aria-invalid="true"`}></p>
<p class="send"><button>${speech.text('person.eraseSend')}</button></p></form></section>`
}
