/** Decisions: made by one application and model version each, with reasons, committed with their log entry. */
import { type Actor, unitsFor } from '../access/roles.ts'
import { type CaseState, next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { packed, packedTexts } from '../db/packed.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import type { Recorded } from '../log/log.ts'
import type { Pin } from './pin.ts'
import { decisionRecord } from './record.ts'
import { drawOf, eventOf, reviewOf } from './review-rule.ts'
import type { DecidedCase } from './run.ts'
import {
  type DecisionRow,
  decisionById,
  decisionsOfCases,
  insertDecisions,
  insertLaterDecision,
  listDecisions,
} from './store.ts'

export type { DecisionRow, ReviewKind } from './store.ts'

/** A decision about to be committed, and where it leads its case. */
export interface Ruling {
  readonly row: DecisionRow
  readonly state: CaseState
  /** Order in the review queue, higher first; a case that no model could score comes first. */
  readonly priority: number | null
  /** Whose key seals what is sealed of the reasons; null where nothing is sealed of the case. */
  readonly holderId: string | null
}

/** Turns what an application said about a case into a decision under its review rule. */
export function rule(
  pinned: Pin,
  given: {
    readonly caseId: string
    readonly reference: string
    readonly at: Date
    /** The reasons in full, sealed, where some carry a sealed value. */
    readonly sealed: Uint8Array | null
    readonly holderId: string | null
  },
  decided: DecidedCase,
): Ruling {
  const { application, samplingKey } = pinned
  const draw = drawOf(samplingKey, application.id, given.reference)
  const { review, reviewRole } = reviewOf(application, decided.recommendation, draw)
  const row: DecisionRow = {
    decisionId: newId(),
    caseId: given.caseId,
    applicationId: application.id,
    round: 1,
    applicationDigest: pinned.applicationDigest,
    modelDigest: pinned.modelDigest,
    policyDigest: pinned.policyDigest,
    recommendation: decided.recommendation,
    score: decided.score,
    reasons: decided.reasons,
    sealed: given.sealed,
    review,
    reviewRole,
    decidedAt: given.at,
  }
  return {
    row,
    state: next('opened', eventOf(review)),
    priority: reviewRole === null ? null : (decided.score ?? 1),
    holderId: given.holderId,
  }
}

/**
 * The same for a case that is decided again on other data: the next round, and whatever the review rule says, an officer looks
 * at it before it takes effect.
 */
export function ruleAgain(
  pinned: Pin,
  given: Parameters<typeof rule>[1] & { readonly round: number; readonly state: CaseState },
  decided: DecidedCase,
): Ruling {
  const { application } = pinned
  const ruling = rule(pinned, given, decided)
  const isAutomatic = ruling.row.review === 'automatic'
  const spec =
    decided.recommendation === null ? undefined : application.recommendations[decided.recommendation]
  const role = `${application.id}.${spec?.review.role ?? application.fallback.role}`
  return {
    ...ruling,
    row: {
      ...ruling.row,
      round: given.round,
      ...(isAutomatic && { review: 'required', reviewRole: role }),
    },
    state: next(given.state, 'correction.needs_review'),
    priority: decided.score ?? 1,
  }
}

/** Adds a decision of a later round; returns what the log is to record of it, for the same transaction. */
export async function insertLaterRuling(tx: Transaction, { row, holderId }: Ruling): Promise<Recorded> {
  await tx.run(insertLaterDecision, [
    tx.institutionId,
    row.decisionId,
    row.caseId,
    row.applicationId,
    row.round,
    row.applicationDigest,
    row.modelDigest,
    row.policyDigest,
    row.recommendation,
    row.score,
    row.reasons,
    row.sealed,
    row.review,
    row.reviewRole,
    row.decidedAt,
  ])
  return recordOf(row, holderId)
}

function recordOf(row: DecisionRow, holderId: string | null): Recorded {
  return {
    kind: 'decision.made',
    caseId: row.caseId,
    recordId: row.decisionId,
    record: decisionRecord(row, holderId),
    said: row.recommendation,
  }
}

/** Adds the decisions of one batch; returns what the log is to record of them, for the same transaction. */
export async function insertRulings(
  tx: Transaction,
  pinned: Pin,
  rulings: readonly Ruling[],
): Promise<Recorded[]> {
  const [first] = rulings
  if (first === undefined) return []
  const rows = rulings.map(({ row }) => row)
  const sealed = packed(rows.map((row) => row.sealed))
  const reasons = packedTexts(rows.map((row) => row.reasons))
  await tx.run(insertDecisions, [
    tx.institutionId,
    pinned.application.id,
    pinned.applicationDigest,
    pinned.modelDigest,
    first.row.decidedAt,
    rows.map(({ decisionId }) => decisionId),
    rows.map(({ caseId }) => caseId),
    rows.map(({ recommendation }) => recommendation),
    rows.map(({ score }) => score),
    reasons.bytes,
    sealed.bytes,
    rows.map(({ review }) => review),
    rows.map(({ reviewRole }) => reviewRole),
    sealed.starts,
    sealed.lengths,
    pinned.policyDigest,
    reasons.starts,
    reasons.lengths,
  ])
  return rulings.map(({ row, holderId }) => recordOf(row, holderId))
}

/**
 * @throws Refusal `decision.not_found`, also where it is of another institution, of a unit where the actor may not read
 *   decisions, or of an application hidden from the actor
 */
export async function getDecision(kernel: Kernel, actor: Actor, decisionId: string): Promise<DecisionRow> {
  const found = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.maybe(decisionById, [actor.institutionId, decisionId, actor.applicationId ?? null]),
    { isReadOnly: true, units: unitsFor(actor, 'decision.read') },
  )
  if (found === undefined) throw new Refusal('decision.not_found')
  return found
}

/** The decision in force on each of these cases, by case. */
export async function decisionsOf(
  tx: Transaction,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, DecisionRow>> {
  if (caseIds.length === 0) return new Map()
  const rows = await tx.rows(decisionsOfCases, [tx.institutionId, caseIds])
  return new Map(rows.map((row) => [row.caseId, row]))
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** All decisions of an application that the actor may read, in the order they were made, in batches, each read in a transaction of its own. */
export async function* streamDecisions(
  kernel: Kernel,
  actor: Actor,
  { applicationId, batch = 1_000 }: { readonly applicationId: string; readonly batch?: number },
): AsyncGenerator<readonly DecisionRow[], void, void> {
  const { institutionId } = actor
  let after = beforeAll
  for (;;) {
    const from = after
    const rows = await kernel.db.transaction(
      institutionId,
      (tx) => tx.rows(listDecisions, [institutionId, applicationId, from, batch]),
      { isReadOnly: true, units: unitsFor(actor, 'decision.read') },
    )
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) return
    after = last.decisionId
  }
}
