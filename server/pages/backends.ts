/** Everything that processes or stores, and the four facts about it. Facts are stated at the command line or through the API. */
import {
  backendsOf,
  homeCountryOf,
  type StandingBackend,
  withdrawBackend,
} from '../../kernel/backends/backends.ts'
import type { BackendFacts } from '../../kernel/backends/facts.ts'
import { endpointText } from '../../kernel/backends/spec.ts'
import { type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const backendsRoute: PageRoute = {
  id: 'page.backends',
  path: '/backends',
  scope: 'backend.read',
  show: (visit) => show(visit, nothingGiven),
}

export const withdrawBackendRoute: FormRoute = {
  id: 'page.withdraw_backend',
  path: '/backends/:backendId/withdraw',
  scope: 'backend.manage',
  show: (visit, _params, about) => show(visit, about),
  async act({ kernel, officer }, { backendId = '' }) {
    await withdrawBackend(kernel, officer.actor, backendId)
    return redirection('/backends?done=withdrawn')
  },
}

async function show(visit: OfficerVisit, about: Given): Promise<Page> {
  const { kernel, officer, speech, query } = visit
  const { institutionId } = officer.actor
  const [all, home] = await Promise.all([
    backendsOf(kernel, institutionId),
    homeCountryOf(kernel, institutionId),
  ])
  // What is in use comes first.
  const sorted = [...all].sort((a, b) => Number(a.isWithdrawn) - Number(b.isWithdrawn))
  const title = speech.text('backends.title')
  const main = html`${problemNotice(visit, about, () => undefined)}
${query.get('done') === 'withdrawn' && html`<div class="notice done" role="status"><p>${speech.text('backends.done')}</p></div>`}
<h1>${title}</h1>
<p>${speech.text('backends.why')}</p>
<p>${speech.text('backends.home')}: <strong>${country(visit, home)}</strong></p>
${sorted.map((one) => card(visit, one))}`
  return { kind: 'page', title: titleOf(visit, title, about), main }
}

function country({ formats, speech }: OfficerVisit, law: string): string {
  if (law === 'institution' || law === 'unknown') return speech.text(`backends.${law}`)
  return formats.country(law) ?? law
}

function card(visit: OfficerVisit, one: StandingBackend): Html {
  const { speech, officer } = visit
  const { backendId, kind, title, jurisdiction, isWithdrawn, isBuiltIn } = one
  const state = isWithdrawn ? 'withdrawn' : jurisdiction
  const tag = { domestic: 'good', foreign: 'adverse', withdrawn: 'state' }[state]
  return html`<section class="card" aria-labelledby="b-${backendId}">
<h2 id="b-${backendId}">${isolated(speech.of(title))} <span class="tag ${tag}">${speech.text(`backends.${state}`)}</span></h2>
<p class="hint">${speech.text(`backends.${kind}`)} · <code dir="ltr">${backendId}</code></p>
${facts(visit, one)}
${!isWithdrawn && !isBuiltIn && officer.may('backend.manage') && html`<form method="post" action="/backends/${backendId}/withdraw">${tokenField(visit)}<button>${speech.text('backends.withdraw')}</button></form>`}
</section>
`
}

/** What the platform itself states is said in the reader's language; what people wrote is shown as they wrote it. */
function evidenceText(
  { speech }: OfficerVisit,
  { evidence, expiresAt, location }: BackendFacts,
): Html | string {
  if (expiresAt !== 'while_installed') return html`<bdi class="typed">${evidence.text}</bdi>`
  return speech.text(location === 'unknown' ? 'backends.noEvidence' : 'backends.machineEvidence')
}

function facts(
  visit: OfficerVisit,
  { facts: known, endpoint, addresses, classifications }: StandingBackend,
): Html {
  const { speech, formats, kernel, language } = visit
  const { expiresAt, evidence } = known
  const laws = ['location', 'operatorLaw', 'ownerLaw', 'keyHolder'] as const
  const listed = new Intl.ListFormat(language, { type: 'conjunction', style: 'narrow' })
  const meant = classifications.map((one) => speech.text(`classification.${one}`))
  const place =
    endpoint === null
      ? speech.text('backends.local')
      : html`<code class="code" dir="ltr">${endpointText(endpoint)}</code>`
  const until =
    expiresAt === 'while_installed'
      ? speech.text('backends.whileInstalled')
      : html`<time datetime="${expiresAt.toISOString()}">${formats.instant(expiresAt)}</time>${expiresAt <= kernel.clock() && html` <span class="tag adverse">${speech.text('backends.expired')}</span>`}`
  return html`<dl class="facts">
${laws.map((law) => html`<div><dt>${speech.text(`backends.${law}`)}</dt><dd>${country(visit, known[law])}</dd></div>`)}
<div><dt>${speech.text('backends.good')}</dt><dd>${until}</dd></div>
<div><dt>${speech.text('backends.classifications')}</dt><dd>${meant.length === 0 ? speech.text('backends.noClassification') : listed.format(meant)}</dd></div>
<div class="wide"><dt>${speech.text('backends.endpoint')}</dt><dd>${place}${addresses.length > 0 && html`<br><code class="code" dir="ltr">${addresses.join(' ')}</code>`}</dd></div>
<div class="wide"><dt>${speech.text('backends.evidence')}</dt><dd>${evidenceText(visit, known)}</dd></div>
${evidence.documentDigest !== null && html`<div class="wide"><dt>${speech.text('backends.document')}</dt><dd><code class="digest" dir="ltr">${evidence.documentDigest}</code></dd></div>`}
</dl>`
}
