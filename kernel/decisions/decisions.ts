/** Decisions: made by one application and model version each, with reasons, committed with their log entry. */
import { mayUse } from '../access/access.ts'
import type { Actor } from '../access/roles.ts'
import { type CaseState, next } from '../cases/states.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { Kernel } from '../kernel.ts'
import type { Recorded } from '../log/log.ts'
import type { Pin } from './pin.ts'
import { decisionRecord } from './record.ts'
import { drawOf, eventOf, reviewOf } from './review-rule.ts'
import type { DecidedCase } from './run.ts'
import { type DecisionRow, decisionById, decisionsOfCases, insertDecisions, listDecisions } from './store.ts'

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

/** Adds the decisions of one batch; returns what the log is to record of them, for the same transaction. */
export async function insertRulings(
  tx: Transaction,
  pinned: Pin,
  rulings: readonly Ruling[],
): Promise<Recorded[]> {
  const [first] = rulings
  if (first === undefined) return []
  const rows = rulings.map(({ row }) => row)
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
    rows.map(({ reasons }) => reasons),
    rows.map(({ sealed }) => sealed),
    rows.map(({ review }) => review),
    rows.map(({ reviewRole }) => reviewRole),
  ])
  return rulings.map(({ row, holderId }) => ({
    kind: 'decision.made',
    caseId: row.caseId,
    recordId: row.decisionId,
    record: decisionRecord(row, holderId),
    said: row.recommendation,
  }))
}

/** @throws Refusal `decision.not_found`, also where it is of another institution or of an application hidden from the actor */
export async function getDecision(kernel: Kernel, actor: Actor, decisionId: string): Promise<DecisionRow> {
  const found = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.maybe(decisionById, [actor.institutionId, decisionId]),
    { isReadOnly: true },
  )
  if (found === undefined || !mayUse(actor, found.applicationId)) throw new Refusal('decision.not_found')
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

/** All decisions of an application in the order they were made, in batches, each read in a transaction of its own. */
export async function* streamDecisions(
  kernel: Kernel,
  institutionId: string,
  { applicationId, batch = 1_000 }: { readonly applicationId: string; readonly batch?: number },
): AsyncGenerator<readonly DecisionRow[], void, void> {
  let after = beforeAll
  for (;;) {
    const from = after
    const rows = await kernel.db.transaction(
      institutionId,
      (tx) => tx.rows(listDecisions, [institutionId, applicationId, from, batch]),
      { isReadOnly: true },
    )
    if (rows.length > 0) yield rows
    const last = rows.at(-1)
    if (last === undefined || rows.length < batch) return
    after = last.decisionId
  }
}
