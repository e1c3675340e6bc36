/** What left for a backend under another law. */
import type { Classification } from '@khudi/sdk'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import { append } from '../log/log.ts'
import { insertTransfer } from './store.ts'

export interface Transfer {
  readonly backendId: string
  readonly backendVersion: number
  readonly classification: Classification
  readonly purpose: string
  readonly role: string | undefined
  readonly isRedacted: boolean
}

/** Records a transfer that is about to be made; commit before anything is sent. */
export async function recordTransfer(tx: Transaction, at: Date, transfer: Transfer): Promise<void> {
  const { backendId, backendVersion, classification, purpose, role = null, isRedacted } = transfer
  const transferId = newId()
  const row = [tx.institutionId, transferId, backendId, backendVersion, classification, purpose, role]
  await tx.run(insertTransfer, [...row, isRedacted, at])
  const record = canonicalJson({
    backend: backendId,
    backendVersion,
    classification,
    isRedacted,
    purpose,
    role,
    transferId,
    transferredAt: at.toISOString(),
  })
  await append(tx, { actor: role === null ? 'platform' : `role:${role}`, at }, [
    { kind: 'transfer.made', caseId: null, recordId: transferId, record },
  ])
}
