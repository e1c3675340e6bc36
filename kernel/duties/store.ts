import { z } from 'zod'
import { statement } from '../db/statement.ts'

/** The account $2 (as the log names it), who opened it, who opened their account, and so on: the log says so. */
export const openersOf = statement({
  name: 'duties.openersOf',
  text: `
    with recursive openers (person) as (
      select $2::text
      union
      select entry.actor
      from openers join log_all entry on entry.institution_id = $1 and entry.kind = 'account.created'
        and entry.record_id = substr(openers.person, 9)
      where openers.person like 'account:%'
    )
    select person from openers where person is not null`,
  row: z.strictObject({ person: z.string() }),
})
