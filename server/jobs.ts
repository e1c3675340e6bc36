/** The jobs that every node runs, and their schedules. */
import { forgetOldReplies } from '../kernel/idempotency/idempotency.ts'
import { schedule } from '../kernel/jobs/jobs.ts'
import type { JobHandler } from '../kernel/jobs/runner.ts'
import type { Kernel } from '../kernel/kernel.ts'

const forgetReplies: JobHandler = {
  kind: 'idempotency.forget',
  run: async (kernel, { institutionId }) => {
    await forgetOldReplies(kernel, institutionId)
  },
}

export const jobHandlers: readonly JobHandler[] = [forgetReplies]

/** Sets the schedules of an institution; the same ones again change nothing. */
export async function setSchedules(kernel: Kernel, institutionId: string): Promise<void> {
  await schedule(kernel, institutionId, {
    scheduleId: 'idempotency.forget',
    kind: forgetReplies.kind,
    cron: '17 * * * *',
    timezone: 'UTC',
  })
}
