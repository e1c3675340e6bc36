/**
 * Migrations: forward only, each file in a transaction of its own together with its record.
 *
 * A folder holds `NNNN_what.sql`, numbered from 0001 without gaps. The first line says `-- compatible` (the program
 * before still works on the result) or `-- breaking` (it does not; every process must stop first). A kill leaves either
 * all of a file or nothing of it.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { z } from 'zod'
import { Fatal } from '../errors.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  readonly sql: string
  /** SHA-256 of the file, in hex. */
  readonly sha256: string
  readonly isBreaking: boolean
}

const FILE = /^(\d{4})_([a-z0-9_]+)\.sql$/
const FIRST_LINE = /^-- (compatible|breaking)\r?\n/

/** Reads a folder of migrations in order. {@link Fatal} where names, numbers or first lines are not as they must be. */
export async function readMigrations(folder: string, schema: string): Promise<Migration[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    names.map(async (name, index) => {
      const sql = await readFile(join(folder, name), 'utf8')
      const number = Number(FILE.exec(name)?.[1])
      const kind = FIRST_LINE.exec(sql)?.[1]
      if (number !== index + 1)
        throw new Fatal('database.migration_invalid', {
          name,
          schema,
          detail: `number ${index + 1} is expected`,
        })
      if (kind === undefined)
        throw new Fatal('database.migration_invalid', { name, schema, detail: 'its first line says neither' })
      return {
        number,
        name,
        sql,
        sha256: createHash('sha256').update(sql).digest('hex'),
        isBreaking: kind === 'breaking',
      }
    }),
  )
}

const Applied = z.strictObject({ number: z.int(), name: z.string(), sha256: z.string() })
export type AppliedMigration = z.output<typeof Applied>

/**
 * Applies what is missing, in order. The connection belongs to the schema's owner and has the schema as search path; the
 * caller keeps other processes from doing the same.
 */
export async function migrate(
  client: pg.ClientBase,
  schema: string,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const applied = await appliedMigrations(client)
  const missing = stillMissing(applied, migrations, schema)
  for (const migration of missing) await apply(client, schema, migration)
  return missing
}

/** What the schema's own table says; makes the table where it is missing. */
async function appliedMigrations(client: pg.ClientBase): Promise<AppliedMigration[]> {
  await client.query(`create table if not exists schema_migrations (
    number integer primary key,
    name text not null,
    sha256 text not null,
    applied_at timestamptz not null default now()
  )`)
  const { rows } = await client.query('select number, name, sha256 from schema_migrations order by number')
  return z.array(Applied).parse(rows)
}

function stillMissing(
  applied: readonly AppliedMigration[],
  known: readonly Migration[],
  schema: string,
): readonly Migration[] {
  const last = applied.at(-1)
  if (last !== undefined && last.number > known.length)
    throw new Fatal('database.newer', { schema, found: last.number, known: known.length })
  applied.forEach((one, index) => {
    const file = known[index]
    if (file === undefined || one.number !== file.number || one.sha256 !== file.sha256)
      throw new Fatal('database.migration_changed', { schema, name: one.name })
  })
  return known.slice(applied.length)
}

async function apply(client: pg.ClientBase, schema: string, migration: Migration): Promise<void> {
  const { number, name, sql, sha256 } = migration
  try {
    await client.query('begin')
    await client.query(sql)
    await client.query('insert into schema_migrations (number, name, sha256) values ($1, $2, $3)', [
      number,
      name,
      sha256,
    ])
    await client.query('commit')
  } catch (cause) {
    await client.query('rollback').catch(() => undefined)
    if (!(cause instanceof pg.DatabaseError)) throw cause
    throw new Fatal('database.migration_failed', { schema, name, detail: cause.message }, { cause })
  }
}
