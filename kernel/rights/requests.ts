/**
 * Requests of data subjects: received, decided by the data-protection officer with reasons, executed. Every step is in the log,
 * and the person gets receipts of them. Who asks, and what anybody wrote, is sealed under the key of the person.
 */
import { z } from 'zod'
import { requireScope } from '../access/access.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import { canonicalJson } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { append } from '../log/log.ts'
import { officeOf } from '../vault/batches.ts'
import { recordRead } from '../vault/reads.ts'
import { type Holder, seal } from '../vault/seal.ts'
import { holdersById, holdersFor, openTexts, requireLiving } from '../vault/vault.ts'
import { DeadlineRule, dayAt, daysBetween, deadlineRule, dueOn } from './deadline.ts'
import {
  bodyOf,
  bodyOfKind,
  proceedings,
  type StepRow,
  stepPlace,
  stepsOf,
  takeProceeding,
  takeStep,
} from './steps.ts'
import { reviewersOfHolder } from './store.ts'

export const RequestKind = z.enum(['access', 'export', 'correction', 'erasure', 'objection', 'restriction'])
export type RequestKind = z.infer<typeof RequestKind>

export const RequestState = z.enum(['received', 'granted', 'completed', 'refused'])
export type RequestState = z.infer<typeof RequestState>

export const RequestVerdict = z.enum(['granted', 'partly', 'refused'])
export type RequestVerdict = z.infer<typeof RequestVerdict>

export const RequestChannel = z.enum(['page', 'api', 'command_line'])
export type RequestChannel = z.infer<typeof RequestChannel>

const ReceivedBody = z.strictObject({
  channel: RequestChannel,
  deadline: DeadlineRule,
  dueOn: z.iso.date(),
  kind: RequestKind,
  receivedOn: z.iso.date(),
})
const DecidedBody = z.strictObject({ ground: z.string().nullable(), verdict: RequestVerdict })
const ExecutedBody = z.strictObject({ done: z.record(z.string(), z.union([z.number(), z.string()])) })

/** What is sealed of a request: who asks, how to answer them, and what they wrote. */
const Words = z.strictObject({
  name: z.string(),
  contact: z.string().nullable(),
  words: z.string().nullable(),
})
const Reasons = z.strictObject({ reason: z.string() })

/** A request as it stands. Nothing of it needs a key. */
export interface RightsRequest {
  readonly requestId: string
  readonly holderId: string
  readonly kind: RequestKind
  readonly state: RequestState
  readonly version: number
  readonly channel: RequestChannel
  readonly receivedOn: string
  readonly receivedAt: Date
  readonly dueOn: string
  readonly deadline: DeadlineRule
  /** Calendar days left today at the institution; negative once it is late, null once it is answered. */
  readonly daysLeft: number | null
  readonly isLate: boolean
  readonly verdict: RequestVerdict | null
  /** The law that the refusal rests on. */
  readonly ground: string | null
  readonly decidedAt: Date | null
  readonly done: Readonly<Record<string, number | string>> | null
  readonly completedAt: Date | null
}

/** The request that these steps make; `undefined` where they are of something else. */
export function requestOf(steps: readonly StepRow[], now: Date): RightsRequest | undefined {
  const [first] = steps
  const last = steps.at(-1)
  if (first?.kind !== 'request.received' || last === undefined || first.holderId === null) return undefined
  const { kind, channel, receivedOn, deadline, dueOn } = bodyOf(ReceivedBody, first)
  const decided = bodyOfKind(DecidedBody, steps, 'request.decided')
  const executed = bodyOfKind(ExecutedBody, steps, 'request.executed')
  const end = steps.find(({ isLast }) => isLast)
  const left = daysBetween(dayAt(end?.recordedAt ?? now, deadline.timeZone), dueOn)
  return {
    requestId: first.proceedingId,
    holderId: first.holderId,
    kind,
    state: stateOf(decided?.body.verdict, executed !== undefined),
    version: last.stepNumber,
    channel,
    receivedOn,
    receivedAt: first.recordedAt,
    dueOn,
    deadline,
    daysLeft: end === undefined ? left : null,
    isLate: left < 0,
    verdict: decided?.body.verdict ?? null,
    ground: decided?.body.ground ?? null,
    decidedAt: decided?.row.recordedAt ?? null,
    done: executed?.body.done ?? null,
    completedAt: end?.recordedAt ?? null,
  }
}

