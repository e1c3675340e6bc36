/** What the API says of a case. */
import { z } from 'zod'
import { DecisionReply, decisionReply } from '../decisions/replies.ts'
import { LogKind } from '../log/kinds.ts'
import type { LogEntry } from '../log/log.ts'
import { visibleCase } from '../operation.ts'
import type { CaseFile, CaseRow } from './cases.ts'
import { type Unsealed, unopened, visiblePayload } from './open.ts'
import { CaseState } from './states.ts'

export const CaseReply = z.strictObject({
  caseId: z.uuid(),
  applicationId: z.string(),
  reference: z.string(),
  state: CaseState,
  version: z.number().int(),
  occurredOn: z.iso.date(),
  payload: visibleCase,
  sealed: z.boolean().describe('Whether sealed fields are left out of the payload'),
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
  index: z.number().int().nullable().describe('Place in the log; null until the sequencer has given it one'),
  commitment: z.string(),
})

export const CaseFileReply = CaseReply.extend({
  erasedAt: z.iso.datetime().nullable().describe('When the personal data was erased'),
  decision: DecisionReply.nullable(),
  history: z.array(HistoryReply),
})
export type CaseFileReply = z.infer<typeof CaseFileReply>

export function caseReply(row: CaseRow, { secrets }: Unsealed = unopened): CaseReply {
  const secret = secrets.get(row.caseId)
  return {
    caseId: row.caseId,
    applicationId: row.applicationId,
    reference: row.reference,
    state: row.state,
    version: row.version,
    occurredOn: row.occurredOn,
    payload: visiblePayload(row, secret),
    sealed: row.sealed !== null && secret === undefined,
    reviewRole: row.reviewRole,
    openedAt: row.openedAt.toISOString(),
    changedAt: row.changedAt.toISOString(),
  }
}

const historyReply = ({ kind, actor, recordedAt, entryId, entryIndex, commitment }: LogEntry) => ({
  kind,
  actor,
  recordedAt: recordedAt.toISOString(),
  entryId,
  index: entryIndex,
  commitment: Buffer.from(commitment).toString('hex'),
})

export function caseFileReply({ row, decision, history }: CaseFile, unsealed: Unsealed): CaseFileReply {
  return {
    ...caseReply(row, unsealed),
    erasedAt: unsealed.erasedAt?.toISOString() ?? null,
    decision: decision === undefined ? null : decisionReply(decision, unsealed.secrets),
    history: history.map(historyReply),
  }
}
