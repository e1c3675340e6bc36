import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { actorOfAccount } from '../sign-in/actor.ts'
import { actorOfSession, signIn } from '../sign-in/sign-in.ts'
import { addUnit, closeUnit, moveUnit, unitsOf } from '../units/units.ts'
import { disableAccount, findAccounts, grantRole, revokeRole } from './grants.ts'
import { type Actor, holds, roles, type Scope, unitsFor } from './roles.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const elsewhere = await foundInstitution(kernel, 'beta')
const { institutionId } = operator
const title = { en: 'Somewhere', ur: 'کہیں' }
for (const [code, parent] of [
  ['PB', undefined],
  ['LHR', 'PB'],
  ['MODEL', 'LHR'],
  ['SD', undefined],
] as const)
  await addUnit(kernel, operator, { code, kind: 'office', title, parent })
const unitIds = new Map((await unitsOf(kernel, institutionId)).map(({ code, unitId }) => [code, unitId]))
const idsOf = (...codes: readonly string[]) => codes.map((code) => unitIds.get(code) ?? '').toSorted()

let people = 0
const makePerson = (...held: readonly string[]) =>
  makeOfficer(kernel, operator, { username: `person-${++people}`, roles: held })

async function now({ accountId }: { readonly accountId: string }): Promise<Actor> {
  return actorOfAccount(kernel, institutionId, accountId)
}

const administrator = await makePerson('administrator')
const colleague = await makePerson('administrator')
const give = (by: Actor, to: { readonly accountId: string }, role: string, unit?: string) =>
  grantRole(kernel, by, { accountId: to.accountId, role, unit })
const grantsOf = async ({ accountId }: { readonly accountId: string }) =>
  (await findAccounts(kernel, institutionId, { after: undefined, size: 1_000 })).find(
    ({ row }) => row.accountId === accountId,
  )?.grants ?? []

test('a role granted at a unit holds there and below, and nowhere else', async () => {
  const person = await makePerson()
  await give(administrator, person, 'officer', 'LHR')
  const actor = await now(person)
  assert.deepEqual(unitsFor(actor, 'case.read')?.toSorted(), idsOf('LHR', 'MODEL'))
  assert.deepEqual(unitsFor(actor, 'model.read'), [])
  await give(administrator, person, 'officer')
  assert.equal(unitsFor(await now(person), 'case.read'), undefined)
})

test('a unit that moves takes its place in what its officers above see, at their next request', async () => {
  const person = await makePerson()
  await give(administrator, person, 'officer', 'SD')
  assert.deepEqual(unitsFor(await now(person), 'case.read'), idsOf('SD'))
  await moveUnit(kernel, operator, { code: 'LHR', parent: 'SD' })
  assert.deepEqual(unitsFor(await now(person), 'case.read')?.toSorted(), idsOf('SD', 'LHR', 'MODEL'))
  await moveUnit(kernel, operator, { code: 'LHR', parent: 'PB' })
})

test('what concerns the institution as a whole is held at no unit', async () => {
  const person = await makePerson()
  await give(administrator, person, 'supervisor', 'PB')
  const actor = await now(person)
  for (const scope of ['model.read', 'system.read', 'job.read', 'model.approve'] as const)
    assert.equal(holds(actor, scope), false, scope)
  assert.equal(holds(actor, 'case.review'), true)
  for (const role of ['administrator', 'engineer', 'council'])
    await assert.rejects(give(administrator, person, role, 'PB'), { code: 'grant.role_not_at_units' })
})

test('nobody grants, revokes or disables anything of their own account', async () => {
  const [own] = await grantsOf(administrator)
  assert.ok(own)
  for (const role of [...Object.keys(roles), 'permits.clerk'])
    await assert.rejects(give(administrator, administrator, role), { code: 'grant.own_account' })
  await assert.rejects(revokeRole(kernel, administrator, own), { code: 'grant.own_account' })
  await assert.rejects(disableAccount(kernel, administrator, administrator), { code: 'grant.own_account' })
  assert.deepEqual(await grantsOf(administrator), [own])
})

const caseScopes: readonly Scope[] = [
  'case.open',
  'case.read',
  'case.review',
  'outcome.record',
  'decision.read',
]

