/**
 * A process of its own that appends entries as deciding cases does: two entries a case, so many cases a transaction. Prints
 * when each transaction was committed. Parameters: one JSON object.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { everywhere } from '../../kernel/access/roles.ts'
import { canonicalJson } from '../../kernel/canonical.ts'
import { externalCluster } from '../../kernel/db/cluster.ts'
import { Database } from '../../kernel/db/database.ts'
import { append, type Recorded } from '../../kernel/log/log.ts'
import { AppenderParameters } from './appender-messages.ts'

const { url, institutionId, entries, entriesPerTransaction, rate, connections } = AppenderParameters.parse(
  JSON.parse(process.argv[2] ?? ''),
)
const db = new Database({ cluster: externalCluster(url, Buffer.alloc(32)), connections })
const committedAtMs: number[] = []
const transactions = Math.ceil(entries / entriesPerTransaction)
const startedAt = performance.now()
let next = 0

async function work(): Promise<void> {
  while (next < transactions) {
    const transaction = next++
    const dueAt = rate === undefined ? 0 : startedAt + (transaction * entriesPerTransaction * 1000) / rate
    if (dueAt > performance.now()) await sleep(dueAt - performance.now())
    const recorded = recordsOf(transaction)
    await db.transaction(
      institutionId,
      (tx) => append(tx, { actor: 'key:bench', at: new Date() }, recorded),
      { units: everywhere },
    )
    committedAtMs[transaction] = performance.timeOrigin + performance.now()
  }
}

/** Of a customs declaration in size; the number of the transaction stands in place of the recorded row. */
function recordsOf(transaction: number): Recorded[] {
  const record = canonicalJson({
    application: 'customs',
    reference: 'KHI-2026-123456',
    payload: 'x'.repeat(300),
  })
  return Array.from({ length: entriesPerTransaction }, (_, index) => ({
    kind: index % 2 === 0 ? 'case.opened' : 'decision.made',
    caseId: crypto.randomUUID(),
    recordId: String(transaction),
    record,
    said: index % 2 === 0 ? null : 'release',
  }))
}

await Promise.all(Array.from({ length: connections }, work))
await db.close()
console.log(JSON.stringify({ committedAtMs, seconds: (performance.now() - startedAt) / 1000 }))
