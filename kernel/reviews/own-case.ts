/** Whoever typed a case in does not review it: separation of duties (kernel/duties). What systems and files bring, nobody typed in. */
import { type Actor, unitsFor } from '../access/roles.ts'
import type { CaseRow } from '../cases/cases.ts'
import type { Transaction } from '../db/database.ts'
import { requireAnother } from '../duties/separation.ts'
import { Refusal } from '../errors.ts'
import type { Kernel } from '../kernel.ts'
import { historyOf } from '../log/log.ts'

type Typed = Pick<CaseRow, 'caseId' | 'source'>

/** @throws Refusal `review.own_case` where the reviewer entered the case on a page */
export async function requireAnotherOfficer(tx: Transaction, actor: Actor, row: Typed): Promise<void> {
  if (row.source !== 'page') return
  const opened = (await historyOf(tx, row.caseId)).find(({ kind }) => kind === 'case.opened')
  if (opened === undefined) throw new Error('a case has an entry of its opening')
  await requireAnother(tx, 'review', { first: opened.actor, second: actor.name })
}

/** Whether the case waits for somebody other than this officer, who entered it. */
export async function isOwnCase(kernel: Pick<Kernel, 'db'>, actor: Actor, row: Typed): Promise<boolean> {
  if (row.source !== 'page') return false
  try {
    await kernel.db.transaction(actor.institutionId, (tx) => requireAnotherOfficer(tx, actor, row), {
      isReadOnly: true,
      units: unitsFor(actor, 'case.review'),
    })
    return false
  } catch (error) {
    if (error instanceof Refusal && error.code === 'review.own_case') return true
    throw error
  }
}
