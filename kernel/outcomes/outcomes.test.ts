import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decided, foundInstitution, freshKernel, makeOfficer, permit, taken } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { sha256 } from '../canonical.ts'
import { getCase } from '../cases/cases.ts'
import { intake } from '../decisions/intake.ts'
import { completeReview } from '../reviews/reviews.ts'
import { outcomesOf, recordOutcome } from './outcomes.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const clerk = await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer', 'permits.clerk'] })
const right = { finding: 'right' }

function record(caseId: string, outcome: unknown, version?: number) {
  return recordOutcome(kernel, operator, { caseId, outcome, version })
}

async function stateOf(caseId: string): Promise<string> {
  return (await getCase(kernel, operator, caseId)).row.state
}

test('an outcome closes what is decided', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const { version, outcomes } = await record(caseId, { note: 'Seen.', finding: 'right' })
  assert.equal(version, 2)
  const [outcome] = outcomes
  const payload = '{"finding":"right","note":"Seen."}'
  assert.equal(outcome?.payload, payload)
  assert.deepEqual(Buffer.from(outcome?.payloadDigest ?? []), sha256(payload))
  assert.deepEqual(
    [outcome?.revision, outcome?.recordedBy, outcome?.recordedAt],
    [1, 'operator:test', clock.now],
  )
  assert.equal(await stateOf(caseId), 'closed')
})

test('an outcome of a case in review leaves it in review, and the review decides it', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit({ answer: 'check' }))
  const { version } = await record(caseId, right)
  assert.equal(await stateOf(caseId), 'in_review')
  await completeReview(kernel, clerk, { caseId, version, recommendation: 'check', reason: undefined })
  assert.equal(await stateOf(caseId), 'decided')
  await record(caseId, { finding: 'wrong' })
  assert.equal(await stateOf(caseId), 'closed')
})

test('an outcome of a case that waits for its decision leaves it waiting', async () => {
  const submissions = [{ json: JSON.stringify(permit()) }]
  const request = { applicationId: 'permits', source: 'api', isDecided: false, submissions } as const
  const [result] = await intake(kernel, operator, request)
  const { caseId } = taken(result)
  await record(caseId, right)
  assert.equal(await stateOf(caseId), 'opened')
})

test('the same outcome again changes nothing', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const first = await record(caseId, { finding: 'right', note: 'Seen.' })
  const before = await entryCounts(owner, operator.institutionId)
  assert.deepEqual(await record(caseId, { note: 'Seen.', finding: 'right' }), first)
  assert.deepEqual(await entryCounts(owner, operator.institutionId), before)
  assert.equal((await getCase(kernel, operator, caseId)).row.version, first.version)
})

test('a correction is a further revision, and none before it is lost', async () => {
  const findings = fc.array(fc.constantFrom('right', 'wrong'), { minLength: 1, maxLength: 8 })
  await fc.assert(
    fc.asyncProperty(findings, async (said) => {
      const { caseId } = await decided(kernel, operator, 'permits', permit())
      for (const finding of said) await record(caseId, { finding })
      const changes = said.filter((finding, index) => finding !== said[index - 1])
      const outcomes = await outcomesOf(kernel, operator, caseId)
      assert.deepEqual(
        outcomes.map(({ revision, payload }) => [revision, JSON.parse(payload).finding]),
        changes.map((finding, index) => [index + 1, finding]),
      )
      assert.equal((await getCase(kernel, operator, caseId)).row.version, 1 + changes.length)
    }),
    { numRuns: 12 },
  )
})

test('corrections at once get a revision each', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const notes = ['a', 'b', 'c', 'd', 'e', 'f']
  const results = await Promise.all(notes.map((note) => record(caseId, { finding: 'right', note })))
  const versions = results.map(({ version }) => version).toSorted((a, b) => a - b)
  assert.deepEqual(versions, [2, 3, 4, 5, 6, 7])
  const outcomes = await outcomesOf(kernel, operator, caseId)
  assert.deepEqual(
    outcomes.map(({ revision }) => revision),
    [1, 2, 3, 4, 5, 6],
  )
})

test('whoever saw an older version of the case is told so', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  await record(caseId, right, 1)
  await assert.rejects(record(caseId, { finding: 'wrong' }, 1), { code: 'case.version_stale' })
  assert.equal((await outcomesOf(kernel, operator, caseId)).length, 1)
})

test('an outcome that its schema does not take is refused by field, in both languages', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  await assert.rejects(record(caseId, { finding: 'maybe', colour: 1 }), (error: unknown) => {
    assert.ok(error instanceof Error && 'problems' in error && Array.isArray(error.problems))
    assert.deepEqual(error.problems.map(({ field }) => field).toSorted(), ['colour', 'finding'])
    return error.message.startsWith('outcome.invalid')
  })
  assert.equal(await stateOf(caseId), 'decided')
})

test('a case of another institution is not found, and gets no outcome', async () => {
  const elsewhere = await foundInstitution(kernel, 'beta')
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  for (const id of [caseId, '01900000-0000-7000-8000-000000000000'])
    await assert.rejects(
      recordOutcome(kernel, elsewhere, { caseId: id, version: undefined, outcome: right }),
      {
        code: 'case.not_found',
      },
    )
  assert.deepEqual(await outcomesOf(kernel, elsewhere, caseId), [])
})

test('after all this the log bears out every row', async () => {
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})
