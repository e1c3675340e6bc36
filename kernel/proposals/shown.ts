/** Proposals as they are read: what each says, and how it stands. */
import type { BilingualText } from '@khudi/sdk'
import { type Actor, holds } from '../access/roles.ts'
import { personOf } from '../duties/persons.ts'
import { Refusal } from '../errors.ts'
import type { ProposalKind, ProposingKernel } from './kinds.ts'
import { listProposals, proposalById, type StoredProposal } from './store.ts'

export const proposalStates = ['proposed', 'approved', 'rejected', 'withdrawn', 'expired'] as const
type ProposalState = (typeof proposalStates)[number]

export interface Proposal extends Omit<StoredProposal, 'ending'> {
  readonly state: ProposalState
  readonly title: BilingualText
  /** What it says, in a sentence. */
  readonly description: BilingualText
  /** The scope that whoever approves or rejects it must hold. */
  readonly approve: ProposalKind['approve']
}

/** @throws Refusal `proposal.kind_unknown` */
export function kindNamed(
  { proposalKinds }: Pick<ProposingKernel, 'proposalKinds'>,
  kind: string,
): ProposalKind {
  const found = proposalKinds.get(kind)
  if (found === undefined)
    throw new Refusal('proposal.kind_unknown', {
      kind: kind.slice(0, 60),
      known: [...proposalKinds.keys()].join(', '),
    })
  return found
}

/** What the kind reads in a body. @throws Refusal `proposal.body_invalid` */
export function readBody(kind: ProposalKind, body: unknown): unknown {
  const read = kind.body.safeParse(body)
  if (read.success) return read.data
  const problem = read.error.issues[0]
  const field = problem?.path.join('.') ?? ''
  throw new Refusal('proposal.body_invalid', { kind: kind.kind, field }, { cause: read.error })
}

/** @throws Refusal `proposal.not_found`, `duty.person_needed` */
export async function proposalNamed(
  kernel: ProposingKernel,
  actor: Actor,
  proposalId: string,
): Promise<Proposal> {
  // What is proposed may be about any application, to one of which a key may be bound.
  personOf(actor)
  const row = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.maybe(proposalById, [actor.institutionId, proposalId]),
    { isReadOnly: true },
  )
  if (row === undefined) throw new Refusal('proposal.not_found')
  return shown(kernel, row)
}

interface ProposalsWanted {
  /** Only those that can still be approved. */
  readonly isOpen: boolean
  readonly after: string | undefined
  readonly size: number
}

/** Proposals, newest first. @throws Refusal `duty.person_needed` */
export async function proposalsOf(
  kernel: ProposingKernel,
  actor: Actor,
  { isOpen, after, size }: ProposalsWanted,
): Promise<readonly Proposal[]> {
  personOf(actor)
  const openAt = isOpen ? kernel.clock() : null
  const rows = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.rows(listProposals, [actor.institutionId, after, openAt, size]),
    { isReadOnly: true },
  )
  return rows.map((row) => shown(kernel, row))
}

/** Whether the actor could be the one who approves: somebody else proposed it and they hold the scope. */
export function isWaitingFor(proposal: Proposal, actor: Actor): boolean {
  return proposal.state === 'proposed' && proposal.proposedBy !== actor.name && holds(actor, proposal.approve)
}

export function stateOf({ ending, expiresAt }: StoredProposal, at: Date): ProposalState {
  return ending ?? (expiresAt <= at ? 'expired' : 'proposed')
}

export function shown(kernel: ProposingKernel, { ending, ...row }: StoredProposal): Proposal {
  const kind = kindNamed(kernel, row.kind)
  return {
    ...row,
    state: stateOf({ ...row, ending }, kernel.clock()),
    title: kind.title,
    description: kind.describe(readBody(kind, JSON.parse(row.body))),
    approve: kind.approve,
  }
}
