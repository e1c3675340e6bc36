import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { propose } from '../proposals/proposals.ts'
import { ProposalReply, proposalReply } from '../proposals/routes.ts'
import { resetFactors } from './factors.ts'
import { issuersOf, NewIssuer, sealClientSecret } from './issuers.ts'
import { issuerProposal } from './proposals.ts'
import { secondFactorOf } from './rules.ts'

const IssuerReply = z.strictObject({
  issuerId: z.uuid(),
  issuer: z.string(),
  title: BilingualText,
  backendId: z.string(),
  isFactorTrusted: z.boolean(),
  rules: NewIssuer.shape.rules,
  addedAt: z.iso.datetime(),
})

const showRoute = operation({
  id: 'sign_in.show',
  method: 'GET',
  path: '/v1/sign-in',
  summary: 'How people sign in: whether a second factor is required, and with which issuers',
  scope: 'account.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({
      secondFactor: z.enum(['required', 'optional']),
      issuers: z.array(IssuerReply),
    }),
  },
  refusals: [],
  async handle(kernel, { actor: { institutionId } }) {
    const issuers = await issuersOf(kernel, institutionId)
    return {
      status: 200,
      body: {
        secondFactor: await secondFactorOf(kernel, institutionId),
        issuers: issuers.map(({ clientId: _, addedAt, ...issuer }) => ({
          ...issuer,
          addedAt: addedAt.toISOString(),
        })),
      },
    }
  },
})

const proposeIssuerRoute = operation({
  id: 'issuers.propose',
  method: 'POST',
  path: '/v1/sign-in/issuers',
  summary: 'Proposes an issuer for another person to approve; the client’s secret is sealed at once',
  scope: 'account.manage',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({ issuer: NewIssuer, secret: z.string().min(1).max(1_000).nullable() }),
  reply: { status: 201, schema: ProposalReply },
  refusals: [
    'access.role_unknown',
    'backend.not_found',
    'duty.person_needed',
    'issuer.backend_unfit',
    'issuer.url_invalid',
  ],
  async handle(kernel, { actor, body: { issuer, secret } }) {
    const about = { issuer: issuer.issuer, secret: secret ?? '' }
    const sealed = secret === null ? null : await sealClientSecret(kernel, actor.institutionId, about)
    const body = { issuer, sealedSecret: sealed?.toString('hex') ?? null }
    const made = await propose(kernel, actor, { kind: issuerProposal.kind, body })
    return { status: 201, body: proposalReply(made), location: `/v1/proposals/${made.proposalId}` }
  },
})

const resetRoute = operation({
  id: 'accounts.reset_factors',
  method: 'POST',
  path: '/v1/accounts/{accountId}/reset-factors',
  summary: 'Takes the second factors of somebody else’s account away and ends its sessions',
  scope: 'account.manage',
  params: z.strictObject({ accountId: z.uuid() }),
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ accountId: z.uuid() }) },
  refusals: ['access.account_own', 'access.account_unknown', 'access.proof_stale'],
  async handle(kernel, { actor, params }) {
    await resetFactors(kernel, actor, params.accountId)
    return { status: 200, body: params }
  },
})

export const operations: readonly AnyOperation[] = [showRoute, proposeIssuerRoute, resetRoute]
