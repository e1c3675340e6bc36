import assert from 'node:assert/strict'
import { createHook } from 'node:async_hooks'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { issueKey } from '../access-keys/access-keys.ts'
import { requireFresh } from './fresh.ts'
import { actorOfSession, endOtherSessions, endSession, sessionsOf, signOut } from './sessions.ts'
import { proveAgain, signIn } from './sign-in.ts'

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
const minute = 60_000
const hour = 60 * minute

const enter = (username = 'amina', given = password) =>
  signIn(kernel, { institutionId, username, password: given })

async function signedIn(token: string) {
  const person = await actorOfSession(kernel, token)
  if (person === undefined) throw new Error('the session is not good')
  return person
}

/** An hour of wrong passwords before does not slow this test's attempts down. */
const forgetAttempts = () => owner.query('delete from sign_in_allowances')

test('who signs in is who the account says, in their language', async () => {
  const { token, expiresAt, language, stage } = await enter()
  assert.deepEqual([language, stage], ['en', 'full'])
  assert.equal(expiresAt.getTime() - clock.now.getTime(), 12 * hour)
  const { actor, username } = await signedIn(token)
  assert.equal(username, 'amina')
  assert.deepEqual({ ...actor, units: undefined }, { ...officer, verifiedAt: clock.now, units: undefined })
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
  await assert.rejects(enter('nobody'))
  const hashes = async (username: string) => {
    const started: string[] = []
    const hook = createHook({ init: (_id, type) => void started.push(type) }).enable()
    await assert.rejects(enter(username, 'wrong'), { code: 'access.sign_in_failed' })
    hook.disable()
    return started.filter((type) => type === 'ARGON2REQUEST').length
  }
  assert.deepEqual([await hashes('amina'), await hashes('nobody')], [1, 1])
  await forgetAttempts()
})

test('an account that is switched off neither signs in nor stays signed in', async () => {
  await makeOfficer(kernel, operator, { username: 'former', roles: ['officer'] })
  const { token } = await enter('former', 'former password')
  await owner.query(`update accounts set disabled_at = now() where username = 'former'`)
  assert.equal(await actorOfSession(kernel, token), undefined)
  await assert.rejects(enter('former', 'former password'), { code: 'access.sign_in_failed' })
})

test('a session that is used ends after twelve hours, to the millisecond', async () => {
  const { token } = await enter()
  for (let half = 1; half <= 23; half++) {
    clock.advance(hour / 2)
    assert.notEqual(await actorOfSession(kernel, token), undefined)
  }
  clock.advance(hour / 2 - 1)
  assert.notEqual(await actorOfSession(kernel, token), undefined)
  clock.advance(1)
  assert.equal(await actorOfSession(kernel, token), undefined)
})

test('a session that is not used ends after an hour, and no use of it brings it back', async () => {
  const { token } = await enter()
  clock.advance(hour - 1)
  assert.notEqual(await actorOfSession(kernel, token), undefined)
  clock.advance(hour)
  assert.equal(await actorOfSession(kernel, token), undefined)
  assert.equal(await actorOfSession(kernel, token), undefined)
})

test('ended sessions are cleared away by the next to sign in', async () => {
  const [idle, old] = [await enter(), await enter()]
  for (let half = 0; half < 3; half++) {
    clock.advance(hour / 2)
    await actorOfSession(kernel, old.token)
  }
  assert.equal(await actorOfSession(kernel, idle.token), undefined)
  const count = async () => {
    const { rows } = await owner.query('select 1 from sessions where institution_id = $1', [institutionId])
    return rows.length
  }
  const before = await count()
  await enter()
  assert.equal(await count(), before)
})

test('signing out ends this session and no other', async () => {
  const [first, second] = [await enter(), await enter()]
  await signOut(kernel, first.token)
  await signOut(kernel, first.token)
  assert.equal(await actorOfSession(kernel, first.token), undefined)
  assert.notEqual(await actorOfSession(kernel, second.token), undefined)
})

