/**
 * The register of breaches of personal data, and the clock of 72 hours from when a breach was found to when the authority is told
 * (GDPR article 33(1), as the nearest written rule; Pakistan's Personal Data Protection Bill 2023, a bill, names the same time).
 * A breach is told in numbers and kinds, never in names: what is written here stands in clear.
 */
import { z } from 'zod'
import { requireScope } from '../access/access.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import type { LogKind } from '../log/kinds.ts'
import {
  bodyOf,
  bodyOfKind,
  proceedings,
  type StepRow,
  stepsOf,
  takeProceeding,
  takeStep,
} from '../rights/steps.ts'

/** Hours from finding a breach to telling the authority. */
const noticeHours = 72
/** When whoever is responsible is reminded, in hours from finding it. */
const alarmHours = [24, 48, 66] as const

const hourMs = 3_600_000
const words = (most: number) => z.string().trim().min(1).max(most)

export const BreachRisk = z.enum(['unlikely', 'likely', 'high'])
export type BreachRisk = z.infer<typeof BreachRisk>

/** How many persons and records of one kind of data: a cell of a table. */
const BreachCell = z.strictObject({
  category: words(100),
  persons: z.number().int().min(0),
  records: z.number().int().min(0),
})

export const OpenedBreach = z.strictObject({
  cells: z.array(BreachCell).min(1).max(50),
  consequences: words(4_000),
  foundAt: z.iso.datetime(),
  /** Null where nobody knows. */
  happenedAt: z.iso.datetime().nullable(),
  measures: words(4_000),
  what: words(4_000),
})
export type OpenedBreach = z.infer<typeof OpenedBreach>

export const AssessedBreach = z.strictObject({ risk: BreachRisk, why: words(4_000) })
export const NotifiedBreach = z.strictObject({
  authority: words(200),
  /** Why later than in time; null where it was in time. */
  lateReason: words(4_000).nullable(),
  notifiedAt: z.iso.datetime(),
  /** The authority's number, or how it was sent. */
  reference: words(200),
})
export const InformedBreach = z.strictObject({
  how: words(1_000).nullable(),
  persons: z.number().int().min(0),
  whyNot: words(4_000).nullable(),
})
const AlarmedBreach = z.strictObject({ hours: z.number().int() })

export const BreachStage = z.enum(['opened', 'assessed', 'authority_notified', 'closed'])
export type BreachStage = z.infer<typeof BreachStage>

/** A breach as it stands. */
export interface Breach extends OpenedBreach {
  readonly breachId: string
  readonly version: number
  readonly stage: BreachStage
  readonly openedAt: Date
  /** Until when the authority is to be told. */
  readonly dueAt: Date
  /** Hours left, rounded down; negative once it is late, null once it need not be told any more. */
  readonly hoursLeft: number | null
  readonly assessed: z.infer<typeof AssessedBreach> | null
  readonly notified: z.infer<typeof NotifiedBreach> | null
  readonly informed: z.infer<typeof InformedBreach> | null
  readonly closedAt: Date | null
}

/** The breach that these steps make; `undefined` where they are of something else. */
function breachOf(steps: readonly StepRow[], now: Date): Breach | undefined {
  const [first] = steps
  const last = steps.at(-1)
  if (first?.kind !== 'breach.opened' || last === undefined) return undefined
  const opened = bodyOf(OpenedBreach, first)
  const assessed = bodyOfKind(AssessedBreach, steps, 'breach.assessed')?.body ?? null
  const notified = bodyOfKind(NotifiedBreach, steps, 'breach.authority_notified')?.body ?? null
  const informed = bodyOfKind(InformedBreach, steps, 'breach.persons_informed')?.body ?? null
  const closedAt = steps.find(({ isLast }) => isLast)?.recordedAt ?? null
  const dueAt = new Date(Date.parse(opened.foundAt) + noticeHours * hourMs)
  const isSettled = notified !== null || assessed?.risk === 'unlikely'
  return {
    ...opened,
    breachId: first.proceedingId,
    version: last.stepNumber,
    stage: stageOf({
      isClosed: closedAt !== null,
      isAssessed: assessed !== null,
      isNotified: notified !== null,
    }),
    openedAt: first.recordedAt,
    dueAt,
    hoursLeft: isSettled ? null : Math.floor((dueAt.getTime() - now.getTime()) / hourMs),
    assessed,
    notified,
    informed,
    closedAt,
  }
}

function stageOf(given: {
  readonly isClosed: boolean
  readonly isAssessed: boolean
  readonly isNotified: boolean
}): BreachStage {
  if (given.isClosed) return 'closed'
  if (given.isNotified) return 'authority_notified'
  return given.isAssessed ? 'assessed' : 'opened'
}

