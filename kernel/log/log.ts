/**
 * The log of what was done. An entry commits in the same transaction as what it records, or neither does. It waits in
 * `log_pending` until the sequencer gives it its place; tiles, checkpoints and receipts follow from there.
 */
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import { commitTo } from './committing.ts'
import type { LogKind } from './kinds.ts'
import { commitmentTo, recordDigestOf } from './opening.ts'
import { entriesOfCase, insertEntries, type LogEntry, pendingOfCase } from './store.ts'

export type { LogEntry } from './store.ts'

/** What an entry records. */
export interface Recorded {
  readonly kind: LogKind
  readonly caseId: string | null
  readonly recordId: string
  /** Canonical JSON of the record; only its salted digest is kept here, the record itself stays in its own table. */
  readonly record: string
  /** Code of what was recommended, which the receipt shows; absent where nothing was. */
  readonly said?: string | null
}

/** Who did what is recorded, and when. */
export interface Act {
  readonly actor: string
  readonly at: Date
}

/** Appends entries in the transaction of what they record. One statement for any number. */
export async function append(tx: Transaction, act: Act, recorded: readonly Recorded[]): Promise<void> {
  if (recorded.length === 0) return
  const entryIds = recorded.map(() => newId())
  const { salts, recordDigests, commitments } = commitTo(act, recorded, entryIds)
  await tx.run(insertEntries, [
    tx.institutionId,
    act.actor,
    act.at,
    entryIds,
    recorded.map(({ kind }) => kind),
    recorded.map(({ caseId }) => caseId),
    recorded.map(({ recordId }) => recordId),
    recorded.map(({ said }) => said ?? ''),
    salts,
    recordDigests,
    commitments,
  ])
}

/** Whether an entry commits to this record. */
export function commitsTo(entry: LogEntry, record: unknown): boolean {
  const recordDigest = recordDigestOf({ ...entry, record: canonicalJson(record) })
  return commitmentTo({ ...entry, recordDigest }).equals(entry.commitment)
}

/** The entries about one case, oldest first: its history. */
export async function historyOf(tx: Transaction, caseId: string): Promise<readonly LogEntry[]> {
  // The pending ones first: an entry that is given its place in between is then seen twice rather than not at all.
  const [pending, placed] = await Promise.all([
    tx.rows(pendingOfCase, [tx.institutionId, caseId]),
    tx.rows(entriesOfCase, [tx.institutionId, caseId]),
  ])
  const known = new Set(placed.map(({ entryId }) => entryId))
  const waiting = pending.filter(({ entryId }) => !known.has(entryId))
  return [...placed, ...waiting.map((entry) => ({ ...entry, entryIndex: null }))]
}
