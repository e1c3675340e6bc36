import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decided, foundInstitution, freshKernel, makeOfficer, permit } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { completeReview, reviewsOf } from '../reviews/reviews.ts'
import { correctCase, type GivenCorrection } from './correct.ts'
import { executeRequest } from './execute.ts'
import { decideRequest, getRequest, type RequestKind, receiveRequest } from './requests.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const dpo = await makeOfficer(kernel, operator, { username: 'dpo', roles: ['data_protection_officer'] })
const clerk = await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer', 'permits.clerk'] })

let numbered = 0
/** Somebody with a permit, and a request of theirs that was granted. */
async function somebody(given: object = {}, kind: RequestKind = 'correction') {
  numbered += 1
  const cnic = `35202${String(7_000_000 + numbered)}1`
  const about = { applicantCnic: cnic, applicantName: `Canary-Wrong-${numbered}` }
  const { caseId } = await decided(kernel, operator, 'permits', permit({ ...about, ...given }))
  const asked = { contact: null, words: null, channel: 'api', receivedOn: undefined } as const
  const received = await receiveRequest(kernel, dpo, { ...asked, kind, name: `cnic:${cnic}` })
  const decision = { verdict: 'granted', ground: null, reason: 'Shown by the card.' } as const
  const { requestId, version } = await decideRequest(kernel, dpo, { ...seen(received), ...decision })
  // Whatever follows is at an instant of its own.
  clock.advance(1_000)
  return { caseId, requestId, version, cnic }
}

const seen = ({ requestId, version }: { readonly requestId: string; readonly version: number }) => ({
  requestId,
  version,
})
const right = 'Canary-Right'
const fields = [{ field: 'applicantName', value: right }]
const correctFor = (
  { caseId, ...request }: Pick<GivenCorrection, 'requestId' | 'version' | 'caseId'>,
  given: Partial<GivenCorrection> = {},
) => correctCase(kernel, dpo, { ...seen(request), caseId, fields, statement: 'Misspelt.', ...given })

async function shown(caseId: string, actor = dpo) {
  const file = await getCase(kernel, operator, caseId)
  const reviews = await reviewsOf(kernel, operator, caseId)
  const purpose = actor === dpo ? 'subject_request' : 'review'
  const { secrets } = await reveal(kernel, actor, { ...file, reviews, purpose })
  return { ...file, text: [...secrets.values()].join(' ') }
}

test('what was wrong is put right, and the old text is nowhere, not even sealed', async () => {
  const one = await somebody()
  const wrong = `Canary-Wrong-${numbered}`
  const before = await shown(one.caseId)
  assert.ok(before.text.includes(wrong))
  const { caseVersion } = await correctFor(one)
  const after = await shown(one.caseId)
  assert.ok(after.text.includes(right) && !after.text.includes(wrong))
  assert.equal(after.row.version, caseVersion)
  assert.ok(!Buffer.from(after.row.payloadDigest).equals(before.row.payloadDigest))
  // The sealed bytes, and those of the reasons that told the name, are in no row any more.
  for (const bytes of [before.row.sealed, before.decision?.sealed]) {
    assert.ok(bytes)
    const { rows } = await owner.query(
      'select from cases where sealed = $1 union all select from decisions where sealed = $1',
      [bytes],
    )
    assert.equal(rows.length, 0)
  }
  const kinds = after.history.map(({ kind }) => kind).filter((kind) => kind !== 'access.read')
  assert.deepEqual(kinds, ['case.opened', 'decision.made', 'case.corrected', 'decision.made'])
})

test('a decision that read what was wrong is made again, and an officer looks at it', async () => {
  const one = await somebody()
  const corrected = await correctFor(one)
  assert.equal(corrected.isDecidedAgain, true)
  const { row, decision, text } = await shown(one.caseId)
  assert.deepEqual([row.state, row.reviewRole, decision?.round], ['in_review', 'permits.clerk', 2])
  assert.deepEqual([decision?.review, decision?.recommendation], ['required', 'grant'])
  assert.ok(text.includes(right), 'the reasons tell the right name')
  const review = { caseId: one.caseId, version: row.version, recommendation: 'grant', reason: undefined }
  await completeReview(kernel, clerk, review)
  assert.equal((await getCase(kernel, operator, one.caseId)).row.state, 'decided')
})