function stateOf(verdict: RequestVerdict | undefined, isExecuted: boolean): RequestState {
  if (verdict === undefined) return 'received'
  if (verdict === 'refused') return 'refused'
  return isExecuted ? 'completed' : 'granted'
}

/** Requests are about all applications: a key that is bound to one handles none. */
export function requireHandler(actor: Actor, scope: 'right.read' | 'right.handle'): void {
  requireScope(actor, scope)
  if (actor.applicationId !== undefined) throw new Refusal('access.application_foreign')
}

export interface NewRequest {
  readonly kind: RequestKind
  /** Who asks, as `scheme:identifier` in the form that applications know them by (`personName`). */
  readonly name: string
  readonly contact: string | null
  readonly words: string | null
  /** The day the request reached the institution; today unless given. */
  readonly receivedOn: string | undefined
  readonly channel: RequestChannel
}

/** The data-protection officer acts in the whole institution. */
export const whole = { units: everywhere } as const

const noWords = (text: string | null) => text?.trim() || null

/**
 * Takes a request in. A person on whom nothing is held gets a key for it too: they have a right to that answer.
 *
 * @throws Refusal `access.scope_missing`, `right.day_in_future`
 */
export async function receiveRequest(
  kernel: Kernel,
  actor: Actor,
  given: NewRequest,
): Promise<RightsRequest> {
  requireHandler(actor, 'right.handle')
  const { institutionId } = actor
  const holder = (await holdersFor(kernel, institutionId, [given.name])).get(given.name)
  if (holder === undefined) throw new Error('the holder was just made')
  const steps = await kernel.db.transaction(
    institutionId,
    async (tx) => {
      if (!(await requireLiving(tx, [holder.holderId]))) return undefined
      const at = kernel.clock()
      const deadline = await deadlineRule(tx)
      const today = dayAt(at, deadline.timeZone)
      const receivedOn = given.receivedOn ?? today
      if (receivedOn > today) throw new Refusal('right.day_in_future')
      const { kind, channel } = given
      const body = { channel, deadline, dueOn: dueOn(receivedOn, deadline), kind, receivedOn }
      const said = { name: given.name, contact: noWords(given.contact), words: noWords(given.words) }
      const step = { proceedingId: newId(), after: 0, kind: 'request.received', body } as const
      const sealed = sealedFor(holder, said)
      return [await takeStep(tx, { actor: actor.name, at }, { ...step, ...sealed })]
    },
    whole,
  )
  // Erased between the two transactions.
  if (steps === undefined) return receiveRequest(kernel, actor, given)
  return sure(requestOf(steps, kernel.clock()))
}

function sealedFor(holder: Holder, said: unknown) {
  const stepId = newId()
  return { stepId, holderId: holder.holderId, sealed: seal(holder, stepPlace(stepId), canonicalJson(said)) }
}

function sure(request: RightsRequest | undefined): RightsRequest {
  if (request === undefined) throw new Error('a request begins with its receipt')
  return request
}

/** @throws Refusal `right.request_not_found` */
export async function getRequest(kernel: Kernel, actor: Actor, requestId: string): Promise<RightsRequest> {
  requireHandler(actor, 'right.read')
  const steps = await kernel.db.transaction(actor.institutionId, (tx) => stepsOf(tx, requestId), {
    isReadOnly: true,
  })
  const found = requestOf(steps, kernel.clock())
  if (found === undefined) throw new Refusal('right.request_not_found')
  return found
}

/** Requests, newest first; `isOpen` for those that wait for an answer. */
export async function findRequests(
  kernel: Kernel,
  actor: Actor,
  filter: { readonly isOpen: boolean; readonly after: string | undefined; readonly size: number },
): Promise<readonly RightsRequest[]> {
  requireHandler(actor, 'right.read')
  const found = await kernel.db.transaction(
    actor.institutionId,
    (tx) => proceedings(tx, { kind: 'request.received', ...filter }),
    { isReadOnly: true, units: everywhere },
  )
  return found.map((steps) => sure(requestOf(steps, kernel.clock())))
}

