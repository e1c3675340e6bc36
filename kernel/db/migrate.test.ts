import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freshDatabase, type TestDatabase } from '../../test/database.ts'
import { prepareDatabase } from './open.ts'

const FIRST = '-- compatible\ncreate table one (institution_id uuid primary key);\n'
const SECOND = '-- breaking\nalter table one add column name text;\n'

/** Folder with these migrations, numbered from 0001. */
function folderOf(...files: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'khudi-migrations-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  files.forEach((sql, index) => {
    writeFileSync(join(folder, `000${index + 1}_step.sql`), sql)
  })
  return folder
}

const empty = (): Promise<TestDatabase> => freshDatabase({ isMigrated: false })
const databases = await Promise.all(Array.from({ length: 7 }, empty))
const take = (): TestDatabase => {
  const database = databases.pop()
  assert.ok(database)
  return database
}

test('migrations run once, later ones when they come', async () => {
  const { cluster } = take()
  const applied = async (...files: readonly string[]): Promise<number[]> =>
    (await prepareDatabase(cluster, [], { kernelMigrations: folderOf(...files) })).map(({ number }) => number)
  assert.deepEqual(await applied(FIRST), [1])
  assert.deepEqual(await applied(FIRST), [])
  assert.deepEqual(await applied(FIRST, SECOND), [2])
})

test('a migration that fails leaves nothing, and those before it stay', async () => {
  const { cluster, connect } = take()
  const half = '-- compatible\ncreate table two (institution_id uuid primary key);\nselect 1 / 0;\n'
  await assert.rejects(prepareDatabase(cluster, [], { kernelMigrations: folderOf(FIRST, half) }), {
    code: 'database.migration_failed',
    parameters: { schema: 'kernel', name: '0002_step.sql', detail: 'division by zero' },
  })
  const { rows } = await (await connect()).query(
    `select to_regclass('one') is not null as one, to_regclass('two') is not null as two`,
  )
  assert.deepEqual(rows, [{ one: true, two: false }])
})

test('a migration that was changed after it ran stops the program', async () => {
  const { cluster } = take()
  await prepareDatabase(cluster, [], { kernelMigrations: folderOf(FIRST) })
  await assert.rejects(
    prepareDatabase(cluster, [], { kernelMigrations: folderOf(`${FIRST}-- a remark\n`) }),
    {
      code: 'database.migration_changed',
    },
  )
})

test('a database of a newer program stops the older one', async () => {
  const { cluster } = take()
  await prepareDatabase(cluster, [], { kernelMigrations: folderOf(FIRST, SECOND) })
  await assert.rejects(prepareDatabase(cluster, [], { kernelMigrations: folderOf(FIRST) }), {
    code: 'database.newer',
    parameters: { schema: 'kernel', found: 2, known: 1 },
  })
})

test('a file that does not say what it does to the program before is refused', async () => {
  const { cluster } = take()
  await assert.rejects(
    prepareDatabase(cluster, [], { kernelMigrations: folderOf('create table one ();\n') }),
    {
      code: 'database.migration_invalid',
    },
  )
})

test('several processes that start at once apply each migration once', async () => {
  const { cluster } = take()
  const folder = folderOf(FIRST, SECOND)
  const applied = await Promise.all(
    [1, 2, 3].map(() => prepareDatabase(cluster, [], { kernelMigrations: folder })),
  )
  assert.deepEqual(
    applied.flat().map(({ number }) => number),
    [1, 2],
  )
})

test('an application’s migration cannot leave its schema', async () => {
  const { cluster } = take()
  const kernel = folderOf('-- compatible\ncreate table one (institution_id uuid primary key);\n')
  for (const sql of [
    'drop table kernel.one',
    'commit; reset role; drop table kernel.one',
    'create table public.two (n integer)',
  ])
    await assert.rejects(
      prepareDatabase(cluster, [{ id: 'test-rogue', folder: folderOf(`-- compatible\n${sql};\n`) }], {
        kernelMigrations: kernel,
      }),
      {
        code: 'database.migration_failed',
      },
    )
})
