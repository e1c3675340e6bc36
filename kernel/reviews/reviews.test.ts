import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decided, foundInstitution, freshKernel, makeOfficer, permit } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import type { Actor } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { intake } from '../decisions/intake.ts'
import { completeReview, reviewsOf } from './reviews.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const clerk = await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer', 'permits.clerk'] })
const colleague = await makeOfficer(kernel, operator, {
  username: 'colleague',
  roles: ['officer', 'permits.clerk'],
})

const waiting = (answer = 'check') => decided(kernel, operator, 'permits', permit({ answer }))

interface Given {
  readonly recommendation?: string
  readonly reason?: string
  readonly version?: number
}

function review(actor: Actor, caseId: string, { recommendation = 'check', reason, version = 1 }: Given = {}) {
  return completeReview(kernel, actor, { caseId, version, recommendation, reason })
}

test('an officer agrees, without having to say why', async () => {
  const { caseId, decision } = await waiting()
  const { version, review: completed } = await review(clerk, caseId)
  assert.equal(version, 2)
  const { reviewId, ...rest } = completed
  assert.deepEqual(rest, {
    decisionId: decision.decisionId,
    caseId,
    accountId: clerk.accountId,
    verdict: 'agreed',
    recommendation: 'check',
    reason: null,
    sealed: null,
    reviewedAt: clock.now,
  })
  assert.deepEqual(await reviewsOf(kernel, operator, caseId), [completed])
  assert.equal((await getCase(kernel, operator, caseId)).row.state, 'decided')
  assert.match(reviewId, /^[0-9a-f-]{36}$/)
})

test('an officer overrides with a reason, which is kept without the spaces around it', async () => {
  const { caseId } = await waiting()
  const { review: completed } = await review(clerk, caseId, { recommendation: 'grant', reason: ' Known. \n' })
  assert.deepEqual([completed.verdict, completed.reason], ['overridden', 'Known.'])
})

test('overriding without a reason is refused, and the case still waits', async () => {
  const { caseId } = await waiting()
  for (const reason of [undefined, '', ' \n\t '])
    await assert.rejects(review(clerk, caseId, { recommendation: 'grant', ...(reason && { reason }) }), {
      code: 'review.reason_missing',
    })
  assert.equal((await getCase(kernel, operator, caseId)).row.state, 'in_review')
})

test('where a model failed the officer decides, and agrees with nobody', async () => {
  const { caseId } = await waiting('throw')
  const { review: completed } = await review(clerk, caseId, { recommendation: 'refuse' })
  assert.equal(completed.verdict, 'decided')
})

test('a recommendation that the application does not declare is refused', async () => {
  const { caseId } = await waiting()
  for (const recommendation of ['perhaps', 'toString', '__proto__', ''])
    await assert.rejects(review(clerk, caseId, { recommendation, reason: 'Because.' }), {
      code: 'review.recommendation_unknown',
    })
})

test('a key of a connected system does not review', async () => {
  const { caseId } = await waiting()
  const key = { ...clerk, accountId: undefined }
  await assert.rejects(review(key, caseId), { code: 'review.person_needed' })
})

test('an officer of another role does not review', async () => {
  const { caseId } = await waiting('refuse')
  await assert.rejects(review(clerk, caseId, { recommendation: 'refuse' }), {
    code: 'review.not_yours',
    parameters: { role: 'permits.inspector' },
  })
})

test('whoever saw an older version of the case is told so', async () => {
  const { caseId } = await waiting()
  await assert.rejects(review(clerk, caseId, { version: 0 }), { code: 'case.version_stale' })
  await assert.rejects(review(clerk, caseId, { version: 2 }), { code: 'case.version_stale' })
})

test('a case that is decided, closed or not decided about yet is not reviewed', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  await assert.rejects(review(clerk, caseId), { code: 'case.decided_already' })
  const request = { applicationId: 'permits', source: 'api', isDecided: false } as const
  const submissions = [{ json: JSON.stringify(permit()) }]
  const [opened] = await intake(kernel, operator, { ...request, submissions })
  assert.ok(opened?.status === 'accepted')
  await assert.rejects(review(clerk, opened.caseId), { code: 'case.transition_impossible' })
})

test('a case of another institution is not found', async () => {
  const elsewhere = await foundInstitution(kernel, 'beta')
  const stranger = await makeOfficer(kernel, elsewhere, { username: 'clerk', roles: clerk.roles })
  const { caseId } = await waiting()
  for (const id of [caseId, '01900000-0000-7000-8000-000000000000'])
    await assert.rejects(review(stranger, id), { code: 'case.not_found' })
})

test('of two officers at once one wins, and the other is told that the case is decided', async () => {
  const { caseId } = await waiting()
  const [first, second] = await Promise.allSettled([
    review(clerk, caseId, { recommendation: 'check' }),
    review(colleague, caseId, { recommendation: 'grant', reason: 'I know them.' }),
  ])
  const lost = [first, second].filter((one) => one.status === 'rejected')
  assert.deepEqual(
    lost.map(({ reason }) => reason.code),
    ['case.decided_already'],
  )
  assert.equal((await reviewsOf(kernel, operator, caseId)).length, 1)
})

test('however many officers try, and however often, a case is reviewed once', async () => {
  const tries = fc.array(
    fc.record({ who: fc.constantFrom(clerk, colleague), what: fc.constantFrom('check', 'grant', 'lot') }),
    {
      minLength: 2,
      maxLength: 8,
    },
  )
  await fc.assert(
    fc.asyncProperty(tries, async (given) => {
      const { caseId } = await waiting()
      const all = given.map(({ who, what }) => review(who, caseId, { recommendation: what, reason: 'So.' }))
      const results = await Promise.allSettled(all)
      assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1)
      const { row, history } = await getCase(kernel, operator, caseId)
      assert.deepEqual([row.state, row.version], ['decided', 2])
      assert.equal(history.filter(({ kind }) => kind === 'review.completed').length, 1)
    }),
    { numRuns: 12 },
  )
})

test('after all this the log bears out every row', async () => {
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})
