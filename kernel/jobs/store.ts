import { z } from 'zod'
import { statement } from '../db/statement.ts'

/** `dead`: failed as often as it may; a person looks at it and requeues it. */
export const JobState = z.enum(['queued', 'running', 'done', 'dead'])
export type JobState = z.infer<typeof JobState>

export const JobRow = z.strictObject({
  jobId: z.uuid(),
  kind: z.string(),
  /** JSON. */
  payload: z.string(),
  state: JobState,
  attempts: z.number().int(),
  maxAttempts: z.number().int(),
  runAt: z.date(),
  lastError: z.string().nullable(),
  createdAt: z.date(),
  finishedAt: z.date().nullable(),
})
export type JobRow = z.infer<typeof JobRow>

const columns = `job_id, kind, payload, state, attempts, max_attempts, run_at, last_error, created_at, finished_at`

export const insertJob = statement({
  name: 'jobs.insert',
  text: `
    insert into jobs (institution_id, job_id, kind, payload, state, unique_key, run_at, attempts, max_attempts, created_at)
    values ($1, $2, $3, $4, 'queued', $5, $6, 0, $7, $8)
    on conflict (institution_id, unique_key) where unique_key is not null and state in ('queued', 'running') do nothing`,
})

/** Takes the next job that is due, or whose holder's lease ran out, past those that others hold. */
export const claimJob = statement({
  name: 'jobs.claim',
  text: `
    update jobs set state = 'running', attempts = attempts + 1, leased_until = $3
    where institution_id = $1 and job_id = (
      select job_id from jobs
      where institution_id = $1 and kind = any($4::text[])
        and ((state = 'queued' and run_at <= $2) or (state = 'running' and leased_until <= $2))
      order by run_at, job_id
      for update skip locked
      limit 1
    )
    returning ${columns}`,
  row: JobRow,
})

/** Ends jobs whose holder did not come back from the last attempt: what ends a process must not do so for ever. */
export const buryLost = statement({
  name: 'jobs.buryLost',
  text: `
    update jobs set state = 'dead', finished_at = $2, leased_until = null, last_error = $3
    where institution_id = $1 and state = 'running' and leased_until <= $2 and attempts >= max_attempts`,
})

/** Holds on to a running job; no row where the lease was lost. */
export const extendLease = statement({
  name: 'jobs.extendLease',
  text: `
    update jobs set leased_until = $4
    where institution_id = $1 and job_id = $2 and state = 'running' and attempts = $3`,
})

export const finishJob = statement({
  name: 'jobs.finish',
  text: `
    update jobs set state = 'done', finished_at = $4, leased_until = null, last_error = null
    where institution_id = $1 and job_id = $2 and state = 'running' and attempts = $3`,
})

/** Puts a failed job back for later, or among the dead. */
export const failJob = statement({
  name: 'jobs.fail',
  text: `
    update jobs set state = $4, run_at = $5, last_error = $6, leased_until = null, finished_at = $7
    where institution_id = $1 and job_id = $2 and state = 'running' and attempts = $3`,
})

export const requeueJob = statement({
  name: 'jobs.requeue',
  text: `
    update jobs set state = 'queued', attempts = 0, run_at = $3, finished_at = null
    where institution_id = $1 and job_id = $2 and state = 'dead'
    returning ${columns}`,
  row: JobRow,
})

export const jobById = statement({
  name: 'jobs.byId',
  text: `select ${columns} from jobs where institution_id = $1 and job_id = $2`,
  row: JobRow,
})

export const listJobs = statement({
  name: 'jobs.list',
  text: `
    select ${columns} from jobs
    where institution_id = $1 and ($2::text is null or state = $2) and ($3::uuid is null or job_id < $3)
    order by job_id desc
    limit $4`,
  row: JobRow,
})

export const putSchedule = statement({
  name: 'jobs.putSchedule',
  text: `
    insert into job_schedules (institution_id, schedule_id, kind, cron, timezone, next_run_at)
    values ($1, $2, $3, $4, $5, $6)
    on conflict (institution_id, schedule_id) do update set kind = excluded.kind, cron = excluded.cron,
      timezone = excluded.timezone, next_run_at = excluded.next_run_at
    where (job_schedules.kind, job_schedules.cron, job_schedules.timezone)
      is distinct from (excluded.kind, excluded.cron, excluded.timezone)`,
})

/** Schedules that are due, locked so that one process alone enqueues their jobs. */
export const dueSchedules = statement({
  name: 'jobs.dueSchedules',
  text: `
    select schedule_id, kind, cron, timezone from job_schedules
    where institution_id = $1 and next_run_at <= $2
    order by schedule_id
    for update skip locked`,
  row: z.strictObject({ scheduleId: z.string(), kind: z.string(), cron: z.string(), timezone: z.string() }),
})

export const advanceSchedule = statement({
  name: 'jobs.advanceSchedule',
  text: 'update job_schedules set next_run_at = $3 where institution_id = $1 and schedule_id = $2',
})
