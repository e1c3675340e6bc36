import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, makeOfficer, permit, taken } from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { type CaseSource, getCase } from '../cases/cases.ts'
import { intake } from '../decisions/intake.ts'
import { isOwnCase } from './own-case.ts'
import { completeReview } from './reviews.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const roles = ['officer', 'permits.clerk', 'engineer']
const amina = await makeOfficer(kernel, operator, { username: 'amina', roles })
const bilal = await makeOfficer(kernel, operator, { username: 'bilal', roles })

/** A permit that an officer has to look at. */
async function opened(by: Actor, source: CaseSource): Promise<string> {
  const submissions = [{ json: JSON.stringify(permit({ answer: 'check' })) }]
  const request = { applicationId: 'permits', source, isDecided: true, submissions }
  return taken((await intake(kernel, by, request))[0]).caseId
}

const review = (actor: Actor, caseId: string) =>
  completeReview(kernel, actor, { caseId, version: 1, recommendation: 'check', reason: undefined })

test('whoever typed a case in leaves its review to another officer', async () => {
  const caseId = await opened(amina, 'page')
  const { row } = await getCase(kernel, amina, caseId)
  assert.deepEqual([await isOwnCase(kernel, amina, row), await isOwnCase(kernel, bilal, row)], [true, false])
  await assert.rejects(review(amina, caseId), { code: 'review.own_case' })
  assert.equal((await getCase(kernel, amina, caseId)).row.state, 'in_review')
  assert.equal((await review(bilal, caseId)).review.verdict, 'agreed')
})

test('what a system or a file brought may be reviewed by whoever runs it', async () => {
  for (const source of ['api', 'import', 'sample'] as const) {
    const caseId = await opened(amina, source)
    assert.equal(await isOwnCase(kernel, amina, (await getCase(kernel, amina, caseId)).row), false)
    assert.equal((await review(amina, caseId)).review.verdict, 'agreed')
  }
})
