/** Who holds what on a person, and who read it: one page to look at, and to print for the person. */
import { legalBasisText } from '@khudi/sdk'
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import { type DisclosedApplication, type Disclosure, disclose } from '../../kernel/rights/disclosure.ts'
import { readKind } from '../../kernel/vault/disclosure.ts'
import { applicationTitle } from './case-file.ts'
import { roleLabel } from './roles.ts'
import type { PageRoute } from './routes.ts'
import { purposeLabel } from './sealed.ts'
import { type Html, html, isolated } from './text/html.ts'
import { institutionTitle, type OfficerVisit } from './visit.ts'

export const disclosureRoute: PageRoute = {
  id: 'page.disclosure',
  path: '/persons/:personId/disclosure',
  scope: 'person.read',
  async show(visit, { personId = '' }) {
    const { kernel, officer, speech, formats, language } = visit
    if (!z.uuid().safeParse(personId).success) throw new Refusal('vault.person_unknown')
    const found = await disclose(kernel, officer.actor, personId)
    const title = speech.text('disclosure.title')
    const main = html`<p class="over">${isolated(institutionTitle(officer.institution, language))}</p>
<h1>${title}</h1>
<p>${speech.text('disclosure.about')}</p>
<p class="hint">${speech.text('export.madeAt')}: <time datetime="${found.madeAt.toISOString()}">${formats.instant(found.madeAt)}</time> · ${speech.text('person.number')}: <code class="digest" dir="ltr">${found.holderId}</code></p>
${found.applications.length === 0 && html`<p class="empty">${speech.text('person.heldNone')}</p>`}
${found.applications.map((one) => application(visit, one))}
${recipients(visit, found)}
${found.holds.length > 0 && holds(visit, found)}
${reads(visit, found)}`
    return { kind: 'page', title, main, width: 'read' }
  },
}

function application(visit: OfficerVisit, one: DisclosedApplication): Html {
  const { speech, formats } = visit
  const { text } = speech
  const { declared } = one
  const last = html`<time datetime="${one.lastOccurredOn}">${formats.date(one.lastOccurredOn)}</time>`
  return html`<section class="card"><h2>${applicationTitle(visit, one.applicationId)}</h2><dl class="facts">
<div><dt>${text('person.cases')}</dt><dd><bdi class="figure">${formats.number(one.cases)}</bdi></dd></div>
<div><dt>${text('person.last')}</dt><dd>${last}</dd></div>
${
  declared === null
    ? html`<div class="wide"><dd>${text('disclosure.notInstalled')}</dd></div>`
    : html`<div class="wide"><dt>${text('disclosure.purpose')}</dt><dd>${speech.of(declared.purpose)}</dd></div>
<div class="wide"><dt>${text('disclosure.basis')}</dt><dd>${isolated(speech.of(legalBasisText(declared.legalBasis)))}</dd></div>
<div><dt>${text('disclosure.class')}</dt><dd>${text(`classification.${declared.classification}`)}</dd></div>
<div class="wide"><dt>${text('disclosure.fields')}</dt><dd>${new Intl.ListFormat(visit.language).format(declared.sealedFields.map((label) => speech.of(label)))}</dd></div>`
}
<div class="wide"><dt>${text('disclosure.until')}</dt><dd>${until(visit, one)}</dd></div>
</dl></section>
`
}

function until({ speech, formats }: OfficerVisit, { keptUntil, after }: DisclosedApplication): Html {
  if (keptUntil === null) return html`${speech.text('disclosure.untilUnknown')}`
  return html`<time datetime="${keptUntil.day}">${formats.date(keptUntil.day)}</time>: ${isolated(speech.of(keptUntil.law))}. ${speech.text(`disclosure.after.${after}`)}`
}

function recipients({ speech, formats }: OfficerVisit, { recipients: all }: Disclosure): Html {
  const { text } = speech
  return html`<section aria-labelledby="recipients"><h2 id="recipients">${text('disclosure.recipients')}</h2>
<table class="queue"><thead><tr><th scope="col">${text('disclosure.backend')}</th><th scope="col">${text('disclosure.where')}</th><th scope="col">${text('disclosure.jurisdiction')}</th></tr></thead>
<tbody>${all.map(
    ({ title, facts, jurisdiction }) => html`<tr><th scope="row">${speech.of(title)}</th>
<td data-label="${text('disclosure.where')}">${formats.country(facts.location) ?? text('value.notKnown')}</td>
<td data-label="${text('disclosure.jurisdiction')}">${text(`disclosure.jurisdiction.${jurisdiction}`)}</td></tr>
`,
  )}</tbody></table></section>`
}

function holds({ speech, formats }: OfficerVisit, { holds: all }: Disclosure): Html {
  return html`<section aria-labelledby="holds"><h2 id="holds">${speech.text('disclosure.holds')}</h2>
<ul>${all.map(
    ({ kind, basis, addedAt }) =>
      html`<li>${speech.text(`hold.${kind}`)}: ${isolated(basis)} (<time datetime="${addedAt.toISOString()}">${formats.instant(addedAt)}</time>)</li>`,
  )}</ul></section>`
}

/** The office, never the officer. */
function reads(visit: OfficerVisit, { reads: all, hasMoreReads }: Disclosure): Html {
  const { speech, formats } = visit
  const { text } = speech
  const what = {
    case: 'person.oneCase',
    request: 'person.ownRequest',
    everything: 'person.wholeRecord',
    batch: 'export.batch',
  } as const
  return html`<section aria-labelledby="reads"><h2 id="reads">${text('person.reads')}</h2>
<p class="hint">${text('person.readsWhy')}</p>
${
  all.length === 0
    ? html`<p>${text('person.readsNone')}</p>`
    : html`<table class="queue"><thead><tr><th scope="col">${text('person.when')}</th><th scope="col">${text('person.office')}</th><th scope="col">${text('person.purpose')}</th><th scope="col">${text('person.what')}</th></tr></thead>
<tbody>${all.map(
        (
          row,
        ) => html`<tr><td data-label="${text('person.when')}"><time datetime="${row.readAt.toISOString()}">${formats.instant(row.readAt)}</time></td>
<th scope="row">${roleLabel(visit, row.role)}</th><td data-label="${text('person.purpose')}">${purposeLabel(visit, row.purpose)}</td>
<td data-label="${text('person.what')}">${text(what[readKind(row)])}${row.applicationId !== null && html` <span class="hint">${applicationTitle(visit, row.applicationId)}</span>`}</td></tr>
`,
      )}</tbody></table>`
}
${hasMoreReads && html`<p>${text('disclosure.moreReads')}</p>`}</section>`
}
