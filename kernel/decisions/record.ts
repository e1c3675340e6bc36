import { hash } from 'node:crypto'
import type { DecisionRow } from './store.ts'

const hex = (bytes: Uint8Array) => `"${Buffer.from(bytes).toString('hex')}"`

/**
 * What the log commits to for a decision: everything the decision says. Reasons are canonical already and enter by their text;
 * sealed reasons enter by whose key seals them and the digest of the sealed bytes.
 *
 * Canonical by construction (RFC 8785), names in order, as the record of a case is; `JSON.stringify` writes texts and numbers as
 * RFC 8785 asks.
 */
export function decisionRecord(row: DecisionRow, holderId: string | null): string {
  const modelDigest = row.modelDigest === null ? 'null' : hex(row.modelDigest)
  const policyDigest = row.policyDigest === null ? '' : `"policyDigest":${hex(row.policyDigest)},`
  const holder = row.sealed === null ? '' : `,"holder":${JSON.stringify(holderId)}`
  const sealed = row.sealed === null ? '' : `,"sealed":"${hash('sha256', row.sealed, 'hex')}"`
  return (
    `{"decision":{"application":"${row.applicationId}","applicationDigest":${hex(row.applicationDigest)},` +
    `"case":"${row.caseId}","decidedAt":"${row.decidedAt.toISOString()}","decision":"${row.decisionId}",` +
    `"modelDigest":${modelDigest},${policyDigest}"recommendation":${JSON.stringify(row.recommendation)},"review":"${row.review}",` +
    `"reviewRole":${JSON.stringify(row.reviewRole)},"round":${row.round},"score":${JSON.stringify(row.score)}}` +
    `${holder},"reasons":${row.reasons}${sealed}}`
  )
}
