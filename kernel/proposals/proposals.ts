/**
 * Proposals: what one person proposes and another approves. Approving does it, in one transaction with the entries of the
 * log; nothing is done by half, and nothing twice.
 */

import { requireScope } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { breakForApproval } from '../break-glass/alone.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { personOf } from '../duties/persons.ts'
import { requireAnother } from '../duties/separation.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import { append, type Recorded } from '../log/log.ts'
import { requireFresh } from '../sign-in/fresh.ts'
import type { ProposalKind, ProposingKernel } from './kinds.ts'
import { kindNamed, type Proposal, proposalNamed, readBody, shown, stateOf } from './shown.ts'
import { type Ending, insertEnding, insertProposal, proposalById, type StoredProposal } from './store.ts'

export { isWaitingFor, type Proposal, proposalNamed, proposalStates, proposalsOf } from './shown.ts'

const lifeMs = 14 * 86_400_000

export interface NewProposal {
  readonly kind: string
  readonly body: unknown
}

/**
 * Proposes. Somebody else has 14 days to approve it.
 *
 * @throws Refusal `duty.person_needed`, `proposal.kind_unknown`, `proposal.body_invalid`, `access.scope_missing`, and
 *   what the kind checks
 */
export async function propose(kernel: ProposingKernel, actor: Actor, given: NewProposal): Promise<Proposal> {
  const ready = await prepare(kernel, actor, given)
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const proposalId = await insert(tx, actor, { ...ready, at })
    return shown(kernel, await tx.one(proposalById, [tx.institutionId, proposalId]))
  })
}

interface ReadyProposal {
  readonly kind: ProposalKind
  readonly body: unknown
}

async function prepare(kernel: ProposingKernel, actor: Actor, given: NewProposal): Promise<ReadyProposal> {
  personOf(actor)
  const kind = kindNamed(kernel, given.kind)
  requireScope(actor, kind.propose)
  const body = readBody(kind, given.body)
  await kind.check?.(kernel, actor, body)
  return { kind, body }
}

async function insert(
  tx: Transaction,
  actor: Actor,
  { kind, body, at }: ReadyProposal & { readonly at: Date },
): Promise<string> {
  const row = {
    proposalId: newId(),
    kind: kind.kind,
    body: canonicalJson(body),
    proposedBy: personOf(actor),
    proposedAt: at,
    expiresAt: new Date(at.getTime() + lifeMs),
  }
  await tx.run(insertProposal, [
    tx.institutionId,
    row.proposalId,
    row.kind,
    row.body,
    row.proposedBy,
    row.proposedAt,
    row.expiresAt,
  ])
  await append(tx, { actor: actor.name, at }, [
    { kind: 'proposal.made', caseId: null, recordId: row.proposalId, record: proposalRecord(row) },
  ])
  return row.proposalId
}

/** What the log commits to when something is proposed. */
function proposalRecord(
  row: Pick<StoredProposal, 'proposalId' | 'kind' | 'body' | 'proposedBy' | 'proposedAt' | 'expiresAt'>,
): string {
  return canonicalJson({
    body: row.body,
    expiresAt: row.expiresAt.toISOString(),
    kind: row.kind,
    proposal: row.proposalId,
    proposedAt: row.proposedAt.toISOString(),
    proposedBy: row.proposedBy,
  })
}

/**
 * Approves a proposal of somebody else, and does what it says. Of several at once, one does it.
 *
 * @throws Refusal `proposal.not_found`, `duty.person_needed`, `proposal.own`, `proposal.not_open`,
 *   `access.scope_missing`, `access.proof_stale`, and what the kind refuses, `proposal.outdated` among it
 */
export async function approve(kernel: ProposingKernel, actor: Actor, proposalId: string): Promise<Proposal> {
  requireFresh(kernel, actor)
  const ready = await prepareApproval(kernel, actor, proposalId)
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const row = await openProposal(tx, { proposalId, at })
    await requireAnother(tx, 'approval', { first: row.proposedBy, second: personOf(actor) })
    return carryOut(tx, kernel, { ...ready, actor, row, glass: undefined, at })
  })
}

/**
 * Lets a proposal through without a second person: the operator of an installation where there is none. Loud: it is in the
 * log as break-glass, and every page of auditors says so until one of them has reviewed it.
 *
 * @throws Refusal those of `approve`, `glass.operator_needed`, `glass.reason_short`
 */
export async function approveAlone(
  kernel: ProposingKernel,
  operator: Actor,
  { proposalId, reason }: { readonly proposalId: string; readonly reason: string },
): Promise<Proposal> {
  const ready = await prepareApproval(kernel, operator, proposalId)
  return kernel.db.transaction(operator.institutionId, async (tx) => {
    const at = kernel.clock()
    const row = await openProposal(tx, { proposalId, at })
    const glass = await breakForApproval(tx, operator, { reason, at })
    return carryOut(tx, kernel, { ...ready, actor: operator, row, glass, at })
  })
}

/** Proposes and lets it through in one transaction, as {@link approveAlone} does. */
export async function proposeAlone(
  kernel: ProposingKernel,
  operator: Actor,
  { reason, ...given }: NewProposal & { readonly reason: string },
): Promise<Proposal> {
  const ready = await prepare(kernel, operator, given)
  requireScope(operator, ready.kind.approve)
  return kernel.db.transaction(operator.institutionId, async (tx) => {
    const at = kernel.clock()
    const proposalId = await insert(tx, operator, { ...ready, at })
    const row = await openProposal(tx, { proposalId, at })
    const glass = await breakForApproval(tx, operator, { reason, at })
    return carryOut(tx, kernel, { ...ready, actor: operator, row, glass, at })
  })
}

