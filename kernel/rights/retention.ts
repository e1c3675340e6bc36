/**
 * Retention: what need not be kept any more goes. Of each case by itself, whoever else it may share a key with: the sealed part of
 * the case, of its decisions, outcomes and reviews is taken out and its digest left, so that the log is borne out and a later
 * backup does not hold it. Where nothing of a person is kept any more, their key is destroyed too, which reaches earlier backups
 * once the wrapping key has been rotated.
 *
 * How long, and what follows, is never guessed: the application declares it, or the institution sets it for a classification;
 * else the case is kept. Nothing is taken out while an officer has yet to decide the case, while a hold keeps the person or the
 * application, or while a request of the person waits for its answer.
 */
import { type Application, BilingualText, type Classification, classifications } from '@khudi/sdk'
import { z } from 'zod'
import { requireScope } from '../access/access.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import { sha256 } from '../canonical.ts'
import { casesHeldOn } from '../cases/held.ts'
import { countPast, firstPast, forget, type PastCases, takePast, withoutCases } from '../cases/replaced.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { forgetRepliesOf } from '../idempotency/idempotency.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { classificationOf } from '../registers/classifications.ts'
import { erasuresOf } from '../vault/disclosure.ts'
import { erase } from '../vault/erase.ts'
import { aloneWithVault } from '../vault/vault.ts'
import { dayAt, deadlineRule } from './deadline.ts'
import { holdsOf } from './holds.ts'
import { bodyOf, newest, takeStep } from './steps.ts'
import { holdersWithOpenRequests } from './store.ts'

export const RetentionAfter = z.enum(['anonymise', 'keep'])
export type RetentionAfter = z.infer<typeof RetentionAfter>

export const RetentionRule = z.strictObject({
  after: RetentionAfter,
  classification: z.enum(classifications),
  law: BilingualText,
  years: z.number().int().min(1).max(100),
})
export type RetentionRule = z.infer<typeof RetentionRule>

/** Sets the institution's rule for a classification; the newest is in force. @throws Refusal `access.scope_missing` */
export async function setRetention(kernel: Kernel, actor: Actor, rule: RetentionRule): Promise<void> {
  requireScope(actor, 'retention.manage')
  const body = RetentionRule.parse(rule)
  const act = { actor: actor.name, at: kernel.clock() }
  const step = { proceedingId: newId(), after: 0, kind: 'retention.set', body, isLast: true } as const
  await kernel.db.transaction(actor.institutionId, (tx) => takeStep(tx, act, step), { units: everywhere })
}

/** More rules than are ever set between two looks at them; the newest of each classification counts. */
const mostRules = 1_000

async function rulesOf(tx: Transaction): Promise<ReadonlyMap<Classification, RetentionRule>> {
  const rows = await newest(tx, { kind: 'retention.set', size: mostRules })
  const rules = rows.map((row) => bodyOf(RetentionRule, row))
  // The newest come first, and what is set later into a map stays.
  return new Map(rules.toReversed().map((rule) => [rule.classification, rule]))
}

/** What is done with the cases of one application. */
export interface RetentionPlan {
  readonly applicationId: string
  readonly classification: Classification
  /** Null where nothing says how long. */
  readonly years: number | null
  readonly law: BilingualText | null
  readonly after: RetentionAfter
  /** The last day of which cases need not be kept any more; null where they are kept for good. */
  readonly upTo: string | null
  /** Cases about to lose their sealed part. */
  readonly due: number
  /** Past their time, and kept for a hold or a request that waits. */
  readonly held: number
  /** Past their time, and not decided yet. */
  readonly underWay: number
}

type Period = Pick<RetentionPlan, 'years' | 'law' | 'after' | 'upTo' | 'classification' | 'applicationId'>

/** The period of one application: its own and the institution's, whichever is longer. */
export function periodOf(
  application: Pick<Application, 'id' | 'retention'>,
  {
    classification,
    rule,
    today,
  }: {
    readonly classification: Classification
    readonly rule: RetentionRule | undefined
    readonly today: string
  },
): Period {
  const { id: applicationId, retention } = application
  const longest =
    retention === undefined || (rule !== undefined && rule.years > retention.years) ? rule : retention
  const after = retention?.after ?? rule?.after ?? 'keep'
  const years = longest?.years ?? null
  const upTo = years === null || after === 'keep' ? null : yearsBefore(today, years)
  return { applicationId, classification, years, law: longest?.law ?? null, after, upTo }
}

