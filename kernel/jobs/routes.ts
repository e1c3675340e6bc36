import { z } from 'zod'
import { type AnyOperation, operation } from '../operation.ts'
import { cursorsOf, page, pageOf, pageQuery } from '../paging.ts'
import { findJobs, type JobRow, requeue } from './jobs.ts'
import { JobState } from './store.ts'

const JobReply = z.strictObject({
  jobId: z.uuid(),
  kind: z.string(),
  state: JobState,
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  runAt: z.iso.datetime(),
  lastError: z.string().nullable(),
  createdAt: z.iso.datetime(),
  finishedAt: z.iso.datetime().nullable(),
})

const jobReply = (row: JobRow): z.infer<typeof JobReply> => ({
  jobId: row.jobId,
  kind: row.kind,
  state: row.state,
  attempts: row.attempts,
  maxAttempts: row.maxAttempts,
  runAt: row.runAt.toISOString(),
  lastError: row.lastError,
  createdAt: row.createdAt.toISOString(),
  finishedAt: row.finishedAt?.toISOString() ?? null,
})

const cursors = cursorsOf('jobs', z.uuid())

const listRoute = operation({
  id: 'jobs.list',
  method: 'GET',
  path: '/v1/jobs',
  summary: 'Jobs, newest first; the dead ones wait for a person',
  scope: 'job.read',
  params: z.strictObject({}),
  query: z.strictObject({ ...pageQuery, state: JobState.optional() }),
  body: undefined,
  reply: { status: 200, schema: pageOf(JobReply) },
  refusals: ['request.cursor_invalid'],
  async handle(kernel, { actor, query }) {
    const within = query.state ?? ''
    const after = query.cursor === undefined ? undefined : cursors.read(query.cursor, within)
    const found = await findJobs(kernel, actor, { state: query.state, after, size: query.limit + 1 })
    const positionOf = ({ jobId }: JobRow) => jobId
    const { items, next } = page(found, query.limit, { cursors, within, positionOf })
    return { status: 200, body: { items: items.map(jobReply), next } }
  },
})

const requeueRoute = operation({
  id: 'jobs.requeue',
  method: 'POST',
  path: '/v1/jobs/{jobId}/requeue',
  summary: 'Gives a dead job its attempts back',
  scope: 'job.requeue',
  params: z.strictObject({ jobId: z.uuid() }),
  query: z.strictObject({}),
  body: undefined,
  reply: { status: 200, schema: JobReply },
  refusals: ['job.not_dead', 'job.not_found', 'job.waiting_already'],
  async handle(kernel, { actor, params }) {
    return { status: 200, body: jobReply(await requeue(kernel, actor, params.jobId)) }
  },
})

export const operations: readonly AnyOperation[] = [listRoute, requeueRoute]
