/**
 * Intake: cases come in, are read, decided and committed, in batches. One procedure for a single request, a stream and an
 * import.
 *
 * 1. Pin the registered code, the live models and the policies in force. A crash here leaves nothing.
 * 2. Policy is asked; a worker reads each case with its schema and has the application decide what may be decided, outside any
 *    transaction. A crash here leaves nothing.
 * 3. What is personal is sealed under the keys of whom it is about; keys that are missing are made in a transaction of their
 *    own. A crash here leaves keys that nothing is sealed under; whoever comes with the same person finds them.
 * 4. One transaction confirms the pin, that the holders of the keys still live and that nobody said anything since, places the cases at their units, and adds
 *    cases, decisions, outcomes and log entries. A crash before its commit leaves nothing, after it everything; whoever asks again is told what there is,
 *    because the reference is unique.
 */
import type { Application, FieldProblem } from '@khudi/sdk'
import { z } from 'zod'
import { type Actor, type Scope, unitsFor } from '../access/roles.ts'
import {
  addCases,
  type CaseSource,
  type CaseSummary,
  findByReference,
  giveHoldersTo,
  type NewCase,
} from '../cases/cases.ts'
import { next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { requireStorage, storageIn } from '../egress/storage.ts'
import type { ErrorParameters, Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { type Act, append } from '../log/log.ts'
import { addOutcomes, type NewOutcome, outcomeOf, type SealedOutcome } from '../outcomes/outcomes.ts'
import type { InstalledApplication } from '../register/applications.ts'
import { requireLive } from '../register/register.ts'
import { type Placing, placesOf } from '../units/units.ts'
import { requireLiving } from '../vault/vault.ts'
import { type DecisionRow, decisionsOf, insertRulings, type Ruling, rule } from './decisions.ts'
import { decidePermitted, saidNothingSince } from './permitted.ts'
import { type Pin, pin, stillPinned } from './pin.ts'
import { problemsOfOutcomes } from './reading.ts'
import type { ReadCase, RefusedCase } from './run.ts'
import { type Holders, type ReadItem, type Sealing, sealItems } from './sealing.ts'

/** One case as it came in. */
export interface Submission {
  /** JSON text of the case. */
  readonly json: string
  /** JSON value of the outcome, where it is known already. */
  readonly outcome?: unknown
}

export interface IntakeRequest {
  readonly applicationId: string
  readonly source: CaseSource
  /** Whether the cases are decided now, or only opened (records taken over, to learn from). */
  readonly isDecided: boolean
  readonly submissions: readonly Submission[]
}

/** What became of one submission. */
export type IntakeResult =
  | (CaseSummary & {
      /** `unchanged`: the same case was here before, and nothing was done. */
      readonly status: 'accepted' | 'unchanged'
      readonly decision: DecisionRow | undefined
      /**
       * Canonical JSON of the reasons in full, where `decision` has them without their sealed values. Null where nothing is
       * sealed, and for an unchanged case: its reasons are opened by a read that is logged.
       */
      readonly secretReasons: string | null
      /** Whose key seals what is sealed of the case. */
      readonly holderId: string | null
    })
  | {
      readonly status: 'refused'
      readonly code:
        | 'case.invalid'
        | 'case.reference_taken'
        | 'outcome.invalid'
        | PersonsRefusal
        | Extract<Placing, { refused: unknown }>['refused']
      readonly problems: readonly FieldProblem[]
      /** What is to be told with the code, where a policy refuses. */
      readonly parameters?: ErrorParameters
      /** Code of the unit, where it is what is refused. */
      readonly unit?: string
      /** Set where the case could be read. */
      readonly reference: string | undefined
    }

type RefusedItem = Extract<IntakeResult, { status: 'refused' }>

/** A batch that was read, decided and sealed, and not yet committed. */
export interface Prepared {
  readonly request: IntakeRequest
  readonly pinned: Pin | undefined
  readonly items: readonly PreparedItem[]
  readonly holders: Holders
  /** How much persons had said when it was asked what may be done with their cases. */
  readonly said: number | undefined
  readonly application: Application
}

/** With the unit whose case each is. */
interface Placed extends Omit<Prepared, 'items'> {
  readonly items: readonly PlacedItem[]
}

type PlacedItem =
  | { readonly refused: RefusedItem }
  | (Exclude<PreparedItem, { refused: RefusedItem }> & { readonly unitId: string | null })

type PreparedItem =
  | { readonly refused: RefusedItem }
  | { readonly refused?: undefined; readonly read: ReadCase; readonly sealing: Sealing }

/** Steps 1 to 3. Batches may be prepared while earlier ones commit. */
export async function prepare(kernel: Kernel, actor: Actor, request: IntakeRequest): Promise<Prepared> {
  const { applicationId, submissions, isDecided } = request
  // 1.
  const pinned = isDecided ? await pin(kernel, actor.institutionId, applicationId) : undefined
  const found = pinned ?? (await opening(kernel, actor.institutionId, applicationId))
  const { application } = found
  await requireStorage(kernel, actor.institutionId, { application, seen: found.storage })
  // 2.
  const payloads = submissions.map(({ json }) => json)
  const permitted = await decidePermitted(kernel, actor, { application, pinned, payloads })
  if (permitted === undefined) return prepare(kernel, actor, request)
  const { reads, refused, said, heard } = permitted
  const problems = await outcomeProblems(kernel, found, { submissions, reads })
  const given = submissions.map((submission, index) =>
    readItem(application, submission, {
      read: reads[index],
      problems: problems.get(index),
      refused: refused.get(index),
    }),
  )
  // 3.
  const { sealings, holders } = await sealItems(kernel, actor.institutionId, {
    applicationId,
    heard,
    items: given.flatMap((item) => ('refused' in item ? [] : [item])),
  })
  let next = 0
  const items = given.map((item): PreparedItem => {
    if ('refused' in item) return item
    const sealing = sealings[next++]
    if (sealing === undefined) throw new Error('every case that was read is sealed')
    return { read: item.read, sealing }
  })
  return { request, pinned, items, holders, said, application }
}

/** What is needed of an application whose cases are only opened. */
async function opening(kernel: Kernel, institutionId: string, applicationId: string) {
  return kernel.db.transaction(
    institutionId,
    async (tx) => ({
      application: (await requireLive(kernel, tx, applicationId)).application,
      storage: await storageIn(tx, kernel),
    }),
    { isReadOnly: true },
  )
}

type Answer = ReadCase | RefusedCase | undefined

/** By place, of the cases that were taken and came with an outcome that its schema does not take. */
async function outcomeProblems(
  kernel: Kernel,
  found: Pick<InstalledApplication, 'application'>,
  { submissions, reads }: { readonly submissions: readonly Submission[]; readonly reads: readonly Answer[] },
): Promise<ReadonlyMap<number, readonly FieldProblem[]>> {
  const withOutcome = submissions.flatMap(({ outcome }, index) =>
    outcome === undefined || reads[index]?.ok !== true ? [] : [{ index, outcome }],
  )
  const problems = await problemsOfOutcomes(
    kernel,
    found,
    withOutcome.map(({ outcome }) => outcome),
  )
  return new Map(
    withOutcome.flatMap(({ index }, place) => {
      const own = problems[place]
      return own === undefined ? [] : [[index, own] as const]
    }),
  )
}

/** What is known of a case besides what was submitted. */
interface ReadAnswer {
  readonly read: Answer
  readonly problems: readonly FieldProblem[] | undefined
  /** Why it is not taken, where the person concerned or a policy says so. */
  readonly refused: Refusal | undefined
}

function readItem(
  application: Application,
  submission: Submission,
  { read, problems, refused }: ReadAnswer,
): ReadItem | { readonly refused: RefusedItem } {
  if (read === undefined) throw new Error('a worker answered fewer cases than it was given')
  if (!read.ok) return { refused: refusal('case.invalid', read) }
  if (refused !== undefined) return { refused: personsRefusal(refused, read.reference) }
  if (submission.outcome === undefined) return { read, outcome: undefined }
  if (problems !== undefined) return { refused: refusal('outcome.invalid', { problems }, read.reference) }
  return { read, outcome: outcomeOf(application, submission.outcome) }
}

function refusal(
  code: RefusedItem['code'],
  { problems }: Pick<RefusedCase, 'problems'>,
  reference?: string,
): RefusedItem {
  return { status: 'refused', code, problems, reference }
}

const PersonsRefusal = z.enum(['consent.missing', 'consent.withdrawn', 'policy.refused'])
type PersonsRefusal = z.infer<typeof PersonsRefusal>

function personsRefusal({ code, parameters }: Refusal, reference: string): RefusedItem {
  return { status: 'refused', code: PersonsRefusal.parse(code), problems: [], reference, parameters }
}

/** What whoever brings cases holds at their units: people and systems open them, the institution takes files over as a whole. */
const scopeFor: Readonly<Record<CaseSource, Scope>> = {
  api: 'case.open',
  page: 'case.open',
  import: 'import.run',
  sample: 'import.run',
}

/** More to commit in the same transaction as a batch: its place in an import, the reply to an idempotency key. */
export type Alongside = (tx: Transaction, results: readonly IntakeResult[], holders: Holders) => Promise<void>

export interface Commitment {
  readonly prepared: Prepared
  readonly alongside?: Alongside | undefined
}

/**
 * Step 4. Prepares anew where register or models changed in between, or a holder was erased. Results in the order of the
 * submissions.
 */
export async function commit(
  kernel: Kernel,
  actor: Actor,
  { prepared, alongside }: Commitment,
): Promise<readonly IntakeResult[]> {
  const units = unitsFor(actor, scopeFor[prepared.request.source])
  const writeAll = async (tx: Transaction) => {
    // Sent together; the cases are rolled back with the transaction where the pin no longer holds.
    const { pinned, holders, application, said } = prepared
    const [live, silence, holds, done] = await Promise.all([
      requireLiving(tx, [...holders.keys()]),
      saidNothingSince(tx, application, said),
      pinned === undefined ? true : stillPinned(tx, pinned),
      placed(tx, prepared, units).then((all) => write(tx, all, { actor: actor.name, at: kernel.clock() })),
    ])
    if (!live || !silence || !holds) throw new Outdated()
    await alongside?.(tx, done, holders)
    return done
  }
  const results = await kernel.db
    .transaction(actor.institutionId, writeAll, { units })
    .catch((error: unknown) => {
      if (error instanceof Outdated) return undefined
      throw error
    })
  if (results !== undefined) return results
  return commit(kernel, actor, { prepared: await prepare(kernel, actor, prepared.request), alongside })
}

/** Rolls the transaction back; caught by `commit`. */
class Outdated extends Error {}

/** Prepares and commits one batch. */
export async function intake(
  kernel: Kernel,
  actor: Actor,
  request: IntakeRequest & Pick<Commitment, 'alongside'>,
): Promise<readonly IntakeResult[]> {
  const { alongside, ...batch } = request
  return commit(kernel, actor, { prepared: await prepare(kernel, actor, batch), alongside })
}

/** A submission on its way into the database. */
interface Draft {
  readonly given: NewCase
  readonly ruling: Ruling | undefined
  readonly secretReasons: string | null
  readonly outcome: SealedOutcome | undefined
}

/**
 * Finds each case's unit, in the transaction that adds it. At a closed unit nothing is opened; a case that is there already comes
 * again unchanged.
 */
async function placed(
  tx: Transaction,
  prepared: Prepared,
  units: readonly string[] | undefined,
): Promise<Placed> {
  const { items, request } = prepared
  const codes = items.map((item) => (item.refused === undefined ? item.read.unit : null))
  const places = await placesOf(tx, codes, units)
  const closed = items.flatMap((item, index) =>
    item.refused === undefined && isRefusedAs(places[index], 'unit.closed') ? [item.read.reference] : [],
  )
  const rows = closed.length === 0 ? [] : await findByReference(tx, request.applicationId, closed)
  const known = new Set(rows.map(({ reference }) => reference))
  return {
    ...prepared,
    items: items.map((item, index): PlacedItem => {
      if (item.refused !== undefined) return item
      const place = places[index]
      if (place === undefined) throw new Error('every case has a place')
      if (!('refused' in place)) return { ...item, ...place }
      const { reference, unit } = item.read
      if (place.refused === 'unit.closed' && known.has(reference)) return { ...item, unitId: null }
      return {
        refused: { status: 'refused', code: place.refused, problems: [], reference, unit: unit ?? '' },
      }
    }),
  }
}

const isRefusedAs = (place: Placing | undefined, code: string) =>
  place !== undefined && 'refused' in place && place.refused === code

function draftOf(
  pinned: Pin | undefined,
  { read, sealing, unitId }: Exclude<PlacedItem, { refused: RefusedItem }>,
  at: Date,
): Draft {
  const caseId = newId()
  const { reference, payload, occurredOn, decided } = read
  const { sealed, payloadDigest, holderId, sealedReasons, outcome } = sealing
  const ruling =
    pinned === undefined || decided === undefined
      ? undefined
      : rule(pinned, { caseId, reference, at, sealed: sealedReasons, holderId }, decided)
  const state = ruling?.state ?? 'opened'
  return {
    given: {
      caseId,
      reference,
      payload,
      sealed,
      payloadDigest,
      holderId,
      unitId,
      occurredOn,
      state: outcome === undefined ? state : next(state, 'outcome.recorded'),
      reviewRole: ruling?.row.reviewRole ?? null,
      priority: ruling?.priority ?? null,
    },
    ruling,
    secretReasons: decided?.secretReasons ?? null,
    outcome,
  }
}

async function write(tx: Transaction, prepared: Placed, act: Act): Promise<IntakeResult[]> {
  const { at } = act
  const { request, pinned, items } = prepared
  const drafts = items.map((item) => (item.refused === undefined ? draftOf(pinned, item, at) : undefined))
  const given = drafts.filter((draft) => draft !== undefined)
  const { recorded, added } = await addCases(
    tx,
    { ...request, at },
    given.map((draft) => draft.given),
  )
  const fresh = given.filter((draft) => added.has(draft.given.caseId))
  const rulings = fresh.map(({ ruling }) => ruling).filter((ruling) => ruling !== undefined)
  const [decisions, known] = await Promise.all([
    pinned === undefined ? [] : insertRulings(tx, pinned, rulings),
    knownCases(
      tx,
      request.applicationId,
      given.filter((draft) => !added.has(draft.given.caseId)),
    ),
  ])
  const results = items.map((item, index): IntakeResult => {
    if (item.refused !== undefined) return item.refused
    const draft = drafts[index]
    if (draft === undefined) throw new Error('every item that was read has a draft')
    return resultOf(draft, added.has(draft.given.caseId), known)
  })
  const outcomes = await addOutcomes(tx, act, outcomesOf(drafts, results))
  // After it, since it has locked these cases in the one order that everybody locks them in.
  await giveHoldersTo(tx, newHoldersOf(drafts, results))
  await append(tx, act, [...recorded, ...decisions, ...outcomes])
  return results
}

type Known = ReadonlyMap<
  string,
  {
    readonly summary: CaseSummary
    readonly payloadDigest: Uint8Array
    readonly holderId: string | null
    readonly decision: DecisionRow | undefined
  }
>

async function knownCases(tx: Transaction, applicationId: string, drafts: readonly Draft[]): Promise<Known> {
  if (drafts.length === 0) return new Map()
  const rows = await findByReference(
    tx,
    applicationId,
    drafts.map(({ given }) => given.reference),
  )
  const decisions = await decisionsOf(
    tx,
    rows.map(({ caseId }) => caseId),
  )
  return new Map(
    rows.map(({ payloadDigest, holderId, ...summary }) => [
      summary.reference,
      { summary, payloadDigest, holderId, decision: decisions.get(summary.caseId) },
    ]),
  )
}

function resultOf({ given, ruling, secretReasons }: Draft, isAdded: boolean, known: Known): IntakeResult {
  const { caseId, reference, state, holderId } = given
  if (isAdded) {
    const decision = ruling?.row
    return { status: 'accepted', caseId, reference, state, version: 1, decision, secretReasons, holderId }
  }
  const before = known.get(reference)
  // Of a case of another unit, which whoever submits may not see; they learn no more than that the number is taken.
  if (before === undefined) return taken(reference)
  // A person who was erased and comes again is another holder; what the first one sealed cannot be compared, nor added to.
  const isSameHolder = holderId === null || before.holderId === null || before.holderId === holderId
  if (isSameHolder && Buffer.from(before.payloadDigest).equals(given.payloadDigest)) {
    const { summary, decision } = before
    const held = before.holderId ?? holderId
    return { status: 'unchanged', ...summary, decision, secretReasons: null, holderId: held }
  }
  return taken(reference)
}

const taken = (reference: string): RefusedItem => ({
  status: 'refused',
  code: 'case.reference_taken',
  problems: [],
  reference,
})

/** Cases that were here without a holder, and get an outcome now that has one. */
function newHoldersOf(drafts: readonly (Draft | undefined)[], results: readonly IntakeResult[]) {
  return results.flatMap((result, index) => {
    if (result.status !== 'unchanged' || result.holderId === null) return []
    const isSealed = (drafts[index]?.outcome?.sealed ?? null) !== null
    return isSealed ? [{ caseId: result.caseId, holderId: result.holderId }] : []
  })
}

function outcomesOf(drafts: readonly (Draft | undefined)[], results: readonly IntakeResult[]): NewOutcome[] {
  return results.flatMap((result, index) => {
    const outcome = drafts[index]?.outcome
    if (outcome === undefined || result.status === 'refused') return []
    return [{ caseId: result.caseId, isNewCase: result.status === 'accepted', outcome }]
  })
}
