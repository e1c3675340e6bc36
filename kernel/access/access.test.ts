import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { accountsOf, createAccount, requireApplication, requireScope } from './access.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const elsewhere = await foundInstitution(kernel, 'beta')
const officer = await makeOfficer(kernel, operator, {
  username: 'amina',
  roles: ['officer', 'permits.clerk'],
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
