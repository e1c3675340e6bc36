import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { installed, registerApplication, requireLive, systemsOf } from './register.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const bare = { ...kernel, applications: new Map() }

const live = (operator: { readonly institutionId: string }, id: string, given = kernel) =>
  given.db.transaction(operator.institutionId, (tx) => requireLive(given, tx, id))

test('a registered application is live, with the digest of its code', async () => {
  const operator = await foundInstitution(bare, 'registers')
  await assert.rejects(live(operator, 'permits'), { code: 'application.not_registered' })
  await registerApplication(kernel, operator, 'permits')
  const { application, digest } = await live(operator, 'permits')
  assert.equal(application.id, 'permits')
  const [system, another] = await systemsOf(kernel, operator.institutionId)
  assert.equal(another, undefined)
  assert.partialDeepStrictEqual(system, {
    applicationId: 'permits',
    applicationDigest: digest,
    state: 'live',
    registeredAt: clock.now,
  })
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

test('what is not installed is neither registered nor run, registered or not', async () => {
  const operator = await foundInstitution(kernel, 'uninstalls')
  await assert.rejects(registerApplication(kernel, operator, 'nowhere'), {
    code: 'application.not_installed',
  })
  await assert.rejects(live(operator, 'permits', bare), { code: 'application.not_installed' })
  assert.throws(() => installed(kernel, 'toString'), { code: 'application.not_installed' })
})

test('one institution registers for itself alone', async () => {
  const [one, other] = [await foundInstitution(kernel, 'one'), await foundInstitution(bare, 'other')]
  assert.equal((await systemsOf(kernel, one.institutionId)).length, 2)
  assert.deepEqual(await systemsOf(kernel, other.institutionId), [])
  await assert.rejects(live(other, 'permits'), { code: 'application.not_registered' })
})

test('changed code runs again once it is registered again, and so does what was stopped', async () => {
  const operator = await foundInstitution(kernel, 'changes')
  const found = installed(kernel, 'permits')
  const changed = {
    ...kernel,
    applications: new Map([['permits', { ...found, digest: Buffer.alloc(32, 9) }]]),
  }
  await assert.rejects(live(operator, 'permits', changed), { code: 'application.changed' })
  await registerApplication(changed, operator, 'permits')
  await live(operator, 'permits', changed)
  await assert.rejects(
    live(operator, 'permits'),
    { code: 'application.changed' },
    'the code before is another now',
  )
  await owner.query(`update ai_systems set state = 'stopped' where institution_id = $1`, [
    operator.institutionId,
  ])
  await assert.rejects(live(operator, 'permits', changed), { code: 'application.not_registered' })
  await registerApplication(changed, operator, 'permits')
  await live(operator, 'permits', changed)
})
