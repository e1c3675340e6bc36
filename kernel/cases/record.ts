import { canonicalJson } from '../canonical.ts'
import type { CaseRow } from './store.ts'

/** What the log commits to when a case is opened: whose it is, what was submitted (by digest) and where it came from. */
export function caseRecord(
  row: Pick<
    CaseRow,
    'caseId' | 'applicationId' | 'reference' | 'occurredOn' | 'payloadDigest' | 'source' | 'openedAt'
  >,
): string {
  return canonicalJson({
    application: row.applicationId,
    case: row.caseId,
    occurredOn: row.occurredOn,
    openedAt: row.openedAt.toISOString(),
    payloadDigest: Buffer.from(row.payloadDigest).toString('hex'),
    reference: row.reference,
    source: row.source,
  })
}
