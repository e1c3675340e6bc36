/**
 * What PostgreSQL alone does with the same rows: the peer that everything above it is compared with. Rows go into copies
 * of the product's tables (same columns, checks and indexes; no foreign keys, no row-level security), equally durable.
 */
import type pg from 'pg'
import { z } from 'zod'
import type { Installation } from '../../test/installation.ts'

const schema = 'raw_inserts'
/** What a decided case leaves behind. */
const tables = ['cases', 'decisions', 'log_entries'] as const
type Table = (typeof tables)[number]

const Column = z.object({ name: z.string(), type: z.string() })
type Column = z.infer<typeof Column>

/** Rows of a table by column, as text. */
interface Copied {
  readonly table: Table
  readonly columns: readonly Column[]
  readonly values: readonly (readonly (string | null)[])[]
}

export interface RawInserts {
  readonly cases: number
  readonly seconds: number
}

/** Inserts the rows of the cases whose reference begins with `prefix`, `batchSize` cases a commit, on one connection. */
export async function insertInBatches(
  client: pg.Client,
  prefix: string,
  batchSize: number,
): Promise<RawInserts> {
  const copies: Copied[] = []
  for (const table of tables) copies.push(await copied(client, table, prefix))
  await makeTables(client)
  const cases = rowsOf(copies[0])
  const startedAt = performance.now()
  for (let start = 0; start < cases; start += batchSize) {
    await client.query('begin')
    for (const copy of copies) {
      // The same part of every table: two log entries belong to a case.
      const scale = rowsOf(copy) / cases
      const values = copy.values.map((column) => column.slice(start * scale, (start + batchSize) * scale))
      await client.query({ name: copy.table, text: batchInsert(copy), values })
    }
    await client.query('commit')
  }
  return { cases, seconds: (performance.now() - startedAt) / 1000 }
}

/** Inserts cases one by one, a commit each, over so many connections at once; inserts a second. */
export async function insertSingly(
  installation: Installation,
  given: { readonly connections: number; readonly seconds: number; readonly prefix: string },
): Promise<number> {
  const clients = await Promise.all(Array.from({ length: given.connections }, () => installation.connect()))
  try {
    const [first] = clients
    if (first === undefined) return 0
    const copy = await copied(first, 'cases', given.prefix)
    await makeTables(first)
    const text = singleInsert(copy)
    let next = 0
    const startedAt = performance.now()
    const until = startedAt + given.seconds * 1000
    const loop = async (client: pg.Client) => {
      while (performance.now() < until && next < rowsOf(copy)) {
        const row = next++
        await client.query({ name: 'single', text, values: copy.values.map((column) => column[row] ?? null) })
      }
    }
    await Promise.all(clients.map(loop))
    return next / ((performance.now() - startedAt) / 1000)
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}

const rowsOf = (copy: Copied | undefined) => copy?.values[0]?.length ?? 0

async function makeTables(client: pg.Client): Promise<void> {
  await client.query(`drop schema if exists ${schema} cascade`)
  await client.query(`create schema ${schema}`)
  for (const table of tables)
    await client.query(`create table ${schema}.${table} (like ${table} including all)`)
}

async function copied(client: pg.Client, table: Table, prefix: string): Promise<Copied> {
  const found = await client.query(
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
     where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [table],
  )
  const columns = z.array(Column).parse(found.rows)
  const { rows } = await client.query<(string | null)[]>({
    text: `select ${columns.map(({ name }) => `${name}::text`).join(', ')} from ${table}
      where (institution_id, case_id) in (select institution_id, case_id from cases where reference like $1)
      order by institution_id, case_id`,
    values: [`${prefix}%`],
    rowMode: 'array',
  })
  return { table, columns, values: columns.map((_, index) => rows.map((row) => row[index] ?? null)) }
}

function batchInsert({ table, columns }: Copied): string {
  const arrays = columns.map(({ type }, index) => `$${index + 1}::${type}[]`)
  return `insert into ${schema}.${table} (${namesOf(columns)}) select * from unnest(${arrays.join(', ')})`
}

function singleInsert({ table, columns }: Copied): string {
  const values = columns.map(({ type }, index) => `$${index + 1}::${type}`)
  return `insert into ${schema}.${table} (${namesOf(columns)}) values (${values.join(', ')})`
}

const namesOf = (columns: readonly Column[]) => columns.map(({ name }) => name).join(', ')