/** What the person wrote and what was answered, in clear; `null` where the person has been erased. */
export interface RequestWords {
  readonly name: string
  readonly contact: string | null
  readonly words: string | null
  /** The officer's, once there are any. */
  readonly reason: string | null
}

/** Opens what is sealed of a request; the read is in the log before. @throws Refusal `right.request_not_found` */
export async function openRequest(
  kernel: Kernel,
  actor: Actor,
  requestId: string,
): Promise<RequestWords | null> {
  const { holderId } = await getRequest(kernel, actor, requestId)
  const role = officeOf(actor, 'subject_request')
  const steps = await kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const at = kernel.clock()
      if (!(await requireLiving(tx, [holderId]))) return []
      const reading = { holderId, caseId: requestId, applicationId: null, cases: 0, role, at } as const
      const recorded = await recordRead(tx, actor, { ...reading, purpose: 'subject_request' })
      await append(tx, { actor: actor.name, at }, [recorded])
      return stepsOf(tx, requestId)
    },
    whole,
  )
  const texts = steps.flatMap(({ stepId, sealed }) =>
    sealed === null ? [] : [{ holderId, place: stepPlace(stepId), sealed }],
  )
  const [asked, answered] = await openTexts(kernel, actor.institutionId, texts)
  if (asked === undefined) return null
  const reason = answered === undefined ? null : Reasons.parse(JSON.parse(answered)).reason
  return { ...Words.parse(JSON.parse(asked)), reason }
}

/** A request that is about to go on, with its steps; locked until the end of the transaction. */
export async function takeRequest(
  tx: Transaction,
  { requestId, version, now }: { readonly requestId: string; readonly version: number; readonly now: Date },
): Promise<RightsRequest> {
  const request = requestOf(await takeProceeding(tx, requestId), now)
  if (request === undefined) throw new Refusal('right.request_not_found')
  if (request.version !== version) throw new Refusal('right.version_stale')
  return request
}

export interface RequestDecision {
  readonly requestId: string
  readonly version: number
  readonly verdict: RequestVerdict
  /** The law that permits what is refused; needed unless everything is granted. */
  readonly ground: string | null
  /** The officer's reasons, for the person. */
  readonly reason: string
}

/**
 * Decides a request. Not by an account that reviewed a case of the person: whoever decided does not judge the complaint.
 *
 * @throws Refusal `access.scope_missing`, `right.request_not_found`, `right.version_stale`, `right.decided_already`,
 *   `right.own_decision`, `right.ground_missing`, `right.reason_missing`, `vault.person_erased`
 */
export async function decideRequest(
  kernel: Kernel,
  actor: Actor,
  given: RequestDecision,
): Promise<RightsRequest> {
  requireHandler(actor, 'right.handle')
  const reason = given.reason.trim()
  const ground = noWords(given.ground)
  if (reason === '') throw new Refusal('right.reason_missing')
  if (given.verdict !== 'granted' && ground === null) throw new Refusal('right.ground_missing')
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const at = kernel.clock()
      const request = await takeRequest(tx, { ...given, now: at })
      const { requestId: proceedingId, holderId, version: after } = request
      if (request.state !== 'received') throw new Refusal('right.decided_already')
      await requireNotOwn(tx, actor, holderId)
      const isLiving = await requireLiving(tx, [holderId])
      const holder = (await holdersById(tx, kernel, [holderId])).get(holderId)
      if (!isLiving || holder === undefined) throw new Refusal('vault.person_erased')
      const body = { ground: given.verdict === 'granted' ? null : ground, verdict: given.verdict }
      const isLast = given.verdict === 'refused'
      const step = { proceedingId, after, kind: 'request.decided', body, isLast } as const
      await takeStep(tx, { actor: actor.name, at }, { ...step, ...sealedFor(holder, { reason }) })
      return sure(requestOf(await stepsOf(tx, proceedingId), at))
    },
    whole,
  )
}

async function requireNotOwn(tx: Transaction, { accountId }: Actor, holderId: string): Promise<void> {
  if (accountId === undefined) return
  const reviewers = await tx.rows(reviewersOfHolder, [tx.institutionId, holderId])
  if (reviewers.some((reviewer) => reviewer.accountId === accountId)) throw new Refusal('right.own_decision')
}