async function prepareApproval(
  kernel: ProposingKernel,
  actor: Actor,
  proposalId: string,
): Promise<ReadyProposal> {
  personOf(actor)
  const { kind: name, body: text } = await proposalNamed(kernel, actor, proposalId)
  const kind = kindNamed(kernel, name)
  requireScope(actor, kind.approve)
  const body = readBody(kind, JSON.parse(text))
  await kind.check?.(kernel, actor, body)
  return { kind, body }
}

/** @throws Refusal `proposal.not_found`, `proposal.not_open` */
async function openProposal(
  tx: Transaction,
  { proposalId, at }: { readonly proposalId: string; readonly at: Date },
): Promise<StoredProposal> {
  const row = await tx.maybe(proposalById, [tx.institutionId, proposalId])
  if (row === undefined) throw new Refusal('proposal.not_found')
  const state = stateOf(row, at)
  if (state !== 'proposed') throw new Refusal('proposal.not_open', { state })
  return row
}

interface CarryingOut extends ReadyProposal {
  readonly actor: Actor
  readonly row: StoredProposal
  /** Break-glass in the place of the second person, and what the log is to record of it. */
  readonly glass: { readonly glassId: string; readonly recorded: Recorded } | undefined
  readonly at: Date
}

async function carryOut(
  tx: Transaction,
  kernel: ProposingKernel,
  { kind, body, actor, row, glass, at }: CarryingOut,
): Promise<Proposal> {
  const ended = await end(tx, actor, {
    row,
    state: 'approved',
    reason: null,
    glassId: glass?.glassId ?? null,
    at,
  })
  const done = await kind.apply(tx, kernel, {
    body,
    proposedBy: row.proposedBy,
    approvedBy: actor.name,
    at,
  })
  const broken = glass === undefined ? [] : [glass.recorded]
  await append(tx, { actor: actor.name, at }, [...broken, ended, ...done])
  return shown(kernel, await tx.one(proposalById, [tx.institutionId, row.proposalId]))
}

interface EndingGiven {
  readonly row: StoredProposal
  readonly state: Ending
  readonly reason: string | null
  readonly glassId: string | null
  readonly at: Date
}

/** Ends a proposal; whoever comes second waits for the first and is refused. */
async function end(tx: Transaction, actor: Actor, given: EndingGiven): Promise<Recorded> {
  const { row, state, reason, glassId, at } = given
  const { proposalId } = row
  const endedBy = personOf(actor)
  const values = [tx.institutionId, proposalId, state, endedBy, at, reason, glassId]
  if ((await tx.run(insertEnding, values)) === 0) {
    const now = await tx.one(proposalById, [tx.institutionId, proposalId])
    throw new Refusal('proposal.not_open', { state: stateOf(now, at) })
  }
  const record = canonicalJson({
    endedAt: at.toISOString(),
    endedBy,
    glass: glassId,
    proposal: proposalId,
    reason,
    state,
  })
  return { kind: `proposal.${state}`, caseId: null, recordId: proposalId, record }
}

/**
 * Rejects a proposal, with a reason.
 *
 * @throws Refusal `proposal.not_found`, `proposal.not_open`, `proposal.own`, `duty.person_needed`,
 *   `proposal.reason_missing`, `access.scope_missing`
 */
export async function reject(
  kernel: ProposingKernel,
  actor: Actor,
  { proposalId, reason }: { readonly proposalId: string; readonly reason: string },
): Promise<Proposal> {
  personOf(actor)
  const { kind } = await proposalNamed(kernel, actor, proposalId)
  requireScope(actor, kindNamed(kernel, kind).approve)
  if (reason.trim() === '') throw new Refusal('proposal.reason_missing')
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const row = await openProposal(tx, { proposalId, at })
    await requireAnother(tx, 'approval', { first: row.proposedBy, second: personOf(actor) })
    return close(tx, kernel, { actor, row, state: 'rejected', reason: reason.trim(), glassId: null, at })
  })
}

/**
 * Takes a proposal of one's own back.
 *
 * @throws Refusal `proposal.not_found`, `proposal.not_open`, `proposal.not_own`, `duty.person_needed`
 */
export async function withdraw(kernel: ProposingKernel, actor: Actor, proposalId: string): Promise<Proposal> {
  const person = personOf(actor)
  return kernel.db.transaction(actor.institutionId, async (tx) => {
    const at = kernel.clock()
    const row = await openProposal(tx, { proposalId, at })
    if (row.proposedBy !== person) throw new Refusal('proposal.not_own')
    return close(tx, kernel, { actor, row, state: 'withdrawn', reason: null, glassId: null, at })
  })
}

async function close(
  tx: Transaction,
  kernel: ProposingKernel,
  { actor, ...given }: EndingGiven & { readonly actor: Actor },
): Promise<Proposal> {
  await append(tx, { actor: actor.name, at: given.at }, [await end(tx, actor, given)])
  return shown(kernel, await tx.one(proposalById, [tx.institutionId, given.row.proposalId]))
}
