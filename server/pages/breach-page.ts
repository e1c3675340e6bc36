/** One breach: how it stands, the forms that go on with it, and its notice to the authority, to be printed in both languages. */
import { directionOf, languages } from '@khudi/sdk'
import { z } from 'zod'
import {
  assessBreach,
  type Breach,
  BreachRisk,
  getBreach,
  informPersons,
  notifyAuthority,
} from '../../kernel/breaches/breaches.ts'
import { Refusal } from '../../kernel/errors.ts'
import { hoursLeft } from './breach-list.ts'
import { dutyChoice, dutyField, instantOf, labelsOf, missing } from './duty-fields.ts'
import { type Draft, versionOf } from './forms/draft.ts'
import { type Given, given, nothingGiven, problemNotice, titleOf } from './forms/problems.ts'
import { type Answer, type Page, redirection, tokenField } from './page.ts'
import type { FormRoute, PageRoute, Params } from './routes.ts'
import { timeZone } from './text/format.ts'
import { type Html, html, isolated } from './text/html.ts'
import type { Word } from './text/words.ts'
import { inLanguage, institutionTitle, type OfficerVisit } from './visit.ts'

const scope = 'breach.manage'

export const breachRoute: PageRoute = {
  id: 'page.breach',
  path: '/breaches/:breachId',
  scope,
  show: (visit, params) => show(visit, params, nothingGiven),
}

export const assessBreachRoute: FormRoute = {
  id: 'page.assess_breach',
  path: '/breaches/:breachId/assessment',
  scope,
  show: (visit, params, about) => show(visit, params, about),
  async act(visit, params, draft) {
    const seen = seenIn(params, draft)
    const risk = BreachRisk.safeParse(draft.get('risk')).data
    const why = draft.get('why')?.trim() ?? ''
    if (risk === undefined) return refused(visit, params, { draft, names: ['risk'] })
    if (why === '') return refused(visit, params, { draft, names: ['why'] })
    await assessBreach(visit.kernel, visit.officer.actor, { ...seen, risk, why })
    return redirection(`/breaches/${seen.breachId}`)
  },
}

export const notifyBreachRoute: FormRoute = {
  id: 'page.notify_breach',
  path: '/breaches/:breachId/authority',
  scope,
  show: (visit, params, about) => show(visit, params, about),
  async act(visit, params, draft) {
    const seen = seenIn(params, draft)
    const typed = (name: string) => draft.get(name)?.trim() ?? ''
    const notifiedAt = instantOf(typed('notifiedAt'), timeZone)
    const names = [
      ...['authority', 'reference'].filter((name) => typed(name) === ''),
      ...(notifiedAt === undefined ? ['notifiedAt'] : []),
    ]
    if (notifiedAt === undefined || names.length > 0) return refused(visit, params, { draft, names })
    const notice = { authority: typed('authority'), reference: typed('reference'), notifiedAt }
    const lateReason = typed('lateReason') || null
    await notifyAuthority(visit.kernel, visit.officer.actor, { ...seen, ...notice, lateReason })
    return redirection(`/breaches/${seen.breachId}`)
  },
}

export const informBreachRoute: FormRoute = {
  id: 'page.inform_breach',
  path: '/breaches/:breachId/persons',
  scope,
  show: (visit, params, about) => show(visit, params, about),
  async act(visit, params, draft) {
    const seen = seenIn(params, draft)
    const typed = (name: string) => draft.get(name)?.trim() ?? ''
    const persons = typed('informed') === '' ? '0' : typed('informed')
    if (!/^\d{1,9}$/.test(persons)) return refused(visit, params, { draft, names: ['informed'] })
    const said = { persons: Number(persons), how: typed('how') || null, whyNot: typed('whyNot') || null }
    await informPersons(visit.kernel, visit.officer.actor, { ...seen, ...said })
    return redirection(`/breaches/${seen.breachId}`)
  },
}

