import { z } from 'zod'
import { requireApplication } from '../access/access.ts'
import { DecisionReply, decisionReply } from '../decisions/replies.ts'
import { type AnyOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import { findCases, getCase, queueOf } from './cases.ts'
import { purposeQuery, reveal } from './open.ts'
import { CaseFileReply, CaseReply, caseFileReply, caseReply } from './replies.ts'
import { CaseState } from './states.ts'

const CaseParams = z.strictObject({ caseId: z.uuid() })
const listCursors = cursorsOf('cases', z.uuid())
const queueCursors = cursorsOf('queue', z.strictObject({ priority: z.number(), caseId: z.uuid() }))

const listRoute = operation({
  id: 'cases.list',
  method: 'GET',
  path: '/v1/cases',
  summary: 'Cases of the institution, newest first',
  scope: 'case.read',
  params: z.strictObject({}),
  query: z.strictObject({
    ...pageQuery,
    application: z.string().optional(),
    state: CaseState.optional(),
  }),
  body: undefined,
  reply: { status: 200, schema: pageOf(CaseReply) },
  refusals: ['request.cursor_invalid', 'access.application_foreign'],
  async handle(kernel, { actor, query }) {
    if (query.application !== undefined) requireApplication(actor, query.application)
    const filter = {
      applicationId: query.application ?? actor.applicationId,
      states: query.state === undefined ? undefined : [query.state],
    }
    const within = JSON.stringify(filter)
    const after = query.cursor === undefined ? undefined : listCursors.read(query.cursor, within)
    const found = await findCases(kernel, actor, { ...filter, after, size: query.limit + 1 })
    const { items, next } = page(found, query.limit, {
      cursors: listCursors,
      within,
      positionOf: ({ caseId }) => caseId,
    })
    return { status: 200, body: { items: items.map((row) => caseReply(row)), next } }
  },
})

const queueRoute = operation({
  id: 'cases.queue',
  method: 'GET',
  path: '/v1/queue',
  summary: 'Cases that wait for this officer, most urgent first',
  scope: 'case.review',
  params: z.strictObject({}),
  query: z.strictObject({ ...pageQuery, application: z.string().optional() }),
  body: undefined,
  reply: { status: 200, schema: pageOf(CaseReply.extend({ decision: DecisionReply.nullable() })) },
  refusals: ['request.cursor_invalid', 'access.application_foreign'],
  async handle(kernel, { actor, query }) {
    if (query.application !== undefined) requireApplication(actor, query.application)
    const applicationId = query.application ?? actor.applicationId
    const within = applicationId ?? ''
    const after = query.cursor === undefined ? undefined : queueCursors.read(query.cursor, within)
    const found = await queueOf(kernel, actor, { applicationId, after, size: query.limit + 1 })
    const { items, next } = page(found, query.limit, {
      cursors: queueCursors,
      within,
      positionOf: ({ row }) => ({ priority: row.priority ?? 0, caseId: row.caseId }),
    })
    const body = items.map(({ row, decision }) => ({
      ...caseReply(row),
      decision: decision === undefined ? null : decisionReply(decision),
    }))
    return { status: 200, body: { items: body, next } }
  },
})

const showRoute = operation({
  id: 'cases.show',
  method: 'GET',
  path: '/v1/cases/{caseId}',
  summary: 'One case with its decision and its history',
  scope: 'case.read',
  params: CaseParams,
  query: z.strictObject(purposeQuery),
  body: undefined,
  reply: { status: 200, schema: CaseFileReply },
  refusals: [
    'case.not_found',
    'policy.refused',
    'policy.unavailable',
    'right.restricted',
    'vault.purpose_forbidden',
  ],
  async handle(kernel, { actor, params, query }) {
    const file = await getCase(kernel, actor, params.caseId)
    const { purpose } = query
    const unsealed = await reveal(kernel, actor, { row: file.row, decision: file.decision, purpose })
    return { status: 200, body: caseFileReply(file, unsealed), version: file.row.version }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, queueRoute, showRoute]