test('sessions are listed to their holder, and ended one by one or all the others at once', async () => {
  const bilal = await makeOfficer(kernel, operator, { username: 'bilal', roles: ['officer'] })
  const browser = { addressClass: 'private', name: 'Firefox on Linux' } as const
  const open = () => signIn(kernel, { institutionId, username: 'bilal', password: 'bilal password', browser })
  const [first, second, third] = [await open(), await open(), await open()]
  const foreign = await enter()
  const { actor, sessionId } = await signedIn(first.token)
  const listed = await sessionsOf(kernel, actor)
  assert.equal(listed.length, 3)
  assert.deepEqual(
    listed.map(({ browser: name }) => name),
    Array(3).fill('Firefox on Linux'),
  )
  await endSession(kernel, actor, (await signedIn(second.token)).sessionId)
  await endSession(kernel, bilal, (await signedIn(foreign.token)).sessionId)
  assert.deepEqual(await alive(first, second, third, foreign), [true, false, true, true])
  await endOtherSessions(kernel, actor, sessionId)
  assert.deepEqual(await alive(first, second, third, foreign), [true, false, false, true])
})

const alive = (...given: readonly { readonly token: string }[]) =>
  Promise.all(given.map(async ({ token }) => (await actorOfSession(kernel, token)) !== undefined))

test('what is sensitive wants a proof of the last ten minutes; proving it again gives a new token', async () => {
  const { token } = await enter()
  clock.advance(10 * minute)
  requireFresh(kernel, (await signedIn(token)).actor)
  clock.advance(1)
  const { actor } = await signedIn(token)
  assert.throws(() => requireFresh(kernel, actor), { code: 'access.proof_stale' })
  const browser = { addressClass: 'unknown', name: '' } as const
  await assert.rejects(proveAgain(kernel, token, { password: 'wrong', code: '', browser }), {
    code: 'access.password_wrong',
  })
  const again = await proveAgain(kernel, token, { password, code: '', browser })
  requireFresh(kernel, (await signedIn(again.token)).actor)
  assert.equal(await actorOfSession(kernel, token), undefined)
  requireFresh(kernel, operator)
  await forgetAttempts()
})

const key = () =>
  issueKey(kernel, operator, {
    label: 'terminal',
    roles: ['machine'],
    applicationId: undefined,
    expiresAt: new Date(clock.now.getTime() + 24 * hour),
  })

test('neither tokens nor passwords nor the secrets of devices are stored', async () => {
  const { token, device = '' } = await enter()
  assert.equal(device.length, 43)
  const { rows } = await owner.query<{ text: string }>(
    `select string_agg(row::text, ',') as text from (select sessions::text as row from sessions
       union all select sign_in_devices::text from sign_in_devices
       union all select accounts::text from accounts union all select passwords::text from passwords) as rows`,
  )
  const text = rows[0]?.text ?? ''
  assert.ok(text.length > 100)
  const bytes = Buffer.from(token, 'base64url')
  const secrets = [token, bytes.toString('hex'), bytes.subarray(16).toString('hex')]
  for (const secret of [...secrets, device, Buffer.from(device, 'base64url').toString('hex'), password])
    assert.ok(!text.includes(secret))
})

test('a session is no key and a key no session', async () => {
  assert.equal(await actorOfSession(kernel, await key()), undefined)
  assert.equal(await kernel.keyRing.actorOf((await enter()).token, undefined), undefined)
})

/** The same secret, said to be of another institution. */
function moved(token: string, to: string): string {
  const bytes = Buffer.from(token, 'base64url')
  Buffer.from(to.replaceAll('-', ''), 'hex').copy(bytes)
  return bytes.toString('base64url')
}

test('a session of one institution does not open another', async () => {
  const { token } = await enter()
  assert.equal(await actorOfSession(kernel, moved(token, elsewhere.institutionId)), undefined)
  const there = { institutionId: elsewhere.institutionId, username: 'amina', password }
  await assert.rejects(signIn(kernel, there), { code: 'access.sign_in_failed' })
})

test('whatever is sent as a token opens nothing and breaks nothing', async () => {
  const good = (await enter()).token
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
      assert.equal(await actorOfSession(kernel, token), undefined)
      await signOut(kernel, token)
    }),
    { numRuns: 60 },
  )
  assert.notEqual(await actorOfSession(kernel, good), undefined)
})
