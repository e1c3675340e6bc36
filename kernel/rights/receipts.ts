/** Receipts of a request: proofs for the person of what was done with it, which verify without us. */
import type { Actor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { latestCosigned } from '../log/cosign.ts'
import { historyOf, type LogEntry } from '../log/log.ts'
import { type ReceiptState, receiptOfEntry, stateOf } from '../log/receipts.ts'
import { getRequest, whole } from './requests.ts'

export interface RequestReceipt {
  readonly entry: LogEntry
  readonly state: ReceiptState
  /** The text of a tlog-proof (c2sp.org/tlog-proof); null until it is ready. */
  readonly text: string | null
}

/**
 * One for each step of the request, oldest first. Corrections are among the receipts of their cases.
 *
 * @throws Refusal `access.scope_missing`, `right.request_not_found`
 */
export async function receiptsOfRequest(
  kernel: Kernel,
  actor: Actor,
  requestId: string,
): Promise<readonly RequestReceipt[]> {
  const { institutionId } = actor
  await getRequest(kernel, actor, requestId)
  const read = (tx: Transaction) => historyOf(tx, requestId)
  const history = await kernel.db.transaction(institutionId, read, { isReadOnly: true, ...whole })
  const cosigned = await latestCosigned(kernel, institutionId)
  const steps = history.filter(({ kind }) => kind.startsWith('request.'))
  return Promise.all(
    steps.map(async (entry) => {
      const state = stateOf(entry, cosigned)
      const text = state === 'ready' ? await receiptOfEntry(kernel, institutionId, entry) : null
      return { entry, state, text }
    }),
  )
}