test('whatever two administrators grant each other and revoke, neither comes to see a case', async () => {
  const first = await makePerson('administrator')
  const second = await makePerson('administrator')
  const one = fc.constantFrom(first, second)
  const role = fc.constantFrom(...Object.keys(roles), 'permits.clerk', 'parcels.inspector')
  const unit = fc.option(fc.constantFrom('PB', 'LHR'), { nil: undefined })
  const step = fc.record({ by: one, to: one, role, unit, isRevoking: fc.boolean() })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (steps) => {
      for (const { by, to, isRevoking, ...given } of steps) {
        const actor = await now(by)
        const grant = (await grantsOf(to)).find((held) => held.role === given.role)
        const done = isRevoking
          ? revokeRole(kernel, actor, { accountId: to.accountId, grantId: grant?.grantId ?? to.accountId })
          : give(actor, to, given.role, given.unit)
        await done.catch(() => undefined)
        for (const person of [first, second]) {
          const held = await now(person)
          const isManaging = holds(held, 'account.manage')
          for (const scope of caseScopes)
            assert.ok(!(isManaging && holds(held, scope)), `${held.roles.join()} ${scope}`)
        }
      }
    }),
    { numRuns: 25 },
  )
})

test('a second hand gives an administrator no role by which cases are seen, nor an officer the accounts', async () => {
  for (const role of ['officer', 'supervisor', 'auditor', 'model_owner', 'machine', 'permits.clerk'])
    await assert.rejects(give(colleague, administrator, role), { code: 'grant.duties_conflict' })
  const officer = await makePerson('officer')
  await assert.rejects(give(colleague, officer, 'administrator'), { code: 'grant.duties_conflict' })
})

test('an account of an office has one duty from its opening on', async () => {
  await assert.rejects(makePerson('administrator', 'officer'), { code: 'grant.duties_conflict' })
})

test('a role that was revoked is gone at the next request, and may be granted again', async () => {
  const person = await makePerson('officer')
  const { token } = await signIn(kernel, {
    institutionId,
    username: `person-${people}`,
    password: `person-${people} password`,
  })
  const [grant] = await grantsOf(person)
  assert.ok(grant)
  await revokeRole(kernel, administrator, grant)
  assert.deepEqual((await actorOfSession(kernel, token))?.actor.roles, [])
  await assert.rejects(revokeRole(kernel, administrator, grant), { code: 'grant.not_found' })
  await give(administrator, person, 'officer')
  await assert.rejects(give(administrator, person, 'officer'), { code: 'grant.exists' })
  assert.deepEqual((await actorOfSession(kernel, token))?.actor.roles, ['officer'])
})

test('an account that is disabled is signed out everywhere, and nothing is granted to it any more', async () => {
  const person = await makePerson('officer')
  const entrance = { institutionId, username: `person-${people}`, password: `person-${people} password` }
  const { token } = await signIn(kernel, entrance)
  await disableAccount(kernel, administrator, person)
  assert.equal(await actorOfSession(kernel, token), undefined)
  await assert.rejects(signIn(kernel, entrance), { code: 'access.sign_in_failed' })
  await assert.rejects(give(administrator, person, 'supervisor'), { code: 'access.account_disabled' })
  await assert.rejects(disableAccount(kernel, administrator, person), { code: 'access.account_disabled' })
  const { rowCount } = await owner.query('select from sessions where account_id = $1', [person.accountId])
  assert.equal(rowCount, 0)
})

test('only who manages accounts grants, and only in their own institution', async () => {
  const person = await makePerson()
  for (const by of [await makePerson('officer'), await makePerson('auditor')])
    await assert.rejects(give(by, person, 'officer'), { code: 'access.scope_missing' })
  await assert.rejects(give(elsewhere, person, 'officer'), { code: 'access.account_unknown' })
  await assert.rejects(give(administrator, person, 'emperor'), { code: 'access.role_unknown' })
  await assert.rejects(give(administrator, person, 'officer', 'NOWHERE'), { code: 'unit.unknown' })
  await closeUnit(kernel, operator, { code: 'MODEL' })
  await assert.rejects(give(administrator, person, 'officer', 'MODEL'), { code: 'unit.closed' })
  assert.deepEqual(await grantsOf(person), [])
})

test('each grant and its end is in the log', async () => {
  const person = await makePerson()
  const { grantId } = await give(administrator, person, 'officer', 'PB')
  await revokeRole(kernel, administrator, { accountId: person.accountId, grantId })
  await disableAccount(kernel, administrator, person)
  const { rows } = await owner.query<{ kind: string; actor: string }>(
    'select kind, actor from log_all where institution_id = $1 and record_id in ($2, $3) order by entry_id',
    [institutionId, grantId, person.accountId],
  )
  const kinds = ['account.created', 'grant.given', 'grant.revoked', 'account.disabled']
  assert.deepEqual(
    rows.map(({ kind }) => kind),
    kinds,
  )
  assert.equal(rows[1]?.actor, administrator.name)
})
