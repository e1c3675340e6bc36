/** Everything that is stored of an institution, as a test compares or searches for it. */
import type pg from 'pg'
import type { Furnished } from './institution.ts'

/** Every UUID in any row of the institution. */
export async function identifiersOf(owner: pg.Client, { operator }: Furnished): Promise<readonly string[]> {
  const { rows: columns } = await owner.query<{ table: string; column: string }>(
    `select relname as table, attname as column from pg_class join pg_attribute on attrelid = pg_class.oid
     where relnamespace = 'kernel'::regnamespace and relkind = 'r' and atttypid = 'uuid'::regtype and attnum > 0
       and exists (select from pg_attribute own where own.attrelid = pg_class.oid and own.attname = 'institution_id')`,
  )
  const found = new Set<string>()
  for (const { table, column } of columns) {
    const { rows } = await owner.query<{ id: string }>(
      `select distinct ${column} as id from ${table} where institution_id = $1 and ${column} is not null`,
      [operator.institutionId],
    )
    for (const { id } of rows) found.add(id)
  }
  return [...found]
}

/** Identifiers that belong to one application: cases, decisions, outcomes, models. */
export async function identifiersOfApplication(
  owner: pg.Client,
  { operator }: Furnished,
  applicationId: string,
): Promise<readonly string[]> {
  const { rows } = await owner.query<{ id: string }>(
    `select case_id::text as id from cases where institution_id = $1 and application_id = $2
     union all select decision_id::text from decisions where institution_id = $1 and application_id = $2
     union all select outcome_id::text from outcomes join cases using (institution_id, case_id)
       where institution_id = $1 and application_id = $2
     union all select encode(model_digest, 'hex') from models where institution_id = $1 and application_id = $2`,
    [operator.institutionId, applicationId],
  )
  return rows.map(({ id }) => id)
}

/** A digest of each table's rows of the institution. */
export async function rowDigests(
  owner: pg.Client,
  { operator }: Furnished,
): Promise<Readonly<Record<string, string>>> {
  const { rows: tables } = await owner.query<{ name: string }>(
    `select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'institution_id'
     where relnamespace = 'kernel'::regnamespace and relkind = 'r' order by 1`,
  )
  const digests: Record<string, string> = {}
  for (const { name } of tables) {
    const { rows } = await owner.query<{ digest: string }>(
      `select md5(coalesce(string_agg(one::text, ',' order by one::text), '')) as digest from ${name} one
       where institution_id = $1`,
      [operator.institutionId],
    )
    digests[name] = rows[0]?.digest ?? ''
  }
  return digests
}
