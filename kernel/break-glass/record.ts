/** What is recorded when the glass is broken. */
import { canonicalJson } from '../canonical.ts'
import { Refusal } from '../errors.ts'
import type { Recorded } from '../log/log.ts'
import type { GlassRow } from './store.ts'

export type { GlassRow } from './store.ts'

const leastReason = 20
const mostReason = 1_000

/** The reason, trimmed. @throws Refusal `glass.reason_short` */
export function requireReason(given: string): string {
  const reason = given.trim()
  if (reason.length < leastReason || reason.length > mostReason)
    throw new Refusal('glass.reason_short', { least: leastReason, most: mostReason })
  return reason
}

export function glassRecord(row: GlassRow): Recorded {
  const record = canonicalJson({
    brokenAt: row.brokenAt.toISOString(),
    brokenBy: row.brokenBy,
    endsAt: row.endsAt.toISOString(),
    glass: row.glassId,
    reason: row.reason,
    role: row.role,
  })
  return { kind: 'glass.broken', caseId: null, recordId: row.glassId, record }
}
