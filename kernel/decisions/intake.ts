/**
 * Intake: cases come in, are read, decided and committed, in batches. One procedure for a single request, a stream and an
 * import.
 *
 * 1. Pin the registered code and the live models. A crash here leaves nothing.
 * 2. A worker reads each case with its schema and has the application decide it, outside any transaction. A crash here
 *    leaves nothing.
 * 3. One transaction confirms the pin and adds cases, decisions, outcomes and log entries. A crash before its commit leaves
 *    nothing, after it everything; whoever asks again is told what there is, because the reference is unique.
 */
import { type FieldProblem, readWith } from '@khudi/sdk'
import type { Actor } from '../access/roles.ts'
import { addCases, type CaseSource, type CaseSummary, findByReference, type NewCase } from '../cases/cases.ts'
import { next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import { type Act, append } from '../log/log.ts'
import { addOutcomes, type GivenOutcome, type NewOutcome, outcomeOf } from '../outcomes/outcomes.ts'
import { requireLive } from '../register/register.ts'
import { type DecisionRow, decisionsOf, insertRulings, type Ruling, rule } from './decisions.ts'
import { type Pin, pin, stillPinned } from './pin.ts'
import type { ReadCase, RefusedCase } from './run.ts'

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
    })
  | {
      readonly status: 'refused'
      readonly code: 'case.invalid' | 'case.reference_taken' | 'outcome.invalid'
      readonly problems: readonly FieldProblem[]
      /** Set where the case could be read. */
      readonly reference: string | undefined
    }

/** A batch that was read and decided, and not yet committed. */
export interface Prepared {
  readonly request: IntakeRequest
  readonly pinned: Pin | undefined
  readonly items: readonly PreparedItem[]
}

type PreparedItem =
  | { readonly refused: Extract<IntakeResult, { status: 'refused' }> }
  | { readonly refused?: undefined; readonly read: ReadCase; readonly outcome: GivenOutcome | undefined }

/** Steps 1 and 2. Batches may be prepared while earlier ones commit. */
export async function prepare(kernel: Kernel, actor: Actor, request: IntakeRequest): Promise<Prepared> {
  const { applicationId, submissions, isDecided } = request
  // 1.
  const pinned = isDecided ? await pin(kernel, actor.institutionId, applicationId) : undefined
  const { application } =
    pinned ??
    (await kernel.db.transaction(actor.institutionId, (tx) => requireLive(kernel, tx, applicationId)))
  // 2.
  const payloads = submissions.map(({ json }) => json)
  const reads = await kernel.workers.run({ kind: 'decide', applicationId, payloads, models: pinned?.digests })
  const items = submissions.map((submission, index): PreparedItem => {
    const read = reads[index]
    if (read === undefined) throw new Error('a worker answered fewer cases than it was given')
    if (!read.ok) return { refused: refusal('case.invalid', read) }
    if (submission.outcome === undefined) return { read, outcome: undefined }
    const outcome = readWith(application.outcome, submission.outcome)
    if (!outcome.ok) return { refused: refusal('outcome.invalid', outcome, read.reference) }
    return { read, outcome: outcomeOf(submission.outcome) }
  })
  return { request, pinned, items }
}

function refusal(
  code: Extract<IntakeResult, { status: 'refused' }>['code'],
  { problems }: Pick<RefusedCase, 'problems'>,
  reference?: string,
): Extract<IntakeResult, { status: 'refused' }> {
  return { status: 'refused', code, problems, reference }
}

/** More to commit in the same transaction as a batch: its place in an import, the reply to an idempotency key. */
export type Alongside = (tx: Transaction, results: readonly IntakeResult[]) => Promise<void>

export interface Commitment {
  readonly prepared: Prepared
  readonly alongside?: Alongside | undefined
}

/** Step 3. Prepares anew where register or models changed in between. Results in the order of the submissions. */
export async function commit(
  kernel: Kernel,
  actor: Actor,
  { prepared, alongside }: Commitment,
): Promise<readonly IntakeResult[]> {
  const results = await kernel.db
    .transaction(actor.institutionId, async (tx) => {
      // Sent together; the cases are rolled back with the transaction where the pin no longer holds.
      const { pinned } = prepared
      const [holds, done] = await Promise.all([
        pinned === undefined ? true : stillPinned(tx, pinned),
        write(tx, prepared, { actor: actor.name, at: kernel.clock() }),
      ])
      if (!holds) throw new PinChanged()
      await alongside?.(tx, done)
      return done
    })
    .catch((error: unknown) => {
      if (error instanceof PinChanged) return undefined
      throw error
    })
  if (results !== undefined) return results
  return commit(kernel, actor, { prepared: await prepare(kernel, actor, prepared.request), alongside })
}

/** Rolls the transaction back; caught by `commit`. */
class PinChanged extends Error {}

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
  readonly outcome: GivenOutcome | undefined
}

function draftOf(
  pinned: Pin | undefined,
  { read, outcome }: { readonly read: ReadCase; readonly outcome: GivenOutcome | undefined },
  at: Date,
): Draft {
  const caseId = newId()
  const { reference, payload, payloadDigest, occurredOn, subject, decided } = read
  const ruling =
    pinned === undefined || decided === undefined
      ? undefined
      : rule(pinned, { caseId, reference, at }, decided)
  const state = ruling?.state ?? 'opened'
  return {
    given: {
      caseId,
      reference,
      payload,
      payloadDigest,
      occurredOn,
      subject,
      state: outcome === undefined ? state : next(state, 'outcome.recorded'),
      reviewRole: ruling?.row.reviewRole ?? null,
      priority: ruling?.priority ?? null,
    },
    ruling,
    outcome,
  }
}

async function write(tx: Transaction, prepared: Prepared, act: Act): Promise<IntakeResult[]> {
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
  await append(tx, act, [...recorded, ...decisions, ...outcomes])
  return results
}

type Known = ReadonlyMap<
  string,
  {
    readonly summary: CaseSummary
    readonly payloadDigest: Uint8Array
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
    rows.map(({ payloadDigest, ...summary }) => [
      summary.reference,
      { summary, payloadDigest, decision: decisions.get(summary.caseId) },
    ]),
  )
}

function resultOf({ given, ruling }: Draft, isAdded: boolean, known: Known): IntakeResult {
  const { caseId, reference, state } = given
  if (isAdded) return { status: 'accepted', caseId, reference, state, version: 1, decision: ruling?.row }
  const before = known.get(reference)
  if (before === undefined) throw new Error('a reference that is taken belongs to a case')
  if (Buffer.from(before.payloadDigest).equals(given.payloadDigest)) {
    return { status: 'unchanged', ...before.summary, decision: before.decision }
  }
  return { status: 'refused', code: 'case.reference_taken', problems: [], reference }
}

function outcomesOf(drafts: readonly (Draft | undefined)[], results: readonly IntakeResult[]): NewOutcome[] {
  return results.flatMap((result, index) => {
    const outcome = drafts[index]?.outcome
    if (outcome === undefined || result.status === 'refused') return []
    return [{ caseId: result.caseId, isNewCase: result.status === 'accepted', outcome }]
  })
}
