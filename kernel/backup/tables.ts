/** What there is to back up, read from the catalogues, so that a new table or application needs no line here. */
import type pg from 'pg'
import { KERNEL_SCHEMA, quote } from '../db/roles.ts'
import type { SchemaHead, TableHead } from './archive.ts'

const APPLICATION_PREFIX = 'app_'

/** Schemas with their tables, row counts and sequences, as the transaction of `client` sees them. */
export async function readSchemas(client: pg.ClientBase): Promise<SchemaHead[]> {
  const { rows } = await client.query<{ name: string }>(
    `select nspname as name from pg_namespace where nspname = $1 or nspname like 'app\\_%' order by nspname <> $1, nspname`,
    [KERNEL_SCHEMA],
  )
  const schemas: SchemaHead[] = []
  for (const { name } of rows) {
    const applicationId = name === KERNEL_SCHEMA ? null : name.slice(APPLICATION_PREFIX.length)
    const migrations = await readMigrationRecords(client, name)
    const tables = await readTables(client, name)
    schemas.push({ name, applicationId, migrations, tables, sequences: await readSequences(client, name) })
  }
  return schemas
}

async function readMigrationRecords(
  client: pg.ClientBase,
  schema: string,
): Promise<SchemaHead['migrations']> {
  const table = `${quote(schema)}.schema_migrations`
  const known = await client.query<{ exists: boolean }>('select to_regclass($1) is not null as exists', [
    table,
  ])
  if (known.rows[0]?.exists !== true) return []
  const { rows } = await client.query<SchemaHead['migrations'][number]>(
    `select number, name, sha256 from ${table} order by number`,
  )
  return rows
}

/** Generated columns are left out: the database makes them again. */
async function readTables(client: pg.ClientBase, schema: string): Promise<TableHead[]> {
  const { rows } = await client.query<{ name: string; columns: string[] }>(
    `select relname as name,
       (select json_agg(attname order by attnum) from pg_attribute
        where attrelid = pg_class.oid and attnum > 0 and not attisdropped and attgenerated = '') as columns
     from pg_class where relnamespace = $1::text::regnamespace and relkind = 'r' and relname <> 'schema_migrations'
     order by relname`,
    [quote(schema)],
  )
  const tables: TableHead[] = []
  for (const { name, columns } of rows) {
    const counted = await client.query<{ rows: string }>(
      `select count(*) as rows from ${quote(schema)}.${quote(name)}`,
    )
    tables.push({ name, columns, rows: Number(counted.rows[0]?.rows) })
  }
  return tables
}

async function readSequences(client: pg.ClientBase, schema: string): Promise<SchemaHead['sequences']> {
  const { rows } = await client.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = $1::text::regnamespace and relkind = 'S' order by relname`,
    [quote(schema)],
  )
  const sequences: SchemaHead['sequences'] = []
  for (const { name } of rows) {
    const state = await client.query<{ lastValue: string; isCalled: boolean }>(
      `select last_value::text as "lastValue", is_called as "isCalled" from ${quote(schema)}.${quote(name)}`,
    )
    const [found] = state.rows
    if (found !== undefined) sequences.push({ name, ...found })
  }
  return sequences
}

/** `copy "kernel"."cases" ("case_id", …)`, to which `to stdout` or `from stdin` is put. */
export function copyOf(schema: string, { name, columns }: TableHead): string {
  return `copy ${quote(schema)}.${quote(name)} (${columns.map(quote).join(', ')})`
}
