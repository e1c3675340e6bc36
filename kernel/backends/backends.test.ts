import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import {
  amendBackend,
  backendNamed,
  backendsOf,
  homeCountryOf,
  registerBackend,
  renewBackend,
  setHomeCountry,
  withdrawBackend,
} from './backends.ts'
import { stateBuiltIns, witnessAt } from './platform.ts'
import { type BackendSpec, endpointOf, endpointText } from './spec.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const alpha = await foundInstitution(kernel, 'alpha')
const beta = await foundInstitution(kernel, 'beta')
const evidence = { text: 'Contract 7 of 2026', documentDigest: 'ab'.repeat(32) }
const gateway: Omit<BackendSpec, 'backendId'> = {
  kind: 'sms',
  title: { en: 'SMS gateway', ur: 'ایس ایم ایس گیٹ وے' },
  endpoint: 'https://sms.example.gov.pk',
  addresses: [],
  classifications: ['open', 'official'],
  location: 'PK',
  operatorLaw: 'PK',
  ownerLaw: 'PK',
  keyHolder: 'institution',
  evidence,
  expiresAt: '2027-01-01T00:00:00.000Z',
}
const register = (backendId: string, given: Partial<BackendSpec> = {}, actor = alpha) =>
  registerBackend(kernel, actor, { ...gateway, backendId, ...given })
const named = (backendId: string) => backendNamed(kernel, alpha.institutionId, backendId)

test('a backend is what was said about it, and foreign once that has expired', async () => {
  const made = await register('sms')
  assert.deepEqual([made.jurisdiction, made.keyHolder, made.version], ['domestic', 'institution', 1])
  assert.deepEqual(made.endpoint, { scheme: 'https', host: 'sms.example.gov.pk', port: 443 })
  assert.deepEqual(made.facts.evidence, evidence)
  const before = clock.now.toISOString()
  clock.set('2027-01-01T00:00:00.000Z')
  assert.equal((await named('sms')).backend.jurisdiction, 'foreign')
  clock.set(before)
})
test('the strictest of the facts decides: an owner abroad makes a machine at home foreign', async () => {
  assert.equal((await register('owned-abroad', { ownerLaw: 'AE' })).jurisdiction, 'foreign')
  assert.equal((await register('unknown', { operatorLaw: 'unknown' })).jurisdiction, 'foreign')
})
test('amending adds a version and keeps what is not named', async () => {
  await register('mail', { kind: 'mail' })
  const amended = await amendBackend(kernel, alpha, { backendId: 'mail', operatorLaw: 'GB' })
  assert.deepEqual([amended.version, amended.jurisdiction, amended.title], [2, 'foreign', gateway.title])
  const renewed = await renewBackend(kernel, alpha, {
    backendId: 'mail',
    expiresAt: '2028-01-01T00:00:00.000Z',
    evidence: { text: 'Contract 8', documentDigest: null },
  })
  assert.deepEqual([renewed.version, renewed.facts.operatorLaw], [3, 'GB'])
  const { versions } = await named('mail')
  assert.deepEqual(
    versions.map(({ version, facts }) => [version, facts.operatorLaw]),
    [
      [3, 'GB'],
      [2, 'GB'],
      [1, 'PK'],
    ],
  )
})
test('what was withdrawn is gone until it is registered again', async () => {
  await register('old')
  assert.equal((await withdrawBackend(kernel, alpha, 'old')).isWithdrawn, true)
  await assert.rejects(amendBackend(kernel, alpha, { backendId: 'old', location: 'PK' }), {
    code: 'backend.withdrawn',
  })
  await assert.rejects(withdrawBackend(kernel, alpha, 'old'), { code: 'backend.withdrawn' })
  assert.deepEqual((await register('old')).version, 3)
})
test('of two who change it at the same time one is told', async () => {
  await register('contested')
  const both = await Promise.allSettled(
    ['AE', 'GB'].map((location) => amendBackend(kernel, alpha, { backendId: 'contested', location })),
  )
  const refused = both.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  // Where one was through before the other began, both stand, one after the other.
  assert.ok(refused.length === 0 || (refused.length === 1 && refused[0] === 'backend.changed'))
  assert.equal((await named('contested')).versions.length, 3 - refused.length)
})
test('what cannot be is refused', async () => {
  await register('taken')
  await assert.rejects(register('taken'), { code: 'backend.exists' })
  await assert.rejects(register('past', { expiresAt: clock.now.toISOString() }), { code: 'backend.expired' })
  for (const endpoint of [
    'sms.example',
    'ftp://a.example',
    'https://u:p@a.example',
    'https://a.example/path',
    'https://',
    '',
  ])
    await assert.rejects(register('odd', { endpoint }), { code: 'backend.endpoint_invalid' }, endpoint)
  await assert.rejects(named('nowhere'), { code: 'backend.not_found' })
  await assert.rejects(withdrawBackend(kernel, alpha, 'database'), { code: 'backend.built_in' })
  const officer = await makeOfficer(kernel, alpha, {
    username: 'amina',
    roles: ['officer', 'auditor', 'engineer'],
  })
  await assert.rejects(register('mine', {}, { ...alpha, ...officer }), { code: 'access.scope_missing' })
})
test('endpoints are written as they are read', () => {
  for (const text of [
    'https://a.example',
    'https://a.example:8443',
    'http://[::1]:8080',
    'smtps://m.example',
    'ntp://t.example',
  ])
    assert.equal(endpointText(endpointOf(text)), text)
})
test('the home country is the setting, else what the installation says', async () => {
  assert.equal(await homeCountryOf(kernel, beta.institutionId), 'PK')
  await register('home', {}, beta)
  await setHomeCountry(kernel, beta, 'AE')
  assert.equal(await homeCountryOf(kernel, beta.institutionId), 'AE')
  const all = await backendsOf(kernel, beta.institutionId)
  assert.ok(
    all.every(({ jurisdiction }) => jurisdiction === 'foreign'),
    'the machine stands in PK, which is abroad now',
  )
  await setHomeCountry(kernel, beta, 'PK')
  for (const country of ['', 'pk', 'Pakistan', 'EU', 'unknown'])
    await assert.rejects(setHomeCountry(kernel, beta, country), { code: 'backend.country_unknown' })
})

