import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { startProvider } from '../../test/openid-provider.ts'
import { findAccounts } from '../access/grants.ts'
import { amendBackend } from '../backends/backends.ts'
import { registerAt } from '../egress/sample/servers.ts'
import { addUnit } from '../units/units.ts'
import { type ClaimRule, grantsOfClaims } from './claims.ts'
import { addIssuer, issuersOf, removeIssuer } from './issuers.ts'
import { beginIssuer, callbackPath, finishIssuer, issuerOfHolder, signOutAddress } from './oidc.ts'
import { setSecondFactor } from './rules.ts'
import { actorOfSession, unknownBrowser as browser } from './sessions.ts'

const { kernel: still, database } = await freshKernel()
// The provider's tokens are of today.
const kernel = { ...still, clock: () => new Date() }
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const provider = await startProvider(new URL(callbackPath, kernel.signIn.origin).href)
await registerAt(kernel, operator, {
  backendId: 'identity',
  kind: 'identity',
  endpoint: provider.issuer,
  expiresAt: '2100-01-01T00:00:00.000Z',
})
await addUnit(kernel, operator, {
  code: 'LHE',
  kind: 'district',
  title: { en: 'Lahore', ur: 'لاہور' },
  parent: undefined,
})
const rules: readonly ClaimRule[] = [
  { claim: 'groups', operator: 'contains', value: 'examiners', role: 'officer', unit: 'LHE' },
  { claim: 'groups', operator: 'contains', value: 'auditors', role: 'auditor' },
  { claim: 'realm.access', operator: 'equals', value: 'administration', role: 'administrator' },
]
await addIssuer(kernel, operator, {
  issuer: provider.issuer,
  clientId: provider.clientId,
  secret: provider.secret,
  title: { en: 'National identity', ur: 'قومی شناخت' },
  backendId: 'identity',
  isFactorTrusted: true,
  rules: [...rules],
})
const [added] = await issuersOf(kernel, institutionId)
const issuerId = added?.issuerId ?? ''

const begin = (next = '/queue') => beginIssuer(kernel, { institutionId, issuerId, next })
const finish = (ceremony: string, query: string) => finishIssuer(kernel, { ceremony, query, browser })

async function enter(person: string) {
  const { ceremony, address } = await begin()
  return finish(ceremony, await provider.signInAt(address, person))
}

async function grantsOf(username: string): Promise<readonly string[]> {
  const accounts = await findAccounts(kernel, institutionId, { after: undefined, size: 100 })
  const found = accounts.find(({ row }) => row.username === username)
  return found?.grants.map(({ role, unitId }) => `${role}${unitId === null ? '' : ' at a unit'}`) ?? []
}

test('a person of the issuer gets an account with the roles of their claims, and goes on where they were going', async () => {
  provider.people.set('s-1', { preferred_username: 'Amina.Khan', groups: ['examiners'], locale: 'ur-PK' })
  const { session, next } = await enter('s-1')
  assert.deepEqual([session.stage, session.language, next], ['full', 'ur', '/queue'])
  const person = await actorOfSession(kernel, session.token)
  assert.equal(person?.username, 'amina.khan')
  assert.deepEqual(person?.actor.roles, ['officer'])
  assert.equal(person?.actor.units?.get('officer')?.length, 1)
  const again = await enter('s-1')
  assert.equal((await actorOfSession(kernel, again.session.token))?.actor.accountId, person?.actor.accountId)
})

test('grants follow the claims at each sign-in, and the log has each change', async () => {
  provider.people.set('s-2', { preferred_username: 'bilal', groups: ['examiners'] })
  await enter('s-2')
  assert.deepEqual(await grantsOf('bilal'), ['officer at a unit'])
  provider.people.set('s-2', { preferred_username: 'bilal', groups: ['auditors'] })
  const before = await entryCounts(owner, institutionId)
  await enter('s-2')
  assert.deepEqual(await grantsOf('bilal'), ['auditor'])
  await enter('s-2')
  const after = await entryCounts(owner, institutionId)
  for (const kind of ['grant.given', 'grant.revoked'])
    assert.equal((after.get(kind) ?? 0) - (before.get(kind) ?? 0), 1, kind)
})

test('who loses every role is refused, and what was open ends', async () => {
  provider.people.set('s-3', { preferred_username: 'chanda', groups: ['auditors'] })
  const { session } = await enter('s-3')
  provider.people.set('s-3', { preferred_username: 'chanda', groups: [] })
  await assert.rejects(enter('s-3'), { code: 'issuer.no_role' })
  assert.deepEqual(await grantsOf('chanda'), [])
  assert.equal(await actorOfSession(kernel, session.token), undefined)
})

test('a stranger with no role gets no account', async () => {
  provider.people.set('s-4', { preferred_username: 'stranger', groups: ['cleaners'] })
  const count = async () =>
    (await findAccounts(kernel, institutionId, { after: undefined, size: 100 })).length
  const before = await count()
  await assert.rejects(enter('s-4'), { code: 'issuer.no_role' })
  assert.equal(await count(), before)
})

