/**
 * Migrations: each runs on a filled database of the version before and keeps its rows; the outcome is the committed
 * schema; the rules that hold for every table of the kernel.
 *
 * After a migration was added: `node --test --test-update-snapshots test/migrations.test.ts`.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import type pg from 'pg'
import { type Migration, migrate, readMigrations } from '../kernel/db/migrate.ts'
import { KERNEL_MIGRATIONS } from '../kernel/db/open.ts'
import { KERNEL_ROLE, KERNEL_SCHEMA, prepareRoles, quote } from '../kernel/db/roles.ts'
import { freshDatabase } from './database.ts'
import { root } from './files.ts'
import { fill } from './filler.ts'
import { dumpSchema } from './schema-dump.ts'

/** Tables that belong to no institution, each with the reason. Keep it short. */
const PLATFORM_TABLES = [
  // Says which migrations ran.
  'schema_migrations',
]

const ROWS = 5
const migrations = await readMigrations(KERNEL_MIGRATIONS, KERNEL_SCHEMA)
const empty = await Promise.all(migrations.map(() => freshDatabase({ isMigrated: false })))
const owner = await (await freshDatabase()).connect()
const filled = await freshDatabase()
const filledRows = await fill(await filled.connect(), KERNEL_SCHEMA, ROWS)

migrations.forEach((migration, index) => {
  test(`${migration.name} runs on a filled database of the version before and keeps its rows`, async () => {
    const database = empty[index]
    assert.ok(database)
    const client = await database.connect()
    await prepareRoles(client, database.cluster, [])
    await migrate(client, KERNEL_SCHEMA, migrations.slice(0, index))
    const counts = await fill(client, KERNEL_SCHEMA, ROWS)
    await migrate(client, KERNEL_SCHEMA, migrations.slice(0, index + 1))
    for (const [table, rows] of counts) assert.equal(await count(client, table), rows, table)
  })
})

test('the filler reaches every table, also the last version', async () => {
  const client = await filled.connect()
  assert.ok(filledRows.size > 0)
  for (const [table, rows] of filledRows) assert.equal(await count(client, table), rows, table)
})

test('a migration that a filled database refuses is found', async () => {
  const client = await filled.connect()
  const bad: Migration = {
    number: migrations.length + 1,
    name: '9999_bad.sql',
    sql: 'alter table institutions add column motto text not null',
    sha256: '',
    isBreaking: false,
  }
  await assert.rejects(migrate(client, KERNEL_SCHEMA, [...migrations, bad]), {
    code: 'database.migration_failed',
  })
})

test('the migrations make the committed schema', async (t) => {
  t.assert.fileSnapshot(await dumpSchema(owner, KERNEL_SCHEMA), join(root, 'kernel/db/schema.sql'), {
    serializers: [
      (dump: string) =>
        `-- Made by test/migrations.test.ts; to be read and compared, never run.\n\n${dump.trimEnd()}`,
    ],
  })
})

test('every table belongs to an institution: first in its primary key, and row by row to the kernel', async () => {
  const { rows } = await owner.query<{ table: string; first: string | null; isSecured: boolean }>(
    `select relname as table, relrowsecurity as "isSecured",
       (select attname from pg_constraint join pg_attribute on attrelid = conrelid and attnum = conkey[1]
        where conrelid = pg_class.oid and contype = 'p') as first
     from pg_class where relnamespace = $1::regnamespace and relkind in ('r', 'p') order by relname`,
    [KERNEL_SCHEMA],
  )
  const wrong = rows.filter(({ table, first, isSecured }) => {
    return !PLATFORM_TABLES.includes(table) && (first !== 'institution_id' || !isSecured)
  })
  assert.deepEqual(wrong, [])
  assert.ok(rows.length > PLATFORM_TABLES.length)
})

test('the kernel sees the rows of the named institution and of no other', async () => {
  const client = await filled.connect()
  const { rows: known } = await client.query<{ id: string }>('select institution_id as id from institutions')
  const kernel = await filled.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })
  for (const { id } of known.slice(0, 3)) {
    await kernel.query(`select set_config('khudi.institution_id', $1, false)`, [id])
    for (const table of filledRows.keys()) {
      const { rows } = await kernel.query<{ id: string }>(
        `select distinct institution_id as id from ${quote(table)}`,
      )
      const seen = rows.map((row) => row.id).filter((seenId) => table !== 'institutions' && seenId !== id)
      assert.deepEqual(seen, [], `${table} shows rows of another institution`)
    }
  }
})

async function count(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(`select count(*)::int as rows from ${quote(table)}`)
  return rows[0]?.rows ?? 0
}
