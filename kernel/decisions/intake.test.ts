import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decided,
  foundInstitution,
  freshKernel,
  intakeOf,
  permit,
  submit,
  taken,
  trainLive,
} from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { getCase } from '../cases/cases.ts'
import { outcomesOf } from '../outcomes/outcomes.ts'
import { commit, type IntakeResult, intake, prepare } from './intake.ts'
import { drawOf } from './review-rule.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
await trainLive(kernel, operator, { applicationId: 'parcels', modelName: 'danger' })

const statuses = (results: readonly IntakeResult[]) => results.map(({ status }) => status)
const refused = (result: IntakeResult | undefined) => {
  if (result?.status !== 'refused') throw new Error(`not refused: ${JSON.stringify(result)}`)
  return result
}

/** Takes permits in with outcomes, as an import does. */
function submitWithOutcomes(...given: readonly { readonly case: unknown; readonly outcome?: unknown }[]) {
  const submissions = given.map((one) => ({ json: JSON.stringify(one.case), outcome: one.outcome }))
  const request = { applicationId: 'permits', source: 'import', isDecided: true, submissions } as const
  return intake(kernel, operator, request)
}

test('the same case again is unchanged, and gets the decision it has', async () => {
  const given = permit({ answer: 'check' })
  const first = await decided(kernel, operator, 'permits', given)
  const second = await decided(kernel, operator, 'permits', given)
  assert.deepEqual(second, { ...first, status: 'unchanged' })
})

test('the same fields in another order are the same case', async () => {
  const given = permit()
  await submit(kernel, operator, 'permits', given)
  const turned = Object.fromEntries(Object.entries(given).reverse())
  assert.deepEqual(statuses(await submit(kernel, operator, 'permits', turned)), ['unchanged'])
})

test('another case under the same reference is refused, and the first stays as it was', async () => {
  const given = permit()
  const { caseId } = await decided(kernel, operator, 'permits', given)
  const [result] = await submit(kernel, operator, 'permits', { ...given, answer: 'refuse' })
  const { code, reference } = refused(result)
  assert.deepEqual([code, reference], ['case.reference_taken', given.permitNumber])
  assert.deepEqual(JSON.parse((await getCase(kernel, operator, caseId)).row.payload), given)
})

test('of two cases with one reference in a batch the first is taken', async () => {
  const given = permit()
  const batch = [given, given, { ...given, answer: 'check' }]
  const results = await submit(kernel, operator, 'permits', ...batch)
  assert.deepEqual(statuses(results), ['accepted', 'unchanged', 'refused'])
  assert.equal(taken(results[1]).caseId, taken(results[0]).caseId)
  assert.equal(taken(results[1]).decision?.decisionId, taken(results[0]).decision?.decisionId)
})

test('one reference at two institutions, or of two applications, is two cases', async () => {
  const elsewhere = await foundInstitution(kernel, 'beta')
  const given = permit({ permitNumber: 'SHARED' })
  const parcel = { parcelNumber: 'SHARED', sentOn: '2026-02-01', weightKg: 1, contents: 'books' }
  const results = [
    await decided(kernel, operator, 'permits', given),
    await decided(kernel, elsewhere, 'permits', given),
    await decided(kernel, operator, 'parcels', parcel),
  ]
  assert.deepEqual(statuses(results), ['accepted', 'accepted', 'accepted'])
  assert.equal(new Set(results.map(({ caseId }) => caseId)).size, 3)
})

test('an invalid case is refused by field, in both languages, and the others of its batch are taken', async () => {
  const bad = { ...permit(), filedOn: '31.1.2026', colour: 'red' }
  const results = await submit(kernel, operator, 'permits', permit(), bad, permit())
  assert.deepEqual(statuses(results), ['accepted', 'refused', 'accepted'])
  const { code, problems } = refused(results[1])
  assert.equal(code, 'case.invalid')
  assert.deepEqual(problems.map(({ field }) => field).toSorted(), ['colour', 'filedOn'])
  for (const { message } of problems) assert.match(message.ur, /\p{Script=Arabic}/u)
})

