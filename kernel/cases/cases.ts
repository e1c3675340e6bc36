/** Cases: what is to be decided about. Opened once by their reference; moved on by decisions, reviews and outcomes. */
import { type Actor, everywhere, type Scope, unitsFor } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { packed, packedTexts } from '../db/packed.ts'
import { type DecisionRow, decisionsOf } from '../decisions/decisions.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { historyOf, type LogEntry, type Recorded } from '../log/log.ts'
import { caseRecord } from './record.ts'
import { type CaseEvent, type CaseState, next } from './states.ts'
import {
  type CaseRow,
  type CaseSource,
  caseById,
  casesByReference,
  countByState,
  countUndecided,
  giveHolders,
  insertCases,
  listCases,
  lockCase,
  lockCases,
  moveCase,
  moveOpenedCases,
  reviewQueue,
  sealsOfCases,
  undecidedCases,
} from './store.ts'

export type { CaseRow, CaseSource } from './store.ts'

/** What identifies a case and where it stands. */
export type CaseSummary = Pick<CaseRow, 'caseId' | 'reference' | 'state' | 'version'>

/** A case about to be added; the rest is common to its batch. */
export type NewCase = Pick<
  CaseRow,
  | 'caseId'
  | 'reference'
  | 'state'
  | 'occurredOn'
  | 'payload'
  | 'sealed'
  | 'payloadDigest'
  | 'holderId'
  | 'unitId'
  | 'reviewRole'
  | 'priority'
>

export interface CaseBatch {
  readonly applicationId: string
  readonly source: CaseSource
  readonly at: Date
}

/** Adds the cases whose reference is free; says which those were and what the log is to record of them. */
export async function addCases(
  tx: Transaction,
  { applicationId, source, at }: CaseBatch,
  cases: readonly NewCase[],
): Promise<{ readonly added: ReadonlySet<string>; readonly recorded: readonly Recorded[] }> {
  if (cases.length === 0) return { added: new Set(), recorded: [] }
  // In one order whoever adds: two batches with the same references then wait for each other instead of deadlocking.
  const sorted = cases.toSorted((a, b) =>
    a.reference < b.reference ? -1 : a.reference > b.reference ? 1 : 0,
  )
  const about = [tx.institutionId, applicationId, source, at]
  const rows = await tx.rows(insertCases, [...about, ...columnsOf(sorted)])
  const added = new Set(rows.map(({ caseId }) => caseId))
  const recorded = cases
    .filter(({ caseId }) => added.has(caseId))
    .map(
      (given): Recorded => ({
        kind: 'case.opened',
        caseId: given.caseId,
        recordId: given.caseId,
        record: caseRecord({ ...given, applicationId, source, openedAt: at }),
      }),
    )
  return { added, recorded }
}

/** What is given of cases, column by column, in the order of the statement. */
function columnsOf(cases: readonly NewCase[]) {
  const sealed = packed(cases.map((given) => given.sealed))
  const payloads = packedTexts(cases.map(({ payload }) => payload))
  return [
    cases.map(({ caseId }) => caseId),
    cases.map(({ reference }) => reference),
    cases.map(({ state }) => state),
    cases.map(({ occurredOn }) => occurredOn),
    payloads.bytes,
    sealed.bytes,
    packed(cases.map(({ payloadDigest }) => payloadDigest)).bytes,
    cases.map(({ holderId }) => holderId),
    cases.map(({ reviewRole }) => reviewRole),
    cases.map(({ priority }) => priority),
    cases.map(({ unitId }) => unitId),
    sealed.starts,
    sealed.lengths,
    payloads.starts,
    payloads.lengths,
  ]
}

/** Cases that already have one of these references. */
export async function findByReference(tx: Transaction, applicationId: string, references: readonly string[]) {
  return tx.rows(casesByReference, [tx.institutionId, applicationId, references])
}

/** Reference and holder of cases, by case: what their sealed texts are opened with. */
export async function sealsOf(
  tx: Transaction,
  caseIds: readonly string[],
): Promise<ReadonlyMap<string, Pick<CaseRow, 'applicationId' | 'reference' | 'holderId'>>> {
  if (caseIds.length === 0) return new Map()
  const rows = await tx.rows(sealsOfCases, [tx.institutionId, caseIds])
  return new Map(rows.map((row) => [row.caseId, row]))
}

/** A case with the decision in force and its history. */
export interface CaseFile {
  readonly row: CaseRow
  readonly decision: DecisionRow | undefined
  readonly history: readonly LogEntry[]
}

/** A case, and the scope by which it is seen where that is not `case.read`. */
export type WhichCase = string | { readonly caseId: string; readonly by: Scope }

