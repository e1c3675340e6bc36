/** Receipts of a case, to be handed to whom it is about: a QR code for paper, a file for everything else. */
import { Refusal } from '../../kernel/errors.ts'
import { type ReceiptEntry, receiptsOf } from '../../kernel/log/receipts.ts'
import { applicationTitle, caseFileOf, recommendationLabel } from './case-file.ts'
import type { PageRoute } from './routes.ts'
import { type Html, html, isolated } from './text/html.ts'
import { logKinds } from './text/words.ts'
import type { OfficerVisit } from './visit.ts'

export const receiptsRoute: PageRoute = {
  id: 'page.receipts',
  path: '/cases/:caseId/receipts',
  scope: 'case.read',
  async show(visit, { caseId = '' }) {
    const { kernel, officer, speech } = visit
    const file = await caseFileOf(visit, caseId)
    const receipts = await receiptsOf(kernel, officer.actor, caseId).catch((error: unknown) => {
      if (error instanceof Refusal && error.code === 'log.keys_none') return undefined
      throw error
    })
    const title = speech.text('receipts.title')
    const entries = receipts?.entries ?? []
    const main = html`<p class="over">${applicationTitle(visit, file.row.applicationId)}</p>
<h1>${title} <a href="/cases/${caseId}">${isolated(file.row.reference)}</a></h1>
<p>${speech.text('receipts.explained')}</p>
${entries.length === 0 && html`<p class="hint">${speech.text('receipts.none')}</p>`}
${entries.map((entry) => receipt(visit, entry, { caseId, application: file.application }))}
${receipts !== undefined && entries.length > 0 && policy(visit, receipts)}`
    return { kind: 'page', title: `${title} – ${file.row.reference}`, main, width: 'read' }
  },
}

function receipt(
  visit: OfficerVisit,
  { entry, state }: ReceiptEntry,
  {
    caseId,
    application,
  }: Pick<Awaited<ReturnType<typeof caseFileOf>>, 'application'> & {
    readonly caseId: string
  },
): Html {
  const { speech, formats } = visit
  const said = entry.said === '' ? undefined : recommendationLabel(visit, application, entry.said)
  const address = `/v1/cases/${caseId}/receipts/${entry.entryIndex}`
  return html`<section class="card receipt">
<div><h2>${speech.of(logKinds[entry.kind])}${said && html`: ${said}`}</h2>
<p><time datetime="${entry.recordedAt.toISOString()}">${formats.instant(entry.recordedAt)}</time></p>
${
  state === 'ready'
    ? html`<p class="hint">${speech.sentence('history.place', {
        index: html`<bdi class="figure">${formats.number(entry.entryIndex ?? 0)}</bdi>`,
      })}</p>
<p><a class="button" href="${address}" download>${speech.text('receipts.download')}</a></p>`
    : html`<p class="hint">${speech.text(`receipts.${state}`)}</p>`
}</div>
${state === 'ready' && html`<img src="${address}/qr" alt="${speech.text('receipts.qr')}" width="320" height="320">`}
</section>`
}

/** What the receipts are to be checked by, for whoever checks them without asking us. */
function policy(
  { speech }: OfficerVisit,
  { policy: text, statement }: Awaited<ReturnType<typeof receiptsOf>>,
): Html {
  const [needed = '0', all = '0'] = statement.split('/')
  const sentence =
    all === '0'
      ? speech.text('receipts.noWitness')
      : speech.sentence('receipts.witnesses', { needed: isolated(needed), all: isolated(all) })
  return html`<section aria-labelledby="policy"><h2 id="policy">${speech.text('receipts.policy')}</h2>
<p>${sentence} <a href="/verify">${speech.text('receipts.check')}</a></p>
<pre class="policy" dir="ltr">${text}</pre></section>`
}
