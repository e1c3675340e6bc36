/** What the API says of a case. */
import { z } from 'zod'
import { DecisionReply, decisionReply } from '../decisions/replies.ts'
import { LogKind } from '../log/kinds.ts'
import type { LogEntry } from '../log/log.ts'
import { applicationCase } from '../operation.ts'
import type { CaseFile, CaseRow } from './cases.ts'
import { CaseState } from './states.ts'

export const CaseReply = z.strictObject({
  caseId: z.uuid(),
  applicationId: z.string(),
  reference: z.string(),
  state: CaseState,
  version: z.number().int(),
  occurredOn: z.iso.date(),
  payload: applicationCase,
  reviewRole: z.string().nullable(),
  openedAt: z.iso.datetime(),
  changedAt: z.iso.datetime(),
})
export type CaseReply = z.infer<typeof CaseReply>

export const HistoryReply = z.strictObject({
  kind: LogKind,
  actor: z.string(),
  recordedAt: z.iso.datetime(),
  entryId: z.uuid(),
  commitment: z.string(),
})

export const CaseFileReply = CaseReply.extend({
  decision: DecisionReply.nullable(),
  history: z.array(HistoryReply),
})
export type CaseFileReply = z.infer<typeof CaseFileReply>

export function caseReply(row: CaseRow): CaseReply {
  return {
    caseId: row.caseId,
    applicationId: row.applicationId,
    reference: row.reference,
    state: row.state,
    version: row.version,
    occurredOn: row.occurredOn,
    payload: JSON.parse(row.payload),
    reviewRole: row.reviewRole,
    openedAt: row.openedAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
  }
}

const historyReply = ({ kind, actor, recordedAt, entryId, commitment }: LogEntry) => ({
  kind,
  actor,
  recordedAt: recordedAt.toISOString(),
  entryId,
  commitment: Buffer.from(commitment).toString('hex'),
})

export function caseFileReply({ row, decision, history }: CaseFile): CaseFileReply {
  return {
    ...caseReply(row),
    decision: decision === undefined ? null : decisionReply(decision),
    history: history.map(historyReply),
  }
}
