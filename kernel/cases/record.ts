import { hash } from 'node:crypto'
import type { CaseRow } from './store.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

/**
 * What the log commits to when a case is opened: what was submitted (by digest) and where it came from. Where something is
 * sealed, whose key seals it, the sealed bytes and the open part enter by themselves too: `payloadDigest` is then a keyed
 * one, which an auditor without the key cannot recompute. Its unit enters where it has one.
 *
 * Canonical by construction (RFC 8785), names in order: written for every case that comes in, and a canonicaliser that looks
 * for the order anew takes four times as long.
 */
export function caseRecord(
  row: Pick<
    CaseRow,
    | 'caseId'
    | 'applicationId'
    | 'reference'
    | 'occurredOn'
    | 'payload'
    | 'sealed'
    | 'payloadDigest'
    | 'holderId'
    | 'unitId'
    | 'source'
    | 'openedAt'
  >,
): string {
  const { payload, sealed, unitId } = row
  const holder = sealed === null ? '' : `"holder":"${row.holderId}",`
  const open = sealed === null ? '' : `"payload":"${hash('sha256', payload, 'hex')}",`
  const closed = sealed === null ? '' : `"sealed":"${hash('sha256', sealed, 'hex')}",`
  const unit = unitId === null ? '' : `,"unit":"${unitId}"`
  return (
    `{"application":"${row.applicationId}","case":"${row.caseId}",${holder}"occurredOn":"${row.occurredOn}",` +
    `"openedAt":"${row.openedAt.toISOString()}",${open}"payloadDigest":"${hex(row.payloadDigest)}",` +
    `"reference":${JSON.stringify(row.reference)},${closed}"source":"${row.source}"${unit}}`
  )
}
