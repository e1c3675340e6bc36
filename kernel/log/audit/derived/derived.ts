/** Whether what is kept beside the log stands where its entries lead: cases, models, keys. */
import type { Transaction } from '../../../db/database.ts'
import type { Report } from '../findings.ts'
import {
  endsOfCasePages,
  lostHolders,
  misplacedCases,
  misplacedGrants,
  misplacedModels,
  misplacedUnits,
  misplacedWrappingKeys,
  planForCases,
  wrappedKeysAfter,
} from './store.ts'

export interface DerivedCheck {
  readonly institutionId: string
  readonly report: Report
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
}

export const casePage = 8_192
const mostNamed = 100

/** Where the check of the cases begins. */
export const firstCase = '00000000-0000-0000-0000-000000000000'
/** Behind every case. */
export const lastCase = 'ffffffff-ffff-ffff-ffff-ffffffffffff'

/** Ends of the pages of cases behind `after`; the last page ends with {@link lastCase}. */
export async function casePages(
  { institutionId, transact }: Omit<DerivedCheck, 'report'>,
  after: string,
): Promise<readonly string[]> {
  const ends = await transact((tx) => tx.rows(endsOfCasePages, [institutionId, after, casePage]))
  return [...ends.map(({ caseId }) => caseId), lastCase]
}

/** Checks the cases behind `after`, up to `last`. */
export async function checkCases(
  { institutionId, report, transact }: DerivedCheck,
  { after, last }: { readonly after: string; readonly last: string },
): Promise<void> {
  await transact(async (tx) => {
    const parameters = [institutionId, after, last, mostNamed]
    const [, wrong] = await Promise.all([tx.rows(planForCases), tx.rows(misplacedCases, parameters)])
    for (const { caseId, state, expectedState, lastIndex, doubledIndex } of wrong)
      if (doubledIndex === null)
        report('case.misplaced', lastIndex, { case: caseId, state, expected: expectedState })
      else report('entry.doubled', doubledIndex, { kind: 'case', record: caseId })
  })
}

/** Checks models, wrapping keys, units and grants, and that every holder has a key or was erased. */
export async function checkModelsAndKeys({ institutionId, report, transact }: DerivedCheck): Promise<void> {
  await transact(async (tx) => {
    for (const { digest, state } of await tx.rows(misplacedModels, [institutionId]))
      report('model.misplaced', null, { digest, state })
    for (const { keyNumber } of await tx.rows(misplacedWrappingKeys, [institutionId]))
      report('wrapping_key.misplaced', null, { key: String(keyNumber) })
    for (const { holderId } of await tx.rows(lostHolders, [institutionId, mostNamed]))
      report('holder.lost', null, { holder: holderId })
    for (const { code } of await tx.rows(misplacedUnits, [institutionId, mostNamed]))
      report('unit.misplaced', null, { unit: code })
    for (const { accountId, role } of await tx.rows(misplacedGrants, [institutionId, mostNamed]))
      report('grant.misplaced', null, { account: accountId, role })
  })
}

/** A data key as it lies in the database. */
export interface WrappedKey {
  readonly holderId: string
  readonly wrappedKey: Uint8Array
  /** Number of the wrapping key. */
  readonly wrappingKey: number
  readonly blindIndex: Uint8Array
}

const keyPage = 4_096

/** Whether every living data key opens, for whoever has the wrapping keys at hand. Answers how many there are. */
export async function checkDataKeys(
  { institutionId, report, transact }: DerivedCheck,
  { opens, signal }: { opens(key: WrappedKey): Promise<boolean>; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  let count = 0
  let after = firstCase
  for (;;) {
    signal?.throwIfAborted()
    const keys = await transact((tx) => tx.rows(wrappedKeysAfter, [institutionId, after, keyPage]))
    for (const [at, key] of keys.entries()) {
      if (await opens(key)) continue
      // Read again: a rotation may have wrapped it anew meanwhile, or an erasure destroyed it.
      const before = keys[at - 1]?.holderId ?? after
      const [now] = await transact((tx) => tx.rows(wrappedKeysAfter, [institutionId, before, 1]))
      if (now?.holderId === key.holderId && !(await opens(now)))
        report('holder.unopened', null, { holder: key.holderId })
    }
    count += keys.length
    const last = keys.at(-1)
    if (last === undefined || keys.length < keyPage) return count
    after = last.holderId
  }
}
