/**
 * Steps of proceedings: requests of data subjects, breaches, holds, rules. A proceeding is the list of its steps; what it stands
 * at follows from them. A step is added with its log entry and never changed, so the database holds nothing that the log does
 * not bear out.
 *
 * What can be told of anybody (kinds, days, laws, counts) is the step's body, in clear. Names, addresses and words are sealed
 * under the key of the person concerned, and go with it.
 */
import type { z } from 'zod'
import { canonicalJson, sha256 } from '../canonical.ts'
import type { Transaction } from '../db/database.ts'
import { Refusal } from '../errors.ts'
import { newId } from '../identifiers.ts'
import type { LogKind } from '../log/kinds.ts'
import { append, type Recorded } from '../log/log.ts'
import {
  insertStep,
  latestStep,
  lockProceeding,
  proceedingsBegunWith,
  type StepRow,
  stepsOfKind,
  stepsOfProceedings,
} from './store.ts'

export type { StepRow } from './store.ts'

export interface NewStep {
  readonly proceedingId: string
  /** Of the step before; 0 for the first. */
  readonly after: number
  readonly kind: LogKind
  readonly body: unknown
  readonly stepId?: string
  readonly holderId?: string | null
  readonly sealed?: Uint8Array | null
  readonly isLast?: boolean
  /** The case that it is about, where its history is to show the step; else the log knows the step by its proceeding. */
  readonly caseId?: string
}

/** Who took the step, and when. */
export interface StepAct {
  readonly actor: string
  readonly at: Date
}

/** Where the words of a step are sealed. */
export const stepPlace = (stepId: string): string => `rights/${stepId}`

/** Adds a step and its log entry. @throws Refusal `right.version_stale` where somebody else was faster */
export async function takeStep(tx: Transaction, act: StepAct, given: NewStep): Promise<StepRow> {
  const row: StepRow = {
    proceedingId: given.proceedingId,
    stepNumber: given.after + 1,
    stepId: given.stepId ?? newId(),
    kind: given.kind,
    body: canonicalJson(given.body),
    holderId: given.holderId ?? null,
    sealed: given.sealed ?? null,
    isLast: given.isLast ?? false,
    recordedBy: act.actor,
    recordedAt: act.at,
  }
  const added = await tx.run(insertStep, [
    tx.institutionId,
    row.proceedingId,
    row.stepNumber,
    row.stepId,
    row.kind,
    row.body,
    row.holderId,
    row.sealed,
    row.isLast,
    row.recordedBy,
    row.recordedAt,
  ])
  if (added === 0) throw new Refusal('right.version_stale')
  const caseId = given.caseId ?? row.proceedingId
  const entry: Recorded = { kind: given.kind, caseId, recordId: row.stepId, record: stepRecord(row) }
  await append(tx, act, [entry])
  return row
}

/** What the log commits to; sealed words enter by the digest of the sealed bytes. Names in order (RFC 8785). */
function stepRecord(row: StepRow): string {
  const text = (value: string | null) => JSON.stringify(value)
  const sealed = row.sealed === null ? null : sha256(row.sealed).toString('hex')
  return (
    `{"body":${row.body},"holder":${text(row.holderId)},"isLast":${row.isLast},"kind":${text(row.kind)},` +
    `"number":${row.stepNumber},"proceeding":${text(row.proceedingId)},"recordedAt":"${row.recordedAt.toISOString()}",` +
    `"sealed":${text(sealed)},"step":${text(row.stepId)}}`
  )
}

/** Lets one at a time work on a proceeding, until the end of the transaction, and answers its steps in order. */
export async function takeProceeding(tx: Transaction, proceedingId: string): Promise<readonly StepRow[]> {
  await tx.run(lockProceeding, [tx.institutionId, proceedingId])
  return stepsOf(tx, proceedingId)
}

export async function stepsOf(tx: Transaction, proceedingId: string): Promise<readonly StepRow[]> {
  return tx.rows(stepsOfProceedings, [tx.institutionId, [proceedingId]])
}

/** Which proceedings, and how many. */
export interface ProceedingFilter {
  /** Of their first step. */
  readonly kind: LogKind
  readonly isOpen: boolean
  /** The last proceeding of the page before. */
  readonly after: string | undefined
  readonly size: number
}

/** Proceedings by their steps, newest first. */
export async function proceedings(
  tx: Transaction,
  { kind, isOpen, after, size }: ProceedingFilter,
): Promise<readonly (readonly StepRow[])[]> {
  const found = await tx.rows(proceedingsBegunWith, [tx.institutionId, kind, after, isOpen, size])
  const ids = found.map(({ proceedingId }) => proceedingId)
  if (ids.length === 0) return []
  const rows = await tx.rows(stepsOfProceedings, [tx.institutionId, ids])
  const byId = Map.groupBy(rows, ({ proceedingId }) => proceedingId)
  return ids.map((id) => byId.get(id) ?? [])
}

export async function latest(tx: Transaction, kind: LogKind): Promise<StepRow | undefined> {
  return tx.maybe(latestStep, [tx.institutionId, kind])
}

/** The newest steps of a kind. */
export async function newest(
  tx: Transaction,
  { kind, size }: { readonly kind: LogKind; readonly size: number },
): Promise<readonly StepRow[]> {
  return tx.rows(stepsOfKind, [tx.institutionId, kind, size])
}

/** The body of a step. */
export function bodyOf<S extends z.ZodType>(schema: S, row: Pick<StepRow, 'body'>): z.output<S> {
  return schema.parse(JSON.parse(row.body))
}

/** The body of the newest step of a kind among these; `undefined` where none is. */
export function bodyOfKind<S extends z.ZodType>(
  schema: S,
  rows: readonly StepRow[],
  kind: LogKind,
): { readonly row: StepRow; readonly body: z.output<S> } | undefined {
  const row = rows.findLast((one) => one.kind === kind)
  return row === undefined ? undefined : { row, body: bodyOf(schema, row) }
}
