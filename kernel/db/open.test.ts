import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { freshDatabase } from '../../test/database.ts'
import { Fatal } from '../errors.ts'
import { partsOf, unguardedHost, withParts } from './cluster.ts'
import { type OpenDatabase, openDatabase } from './open.ts'

const { url, connect } = await freshDatabase()
const owner = await connect()
const folder = mkdtempSync(join(tmpdir(), 'khudi-open-'))
after(() => rmSync(folder, { recursive: true }))
const log = { info: () => undefined, warn: () => undefined }

function open(given: string, secret = process.env.KHUDI_DATABASE_SECRET): Promise<OpenDatabase> {
  return openDatabase({ folder, url: given, secret, applications: [], log })
}

test('a database of DATABASE_URL is opened, migrated and answers', async () => {
  const opened = await open(url)
  assert.equal(opened.dataFolder, undefined)
  assert.deepEqual(opened.migrated, [])
  assert.equal(await opened.db.isReachable(), true)
  await opened.close()
})

test('a server that is not there is told in one sentence', async () => {
  await assert.rejects(open('postgresql://someone@/none?host=/nonexistent'), {
    name: 'Fatal',
    code: 'database.unreachable',
  })
})

test('a database that is not there is told in one sentence', async () => {
  await assert.rejects(open(withParts(url, { database: 'no such database' })), {
    code: 'database.unreachable',
    message: /no such database/,
  })
})

/** A user without any right but to log in. */
const poor = `test_poor_${process.pid}`
const password = 'only-for-this-test'

test('a user who may not make roles is told what the administrator has to run', async () => {
  await owner.query(`create role ${poor} login password '${password}'`)
  await owner.query(`grant ${poor} to current_user`)
  const empty = await freshDatabase({ isMigrated: false })
  const { database } = partsOf(empty.url)
  await owner.query(`alter database "${database}" owner to ${poor}`)
  const applications = [{ id: `test-absent-${process.pid}`, folder }]
  const secret = process.env.KHUDI_DATABASE_SECRET
  try {
    const opening = openDatabase({
      folder,
      url: withParts(empty.url, { user: poor, password }),
      secret,
      applications,
      log,
    })
    await assert.rejects(opening, (error) => {
      assert.ok(error instanceof Fatal)
      assert.equal(error.code, 'database.roles_missing')
      assert.match(error.message, /create role "khudi_app_test-absent-\d+" login/)
      return true
    })
  } finally {
    await empty.close()
  }
})

test('a user who does not own the kernel’s tables is told who does', async () => {
  await owner.query(`grant connect on database "${partsOf(url).database}" to ${poor}`)
  await assert.rejects(open(withParts(url, { user: poor, password })), { code: 'database.not_owner' })
  await owner.query(`revoke all on database "${partsOf(url).database}" from ${poor}`)
  await owner.query(`drop role ${poor}`)
})

test('the database secret is made once and only its owner can read it', async () => {
  // A server that is not there: with a new secret the roles of one that is would get new passwords under others' hands.
  const nowhere = 'postgresql://someone@/none?host=/nonexistent'
  await assert.rejects(openDatabase({ folder, url: nowhere, applications: [], log }))
  const file = join(folder, 'database-secret')
  assert.equal(statSync(file).mode & 0o777, 0o600)
  const before = readFileSync(file)
  assert.equal(before.length, 32)
})

test('a secret of another length is refused', async () => {
  await assert.rejects(open(url, 'c2hvcnQ='), { code: 'database.secret_invalid' })
})

test('a URL keeps its parts when user and database are replaced', () => {
  const socket = 'postgresql://owner:p%40ss@/khudi?host=%2Frun%2Fpg&sslmode=disable'
  assert.deepEqual(partsOf(socket), { user: 'owner', database: 'khudi' })
  assert.equal(
    withParts(socket, { user: 'khudi_app_a-b', password: 'x/y', database: 'other' }),
    'postgresql://khudi_app_a-b:x%2Fy@/other?host=%2Frun%2Fpg&sslmode=disable',
  )
  assert.deepEqual(partsOf('postgres://someone@db.example.org:6432'), {
    user: 'someone',
    database: 'someone',
  })
})

test('another machine’s server is reached with encryption and a checked certificate, or not at all', async () => {
  const at = (rest: string) => unguardedHost(`postgresql://khudi:x@${rest}`)
  for (const guarded of [
    ...['localhost/k', '127.0.0.1:5432/k', '[::1]/k', '/k?host=/run/postgresql', 'h/k?host=/run'],
    ...[
      'db.test/k?sslmode=verify-full',
      'db.test/k?sslmode=require',
      'db.test/k?uselibpqcompat=true&sslmode=verify-full',
    ],
  ])
    assert.equal(at(guarded), undefined, guarded)
  for (const open of [
    ...[
      'db.test/k',
      'db.test/k?sslmode=disable',
      'db.test/k?sslmode=prefer',
      'db.test/k?sslmode=no-verify',
      'db.test/k?ssl=true',
    ],
    ...['db.test/k?uselibpqcompat=true&sslmode=require', 'localhost/k?host=db.test', '127.0.0.1.db.test/k?'],
  ])
    assert.match(at(open) ?? '', /db\.test$/, open)
  const url = 'postgresql://khudi:x@db.test/khudi?sslmode=no-verify'
  const options = {
    folder: 'nowhere',
    applications: [],
    log: { info: () => undefined, warn: () => undefined },
  }
  await assert.rejects(openDatabase({ ...options, url }), { code: 'database.unencrypted' })
})
