import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import {
  accountsOf,
  actorOfKey,
  actorOfSession,
  createAccount,
  issueKey,
  requireApplication,
  requireScope,
  signIn,
  signOut,
} from './access.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const elsewhere = await foundInstitution(kernel, 'beta')
const { institutionId } = operator
const officer = await makeOfficer(kernel, operator, {
  username: 'amina',
  roles: ['officer', 'permits.clerk'],
})
const password = 'amina password'
const hour = 3_600_000

const enter = (username: string, given: string) =>
  signIn(kernel, { institutionId, username, password: given })

function key(given: { readonly applicationId?: string; readonly hours?: number } = {}): Promise<string> {
  const { applicationId, hours = 24 } = given
  const expiresAt = new Date(clock.now.getTime() + hours * hour)
  return issueKey(kernel, operator, { label: 'terminal', roles: ['machine'], applicationId, expiresAt })
}

test('who signs in is who the account says, in their language', async () => {
  const { token, expiresAt, language } = await enter('amina', password)
  assert.equal(language, 'en')
  assert.equal(expiresAt.getTime() - clock.now.getTime(), 12 * hour)
  assert.deepEqual(await actorOfSession(kernel, token), { actor: officer, username: 'amina', language: 'en' })
})

test('a wrong password and an unknown name are refused in the same words', async () => {
  const messages = new Set<string>()
  for (const [username, given] of [
    ['amina', 'wrong'],
    ['amina', ''],
    ['nobody', password],
    ["' or true --", password],
  ] as const)
    await assert.rejects(enter(username, given), (error: unknown) => {
      assert.ok(error instanceof Error)
      messages.add(error.message)
      return true
    })
  assert.equal(messages.size, 1)
})

test('an unknown name costs as many hashes as a wrong password', async () => {
  await assert.rejects(enter('nobody', password))
  const hashes = async (username: string) => {
    const started: string[] = []
    const hook = createHook({ init: (_id, type) => void started.push(type) }).enable()
    await assert.rejects(enter(username, 'wrong'), { code: 'access.sign_in_failed' })
    hook.disable()
    return started.filter((type) => type === 'ARGON2REQUEST').length
  }
  assert.deepEqual([await hashes('amina'), await hashes('nobody')], [1, 1])
})

test('an account that is switched off neither signs in nor stays signed in', async () => {
  await makeOfficer(kernel, operator, { username: 'former', roles: ['officer'] })
  const { token } = await enter('former', 'former password')
  await owner.query(`update accounts set disabled_at = now() where username = 'former'`)
  assert.equal(await actorOfSession(kernel, token), undefined)
  await assert.rejects(enter('former', 'former password'), { code: 'access.sign_in_failed' })
})

test('a session ends after twelve hours, to the millisecond', async () => {
  const { token } = await enter('amina', password)
  clock.advance(12 * hour - 1)
  assert.notEqual(await actorOfSession(kernel, token), undefined)
  clock.advance(1)
  assert.equal(await actorOfSession(kernel, token), undefined)
})

test('ended sessions are cleared away by the next to sign in', async () => {
  await enter('amina', password)
  clock.advance(13 * hour)
  await enter('amina', password)
  const { rows } = await owner.query<{ ended: number }>(
    'select count(*)::int as ended from sessions where institution_id = $1 and expires_at <= $2',
    [institutionId, clock.now],
  )
  assert.deepEqual(rows, [{ ended: 0 }])
})

test('signing out ends this session and no other', async () => {
  const [first, second] = [await enter('amina', password), await enter('amina', password)]
  await signOut(kernel, first.token)
  await signOut(kernel, first.token)
  assert.equal(await actorOfSession(kernel, first.token), undefined)
  assert.notEqual(await actorOfSession(kernel, second.token), undefined)
})

test('a key acts in the roles it was given, for the application it is bound to', async () => {
  assert.deepEqual(await actorOfKey(kernel, await key({ applicationId: 'permits' })), {
    institutionId,
    name: 'key:terminal',
    accountId: undefined,
    roles: ['machine'],
    applicationId: 'permits',
  })
  assert.equal((await actorOfKey(kernel, await key()))?.applicationId, undefined)
})