test('duties that no account has together are refused from claims too', async () => {
  provider.people.set('s-5', {
    preferred_username: 'mixed',
    groups: ['auditors'],
    realm: { access: 'administration' },
  })
  await assert.rejects(enter('s-5'), { code: 'grant.duties_conflict' })
})

test('another person of the same name gets another account', async () => {
  provider.people.set('s-6', { preferred_username: 'amina.khan', groups: ['auditors'] })
  const { session } = await enter('s-6')
  assert.equal((await actorOfSession(kernel, session.token))?.username, 'amina.khan-2')
})

test('of two first sign-ins of one person at once, one account comes', async () => {
  provider.people.set('s-7', { preferred_username: 'twice', groups: ['auditors'] })
  const entered = await Promise.all([enter('s-7'), enter('s-7')])
  const actors = await Promise.all(entered.map(({ session }) => actorOfSession(kernel, session.token)))
  assert.equal(new Set(actors.map((one) => one?.actor.accountId)).size, 1)
})

test('where the issuer’s second factor is not trusted, ours is asked for', async () => {
  provider.people.set('s-8', { preferred_username: 'dilawar', groups: ['auditors'] })
  await setSecondFactor(kernel, operator, 'required')
  assert.equal((await enter('s-8')).session.stage, 'full')
  provider.tampering = { claims: (claims) => ({ ...claims, amr: ['pwd'] }), signed: 'own key' }
  assert.equal((await enter('s-8')).session.stage, 'enrolment')
  provider.tampering = undefined
  await setSecondFactor(kernel, operator, 'optional')
})

test('an identity token with anything wrong about it is refused', async () => {
  provider.people.set('s-9', { preferred_username: 'esa', groups: ['auditors'] })
  const now = Math.floor(Date.now() / 1_000)
  const wrong = {
    'another nonce': { claims: (claims: object) => ({ ...claims, nonce: 'another' }), signed: 'own key' },
    'no nonce': { claims: (claims: object) => ({ ...claims, nonce: undefined }), signed: 'own key' },
    'another issuer': {
      claims: (claims: object) => ({ ...claims, iss: 'https://evil.example' }),
      signed: 'own key',
    },
    'another audience': { claims: (claims: object) => ({ ...claims, aud: 'another' }), signed: 'own key' },
    'expired an hour ago': {
      claims: (claims: object) => ({ ...claims, exp: now - 3_600 }),
      signed: 'own key',
    },
    'no expiry': { claims: (claims: object) => ({ ...claims, exp: undefined }), signed: 'own key' },
    'another subject': { claims: (claims: object) => ({ ...claims, sub: 's-1' }), signed: 'own key' },
    'an unknown key': { signed: 'unknown key' },
    'no signature': { signed: 'none' },
  } as const
  for (const [what, tampering] of Object.entries(wrong)) {
    provider.tampering = tampering
    await assert.rejects(enter('s-9'), { code: 'issuer.refused' }, what)
  }
  provider.tampering = { signed: 'own key' }
  assert.equal((await enter('s-9')).session.stage, 'full')
  provider.tampering = undefined
})

test('a code is good once, a state belongs to its ceremony, and a ceremony to one return', async () => {
  provider.people.set('s-10', { preferred_username: 'farah', groups: ['auditors'] })
  const [first, second] = [await begin(), await begin()]
  const query = await provider.signInAt(first.address, 's-10')
  await assert.rejects(finish(second.ceremony, query), { code: 'issuer.refused' })
  await finish(first.ceremony, query)
  await assert.rejects(finish(first.ceremony, query), { code: 'access.ceremony_over' })
  const third = await begin()
  const state = new URL(third.address).searchParams.get('state') ?? ''
  const replayed = new URLSearchParams(query)
  replayed.set('state', state)
  await assert.rejects(finish(third.ceremony, String(replayed)), { code: 'issuer.refused' })
})

test('whatever a browser comes back with, nobody enters', async () => {
  const returned = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.constantFrom(
      '',
      'code=x',
      'error=access_denied',
      'code=x&state=x',
      'code=a&code=b',
      'state=x&iss=https://evil.example',
    ),
  )
  await fc.assert(
    fc.asyncProperty(returned, async (query) => {
      const { ceremony } = await begin()
      await assert.rejects(finish(ceremony, query), { code: 'issuer.refused' })
    }),
    { numRuns: 12 },
  )
  for (const ceremony of ['', 'x', 'A'.repeat(64)])
    await assert.rejects(finish(ceremony, 'code=x'), { code: 'access.ceremony_over' })
})

test('the person can sign out at the issuer too', async () => {
  provider.people.set('s-11', { preferred_username: 'gul', groups: ['auditors'] })
  const { session } = await enter('s-11')
  const person = await actorOfSession(kernel, session.token)
  const accountId = person?.actor.accountId ?? ''
  assert.equal(await issuerOfHolder(kernel, { institutionId, accountId }), issuerId)
  const address = new URL((await signOutAddress(kernel, { institutionId, issuerId })) ?? '')
  assert.equal(`${address.origin}${address.pathname}`, `${provider.issuer}/session/end`)
  assert.equal(address.searchParams.get('client_id'), provider.clientId)
})

