import { canonicalJson } from '../canonical.ts'
import type { DecisionRow } from './store.ts'

const hex = (bytes: Uint8Array | null) => (bytes === null ? null : Buffer.from(bytes).toString('hex'))

/**
 * What the log commits to for a decision: canonical JSON of everything the decision says. `reasons` is canonical already
 * and enters by its text, so that nothing is parsed again.
 */
export function decisionRecord(row: DecisionRow): string {
  const rest = canonicalJson({
    application: row.applicationId,
    applicationDigest: hex(row.applicationDigest),
    case: row.caseId,
    decidedAt: row.decidedAt.toISOString(),
    decision: row.decisionId,
    modelDigest: hex(row.modelDigest),
    recommendation: row.recommendation,
    review: row.review,
    reviewRole: row.reviewRole,
    round: row.round,
    score: row.score,
  })
  return `{"decision":${rest},"reasons":${row.reasons}}`
}
