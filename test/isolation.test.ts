/**
 * One institution sees nothing of another, whatever statement is run: every `select` of every store, with the other's own
 * values as parameters, and every table under SQL that no store has.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { everywhere } from '../kernel/access/roles.ts'
import { Database, type Parameter, type Statement } from '../kernel/db/database.ts'
import { KERNEL_ROLE, KERNEL_SCHEMA } from '../kernel/db/roles.ts'
import { describe, readCatalogue } from './describe.ts'
import { furnish } from './institution.ts'
import { foundInstitution, freshKernel } from './kernel.ts'
import { applicationOf, statementsOf, storeFiles } from './statements.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const catalogue = await readCatalogue(owner)
const { institutionId } = (await furnish(kernel, 'alpha')).operator
const stranger = (await foundInstitution({ ...kernel, applications: new Map() }, 'beta')).institutionId

/** Their names are public, and nothing else of them is in this table. */
const isPublic = (table: string): boolean => table === 'institutions'

const stores = (await storeFiles()).filter((store) => applicationOf(store) === undefined)
const modules: object[] = await Promise.all(stores.map((store) => import(store)))
const selects = modules
  .flatMap(statementsOf)
  .filter(({ text }) => /^\s*select\b/.test(text))
  .map((statement) => ({ statement, table: tableOf(statement) }))
  // A lock that is taken reads no table, and a function reads what its own test says.
  .filter(({ table }) => table !== '' && !isPublic(table) && !isFunction(table))

/**
 * The sequencer's: which institutions have entries that wait, and the places that those of the transaction's get. And numbers,
 * which are nobody's.
 */
function isFunction(name: string): boolean {
  return ['institutions_with_pending', 'sequence_entries', 'generate_series'].includes(name)
}

/** They find what contradicts the log. Of a sound institution they find nothing, which is as much as a stranger sees. */
function findsFaults({ name }: Statement<unknown>): boolean {
  return /^audit\.(bad|lost|misplaced|missing|stray|uneven|unpaired)/.test(name)
}

/** The first table that a statement reads. */
function tableOf({ text }: Statement<unknown>): string {
  return /\bfrom\s+(?!unnest\b)([a-z_]\w*)/.exec(text)?.[1] ?? ''
}

type Row = Readonly<Record<string, string | null>>

/** Rows of a table that belong to the institution, each value as its text. */
async function rowsOf(table: string): Promise<readonly Row[]> {
  const { rows } = await owner.query<{ row: Record<string, string | null> }>(
    `select (select json_object_agg(key, value) from json_each_text(row_to_json(one))) as row
     from ${table} one where institution_id = $1`,
    [institutionId],
  )
  return rows.map(({ row }) => row)
}

/** Below and above everything of a type. */
const bounds: Readonly<Record<string, readonly [low: Parameter, high: Parameter]>> = {
  uuid: ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'],
  date: ['0001-01-01', '9999-12-31'],
  'timestamp with time zone': [new Date(0), new Date('2999-01-01')],
  bigint: [-1, 1_000_000_000],
  integer: [-1, 1_000_000_000],
  'double precision': [-1e9, 1e9],
}

/** The value of parameter `$n` with which the statement should find `row`. */
function parameter(
  text: string,
  n: number,
  { type, row }: { readonly type: string; readonly row: Row },
): Parameter {
  const at = `\\$${n}(?!\\d)`
  if (new RegExp(`${at}(::[\\w\\[\\]]+)? is null`).test(text)) return null
  if (new RegExp(`limit ${at}`).test(text)) return 1_000
  if (new RegExp(`<> all\\(${at}`).test(text)) return []
  if (new RegExp(`offset ${at}`).test(text)) return 1
  const equal = new RegExp(`(\\w+) = (any\\()?${at}`).exec(text)
  const wanted = new RegExp(`unnest\\(${at}::[\\w\\[\\]]+\\) as wanted \\((\\w+)\\)`).exec(text)
  const column = equal?.[1] ?? wanted?.[1]
  if (column !== undefined) {
    const value = row[column] ?? null
    const read = type.startsWith('bytea') && value !== null ? Buffer.from(value.slice(2), 'hex') : value
    return wanted === null && equal?.[2] === undefined ? read : [read]
  }
  const [low, high] = bounds[type] ?? [null, null]
  const isUpper = new RegExp(`(<=?|between \\$\\d+ and) ${at}`).test(text)
  return isUpper ? high : low
}

async function parametersFor({ text }: Statement<unknown>, row: Row): Promise<readonly Parameter[]> {
  const { parameterTypes } = await describe(owner, text)
  return parameterTypes.map((oid, index) =>
    parameter(text, index + 1, { type: catalogue.typeName(oid), row }),
  )
}

