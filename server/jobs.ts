/** The jobs that every node runs, and their schedules. */
import { alarmBreaches } from '../kernel/breaches/breaches.ts'
import { forgetOldReplies } from '../kernel/idempotency/idempotency.ts'
import { schedule } from '../kernel/jobs/jobs.ts'
import type { JobHandler } from '../kernel/jobs/runner.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { alarmOverdue } from '../kernel/rights/alarms.ts'
import { retentionActor, runRetention } from '../kernel/rights/retention.ts'

const forgetReplies: JobHandler = {
  kind: 'idempotency.forget',
  run: async (kernel, { institutionId }) => {
    await forgetOldReplies(kernel, institutionId)
  },
}

/** Raises the alarms of requests that are late, and of breaches that the authority has not been told of. */
const raiseAlarms: JobHandler = {
  kind: 'rights.alarm',
  run: async (kernel, { institutionId }) => {
    await alarmOverdue(kernel, institutionId)
    await alarmBreaches(kernel, institutionId)
  },
}

/** Takes out what need not be kept any more. */
const enforceRetention: JobHandler = {
  kind: 'retention.enforce',
  run: async (kernel, { institutionId, signal }) => {
    for await (const _ of runRetention(kernel, retentionActor(institutionId), { signal }));
  },
}

export const jobHandlers: readonly JobHandler[] = [raiseAlarms, enforceRetention, forgetReplies]

/** Sets the schedules of an institution; the same ones again change nothing. */
export async function setSchedules(kernel: Kernel, institutionId: string): Promise<void> {
  await schedule(kernel, institutionId, {
    scheduleId: 'idempotency.forget',
    kind: forgetReplies.kind,
    cron: '17 * * * *',
    timezone: 'UTC',
  })
  // Alarms at 24, 48 and 66 hours are of use only if they come soon.
  await schedule(kernel, institutionId, {
    scheduleId: 'rights.alarm',
    kind: raiseAlarms.kind,
    cron: '*/10 * * * *',
    timezone: 'UTC',
  })
  await schedule(kernel, institutionId, {
    scheduleId: 'retention.enforce',
    kind: enforceRetention.kind,
    cron: '40 2 * * *',
    timezone: 'Asia/Karachi',
  })
}
