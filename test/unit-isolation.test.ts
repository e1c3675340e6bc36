/**
 * A transaction that is limited to a unit sees and writes nothing of another one, whatever statement is run: with the application
 * layer out of the way, as the kernel's role, and as an application's.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import pg from 'pg'
import { statement } from '../kernel/db/database.ts'
import { applicationRole, applicationSchema, KERNEL_ROLE, KERNEL_SCHEMA } from '../kernel/db/roles.ts'
import { unitsOf } from '../kernel/units/units.ts'
import { freshDatabase } from './database.ts'
import { furnish } from './institution.ts'
import { freshFolder, freshKernel } from './kernel.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const { institutionId } = (await furnish(kernel, 'alpha')).operator
const units = await unitsOf(kernel, institutionId)
const unitId = units.find(({ code }) => code === 'LHR')?.unitId ?? ''
const other = units.find(({ code }) => code === 'KHI')?.unitId ?? ''
const hostile = await database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })

/** 42704: the setting was never made on the connection; 22P02: it was, and is empty or no list of units. */
function isUnset(error: unknown): boolean {
  return error instanceof pg.DatabaseError && ['42704', '22P02'].includes(error.code ?? '')
}

const everyCase = statement({ name: 'hostile.everyCase', text: 'select from cases' })

/** Says for whom the hostile connection speaks from here on. */
async function limitTo(setting: string): Promise<void> {
  await hostile.query(`set khudi.institution_id = '${institutionId}'`)
  await hostile.query(`set khudi.units = '${setting}'`)
}

async function tablesWith(column: string): Promise<readonly string[]> {
  const { rows } = await owner.query<{ name: string }>(
    `select relname as name from pg_class join pg_attribute on attrelid = pg_class.oid and attname = $1
     where relnamespace = '${KERNEL_SCHEMA}'::regnamespace and relkind in ('r', 'p', 'v') order by 1`,
    [column],
  )
  return rows.map(({ name }) => name)
}

const { rows: inside } = await owner.query<{ case_id: string }>(
  'select case_id from cases where institution_id = $1 and unit_id = $2',
  [institutionId, unitId],
)
const visible = new Set(inside.map(({ case_id }) => case_id))

for (const table of await tablesWith('case_id'))
  test(`${table}: of cases, only those of the unit are there, to be read or counted`, async () => {
    await limitTo(`{${unitId}}`)
    const { rows } = await hostile.query<{ case_id: string | null; counted: number }>(
      `select case_id, count(*) over ()::int as counted from ${table}`,
    )
    const shown = rows.flatMap(({ case_id }) => case_id ?? [])
    assert.deepEqual(
      shown.filter((id) => !visible.has(id)),
      [],
    )
    const all = await owner.query(
      `select from ${table} where institution_id = $1 and case_id = any($2::uuid[])`,
      [institutionId, [...visible]],
    )
    assert.equal(shown.length, all.rowCount, 'and all of those are')
  })

const furnished = [
  'cases',
  'decisions',
  'idempotency_keys',
  'log_entries',
  'log_pending',
  'outcomes',
  'reads',
  'reviews',
]

/** How many rows the hostile connection changed; none where it may not even try. */
async function changed(sql: string): Promise<number> {
  try {
    return (await hostile.query(sql)).rowCount ?? 0
  } catch (error) {
    if (error instanceof pg.DatabaseError && error.code === '42501') return 0
    throw error
  }
}

for (const table of (await tablesWith('case_id')).filter((name) => name !== 'log_all'))
  test(`${table}: nothing of another unit is changed, copied or taken over`, async () => {
    const { rows } = await owner.query<{ row: string; case_id: string }>(
      `select row_to_json(t)::text as row, case_id from ${table} t
       where institution_id = $1 and case_id is not null and not case_id = any($2::uuid[]) limit 1`,
      [institutionId, [...visible]],
    )
    const [foreign] = rows
    if (foreign === undefined) {
      assert.ok(!furnished.includes(table), 'the furnished institution has a row about a case elsewhere')
      return
    }
    await limitTo(`{${unitId}}`)
    const [mine = ''] = visible
    for (const sql of [
      `update ${table} set case_id = '${mine}' where case_id = '${foreign.case_id}'`,
      `delete from ${table} where case_id = '${foreign.case_id}'`,
    ])
      assert.equal(await changed(sql), 0, sql)
    const copied = `insert into ${table} select (json_populate_record(null::${table}, $1)).*`
    await assert.rejects(
      hostile.query(copied, [foreign.row]),
      /row-level security|permission denied|cannot insert a non-DEFAULT value/,
    )
  })

