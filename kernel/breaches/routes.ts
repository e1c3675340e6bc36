import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import {
  AssessedBreach,
  assessBreach,
  type Breach,
  BreachStage,
  findBreaches,
  getBreach,
  InformedBreach,
  informPersons,
  NotifiedBreach,
  notifyAuthority,
  OpenedBreach,
  openBreach,
} from './breaches.ts'

const BreachParams = z.strictObject({ breachId: z.uuid() })
const cursors = cursorsOf('breaches', z.uuid())
const none = z.strictObject({})

const BreachReply = OpenedBreach.extend({
  breachId: z.uuid(),
  version: z.number().int(),
  stage: BreachStage,
  openedAt: z.iso.datetime(),
  dueAt: z.iso.datetime().describe('Until when the authority is to be told'),
  hoursLeft: z.number().int().nullable(),
  assessed: AssessedBreach.nullable(),
  notified: NotifiedBreach.nullable(),
  informed: InformedBreach.nullable(),
  closedAt: z.iso.datetime().nullable(),
})

function breachReply({ openedAt, dueAt, closedAt, ...breach }: Breach): z.infer<typeof BreachReply> {
  return {
    ...breach,
    openedAt: openedAt.toISOString(),
    dueAt: dueAt.toISOString(),
    closedAt: closedAt?.toISOString() ?? null,
  }
}

const reply = (breach: Breach) => ({ status: 200, body: breachReply(breach), version: breach.version })

const goingOn = {
  params: BreachParams,
  query: none,
  editsVersion: true,
  scope: 'breach.manage',
  method: 'POST',
  reply: { status: 200, schema: BreachReply },
} as const
const goingOnRefusals = [
  'access.application_foreign',
  'breach.done_already',
  'breach.not_found',
  'right.version_stale',
] as const

interface Call {
  readonly params: z.infer<typeof BreachParams>
  readonly ifMatch: number | undefined
}

function seen({ params, ifMatch }: Call) {
  if (ifMatch === undefined) throw new Error('an operation that edits a version is given one')
  return { ...params, version: ifMatch }
}

const openRoute = operation({
  id: 'breaches.open',
  method: 'POST',
  path: '/v1/breaches',
  summary:
    'Enters a breach of personal data, in numbers and kinds; the clock of 72 hours runs from when it was found',
  scope: 'breach.manage',
  params: none,
  query: none,
  body: OpenedBreach,
  reply: { status: 201, schema: BreachReply },
  refusals: ['access.application_foreign', 'breach.times_wrong'],
  async handle(kernel, { actor, body }) {
    return { ...reply(await openBreach(kernel, actor, body)), status: 201 }
  },
})

const listRoute = operation({
  id: 'breaches.list',
  method: 'GET',
  path: '/v1/breaches',
  summary: 'The register of breaches, newest first',
  scope: 'breach.manage',
  params: none,
  query: z.strictObject(pageQuery),
  body: undefined,
  reply: { status: 200, schema: pageOf(BreachReply) },
  refusals: ['access.application_foreign', 'request.cursor_invalid'],
  async handle(kernel, { actor, query: { cursor, limit } }) {
    const after = cursor === undefined ? undefined : cursors.read(cursor)
    const found = await findBreaches(kernel, actor, { after, size: limit + 1 })
    const { items, next } = page(found, limit, { cursors, positionOf: ({ breachId }) => breachId })
    return { status: 200, body: { items: items.map(breachReply), next } }
  },
})

const showRoute = operation({
  id: 'breaches.show',
  method: 'GET',
  path: '/v1/breaches/{breachId}',
  summary: 'How a breach stands',
  scope: 'breach.manage',
  params: BreachParams,
  query: none,
  body: undefined,
  reply: { status: 200, schema: BreachReply },
  refusals: ['access.application_foreign', 'breach.not_found'],
  async handle(kernel, { actor, params }) {
    return reply(await getBreach(kernel, actor, params.breachId))
  },
})

const assessRoute = operation({
  id: 'breaches.assess',
  path: '/v1/breaches/{breachId}/assessment',
  summary: 'Says how great the risk for the persons is; where it is unlikely, the authority need not be told',
  ...goingOn,
  body: AssessedBreach,
  refusals: goingOnRefusals,
  async handle(kernel, call) {
    return reply(await assessBreach(kernel, call.actor, { ...seen(call), ...call.body }))
  },
})

const notifyRoute = operation({
  id: 'breaches.notify',
  path: '/v1/breaches/{breachId}/notice',
  summary: 'Records that the authority was told; after 72 hours with the reasons',
  ...goingOn,
  body: NotifiedBreach,
  refusals: [...goingOnRefusals, 'breach.late_reason_missing', 'breach.not_assessed', 'breach.times_wrong'],
  async handle(kernel, call) {
    return reply(await notifyAuthority(kernel, call.actor, { ...seen(call), ...call.body }))
  },
})

const informRoute = operation({
  id: 'breaches.inform',
  path: '/v1/breaches/{breachId}/persons',
  summary: 'Records that the persons concerned were told, or why not',
  ...goingOn,
  body: InformedBreach,
  refusals: [...goingOnRefusals, 'breach.not_assessed', 'breach.why_not_missing'],
  async handle(kernel, call) {
    return reply(await informPersons(kernel, call.actor, { ...seen(call), ...call.body }))
  },
})

export const operations: readonly AnyOperation[] = [
  openRoute,
  listRoute,
  showRoute,
  assessRoute,
  notifyRoute,
  informRoute,
]