/** The data-protection officer acts in the whole institution. A key that is bound to one application tells of no breach. */
function requireOfficer(actor: Actor): void {
  requireScope(actor, 'breach.manage')
  if (actor.applicationId !== undefined) throw new Refusal('access.application_foreign')
}

const whole = { units: everywhere } as const

/** Enters a breach. @throws Refusal `access.scope_missing`, `breach.times_wrong` */
export async function openBreach(kernel: Kernel, actor: Actor, given: OpenedBreach): Promise<Breach> {
  requireOfficer(actor)
  const body = OpenedBreach.parse(given)
  const at = kernel.clock()
  const found = Date.parse(body.foundAt)
  const happened = body.happenedAt === null ? found : Date.parse(body.happenedAt)
  if (found > at.getTime() || happened > found) throw new Refusal('breach.times_wrong')
  const step = { proceedingId: newId(), after: 0, kind: 'breach.opened', body } as const
  const row = await kernel.db.transaction(
    actor.institutionId,
    (tx) => takeStep(tx, { actor: actor.name, at }, step),
    whole,
  )
  return sure(breachOf([row], at))
}

function sure(breach: Breach | undefined): Breach {
  if (breach === undefined) throw new Error('a breach begins with its entry')
  return breach
}

/** Which breach, as the officer saw it. */
export interface SeenBreach {
  readonly breachId: string
  readonly version: number
}

interface Going {
  readonly kind: LogKind
  readonly body: unknown
  /** Whether nothing is left to do after this step. */
  closes(breach: Breach): boolean
  /** Throws where the step cannot be taken. */
  check(breach: Breach): void
}

async function goOn(
  kernel: Kernel,
  actor: Actor,
  { breachId, version, ...going }: SeenBreach & Going,
): Promise<Breach> {
  requireOfficer(actor)
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const at = kernel.clock()
      const breach = breachOf(await takeProceeding(tx, breachId), at)
      if (breach === undefined) throw new Refusal('breach.not_found')
      if (breach.version !== version) throw new Refusal('right.version_stale')
      going.check(breach)
      const step = { proceedingId: breachId, after: version, kind: going.kind, body: going.body }
      await takeStep(tx, { actor: actor.name, at }, { ...step, isLast: going.closes(breach) })
      return sure(breachOf(await stepsOf(tx, breachId), at))
    },
    whole,
  )
}

/**
 * Says how great the risk for the persons is. Where it is unlikely that there is any, the authority need not be told.
 *
 * @throws Refusal `access.scope_missing`, `breach.not_found`, `right.version_stale`, `breach.done_already`
 */
export async function assessBreach(
  kernel: Kernel,
  actor: Actor,
  { breachId, version, ...given }: SeenBreach & z.infer<typeof AssessedBreach>,
): Promise<Breach> {
  return goOn(kernel, actor, {
    breachId,
    version,
    kind: 'breach.assessed',
    body: AssessedBreach.parse(given),
    check: ({ notified, closedAt }) => requireNotDone(notified !== null || closedAt !== null),
    closes: ({ informed }) => given.risk === 'unlikely' && informed !== null,
  })
}

function requireNotDone(isDone: boolean): void {
  if (isDone) throw new Refusal('breach.done_already')
}

function requireAssessed({ assessed }: Breach): void {
  if (assessed === null) throw new Refusal('breach.not_assessed')
}

/**
 * Records that the authority was told.
 *
 * @throws Refusal `access.scope_missing`, `breach.not_found`, `right.version_stale`, `breach.not_assessed`,
 *   `breach.done_already`, `breach.times_wrong`, `breach.late_reason_missing`
 */
export async function notifyAuthority(
  kernel: Kernel,
  actor: Actor,
  { breachId, version, ...given }: SeenBreach & z.infer<typeof NotifiedBreach>,
): Promise<Breach> {
  const body = NotifiedBreach.parse(given)
  const notifiedAt = Date.parse(body.notifiedAt)
  return goOn(kernel, actor, {
    breachId,
    version,
    kind: 'breach.authority_notified',
    body,
    check: (breach) => {
      requireNotDone(breach.notified !== null)
      requireAssessed(breach)
      if (notifiedAt > kernel.clock().getTime() || notifiedAt < Date.parse(breach.foundAt))
        throw new Refusal('breach.times_wrong')
      if (notifiedAt > breach.dueAt.getTime() && body.lateReason === null)
        throw new Refusal('breach.late_reason_missing')
    },
    closes: ({ informed }) => informed !== null,
  })
}

