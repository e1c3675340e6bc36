import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { policyVersions } from './versions.ts'

const Digest = z.string().regex(/^[0-9a-f]{64}$/)
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const showRoute = operation({
  id: 'policies.show',
  method: 'GET',
  path: '/v1/policies',
  summary: 'The policies in force, each with what it says',
  scope: 'system.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({
      version: z.number().int(),
      digest: Digest.describe('SHA-256 of the canonical JSON of the files; decisions name it'),
      policies: z.array(
        z.strictObject({
          id: z.string(),
          effect: z.enum(['permit', 'forbid']),
          sentence: BilingualText,
          file: z.string(),
          line: z.number().int(),
        }),
      ),
      files: z.array(z.strictObject({ name: z.string(), text: z.string() })),
    }),
  },
  refusals: ['policy.unavailable'],
  async handle(kernel, { actor }) {
    const { version, digest, policies, files } = await kernel.policies.inForce(actor.institutionId)
    const body = {
      version,
      digest: hex(digest),
      policies: policies.map(({ id, effect, sentence, at }) => ({
        id,
        effect,
        sentence,
        file: at.file,
        line: at.line,
      })),
      files: files.map((file) => ({ ...file })),
    }
    return { status: 200, body }
  },
})

const versionsRoute = operation({
  id: 'policies.versions',
  method: 'GET',
  path: '/v1/policies/versions',
  summary: 'Every version of the policies, newest first: the first of the list is in force',
  scope: 'system.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: {
    status: 200,
    schema: z.strictObject({
      versions: z.array(
        z.strictObject({
          version: z.number().int(),
          digest: Digest,
          proposedBy: z.string(),
          approvedBy: z.string().nullable(),
          setAt: z.iso.datetime(),
        }),
      ),
    }),
  },
  refusals: [],
  async handle(kernel, { actor }) {
    const rows = await policyVersions(kernel.db, actor.institutionId)
    const versions = rows.map(({ version, digest, proposedBy, approvedBy, setAt }) => ({
      version,
      digest: hex(digest),
      proposedBy,
      approvedBy,
      setAt: setAt.toISOString(),
    }))
    return { status: 200, body: { versions } }
  },
})

export const operations: readonly AnyOperation[] = [showRoute, versionsRoute]
