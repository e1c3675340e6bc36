/** Finding a person for the data-protection officer. By POST: an identifier in an address would be kept in logs and histories. */
import { Refusal } from '../../kernel/errors.ts'
import { type identifiers, personName } from '../../kernel/vault/person-name.ts'
import { personNamed } from '../../kernel/vault/persons.ts'
import type { Draft } from './forms/draft.ts'
import { controlId, type Given, given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { html } from './text/html.ts'
import { type Word, words } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

export const personsRoute: PageRoute = {
  id: 'page.persons',
  path: '/persons',
  scope: 'person.read',
  show: async (visit) => page(visit, nothingGiven),
}

export const findPersonRoute: FormRoute = {
  id: 'page.find_person',
  path: '/persons/find',
  scope: 'person.read',
  show: async (visit, _params, about) => page(visit, about),
  act: (visit, _params, draft) => find(visit, draft),
}

const schemes = ['cnic', 'ntn', 'mobile', 'iban'] as const satisfies readonly (keyof typeof identifiers)[]

async function find(visit: OfficerVisit, draft: Draft): Promise<Answer> {
  const scheme = schemes.find((one) => one === draft.get('scheme'))
  const written = draft.get('identifier')?.trim() ?? ''
  if (written === '')
    return { ...page(visit, given(draft, { problems: [problem('persons.notAsked')] })), status: 422 }
  try {
    const name = personName(scheme === undefined ? written : `${scheme}:${written}`)
    const holderId = await personNamed(visit.kernel, visit.officer.actor.institutionId, name)
    return redirection(`/persons/${holderId}`)
  } catch (error) {
    if (!(error instanceof Refusal && error.code === 'vault.person_unknown')) throw error
    return { ...page(visit, given(draft, { problems: [problem('persons.unknown')] })), status: 404 }
  }
}

const problem = (word: Word) => ({
  field: 'identifier',
  code: 'vault.person_unknown',
  message: words[word],
})

function page(visit: OfficerVisit, about: Given): Page {
  const { speech } = visit
  const title = speech.text('persons.title')
  const [scheme, identifier] = [controlId('scheme'), controlId('identifier')]
  const chosen = about.draft?.get('scheme') ?? schemes[0]
  const isWrong = about.problems.length > 0
  const main = html`${problemNotice(visit, about, () => ({ label: speech.text('persons.identifier'), control: 'identifier' }))}
<h1>${title}</h1>
<p>${speech.text('persons.about')}</p>
<form method="post" action="/persons/find" class="fields">${tokenField(visit)}
<p class="field"><label for="${scheme}">${speech.text('persons.scheme')}</label>
<select id="${scheme}" name="scheme">${[...schemes, 'other' as const].map(
    (one) =>
      html`<option value="${one}"${one === chosen && html` selected`}>${speech.text(`persons.scheme.${one}`)}</option>`,
  )}</select></p>
<p class="field"><label for="${identifier}">${speech.text('persons.identifier')}</label>
<input id="${identifier}" name="identifier" value="${about.draft?.get('identifier')}" dir="ltr" maxlength="200" autocomplete="off" autocapitalize="none" spellcheck="false"${isWrong && html` aria-invalid="true"`}></p>
<p class="send"><button class="main">${speech.text('persons.find')}</button></p></form>`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'form' }
}