test('what is not JSON is refused', async () => {
  const submissions = [{ json: '{"permitNumber": ' }]
  const request = { applicationId: 'permits', source: 'api', isDecided: true, submissions } as const
  const [result] = await intake(kernel, operator, request)
  assert.deepEqual(
    refused(result).problems.map(({ code }) => code),
    ['field.not_json'],
  )
})

test('an invalid outcome refuses its case, and nothing of it is stored', async () => {
  const given = permit()
  const [result] = await submitWithOutcomes({ case: given, outcome: { finding: 'unknown' } })
  assert.equal(refused(result).code, 'outcome.invalid')
  assert.deepEqual(statuses(await submit(kernel, operator, 'permits', given)), ['accepted'])
})

test('a case that comes with its outcome is decided and closed', async () => {
  const [result] = await submitWithOutcomes({ case: permit(), outcome: { finding: 'right' } })
  assert.equal(taken(result).state, 'closed')
  const [outcome] = await outcomesOf(kernel, operator, taken(result).caseId)
  assert.equal(outcome?.payload, '{"finding":"right"}')
})

test('a case twice in a batch with one outcome has that outcome once', async () => {
  const row = { case: permit(), outcome: { finding: 'right' } }
  const results = await submitWithOutcomes(row, row)
  assert.deepEqual(statuses(results), ['accepted', 'unchanged'])
  assert.equal((await outcomesOf(kernel, operator, taken(results[0]).caseId)).length, 1)
})

test('a case several times in a batch with other outcomes has each as a revision, in order', async () => {
  const given = permit()
  const found = ['right', 'wrong', 'wrong', 'right']
  const results = await submitWithOutcomes(...found.map((finding) => ({ case: given, outcome: { finding } })))
  const outcomes = await outcomesOf(kernel, operator, taken(results[0]).caseId)
  assert.deepEqual(
    outcomes.map(({ revision, payload }) => `${revision} ${JSON.parse(payload).finding}`),
    ['1 right', '2 wrong', '3 right'],
  )
})

test('outcomes of one case that come at once are revisions one after the other', async () => {
  const given = permit()
  const { caseId } = await decided(kernel, operator, 'permits', given)
  const notes = Array.from({ length: 8 }, (_, index) => `note ${index}`)
  await Promise.all(
    notes.map((note) => submitWithOutcomes({ case: given, outcome: { finding: 'right', note } })),
  )
  const outcomes = await outcomesOf(kernel, operator, caseId)
  assert.deepEqual(
    outcomes.map(({ revision }) => revision),
    [1, 2, 3, 4, 5, 6, 7, 8],
  )
})

test('each answer leads to the review that its rule says', async () => {
  const expected = {
    grant: ['automatic', null, 'decided', 'grant'],
    check: ['required', 'permits.clerk', 'in_review', 'check'],
    refuse: ['required', 'permits.inspector', 'in_review', 'refuse'],
    throw: ['unaided', 'permits.clerk', 'in_review', null],
    undeclared: ['unaided', 'permits.clerk', 'in_review', null],
    impossible_score: ['unaided', 'permits.clerk', 'in_review', null],
  }
  for (const [answer, [review, role, state, recommendation]] of Object.entries(expected)) {
    const { decision, ...found } = await decided(kernel, operator, 'permits', permit({ answer }))
    assert.deepEqual(
      [decision.review, decision.reviewRole, found.state, decision.recommendation],
      [review, role, state, recommendation],
      answer,
    )
  }
})

