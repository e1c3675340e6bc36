/** Break-glass in the place of the second person, where an installation has none. */
import type { Actor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Recorded } from '../log/log.ts'
import { type GlassRow, glassRecord, requireReason } from './record.ts'
import { insertGlass } from './store.ts'

/**
 * Breaks the glass for one approval, in its transaction; it lasts no longer than that. Answers its identifier and what the log
 * is to record of it.
 *
 * @throws Refusal `glass.operator_needed` for anybody but the operator at the command line, `glass.reason_short`
 */
export async function breakForApproval(
  tx: Transaction,
  actor: Actor,
  { reason, at }: { readonly reason: string; readonly at: Date },
): Promise<{ readonly glassId: string; readonly recorded: Recorded }> {
  if (!actor.name.startsWith('operator:')) throw new Refusal('glass.operator_needed')
  const row: GlassRow = {
    glassId: newId(),
    brokenBy: actor.name,
    role: null,
    reason: requireReason(reason),
    brokenAt: at,
    endsAt: at,
  }
  await tx.run(insertGlass, [
    tx.institutionId,
    row.glassId,
    row.brokenBy,
    row.role,
    row.reason,
    row.brokenAt,
    row.endsAt,
  ])
  return { glassId: row.glassId, recorded: glassRecord(row) }
}
