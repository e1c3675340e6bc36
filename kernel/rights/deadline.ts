/**
 * Until when a request is to be answered: calendar days in the time zone of the institution, from the day it came in. How many,
 * and which law says so, is data that the institution sets; nothing is guessed from the country.
 */
import { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import { requireScope } from '../access/access.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { bodyOf, latest, takeStep } from './steps.ts'

export const DeadlineRule = z.strictObject({
  /** Calendar days from the day of receipt; the last of them is still in time. */
  days: z.number().int().min(1).max(365),
  /** The law that says so, with section. */
  law: BilingualText,
  /** IANA name. */
  timeZone: z.string().max(60),
})
export type DeadlineRule = z.infer<typeof DeadlineRule>

/**
 * As long as an institution has set nothing. No act of Pakistan sets a period today: the Personal Data Protection Bill 2023 is a
 * bill.
 */
const defaultDeadline: DeadlineRule = {
  days: 30,
  law: {
    en: 'No law in force sets a period; 30 days until the institution names one (the Personal Data Protection Bill 2023 is a bill)',
    ur: 'کوئی نافذ قانون مدت مقرر نہیں کرتا؛ جب تک ادارہ قانون نہ بتائے 30 دن (پرسنل ڈیٹا پروٹیکشن بل 2023 ابھی بل ہے)',
  },
  timeZone: 'Asia/Karachi',
}

export async function deadlineRule(tx: Transaction): Promise<DeadlineRule> {
  const row = await latest(tx, 'deadline.set')
  return row === undefined ? defaultDeadline : bodyOf(DeadlineRule, row)
}

/** Sets the rule for requests from now on; those that are open keep theirs. @throws Refusal `access.scope_missing`, `right.time_zone_unknown` */
export async function setDeadline(kernel: Kernel, actor: Actor, rule: DeadlineRule): Promise<DeadlineRule> {
  requireScope(actor, 'right.handle')
  const body = DeadlineRule.parse(rule)
  if (!isTimeZone(body.timeZone)) throw new Refusal('right.time_zone_unknown')
  const act = { actor: actor.name, at: kernel.clock() }
  const step = { proceedingId: newId(), after: 0, kind: 'deadline.set', body, isLast: true } as const
  await kernel.db.transaction(actor.institutionId, (tx) => takeStep(tx, act, step), { units: everywhere })
  return body
}

function isTimeZone(name: string): boolean {
  try {
    Temporal.Now.zonedDateTimeISO(name)
    return true
  } catch {
    return false
  }
}

/** The calendar day at an instant, `YYYY-MM-DD`. */
export function dayAt(at: Date, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(at.getTime())
    .toZonedDateTimeISO(timeZone)
    .toPlainDate()
    .toString()
}

export function dueOn(receivedOn: string, { days }: Pick<DeadlineRule, 'days'>): string {
  return Temporal.PlainDate.from(receivedOn).add({ days }).toString()
}

/** Whole days from one day to another; negative where it lies behind. */
export function daysBetween(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(to, { largestUnit: 'days' }).days
}
