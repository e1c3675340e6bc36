/** What the API says of an outcome. */
import { z } from 'zod'
import { visiblePayload } from '../cases/open.ts'
import { visibleOutcome } from '../operation.ts'
import type { OutcomeRow } from './outcomes.ts'

export const OutcomeReply = z.strictObject({
  outcomeId: z.uuid(),
  caseId: z.uuid(),
  revision: z.number().int(),
  payload: visibleOutcome,
  sealed: z.boolean().describe('Whether sealed fields are left out of the payload'),
  recordedBy: z.string(),
  recordedAt: z.iso.datetime(),
})
export type OutcomeReply = z.infer<typeof OutcomeReply>

/** @param secrets sealed fields by outcome, where they were opened */
export function outcomeReply(
  row: OutcomeRow,
  secrets: ReadonlyMap<string, string> = new Map(),
): OutcomeReply {
  const secret = secrets.get(row.outcomeId)
  return {
    outcomeId: row.outcomeId,
    caseId: row.caseId,
    revision: row.revision,
    payload: visiblePayload(row, secret),
    sealed: row.sealed !== null && secret === undefined,
    recordedBy: row.recordedBy,
    recordedAt: row.recordedAt.toISOString(),
  }
}
