/** Alarms of requests: whoever is late is told so in the log, once, whatever the pages and metrics show. */
import { everywhere } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { type RightsRequest, requestOf } from './requests.ts'
import { proceedings, takeProceeding, takeStep } from './steps.ts'

const page = 500

/** All requests that wait for an answer, newest first, as they stand at `now`. */
async function openRequests(tx: Transaction, now: Date): Promise<readonly RightsRequest[]> {
  const open: RightsRequest[] = []
  for (let after: string | undefined; ; after = open.at(-1)?.requestId) {
    const found = await proceedings(tx, { kind: 'request.received', isOpen: true, after, size: page })
    open.push(...found.flatMap((steps) => requestOf(steps, now) ?? []))
    if (found.length < page) return open
  }
}

/** How many requests wait, and how many of them are late. */
export async function waitingRequests(
  kernel: Pick<Kernel, 'db' | 'clock'>,
  institutionId: string,
): Promise<{ readonly open: number; readonly late: number }> {
  const open = await kernel.db.transaction(institutionId, (tx) => openRequests(tx, kernel.clock()), {
    isReadOnly: true,
    units: everywhere,
  })
  return { open: open.length, late: open.filter(({ isLate }) => isLate).length }
}

/** Records every request whose last day has passed and that nobody has answered; answers how many. */
export async function alarmOverdue(
  kernel: Pick<Kernel, 'db' | 'clock'>,
  institutionId: string,
): Promise<number> {
  const now = kernel.clock()
  const whole = { units: everywhere } as const
  const open = await kernel.db.transaction(institutionId, (tx) => openRequests(tx, now), whole)
  let alarmed = 0
  for (const { requestId } of open.filter(({ isLate }) => isLate)) {
    const alarm = (tx: Transaction) => alarmOne(tx, requestId, now)
    if (await kernel.db.transaction(institutionId, alarm, whole)) alarmed += 1
  }
  return alarmed
}

async function alarmOne(tx: Transaction, requestId: string, now: Date): Promise<boolean> {
  const steps = await takeProceeding(tx, requestId)
  const request = requestOf(steps, now)
  if (request === undefined) throw new Refusal('right.request_not_found')
  // Answered, or alarmed by another process, since it was looked at.
  if (request.daysLeft === null || steps.some(({ kind }) => kind === 'request.overdue')) return false
  const { version: after, holderId, dueOn } = request
  const step = { proceedingId: requestId, after, kind: 'request.overdue', body: { dueOn }, holderId } as const
  await takeStep(tx, { actor: 'job:rights', at: now }, step)
  return true
}