/** Options of a transaction that reads what the actor sees by the scope. */
export function seeing(actor: Actor, by: Scope) {
  return { isReadOnly: true, units: unitsFor(actor, by) } as const
}

/** The case's identifier, with the options of a transaction in which it is seen. */
export function seenCase(actor: Actor, which: WhichCase) {
  const { caseId, by } = typeof which === 'string' ? { caseId: which, by: 'case.read' as const } : which
  return { caseId, options: seeing(actor, by) }
}

/**
 * @throws Refusal `case.not_found`, also for a case of another institution, of a unit where the actor does not hold the scope,
 *   or of an application hidden from the actor
 */
export async function getCase(kernel: Kernel, actor: Actor, which: WhichCase): Promise<CaseFile> {
  const { caseId, options } = seenCase(actor, which)
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      // Nothing else is asked for before: a case that is hidden would take longer than one that is not there.
      const row = await tx.maybe(caseById, [actor.institutionId, caseId, actor.applicationId ?? null])
      if (row === undefined) throw new Refusal('case.not_found')
      const [decisions, history] = await Promise.all([decisionsOf(tx, [caseId]), historyOf(tx, caseId)])
      return { row, decision: decisions.get(caseId), history }
    },
    options,
  )
}

/** Id of the case with the institution's own number. @throws Refusal `case.not_found` */
export async function caseIdOf(
  kernel: Kernel,
  actor: Actor,
  { applicationId, reference }: { readonly applicationId: string; readonly reference: string },
): Promise<string> {
  const [found] = await kernel.db.transaction(
    actor.institutionId,
    (tx) => findByReference(tx, applicationId, [reference]),
    seeing(actor, 'case.read'),
  )
  if (found === undefined) throw new Refusal('case.not_found')
  return found.caseId
}

export interface WantedCase {
  readonly caseId: string
  /** Version that the actor saw; `undefined` where nothing changes that they could have seen. */
  readonly version: number | undefined
}

/** The case as it stands, before what is to change of it is worked out. @throws as `takeCase`, which asks again */
export async function seeCase(
  tx: Transaction,
  actor: Pick<Actor, 'applicationId'>,
  { caseId, version }: WantedCase,
): Promise<CaseRow> {
  return wanted(await tx.maybe(caseById, [tx.institutionId, caseId, actor.applicationId ?? null]), version)
}

/** Locks a case for a change. @throws Refusal `case.not_found` (as `getCase`), `case.version_stale` */
export async function takeCase(
  tx: Transaction,
  actor: Pick<Actor, 'applicationId'>,
  { caseId, version }: WantedCase,
): Promise<CaseRow> {
  return wanted(await tx.maybe(lockCase, [tx.institutionId, caseId, actor.applicationId ?? null]), version)
}

function wanted(row: CaseRow | undefined, version: WantedCase['version']): CaseRow {
  if (row === undefined) throw new Refusal('case.not_found')
  if (version !== undefined && row.version !== version) throw new Refusal('case.version_stale')
  return row
}

/** Locks cases for a change that does not depend on what anybody saw of them. */
export async function holdCases(tx: Transaction, caseIds: readonly string[]): Promise<void> {
  if (caseIds.length > 0) await tx.rows(lockCases, [tx.institutionId, caseIds])
}

/** Gives cases that had none the holder under whose key something of them is sealed now. */
export async function giveHoldersTo(
  tx: Transaction,
  given: readonly { readonly caseId: string; readonly holderId: string }[],
): Promise<void> {
  if (given.length === 0) return
  const caseIds = given.map(({ caseId }) => caseId)
  await tx.run(giveHolders, [tx.institutionId, caseIds, given.map(({ holderId }) => holderId)])
}

/** Moves a locked case on; it leaves the review queue. @throws Refusal `case.transition_impossible` */
export async function move(
  tx: Transaction,
  row: Pick<CaseRow, 'caseId' | 'state' | 'reviewRole' | 'priority'>,
  { event, at }: { readonly event: CaseEvent; readonly at: Date },
): Promise<CaseSummary['version']> {
  const state = next(row.state, event)
  const stays = state === 'in_review'
  const { version } = await tx.one(moveCase, [
    tx.institutionId,
    row.caseId,
    state,
    stays ? row.reviewRole : null,
    stays ? row.priority : null,
    at,
  ])
  return version
}

export interface CaseFilter {
  readonly applicationId: string | undefined
  readonly states: readonly CaseState[] | undefined
  /** The last case of the page before. */
  readonly after: string | undefined
  readonly size: number
}