/**
 * Records that the persons concerned were told, or why they were not.
 *
 * @throws Refusal `access.scope_missing`, `breach.not_found`, `right.version_stale`, `breach.not_assessed`,
 *   `breach.done_already`, `breach.why_not_missing`
 */
export async function informPersons(
  kernel: Kernel,
  actor: Actor,
  { breachId, version, ...given }: SeenBreach & z.infer<typeof InformedBreach>,
): Promise<Breach> {
  const body = InformedBreach.parse(given)
  const isTold = body.persons > 0 && body.how !== null
  if (!isTold && body.whyNot === null) throw new Refusal('breach.why_not_missing')
  return goOn(kernel, actor, {
    breachId,
    version,
    kind: 'breach.persons_informed',
    body,
    check: (breach) => {
      requireNotDone(breach.informed !== null)
      requireAssessed(breach)
    },
    closes: ({ notified, assessed }) => notified !== null || assessed?.risk === 'unlikely',
  })
}

/** @throws Refusal `access.scope_missing`, `breach.not_found` */
export async function getBreach(kernel: Kernel, actor: Actor, breachId: string): Promise<Breach> {
  requireOfficer(actor)
  const steps = await kernel.db.transaction(actor.institutionId, (tx) => stepsOf(tx, breachId), {
    isReadOnly: true,
    units: everywhere,
  })
  const found = breachOf(steps, kernel.clock())
  if (found === undefined) throw new Refusal('breach.not_found')
  return found
}

/** Breaches, newest first. */
export async function findBreaches(
  kernel: Kernel,
  actor: Actor,
  { after, size }: { readonly after: string | undefined; readonly size: number },
): Promise<readonly Breach[]> {
  requireOfficer(actor)
  const list = (tx: Transaction) => proceedings(tx, { kind: 'breach.opened', isOpen: false, after, size })
  const found = await kernel.db.transaction(actor.institutionId, list, {
    isReadOnly: true,
    units: everywhere,
  })
  return found.map((steps) => sure(breachOf(steps, kernel.clock())))
}

const page = 500

/** Breaches whose clock runs, with their steps. */
async function running(tx: Transaction, now: Date) {
  const found = await proceedings(tx, { kind: 'breach.opened', isOpen: true, after: undefined, size: page })
  return found.flatMap((steps) => {
    const breach = breachOf(steps, now)
    return breach === undefined || breach.hoursLeft === null ? [] : [{ breach, steps }]
  })
}

/** How many breaches the authority has yet to be told of, and of how many it is late. */
export async function runningBreaches(
  kernel: Pick<Kernel, 'db' | 'clock'>,
  institutionId: string,
): Promise<{ readonly open: number; readonly late: number }> {
  const found = await kernel.db.transaction(institutionId, (tx) => running(tx, kernel.clock()), {
    isReadOnly: true,
    units: everywhere,
  })
  return { open: found.length, late: found.filter(({ breach }) => (breach.hoursLeft ?? 0) < 0).length }
}

/** Records each alarm that has come due, once, however late; answers how many. */
export async function alarmBreaches(
  kernel: Pick<Kernel, 'db' | 'clock'>,
  institutionId: string,
): Promise<number> {
  const now = kernel.clock()
  const known = await kernel.db.transaction(institutionId, (tx) => running(tx, now), whole)
  let alarmed = 0
  for (const { breach } of known) {
    const alarm = (tx: Transaction) => alarmOne(tx, breach.breachId, now)
    alarmed += await kernel.db.transaction(institutionId, alarm, whole)
  }
  return alarmed
}

async function alarmOne(tx: Transaction, breachId: string, now: Date): Promise<number> {
  const steps = await takeProceeding(tx, breachId)
  const breach = breachOf(steps, now)
  // Told, or found to be harmless, since it was looked at.
  if (breach === undefined || breach.hoursLeft === null) return 0
  const age = (now.getTime() - Date.parse(breach.foundAt)) / hourMs
  const alarms = steps.filter(({ kind }) => kind === 'breach.alarmed')
  const done = new Set(alarms.map((row) => bodyOf(AlarmedBreach, row).hours))
  const due = alarmHours.filter((hours) => hours <= age && !done.has(hours))
  for (const [index, hours] of due.entries()) {
    const step = { proceedingId: breachId, after: breach.version + index, kind: 'breach.alarmed' } as const
    await takeStep(tx, { actor: 'job:breaches', at: now }, { ...step, body: { hours } })
  }
  return due.length
}
