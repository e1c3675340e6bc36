/** What waits for a second person, and what became of it. */
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import {
  approve,
  isWaitingFor,
  type Proposal,
  proposalNamed,
  proposalsOf,
  reject,
  withdraw,
} from '../../kernel/proposals/proposals.ts'
import { actorNames } from './actor-name.ts'
import { controlId, type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import { type Html, html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

/** The open ones, and as many of those that ended as are likely to be looked for. */
const shownAtMost = 200

export const proposalsRoute: PageRoute = {
  id: 'page.proposals',
  path: '/proposals',
  scope: 'proposal.read',
  show: list,
}

export const proposalRoute: PageRoute = {
  id: 'page.proposal',
  path: '/proposals/:proposalId',
  scope: 'proposal.read',
  show: (visit, params) => one(visit, params, nothingGiven),
}

/** A form whose sending ends a proposal. */
function ending(
  verb: 'approve' | 'reject' | 'withdraw',
  act: (visit: OfficerVisit, proposalId: string, reason: string) => Promise<Proposal>,
): FormRoute {
  return {
    id: `page.${verb}_proposal`,
    path: `/proposals/:proposalId/${verb}`,
    scope: 'proposal.read',
    show: one,
    async act(visit, params, draft) {
      const proposalId = identifierOf(params)
      const { state } = await act(visit, proposalId, draft.get('reason') ?? '')
      return redirection(`/proposals/${proposalId}?done=${state}`)
    },
  }
}

export const approveProposalRoute = ending('approve', ({ kernel, officer }, proposalId) =>
  approve(kernel, officer.actor, proposalId),
)
export const rejectProposalRoute = ending('reject', ({ kernel, officer }, proposalId, reason) =>
  reject(kernel, officer.actor, { proposalId, reason }),
)
export const withdrawProposalRoute = ending('withdraw', ({ kernel, officer }, proposalId) =>
  withdraw(kernel, officer.actor, proposalId),
)

/** @throws Refusal `proposal.not_found` */
function identifierOf({ proposalId = '' }: Params): string {
  if (!z.uuid().safeParse(proposalId).success) throw new Refusal('proposal.not_found')
  return proposalId
}

async function list(visit: OfficerVisit): Promise<Page> {
  const { kernel, officer, speech } = visit
  const { actor } = officer
  const all = await proposalsOf(kernel, actor, { isOpen: false, after: undefined, size: shownAtMost })
  const nameOf = await actorNames(
    visit,
    all.map(({ proposedBy }) => proposedBy),
  )
  const waiting = all.filter((proposal) => isWaitingFor(proposal, actor))
  const others = all.filter((proposal) => proposal.state === 'proposed' && !waiting.includes(proposal))
  const ended = all.filter(({ state }) => state !== 'proposed')
  const title = speech.text('proposals.title')
  const main = html`<h1>${title}</h1>
<p class="hint">${speech.text('proposals.about')}</p>
<section aria-labelledby="waiting"><h2 id="waiting">${speech.text('proposals.waiting')}</h2>
${waiting.length === 0 ? html`<p class="empty">${speech.text('proposals.nothingWaits')}</p>` : table(visit, waiting, nameOf)}</section>
${others.length > 0 && html`<section aria-labelledby="others"><h2 id="others">${speech.text('proposals.open')}</h2>${table(visit, others, nameOf)}</section>`}
${ended.length > 0 && html`<section aria-labelledby="ended"><h2 id="ended">${speech.text('proposals.ended')}</h2>${table(visit, ended, nameOf)}</section>`}`
  return { kind: 'page', title, main }
}

function table(
  { speech, formats }: OfficerVisit,
  rows: readonly Proposal[],
  nameOf: (name: string | null) => Html,
): Html {
  const { text } = speech
  return html`<table class="queue"><thead><tr><th scope="col">${text('proposals.what')}</th><th scope="col">${text('proposals.by')}</th><th scope="col">${text('proposals.when')}</th><th scope="col">${text('proposals.state')}</th></tr></thead>
<tbody>${rows.map(
    (row) => html`<tr>
<th scope="row"><a href="/proposals/${row.proposalId}">${speech.of(row.description)}</a></th>
<td data-label="${text('proposals.by')}">${nameOf(row.proposedBy)}</td>
<td data-label="${text('proposals.when')}"><time datetime="${row.proposedAt.toISOString()}">${formats.instant(row.proposedAt)}</time></td>
<td data-label="${text('proposals.state')}">${stateTag(speech, row)}</td>
</tr>
`,
  )}</tbody></table>`
}

function stateTag({ text }: OfficerVisit['speech'], { state, glassId }: Proposal): Html {
  const look = glassId !== null ? 'adverse' : state === 'approved' ? 'good' : 'state'
  return html`<span class="tag ${look}">${text(`proposals.state.${state}`)}</span>`
}

async function one(visit: OfficerVisit, params: Params, about: Given): Promise<Page> {
  const { kernel, officer, speech, formats, query } = visit
  const proposal = await proposalNamed(kernel, officer.actor, identifierOf(params))
  const nameOf = await actorNames(visit, [proposal.proposedBy, proposal.endedBy])
  const done = (['approved', 'rejected', 'withdrawn'] as const).find((state) => state === query.get('done'))
  const title = speech.of(proposal.title)
  const labelOf = (field: string) =>
    field === 'reason' ? { label: speech.text('proposals.why'), control: 'reason' } : undefined
  const at = (instant: Date | null) =>
    instant !== null && html`<time datetime="${instant.toISOString()}">${formats.instant(instant)}</time>`
  const main = html`${problemNotice(visit, about, labelOf)}
${done !== undefined && done === proposal.state && html`<div class="notice done" role="status"><p>${speech.text(`proposals.done.${done}`)}</p></div>`}
<p class="over"><a href="/proposals">${speech.text('proposals.title')}</a></p>
<h1>${title} ${stateTag(speech, proposal)}</h1>
<p>${speech.of(proposal.description)}</p>
<dl class="facts"><div><dt>${speech.text('proposals.by')}</dt><dd>${nameOf(proposal.proposedBy)}</dd></div>
<div><dt>${speech.text('proposals.when')}</dt><dd>${at(proposal.proposedAt)}</dd></div>
<div><dt>${speech.text('proposals.until')}</dt><dd>${at(proposal.expiresAt)}</dd></div>
${proposal.endedBy !== null && html`<div><dt>${speech.text('proposals.endedBy')}</dt><dd>${nameOf(proposal.endedBy)}, ${at(proposal.endedAt)}</dd></div>`}
${proposal.reason !== null && html`<div class="wide"><dt>${speech.text('proposals.reason')}</dt><dd><bdi class="typed">${proposal.reason}</bdi></dd></div>`}
<div class="wide"><dt>${speech.text('proposals.body')}</dt><dd>${bodyOf(proposal)}</dd></div></dl>
${proposal.glassId !== null && html`<div class="notice"><p>${speech.text('proposals.alone')}</p></div>`}
${forms(visit, proposal, about)}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

/** Each name and value of the body on a line of its own: what is approved, and nothing rewritten. */
function bodyOf({ body }: Proposal): Html {
  return html`<pre class="code" dir="ltr" tabindex="0">${JSON.stringify(JSON.parse(body), null, 2)}</pre>`
}

function forms(visit: OfficerVisit, proposal: Proposal, about: Given): Html | undefined {
  const { speech, officer } = visit
  if (proposal.state !== 'proposed') return undefined
  const path = `/proposals/${proposal.proposalId}`
  if (proposal.proposedBy === officer.actor.name)
    return html`<section class="card"><p>${speech.text('proposals.own')}</p>
<form method="post" action="${path}/withdraw">${tokenField(visit)}<button>${speech.text('proposals.withdraw')}</button></form></section>`
  if (!isWaitingFor(proposal, officer.actor)) return undefined
  const reason = controlId('reason')
  return html`<section class="card call"><form method="post" action="${path}/approve">${tokenField(visit)}<button class="main">${speech.text('proposals.approve')}</button></form></section>
<section class="card"><form method="post" action="${path}/reject" class="fields">${tokenField(visit)}
<p class="field"><label for="${reason}">${speech.text('proposals.why')}</label>
<textarea id="${reason}" name="reason" rows="3" maxlength="1000" dir="auto" required>${about.draft?.get('reason')}</textarea></p>
<p class="send"><button>${speech.text('proposals.reject')}</button></p></form></section>`
}
