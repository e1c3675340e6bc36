/** One request of a data subject: how it stands, what was written once it is opened, and the way on. */
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import { correctCase } from '../../kernel/rights/correct.ts'
import { executeRequest, exportRequested } from '../../kernel/rights/execute.ts'
import { receiptsOfRequest } from '../../kernel/rights/receipts.ts'
import {
  decideRequest,
  getRequest,
  openRequest,
  RequestVerdict,
  type RequestWords,
  type RightsRequest,
} from '../../kernel/rights/requests.ts'
import { labelsOf, missing } from './duty-fields.ts'
import { exportPages } from './export-pages.ts'
import { type Draft, versionOf } from './forms/draft.ts'
import { type Given, given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import { decisionForm, executionForm, formLabels } from './rights-forms.ts'
import { daysLeft } from './rights-list.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { logKinds } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

export const requestRoute: PageRoute = {
  id: 'page.request',
  path: '/rights/:requestId',
  scope: 'right.read',
  show: (visit, params) => show(visit, params, { about: nothingGiven }),
}

/** Opens what is sealed. By POST, so that no link that somebody follows is a read in their name. */
export const openRequestRoute: FormRoute = {
  id: 'page.open_request',
  path: '/rights/:requestId/open',
  scope: 'right.handle',
  show: (visit, params, about) => show(visit, params, { about }),
  async act(visit, params) {
    const words = await openRequest(visit.kernel, visit.officer.actor, requestIdOf(params))
    return show(visit, params, { about: nothingGiven, words })
  },
}

export const decideRequestRoute: FormRoute = {
  id: 'page.decide_request',
  path: '/rights/:requestId/decision',
  scope: 'right.handle',
  show: (visit, params, about) => show(visit, params, { about }),
  act: (visit, params, draft) => decide(visit, params, draft),
}

export const executeRequestRoute: FormRoute = {
  id: 'page.execute_request',
  path: '/rights/:requestId/execution',
  scope: 'right.handle',
  show: (visit, params, about) => show(visit, params, { about }),
  async act({ kernel, officer }, params, draft) {
    const seen = seenIn(params, draft)
    const { kind } = await getRequest(kernel, officer.actor, seen.requestId)
    if (kind !== 'export') {
      await executeRequest(kernel, officer.actor, seen)
      return redirection(`/rights/${seen.requestId}`)
    }
    const pages = exportPages(kernel)
    const { holderId, chunks } = await exportRequested(kernel, officer.actor, { ...seen, pages })
    return { kind: 'file', mediaType: 'application/x-tar', fileName: `${holderId}.tar`, chunks }
  },
}

export const correctRequestRoute: FormRoute = {
  id: 'page.correct_case',
  path: '/rights/:requestId/corrections',
  scope: 'right.handle',
  show: (visit, params, about) => show(visit, params, { about }),
  act: (visit, params, draft) => correct(visit, params, draft),
}

/** @throws Refusal `right.request_not_found`, also for what is no identifier at all */
function requestIdOf({ requestId = '' }: Params): string {
  if (!z.uuid().safeParse(requestId).success) throw new Refusal('right.request_not_found')
  return requestId
}

/** @throws Refusal `right.version_stale` for a form that names no version */
function seenIn(params: Params, draft: Draft) {
  const version = versionOf(draft)
  if (version === undefined) throw new Refusal('right.version_stale')
  return { requestId: requestIdOf(params), version }
}

async function decide(visit: OfficerVisit, params: Params, draft: Draft): Promise<Answer> {
  const seen = seenIn(params, draft)
  const verdict = RequestVerdict.safeParse(draft.get('verdict')).data
  if (verdict === undefined) {
    const about = given(draft, { problems: [missing('verdict')] })
    return { ...(await show(visit, params, { about })), status: 422 }
  }
  const reason = draft.get('reason') ?? ''
  const ground = draft.get('ground') ?? null
  await decideRequest(visit.kernel, visit.officer.actor, { ...seen, verdict, reason, ground })
  return redirection(`/rights/${seen.requestId}`)
}

async function correct(visit: OfficerVisit, params: Params, draft: Draft): Promise<Answer> {
  const seen = seenIn(params, draft)
  const typed = (name: string) => draft.get(name)?.trim() ?? ''
  const problems = ['caseId', 'field'].filter((name) => typed(name) === '').map(missing)
  if (problems.length > 0)
    return { ...(await show(visit, params, { about: given(draft, { problems }) })), status: 422 }
  const caseId = z.uuid().safeParse(typed('caseId')).data
  if (caseId === undefined) throw new Refusal('right.case_of_another')
  const fields = [{ field: typed('field'), value: typed('value') || null }]
  const correction = { ...seen, caseId, fields, statement: typed('statement') }
  await correctCase(visit.kernel, visit.officer.actor, correction)
  return redirection(`/rights/${seen.requestId}`)
}

interface Shown {
  readonly about: Given
  /** Once they were opened; null where the person has been erased. */
  readonly words?: RequestWords | null
}

async function show(visit: OfficerVisit, params: Params, { about, words }: Shown): Promise<Page> {
  const { kernel, officer, speech } = visit
  const request = await getRequest(kernel, officer.actor, requestIdOf(params))
  const title = speech.text(`rights.kind.${request.kind}`)
  const mayHandle = officer.may('right.handle')
  const main = html`${problemNotice(visit, about, labelsOf(visit, formLabels))}
<p class="over"><a href="/rights">${speech.text('rights.title')}</a></p>
<h1>${title} <span class="tag state">${speech.text(`rights.state.${request.state}`)}</span></h1>
${standing(visit, request)}
${words === undefined ? mayHandle && opening(visit, request) : opened(visit, words)}
${mayHandle && request.state === 'received' && decisionForm(visit, request, about)}
${mayHandle && request.state === 'granted' && executionForm(visit, request, about)}
${await receipts(visit, request)}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

function standing(visit: OfficerVisit, request: RightsRequest): Html {
  const { speech, formats } = visit
  const { text } = speech
  const fact = (label: string, value: Html | string) => html`<div><dt>${label}</dt><dd>${value}</dd></div>
`
  const day = (at: string) => html`<time datetime="${at}">${formats.date(at)}</time>`
  return html`<section class="card"><dl class="facts">
${fact(text('rights.received'), day(request.receivedOn))}
${fact(text('rights.due'), day(request.dueOn))}
${fact(text('rights.left'), daysLeft(visit, request))}
${fact(text('rights.channel'), text(`rights.channel.${request.channel}`))}
${request.verdict !== null && fact(text('rights.verdict'), text(`rights.verdict.${request.verdict}`))}
<div class="wide"><dt>${text('rights.law')}</dt><dd>${isolated(speech.of(request.deadline.law))}</dd></div>
${request.ground !== null && html`<div class="wide"><dt>${text('rights.ground')}</dt><dd>${isolated(request.ground)}</dd></div>`}
${request.done !== null && html`<div class="wide"><dt>${text('rights.doneWhat')}</dt><dd>${done(visit, request.done)}</dd></div>`}
<div class="wide"><dt>${text('rights.person')}</dt><dd><a href="/persons/${request.holderId}"><code class="digest" dir="ltr">${request.holderId}</code></a></dd></div>
<div class="wide"><dt>${text('rights.number')}</dt><dd><code class="digest" dir="ltr">${request.requestId}</code></dd></div>
</dl></section>`
}

const doneWords = {
  cases: 'rights.done.cases',
  refusedRows: 'rights.done.refusedRows',
  bytes: 'rights.done.bytes',
  corrections: 'rights.done.corrections',
  hold: 'rights.done.hold',
  objected: 'rights.done.objected',
} as const

function done({ speech, formats }: OfficerVisit, what: NonNullable<RightsRequest['done']>): Html {
  const known = Object.entries(doneWords).filter(([name]) => Object.hasOwn(what, name))
  return html`<ul>${known.map(([name, word]) => {
    const value = what[name] ?? ''
    const shown = typeof value === 'number' ? formats.number(value) : value
    return html`<li>${speech.text(word)}: <bdi class="figure">${shown}</bdi></li>`
  })}</ul>`
}

function opening(visit: OfficerVisit, { requestId }: RightsRequest): Html {
  const { speech } = visit
  return html`<section class="card seal" aria-labelledby="seal"><h2 id="seal">${speech.text('rights.openWords')}</h2>
<p class="hint">${speech.text('rights.openWhy')}</p>
<form method="post" action="/rights/${requestId}/open">${tokenField(visit)}<button>${speech.text('sealed.open')}</button></form></section>`
}

function opened({ speech }: OfficerVisit, words: RequestWords | null): Html {
  const { text } = speech
  if (words === null) return html`<section class="card seal"><p>${text('rights.erasedWords')}</p></section>`
  const said = (value: string | null) =>
    value === null ? text('rights.nothing') : html`<span class="typed">${isolated(value)}</span>`
  return html`<section class="card"><dl class="facts">
<div><dt>${text('rights.name')}</dt><dd><bdi dir="ltr">${words.name}</bdi></dd></div>
<div><dt>${text('rights.contact')}</dt><dd>${said(words.contact)}</dd></div>
<div class="wide"><dt>${text('rights.words')}</dt><dd>${said(words.words)}</dd></div>
<div class="wide"><dt>${text('rights.reasonGiven')}</dt><dd>${said(words.reason)}</dd></div></dl></section>`
}

async function receipts(visit: OfficerVisit, { requestId }: RightsRequest): Promise<Html> {
  const { kernel, officer, speech, formats } = visit
  const found = await receiptsOfRequest(kernel, officer.actor, requestId)
  return html`<section aria-labelledby="receipts"><h2 id="receipts">${speech.text('rights.receipts')}</h2>
<p class="hint">${speech.text('rights.receiptsWhy')}</p>
${found.map(
  ({ entry, state, text }) => html`<section class="card"><h3>${speech.of(logKinds[entry.kind])}</h3>
<p><time datetime="${entry.recordedAt.toISOString()}">${formats.instant(entry.recordedAt)}</time></p>
${text === null ? html`<p class="hint">${speech.text(state === 'pending' ? 'receipts.pending' : 'receipts.witnessing')}</p>` : html`<pre class="policy" dir="ltr">${text}</pre>`}</section>
`,
)}</section>`
}
