import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { accountsOf, createAccount } from '../../kernel/access/access.ts'
import { holds, operatorActor, roles, type Scope } from '../../kernel/access/roles.ts'
import { requireSeparateDuties } from '../../kernel/access/separate-duties.ts'
import { newId } from '../../kernel/identifiers.ts'
import { foundInstitution } from '../../kernel/institutions/institutions.ts'
import { setSecondFactor } from '../../kernel/sign-in/rules.ts'
import { addUnit } from '../../kernel/units/units.ts'
import { findHolder } from '../../kernel/vault/vault.ts'
import { freshDatabase } from '../../test/database.ts'
import { openOffice, password } from './sample/office.ts'

/** An administrator sees no case, so nobody has both duties. */
function areSeparate(held: readonly string[]): boolean {
  try {
    requireSeparateDuties(held)
    return true
  } catch {
    return false
  }
}

const office = await openOffice(await freshDatabase())
const caseId = await office.openCase({ applicant: { name: 'Zainab', cnic: '3520212345671' } })
const personId = await findHolder(office.kernel, office.institution.institutionId, 'cnic:3520212345671')
const amna = await office.signedIn('amna')
const account =
  (await accountsOf(office.kernel, office.institution.institutionId)).find(
    ({ username }) => username === 'clerk',
  )?.accountId ?? ''
await addUnit(office.kernel, operatorActor(office.institution.institutionId, 'test'), {
  code: 'LHR',
  kind: 'district',
  title: { en: 'Lahore', ur: 'لاہور' },
  parent: undefined,
})
const decision =
  /href="(\/decisions\/[0-9a-f-]{36})"/.exec((await amna.open(`/cases/${caseId}`)).body)?.[1] ?? ''

/** Every page and form, and the scope that it needs. */
const places: readonly { readonly path: string; readonly scope: Scope; readonly isForm?: boolean }[] = [
  { path: '/queue', scope: 'case.review' },
  { path: '/queue/next', scope: 'case.review' },
  { path: '/cases', scope: 'case.read' },
  { path: '/cases/find', scope: 'case.read', isForm: true },
  { path: '/cases/new', scope: 'case.open' },
  { path: '/cases/new/permits', scope: 'case.open', isForm: true },
  { path: `/cases/${caseId}`, scope: 'case.read' },
  { path: `/cases/${caseId}/open`, scope: 'case.read', isForm: true },
  { path: `/cases/${caseId}/review`, scope: 'case.review', isForm: true },
  { path: `/cases/${caseId}/outcome`, scope: 'outcome.record', isForm: true },
  { path: decision, scope: 'decision.read' },
  { path: '/persons', scope: 'person.read' },
  { path: '/persons/find', scope: 'person.read', isForm: true },
  { path: `/persons/${personId}`, scope: 'person.read' },
  { path: `/persons/${personId}/export`, scope: 'person.read', isForm: true },
  { path: `/persons/${personId}/erase`, scope: 'person.erase', isForm: true },
  { path: '/units', scope: 'unit.read' },
  { path: '/units/add', scope: 'unit.manage', isForm: true },
  { path: '/units/LHR', scope: 'unit.manage' },
  { path: '/units/LHR/rename', scope: 'unit.manage', isForm: true },
  { path: '/units/LHR/move', scope: 'unit.manage', isForm: true },
  { path: '/units/LHR/close', scope: 'unit.manage', isForm: true },
  { path: '/accounts', scope: 'account.read' },
  { path: `/accounts/${account}`, scope: 'account.manage' },
  { path: `/accounts/${account}/grant`, scope: 'account.manage', isForm: true },
  { path: `/accounts/${account}/grants/${newId()}/revoke`, scope: 'account.manage', isForm: true },
  { path: `/accounts/${account}/disable`, scope: 'account.manage', isForm: true },
  { path: `/persons/${personId}/disclosure`, scope: 'person.read' },
  { path: '/rights', scope: 'right.read' },
  { path: '/rights/new', scope: 'right.handle', isForm: true },
  { path: '/rights/retention', scope: 'retention.manage' },
  { path: `/rights/${newId()}`, scope: 'right.read' },
  { path: `/rights/${newId()}/open`, scope: 'right.handle', isForm: true },
  { path: `/rights/${newId()}/decision`, scope: 'right.handle', isForm: true },
  { path: `/rights/${newId()}/execution`, scope: 'right.handle', isForm: true },
  { path: `/rights/${newId()}/corrections`, scope: 'right.handle', isForm: true },
  { path: `/rights/holds/${newId()}/lift`, scope: 'right.handle', isForm: true },
  { path: '/breaches', scope: 'breach.manage' },
  { path: '/breaches/new', scope: 'breach.manage', isForm: true },
  { path: `/breaches/${newId()}`, scope: 'breach.manage' },
  { path: `/breaches/${newId()}/notice`, scope: 'breach.manage' },
  { path: `/breaches/${newId()}/assessment`, scope: 'breach.manage', isForm: true },
  { path: `/breaches/${newId()}/authority`, scope: 'breach.manage', isForm: true },
  { path: `/breaches/${newId()}/persons`, scope: 'breach.manage', isForm: true },
  { path: '/models', scope: 'model.read' },
  { path: '/jobs', scope: 'job.read' },
  { path: `/jobs/${newId()}/requeue`, scope: 'job.requeue', isForm: true },
]

