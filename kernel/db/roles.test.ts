/** What an application's role can reach: hostile SQL, run as the role, against everything that is not its own. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { v7 as uuid } from 'uuid'
import { z } from 'zod'
import { freshDatabase } from '../../test/database.ts'
import { statement } from './database.ts'
import { applicationRole, applicationSchema } from './roles.ts'

const folder = mkdtempSync(join(tmpdir(), 'khudi-roles-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(
  join(folder, '0001_parcels.sql'),
  '-- compatible\ncreate table parcels (institution_id uuid, parcel_id text, primary key (institution_id, parcel_id));\n',
)
const [land, other] = ['test-land', 'test_other']
const { db, connect } = await freshDatabase({ applications: [land, other].map((id) => ({ id, folder })) })
const client = await connect({ role: applicationRole(land), schema: applicationSchema(land) })

test('an application works in its own schema', async () => {
  const institution = uuid()
  const add = statement({ name: 'test.addParcel', text: 'insert into parcels values ($1, $2)' })
  const all = statement({
    name: 'test.parcels',
    text: 'select parcel_id from parcels',
    row: z.strictObject({ parcelId: z.string() }),
  })
  await db.application(land).transaction(institution, (tx) => tx.run(add, [institution, 'LHR-1']))
  assert.deepEqual(await db.application(land).transaction(institution, (tx) => tx.rows(all)), [
    { parcelId: 'LHR-1' },
  ])
  assert.deepEqual(await db.application(other).transaction(institution, (tx) => tx.rows(all)), [])
})

const hostile = [
  'select * from kernel.cases',
  'select * from kernel.institutions',
  'select * from kernel.schema_migrations',
  'insert into kernel.institutions (slug) values (1)',
  'select * from "app_test_other".parcels',
  'drop table "app_test_other".parcels',
  'create table "app_test_other".mine (n integer)',
  'create table kernel.mine (n integer)',
  'create table public.mine (n integer)',
  'create temporary table mine (n integer)',
  'create schema mine',
  'create database mine',
  'create role mine',
  'create extension postgres_fdw',
  'create extension file_fdw',
  'set role khudi_kernel',
  'set role "khudi_app_test_other"',
  'set session authorization khudi_kernel',
  'reset session authorization; set role khudi_kernel',
  'reset role; select * from kernel.cases',
  'alter role khudi_kernel superuser',
  'alter role current_user bypassrls',
  'alter role current_user createrole',
  'grant khudi_kernel to current_user',
  'grant select on kernel.cases to current_user',
  'alter table kernel.cases disable row level security',
  'alter table kernel.cases owner to current_user',
  "copy (select 1) to '/tmp/mine'",
  "copy (select 1) to program 'id'",
  "create table leak (line text); copy leak from '/etc/passwd'",
  "select pg_read_file('/etc/passwd')",
  "select lo_import('/etc/passwd')",
  "select pg_ls_dir('/')",
  "alter system set fsync = 'off'",
  'select pg_reload_conf()',
  'select passwd from pg_shadow',
  'select rolpassword from pg_authid',
  'create function run() returns void language c as $$evil$$',
  'create function peek() returns bigint language sql security definer as $$select count(*) from kernel.cases$$; select peek()',
  'create view peek as select * from kernel.cases',
  'create event trigger mine on ddl_command_start execute function peek()',
  "load 'auto_explain'",
  'set session_replication_role = replica',
]

for (const sql of hostile)
  test(`an application cannot ${sql}`, async () => {
    // 42501 insufficient privilege; 22023 no such role to become; 0A000 and 58P01: refused before it is looked at.
    await assert.rejects(client.query(sql), (error) => {
      assert.ok(error instanceof Error && 'code' in error)
      assert.match(String(error.code), /^(42501|42939|0A000|58P01|22023)$/, error.message)
      return true
    })
  })

test('an application cannot stop the kernel’s connections or see its statements', async () => {
  await db.platform((tx) => tx.rows(statement({ name: 'test.secret', text: `select 'secret'` })))
  const { rows } = await client.query(
    `select query from pg_stat_activity where usename = 'khudi_kernel' and query like '%secret%'`,
  )
  assert.deepEqual(rows, [])
  await assert.rejects(
    client.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'khudi_kernel' limit 1`,
    ),
    { code: '42501' },
  )
})
