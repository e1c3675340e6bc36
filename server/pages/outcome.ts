/** Recording what turned out to be true of a case, by a form made from the application's schema of outcomes. */
import { type Application, protectionPlan } from '@khudi/sdk'
import { visiblePayload } from '../../kernel/cases/open.ts'
import { Refusal } from '../../kernel/errors.ts'
import { recordOutcome } from '../../kernel/outcomes/outcomes.ts'
import { applicationTitle, type CaseFile, caseFileOf } from './case-file.ts'
import { type Draft, versionOf } from './forms/draft.ts'
import { fieldTree } from './forms/fields.ts'
import { type Given, given, titleOf } from './forms/problems.ts'
import { recordForm } from './forms/record-form.ts'
import { draftOfRecord, recordOf, reshaped } from './forms/typed-record.ts'
import { type Answer, type Page, redirection } from './page.ts'
import type { FormRoute } from './routes.ts'
import { sealNotice } from './sealed.ts'
import { html, isolated } from './text/html.ts'
import type { OfficerVisit } from './visit.ts'

export const outcomeRoute: FormRoute = {
  id: 'page.outcome',
  path: '/cases/:caseId/outcome',
  scope: 'outcome.record',
  show: (visit, { caseId = '' }, about) => show(visit, caseId, about),
  act: (visit, { caseId = '' }, draft) => save(visit, caseId, draft),
}

/** A correction begins with what is recorded, so what is sealed of it is opened for that; a form that was sent has it all. */
async function show(visit: OfficerVisit, caseId: string, about: Given): Promise<Page> {
  const file = await caseFileOf(visit, { caseId, by: 'outcome.record' }, ({ outcomes }) =>
    about.draft === undefined && (outcomes.at(-1)?.sealed ?? null) !== null ? 'correction' : undefined,
  )
  const { row, outcomes, purpose, unsealed } = file
  const { speech } = visit
  const { outcome, classification } = applicationOf(file)
  const last = outcomes.at(-1)
  const title = speech.text(last === undefined ? 'outcome.record' : 'outcome.correct')
  const main = html`${purpose !== undefined && sealNotice(visit, file, about)}
${recordForm(visit, {
  schema: outcome,
  plan: protectionPlan(outcome, classification),
  action: `/cases/${row.caseId}/outcome`,
  given: about,
  ...(last === undefined
    ? {}
    : {
        start: draftOfRecord(fieldTree(outcome), visiblePayload(last, unsealed.secrets.get(last.outcomeId))),
      }),
  hidden: html`<input type="hidden" name="_version" value="${row.version}">`,
  button: 'outcome.send',
  title,
  about: html`${applicationTitle(visit, row.applicationId)} · <a href="/cases/${row.caseId}">${isolated(row.reference)}</a>`,
})}
<p><a href="/cases/${row.caseId}">${speech.text('form.back')}</a></p>`
  return { kind: 'page', title: titleOf(visit, `${title} – ${row.reference}`, about), main }
}

function applicationOf({ application, row }: CaseFile): Application {
  if (application === undefined)
    throw new Refusal('application.not_installed', { application: row.applicationId })
  return application
}

async function save(visit: OfficerVisit, caseId: string, draft: Draft): Promise<Answer> {
  const changed = reshaped(draft)
  if (changed !== undefined) return show(visit, caseId, given(changed))
  const file = await caseFileOf(visit, { caseId, by: 'outcome.record' })
  const outcome = recordOf(fieldTree(applicationOf(file).outcome), draft)
  const version = versionOf(draft)
  if (version === undefined) throw new Refusal('case.version_stale')
  await recordOutcome(visit.kernel, visit.officer.actor, { caseId, version, outcome })
  return redirection(`/cases/${caseId}?done=outcome`)
}
