import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import { breakGlass, glassesAt, type ReviewedGlass, reviewGlass } from './break-glass.ts'

const GlassReply = z.strictObject({
  glassId: z.uuid(),
  brokenBy: z.string(),
  /** Null where the second person of a proposal was replaced. */
  role: z.string().nullable(),
  reason: z.string(),
  brokenAt: z.iso.datetime(),
  endsAt: z.iso.datetime(),
  reviewedBy: z.string().nullable(),
  reviewedAt: z.iso.datetime().nullable(),
  finding: z.string().nullable(),
})

export const glassReply = (row: ReviewedGlass): z.infer<typeof GlassReply> => ({
  ...row,
  brokenAt: row.brokenAt.toISOString(),
  endsAt: row.endsAt.toISOString(),
  reviewedAt: row.reviewedAt?.toISOString() ?? null,
})

const unreviewed = { reviewedBy: null, reviewedAt: null, finding: null }
const cursors = cursorsOf('glasses', z.uuid())

const listRoute = operation({
  id: 'glasses.list',
  method: 'GET',
  path: '/v1/glasses',
  summary: 'Every break-glass, newest first',
  scope: 'glass.read',
  params: z.strictObject({}),
  query: z.strictObject({ ...pageQuery, open: z.enum(['true', 'false']).optional() }),
  body: undefined,
  reply: { status: 200, schema: pageOf(GlassReply) },
  refusals: ['duty.person_needed', 'request.cursor_invalid'],
  async handle(kernel, { actor, query }) {
    const isOpen = query.open === 'true'
    const within = String(isOpen)
    const after = query.cursor === undefined ? undefined : cursors.read(query.cursor, within)
    const found = await glassesAt(kernel, actor, { isOpen, after, size: query.limit + 1 })
    const positionOf = ({ glassId }: ReviewedGlass) => glassId
    const { items, next } = page(found, query.limit, { cursors, within, positionOf })
    return { status: 200, body: { items: items.map(glassReply), next } }
  },
})

const breakRoute = operation({
  id: 'glasses.break',
  method: 'POST',
  path: '/v1/glasses',
  summary: 'Takes a role for at most an hour, with a reason; loud',
  scope: 'glass.break',
  params: z.strictObject({}),
  query: z.strictObject({}),
  body: z.strictObject({
    role: z.string().max(80),
    minutes: z.number().int(),
    reason: z.string().max(1_000),
  }),
  reply: { status: 201, schema: GlassReply },
  refusals: [
    'access.proof_stale',
    'access.role_unknown',
    'duty.incompatible',
    'duty.person_needed',
    'glass.broken_already',
    'glass.minutes_invalid',
    'glass.reason_short',
    'glass.role_unavailable',
  ],
  async handle(kernel, { actor, body }) {
    const row = await breakGlass(kernel, actor, body)
    return { status: 201, body: glassReply({ ...row, ...unreviewed }) }
  },
})

const reviewRoute = operation({
  id: 'glasses.review',
  method: 'POST',
  path: '/v1/glasses/{glassId}/review',
  summary: 'Says what an auditor found about a break-glass of somebody else',
  scope: 'glass.review',
  params: z.strictObject({ glassId: z.uuid() }),
  query: z.strictObject({}),
  body: z.strictObject({ finding: z.string().max(1_000) }),
  reply: { status: 200, schema: GlassReply },
  refusals: [
    'duty.person_needed',
    'glass.finding_missing',
    'glass.not_found',
    'glass.own',
    'glass.reviewed_already',
  ],
  async handle(kernel, { actor, params, body }) {
    const { glassId } = params
    return { status: 200, body: glassReply(await reviewGlass(kernel, actor, { glassId, ...body })) }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, breakRoute, reviewRoute]
