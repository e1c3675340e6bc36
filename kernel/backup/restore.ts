/**
 * Restore: puts an archive into an empty database, all of it or nothing.
 *
 * The schemas are made as they were (the archive says at which migration), filled in one transaction that commits after
 * the last member has been checked, and then brought up to this program's migrations. A kill before the commit leaves an
 * empty database; after it, the next start applies the migrations.
 */
import { existsSync } from 'node:fs'
import type pg from 'pg'
import type { Cluster } from '../db/cluster.ts'
import { type Migration, readMigrations } from '../db/migrate.ts'
import { type ApplicationMigrations, connectOwner, KERNEL_MIGRATIONS, prepareDatabase } from '../db/open.ts'
import { applicationSchema, KERNEL_ROLE, quote } from '../db/roles.ts'
import { Fatal, Refusal } from '../errors.ts'
import { damaged, type Head, type Member, readArchive } from './archive.ts'
import type { RowProgress } from './backup.ts'
import { load } from './load.ts'
import { readSchemas } from './tables.ts'

export interface RestoreOptions {
  readonly cluster: Cluster
  /** Folder of content-addressed files; made where missing. */
  readonly objectsFolder: string
  /** The archive. */
  readonly source: string
  /** The applications of this program with their migrations. */
  readonly applications: readonly ApplicationMigrations[]
  readonly progress?: RowProgress
}

export interface RestoreSummary {
  readonly head: Head
  readonly rows: number
}

/**
 * Fills the database. Refuses with `backup.unreadable`, `backup.archive_damaged`, `backup.archive_newer`,
 * `backup.application_missing`, `backup.database_not_empty` and `backup.database_in_use`, and changes nothing then.
 */
export async function restore(options: RestoreOptions): Promise<RestoreSummary> {
  const { cluster, source, applications } = options
  if (!existsSync(source))
    throw new Refusal('backup.unreadable', { path: source, detail: 'there is no such file' })
  const members = readArchive(source)
  try {
    const head = await firstOf(members)
    const levels = await checkMigrations(head, applications)
    await makeEmptySchemas(cluster, head)
    const present = applications.filter(({ id }) => levels.has(applicationSchema(id)))
    await prepareDatabase(cluster, present, { upTo: levels })
    const rows = await inTransaction(cluster, (client) => load(client, { ...options, head, members }))
    await prepareDatabase(cluster, applications)
    return { head, rows }
  } finally {
    await members.return()
  }
}

async function firstOf(members: AsyncIterator<Member>): Promise<Head> {
  const first = await members.next()
  if (first.done === true || first.value.kind !== 'head') throw damaged('head.json')
  return first.value.head
}

/** At which migration each schema of the archive stands, once it is clear that this program knows every one of them. */
async function checkMigrations(
  head: Head,
  applications: readonly ApplicationMigrations[],
): Promise<Map<string, number>> {
  const levels = new Map<string, number>()
  for (const { name: schema, applicationId, migrations } of head.schemas) {
    const folder =
      applicationId === null ? KERNEL_MIGRATIONS : applications.find(({ id }) => id === applicationId)?.folder
    if (folder === undefined)
      throw new Refusal('backup.application_missing', { application: applicationId ?? schema })
    compare(schema, migrations, await readMigrations(folder, schema))
    levels.set(schema, migrations.length)
  }
  return levels
}

function compare(
  schema: string,
  recorded: Head['schemas'][number]['migrations'],
  known: readonly Migration[],
): void {
  if (recorded.length > known.length)
    throw new Refusal('backup.archive_newer', {
      detail: `${schema} stands at migration ${recorded.length}, the program knows ${known.length}`,
    })
  for (const [index, { sha256, name }] of recorded.entries())
    if (known[index]?.sha256 !== sha256) throw new Fatal('database.migration_changed', { schema, name })
}

/** Drops the schemas, once it is clear that they hold no row and that nobody works with them. */
async function makeEmptySchemas(cluster: Cluster, head: Head): Promise<void> {
  await inTransaction(cluster, async (client) => {
    const { rows: users } = await client.query(
      'select from pg_stat_activity where datname = current_database() and usename = $1',
      [KERNEL_ROLE],
    )
    if (users.length > 0) throw new Refusal('backup.database_in_use')
    const present = await readSchemas(client)
    for (const { name: schema, tables } of present)
      for (const { name, rows } of tables)
        if (rows > 0) throw new Refusal('backup.database_not_empty', { table: `${schema}.${name}` })
    const wanted = new Set(head.schemas.map(({ name }) => name))
    for (const { name } of present)
      if (wanted.has(name)) await client.query(`drop schema ${quote(name)} cascade`)
  })
}

async function inTransaction<T>(cluster: Cluster, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = await connectOwner(cluster)
  try {
    await client.query('begin')
    const result = await work(client)
    await client.query('commit')
    return result
  } catch (error) {
    await client.query('rollback').catch(() => undefined)
    throw error
  } finally {
    await client.end()
  }
}
