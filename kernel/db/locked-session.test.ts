/** One holder at a time; who loses the lock can no longer write through it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { z } from 'zod'
import { freshDatabase } from '../../test/database.ts'
import { Refusal } from '../errors.ts'
import { statement } from './database.ts'
import { KERNEL_ROLE, KERNEL_SCHEMA } from './roles.ts'

const database = await freshDatabase()
const { db } = database
const owner = await database.connect()
const pidOf = statement({
  name: 'test.pid',
  text: 'select pg_backend_pid() as pid',
  row: z.strictObject({ pid: z.int() }),
})
const fails = statement({ name: 'test.fails', text: 'select 1 / 0' })

async function taken(name: string) {
  const session = await db.tryLock(name)
  assert.ok(session !== undefined)
  return session
}

test('a lock has one holder, until it is given back; another name is another lock', async () => {
  const first = await taken('one')
  assert.equal(await db.tryLock('one'), undefined)
  await (await taken('other')).release()
  await first.release()
  await (await taken('one')).release()
})

test('transactions run on the connection that holds the lock, one after the other', async () => {
  const session = await taken('serial')
  const pids = await Promise.all([1, 2, 3].map(() => session.platform((tx) => tx.one(pidOf))))
  assert.equal(new Set(pids.map(({ pid }) => pid)).size, 1)
  const { rows } = await owner.query(
    `select pid from pg_locks where locktype = 'advisory' and granted and pid = $1`,
    [pids[0]?.pid],
  )
  assert.equal(rows.length, 1)
  await session.release()
})

test('a statement that fails ends its transaction and not the lock', async () => {
  const session = await taken('failing')
  await assert.rejects(
    session.platform((tx) => tx.run(fails)),
    /division by zero/,
  )
  assert.equal(session.isLost, false)
  assert.equal(await db.tryLock('failing'), undefined)
  await session.platform((tx) => tx.one(pidOf))
  await session.release()
})

test('a connection that is cut loses the lock, and nothing is written through it any more', async () => {
  const session = await taken('cut')
  const { pid } = await session.platform((tx) => tx.one(pidOf))
  // A role may always end sessions of its own, whatever other tests do to memberships meanwhile.
  const same = await database.connect({ role: KERNEL_ROLE, schema: KERNEL_SCHEMA })
  await same.query('select pg_terminate_backend($1, 5000)', [pid])
  await assert.rejects(
    session.platform((tx) => tx.one(pidOf)),
    (error: unknown) => error instanceof Refusal && error.code === 'database.unavailable',
  )
  assert.equal(session.isLost, true)
  await (await taken('cut')).release()
  await session.release()
})
