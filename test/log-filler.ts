/** Entries for a log, and what the log must look like afterwards, computed from the database alone. */
import type pg from 'pg'
import { z } from 'zod'
import type { Database } from '../kernel/db/database.ts'
import { append } from '../kernel/log/log.ts'
import { emptyEdge, grown, leafHashes, rootOfEdge } from '../kernel/log/merkle.ts'

/** Appends so many entries in one transaction, as the product's operations do. */
export function appendEntries(db: Database, institutionId: string, count: number): Promise<void> {
  const recorded = Array.from({ length: count }, (_, index) => ({
    kind: 'outcome.recorded' as const,
    caseId: null,
    recordId: String(index),
    record: '{}',
  }))
  return db.transaction(institutionId, (tx) => append(tx, { actor: 'test', at: new Date() }, recorded))
}

const Placed = z.object({
  entries: z.coerce.number(),
  last: z.coerce.number(),
  commitments: z.instanceof(Buffer),
})

/** Commitments of the log's entries in their order. Throws an Error where an index is missing; none can be there twice. */
export async function placedEntries(owner: pg.ClientBase, institutionId: string): Promise<Buffer> {
  const { rows } = await owner.query(
    `select count(*) as entries, coalesce(max(entry_index), -1) as last,
       coalesce(string_agg(commitment, '' order by entry_index), '') as commitments
     from log_entries where institution_id = $1`,
    [institutionId],
  )
  const { entries, last, commitments } = Placed.parse(rows[0])
  if (last !== entries - 1) throw new Error(`${entries} entries, and the last has index ${last}`)
  return commitments
}

/** Root of the first `size` of such entries. */
export function rootOfEntries(entries: Buffer, size: number): Buffer {
  return rootOfEdge(grown(emptyEdge, leafHashes(entries.subarray(0, size * 32))).edge)
}
