/** What the registers say of legal bases is what the default policies enforce. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { classifications, legalBasisKinds } from '@khudi/sdk'
import { testApplications } from '../../test/kernel.ts'
import { listedPairs } from '../../test/policy-expected.ts'
import { roles } from '../access/roles.ts'
import { askCedar, loadCedar } from '../policy/cedar.ts'
import { compile } from '../policy/compile.ts'
import { readPolicyFolder } from '../policy/files.ts'
import { type PolicyRequest, policyActions } from '../policy/policy.ts'
import { loadApplications } from '../register/applications.ts'
import { classificationOf, classificationSpecs } from './classifications.ts'
import { legalBases } from './legal-bases.ts'
import { Purpose, purposes } from './purposes.ts'

const cedar = await loadCedar()
const folder = readPolicyFolder(fileURLToPath(new URL('../../policies', import.meta.url)))
const { set } = compile(cedar, folder)
assert.ok(set !== undefined)
const isAllowed = (request: PolicyRequest) => askCedar(cedar, set.setName, request).isAllowed

const everybody = { kind: 'machine', roles: Object.keys(roles) } as const
const listed = policyActions.flatMap((action) =>
  Purpose.options
    .filter((purpose) => listedPairs.includes(`${action} ${purpose}`))
    .map((purpose) => ({ action, purpose })),
)
const asked = (given: {
  readonly pair: (typeof listed)[number]
  readonly classification: PolicyRequest['resource']['classification']
  readonly context: Omit<PolicyRequest['context'], 'purpose' | 'isRedacted'>
}): PolicyRequest => ({
  principal: everybody,
  action: given.pair.action,
  resource: { classification: given.classification, applicationId: 'permits' },
  context: { purpose: given.pair.purpose, isRedacted: false, ...given.context },
})
const settled = { consent: 'given', isObjected: false } as const

test('personal data is processed for a purpose on the bases that the register names, and on no other', () => {
  for (const pair of listed)
    for (const legalBasis of legalBasisKinds)
      assert.equal(
        isAllowed(asked({ pair, classification: 'personal', context: { legalBasis, ...settled } })),
        purposes[pair.purpose].bases.includes(legalBasis),
        `${pair.purpose} on ${legalBasis}`,
      )
})

test('consent, objection and sensitive data count as the register of legal bases says', () => {
  const pair = { action: 'decide', purpose: 'decision' } as const
  for (const legalBasis of legalBasisKinds) {
    const { needsConsent, allowsObjection, coversSensitive } = legalBases[legalBasis]
    const missing = { legalBasis, consent: 'missing', isObjected: false } as const
    assert.equal(isAllowed(asked({ pair, classification: 'official', context: missing })), !needsConsent)
    const objected = { legalBasis, consent: 'given', isObjected: true } as const
    assert.equal(isAllowed(asked({ pair, classification: 'official', context: objected })), !allowsObjection)
    const context = { legalBasis, ...settled }
    assert.equal(isAllowed(asked({ pair, classification: 'sensitive', context })), coversSensitive)
  }
})

test('a class keeps data no longer than the class before it', () => {
  const years = classifications.map(
    (one) => classificationSpecs[one].retentionYears ?? Number.POSITIVE_INFINITY,
  )
  assert.deepEqual(
    years,
    years.toSorted((a, b) => b - a),
  )
})

test('an application is of the class of its most protected field', async () => {
  const { permits } = Object.fromEntries(await loadApplications([testApplications]))
  assert.ok(permits !== undefined)
  assert.deepEqual(
    [permits.application.classification, classificationOf(permits.application)],
    ['official', 'personal'],
  )
})