test('a decision that says the same of the right data stands', async () => {
  // Without a name the reasons tell nothing that is sealed.
  const one = await somebody({ applicantName: undefined })
  const { isDecidedAgain } = await correctFor(one, { fields: [{ field: 'applicantName', value: null }] })
  const { row, decision } = await getCase(kernel, operator, one.caseId)
  assert.deepEqual([isDecidedAgain, row.state, decision?.round, row.version], [false, 'decided', 1, 2])
})

test('what an officer had looked at is looked at again', async () => {
  const one = await somebody({ answer: 'check', applicantName: undefined })
  const review = { caseId: one.caseId, version: 1, recommendation: 'grant', reason: 'As the card says.' }
  await completeReview(kernel, clerk, review)
  clock.advance(1_000)
  const { isDecidedAgain } = await correctFor(one, { fields: [{ field: 'applicantName', value: null }] })
  const { row, decision } = await getCase(kernel, operator, one.caseId)
  assert.deepEqual([isDecidedAgain, row.state, decision?.round], [true, 'in_review', 2])
  assert.equal((await reviewsOf(kernel, operator, one.caseId)).length, 1, 'the first review stays')
})

test('a case that is still in review is corrected under the officer, who is told by its version', async () => {
  const one = await somebody({ answer: 'check' })
  await correctFor(one)
  const stale = { caseId: one.caseId, version: 1, recommendation: 'check', reason: undefined }
  await assert.rejects(completeReview(kernel, clerk, stale), { code: 'case.version_stale' })
  const { row } = await shown(one.caseId, clerk)
  await completeReview(kernel, clerk, { ...stale, version: row.version })
})

test('a request corrects as many cases as it takes, and is completed by hand', async () => {
  const one = await somebody()
  await assert.rejects(executeRequest(kernel, dpo, one), { code: 'right.nothing_done' })
  const first = await correctFor(one)
  const again = await correctFor({ ...one, version: first.version })
  const { state, done } = await executeRequest(kernel, dpo, {
    requestId: one.requestId,
    version: again.version,
  })
  assert.deepEqual([state, done], ['completed', { corrections: 2 }])
})

test('reference, day, person and what is operational are not corrected so, nor what does not fit the schema', async () => {
  const one = await somebody()
  for (const [field, value, code] of [
    ['permitNumber', 'ANOTHER', 'right.correction_not_personal'],
    ['filedOn', '2026-02-02', 'right.correction_not_personal'],
    ['answer', 'refuse', 'right.correction_not_personal'],
    ['applicantCnic', '3520212345671', 'right.correction_not_personal'],
    ['applicantName', 7, 'case.invalid'],
    ['nobody', 'x', 'case.invalid'],
    ['applicant.name', 'x', 'case.invalid'],
    ['__proto__.x', 'x', 'case.invalid'],
  ] as const)
    await assert.rejects(correctFor(one, { fields: [{ field, value }] }), { code }, field)
  await assert.rejects(correctFor(one, { statement: ' ' }), { code: 'right.statement_missing' })
  assert.equal((await getCase(kernel, operator, one.caseId)).row.version, 1)
})

test('only cases of whoever asked, on a request of this kind that was granted', async () => {
  const [one, other] = [await somebody(), await somebody()]
  await assert.rejects(correctFor({ ...one, caseId: other.caseId }), { code: 'right.case_of_another' })
  const erasure = await somebody({}, 'erasure')
  await assert.rejects(correctFor(erasure), { code: 'right.not_granted' })
  await assert.rejects(correctFor({ ...one, version: 1 }), { code: 'right.version_stale' })
  const corrected = await correctFor(one)
  assert.equal((await getRequest(kernel, dpo, one.requestId)).version, corrected.version)
})

test('after all this the log bears out every row', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