/** A page of cases, newest first. */
export async function findCases(
  kernel: Kernel,
  actor: Actor,
  { applicationId, states, after, size }: CaseFilter,
): Promise<readonly CaseRow[]> {
  return kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.rows(listCases, [actor.institutionId, applicationId, states, after, size]),
    seeing(actor, 'case.read'),
  )
}

/** Where a page of the queue goes on. */
export interface QueuePlace {
  readonly priority: number
  readonly caseId: string
}

export interface QueueFilter {
  readonly applicationId: string | undefined
  readonly after: QueuePlace | undefined
  readonly size: number
}

/** What waits for this officer, most urgent first. */
export async function queueOf(
  kernel: Kernel,
  actor: Actor,
  { applicationId, after, size }: QueueFilter,
): Promise<readonly { readonly row: CaseRow; readonly decision: DecisionRow | undefined }[]> {
  return kernel.db.transaction(
    actor.institutionId,
    async (tx) => {
      const { roles, atUnits } = reviewingRoles(actor)
      const parameters = [
        actor.institutionId,
        roles,
        applicationId,
        after?.caseId,
        after?.priority,
        size,
        atUnits.map(({ role }) => role),
        atUnits.map(({ unitId }) => unitId),
      ]
      const rows = await tx.rows(reviewQueue, parameters)
      const decisions = await decisionsOf(
        tx,
        rows.map(({ caseId }) => caseId),
      )
      return rows.map((row) => ({ row, decision: decisions.get(row.caseId) }))
    },
    seeing(actor, 'case.review'),
  )
}

/** The actor's roles: those that hold everywhere, and the others with each unit where they do. */
function reviewingRoles({ roles, units }: Actor) {
  const atUnits = [...(units ?? [])].flatMap(([role, at]) => at.map((unitId) => ({ role, unitId })))
  return { roles: roles.filter((role) => units?.has(role) !== true), atUnits }
}

/** How many cases are in each state, by application, of those that the actor may read. */
export async function caseCounts(kernel: Kernel, actor: Actor) {
  const { institutionId } = actor
  const count = (tx: Transaction) => tx.rows(countByState, [institutionId])
  return kernel.db.transaction(institutionId, count, seeing(actor, 'case.read'))
}

/** A case that waits for a decision, as the decision needs it. */
export type UndecidedCase = Pick<
  CaseRow,
  'caseId' | 'occurredOn' | 'payload' | 'sealed' | 'holderId' | 'reference'
>

/** Days, both included, `YYYY-MM-DD`, of one application. */
export interface CasePeriod {
  readonly applicationId: string
  readonly from: string
  readonly to: string
}

export async function countUndecidedCases(kernel: Kernel, actor: Actor, period: CasePeriod): Promise<number> {
  const { applicationId, from, to } = period
  const { cases } = await kernel.db.transaction(
    actor.institutionId,
    (tx) => tx.one(countUndecided, [actor.institutionId, applicationId, from, to]),
    { isReadOnly: true, units: everywhere },
  )
  return cases
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** The undecided cases of a period by day, in batches, each read in a transaction of its own. */
export async function* undecided(
  kernel: Kernel,
  actor: Actor,
  { applicationId, from, to, batch }: CasePeriod & { readonly batch: number },
): AsyncGenerator<readonly UndecidedCase[], void, void> {
  let place = { occurredOn: from, caseId: beforeAll }
  for (;;) {
    const { occurredOn, caseId } = place
    const parameters = [actor.institutionId, applicationId, from, to, occurredOn, caseId, batch]
    const cases = await kernel.db.transaction(
      actor.institutionId,
      (tx) => tx.rows(undecidedCases, parameters),
      { isReadOnly: true, units: everywhere },
    )
    if (cases.length > 0) yield cases
    const last = cases.at(-1)
    if (last === undefined || cases.length < batch) return
    place = last
  }
}

/** Where a decision leads a case. */
export interface Move {
  readonly caseId: string
  readonly state: CaseState
  readonly reviewRole: string | null
  readonly priority: number | null
  /** Whose key sealed the reasons, where the case had no holder so far. */
  readonly holderId: string | null
}

/** Moves cases that are still undecided on; says which those were, whoever else tried at the same time. */
export async function moveUndecided(
  tx: Transaction,
  at: Date,
  moves: readonly Move[],
): Promise<ReadonlySet<string>> {
  const moved = await tx.rows(moveOpenedCases, [
    tx.institutionId,
    at,
    moves.map(({ caseId }) => caseId),
    moves.map(({ state }) => state),
    moves.map(({ reviewRole }) => reviewRole),
    moves.map(({ priority }) => priority),
    moves.map(({ holderId }) => holderId),
  ])
  return new Set(moved.map(({ caseId }) => caseId))
}
