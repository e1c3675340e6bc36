/**
 * Jobs: work that is done later, at least once. A job is a row; whoever takes it holds a lease, and a lease that ran out is
 * anybody's. Handlers must bear being run again after a crash.
 */
import { Cron } from 'croner'
import type { Actor } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import { isUniqueViolation, type Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import {
  advanceSchedule,
  buryLost,
  claimJob,
  dueSchedules,
  extendLease,
  failJob,
  finishJob,
  insertJob,
  type JobRow,
  type JobState,
  jobById,
  listJobs,
  putSchedule,
  requeueJob,
} from './store.ts'

export type { JobRow, JobState } from './store.ts'

type Store = Pick<Kernel, 'db' | 'clock'>

export interface NewJob {
  readonly kind: string
  readonly payload: unknown
  /** While a job of this key is queued or running, another is not added. */
  readonly uniqueKey?: string
  readonly runAt?: Date
  readonly maxAttempts?: number
}

const defaultAttempts = 8

/** Adds a job in the transaction of what asks for it. `false` where one of its key is waiting already. */
export async function enqueue(tx: Transaction, at: Date, job: NewJob): Promise<boolean> {
  const { kind, payload, uniqueKey, runAt = at, maxAttempts = defaultAttempts } = job
  const row = [tx.institutionId, newId(), kind, canonicalJson(payload), uniqueKey, runAt, maxAttempts, at]
  return (await tx.run(insertJob, row)) === 1
}

/** How long a job may be held without a sign of life. */
export const leaseMs = 60_000

const lostReason = 'the lease ran out: whoever ran the last attempt ended or hung'

/**
 * Takes the next job that is due and of one of these kinds; `undefined` where there is none. A job whose holder did not
 * come back is due as well, or dead where that was its last attempt.
 */
export async function claim(
  { db, clock }: Store,
  institutionId: string,
  kinds: readonly string[],
): Promise<JobRow | undefined> {
  const now = clock()
  const until = new Date(now.getTime() + leaseMs)
  return db.transaction(institutionId, async (tx) => {
    const [, job] = await Promise.all([
      tx.run(buryLost, [institutionId, now, lostReason]),
      tx.maybe(claimJob, [institutionId, now, until, kinds]),
    ])
    return job
  })
}

/** Holds on to a job. `false` where the lease was lost and the work must stop. */
export async function keepAlive({ db, clock }: Store, institutionId: string, job: JobRow): Promise<boolean> {
  const until = new Date(clock().getTime() + leaseMs)
  const held = await db.transaction(institutionId, (tx) =>
    tx.run(extendLease, [institutionId, job.jobId, job.attempts, until]),
  )
  return held === 1
}

export async function finish({ db, clock }: Store, institutionId: string, job: JobRow): Promise<void> {
  await db.transaction(institutionId, (tx) =>
    tx.run(finishJob, [institutionId, job.jobId, job.attempts, clock()]),
  )
}

/** Puts a failed job back with a growing pause, or among the dead after its last attempt. */
export async function fail(
  { db, clock }: Store,
  institutionId: string,
  { job, reason }: { readonly job: JobRow; readonly reason: string },
): Promise<'queued' | 'dead'> {
  const now = clock()
  const state = job.attempts >= job.maxAttempts ? 'dead' : 'queued'
  const runAt = state === 'dead' ? now : new Date(now.getTime() + pauseMs(job.attempts))
  await db.transaction(institutionId, (tx) =>
    tx.run(failJob, [
      institutionId,
      job.jobId,
      job.attempts,
      state,
      runAt,
      reason.slice(0, 500),
      state === 'dead' ? now : null,
    ]),
  )
  return state
}

/** Pause before the next attempt, in milliseconds: 5 s, 10 s, 20 s … an hour at most. */
export function pauseMs(attempts: number): number {
  return Math.min(5_000 * 2 ** (attempts - 1), 3_600_000)
}

/** A page of jobs, newest first. */
export async function findJobs(
  { db }: Pick<Store, 'db'>,
  actor: Actor,
  filter: { readonly state: JobState | undefined; readonly after: string | undefined; readonly size: number },
): Promise<readonly JobRow[]> {
  const { state, after, size } = filter
  return db.transaction(
    actor.institutionId,
    (tx) => tx.rows(listJobs, [actor.institutionId, state, after, size]),
    {
      isReadOnly: true,
    },
  )
}

/** Gives a dead job its attempts back. @throws Refusal `job.not_found`, `job.not_dead`, `job.waiting_already` */
export async function requeue({ db, clock }: Store, actor: Actor, jobId: string): Promise<JobRow> {
  return db
    .transaction(actor.institutionId, async (tx) => {
      const requeued = await tx.maybe(requeueJob, [actor.institutionId, jobId, clock()])
      if (requeued !== undefined) return requeued
      const known = await tx.maybe(jobById, [actor.institutionId, jobId])
      throw new Refusal(known === undefined ? 'job.not_found' : 'job.not_dead')
    })
    .catch((cause: unknown) => {
      throw isUniqueViolation(cause, 'jobs_one_per_key')
        ? new Refusal('job.waiting_already', {}, { cause })
        : cause
    })
}

/** A job that is enqueued again and again. */
export interface Schedule {
  readonly scheduleId: string
  readonly kind: string
  /** Five fields, in the schedule's time zone. */
  readonly cron: string
  /** IANA name. */
  readonly timezone: string
}

function nextRun({ cron, timezone }: Pick<Schedule, 'cron' | 'timezone'>, after: Date): Date {
  const next = new Cron(cron, { timezone, paused: true }).nextRun(after)
  if (next === null) throw new Error(`the schedule "${cron}" never comes due`)
  return next
}

/** Sets a schedule; the same one again changes nothing, so that a restart does not put its next run off. */
export async function schedule({ db, clock }: Store, institutionId: string, given: Schedule): Promise<void> {
  const { scheduleId, kind, cron, timezone } = given
  const row = [institutionId, scheduleId, kind, cron, timezone, nextRun(given, clock())]
  await db.transaction(institutionId, (tx) => tx.run(putSchedule, row))
}

/** Enqueues the jobs of schedules that are due: one each, however many runs a stopped server missed. */
export async function enqueueDue({ db, clock }: Store, institutionId: string): Promise<number> {
  const now = clock()
  return db.transaction(institutionId, async (tx) => {
    const due = await tx.rows(dueSchedules, [institutionId, now])
    for (const one of due) {
      await enqueue(tx, now, { kind: one.kind, payload: {}, uniqueKey: `schedule:${one.scheduleId}` })
      await tx.run(advanceSchedule, [institutionId, one.scheduleId, nextRun(one, now)])
    }
    return due.length
  })
}