test('a key ends when it expires, to the millisecond, and when it is revoked', async () => {
  const [expiring, revoked] = [await key({ hours: 1 }), await key()]
  clock.advance(hour - 1)
  assert.notEqual(await actorOfKey(kernel, expiring), undefined)
  clock.advance(1)
  assert.equal(await actorOfKey(kernel, expiring), undefined)
  const hash = createHash('sha256').update(Buffer.from(revoked, 'base64url')).digest()
  await owner.query('update access_keys set revoked_at = now() where key_hash = $1', [hash])
  assert.equal(await actorOfKey(kernel, revoked), undefined)
})

test('neither tokens nor passwords are stored', async () => {
  const tokens = [await key(), (await enter('amina', password)).token]
  const { rows } = await owner.query<{ text: string }>(
    `select string_agg(row::text, ',') as text from (select sessions::text as row from sessions
       union all select access_keys::text from access_keys union all select accounts::text from accounts) as rows`,
  )
  const text = rows[0]?.text ?? ''
  assert.ok(text.length > 100)
  for (const token of tokens) {
    const bytes = Buffer.from(token, 'base64url')
    for (const secret of [token, bytes.toString('hex'), bytes.subarray(16).toString('hex')])
      assert.ok(!text.includes(secret))
  }
  assert.ok(!text.includes(password))
})

test('a session is no key and a key no session', async () => {
  assert.equal(await actorOfSession(kernel, await key()), undefined)
  assert.equal(await actorOfKey(kernel, (await enter('amina', password)).token), undefined)
})

/** The same secret, said to be of another institution. */
function moved(token: string, to: string): string {
  const bytes = Buffer.from(token, 'base64url')
  Buffer.from(to.replaceAll('-', ''), 'hex').copy(bytes)
  return bytes.toString('base64url')
}

test('a token of one institution does not open another', async () => {
  for (const token of [await key(), (await enter('amina', password)).token]) {
    assert.equal(await actorOfKey(kernel, moved(token, elsewhere.institutionId)), undefined)
    assert.equal(await actorOfSession(kernel, moved(token, elsewhere.institutionId)), undefined)
  }
  await assert.rejects(
    signIn(kernel, { institutionId: elsewhere.institutionId, username: 'amina', password }),
    {
      code: 'access.sign_in_failed',
    },
  )
})

test('whatever is sent as a token opens nothing and breaks nothing', async () => {
  const good = await key()
  const flipped = fc.nat({ max: 383 }).map((bit) => {
    const bytes = Buffer.from(good, 'base64url')
    bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    return bytes.toString('base64url')
  })
  const random = fc
    .uint8Array({ minLength: 48, maxLength: 48 })
    .map((bytes) => Buffer.from(bytes).toString('base64url'))
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.string({ unit: 'binary' }), random, flipped), async (token) => {
      assert.equal(await actorOfKey(kernel, token), undefined)
      assert.equal(await actorOfSession(kernel, token), undefined)
      await signOut(kernel, token)
    }),
    { numRuns: 60 },
  )
  assert.notEqual(await actorOfKey(kernel, good), undefined)
})

test('a user name is taken once at an institution, and free at another', async () => {
  const account = { username: 'taken', password: 'p', roles: ['officer'], language: 'ur' } as const
  await createAccount(kernel, operator, account)
  await createAccount(kernel, elsewhere, account)
  await assert.rejects(createAccount(kernel, operator, account), { code: 'access.account_exists' })
  const names = (await accountsOf(kernel, elsewhere.institutionId)).map(({ username }) => username)
  assert.deepEqual(names, ['taken'])
})

test('a scope that is missing is named', () => {
  requireScope(officer, 'case.review')
  assert.throws(() => requireScope(officer, 'model.train'), {
    code: 'access.scope_missing',
    parameters: { scope: 'model.train' },
  })
})

test('who is bound to an application acts for no other', () => {
  requireApplication(officer, 'parcels')
  requireApplication({ ...officer, applicationId: 'permits' }, 'permits')
  assert.throws(() => requireApplication({ ...officer, applicationId: 'permits' }, 'parcels'), {
    code: 'access.application_foreign',
  })
})
