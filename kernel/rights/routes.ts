import { z } from 'zod'
import { type AnyOperation, fileOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import { personName } from '../vault/person-name.ts'
import { correctCase } from './correct.ts'
import { executeRequest, exportRequested } from './execute.ts'
import { addHold, findHolds, HoldKind, liftHold } from './holds.ts'
import { receiptsOfRequest } from './receipts.ts'
import {
  HoldReply,
  holdReply,
  PlanReply,
  planReply,
  ReceiptReply,
  RequestReply,
  receiptReply,
  requestReply,
} from './replies.ts'
import {
  decideRequest,
  findRequests,
  getRequest,
  RequestKind,
  RequestVerdict,
  receiveRequest,
} from './requests.ts'
import { planRetention } from './retention.ts'

const RequestParams = z.strictObject({ requestId: z.uuid() })
const cursors = cursorsOf('rights', z.uuid())
const none = z.strictObject({})
const words = (most: number) => z.string().max(most)

/** What operations that go on with a request have in common. */
const goingOn = {
  params: RequestParams,
  query: none,
  editsVersion: true,
  scope: 'right.handle',
} as const
const goingOnRefusals = [
  'access.application_foreign',
  'right.request_not_found',
  'right.version_stale',
] as const

function seen({
  params,
  ifMatch,
}: {
  readonly params: { readonly requestId: string }
  readonly ifMatch: number | undefined
}) {
  if (ifMatch === undefined) throw new Error('an operation that edits a version is given one')
  return { requestId: params.requestId, version: ifMatch }
}

const receiveRoute = operation({
  id: 'rights.receive',
  method: 'POST',
  path: '/v1/rights/requests',
  summary: 'Takes the request of a data subject in; who asks and what they wrote is sealed under their key',
  scope: 'right.handle',
  params: none,
  query: none,
  body: z.strictObject({
    name: words(200).describe('scheme:identifier, such as cnic:3520212345671'),
    kind: RequestKind,
    contact: words(500).nullable().default(null),
    words: words(4_000).nullable().default(null),
    receivedOn: z.iso.date().optional().describe('When it reached the institution; today unless given'),
  }),
  reply: { status: 201, schema: RequestReply },
  refusals: ['access.application_foreign', 'right.day_in_future', 'vault.person_unknown'],
  async handle(kernel, { actor, body }) {
    const { receivedOn, name, ...given } = body
    const asked = { ...given, name: personName(name), receivedOn, channel: 'api' } as const
    const request = await receiveRequest(kernel, actor, asked)
    return { status: 201, body: requestReply(request), version: request.version }
  },
})

const listRoute = operation({
  id: 'rights.list',
  method: 'GET',
  path: '/v1/rights/requests',
  summary: 'Requests of data subjects, newest first',
  scope: 'right.read',
  params: none,
  query: z.strictObject({ ...pageQuery, state: z.enum(['open', 'all']).default('open') }),
  body: undefined,
  reply: { status: 200, schema: pageOf(RequestReply) },
  refusals: ['access.application_foreign', 'request.cursor_invalid'],
  async handle(kernel, { actor, query }) {
    const { cursor, limit, state } = query
    const after = cursor === undefined ? undefined : cursors.read(cursor, state)
    const found = await findRequests(kernel, actor, { isOpen: state === 'open', after, size: limit + 1 })
    const { items, next } = page(found, limit, {
      cursors,
      within: state,
      positionOf: ({ requestId }) => requestId,
    })
    return { status: 200, body: { items: items.map(requestReply), next } }
  },
})

const showRoute = operation({
  id: 'rights.show',
  method: 'GET',
  path: '/v1/rights/requests/{requestId}',
  summary: 'How a request stands, without opening anything',
  scope: 'right.read',
  params: RequestParams,
  query: none,
  body: undefined,
  reply: { status: 200, schema: RequestReply },
  refusals: ['access.application_foreign', 'right.request_not_found'],
  async handle(kernel, { actor, params }) {
    const request = await getRequest(kernel, actor, params.requestId)
    return { status: 200, body: requestReply(request), version: request.version }
  },
})

const decideRoute = operation({
  id: 'rights.decide',
  method: 'POST',
  path: '/v1/rights/requests/{requestId}/decision',
  summary: 'Grants a request, refuses it with the law that permits it, or grants it in part',
  ...goingOn,
  body: z.strictObject({
    verdict: RequestVerdict,
    ground: words(500).nullable().default(null),
    reason: words(4_000),
  }),
  reply: { status: 200, schema: RequestReply },
  refusals: [
    ...goingOnRefusals,
    'right.decided_already',
    'right.ground_missing',
    'right.own_decision',
    'right.reason_missing',
    'vault.person_erased',
  ],
  async handle(kernel, call) {
    const request = await decideRequest(kernel, call.actor, { ...seen(call), ...call.body })
    return { status: 200, body: requestReply(request), version: request.version }
  },
})

const executeRoute = operation({
  id: 'rights.execute',
  method: 'POST',
  path: '/v1/rights/requests/{requestId}/execution',
  summary: 'Carries out what was granted: erasure, objection, restriction; ends access and correction',
  ...goingOn,
  body: undefined,
  reply: { status: 200, schema: RequestReply },
  refusals: [
    'access.proof_stale',
    ...goingOnRefusals,
    'application.not_installed',
    'consent.objection_not_allowed',
    'right.held',
    'right.not_granted',
    'right.nothing_done',
    'vault.case_in_review',
    'vault.person_erased',
    'vault.person_unknown',
    'vault.retention_required',
  ],
  async handle(kernel, call) {
    const request = await executeRequest(kernel, call.actor, seen(call))
    return { status: 200, body: requestReply(request), version: request.version }
  },
})

const correctRoute = operation({
  id: 'rights.correct',
  method: 'POST',
  path: '/v1/rights/requests/{requestId}/corrections',
  summary:
    'Corrects personal fields of one case of the person who asked; what was decided on them is decided again',
  ...goingOn,
  body: z.strictObject({
    caseId: z.uuid(),
    fields: z
      .array(z.strictObject({ field: words(200), value: z.json() }))
      .min(1)
      .max(50),
    statement: words(4_000),
  }),
  reply: {
    status: 200,
    schema: z.strictObject({
      caseId: z.uuid(),
      caseVersion: z.number().int(),
      version: z.number().int(),
      isDecidedAgain: z.boolean().describe('Whether the case waits for an officer again'),
    }),
  },
  refusals: [
    ...goingOnRefusals,
    'application.changed',
    'application.not_installed',
    'application.not_registered',
    'case.invalid',
    'case.not_found',
    'case.version_stale',
    'model.none_live',
    'policy.refused',
    'policy.unavailable',
    'right.case_of_another',
    'right.correction_not_personal',
    'right.not_granted',
    'right.statement_missing',
    'vault.person_erased',
  ],
  async handle(kernel, call) {
    const completed = await correctCase(kernel, call.actor, { ...seen(call), ...call.body })
    return { status: 200, body: completed, version: completed.version }
  },
})

const archiveRoute = fileOperation({
  id: 'rights.archive',
  method: 'POST',
  path: '/v1/rights/requests/{requestId}/archive',
  summary: 'Hands over everything held on the person; completed by its last byte',
  scope: 'right.handle',
  params: RequestParams,
  query: none,
  body: z.strictObject({ version: z.number().int() }),
  mediaTypes: ['application/x-tar'],
  refusals: [
    ...goingOnRefusals,
    'policy.refused',
    'policy.unavailable',
    'right.not_granted',
    'vault.person_erased',
    'vault.person_unknown',
    'vault.purpose_forbidden',
  ],
  async handle(kernel, { actor, params, body }) {
    const asked = { ...params, ...body, pages: kernel.exportPages }
    const { holderId, chunks } = await exportRequested(kernel, actor, asked)
    return { mediaType: 'application/x-tar', fileName: `${holderId}.tar`, chunks }
  },
})

const receiptsRoute = operation({
  id: 'rights.receipts',
  method: 'GET',
  path: '/v1/rights/requests/{requestId}/receipts',
  summary: 'Proofs for the person of each step of their request',
  scope: 'right.read',
  params: RequestParams,
  query: none,
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ items: z.array(ReceiptReply) }) },
  refusals: ['access.application_foreign', 'right.request_not_found'],
  async handle(kernel, { actor, params }) {
    const receipts = await receiptsOfRequest(kernel, actor, params.requestId)
    return { status: 200, body: { items: receipts.map(receiptReply) } }
  },
})