test('what the installation brings is there, domestic, and recorded once', async () => {
  const own = (await backendsOf(kernel, alpha.institutionId)).filter(({ isBuiltIn }) => isBuiltIn)
  assert.deepEqual(
    own.map(({ backendId, jurisdiction }) => `${backendId} ${jurisdiction}`),
    ['database domestic', 'model-runtime domestic', 'objects domestic', 'time domestic'],
  )
  await stateBuiltIns(kernel, alpha.institutionId)
  await stateBuiltIns(kernel, alpha.institutionId)
  assert.equal((await named('database')).versions.length, 1)
})
test('a machine that changed is in the log, and what people stated about it stays', async () => {
  const moved = { ...kernel, installation: { ...kernel.installation, country: 'AE', machine: 'elsewhere' } }
  await setHomeCountry(kernel, alpha, 'PK')
  await stateBuiltIns(moved, alpha.institutionId)
  assert.equal((await named('time')).versions.length, 2)
  assert.equal((await backendNamed(moved, alpha.institutionId, 'time')).backend.jurisdiction, 'foreign')
  await amendBackend(kernel, alpha, {
    backendId: 'time',
    location: 'PK',
    evidence,
    expiresAt: '2027-01-01T00:00:00.000Z',
  })
  await stateBuiltIns(moved, alpha.institutionId)
  assert.equal((await named('time')).versions.length, 3)
  await assert.rejects(amendBackend(kernel, alpha, { backendId: 'objects', location: 'PK' }), {
    code: 'backend.expired',
  })
})
test("about the institution's own PostgreSQL nothing is known until it is stated, and then about that one only", async () => {
  const elsewhere = (host: string) => ({
    ...kernel,
    installation: { ...kernel.installation, database: { host, port: 5432 } },
  })
  const at = async (host: string) =>
    (await backendNamed(elsewhere(host), beta.institutionId, 'database')).backend
  assert.deepEqual(
    [(await at('db.example')).jurisdiction, (await at('db.example')).facts.location],
    ['foreign', 'unknown'],
  )
  const facts = {
    location: 'PK',
    operatorLaw: 'PK',
    ownerLaw: 'PK',
    keyHolder: 'institution',
    evidence,
  } as const
  await amendBackend(elsewhere('db.example'), beta, {
    backendId: 'database',
    ...facts,
    expiresAt: '2027-01-01T00:00:00.000Z',
  })
  assert.equal((await at('db.example')).jurisdiction, 'domestic')
  assert.equal((await at('other.example')).jurisdiction, 'foreign')
})
test('a witness that a policy names is registered as what it is: unknown', async () => {
  const first = await witnessAt(kernel, alpha.institutionId, 'https://w.example/witness/north')
  assert.equal(await witnessAt(kernel, alpha.institutionId, 'https://w.example/other'), first)
  const { backend } = await named(first)
  assert.deepEqual(
    [backend.kind, backend.jurisdiction, backend.classifications],
    ['witness', 'foreign', ['open']],
  )
  await register('known-witness', { kind: 'witness', endpoint: 'https://x.example' })
  assert.equal(await witnessAt(kernel, alpha.institutionId, 'https://x.example/w'), 'known-witness')
})

test('every version has its entry, and nothing of one institution is seen in the other', async () => {
  for (const { institutionId } of [alpha, beta])
    assert.deepEqual(await contradictions(owner, institutionId), [])
  const counts = await entryCounts(owner, alpha.institutionId)
  for (const kind of ['backend.registered', 'backend.amended', 'backend.withdrawn'])
    assert.ok(counts.get(kind), kind)
  assert.ok((await entryCounts(owner, beta.institutionId)).get('home_country.set'))
  const seen = (await backendsOf(kernel, beta.institutionId)).map(({ backendId }) => backendId)
  assert.ok(!seen.includes('sms') && seen.includes('home'))
})
