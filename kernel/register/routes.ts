import { BilingualText, legalBasisKinds } from '@khudi/sdk'
import { z } from 'zod'
import type { Kernel } from '../kernel.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { registeredBasis, type SystemRow, systemsOf } from './register.ts'
import { SystemState } from './store.ts'

const SystemReply = z.strictObject({
  applicationId: z.string(),
  /** `null` where the register names an application that is not installed here. */
  title: BilingualText.nullable(),
  purpose: BilingualText.nullable(),
  /** As declared when it was registered; `null` where that was before legal bases were kept. */
  legalBasis: z
    .strictObject({ kind: z.enum(legalBasisKinds), law: BilingualText, section: z.string() })
    .nullable(),
  state: SystemState,
  applicationDigest: z.string(),
  /** Whether the code on this machine is the registered code. */
  isUnchanged: z.boolean(),
  registeredAt: z.iso.datetime(),
})

function systemReply(kernel: Kernel, row: SystemRow): z.infer<typeof SystemReply> {
  const found = kernel.applications.get(row.applicationId)
  return {
    applicationId: row.applicationId,
    title: found?.application.title ?? null,
    purpose: found?.application.purpose ?? null,
    legalBasis: registeredBasis(row) ?? null,
    state: row.state,
    applicationDigest: Buffer.from(row.applicationDigest).toString('hex'),
    isUnchanged: found !== undefined && Buffer.from(found.digest).equals(row.applicationDigest),
    registeredAt: row.registeredAt.toISOString(),
  }
}

const listRoute = operation({
  id: 'register.list',
  method: 'GET',
  path: '/v1/register',
  summary: 'AI systems of the institution',
  scope: 'system.read',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ systems: z.array(SystemReply) }) },
  refusals: [],
  async handle(kernel, { actor }) {
    const rows = await systemsOf(kernel, actor.institutionId)
    return { status: 200, body: { systems: rows.map((row) => systemReply(kernel, row)) } }
  },
})

export const operations: readonly AnyOperation[] = [listRoute]
