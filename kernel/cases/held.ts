/** Cases by whose key they are sealed under: what is held on a person. */
import { everywhere } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import type { Kernel } from '../kernel.ts'
import { type CaseRow, casesHeld, casesOfHolder } from './store.ts'

/** How many cases each application holds on a holder, how many wait for an officer, and the day of the last. */
export type Held = Awaited<ReturnType<typeof casesHeldOn>>[number]

export async function casesHeldOn(tx: Transaction, holderId: string) {
  return tx.rows(casesHeld, [tx.institutionId, holderId])
}

const beforeAll = '00000000-0000-0000-0000-000000000000'

/** All cases of a holder in the whole institution, oldest first, in pages, each read in a transaction of its own. */
export async function* streamCasesOf(
  kernel: Kernel,
  institutionId: string,
  { holderId, page = 200 }: { readonly holderId: string; readonly page?: number },
): AsyncGenerator<readonly CaseRow[], void, void> {
  let after = beforeAll
  for (;;) {
    const place = [institutionId, holderId, after, page]
    const rows = await kernel.db.transaction(institutionId, (tx) => tx.rows(casesOfHolder, place), {
      isReadOnly: true,
      units: everywhere,
    })
    const last = rows.at(-1)
    if (last === undefined) return
    yield rows
    after = last.caseId
  }
}
