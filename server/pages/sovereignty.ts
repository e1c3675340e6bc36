/** The eleven checks of sovereignty: state, evidence and remedy of each, and the button that looks again. */
import { Refusal } from '../../kernel/errors.ts'
import type { CheckResult, Score } from '../../kernel/sovereignty/score.ts'
import { type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const sovereigntyRoute: PageRoute = {
  id: 'page.sovereignty',
  path: '/sovereignty',
  scope: 'backend.read',
  show: async (visit) => show(visit, nothingGiven),
}

export const lookAgainRoute: FormRoute = {
  id: 'page.look_again',
  path: '/sovereignty/look',
  scope: 'backend.read',
  show: async (visit, _params, about) => show(visit, about),
  async act({ sovereignty, officer }) {
    if (sovereignty === undefined) throw new Refusal('request.not_found')
    sovereignty.begin(officer.actor.institutionId)
    return redirection('/sovereignty')
  },
}

function show(visit: OfficerVisit, about: Given): Page {
  const { speech, sovereignty, officer } = visit
  const { text } = speech
  if (sovereignty === undefined) throw new Refusal('request.not_found')
  const { institutionId } = officer.actor
  const score = sovereignty.last(institutionId)
  const isLooking = sovereignty.isLooking(institutionId)
  const title = text('sovereignty.title')
  const main = html`${problemNotice(visit, about, () => undefined)}
<h1>${title}</h1>
<p>${text('sovereignty.about')}</p>
${isLooking && html`<div class="notice" role="status"><p>${text('sovereignty.underWay')}</p></div>`}
${score === undefined ? !isLooking && nothingFound(visit) : found(visit, score)}
${!isLooking && html`<form method="post" action="/sovereignty/look">${tokenField(visit)}<p class="hint">${text('sovereignty.againWhy')}</p><button>${text('sovereignty.again')}</button></form>`}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

function nothingFound({ speech }: OfficerVisit): Html {
  return html`<div class="empty"><h2>${speech.text('sovereignty.none')}</h2><p>${speech.text('sovereignty.noneWhy')}</p></div>`
}

function found(visit: OfficerVisit, { green, results, lookedAt, productDigest }: Score): Html {
  const { speech, formats } = visit
  const { text } = speech
  return html`<dl class="facts">
<div><dt>${text('sovereignty.score')}</dt><dd><bdi class="figure">${formats.number(green)} / ${formats.number(results.length)}</bdi></dd></div>
<div><dt>${text('sovereignty.lookedAt')}</dt><dd><time datetime="${lookedAt.toISOString()}">${formats.instant(lookedAt)}</time></dd></div>
<div><dt>${text('sovereignty.product')}</dt><dd><code dir="ltr">${productDigest.slice(0, 12)}</code></dd></div>
</dl>
${results.map((one) => check(visit, one))}`
}

/** Classes of a state's tag. */
const tagOf = { green: 'good', red: 'adverse', not_yet: 'state' } as const

/** A state is told by a word: colour alone tells nobody who cannot see it. */
function check(visit: OfficerVisit, result: CheckResult): Html {
  const { speech, formats } = visit
  const { text } = speech
  const { number, id, state, title, says, remedy, count, digest, seenAt } = result
  return html`<section class="card" id="${id}">
<h2><span><bdi class="figure">${formats.number(number)}</bdi> ${speech.of(title)}</span> <span class="tag ${tagOf[state]}">${text(`sovereignty.${state}`)}</span></h2>
<p>${isolated(speech.of(says))}</p>
${state !== 'green' && html`<p><b>${text('sovereignty.remedy')}:</b> ${isolated(speech.of(remedy))}</p>`}
<p class="hint">${seenAt !== undefined && html`${text('sovereignty.seenAt')} <time datetime="${seenAt.toISOString()}">${formats.instant(seenAt)}</time> `}${count !== undefined && html`${text('sovereignty.count')} <bdi class="figure">${formats.number(count)}</bdi> `}${digest !== undefined && html`${text('sovereignty.digest')} <code dir="ltr">${digest.slice(0, 12)}</code>`}</p>
</section>
`
}
