/** The permanent page of one decision: what was decided, by which code and model, why, and who looked at it. */
import { z } from 'zod'
import { getDecision } from '../../kernel/decisions/decisions.ts'
import { Refusal } from '../../kernel/errors.ts'
import { atUnitOf, caseFileOf, recommendationTag } from './case-file.ts'
import { reviewText, score } from './case-page.ts'
import { digest, history } from './history.ts'
import { reasonList, shownReasons } from './reasons.ts'
import { roleLabel } from './roles.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const decisionRoute: PageRoute = {
  id: 'page.decision',
  path: '/decisions/:decisionId',
  scope: 'decision.read',
  async show(visit, { decisionId = '' }) {
    if (!z.uuid().safeParse(decisionId).success) throw new Refusal('decision.not_found')
    const { kernel, officer, speech } = visit
    const decision = await getDecision(kernel, officer.actor, decisionId)
    const file = await caseFileOf(visit, { caseId: decision.caseId, by: 'decision.read' })
    const { reviews } = file
    const { application } = file
    const reviewsOfIt = reviews.filter((review) => review.decisionId === decision.decisionId)
    const title = speech.text('decision.title')
    const main = html`<p class="over">${speech.text('decision.about')} ${caseLink(atUnitOf(visit, file.row), decision.caseId, file.row.reference)}</p>
<h1>${title}</h1>
<section class="card"><p class="verdict">${
      decision.recommendation === null
        ? speech.text('case.noRecommendation')
        : recommendationTag(visit, application, decision.recommendation)
    } ${score(visit, decision)}</p>
<p class="hint">${speech.text(`review.${decision.review}`)}</p>
<h2>${speech.text('case.reasons')}</h2>${reasonList(visit, application, shownReasons(decision, file.unsealed))}</section>
<section class="card"><h2>${speech.text('review.title')}</h2>
${
  reviewsOfIt.length === 0
    ? html`<p>${decision.reviewRole === null ? speech.text('review.notNeeded') : speech.sentence('review.waitsFor', { role: roleLabel(visit, decision.reviewRole) })}</p>`
    : reviewsOfIt.map((review) => reviewText(visit, file, review))
}</section>
<section class="card"><h2>${speech.text('decision.madeWith')}</h2>${madeWith(visit, decision)}</section>
<section aria-labelledby="history"><h2 id="history">${speech.text('history.title')}</h2>${history(visit, file, ['decision.made', 'review.completed'])}</section>`
    return { kind: 'page', title, main, width: 'read' }
  },
}

/** Who may read decisions need not be allowed to read cases: they get no reference, which may name a person. */
function caseLink({ officer, speech }: OfficerVisit, caseId: string, reference: string): Html {
  if (!officer.may('case.read')) return html`<code class="digest" dir="ltr">${caseId}</code>`
  return html`${speech.text('decision.case')} <a href="/cases/${caseId}">${isolated(reference)}</a>`
}

function madeWith(
  { speech, formats }: OfficerVisit,
  decision: Awaited<ReturnType<typeof getDecision>>,
): Html {
  const { decisionId, decidedAt, round, applicationDigest, modelDigest } = decision
  const { text } = speech
  const fact = (label: string, value: Html | string, isWide = false) =>
    html`<div${isWide && html` class="wide"`}><dt>${label}</dt><dd>${value}</dd></div>
`
  return html`<dl class="facts">
${fact(text('decision.decidedAt'), html`<time datetime="${decidedAt.toISOString()}">${formats.instant(decidedAt)}</time>`)}
${fact(text('decision.round'), formats.number(round))}
${fact(text('decision.number'), html`<code class="digest" dir="ltr">${decisionId}</code>`, true)}
${fact(text('decision.applicationDigest'), digest(applicationDigest), true)}
${fact(text('decision.modelDigest'), modelDigest === null ? text('decision.noModel') : digest(modelDigest), true)}
</dl>
<p class="hint">${text('decision.replay')}</p>`
}
