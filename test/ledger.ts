/** Does the record add up? Asked of the database itself, past the code that wrote it. */
import type pg from 'pg'
import { z } from 'zod'

const Count = z.coerce.number().int()

/** Every count is over the whole database. */
const Ledger = z.strictObject({
  /** Records of files, and what became of them. */
  records: Count,
  accepted: Count,
  unchanged: Count,
  refused: Count,
  unfinishedImports: Count,
  /** Rows that are kept for whoever mends the file. */
  refusalRows: Count,
  /** Cases that an import opened, and how many of them have a decision. */
  importedCases: Count,
  decidedCases: Count,
  decidedTwice: Count,
  /** Of cases, decisions, outcomes and finished imports. */
  withoutLogEntry: Count,
  entriesOfNothing: Count,
  loggedTwice: Count,
})
export type Ledger = z.infer<typeof Ledger>

const logged = `
  with recorded (kind, record_id) as (
    select 'case.opened', case_id::text from cases
    union all select 'decision.made', decision_id::text from decisions
    union all select 'outcome.recorded', outcome_id::text from outcomes
    union all select 'import.finished', import_id::text from imports where state = 'finished'
  ), entries as (
    select kind, record_id, count(*) as times from log_all
    where kind in ('case.opened', 'decision.made', 'outcome.recorded', 'import.finished')
    group by kind, record_id
  )
  select count(*) filter (where times is null) as "withoutLogEntry",
    count(*) filter (where recorded.kind is null) as "entriesOfNothing",
    count(*) filter (where times > 1) as "loggedTwice"
  from recorded full join entries using (kind, record_id)`

const imported = `
  select coalesce(sum(records), 0) as records, coalesce(sum(opened), 0) as accepted,
    coalesce(sum(unchanged), 0) as unchanged, coalesce(sum(refused), 0) as refused,
    count(*) filter (where state <> 'finished') as "unfinishedImports",
    (select count(*) from import_refusals) as "refusalRows"
  from imports`

const decided = `
  select count(*) as "importedCases", count(decisions) as "decidedCases",
    count(*) filter (where decisions > 1) as "decidedTwice"
  from (
    select nullif(count(decision_id), 0) as decisions
    from cases left join decisions using (institution_id, case_id)
    where source = 'import' and cases.reference not like $1
    group by institution_id, case_id
  ) as one`

/** @param undecided pattern (`like`) of the references that were taken in without being decided */
export async function ledgerOf(client: pg.Client, undecided: string): Promise<Ledger> {
  const parts = [
    await client.query(logged),
    await client.query(imported),
    await client.query(decided, [undecided]),
  ]
  return Ledger.parse(Object.assign({}, ...parts.map(({ rows }) => rows[0])))
}
