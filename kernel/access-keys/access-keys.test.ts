import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { readToken } from '../access/tokens.ts'
import { issueKey, keyIdOf, keysOf, type NewKey, revokeKey } from './access-keys.ts'

const { kernel, database, clock, another } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const abroad = await foundInstitution(kernel, 'beta')
const { institutionId } = operator
const hour = 3_600_000

function issue(given: Partial<NewKey> & { readonly hours?: number } = {}): Promise<string> {
  const { hours = 24, ...bonds } = given
  const expiresAt = new Date(clock.now.getTime() + hours * hour)
  return issueKey(kernel, operator, {
    label: 'terminal',
    roles: ['machine'],
    applicationId: undefined,
    expiresAt,
    ...bonds,
  })
}

const idOf = (token: string) => keyIdOf(readToken(token)?.hash ?? new Uint8Array())
const actorOf = (token: string, address?: string) => kernel.keyRing.actorOf(token, address)

test('a key acts in the roles it was given, for the application and the purposes it is bound to', async () => {
  const key = await issue({ applicationId: 'permits', purposes: ['service', 'correction', 'service'] })
  assert.deepEqual(await actorOf(key), {
    institutionId,
    name: 'key:terminal',
    accountId: undefined,
    roles: ['machine'],
    applicationId: 'permits',
    purposes: ['correction', 'service'],
  })
  const free = await actorOf(await issue())
  assert.deepEqual([free?.applicationId, free?.purposes], [undefined, undefined])
})

test('a key ends when it expires, to the millisecond, also while it is believed', async () => {
  const key = await issue({ hours: 1 })
  clock.advance(hour - 1)
  assert.notEqual(await actorOf(key), undefined)
  clock.advance(1)
  assert.equal(await actorOf(key), undefined)
})

test('a revoked key is refused at once in this process, and within seconds in another', async () => {
  const [key, elsewhere] = [await issue(), another()]
  assert.notEqual(await actorOf(key), undefined)
  assert.notEqual(await elsewhere.keyRing.actorOf(key, undefined), undefined)
  await revokeKey(kernel, operator, idOf(key))
  assert.equal(await actorOf(key), undefined)
  const until = performance.now() + 3_000
  while ((await elsewhere.keyRing.actorOf(key, undefined)) !== undefined) {
    assert.ok(performance.now() < until, 'another process still takes it')
    await sleep(50)
  }
})

test('revoking again changes nothing, and what is no key of the institution is not found', async () => {
  const key = await issue()
  await revokeKey(kernel, operator, idOf(key))
  const { revokedAt } = await revokeKey(kernel, operator, idOf(key))
  clock.advance(1_000)
  assert.deepEqual((await revokeKey(kernel, operator, idOf(key))).revokedAt, revokedAt)
  for (const id of ['0'.repeat(64), 'nothing', ''])
    await assert.rejects(revokeKey(kernel, operator, id), { code: 'key.not_found' })
  await assert.rejects(revokeKey(kernel, abroad, idOf(await issue())), { code: 'key.not_found' })
})

test('a key is good from its networks only, however the address is written', async () => {
  const key = await issue({ addresses: ['10.1.0.0/16', '2001:DB8:0::/32', '192.0.2.7'] })
  for (const address of ['10.1.0.0', '10.1.255.255', '::ffff:10.1.2.3', '2001:db8::1', '192.0.2.7'])
    assert.notEqual(await actorOf(key, address), undefined, address)
  for (const address of ['10.2.0.0', '::ffff:10.2.0.1', '2001:db9::1', '192.0.2.8', '::1', '', undefined])
    assert.equal(await actorOf(key, address), undefined, String(address))
})

test('networks are kept in one spelling, and what is none is refused', async () => {
  const key = await issue({ addresses: ['2001:0db8:0000::/32', '2001:db8::/32', ' 10.0.0.1 '] })
  const [row] = (await keysOf(kernel, operator)).filter(({ keyHash }) => keyIdOf(keyHash) === idOf(key))
  assert.deepEqual(row?.addresses, ['2001:db8::/32', '10.0.0.1/32'])
  const wrong = [
    '10.0.0.5/8',
    '10.0.0.0/33',
    '10.0.0/8',
    '2001:db8::1/32',
    '::/129',
    'localhost',
    '',
    '1.2.3.4/8/8',
    'fe80::1%eth0',
  ]
  for (const address of wrong)
    await assert.rejects(issue({ addresses: [address] }), { code: 'key.address_invalid' }, address)
})

test('a key is good for a year at most, and not for a moment that has passed', async () => {
  for (const hours of [0, -1, 24 * 366 + 1, Number.NaN])
    await assert.rejects(issue({ hours }), { code: 'key.lifetime_invalid' }, String(hours))
  assert.notEqual(await actorOf(await issue({ hours: 24 * 366 })), undefined)
})

test('a bond that means nothing is refused', async () => {
  await assert.rejects(issue({ purposes: ['curiosity'] }), { code: 'key.purpose_unknown' })
  await assert.rejects(issue({ applicationId: 'nowhere' }), { code: 'application.not_installed' })
  for (const label of ['', '  ', 'x'.repeat(81), 'a\nb'])
    await assert.rejects(issue({ label }), { code: 'key.label_invalid' })
})

test('who does not manage keys issues and revokes none', async () => {
  const officer = await makeOfficer(kernel, operator, { username: 'amina', roles: ['officer', 'auditor'] })
  const key = { label: 'mine', roles: ['machine'], applicationId: undefined, expiresAt: clock.now }
  await assert.rejects(issueKey(kernel, officer, key), { code: 'access.scope_missing' })
  await assert.rejects(revokeKey(kernel, officer, '0'.repeat(64)), { code: 'access.scope_missing' })
})

test('the use of a key is noted, at most once in a minute whichever process says so', async () => {
  const key = await issue()
  const usedAt = async () =>
    (await keysOf(kernel, operator)).find(({ keyHash }) => keyIdOf(keyHash) === idOf(key))?.usedAt ?? null
  const noted = async (is: (at: Date | null) => boolean) => {
    const until = performance.now() + 3_000
    while (!is(await usedAt())) {
      assert.ok(performance.now() < until, String(await usedAt()))
      await sleep(20)
    }
  }
  assert.equal(await usedAt(), null)
  const first = clock.now
  await actorOf(key)
  await noted((at) => at?.getTime() === first.getTime())
  clock.advance(59_000)
  await Promise.all([actorOf(key), another().keyRing.actorOf(key, undefined)])
  clock.advance(2_000)
  const later = clock.now
  await actorOf(key)
  await noted((at) => at?.getTime() === later.getTime())
})

test('neither the key nor a part of it is stored', async () => {
  const key = await issue()
  const { rows } = await owner.query<{ text: string }>(
    'select string_agg(access_keys::text, $1) as text from access_keys',
    [','],
  )
  const bytes = Buffer.from(key, 'base64url')
  for (const secret of [key, bytes.toString('hex'), bytes.subarray(16).toString('hex')])
    assert.ok(!(rows[0]?.text ?? secret).includes(secret))
})

test('every key and every revocation is borne out by the log', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
