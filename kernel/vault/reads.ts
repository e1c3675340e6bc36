/** Reads of sealed data: recorded and committed before anything is opened, so that none goes unseen. */
import { type Actor, type Holder, holds } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Recorded } from '../log/log.ts'
import { type Purpose, purposes } from '../registers/purposes.ts'
import { insertRead, type ReadRow } from './store.ts'

export type { ReadRow } from './store.ts'

/** What is about to be opened. */
export interface Reading {
  /** Whose data; null for a batch of several people's. */
  readonly holderId: string | null
  /** Null where everything held on the person is opened, and for a batch. */
  readonly caseId: string | null
  readonly applicationId: string | null
  /** How many cases. */
  readonly cases: number
  /** The reader's office, never the reader: the person concerned sees it. */
  readonly role: string
  readonly purpose: Purpose
  readonly at: Date
}

/**
 * Records a read; returns what the log is to record of it, for the same transaction.
 *
 * @throws Refusal `vault.purpose_forbidden` where the actor does not hold the scope that the purpose needs
 */
export async function recordRead(
  tx: Transaction,
  actor: Holder & Pick<Actor, 'glass'>,
  { at, ...given }: Reading,
): Promise<Recorded> {
  const { scope } = purposes[given.purpose]
  if (!holds(actor, scope)) throw new Refusal('vault.purpose_forbidden', { purpose: given.purpose, scope })
  const row: ReadRow = { readId: newId(), ...given, readAt: at, glassId: actor.glass ?? null }
  await tx.run(insertRead, [
    tx.institutionId,
    row.readId,
    row.holderId,
    row.caseId,
    row.applicationId,
    row.cases,
    row.role,
    row.purpose,
    row.readAt,
    row.glassId,
  ])
  return { kind: 'access.read', caseId: row.caseId, recordId: row.readId, record: readRecord(row) }
}

/** What the log commits to when sealed data is opened. */
export function readRecord(row: ReadRow): string {
  return canonicalJson({
    application: row.applicationId,
    case: row.caseId,
    cases: row.cases,
    ...(row.glassId !== null && { glass: row.glassId }),
    holder: row.holderId,
    purpose: row.purpose,
    read: row.readId,
    readAt: row.readAt.toISOString(),
    role: row.role,
  })
}
