/**
 * SQL of somebody who got hold of a connection: as an application's role, and as the kernel's own role inside of one institution.
 * Each statement is refused, or does no harm to anybody else; what nobody else's data may show is looked for in every answer.
 */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import pg from 'pg'
import { statement } from '../kernel/db/database.ts'
import { prepareDatabase } from '../kernel/db/open.ts'
import { applicationRole, applicationSchema, KERNEL_ROLE, KERNEL_SCHEMA } from '../kernel/db/roles.ts'
import {
  comesToNothing,
  insideOutOf,
  onServer,
  reachingFrom,
  settingsOf,
  uuidOf,
} from './hostile-statements.ts'
import { furnish } from './institution.ts'
import { identifiersOf, rowDigests } from './institution-rows.ts'
import { foundInstitution, freshKernel } from './kernel.ts'

const folder = mkdtempSync(join(tmpdir(), 'khudi-hostile-'))
after(() => rmSync(folder, { recursive: true }))
writeFileSync(
  join(folder, '0001_own.sql'),
  '-- compatible\ncreate table own (institution_id uuid, n integer);\n',
)

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const alpha = await furnish(kernel, 'alpha')
const beta = (await foundInstitution({ ...kernel, applications: new Map() }, 'beta')).institutionId
await prepareDatabase(database.cluster, [{ id: 'intruder', folder }])
const theirs = new Set(await identifiersOf(owner, alpha))
theirs.delete(alpha.operator.institutionId)
const { institutionId } = alpha.operator
const before = await rowDigests(owner, alpha)

const intruder = await database.connect({
  role: applicationRole('intruder'),
  schema: applicationSchema('intruder'),
})
const insider = await database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })

/** Codes of PostgreSQL that say no. */
const refusals: Readonly<Record<string, string>> = {
  '42501': 'insufficient privilege',
  '0A000': 'not supported',
  '22023': 'no such role to become',
  '42704': 'unknown',
  '55000': 'switched off',
  '55P02': 'cannot be changed now',
  '58P01': 'no such file',
  '42883': 'no such function',
  '42601': 'not one statement',
  '42P01': 'no such table',
  '42939': 'reserved name',
  '22P02': 'no institution named',
  '53200': 'no more locks',
}

const counted = { refused: 0, harmless: 0 }

/** Runs it in a transaction that is taken back; it may be refused, and may not show or change anything of alpha. */
async function tried(client: pg.Client, sql: string, setting = ''): Promise<'refused' | 'harmless'> {
  await client.query('begin')
  try {
    if (setting !== '') await client.query(setting)
    const answers = [await client.query(sql)].flat()
    for (const { rows } of answers) {
      const shown = JSON.stringify(rows)
      for (const identifier of theirs) assert.ok(!shown.includes(identifier), `${sql} shows ${identifier}`)
    }
    counted.harmless += 1
    return 'harmless'
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error
    // Not to be run inside of a transaction: it is asked for outside of one, where it must be refused for good.
    if (error.code === '25001') return await triedAlone(client, sql)
    assert.ok(Object.hasOwn(refusals, error.code ?? ''), `${sql}: ${error.code} ${error.message}`)
    for (const identifier of theirs) assert.ok(!error.message.includes(identifier), error.message)
    counted.refused += 1
    return 'refused'
  } finally {
    await client.query('rollback')
  }
}

async function triedAlone(client: pg.Client, sql: string): Promise<'refused'> {
  await client.query('rollback')
  await assert.rejects(
    client.query(sql),
    (error) => error instanceof pg.DatabaseError && /^(42501|42704)$/.test(error.code ?? ''),
  )
  counted.refused += 1
  return 'refused'
}

const own = applicationSchema('intruder')
for (const [name, client] of [
  ['an application’s role', intruder],
  ['the kernel’s role', insider],
] as const)
  test(`${name} gets nothing of the server: ${onServer.length} statements`, async () => {
    for (const sql of onServer) {
      const setting = client === insider ? `set local khudi.institution_id = ${uuidOf(beta)}` : ''
      const result = await tried(client, sql, setting)
      if (!comesToNothing.has(sql)) assert.equal(result, 'refused', sql)
    }
  })

const settings = settingsOf(institutionId)
const reaching = reachingFrom(own)

test(`an application's role reaches nothing of the kernel, whatever it sets: ${settings.length} × ${reaching.length} statements`, async () => {
  for (const setting of settings)
    for (const sql of reaching) {
      const result = await tried(intruder, sql, setting)
      if (!comesToNothing.has(sql)) assert.equal(result, 'refused', `${setting}; ${sql}`)
    }
})

