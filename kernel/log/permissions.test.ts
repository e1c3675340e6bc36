/** What is recorded is only ever added to, whatever SQL the kernel's own role is made to run. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import pg from 'pg'
import { furnish } from '../../test/institution.ts'
import { freshKernel } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { KERNEL_ROLE, KERNEL_SCHEMA } from '../db/roles.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const hostile = await database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })
const { operator } = await furnish(kernel, 'alpha')
await hostile.query(`set khudi.institution_id = '${operator.institutionId}'`)

const recorded = [
  'log_pending',
  'log_entries',
  'log_checkpoints',
  'log_cosignatures',
  'decisions',
  'reviews',
  'outcomes',
  'reads',
] as const

async function isForbidden(sql: string): Promise<void> {
  await assert.rejects(hostile.query(sql), (error: unknown) => {
    assert.ok(error instanceof pg.DatabaseError)
    // 42501: insufficient privilege, also for whoever is not the owner of what it names.
    assert.equal(error.code, '42501', `${sql}: ${error.message}`)
    return true
  })
}

for (const table of recorded) {
  test(`${table}: nothing is updated, deleted, truncated or locked away`, async () => {
    await isForbidden(`update ${table} set institution_id = institution_id`)
    await isForbidden(`delete from ${table}`)
    await isForbidden(`truncate ${table}`)
    await isForbidden(`select * from ${table} for update`)
  })

  test(`${table}: neither its form, its rules nor its owner are changed`, async () => {
    await isForbidden(`alter table ${table} disable row level security`)
    await isForbidden(`alter table ${table} owner to ${KERNEL_ROLE}`)
    await isForbidden(`alter table ${table} disable trigger all`)
    await isForbidden(`drop policy own_institution on ${table}`)
    await isForbidden(`create policy mine on ${table} using (true)`)
    await isForbidden(`drop table ${table} cascade`)
    await isForbidden(`create rule r as on insert to ${table} do instead nothing`)
  })
}

test('the role gives itself nothing more', async () => {
  await isForbidden(`create table ${KERNEL_SCHEMA}.mine ()`)
  await isForbidden('create temporary table log_entries ()')
  await isForbidden(`create function ${KERNEL_SCHEMA}.f() returns int language sql as 'select 1'`)
  await isForbidden(`alter role ${KERNEL_ROLE} bypassrls`)
  await isForbidden('set session_replication_role = replica')
  await isForbidden('create schema mine')
  const { rows } = await owner.query<{ role: string }>('select current_user as role')
  await isForbidden(`set role ${rows[0]?.role}`)
})

test('granting rights on the log to itself gives none', async () => {
  await hostile.query(`grant update, delete on log_entries to ${KERNEL_ROLE}`).catch(() => undefined)
  await isForbidden('delete from log_entries')
})

test('cases, accounts, models and systems are never deleted', async () => {
  for (const table of ['institutions', 'cases', 'accounts', 'access_keys', 'models', 'ai_systems', 'imports'])
    await isForbidden(`delete from ${table}`)
  await isForbidden(`update institutions set slug = 'mine'`)
})

test('after all this the log bears out every row', async () => {
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})
