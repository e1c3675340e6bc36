/** What takes the place of the sealed part of a case: its correction, or nothing once it need not be kept any more. */
import type { Transaction } from '../db/database.ts'
import {
  type CaseRow,
  casesToForget,
  correctCase,
  countToForget,
  forgetCases,
  forgetSealed,
  holdersStillKept,
} from './store.ts'

export interface Correction
  extends Pick<CaseRow, 'caseId' | 'state' | 'reviewRole' | 'priority' | 'payloadDigest'> {
  readonly sealed: Uint8Array
  /** Whether the decision was made anew too, which counts as a change of its own. */
  readonly isDecidedAgain: boolean
  readonly at: Date
}

/** Corrects a locked case; answers its version. What was opened stays as two digests, which the log commits to. */
export async function correct(tx: Transaction, given: Correction): Promise<number> {
  const { version } = await tx.one(correctCase, [
    tx.institutionId,
    given.caseId,
    given.sealed,
    given.payloadDigest,
    given.state,
    given.isDecidedAgain ? 2 : 1,
    given.reviewRole,
    given.priority,
    given.at,
  ])
  return version
}

/** Takes the sealed reasons out of every decision on a case so far, and leaves their digests. */
export async function forgetReasons(tx: Transaction, caseId: string): Promise<void> {
  await tx.one(forgetSealed, [[caseId], true])
}

/** Where a search for cases that are past their time goes on. */
export interface PastPlace {
  readonly occurredOn: string
  readonly caseId: string
}
export const firstPast: PastPlace = {
  occurredOn: '0001-01-01',
  caseId: '00000000-0000-0000-0000-000000000000',
}

export interface PastCases {
  readonly applicationId: string
  /** The last day of which cases need not be kept. */
  readonly upTo: string
  /** Holders whose cases are kept all the same. */
  readonly except: readonly string[]
}

/** Cases that are past their time and done with, locked. */
export async function takePast(
  tx: Transaction,
  { applicationId, upTo, except }: PastCases,
  { after, size }: { readonly after: PastPlace; readonly size: number },
) {
  const place = [tx.institutionId, applicationId, upTo, after.occurredOn, after.caseId, except, size]
  return tx.rows(casesToForget, place)
}

export async function countPast(tx: Transaction, { applicationId, upTo, except }: PastCases) {
  return tx.one(countToForget, [tx.institutionId, applicationId, upTo, except])
}

/** Takes everything sealed out of cases and what belongs to them. Answers how many texts were beside the cases' own. */
export async function forget(
  tx: Transaction,
  caseIds: readonly string[],
  { by, at }: { readonly by: string; readonly at: Date },
): Promise<number> {
  await tx.run(forgetCases, [tx.institutionId, caseIds, by, at])
  const { texts } = await tx.one(forgetSealed, [caseIds, false])
  return texts ?? 0
}

/** Those of the holders of whom no case is kept whole any more. */
export async function withoutCases(
  tx: Transaction,
  holderIds: readonly string[],
): Promise<readonly string[]> {
  const kept = new Set(
    (await tx.rows(holdersStillKept, [tx.institutionId, holderIds])).map(({ holderId }) => holderId),
  )
  return holderIds.filter((holderId) => !kept.has(holderId))
}