/** Rows that say something: a count of nothing says nothing. */
async function seen(as: string, statement: Statement<unknown>, parameters: readonly Parameter[]) {
  const rows = await kernel.db.transaction(as, (tx) => tx.rows(statement, parameters), { units: everywhere })
  return rows.filter((row) => Object.values(row ?? {}).some(saysSomething))
}

const saysSomething = (value: unknown) =>
  value !== null && value !== 0 && value !== false && !(value instanceof Uint8Array && value.length === 0)

/** Parameters with which the statement finds rows of the furnished institution. */
async function parametersThatFind({
  statement,
  table,
}: (typeof selects)[number]): Promise<readonly Parameter[]> {
  for (const row of await rowsOf(table)) {
    const parameters = await parametersFor(statement, row)
    if (findsFaults(statement)) return parameters
    if ((await seen(institutionId, statement, parameters)).length > 0) return parameters
  }
  throw new Error(
    `${statement.name} finds no row of the furnished institution: furnish one (test/institution.ts)`,
  )
}

test('there are statements to look at', () => {
  assert.ok(selects.length > 20)
})

for (const select of selects)
  test(`${select.statement.name} shows the rows of an institution to nobody else`, async () => {
    const { statement } = select
    const parameters = await parametersThatFind(select)
    assert.deepEqual(await seen(stranger, statement, parameters), [], 'asking for the institution by name')
    // Of its own the stranger may have a row, such as the secret that every institution has.
    const theirs = (await seen(institutionId, statement, parameters)).map((row) => JSON.stringify(row))
    for (const row of await seen(stranger, statement, parameters.with(0, stranger)))
      assert.ok(!theirs.includes(JSON.stringify(row)), 'asking with its values')
    await assert.rejects(
      kernel.db.platform((tx) => tx.rows(statement, parameters)),
      isUnset,
      'asking for no institution',
    )
  })

/** 42704: the setting was never made; 22P02: it was, by an earlier transaction of the connection, and is empty now. */
function isUnset(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ['42704', '22P02'].includes(error.code ?? '')
}

test('an institution that was set in one transaction of a connection is not set in the next', async () => {
  const db = new Database({ cluster: database.cluster, connections: 1 })
  try {
    for (const select of selects.slice(0, 3)) {
      const parameters = await parametersThatFind(select)
      await db.transaction(institutionId, (tx) => tx.rows(select.statement, parameters), {
        units: everywhere,
      })
      await assert.rejects(
        db.platform((tx) => tx.rows(select.statement, parameters)),
        isUnset,
      )
    }
  } finally {
    await db.close()
  }
})

const { rows: tables } = await owner.query<{ name: string }>(
  `select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid and attname = 'institution_id'
   where relnamespace = '${KERNEL_SCHEMA}'::regnamespace and relkind in ('r', 'p') order by 1`,
)
const hostile = await database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })

for (const { name: table } of tables.filter(({ name }) => !isPublic(name)))
  test(`${table}: SQL of no store reaches the rows of another institution`, async () => {
    const { rows } = await owner.query<{ row: string }>(
      `select row_to_json(t)::text as row from ${table} t where institution_id = $1 limit 1`,
      [institutionId],
    )
    assert.equal(rows.length, 1, 'the furnished institution has a row in every table')
    await hostile.query(`set khudi.institution_id = '${stranger}'`)
    assert.equal(
      (await hostile.query(`select from ${table} where institution_id = $1`, [institutionId])).rowCount,
      0,
    )
    for (const sql of [
      `update ${table} set institution_id = '${stranger}' where institution_id = '${institutionId}'`,
      `delete from ${table} where institution_id = '${institutionId}'`,
    ])
      assert.equal(await changed(sql), 0, sql)
    const copied = `insert into ${table} select (json_populate_record(null::${table}, $1)).*`
    // Or may not write into it at all, wherever the row says it belongs.
    await assert.rejects(hostile.query(copied, [rows[0]?.row]), /row-level security|permission denied/)
  })

/** How many rows the hostile connection changed; none where it may not even try. */
async function changed(sql: string): Promise<number> {
  try {
    return (await hostile.query(sql)).rowCount ?? 0
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return 0
    throw error
  }
}

test('every table of the kernel belongs to institutions', async () => {
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class where relnamespace = '${KERNEL_SCHEMA}'::regnamespace and relkind in ('r', 'p')`,
  )
  const without = rows.map(({ name }) => name).filter((name) => !tables.some((one) => one.name === name))
  assert.deepEqual(without, ['schema_migrations'])
})
