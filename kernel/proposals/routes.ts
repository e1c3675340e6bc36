import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import {
  approve,
  type Proposal,
  proposalNamed,
  proposalStates,
  proposalsOf,
  propose,
  reject,
  withdraw,
} from './proposals.ts'

const Texts = z.strictObject({ en: z.string(), ur: z.string() })

export const ProposalReply = z.strictObject({
  proposalId: z.uuid(),
  kind: z.string(),
  state: z.enum(proposalStates),
  title: Texts,
  description: Texts,
  /** As the kind's schema reads it. */
  body: z.unknown(),
  proposedBy: z.string(),
  proposedAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  endedBy: z.string().nullable(),
  endedAt: z.iso.datetime().nullable(),
  reason: z.string().nullable(),
  /** Break-glass that took the place of the second person. */
  glassId: z.uuid().nullable(),
})

export const proposalReply = (one: Proposal): z.infer<typeof ProposalReply> => ({
  proposalId: one.proposalId,
  kind: one.kind,
  state: one.state,
  title: one.title,
  description: one.description,
  body: JSON.parse(one.body),
  proposedBy: one.proposedBy,
  proposedAt: one.proposedAt.toISOString(),
  expiresAt: one.expiresAt.toISOString(),
  endedBy: one.endedBy,
  endedAt: one.endedAt?.toISOString() ?? null,
  reason: one.reason,
  glassId: one.glassId,
})

const cursors = cursorsOf('proposals', z.uuid())
const named = z.strictObject({ proposalId: z.uuid() })

const listRoute = operation({
  id: 'proposals.list',
  method: 'GET',
  path: '/v1/proposals',
  summary: 'Proposals, newest first',
  scope: 'proposal.read',
  params: z.strictObject({}),
  query: z.strictObject({ ...pageQuery, open: z.enum(['true', 'false']).optional() }),
  body: undefined,
  reply: { status: 200, schema: pageOf(ProposalReply) },
  refusals: ['duty.person_needed', 'request.cursor_invalid'],
  async handle(kernel, { actor, query }) {
    const isOpen = query.open === 'true'
    const within = String(isOpen)
    const after = query.cursor === undefined ? undefined : cursors.read(query.cursor, within)
    const found = await proposalsOf(kernel, actor, { isOpen, after, size: query.limit + 1 })
    const positionOf = ({ proposalId }: Proposal) => proposalId
    const { items, next } = page(found, query.limit, { cursors, within, positionOf })
    return { status: 200, body: { items: items.map(proposalReply), next } }
  },
})

const showRoute = operation({
  id: 'proposals.show',
  method: 'GET',
  path: '/v1/proposals/{proposalId}',
  summary: 'A proposal',
  scope: 'proposal.read',
  params: named,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: ProposalReply },
  refusals: ['duty.person_needed', 'proposal.not_found'],
  async handle(kernel, { actor, params }) {
    return { status: 200, body: proposalReply(await proposalNamed(kernel, actor, params.proposalId)) }
  },
})

const proposeRoute = operation({
  id: 'proposals.propose',
  method: 'POST',
  path: '/v1/proposals',
  summary: 'Proposes what another person is to approve',
  scope: 'proposal.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({ kind: z.string().max(60), body: z.unknown() }),
  reply: { status: 201, schema: ProposalReply },
  refusals: [
    'access.role_unknown',
    'access.scope_missing',
    'backend.not_found',
    'issuer.backend_unfit',
    'issuer.not_found',
    'issuer.url_invalid',
    'model.artefact_damaged',
    'model.live_already',
    'model.not_found',
    'proposal.body_invalid',
    'proposal.kind_unknown',
    'proposal.outdated',
    'duty.person_needed',
  ],
  async handle(kernel, { actor, body }) {
    const made = await propose(kernel, actor, { kind: body.kind, body: body.body })
    return { status: 201, body: proposalReply(made), location: `/v1/proposals/${made.proposalId}` }
  },
})

const approveRoute = operation({
  id: 'proposals.approve',
  method: 'POST',
  path: '/v1/proposals/{proposalId}/approve',
  summary: 'Approves a proposal of somebody else and does what it says',
  scope: 'proposal.read',
  params: named,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: ProposalReply },
  refusals: [
    'access.proof_stale',
    'access.role_unknown',
    'access.scope_missing',
    'backend.not_found',
    'issuer.backend_unfit',
    'issuer.exists',
    'issuer.not_found',
    'issuer.url_invalid',
    'model.artefact_damaged',
    'model.live_already',
    'model.not_found',
    'proposal.not_found',
    'proposal.not_open',
    'proposal.outdated',
    'proposal.own',
    'duty.person_needed',
  ],
  async handle(kernel, { actor, params }) {
    return { status: 200, body: proposalReply(await approve(kernel, actor, params.proposalId)) }
  },
})

const rejectRoute = operation({
  id: 'proposals.reject',
  method: 'POST',
  path: '/v1/proposals/{proposalId}/reject',
  summary: 'Rejects a proposal of somebody else, with a reason',
  scope: 'proposal.read',
  params: named,
  query: z.strictObject({}),
  body: z.strictObject({ reason: z.string().max(1_000) }),
  reply: { status: 200, schema: ProposalReply },
  refusals: [
    'access.scope_missing',
    'proposal.not_found',
    'proposal.not_open',
    'proposal.own',
    'duty.person_needed',
    'proposal.reason_missing',
  ],
  async handle(kernel, { actor, params, body }) {
    const { reason } = body
    const ended = await reject(kernel, actor, { proposalId: params.proposalId, reason })
    return { status: 200, body: proposalReply(ended) }
  },
})

const withdrawRoute = operation({
  id: 'proposals.withdraw',
  method: 'POST',
  path: '/v1/proposals/{proposalId}/withdraw',
  summary: 'Takes a proposal of your own back',
  scope: 'proposal.read',
  params: named,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: ProposalReply },
  refusals: ['proposal.not_found', 'proposal.not_open', 'proposal.not_own', 'duty.person_needed'],
  async handle(kernel, { actor, params }) {
    return { status: 200, body: proposalReply(await withdraw(kernel, actor, params.proposalId)) }
  },
})

export const operations: readonly AnyOperation[] = [
  listRoute,
  showRoute,
  proposeRoute,
  approveRoute,
  rejectRoute,
  withdrawRoute,
]