/** Things that shadow what the kernel calls, made in every place that the role may write. */
test('what an application puts beside the kernel’s words is called by nobody', async () => {
  const shadows = [
    `create function ${own}.current_setting(text) returns text language sql as $$select '${institutionId}'$$`,
    `create function ${own}.now() returns timestamptz language plpgsql as $$begin raise exception 'called'; end$$`,
    `create table ${own}.cases (reference text)`,
    `create function ${own}.upper(text) returns text language plpgsql as $$begin raise exception 'called'; end$$`,
    `create type ${own}.uuid as enum ('a')`,
  ]
  for (const sql of shadows) await intruder.query(sql)
  const here = statement({
    name: 'test.hostile.here',
    text: `select upper('a') as upper, now() is null as is_null`,
  })
  await kernel.db.transaction(institutionId, (tx) => tx.run(here), { units: undefined })
  for (const sql of [
    'create temporary table cases (n integer)',
    'create temporary view cases as select 1',
    'create function pg_temp.now() returns integer language sql as $$select 1$$',
  ])
    assert.equal(await tried(intruder, sql), 'refused', sql)
})

test('untrusted languages and other people’s trust are refused in its own schema', async () => {
  for (const body of [
    `language c as 'libc', 'system'`,
    `language internal as 'pg_read_file_all'`,
    `language plpython3u as $$import os$$`,
    `language plperlu as $$1$$`,
  ])
    assert.equal(
      await tried(intruder, `create function ${own}.run(text) returns text ${body}`),
      'refused',
      body,
    )
  // Its own trust is its own: run by whoever calls, and nobody else calls.
  const mine = `create function ${own}.mine() returns text language sql security definer as $$select current_user::text$$`
  assert.equal(await tried(intruder, `${mine}; select ${own}.mine()`), 'harmless')
})

// Of locks a part: whoever takes all that the server has stops everybody while they hold them, other tests too.
test('whoever floods locks, notes and large objects stops nobody else', async () => {
  const work = () =>
    kernel.db.transaction(
      institutionId,
      (tx) => tx.run(statement({ name: 'test.hostile.alive', text: 'select count(*) from accounts' })),
      { units: undefined },
    )
  await intruder.query('begin')
  try {
    await intruder.query('select pg_advisory_xact_lock(n) from generate_series(1, 2000) n')
    await intruder.query(`select pg_notify('flood', repeat('x', 7000)) from generate_series(1, 500)`)
    await work()
  } finally {
    await intruder.query('rollback')
  }
  await work()
  const made = await intruder.query<{ id: number }>(`select lo_from_bytea(0, 'mine') as id`)
  const [{ id } = { id: 0 }] = made.rows
  assert.equal(await tried(insider, `select lo_get(${id})`), 'refused')
  await intruder.query('select lo_unlink($1)', [id])
})

const insideOut = insideOutOf({ beta, institutionId })

test(`the kernel's role sees and changes nothing of another institution than the one it named: ${insideOut.length} statements`, async () => {
  const named = `set local khudi.institution_id = ${uuidOf(beta)}; set local khudi.units = '*'`
  for (const sql of insideOut) await tried(insider, sql, named)
})

test('a plan that was prepared for one institution shows the next one its own rows', async () => {
  const { rows: own } = await owner.query(
    'select count(*)::int as n from accounts where institution_id = $1',
    [institutionId],
  )
  const seen: number[] = []
  for (let round = 0; round < 12; round += 1) {
    await insider.query('begin')
    await insider.query(`set local khudi.institution_id = ${uuidOf(round % 2 === 0 ? institutionId : beta)}`)
    const { rows } = await insider.query<{ n: number }>({
      name: 'count',
      text: 'select count(*)::int as n from accounts',
    })
    seen.push(rows[0]?.n ?? -1)
    await insider.query('commit')
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 12 }, (_, round) => (round % 2 === 0 ? own[0]?.n : 0)),
  )
})

test('the role gives its later connections no institution to begin with', async () => {
  const sql = `alter role ${KERNEL_ROLE} in database "${database.cluster.database}" set khudi.institution_id = ${uuidOf(institutionId)}`
  assert.equal(await tried(insider, sql), 'refused')
  const fresh = await database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })
  assert.equal(await tried(fresh, 'select * from accounts'), 'refused')
})

test('a statement of a store is one statement: a second one behind it is refused', async () => {
  const two = statement({
    name: 'test.hostile.two',
    text: `select 1; set local khudi.institution_id = ${uuidOf(institutionId)}`,
  })
  await assert.rejects(
    kernel.db.transaction(beta, (tx) => tx.run(two)),
    { code: '42601' },
  )
})

test('after all this every row of the institution is as it was', async (t) => {
  assert.deepEqual(await rowDigests(owner, alpha), before)
  t.diagnostic(`${counted.refused} statements refused, ${counted.harmless} harmless`)
  assert.ok(counted.refused > 300 && counted.harmless > 20)
})