test('nothing is sent to an issuer whose backend’s facts are foreign or expired', async () => {
  const amend = (operatorLaw: string) =>
    amendBackend(kernel, operator, { backendId: 'identity', operatorLaw })
  await amend('US')
  await assert.rejects(begin(), { code: 'policy.refused' })
  await amend('PK')
  await begin()
})

test('an issuer is by https, of known roles and a registered identity backend, once; removed it is gone', async () => {
  const base = {
    issuer: 'https://id.example.gov.pk',
    clientId: 'khudi',
    secret: undefined,
    title: { en: 'Other', ur: 'دیگر' },
    backendId: 'identity',
    isFactorTrusted: false,
    rules: [...rules],
  }
  const refusals = [
    [{ issuer: 'http://id.example.gov.pk' }, 'issuer.url_invalid'],
    [{ issuer: 'https://user@id.example.gov.pk' }, 'issuer.url_invalid'],
    [{ issuer: 'not an address' }, 'issuer.url_invalid'],
    [{ backendId: 'nowhere' }, 'backend.not_found'],
    [{ rules: [{ ...rules[0], role: 'king' }] }, 'access.role_unknown'],
    [{ issuer: provider.issuer }, 'issuer.exists'],
  ] as const
  for (const [given, code] of refusals)
    await assert.rejects(addIssuer(kernel, operator, { ...base, ...(given as Partial<typeof base>) }), {
      code,
    })
  await addIssuer(kernel, operator, base)
  const other = (await issuersOf(kernel, institutionId)).find(({ issuer }) => issuer === base.issuer)
  await removeIssuer(kernel, operator, other?.issuerId ?? '')
  await assert.rejects(removeIssuer(kernel, operator, other?.issuerId ?? ''), { code: 'issuer.not_found' })
  await assert.rejects(beginIssuer(kernel, { institutionId, issuerId: other?.issuerId ?? '', next: '/' }), {
    code: 'issuer.not_found',
  })
})

test('neither the client’s secret nor anybody’s subject is in the database, and the log bears out what is', async () => {
  const { rows } = await owner.query<{ text: string }>(
    `select string_agg(row::text, ',') as text from (select issuers::text as row from issuers
       union all select identities::text from identities union all select sign_in_ceremonies::text from sign_in_ceremonies) as rows`,
  )
  const text = rows[0]?.text ?? ''
  for (const hidden of [provider.secret, Buffer.from(provider.secret).toString('hex'), 's-11'])
    assert.ok(!text.includes(hidden))
  const wrong = await contradictions(owner, institutionId)
  assert.deepEqual(
    wrong.filter((one) => /^(?:issuer|identity|account|sign_in)\./.test(one)),
    [],
  )
  const counts = await entryCounts(owner, institutionId)
  for (const kind of ['issuer.added', 'issuer.removed', 'identity.linked'])
    assert.ok((counts.get(kind) ?? 0) > 0)
})

test('rules read claims by their place, and only as they are written', () => {
  const claims = {
    groups: ['a', 'b'],
    realm: { 'x.y': { list: ['deep'] } },
    'https://x.pk/unit': 'LHE',
    level: 3,
    ok: true,
  }
  const holds = (claim: string, operator: ClaimRule['operator'], value: string) =>
    grantsOfClaims([{ claim, operator, value, role: 'officer' }], claims).length === 1
  assert.deepEqual(
    [
      holds('groups', 'contains', 'a'),
      holds('groups', 'equals', 'a'),
      holds('level', 'equals', '3'),
      holds('ok', 'equals', 'true'),
      holds('realm.x.y.list', 'contains', 'deep'),
      holds('https://x.pk/unit', 'equals', 'LHE'),
      holds('groups', 'matches', '*'),
      holds('https://x.pk/unit', 'matches', 'L*E'),
      holds('https://x.pk/unit', 'matches', 'L*'),
      holds('https://x.pk/unit', 'matches', 'LH'),
      holds('realm', 'equals', '[object Object]'),
      holds('toString', 'matches', '*'),
      holds('__proto__', 'matches', '*'),
    ],
    [true, false, true, true, true, true, true, true, true, false, false, false, false],
  )
})

test('a form with stars is what a regular expression of it would be', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 8 })
  const forms = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(letters, forms, (claim, value) => {
      const pattern = value
        .split('*')
        .map((part) => part.replaceAll('.', '\\.'))
        .join('.*')
      const rule = { claim: 'c', operator: 'matches', value, role: 'officer' } as const
      assert.equal(
        grantsOfClaims([rule], { c: claim }).length === 1,
        new RegExp(`^${pattern}$`, 's').test(claim),
      )
    }),
    { numRuns: 500 },
  )
})
