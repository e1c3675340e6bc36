import { z } from 'zod'
import { getCase } from '../cases/cases.ts'
import { purposeQuery, reveal } from '../cases/open.ts'
import { type AnyOperation, applicationOutcome, operation } from '../operation.ts'
import { outcomesOf, recordOutcome } from './outcomes.ts'
import { OutcomeReply, outcomeReply } from './replies.ts'

const CaseParams = z.strictObject({ caseId: z.uuid() })

const OutcomesReply = z.strictObject({ outcomes: z.array(OutcomeReply) })

const recordRoute = operation({
  id: 'outcomes.record',
  method: 'PUT',
  path: '/v1/cases/{caseId}/outcome',
  summary: 'Records what turned out to be true of a case; a correction is a further revision',
  scope: 'outcome.record',
  params: CaseParams,
  query: z.strictObject({}),
  body: applicationOutcome,
  reply: { status: 200, schema: OutcomesReply },
  editsVersion: true,
  refusals: [
    'case.not_found',
    'case.version_stale',
    'outcome.invalid',
    'application.not_installed',
    'case.person_erased',
  ],
  async handle(kernel, { actor, params, body, ifMatch }) {
    const given = { caseId: params.caseId, version: ifMatch, outcome: body }
    const { version, outcomes } = await recordOutcome(kernel, actor, given)
    return { status: 200, body: { outcomes: outcomes.map((row) => outcomeReply(row)) }, version }
  },
})

const listRoute = operation({
  id: 'outcomes.list',
  method: 'GET',
  path: '/v1/cases/{caseId}/outcome',
  summary: 'Every revision of the outcome of a case, oldest first',
  scope: 'case.read',
  params: CaseParams,
  query: z.strictObject(purposeQuery),
  body: undefined,
  reply: { status: 200, schema: OutcomesReply },
  refusals: [
    'case.not_found',
    'policy.refused',
    'policy.unavailable',
    'right.restricted',
    'vault.purpose_forbidden',
  ],
  async handle(kernel, { actor, params, query }) {
    const { row } = await getCase(kernel, actor, params.caseId)
    const outcomes = await outcomesOf(kernel, actor, params.caseId)
    const { secrets } = await reveal(kernel, actor, { row, outcomes, purpose: query.purpose })
    return { status: 200, body: { outcomes: outcomes.map((one) => outcomeReply(one, secrets)) } }
  },
})

export const operations: readonly AnyOperation[] = [recordRoute, listRoute]
