/** What can be proposed at this platform: a list, as the jobs are. */
import { promotion } from '../kernel/models/promotion.ts'
import { replacement } from '../kernel/policy/replace.ts'
import type { ProposalKind, ProposalKinds } from '../kernel/proposals/kinds.ts'
import { issuerProposal, issuerRemoval, ruleProposal } from '../kernel/sign-in/proposals.ts'

const kinds: readonly ProposalKind[] = [promotion, replacement, ruleProposal, issuerProposal, issuerRemoval]

export const proposalKinds: ProposalKinds = new Map(kinds.map((kind) => [kind.kind, kind]))
