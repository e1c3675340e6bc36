/** Fills the tables of freshly made schemas, and the folder of files, from the members of an archive. */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, open, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { from as copyFrom } from 'pg-copy-streams'
import { quote } from '../db/roles.ts'
import { damaged, type Head, type Member, type TableHead } from './archive.ts'
import type { RowProgress } from './backup.ts'
import { copyOf, readSchemas } from './tables.ts'

export interface LoadOptions {
  readonly head: Head
  /** What comes after the head. */
  readonly members: AsyncGenerator<Member, void, void>
  readonly objectsFolder: string
  readonly progress?: RowProgress
}

/**
 * Loads every member inside the caller's transaction; the number of rows. Throws where anything is not as the head says,
 * and the caller rolls back. Files that were written by then have no row that names them.
 */
export async function load(client: pg.Client, options: LoadOptions): Promise<number> {
  const { head, members, objectsFolder, progress } = options
  await client.query('set local statement_timeout = 0')
  const tables = await expectedTables(client, head)
  const foreignKeys = await dropForeignKeys(client, head)
  const total = [...tables.values()].reduce((sum, { table }) => sum + table.rows, 0)
  let [rows, objects] = [0, 0]
  let step = await members.next()
  while (step.done !== true) {
    const member = step.value
    if (member.kind === 'piece') {
      const target = tables.get(member.table)
      // A table that comes twice, or one that the head does not have.
      if (target === undefined) throw damaged(`tables/${member.table}`)
      tables.delete(member.table)
      const loaded = await loadTable(client, { members, first: member, copy: target.copy })
      if (loaded.rows !== target.table.rows) throw damaged(`tables/${member.table}`)
      rows += loaded.rows
      progress?.(rows, total)
      step = loaded.next
    } else {
      if (member.kind === 'head') throw damaged('head.json')
      await storeObject(objectsFolder, member)
      objects += 1
      step = await members.next()
    }
  }
  for (const [name, { table }] of tables) if (table.rows > 0) throw damaged(`tables/${name}`)
  if (objects !== head.objects) throw damaged('objects')
  await setSequences(client, head)
  for (const { table, name, definition } of foreignKeys)
    await client.query(`alter table ${table} add constraint ${quote(name)} ${definition}`)
  return rows
}

interface Target {
  readonly table: TableHead
  readonly copy: string
}

/** The head's tables by name; they must be those that the migrations made. */
async function expectedTables(client: pg.Client, head: Head): Promise<Map<string, Target>> {
  const made = new Map((await readSchemas(client)).map(({ name, tables }) => [name, tables]))
  const expected = new Map<string, Target>()
  for (const { name: schema, tables } of head.schemas) {
    const shape = (list: readonly TableHead[]): string =>
      JSON.stringify(list.map(({ name, columns }) => [name, columns]))
    if (shape(made.get(schema) ?? []) !== shape(tables)) throw damaged('head.json')
    for (const table of tables)
      expected.set(`${schema}.${table.name}`, { table, copy: copyOf(schema, table) })
  }
  return expected
}

interface TableLoad {
  readonly members: AsyncGenerator<Member, void, void>
  readonly first: Extract<Member, { kind: 'piece' }>
  readonly copy: string
}

/** Copies the pieces of one table, which stand together; gives back the step that follows them. */
async function loadTable(
  client: pg.Client,
  { members, first, copy }: TableLoad,
): Promise<{ rows: number; next: IteratorResult<Member, void> }> {
  const following: { next: IteratorResult<Member, void> } = { next: { done: true, value: undefined } }
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield first.rows
    for (;;) {
      following.next = await members.next()
      const member = following.next.value
      if (member?.kind !== 'piece' || member.table !== first.table) return
      yield member.rows
    }
  }
  const target = client.query(copyFrom(`${copy} from stdin`))
  try {
    await pipeline(pieces, target)
  } catch (cause) {
    // Values that their types or the constraints refuse were never read from such a table.
    if (cause instanceof pg.DatabaseError && /^2[23]/.test(cause.code ?? ''))
      throw damaged(`tables/${first.table}`, cause)
    throw cause
  }
  return { rows: target.rowCount, next: following.next }
}

interface ForeignKey {
  readonly table: string
  readonly name: string
  readonly definition: string
}

/** Tables then load in any order, and each key is checked once for all rows when it is put back. */
async function dropForeignKeys(client: pg.Client, head: Head): Promise<ForeignKey[]> {
  const { rows } = await client.query<ForeignKey>(
    `select format('%I.%I', nspname, relname) as table, conname as name, pg_get_constraintdef(pg_constraint.oid) as definition
     from pg_constraint join pg_class on pg_class.oid = conrelid join pg_namespace on pg_namespace.oid = relnamespace
     where contype = 'f' and nspname = any($1) order by 1, 2`,
    [head.schemas.map(({ name }) => name)],
  )
  for (const { table, name } of rows)
    await client.query(`alter table ${table} drop constraint ${quote(name)}`)
  return rows
}

async function setSequences(client: pg.Client, head: Head): Promise<void> {
  for (const { name: schema, sequences } of head.schemas)
    for (const { name, lastValue, isCalled } of sequences)
      await client.query('select setval($1::regclass, $2::bigint, $3)', [
        `${quote(schema)}.${quote(name)}`,
        lastValue,
        isCalled,
      ])
}

/** Streamed, for a file may be larger than the memory; laid out as kernel/objects does. */
async function storeObject(
  folder: string,
  { digest, content }: Extract<Member, { kind: 'object' }>,
): Promise<void> {
  const path = join(folder, digest.slice(0, 2), digest)
  const unfinished = `${path}.${randomBytes(8).toString('hex')}`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await pipeline(content, createWriteStream(unfinished, { mode: 0o600, flush: true }))
  await rename(unfinished, path)
  const parent = await open(dirname(path), 'r')
  await parent.sync().finally(() => parent.close())
}
