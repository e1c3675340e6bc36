/** Break-glass: taking a role in an emergency, and what auditors found about it. */
import { z } from 'zod'
import {
  breakGlass,
  glassesAt,
  mostMinutes,
  type ReviewedGlass,
  reviewGlass,
  rolesToTake,
} from '../../kernel/break-glass/break-glass.ts'
import { Refusal } from '../../kernel/errors.ts'
import { actorNames } from './actor-name.ts'
import { controlId, type Given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Page, redirection, tokenField } from './page.ts'
import { roleLabel } from './roles.ts'
import type { FormRoute, PageRoute } from './routes.ts'
import { type Html, html } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

const shownAtMost = 200

export const glassRoute: PageRoute = {
  id: 'page.glass',
  path: '/glass',
  scope: undefined,
  show: (visit) => show(visit, nothingGiven),
}

export const breakGlassRoute: FormRoute = {
  id: 'page.break_glass',
  path: '/glass/break',
  scope: 'glass.break',
  show: (visit, _params, about) => show(visit, about),
  async act({ kernel, officer }, _params, draft) {
    const minutes = /^\d{1,3}$/.exec(draft.get('minutes') ?? '')?.[0]
    await breakGlass(kernel, officer.actor, {
      role: draft.get('role') ?? '',
      minutes: Number(minutes),
      reason: draft.get('reason') ?? '',
    })
    return redirection('/glass?done=broken')
  },
}

export const reviewGlassRoute: FormRoute = {
  id: 'page.review_glass',
  path: '/glass/:glassId/review',
  scope: 'glass.review',
  show: (visit, _params, about) => show(visit, about),
  async act({ kernel, officer }, { glassId = '' }, draft) {
    if (!z.uuid().safeParse(glassId).success) throw new Refusal('glass.not_found')
    await reviewGlass(kernel, officer.actor, { glassId, finding: draft.get('finding') ?? '' })
    return redirection('/glass?done=reviewed')
  },
}

/** @throws Refusal `access.scope_missing` for whoever neither breaks the glass nor watches over it */
async function show(visit: OfficerVisit, about: Given): Promise<Page> {
  const { speech, officer, query } = visit
  if (!officer.may('glass.read') && !officer.may('glass.break'))
    throw new Refusal('access.scope_missing', { scope: 'glass.read' })
  const done = (['broken', 'reviewed'] as const).find((one) => one === query.get('done'))
  const title = speech.text('glass.title')
  const main = html`${problemNotice(visit, about, () => undefined)}
${done !== undefined && html`<div class="notice done" role="status"><p>${speech.text(`glass.done.${done}`)}</p></div>`}
<h1>${title}</h1>
<p class="hint">${speech.text('glass.about')}</p>
${officer.may('glass.read') && (await lists(visit))}
${officer.may('glass.break') && officer.actor.glass === undefined && breakForm(visit, about)}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

async function lists(visit: OfficerVisit): Promise<Html> {
  const { kernel, officer, speech } = visit
  const all = await glassesAt(kernel, officer.actor, { isOpen: false, after: undefined, size: shownAtMost })
  const nameOf = await actorNames(
    visit,
    all.flatMap(({ brokenBy, reviewedBy }) => [brokenBy, reviewedBy]),
  )
  const [open, reviewed] = [
    all.filter(({ reviewedBy }) => reviewedBy === null),
    all.filter(({ reviewedBy }) => reviewedBy !== null),
  ]
  return html`<section aria-labelledby="open"><h2 id="open">${speech.text('glass.unreviewed')}</h2>
${open.length === 0 && html`<p class="empty">${speech.text('glass.nothing')}</p>`}
${open.map((row) => card(visit, row, nameOf))}</section>
${reviewed.length > 0 && html`<section aria-labelledby="reviewed"><h2 id="reviewed">${speech.text('glass.reviewed')}</h2>${reviewed.map((row) => card(visit, row, nameOf))}</section>`}`
}

function card(visit: OfficerVisit, row: ReviewedGlass, nameOf: (name: string | null) => Html): Html {
  const { speech, formats, officer } = visit
  const at = (instant: Date) =>
    html`<time datetime="${instant.toISOString()}">${formats.instant(instant)}</time>`
  const isOwn = row.brokenBy === officer.actor.name
  return html`<section class="card"><dl class="facts"><div><dt>${speech.text('glass.by')}</dt><dd>${nameOf(row.brokenBy)}</dd></div>
<div><dt>${speech.text('glass.role')}</dt><dd>${row.role === null ? speech.text('glass.alone') : roleLabel(visit, row.role)}</dd></div>
<div><dt>${speech.text('glass.from')}</dt><dd>${at(row.brokenAt)}</dd></div>
${row.role !== null && html`<div><dt>${speech.text('glass.to')}</dt><dd>${at(row.endsAt)}</dd></div>`}
<div class="wide"><dt>${speech.text('glass.reason')}</dt><dd><bdi class="typed">${row.reason}</bdi></dd></div>
${
  row.reviewedBy !== null &&
  html`<div><dt>${speech.text('glass.reviewedBy')}</dt><dd>${nameOf(row.reviewedBy)}${row.reviewedAt !== null && html`, ${at(row.reviewedAt)}`}</dd></div>
<div class="wide"><dt>${speech.text('glass.finding')}</dt><dd><bdi class="typed">${row.finding}</bdi></dd></div>`
}</dl>
${row.reviewedBy === null && officer.may('glass.review') && !isOwn && reviewForm(visit, row.glassId)}</section>
`
}

function reviewForm(visit: OfficerVisit, glassId: string): Html {
  const { speech } = visit
  const finding = controlId(`finding-${glassId}`)
  return html`<form method="post" action="/glass/${glassId}/review" class="fields">${tokenField(visit)}
<p class="field"><label for="${finding}">${speech.text('glass.finding')}</label>
<span class="hint" id="${finding}-hint">${speech.text('glass.findingHint')}</span>
<textarea id="${finding}" name="finding" rows="2" maxlength="1000" dir="auto" required aria-describedby="${finding}-hint"></textarea></p>
<p class="send"><button>${speech.text('glass.review')}</button></p></form>`
}

function breakForm(visit: OfficerVisit, { draft }: Given): Html {
  const { speech, kernel, officer } = visit
  const [role, minutes, reason] = [controlId('role'), controlId('minutes'), controlId('reason')]
  const chosen = draft?.get('role')
  return html`<section class="card danger" aria-labelledby="break"><h2 id="break">${speech.text('glass.break')}</h2>
<form method="post" action="/glass/break" class="fields">${tokenField(visit)}
<p class="field"><label for="${role}">${speech.text('glass.take')}</label>
<select id="${role}" name="role">${rolesToTake(kernel, officer.actor).map(
    (one) =>
      html`<option value="${one}"${one === chosen && html` selected`}>${roleLabel(visit, one)}</option>`,
  )}</select></p>
<p class="field"><label for="${minutes}">${speech.text('glass.minutes')}</label>
<input id="${minutes}" name="minutes" type="number" inputmode="numeric" min="1" max="${mostMinutes}" value="${draft?.get('minutes') ?? '30'}" class="short" required></p>
<p class="field"><label for="${reason}">${speech.text('glass.why')}</label>
<span class="hint" id="${reason}-hint">${speech.text('glass.whyHint')}</span>
<textarea id="${reason}" name="reason" rows="3" minlength="20" maxlength="1000" dir="auto" required aria-describedby="${reason}-hint">${draft?.get('reason')}</textarea></p>
<p class="send"><button>${speech.text('glass.break')}</button></p></form></section>`
}
