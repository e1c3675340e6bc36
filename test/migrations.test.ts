/**
 * Migrations: each runs on a filled database of the version before and keeps its rows, or says that it cannot carry them
 * over and changes nothing; the outcome is the committed schema; the rules that hold for every table of the kernel.
 *
 * After a migration was added: `node --test --test-update-snapshots test/migrations.test.ts`.
 */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { type Migration, migrate, readMigrations } from '../kernel/db/migrate.ts'
import { KERNEL_MIGRATIONS } from '../kernel/db/open.ts'
import { KERNEL_ROLE, KERNEL_SCHEMA, prepareRoles, quote } from '../kernel/db/roles.ts'
import { Fatal } from '../kernel/errors.ts'
import { freshDatabase, type TestDatabase } from './database.ts'
import { root } from './files.ts'
import { fill } from './filler.ts'
import { dumpSchema } from './schema-dump.ts'

/** Tables that belong to no institution, each with the reason. Keep it short. */
const PLATFORM_TABLES = [
  // Says which migrations ran.
  'schema_migrations',
]

/** Migrations after which the rows of before would mean nothing: what they say of a database that has some. */
const REFUSING: Readonly<Record<string, { readonly message: string; readonly hint: string }>> = {
  '0002_log.sql': {
    message: 'this database was made before the transparency log and cannot be carried over',
    hint: 'Export its cases with the version that made it, and import them into a new institution.',
  },
  '0003_vault.sql': {
    message: 'this database was made before the vault and cannot be carried over',
    hint: 'Export its cases with the version that made it, and import them into a new institution.',
  },
}

/** Tables that a migration empties, each with the reason. */
const EMPTYING: Readonly<Record<string, readonly string[]>> = {
  // Everybody signs in again, since a session of before says nothing of a second factor.
  '0005_sign_in.sql': ['sessions'],
}

const ROWS = 5
const migrations = await readMigrations(KERNEL_MIGRATIONS, KERNEL_SCHEMA)
const empty = await Promise.all(migrations.map(() => freshDatabase({ isMigrated: false })))
const owner = await (await freshDatabase()).connect()
const filled = await freshDatabase()
const filledRows = await fill(await filled.connect(), KERNEL_SCHEMA, ROWS)

migrations.forEach((migration, index) => {
  const refusal = REFUSING[migration.name]
  const migrateTo = (client: pg.Client, count: number) =>
    migrate(client, KERNEL_SCHEMA, migrations.slice(0, count))

  if (refusal === undefined)
    test(`${migration.name} runs on a filled database of the version before and keeps its rows`, async () => {
      const client = await prepared(empty[index])
      await migrateTo(client, index)
      const counts = await fill(client, KERNEL_SCHEMA, ROWS)
      await migrateTo(client, index + 1)
      for (const [table, rows] of counts)
        assert.equal(await count(client, table), EMPTYING[migration.name]?.includes(table) ? 0 : rows, table)
    })
  else
    test(`${migration.name} refuses a filled database of the version before, and runs on an empty one`, async () => {
      const client = await prepared(empty[index])
      await migrateTo(client, index)
      const counts = await fill(client, KERNEL_SCHEMA, ROWS)
      await assert.rejects(migrateTo(client, index + 1), refusedWith(refusal))
      for (const [table, rows] of counts)
        assert.equal(await count(client, table), EMPTYING[migration.name]?.includes(table) ? 0 : rows, table)
      await client.query(`truncate ${[...counts.keys()].map(quote).join(', ')}`)
      await migrateTo(client, index + 1)
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
  await kernel.query(`set khudi.units = '*'`)
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

/** A connection as the owner of a database that no migration has run on. */
async function prepared(database: TestDatabase | undefined): Promise<pg.Client> {
  assert.ok(database)
  const client = await database.connect()
  await prepareRoles(client, database.cluster, [])
  return client
}

function refusedWith({ message, hint }: { readonly message: string; readonly hint: string }) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof Fatal && error.cause instanceof pg.DatabaseError)
    assert.deepEqual(
      [error.code, error.cause.message, error.cause.hint],
      ['database.migration_failed', message, hint],
    )
    return true
  }
}

async function count(client: pg.Client, table: string): Promise<number> {
  const { rows } = await client.query<{ rows: number }>(`select count(*)::int as rows from ${quote(table)}`)
  return rows[0]?.rows ?? 0
}
