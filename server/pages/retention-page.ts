/** How long the cases of each application are kept, what the next run would do, and which holds keep what. */
import { z } from 'zod'
import { Refusal } from '../../kernel/errors.ts'
import { findHolds, type Hold, liftHold } from '../../kernel/rights/holds.ts'
import { planRetention, type RetentionPlan } from '../../kernel/rights/retention.ts'
import { applicationTitle } from './case-file.ts'
import { type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const retentionRoute: PageRoute = {
  id: 'page.retention',
  path: '/rights/retention',
  scope: 'retention.manage',
  show: (visit) => show(visit, nothingGiven),
}

export const liftHoldRoute: FormRoute = {
  id: 'page.lift_hold',
  path: '/rights/holds/:holdId/lift',
  scope: 'right.handle',
  show: (visit, _params, about) => show(visit, about),
  async act({ kernel, officer }, { holdId = '' }, draft) {
    if (!z.uuid().safeParse(holdId).success) throw new Refusal('right.hold_not_found')
    await liftHold(kernel, officer.actor, { holdId, basis: draft.get('basis') ?? '' })
    return redirection('/rights/retention')
  },
}

async function show(visit: OfficerVisit, about: Given): Promise<Page> {
  const { kernel, officer, speech } = visit
  const { text } = speech
  const title = text('retention.title')
  const [plans, holds] = await Promise.all([
    planRetention(kernel, officer.actor),
    findHolds(kernel, officer.actor),
  ])
  const main = html`${problemNotice(visit, about, () => undefined)}
<p class="over"><a href="/rights">${text('rights.title')}</a></p>
<h1>${title}</h1>
<p>${text('retention.about')}</p>
<table class="queue"><thead><tr><th scope="col">${text('filter.application')}</th><th scope="col">${text('retention.years')}</th><th scope="col">${text('retention.basis')}</th><th scope="col">${text('retention.after')}</th><th scope="col">${text('retention.due')}</th><th scope="col">${text('retention.held')}</th><th scope="col">${text('retention.underWay')}</th></tr></thead>
<tbody>${plans.map((plan) => planRow(visit, plan))}</tbody></table>
<section aria-labelledby="holds"><h2 id="holds">${text('retention.holds')}</h2>
${holds.length === 0 ? html`<p class="empty">${text('retention.noHolds')}</p>` : holds.map((one) => holdCard(visit, one))}</section>`
  return { kind: 'page', title: titleOf(visit, title, about), main }
}

function planRow(visit: OfficerVisit, plan: RetentionPlan): Html {
  const { speech, formats } = visit
  const { text } = speech
  const figure = (value: number) => html`<bdi class="figure">${formats.number(value)}</bdi>`
  return html`<tr><th scope="row">${applicationTitle(visit, plan.applicationId)} <span class="hint">${text(`classification.${plan.classification}`)}</span></th>
<td data-label="${text('retention.years')}">${plan.years === null ? text('retention.unknown') : figure(plan.years)}</td>
<td data-label="${text('retention.basis')}">${plan.law === null ? '–' : isolated(speech.of(plan.law))}</td>
<td data-label="${text('retention.after')}">${text(`retention.after.${plan.after}`)}</td>
<td data-label="${text('retention.due')}">${figure(plan.due)}</td>
<td data-label="${text('retention.held')}">${figure(plan.held)}</td>
<td data-label="${text('retention.underWay')}">${figure(plan.underWay)}</td></tr>
`
}

function holdCard(visit: OfficerVisit, hold: Hold): Html {
  const { speech, formats, officer } = visit
  const { text } = speech
  const { holdId, kind, holderId, applicationId, basis, addedAt } = hold
  const whom =
    holderId === null
      ? applicationTitle(visit, applicationId ?? '')
      : html`<a href="/persons/${holderId}"><code class="digest" dir="ltr">${holderId}</code></a>`
  const control = `basis-${holdId}`
  return html`<section class="card"><h3>${text(`hold.${kind}`)}</h3><dl class="facts">
<div><dt>${text('retention.basis')}</dt><dd>${isolated(basis)}</dd></div>
<div><dt>${text('person.when')}</dt><dd><time datetime="${addedAt.toISOString()}">${formats.instant(addedAt)}</time></dd></div>
<div class="wide"><dt>${text('retention.whom')}</dt><dd>${whom}</dd></div></dl>
${
  officer.may('right.handle') &&
  html`<form method="post" action="/rights/holds/${holdId}/lift" class="find">${tokenField(visit)}
<label for="${control}">${text('retention.liftWhy')}</label> <input id="${control}" name="basis" maxlength="500" required dir="auto"> <button>${text('retention.lift')}</button></form>`
}</section>
`
}
