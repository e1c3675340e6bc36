import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { digestOfFiles, type PolicyFolder, readPolicyFolder } from './files.ts'
import { InForce } from './in-force.ts'
import type { PolicyRequest } from './policy.ts'
import { policyVersions } from './versions.ts'

const { kernel, clock } = await freshKernel()
const { institutionId } = await foundInstitution(kernel, 'alpha')
const folder: PolicyFolder = readPolicyFolder(fileURLToPath(new URL('../../policies', import.meta.url)))
const policiesOf = (given: Partial<ConstructorParameters<typeof InForce>[0]> = {}) =>
  new InForce({ db: kernel.db, clock: () => clock.now, folder, freshMs: 0, ...given })

const review: PolicyRequest = {
  principal: { kind: 'person', roles: ['officer', 'permits.clerk'] },
  action: 'read',
  resource: { classification: 'personal', applicationId: 'permits' },
  context: {
    purpose: 'review',
    legalBasis: 'law',
    isRedacted: false,
    consent: 'not_needed',
    isObjected: false,
  },
}
const asRoles = (...roles: readonly string[]): PolicyRequest => ({
  ...review,
  principal: { kind: 'person', roles },
})

test('what the platform comes with is the first version, once, whoever asks first', async () => {
  const policies = [policiesOf(), policiesOf(), policiesOf()]
  const verdicts = await Promise.all(policies.map((one) => one.decide(institutionId, review)))
  const digest = digestOfFiles(folder.files)
  for (const verdict of verdicts)
    assert.deepEqual(verdict, { isAllowed: true, policyDigest: digest, refusedBy: undefined })
  const versions = await policyVersions(kernel.db, institutionId)
  assert.partialDeepStrictEqual(versions, [{ version: 1, digest, proposedBy: 'platform', approvedBy: null }])
  assert.equal(versions.length, 1)
})

test('a refusal names the policy that refused, in both languages', async () => {
  const abroad: PolicyRequest = {
    ...review,
    action: 'process',
    resource: {
      ...review.resource,
      backend: { kind: 'objects', jurisdiction: 'foreign', keyHolder: 'institution' },
    },
  }
  await assert.rejects(policiesOf().require(institutionId, abroad), {
    code: 'policy.refused',
    message: /personal-leaves-only-redacted refuses this: Personal data leaves the country only redacted/,
  })
  const { refusedBy } = await policiesOf().decide(institutionId, abroad)
  assert.match(refusedBy?.sentence.ur ?? '', /نام مٹا کر/)
})

test('what no policy permits is refused in a name of its own', async () => {
  const { isAllowed, refusedBy } = await policiesOf().decide(institutionId, asRoles('council'))
  assert.deepEqual([isAllowed, refusedBy?.id], [false, 'not-permitted'])
})

test('the floor refuses before any policy is asked', async () => {
  const { refusedBy } = await policiesOf().decide(institutionId, asRoles('administrator', 'permits.clerk'))
  assert.equal(refusedBy?.id, 'floor-administrators-have-no-cases')
})
