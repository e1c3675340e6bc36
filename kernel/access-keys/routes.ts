import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { Purpose } from '../registers/purpose.ts'
import { issueKey, keyIdOf, keysOf, revokeKey, type UsedKeyRow } from './access-keys.ts'

const KeyReply = z.strictObject({
  /** SHA-256 of the key, in hexadecimal digits: what the log names it by. */
  keyId: z.string(),
  label: z.string(),
  roles: z.array(z.string()),
  applicationId: z.string().nullable(),
  purposes: z.array(Purpose).nullable(),
  addresses: z.array(z.string()).nullable(),
  createdAt: z.iso.datetime(),
  expiresAt: z.iso.datetime(),
  revokedAt: z.iso.datetime().nullable(),
  /** To the minute. */
  usedAt: z.iso.datetime().nullable(),
})

export const keyReply = (row: UsedKeyRow): z.infer<typeof KeyReply> => ({
  keyId: keyIdOf(row.keyHash),
  label: row.label,
  roles: row.roles,
  applicationId: row.applicationId,
  purposes: row.purposes,
  addresses: row.addresses,
  createdAt: row.createdAt.toISOString(),
  expiresAt: row.expiresAt.toISOString(),
  revokedAt: row.revokedAt?.toISOString() ?? null,
  usedAt: row.usedAt?.toISOString() ?? null,
})

const listRoute = operation({
  id: 'keys.list',
  method: 'GET',
  path: '/v1/keys',
  summary: 'Keys of connected systems, newest first, the revoked and expired ones included',
  scope: 'key.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ keys: z.array(KeyReply) }) },
  refusals: [],
  async handle(kernel, { actor }) {
    return { status: 200, body: { keys: (await keysOf(kernel, actor)).map(keyReply) } }
  },
})

const issueRoute = operation({
  id: 'keys.issue',
  method: 'POST',
  path: '/v1/keys',
  summary: 'Issues a key; the reply shows it this once',
  scope: 'key.manage',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({
    label: z.string().max(200),
    roles: z.array(z.string().max(80)).max(20).default(['machine']),
    applicationId: z.string().max(40).optional(),
    purposes: z.array(z.string().max(40)).max(40).optional(),
    addresses: z.array(z.string().max(80)).max(100).optional(),
    expiresAt: z.iso.datetime(),
  }),
  reply: { status: 201, schema: z.strictObject({ key: z.string() }) },
  refusals: [
    'access.proof_stale',
    'access.role_unknown',
    'application.not_installed',
    'duty.person_needed',
    'key.address_invalid',
    'key.addresses_many',
    'key.label_invalid',
    'key.lifetime_invalid',
    'key.purpose_unknown',
  ],
  async handle(kernel, { actor, body }) {
    const { applicationId, expiresAt, ...given } = body
    const key = await issueKey(kernel, actor, { ...given, applicationId, expiresAt: new Date(expiresAt) })
    return { status: 201, body: { key } }
  },
})

const revokeRoute = operation({
  id: 'keys.revoke',
  method: 'POST',
  path: '/v1/keys/{keyId}/revoke',
  summary: 'Revokes a key: at once at this server, within a second at others',
  scope: 'key.manage',
  params: z.strictObject({ keyId: z.string().max(64) }),
  query: z.strictObject({}),
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({ keyId: z.string(), revokedAt: z.iso.datetime().nullable() }),
  },
  refusals: ['duty.person_needed', 'key.not_found'],
  async handle(kernel, { actor, params }) {
    const { keyId } = params
    const { revokedAt } = await revokeKey(kernel, actor, keyId)
    return { status: 200, body: { keyId, revokedAt: revokedAt?.toISOString() ?? null } }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, issueRoute, revokeRoute]