let accounts = 0

/** A browser of a new account with these roles. */
async function browserWith(own: readonly string[]) {
  accounts += 1
  const username = `random${accounts}`
  const actor = {
    ...office.institution,
    name: 'operator:test',
    accountId: undefined,
    roles: [],
    applicationId: undefined,
  }
  await createAccount(office.kernel, actor, { username, password, roles: own, language: 'en' })
  const browser = office.browser()
  await browser.send('/sign-in', { username, password })
  await browser.open('/')
  return browser
}

test('nobody reads a page or sends a form without its scope', async () => {
  const some = fc
    .uniqueArray(fc.constantFrom(...Object.keys(roles), 'permits.inspector'), { maxLength: 3 })
    .filter(areSeparate)
  await fc.assert(
    fc.asyncProperty(some, async (own) => {
      const browser = await browserWith(own)
      for (const { path, scope, isForm = false } of places) {
        const isAllowed = holds({ roles: own }, scope)
        const shown = await browser.open(path)
        assert.equal(shown.status === 403, !isAllowed, `${own.join()} ${path}`)
        if (isAllowed || !isForm) continue
        assert.equal((await browser.send(path, {})).status, 403, `${own.join()} sends ${path}`)
      }
    }),
    // Signing in is slow by design, and counted by the minute.
    { numRuns: 20 },
  )
})

test('without having signed in there is nothing but the page to sign in on', async () => {
  for (const { path } of [...places, { path: '/' }]) {
    const shown = await office.browser().open(path)
    assert.equal(shown.status, 303, path)
    assert.match(shown.location ?? '', /^\/sign-in/)
  }
})

test('to an administrator a case that exists is as a case that does not', async () => {
  const administrator = await office.signedIn('administrator')
  const bare = ({ status, body }: { status: number; body: string }) => [
    status,
    body.replaceAll(/value="[^"]*"/g, '').replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, ''),
  ]
  const there = bare(await administrator.open(`/cases/${caseId}`))
  assert.deepEqual(bare(await administrator.open(`/cases/${newId()}`)), there)
  assert.equal(there[0], 403)
  const home = await administrator.open('/')
  assert.doesNotMatch(home.body, /href="\/cases/)
})

test('who may read decisions but no cases gets no reference and nothing that was submitted', async () => {
  const owner = await office.signedIn('model-owner')
  const shown = await owner.open(decision)
  assert.equal(shown.status, 200)
  assert.doesNotMatch(shown.body, />P-1</)
})

test('a case of another institution is not there', async () => {
  const { kernel } = office
  const other = await foundInstitution(
    kernel,
    { name: 'operator:test' },
    { slug: 'karachi', title: { en: 'Karachi', ur: 'کراچی' } },
  )
  const actor = { ...other, name: 'operator:test', accountId: undefined, roles: [], applicationId: undefined }
  await setSecondFactor(kernel, actor, 'optional')
  await createAccount(kernel, actor, {
    username: 'amna',
    password,
    roles: ['officer', 'permits.inspector'],
    language: 'en',
  })
  const browser = office.browser()
  await browser.send('/sign-in', { username: 'amna', password, institution: other.institutionId })
  for (const path of [`/cases/${caseId}`, `/cases/${caseId}/outcome`, `/cases/${caseId}/review`, decision]) {
    assert.equal((await browser.open(path)).status, 404, path)
  }
  const sent = await browser.send(`/cases/${caseId}/review`, { recommendation: 'inspect', _version: '1' })
  assert.equal(sent.status, 404)
  assert.doesNotMatch((await browser.open('/queue')).body, new RegExp(caseId))
})
