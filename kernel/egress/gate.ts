/** Asks register and policy whether something may go to a backend, at this moment. */
import type { Installation, StandingBackend } from '../backends/backend.ts'
import { type Standing, standingIn } from '../backends/reading.ts'
import type { Database, Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Policies, PolicyRequest } from '../policy/policy.ts'
import type { Admitted, Outgoing } from './egress.ts'

export interface GateOptions {
  readonly db: Database
  readonly clock: () => Date
  readonly installation: Installation
  readonly policies: Pick<Policies, 'require'>
}

export interface Passed extends Admitted {
  readonly backend: StandingBackend
}

/** Backends as they stand in the transaction. */
export function look(
  { installation, clock }: Pick<GateOptions, 'installation' | 'clock'>,
  tx: Transaction,
  backendIds: readonly string[],
): Promise<Standing> {
  return standingIn(tx, { installation, now: clock() }, backendIds)
}

/**
 * Nothing is remembered here: a backend that was withdrawn, amended or has expired a moment ago is what it is now.
 *
 * @param seen what the caller has just read, in the transaction that the answer is for
 * @throws Refusal `backend.not_found`, `backend.withdrawn`, `backend.classification_unmeant`, `policy.refused`,
 *   `policy.unavailable`
 */
export async function pass(gate: GateOptions, outgoing: Outgoing, seen?: Standing): Promise<Passed> {
  const { institutionId, backendId, classification } = outgoing
  const read = (tx: Transaction) => look(gate, tx, [backendId])
  const standing = seen ?? (await gate.db.transaction(institutionId, read, { isReadOnly: true }))
  const backend = standing.get(backendId)
  if (backend === undefined) throw new Refusal('backend.not_found')
  if (backend.isWithdrawn) throw new Refusal('backend.withdrawn', { backend: backendId })
  if (!backend.classifications.includes(classification))
    throw new Refusal('backend.classification_unmeant', { backend: backendId, classification })
  const { policyDigest } = await gate.policies.require(institutionId, requestOf(outgoing, backend))
  return {
    backend,
    backendId,
    backendVersion: backend.version,
    isForeign: backend.jurisdiction === 'foreign',
    keyHolder: backend.keyHolder,
    policyDigest: Buffer.from(policyDigest).toString('hex'),
  }
}

function requestOf(outgoing: Outgoing, backend: StandingBackend): PolicyRequest {
  const { classification, purpose, isRedacted, role, applicationId = '' } = outgoing
  const { legalBasis = 'law', consent = 'not_needed', isObjected = false } = outgoing
  const { kind, jurisdiction, keyHolder } = backend
  return {
    principal: role === undefined ? { kind: 'job', roles: [] } : { kind: 'person', roles: [role] },
    action: jurisdiction === 'foreign' ? 'transfer' : 'process',
    resource: { classification, applicationId, backend: { kind, jurisdiction, keyHolder } },
    context: { purpose, legalBasis, isRedacted, consent, isObjected },
  }
}