test('a failing model leads to an officer who decides unaided, never to a default', async () => {
  const parcel = { parcelNumber: 'FAILS', sentOn: '2026-02-01', weightKg: 1, contents: 'unreadable' }
  const { decision, state } = await decided(kernel, operator, 'parcels', parcel)
  assert.equal(state, 'in_review')
  const { recommendation, score, reasons, review, reviewRole } = decision
  assert.deepEqual(
    { recommendation, score, reasons, review, reviewRole },
    { recommendation: null, score: null, reasons: '[]', review: 'unaided', reviewRole: 'parcels.inspector' },
  )
  assert.equal(
    (await getCase(kernel, operator, decision.caseId)).row.priority,
    1,
    'it comes first in the queue',
  )
})

test('whatever is submitted, nothing adverse and nothing that failed takes effect by itself', async () => {
  const answers = ['grant', 'lot', 'check', 'refuse', 'throw', 'undeclared', 'impossible_score']
  const given = fc.array(
    fc.record({ answer: fc.constantFrom(...answers), score: fc.double({ min: 0, max: 1, noNaN: true }) }),
    {
      minLength: 1,
      maxLength: 20,
    },
  )
  await fc.assert(
    fc.asyncProperty(given, async (batch) => {
      const results = await submit(kernel, operator, 'permits', ...batch.map(permit))
      for (const { state, decision } of results.map(taken)) {
        assert.equal(state === 'decided', decision?.review === 'automatic')
        if (state === 'decided') assert.match(decision?.recommendation ?? '', /^(grant|lot)$/)
      }
    }),
    { numRuns: 15 },
  )
})

test("the sample that officers look at is the one that the institution's secret draws", async () => {
  const cases = Array.from({ length: 200 }, () => permit({ answer: 'lot' }))
  const results = await submit(kernel, operator, 'permits', ...cases)
  const { rows } = await owner.query<{ sampling_key: Buffer }>(
    'select sampling_key from sampling_keys where institution_id = $1',
    [operator.institutionId],
  )
  const key = rows[0]?.sampling_key ?? Buffer.alloc(0)
  for (const { reference, decision } of results.map(taken)) {
    const expected = drawOf(key, 'permits', reference) < 0.25 ? 'sampled' : 'automatic'
    assert.equal(decision?.review, expected)
  }
})

test('an empty batch does nothing', async () => {
  assert.deepEqual(await intake(kernel, operator, intakeOf('permits', [])), [])
})

test('an application that is not installed here is refused', async () => {
  await assert.rejects(submit(kernel, operator, 'nowhere', {}), { code: 'application.not_installed' })
})

test('a case that its application cannot name is refused, and those beside it are taken', async () => {
  const unnamed = permit({ permitNumber: 'X'.repeat(201) })
  const results = await submit(kernel, operator, 'permits', permit(), unnamed, permit())
  assert.deepEqual(statuses(results), ['accepted', 'refused', 'accepted'])
})

test('many batches at once, with the same cases among them, take each case once', async () => {
  const cases = Array.from({ length: 12 }, () => permit())
  const batches = Array.from({ length: 6 }, (_, shift) => [...cases.slice(shift), ...cases.slice(0, shift)])
  const results = await Promise.all(batches.map((batch) => submit(kernel, operator, 'permits', ...batch)))
  const accepted = results.flat().filter(({ status }) => status === 'accepted')
  assert.equal(accepted.length, cases.length)
  assert.equal(new Set(results.flat().map((result) => taken(result).caseId)).size, cases.length)
})

test('batches with the same cases in opposite orders wait for each other, and none is begun again', async () => {
  for (let round = 0; round < 4; round++) {
    const cases = Array.from({ length: 400 }, () => permit())
    const orders = [cases, cases.toReversed()]
    const batches = await Promise.all(
      orders.map((order) => prepare(kernel, operator, intakeOf('permits', order))),
    )
    let begun = 0
    const clock = () => {
      begun += 1
      return kernel.clock()
    }
    await Promise.all(batches.map((prepared) => commit({ ...kernel, clock }, operator, { prepared })))
    assert.equal(begun, 2)
  }
})

test('after all this the log bears out every row', async () => {
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})