async function refused(
  visit: OfficerVisit,
  params: Params,
  { draft, names }: { readonly draft: Draft; readonly names: readonly string[] },
): Promise<Answer> {
  return { ...(await show(visit, params, given(draft, { problems: names.map(missing) }))), status: 422 }
}

/** @throws Refusal `breach.not_found`, also for what is no identifier at all */
function breachIdOf({ breachId = '' }: Params): string {
  if (!z.uuid().safeParse(breachId).success) throw new Refusal('breach.not_found')
  return breachId
}

function seenIn(params: Params, draft: Draft) {
  const version = versionOf(draft)
  if (version === undefined) throw new Refusal('right.version_stale')
  return { breachId: breachIdOf(params), version }
}

const labels = {
  risk: 'breach.risk',
  why: 'breach.why',
  authority: 'breach.authority',
  reference: 'breach.reference',
  notifiedAt: 'breach.notifiedAt',
  informed: 'breach.informed',
} as const satisfies Record<string, Word>

async function show(visit: OfficerVisit, params: Params, about: Given): Promise<Page> {
  const { kernel, officer, speech } = visit
  const breach = await getBreach(kernel, officer.actor, breachIdOf(params))
  const { breachId, assessed, notified, informed } = breach
  const title = speech.text('breach.title')
  const main = html`${problemNotice(visit, about, labelsOf(visit, labels))}
<p class="over"><a href="/breaches">${speech.text('breaches.title')}</a></p>
<h1>${title} <span class="tag state">${speech.text(`breach.stage.${breach.stage}`)}</span></h1>
<p>${speech.text('breach.due')} <time datetime="${breach.dueAt.toISOString()}">${visit.formats.instant(breach.dueAt)}</time>: ${hoursLeft(visit, breach)}</p>
${account(visit, breach)}
<p><a class="button" href="/breaches/${breachId}/notice">${speech.text('breach.notice')}</a></p>
${notified === null && breach.closedAt === null && assessForm(visit, breach, about)}
${assessed !== null && notified === null && breach.closedAt === null && notifyForm(visit, breach, about)}
${assessed !== null && informed === null && informForm(visit, breach, about)}`
  return { kind: 'page', title: titleOf(visit, title, about), main, width: 'read' }
}

/** Everything that was recorded of a breach so far. */
function account(visit: OfficerVisit, breach: Breach): Html {
  const { speech, formats } = visit
  const { text } = speech
  const { assessed, notified, informed } = breach
  const wide = (label: Word, value: string | Html) =>
    html`<div class="wide"><dt>${text(label)}</dt><dd>${value}</dd></div>
`
  const instant = (at: string) => html`<time datetime="${at}">${formats.instant(new Date(at))}</time>`
  const prose = (value: string) => html`<span class="typed">${isolated(value)}</span>`
  return html`<section class="card"><dl class="facts">
${wide('breach.what', prose(breach.what))}
<div><dt>${text('breach.found')}</dt><dd>${instant(breach.foundAt)}</dd></div>
<div><dt>${text('breach.happened')}</dt><dd>${breach.happenedAt === null ? text('breach.notKnown') : instant(breach.happenedAt)}</dd></div>
${wide('breach.consequences', prose(breach.consequences))}
${wide('breach.measures', prose(breach.measures))}
${assessed !== null && wide('breach.risk', html`${text(`breach.risk.${assessed.risk}`)}: ${prose(assessed.why)}`)}
${notified !== null && wide('breach.authority', html`${isolated(notified.authority)}, ${instant(notified.notifiedAt)}, ${isolated(notified.reference)}`)}
${notified !== null && notified.lateReason !== null && wide('breach.lateReason', prose(notified.lateReason))}
${informed !== null && wide('breach.informed', html`<bdi class="figure">${formats.number(informed.persons)}</bdi>${informed.how !== null && html`, ${prose(informed.how)}`}`)}
${informed !== null && informed.whyNot !== null && wide('breach.whyNot', prose(informed.whyNot))}
</dl>
<div class="scroll"><table class="counts"><thead><tr><th scope="col">${text('breach.category')}</th><th scope="col">${text('breach.persons')}</th><th scope="col">${text('breach.records')}</th></tr></thead>
<tbody>${breach.cells.map(
    ({ category, persons, records }) =>
      html`<tr><th scope="row">${isolated(category)}</th><td><bdi class="figure">${formats.number(persons)}</bdi></td><td><bdi class="figure">${formats.number(records)}</bdi></td></tr>
`,
  )}</tbody></table></div></section>`
}

