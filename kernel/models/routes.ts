import { z } from 'zod'
import { requireApplication } from '../access/access.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { ImportRecord, type ModelRow, modelsOf, originOf, TrainingRecord } from './models.ts'
import { ModelOrigin, ModelState } from './store.ts'

const ModelReply = z.strictObject({
  modelDigest: z.string(),
  applicationId: z.string(),
  modelName: z.string(),
  engine: z.string(),
  state: ModelState,
  origin: ModelOrigin,
  training: z.union([TrainingRecord, ImportRecord]),
  createdAt: z.iso.datetime(),
  promotedAt: z.iso.datetime().nullable(),
})
export type ModelReply = z.infer<typeof ModelReply>

export const modelReply = (row: ModelRow): ModelReply => ({
  modelDigest: Buffer.from(row.modelDigest).toString('hex'),
  applicationId: row.applicationId,
  modelName: row.modelName,
  engine: row.engine,
  state: row.state,
  origin: row.origin,
  training: originOf(row).training,
  createdAt: row.createdAt.toISOString(),
  promotedAt: row.promotedAt?.toISOString() ?? null,
})

const listRoute = operation({
  id: 'models.list',
  method: 'GET',
  path: '/v1/applications/{applicationId}/models',
  summary: 'Models of an application, newest first',
  scope: 'model.read',
  params: z.strictObject({ applicationId: z.string().max(40) }),
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ models: z.array(ModelReply) }) },
  refusals: ['access.application_foreign'],
  async handle(kernel, { actor, params }) {
    requireApplication(actor, params.applicationId)
    const rows = await modelsOf(kernel, actor, params.applicationId)
    return { status: 200, body: { models: rows.map(modelReply) } }
  },
})

export const operations: readonly AnyOperation[] = [listRoute]