test('a case of the unit is not given to another unit, nor one of another taken', async () => {
  await limitTo(`{${unitId}}`)
  await assert.rejects(
    hostile.query('update cases set unit_id = $1 where unit_id = $2', [other, unitId]),
    /row-level security/,
  )
  assert.equal(await changed(`update cases set unit_id = '${unitId}' where unit_id = '${other}'`), 0)
  assert.equal(await changed(`update cases set unit_id = '${unitId}' where unit_id is null`), 0)
})

for (const table of ['jobs', 'job_schedules', 'imports', 'import_refusals'])
  test(`${table}: whoever is limited to a unit is not told how much the whole institution does`, async () => {
    await limitTo(`{${unitId}}`)
    assert.equal((await hostile.query(`select from ${table}`)).rowCount, 0)
    await limitTo('*')
    assert.ok((await hostile.query(`select from ${table}`)).rowCount)
  })

test('what a statement lets slip in errors, conflicts or foreign keys names no case of another unit', async () => {
  const { rows } = await owner.query<{ case_id: string; reference: string }>(
    'select case_id, reference from cases where institution_id = $1 and unit_id = $2',
    [institutionId, other],
  )
  const [foreign] = rows
  assert.ok(foreign)
  await limitTo(`{${unitId}}`)
  const leaking = `create_leak($1)`
  await assert.rejects(hostile.query(`select ${leaking} from cases`, ['']), /does not exist/)
  // A function of the reader's own is only ever shown rows that the policy let through.
  const { rowCount } = await hostile.query(
    `select from cases where 1 / (case when reference = $1 then 0 else 1 end) = 1`,
    [foreign.reference],
  )
  assert.equal(rowCount, visible.size)
})

test('a transaction that names no unit at all sees no case, and says so', async () => {
  for (const setting of ['', 'all', 'LHR']) {
    await limitTo(setting)
    for (const table of ['cases', 'decisions', 'outcomes', 'reviews'])
      await assert.rejects(hostile.query(`select from ${table}`), { code: '22P02' }, `${setting} ${table}`)
  }
  await limitTo('{}')
  for (const table of ['cases', 'decisions', 'outcomes', 'reviews'])
    assert.equal((await hostile.query(`select from ${table}`)).rowCount, 0)
  await assert.rejects(
    kernel.db.transaction(institutionId, (tx) => tx.run(everyCase)),
    isUnset,
  )
})

test('units of one transaction are not those of the next on the same connection', async () => {
  for (const given of [[unitId], undefined, [unitId]] as const) {
    const options = { units: given }
    const rows = await kernel.db.transaction(institutionId, (tx) => tx.run(everyCase), options)
    const { rowCount } = await owner.query('select from cases where institution_id = $1', [institutionId])
    assert.equal(rows, given === undefined ? rowCount : visible.size)
  }
})

test('an application’s role reaches no case of any unit, whatever it sets', async () => {
  const folder = freshFolder('migrations')
  writeFileSync(
    join(folder, '0001_notes.sql'),
    '-- compatible\ncreate table notes (note text primary key);\n',
  )
  const own = await freshDatabase({ applications: [{ id: 'permits', folder }] })
  const role = applicationRole('permits')
  const client = await own.connect({ role, schema: applicationSchema('permits') })
  await client.query(`set khudi.institution_id = '${institutionId}'`)
  await client.query(`set khudi.units = '*'`)
  assert.equal((await client.query('select from notes')).rowCount, 0)
  for (const table of [...(await tablesWith('case_id')), 'units', 'account_grants'])
    await assert.rejects(client.query(`select from kernel.${table}`), { code: '42501' }, table)
})