const holdsRoute = operation({
  id: 'rights.holds',
  method: 'GET',
  path: '/v1/rights/holds',
  summary: 'Holds in force: what is not erased, and what may be kept but not used',
  scope: 'right.read',
  params: none,
  query: none,
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ items: z.array(HoldReply) }) },
  refusals: ['access.application_foreign'],
  async handle(kernel, { actor }) {
    return { status: 200, body: { items: (await findHolds(kernel, actor)).map(holdReply) } }
  },
})

const holdRoute = operation({
  id: 'rights.hold',
  method: 'POST',
  path: '/v1/rights/holds',
  summary: 'Adds a hold of one person or of one application',
  scope: 'right.handle',
  params: none,
  query: none,
  body: z.strictObject({
    kind: HoldKind,
    personId: z.uuid().nullable().default(null),
    applicationId: words(63).nullable().default(null),
    basis: words(500).describe('The law, order or request; it stands in clear, so it names nobody'),
  }),
  reply: { status: 201, schema: HoldReply },
  refusals: [
    'access.application_foreign',
    'application.not_installed',
    'right.hold_basis_missing',
    'right.hold_on_nothing',
    'vault.person_unknown',
  ],
  async handle(kernel, { actor, body }) {
    const { personId, ...given } = body
    const hold = await addHold(kernel, actor, { ...given, holderId: personId })
    return { status: 201, body: holdReply(hold) }
  },
})

const liftRoute = operation({
  id: 'rights.lift',
  method: 'POST',
  path: '/v1/rights/holds/{holdId}/lift',
  summary: 'Lifts a hold',
  scope: 'right.handle',
  params: z.strictObject({ holdId: z.uuid() }),
  query: none,
  body: z.strictObject({ basis: words(500) }),
  reply: { status: 200, schema: z.strictObject({ holdId: z.uuid() }) },
  refusals: ['access.application_foreign', 'right.hold_basis_missing', 'right.hold_not_found'],
  async handle(kernel, { actor, params, body }) {
    await liftHold(kernel, actor, { ...params, ...body })
    return { status: 200, body: params }
  },
})

const retentionRoute = operation({
  id: 'rights.retention',
  method: 'GET',
  path: '/v1/rights/retention',
  summary:
    'How long the cases of each application are kept, and what the next run would do; nothing is changed',
  scope: 'retention.manage',
  params: none,
  query: none,
  body: undefined,
  reply: { status: 200, schema: z.strictObject({ items: z.array(PlanReply) }) },
  refusals: ['access.application_foreign'],
  async handle(kernel, { actor }) {
    return { status: 200, body: { items: (await planRetention(kernel, actor)).map(planReply) } }
  },
})

export const operations: readonly AnyOperation[] = [
  receiveRoute,
  listRoute,
  showRoute,
  decideRoute,
  executeRoute,
  correctRoute,
  archiveRoute,
  receiptsRoute,
  holdsRoute,
  holdRoute,
  liftRoute,
  retentionRoute,
]