/**
 * The last day whose cases were kept for so many whole years by today: of 29 February it is taken that the year ends with 28
 * February, so that 1 March is the first day on which a case of that day may go.
 */
function yearsBefore(today: string, years: number): string {
  return Temporal.PlainDate.from(today).subtract({ years }).toString()
}

interface Standing {
  readonly periods: readonly Period[]
  /** Holders of whom nothing is taken out. */
  readonly except: readonly string[]
  /** Applications of which nothing is taken out. */
  readonly heldApplications: ReadonlySet<string>
  readonly today: string
}

/** The period of each installed application, as of a day. */
export async function retentionPeriods(
  kernel: Pick<Kernel, 'applications'>,
  tx: Transaction,
  today: string,
): Promise<readonly Period[]> {
  const rules = await rulesOf(tx)
  return [...kernel.applications.values()].map(({ application }) => {
    const classification = classificationOf(application)
    return periodOf(application, { classification, rule: rules.get(classification), today })
  })
}

async function standingOf(kernel: Kernel, tx: Transaction): Promise<Standing> {
  const { timeZone } = await deadlineRule(tx)
  const today = dayAt(kernel.clock(), timeZone)
  const holds = await holdsOf(tx)
  const waiting = await tx.rows(holdersWithOpenRequests, [tx.institutionId])
  const except = new Set([...holds, ...waiting].flatMap(({ holderId }) => holderId ?? []))
  const heldApplications = new Set(holds.flatMap(({ applicationId }) => applicationId ?? []))
  const periods = await retentionPeriods(kernel, tx, today)
  return { periods, except: [...except], heldApplications, today }
}

/** What a run would do now, application by application; nothing is changed, and nothing opened. */
export async function planRetention(kernel: Kernel, actor: Actor): Promise<readonly RetentionPlan[]> {
  requireScope(actor, 'retention.manage')
  if (actor.applicationId !== undefined) throw new Refusal('access.application_foreign')
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const { periods, except, heldApplications } = await standingOf(kernel, tx)
      const plans: RetentionPlan[] = []
      for (const period of periods) {
        const { applicationId, upTo } = period
        const none = { due: 0, held: 0, underWay: 0 }
        const counts = upTo === null ? none : await countPast(tx, { applicationId, upTo, except })
        const isHeld = heldApplications.has(applicationId)
        plans.push({ ...period, ...counts, ...(isHeld && { due: 0, held: counts.due + counts.held }) })
      }
      return plans
    },
    { isReadOnly: true, units: everywhere },
  )
}

/** Who takes out by the clock what need not be kept. */
export function retentionActor(institutionId: string): Actor {
  const roles = ['data_protection_officer']
  return { institutionId, name: 'job:retention', accountId: undefined, roles, applicationId: undefined }
}

/** How far a run is. */
export interface RetentionProgress {
  readonly runId: string
  /** Cases whose sealed part was taken out. */
  readonly cases: number
  /** Sealed texts that are gone, those of decisions, outcomes and reviews included. */
  readonly texts: number
  /** Persons whose key was destroyed, since nothing of them is kept. */
  readonly persons: number
}

const defaultBatch = 200

/**
 * Takes out what need not be kept any more; yields after each batch.
 *
 * 1. A batch is one transaction, alone with the vault: holds and requests as they are now, cases, what belongs to them, kept
 * replies, keys of persons of whom nothing is left, and the log entry with the exact counts. A crash leaves whole batches done;
 * another run does the rest, and nothing twice. 2. The last entry of a run sums it up, also where there was nothing to do.
 *
 * Refused rows of imports are not reached: a run knows no names to look for. They are deleted with a person who is erased.
 *
 * @throws Refusal `access.scope_missing`
 */