function formOf(
  visit: OfficerVisit,
  { breachId, version }: Breach,
  form: { readonly to: string; readonly title: Word; readonly fields: readonly Html[] },
): Html {
  const { speech } = visit
  const { to, title, fields } = form
  return html`<section class="card decide" aria-labelledby="${to}"><h2 id="${to}">${speech.text(title)}</h2>
<form method="post" action="/breaches/${breachId}/${to}" class="fields">${tokenField(visit)}<input type="hidden" name="_version" value="${version}">
${fields}<p class="send"><button class="main">${speech.text('breach.record')}</button></p></form></section>`
}

const wordOfRisk = (risk: BreachRisk): Word => `breach.risk.${risk}`

function assessForm(visit: OfficerVisit, breach: Breach, about: Given): Html {
  const risks = { name: 'risk', legend: 'breach.risk', options: BreachRisk.options } as const
  return formOf(visit, breach, {
    to: 'assessment',
    title: 'breach.assess',
    fields: [
      dutyChoice(visit, about, { ...risks, labelOf: wordOfRisk }),
      dutyField(visit, about, { name: 'why', label: 'breach.why', type: 'area', isRequired: true }),
    ],
  })
}

function notifyForm(visit: OfficerVisit, breach: Breach, about: Given): Html {
  return formOf(visit, breach, {
    to: 'authority',
    title: 'breach.notify',
    fields: [
      dutyField(visit, about, { name: 'authority', label: 'breach.authority', isRequired: true }),
      dutyField(visit, about, { name: 'reference', label: 'breach.reference', isRequired: true }),
      dutyField(visit, about, {
        name: 'notifiedAt',
        label: 'breach.notifiedAt',
        type: 'datetime-local',
        isRequired: true,
      }),
      dutyField(visit, about, { name: 'lateReason', label: 'breach.lateReason', type: 'area' }),
    ],
  })
}

function informForm(visit: OfficerVisit, breach: Breach, about: Given): Html {
  return formOf(visit, breach, {
    to: 'persons',
    title: 'breach.inform',
    fields: [
      dutyField(visit, about, { name: 'informed', label: 'breach.informed', type: 'number' }),
      dutyField(visit, about, { name: 'how', label: 'breach.how' }),
      dutyField(visit, about, { name: 'whyNot', label: 'breach.whyNot', type: 'area' }),
    ],
  })
}

/** The notice: both languages one after the other, the reader's own first. */
export const breachNoticeRoute: PageRoute = {
  id: 'page.breach_notice',
  path: '/breaches/:breachId/notice',
  scope,
  async show(visit, params) {
    const { kernel, officer, language, speech } = visit
    const breach = await getBreach(kernel, officer.actor, breachIdOf(params))
    const order = languages.toSorted((a, b) => Number(b === language) - Number(a === language))
    const title = speech.text('breach.noticeTitle')
    const main = html`${order.map((one, at) => {
      const reader = inLanguage(visit, one)
      const heading = html`${reader.speech.text('breach.noticeTitle')}`
      return html`<div lang="${one}" dir="${directionOf(one)}">${at === 0 ? html`<h1>${heading}</h1>` : html`<h2>${heading}</h2>`}
<dl class="facts"><div class="wide"><dt>${reader.speech.text('breach.from')}</dt><dd>${isolated(institutionTitle(officer.institution, one))}</dd></div>
<div class="wide"><dt>${reader.speech.text('breach.number')}</dt><dd><code class="digest" dir="ltr">${breach.breachId}</code></dd></div></dl>
${account(reader, breach)}</div>
`
    })}`
    return { kind: 'page', title, main, width: 'read' }
  },
}
