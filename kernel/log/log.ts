/**
 * The log of what was done. An entry commits in the same transaction as what it records, or neither does.
 *
 * First form: entries are salted commitments in a table that may only be added to. Ordering into a Merkle tree, signing
 * and receipts build on these rows.
 */
import { randomFillSync } from 'node:crypto'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import type { LogKind } from './kinds.ts'
import { entriesOfCase, insertEntries, type LogEntry } from './store.ts'

export type { LogEntry } from './store.ts'

/** What an entry records. */
export interface Recorded {
  readonly kind: LogKind
  readonly caseId: string | null
  readonly recordId: string
  /** Canonical JSON of the record; only its salted digest is kept here, the record itself stays in its own table. */
  readonly record: string
}

const saltBytes = 16

/** SHA-256(salt ‖ kind ‖ 0x0A ‖ canonical JSON of the record). Without the salt a short record could be guessed. */
export function commitmentTo(salt: Uint8Array, kind: LogKind, record: string): Buffer {
  return sha256(Buffer.concat([salt, Buffer.from(`${kind}\n${record}`)]))
}

/** Who did what is recorded, and when. */
export interface Act {
  readonly actor: string
  readonly at: Date
}

/** Appends entries in the transaction of what they record. One statement for any number. */
export async function append(
  tx: Transaction,
  { actor, at }: Act,
  recorded: readonly Recorded[],
): Promise<void> {
  if (recorded.length === 0) return
  const salts = randomFillSync(Buffer.allocUnsafe(saltBytes * recorded.length))
  const saltOf = (index: number) => salts.subarray(index * saltBytes, (index + 1) * saltBytes)
  await tx.run(insertEntries, [
    tx.institutionId,
    recorded.map(() => newId()),
    recorded.map(({ kind }) => kind),
    recorded.map(({ caseId }) => caseId),
    recorded.map(({ recordId }) => recordId),
    actor,
    recorded.map((_, index) => saltOf(index)),
    recorded.map(({ kind, record }, index) => commitmentTo(saltOf(index), kind, record)),
    at,
  ])
}

/** Whether an entry commits to this record. */
export function commitsTo(entry: LogEntry, record: unknown): boolean {
  return commitmentTo(entry.salt, entry.kind, canonicalJson(record)).equals(entry.commitment)
}

/** The entries about one case, oldest first: its history. */
export async function historyOf(tx: Transaction, caseId: string): Promise<readonly LogEntry[]> {
  return tx.rows(entriesOfCase, [tx.institutionId, caseId])
}
