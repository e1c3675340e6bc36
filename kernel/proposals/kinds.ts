/** What can be proposed: data handed in as a list, one object for each kind (server/proposals.ts). */
import type { BilingualText } from '@khudi/sdk'
import type { z } from 'zod'
import type { Actor, Scope } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import type { Recorded } from '../log/log.ts'

/** A proposal that another person has approved, or that was let through under break-glass. */
export interface Approved<Body> {
  readonly body: Body
  /** `account:<uuid>` or `operator:<user of the operating system>`, likewise `approvedBy`. */
  readonly proposedBy: string
  readonly approvedBy: string
  readonly at: Date
}

export interface ProposalKind<Body = unknown> {
  /** Noun and verb, `model.promote`. */
  readonly kind: string
  /**
   * What a proposal of this kind says. It names what it is based on (the live model, the policy in force), so that `apply`
   * can refuse with `proposal.outdated` where that changed meanwhile.
   */
  readonly body: z.ZodType<Body>
  readonly title: BilingualText
  readonly propose: Scope
  readonly approve: Scope
  /** One sentence that an approver understands. */
  describe(body: Body): BilingualText
  /** What can be checked before, and outside of, the transaction; asked when it is proposed and again when it is approved. */
  check?(kernel: Kernel, actor: Actor, body: Body): Promise<void>
  /** Does it, in the transaction that ends the proposal. Returns what the log is to record of it. */
  apply(tx: Transaction, kernel: Kernel, approved: Approved<Body>): Promise<readonly Recorded[]>
}

/** By kind. */
export type ProposalKinds = ReadonlyMap<string, ProposalKind>

/** A kernel that knows what can be proposed. */
export interface ProposingKernel extends Kernel {
  readonly proposalKinds: ProposalKinds
}
