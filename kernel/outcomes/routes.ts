import { z } from 'zod'
import { getCase } from '../cases/cases.ts'
import { type AnyOperation, applicationOutcome, operation } from '../operation.ts'
import { type OutcomeRow, outcomesOf, recordOutcome } from './outcomes.ts'

const CaseParams = z.strictObject({ caseId: z.uuid() })

const OutcomeReply = z.strictObject({
  outcomeId: z.uuid(),
  caseId: z.uuid(),
  revision: z.number().int(),
  payload: applicationOutcome,
  recordedBy: z.string(),
  recordedAt: z.iso.datetime(),
})
const OutcomesReply = z.strictObject({ outcomes: z.array(OutcomeReply) })

const reply = (row: OutcomeRow): z.infer<typeof OutcomeReply> => ({
  outcomeId: row.outcomeId,
  caseId: row.caseId,
  revision: row.revision,
  payload: JSON.parse(row.payload),
  recordedBy: row.recordedBy,
  recordedAt: row.recordedAt.toISOString(),
})

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
  refusals: ['case.not_found', 'case.version_stale', 'outcome.invalid', 'application.not_installed'],
  async handle(kernel, { actor, params, body, ifMatch }) {
    const given = { caseId: params.caseId, version: ifMatch, outcome: body }
    const { version, outcomes } = await recordOutcome(kernel, actor, given)
    return { status: 200, body: { outcomes: outcomes.map(reply) }, version }
  },
})

const listRoute = operation({
  id: 'outcomes.list',
  method: 'GET',
  path: '/v1/cases/{caseId}/outcome',
  summary: 'Every revision of the outcome of a case, oldest first',
  scope: 'case.read',
  params: CaseParams,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: OutcomesReply },
  refusals: ['case.not_found'],
  async handle(kernel, { actor, params }) {
    await getCase(kernel, actor, params.caseId)
    const outcomes = await outcomesOf(kernel, actor, params.caseId)
    return { status: 200, body: { outcomes: outcomes.map(reply) } }
  },
})

export const operations: readonly AnyOperation[] = [recordRoute, listRoute]
