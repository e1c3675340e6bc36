import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import type { Kernel } from '../kernel.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import { type Account, disableAccount, findAccounts, type GrantRow, grantRole, revokeRole } from './grants.ts'
import { roleTitle } from './role-title.ts'

const AccountParams = z.strictObject({ accountId: z.uuid() })
const GrantParams = z.strictObject({ accountId: z.uuid(), grantId: z.uuid() })
const cursors = cursorsOf('accounts', z.string())

const GrantReply = z.strictObject({
  grantId: z.uuid(),
  role: z.string(),
  roleTitle: BilingualText,
  unitId: z
    .uuid()
    .nullable()
    .describe('The unit where it holds, with all below; null for the whole institution'),
  givenAt: z.iso.datetime(),
})

const AccountReply = z.strictObject({
  accountId: z.uuid(),
  username: z.string(),
  language: z.enum(['en', 'ur']),
  createdAt: z.iso.datetime(),
  disabledAt: z.iso.datetime().nullable(),
  grants: z.array(GrantReply).describe('Roles in force'),
})

const grantReply = (kernel: Kernel, row: GrantRow): z.infer<typeof GrantReply> => ({
  grantId: row.grantId,
  role: row.role,
  roleTitle: roleTitle(kernel, row.role),
  unitId: row.unitId,
  givenAt: row.givenAt.toISOString(),
})

const accountReply = (kernel: Kernel, { row, grants }: Account): z.infer<typeof AccountReply> => ({
  accountId: row.accountId,
  username: row.username,
  language: row.language,
  createdAt: row.createdAt.toISOString(),
  disabledAt: row.disabledAt?.toISOString() ?? null,
  grants: grants.map((grant) => grantReply(kernel, grant)),
})

const listRoute = operation({
  id: 'accounts.list',
  method: 'GET',
  path: '/v1/accounts',
  summary: 'Accounts of the institution by user name, with their roles',
  scope: 'account.read',
  params: z.strictObject({}),
  query: z.strictObject(pageQuery),
  body: undefined,
  reply: { status: 200, schema: pageOf(AccountReply) },
  refusals: ['request.cursor_invalid'],
  async handle(kernel, { actor, query }) {
    const after = query.cursor === undefined ? undefined : cursors.read(query.cursor)
    const found = await findAccounts(kernel, actor.institutionId, { after, size: query.limit + 1 })
    const { items, next } = page(found, query.limit, { cursors, positionOf: ({ row }) => row.username })
    return { status: 200, body: { items: items.map((one) => accountReply(kernel, one)), next } }
  },
})

const grantRoute = operation({
  id: 'accounts.grant',
  method: 'POST',
  path: '/v1/accounts/{accountId}/grants',
  summary: 'Grants a role to somebody else’s account, in the whole institution or at a unit',
  scope: 'account.manage',
  params: AccountParams,
  query: z.strictObject({}),
  body: z.strictObject({
    role: z.string().max(100),
    unit: z.string().max(60).nullable().describe('Code of a unit; null for the whole institution'),
  }),
  reply: { status: 201, schema: GrantReply },
  refusals: [
    'access.proof_stale',
    'access.account_disabled',
    'access.account_unknown',
    'access.role_unknown',
    'grant.duties_conflict',
    'grant.exists',
    'grant.own_account',
    'grant.role_not_at_units',
    'unit.closed',
    'unit.unknown',
  ],
  async handle(kernel, { actor, params, body }) {
    const { role, unit } = body
    const row = await grantRole(kernel, actor, { ...params, role, unit: unit ?? undefined })
    return { status: 201, body: grantReply(kernel, row) }
  },
})

const revokeRoute = operation({
  id: 'accounts.revoke',
  method: 'POST',
  path: '/v1/accounts/{accountId}/grants/{grantId}/revoke',
  summary: 'Takes a role back from somebody else’s account',
  scope: 'account.manage',
  params: GrantParams,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ grantId: z.uuid() }) },
  refusals: [
    'access.account_disabled',
    'access.account_unknown',
    'access.proof_stale',
    'grant.not_found',
    'grant.own_account',
  ],
  async handle(kernel, { actor, params }) {
    await revokeRole(kernel, actor, params)
    return { status: 200, body: { grantId: params.grantId } }
  },
})

const disableRoute = operation({
  id: 'accounts.disable',
  method: 'POST',
  path: '/v1/accounts/{accountId}/disable',
  summary: 'Disables somebody else’s account for good and ends its sessions',
  scope: 'account.manage',
  params: AccountParams,
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ accountId: z.uuid() }) },
  refusals: ['access.account_disabled', 'access.account_unknown', 'access.proof_stale', 'grant.own_account'],
  async handle(kernel, { actor, params }) {
    await disableAccount(kernel, actor, params)
    return { status: 200, body: params }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, grantRoute, revokeRoute, disableRoute]