export async function* runRetention(
  kernel: Kernel,
  actor: Actor,
  { batch = defaultBatch, signal }: { readonly batch?: number; readonly signal?: AbortSignal } = {},
): AsyncGenerator<RetentionProgress, void, void> {
  requireScope(actor, 'retention.manage')
  const { institutionId } = actor
  let place: Place = { at: 0, after: firstPast, step: 0 }
  let done: RetentionProgress = { runId: newId(), cases: 0, texts: 0, persons: 0 }
  for (;;) {
    signal?.throwIfAborted()
    // 1.
    const from: Turn = { runId: done.runId, place, batch }
    const next = await kernel.db.transaction(
      institutionId,
      (tx) => enforce(kernel, actor, { tx, ...from }),
      whole,
    )
    if (next === undefined) break
    place = next.place
    const { cases, texts, persons } = next
    if (cases === 0) continue
    done = {
      ...done,
      cases: done.cases + cases,
      texts: done.texts + texts,
      persons: done.persons + persons,
    }
    yield done
  }
  // 2.
  const { runId: proceedingId, ...counts } = done
  const body = { application: null, casesDigest: digestOf([]), ...counts, upTo: null }
  const step = { proceedingId, after: place.step, kind: 'retention.enforced', body, isLast: true } as const
  const act = { actor: actor.name, at: kernel.clock() }
  await kernel.db.transaction(institutionId, (tx) => takeStep(tx, act, step), whole)
  yield done
}

const whole = { units: everywhere } as const

/** Where a run is. */
interface Place {
  /** Which application, in the order of their identifiers. */
  readonly at: number
  readonly after: typeof firstPast
  /** Number of the step before. */
  readonly step: number
}

interface Turn {
  readonly runId: string
  readonly place: Place
  readonly batch: number
}

/** One batch; `undefined` behind the last application. */
async function enforce(
  kernel: Kernel,
  actor: Actor,
  { tx, runId, place, batch }: Turn & { readonly tx: Transaction },
): Promise<(Omit<RetentionProgress, 'runId'> & { readonly place: Place }) | undefined> {
  await aloneWithVault(tx)
  const { periods, except, heldApplications } = await standingOf(kernel, tx)
  const period = periods.toSorted((a, b) => (a.applicationId < b.applicationId ? -1 : 1))[place.at]
  if (period === undefined) return undefined
  const { applicationId, upTo } = period
  const nothing = { cases: 0, texts: 0, persons: 0 }
  const onward = { ...place, at: place.at + 1, after: firstPast }
  if (upTo === null || heldApplications.has(applicationId)) return { ...nothing, place: onward }
  const past: PastCases = { applicationId, upTo, except }
  const rows = await takePast(tx, past, { after: place.after, size: batch })
  const last = rows.at(-1)
  if (last === undefined) return { ...nothing, place: onward }
  const at = kernel.clock()
  const stepId = newId()
  const caseIds = rows.map(({ caseId }) => caseId)
  const texts =
    (await forget(tx, caseIds, { by: stepId, at })) + rows.filter(({ isSealed }) => isSealed).length
  await forgetRepliesOf(tx, caseIds)
  const persons = await eraseLeftOvers(tx, actor, { holderIds: rows.map(({ holderId }) => holderId), at })
  const counts = { cases: rows.length, texts, persons }
  const body = { application: applicationId, casesDigest: digestOf(caseIds), ...counts, upTo }
  const step = { proceedingId: runId, after: place.step, kind: 'retention.enforced', body, stepId } as const
  await takeStep(tx, { actor: actor.name, at }, step)
  const after = { occurredOn: last.occurredOn, caseId: last.caseId }
  return { ...counts, place: { ...place, after, step: place.step + 1 } }
}

/** SHA-256 over the identifiers, 16 bytes each, in order: which cases a step is about. */
function digestOf(caseIds: readonly string[]): string {
  const bytes = caseIds.toSorted().map((id) => Buffer.from(id.replaceAll('-', ''), 'hex'))
  return sha256(Buffer.concat(bytes)).toString('hex')
}

/** Destroys the keys of persons of whom no case is kept whole any more. */
async function eraseLeftOvers(
  tx: Transaction,
  actor: Actor,
  { holderIds, at }: { readonly holderIds: readonly string[]; readonly at: Date },
): Promise<number> {
  const without = await withoutCases(tx, [...new Set(holderIds)])
  const erased = await erasuresOf(tx, without)
  const living = without.filter((holderId) => !erased.has(holderId))
  for (const holderId of living) {
    const cases = (await casesHeldOn(tx, holderId)).reduce((sum, one) => sum + one.cases, 0)
    await erase(tx, actor, { holderId, refusedRows: 0, cases, ground: 'retention_passed', at })
  }
  return living.length
}
