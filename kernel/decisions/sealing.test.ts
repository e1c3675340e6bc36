/** What is sealed of a case on its way in, whichever way it comes, and what an erasure on that way leads to. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decided,
  foundInstitution,
  freshKernel,
  intakeOf,
  makeOfficer,
  permit,
  submit,
  taken,
} from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { canonicalJson, sha256 } from '../canonical.ts'
import { getCase } from '../cases/cases.ts'
import { keptReply } from '../idempotency/idempotency.ts'
import { outcomesOf, recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview } from '../reviews/reviews.ts'
import { erasePerson } from '../vault/erase.ts'
import { casePlace, outcomePlace, reasonsPlace, reviewPlace } from '../vault/places.ts'
import { findHolder, openTexts } from '../vault/vault.ts'
import { decideBacklog } from './backlog.ts'
import { commit, intake, prepare } from './intake.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator

let persons = 0
/** A permit of somebody whom no other test knows. */
function personal(given: object = {}) {
  persons += 1
  const applicantCnic = `79999${String(1_000_000 + persons)}1`
  return { ...permit(), applicantCnic, applicantName: `Applicant-${persons}`, ...given }
}
const nameOf = ({ applicantCnic }: { readonly applicantCnic: string }) => `cnic:${applicantCnic}`
const erase = (of: { readonly applicantCnic: string }) =>
  erasePerson(kernel, operator, { name: nameOf(of), ground: 'request' })

async function count(table: string): Promise<number> {
  const { rows } = await owner.query<{ rows: number }>(
    `select count(*)::int as rows from ${table} where institution_id = $1`,
    [institutionId],
  )
  return rows[0]?.rows ?? 0
}

/** What the last read says of itself. */
async function lastRead() {
  const { rows } = await owner.query<Record<string, unknown>>(
    `select purpose, role, cases::int, application_id, holder_id from reads where institution_id = $1
     order by read_id desc limit 1`,
    [institutionId],
  )
  return rows[0]
}

test('what is personal is stored sealed under the key of whom it is about, the rest in clear', async () => {
  const given = personal()
  const { caseId } = await decided(kernel, operator, 'permits', given)
  const { row } = await getCase(kernel, operator, caseId)
  const { applicantCnic, applicantName, ...open } = given
  assert.equal(row.payload, canonicalJson(open))
  assert.equal(row.holderId, await findHolder(kernel, institutionId, nameOf(given)))
  assert.ok(row.sealed !== null && row.holderId !== null)
  const [secret] = await openTexts(kernel, institutionId, [
    { holderId: row.holderId, place: casePlace(row), sealed: row.sealed },
  ])
  assert.equal(secret, canonicalJson({ applicantCnic, applicantName }))
  assert.notDeepEqual(Buffer.from(row.payloadDigest), sha256(row.payload))
})

test('two persons with equal words, and one person twice, have nothing in common that can be seen', async () => {
  const words = { applicantName: 'Same' }
  const one = personal(words)
  const cases = [one, { ...personal(words) }, { ...one, permitNumber: `${one.permitNumber}-again` }]
  await submit(kernel, operator, 'permits', ...cases)
  const { rows } = await owner.query<{ sealed: Buffer; digest: Buffer }>(
    'select sealed, payload_digest as digest from cases where reference = any($1)',
    [cases.map(({ permitNumber }) => permitNumber)],
  )
  assert.equal(rows.length, 3)
  assert.equal(new Set(rows.map(({ sealed }) => sealed.toString('hex'))).size, 3)
  assert.equal(new Set(rows.map(({ digest }) => digest.toString('hex'))).size, 3)
})

test('a case about nobody that is named has a key of its own', async () => {
  const given = { ...permit(), applicantName: 'Somebody' }
  const { caseId } = await decided(kernel, operator, 'permits', given)
  const { row } = await getCase(kernel, operator, caseId)
  const name = `case:permits:${given.permitNumber}`
  assert.equal(row.holderId, await findHolder(kernel, institutionId, name))
})

test('without anything personal no key is made, and the vault is not asked', async () => {
  const before = await count('vault_keys')
  const { caseId, holderId } = await decided(kernel, operator, 'permits', permit())
  const { row } = await getCase(kernel, operator, caseId)
  assert.deepEqual([row.sealed, row.holderId, holderId], [null, null, null])
  assert.deepEqual(Buffer.from(row.payloadDigest), sha256(row.payload))
  assert.equal(await count('vault_keys'), before)
})

test('whatever of it is personal, the same case again is unchanged and another is refused', async () => {
  const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined })
  const name = optional(
    fc.string({ minLength: 1, maxLength: 9, unit: 'grapheme-ascii' }).filter((text) => text.trim() !== ''),
  )
  const parts = fc.record({ applicantName: name })
  await fc.assert(
    fc.asyncProperty(parts, parts, async (said, other) => {
      const given = personal()
      const first = { ...given, ...said }
      const second = { ...given, ...other }
      const [accepted] = await submit(kernel, operator, 'permits', first)
      assert.equal(accepted?.status, 'accepted')
      const [again, differs] = await submit(kernel, operator, 'permits', first, second)
      assert.equal(again?.status, 'unchanged')
      const isSame = JSON.stringify(first) === JSON.stringify(second)
      assert.equal(differs?.status, isSame ? 'unchanged' : 'refused')
    }),
    { numRuns: 25 },
  )
})

test('reasons that tell something sealed are sealed, and only whoever submits is shown them', async () => {
  const given = personal()
  const first = await decided(kernel, operator, 'permits', given)
  const { decision, secretReasons } = first
  assert.match(secretReasons ?? '', new RegExp(given.applicantName))
  assert.doesNotMatch(decision.reasons, new RegExp(given.applicantName))
  assert.ok(decision.sealed !== null && first.holderId !== null)
  const place = reasonsPlace({ applicationId: 'permits', reference: given.permitNumber })
  const sealed = [{ holderId: first.holderId, place, sealed: decision.sealed }]
  assert.deepEqual(await openTexts(kernel, institutionId, sealed), [secretReasons])
  const again = taken((await submit(kernel, operator, 'permits', given))[0])
  assert.deepEqual([again.status, again.secretReasons], ['unchanged', null])
})

test('after an erasure the reference stays taken, and what comes again is somebody else', async () => {
  const given = personal()
  const { caseId } = await decided(kernel, operator, 'permits', given)
  await erase(given)
  const [again] = await submit(kernel, operator, 'permits', given)
  assert.deepEqual(
    [again?.status, again?.status === 'refused' && again.code],
    ['refused', 'case.reference_taken'],
  )
  const anew = await decided(kernel, operator, 'permits', {
    ...given,
    permitNumber: `${given.permitNumber}-2`,
  })
  const { row } = await getCase(kernel, operator, caseId)
  assert.notEqual(anew.holderId, row.holderId)
})

test('a batch whose holder was erased before its commit is done again, whole, under a new key', async () => {
  const [erased, other] = [personal(), personal()]
  await submit(kernel, operator, 'permits', erased)
  const holderId = await findHolder(kernel, institutionId, nameOf(erased))
  const cases = [{ ...erased, permitNumber: `${erased.permitNumber}-2` }, other, permit()]
  const prepared = await prepare(kernel, operator, intakeOf('permits', cases))
  await erase(erased)
  const results = (await commit(kernel, operator, { prepared })).map(taken)
  assert.deepEqual(
    results.map(({ status }) => status),
    ['accepted', 'accepted', 'accepted'],
  )
  assert.notEqual(results[0]?.holderId, holderId)
  for (const { caseId } of results) {
    const { row } = await getCase(kernel, operator, caseId)
    if (row.sealed === null || row.holderId === null) continue
    const [text] = await openTexts(kernel, institutionId, [
      { holderId: row.holderId, place: casePlace(row), sealed: row.sealed },
    ])
    assert.equal(typeof text, 'string', 'what is committed opens')
  }
})

test('an erasure and batches of the same person at once: whatever was committed opens, or the person is erased', async () => {
  const given = personal()
  await submit(kernel, operator, 'permits', given)
  const work = Array.from({ length: 6 }, (_, index) =>
    submit(kernel, operator, 'permits', { ...given, permitNumber: `${given.permitNumber}-${index}` }),
  )
  const [, ...results] = await Promise.all([erase(given), ...work])
  assert.ok(results.flat().every(({ status }) => status === 'accepted'))
  const { rows } = await owner.query<{ living: boolean; holder: string }>(
    `select wrapped_key is not null as living, holder_id as holder from cases join vault_keys using (institution_id, holder_id)
     where reference like $1`,
    [`${given.permitNumber}%`],
  )
  assert.equal(rows.length, 7)
  assert.equal(new Set(rows.filter(({ living }) => living).map(({ holder }) => holder)).size <= 1, true)
})

test('a key again gets the first answer byte for byte out of its seal, and that is a read; after an erasure nothing', async () => {
  const given = personal()
  const idempotency = { key: 'sealed', requestDigest: sha256('request') }
  const body = JSON.stringify({ name: given.applicantName })
  const request = {
    applicationId: 'permits',
    source: 'api',
    submission: { json: JSON.stringify(given) },
    idempotency,
    replyOf: () => ({ status: 201, body }),
  } as const
  const { result } = await kernel.singles.submit(kernel, operator, request)
  assert.equal(result?.status, 'accepted')
  const { rows } = await owner.query<{ kept: string }>(`select k::text as kept from idempotency_keys k`)
  assert.ok(rows.every(({ kept }) => !kept.includes(given.applicantName)))
  const { kept } = await kernel.singles.submit(kernel, operator, request)
  assert.deepEqual(kept, { status: 201, body })
  const holderId = await findHolder(kernel, institutionId, nameOf(given))
  assert.deepEqual(await lastRead(), {
    purpose: 'service',
    role: 'data_protection_officer',
    cases: 1,
    application_id: 'permits',
    holder_id: holderId,
  })
  await erase(given)
  const again = keptReply(kernel, operator, { ...idempotency, applicationId: 'permits' })
  await assert.rejects(again, { code: 'idempotency.reply_erased' })
})

test('a backlog opens each batch once, after an entry with the exact count; the erased go to an officer', async () => {
  const cases = [personal(), personal(), personal(), permit(), permit()]
  const days = cases.map((one) => ({ ...one, filedOn: '2027-05-05' }))
  await intake(kernel, operator, { ...intakeOf('permits', days), isDecided: false })
  const [gone] = cases
  assert.ok(gone !== undefined && 'applicantCnic' in gone && typeof gone.applicantCnic === 'string')
  await erasePerson(kernel, operator, { name: `cnic:${gone.applicantCnic}`, ground: 'order' })
  const before = await count('reads')
  const request = { applicationId: 'permits', from: '2027-05-05', to: '2027-05-05' }
  const progress = await Array.fromAsync(decideBacklog(kernel, operator, request))
  assert.equal(progress.at(-1)?.decided, 5)
  assert.equal(await count('reads'), before + 1)
  const read = { purpose: 'decision', role: 'engineer', cases: 2, application_id: 'permits', holder_id: null }
  assert.deepEqual(await lastRead(), read)
  const { rows } = await owner.query<{ reference: string; review: string; isSealed: boolean }>(
    `select cases.reference, review, decisions.sealed is not null as "isSealed"
     from decisions join cases using (institution_id, case_id) where occurred_on = '2027-05-05' order by cases.case_id`,
  )
  const kinds = new Map(rows.map(({ reference, review, isSealed }) => [reference, [review, isSealed]]))
  assert.deepEqual(
    cases.map(({ permitNumber }) => kinds.get(permitNumber)),
    [
      ['unaided', false],
      ['automatic', true],
      ['automatic', true],
      ['automatic', false],
      ['automatic', false],
    ],
  )
  assert.equal((await Array.fromAsync(decideBacklog(kernel, operator, request))).at(-1)?.decided, 0)
  assert.equal(await count('reads'), before + 1, 'nothing is opened where nothing waits')
})

test('a personal outcome of a case that had nothing sealed gives the case a holder, and is one whatever is repeated', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const said = { caseId, version: undefined, outcome: { finding: 'wrong', witness: 'Somebody' } }
  const { outcomes } = await recordOutcome(kernel, operator, said)
  const [outcome] = outcomes
  const { row } = await getCase(kernel, operator, caseId)
  assert.ok(outcome?.sealed != null && row.holderId !== null && row.sealed === null)
  assert.equal(outcome.payload, '{"finding":"wrong"}')
  const place = outcomePlace(row, outcome.outcomeId)
  const sealed = [{ holderId: row.holderId, place, sealed: outcome.sealed }]
  assert.deepEqual(await openTexts(kernel, institutionId, sealed), ['{"witness":"Somebody"}'])
  assert.equal((await recordOutcome(kernel, operator, said)).outcomes.length, 1)
  const other = { ...said, outcome: { finding: 'wrong', witness: 'Somebody else' } }
  assert.equal((await recordOutcome(kernel, operator, other)).outcomes.length, 2)
})

test('a personal outcome that comes in with a case, or after it in a file, is sealed under the holder of the case', async () => {
  const given = permit()
  const json = JSON.stringify(given)
  const bring = (outcome: object | undefined) =>
    intake(kernel, operator, { ...intakeOf('permits', []), submissions: [{ json, outcome }] })
  const { caseId } = taken((await bring(undefined))[0])
  assert.equal(taken((await bring({ finding: 'wrong', witness: 'First' }))[0]).status, 'unchanged')
  await bring({ finding: 'wrong', witness: 'Second' })
  const { row } = await getCase(kernel, operator, caseId)
  const { holderId } = row
  assert.ok(holderId !== null)
  const outcomes = await outcomesOf(kernel, operator, caseId)
  const texts = outcomes.map(({ outcomeId, sealed }) => {
    assert.ok(sealed !== null)
    return { holderId, place: outcomePlace(row, outcomeId), sealed }
  })
  assert.deepEqual(await openTexts(kernel, institutionId, texts), [
    '{"witness":"First"}',
    '{"witness":"Second"}',
  ])
})

test('an officer’s words are sealed where the case has a holder, and shown to the officer alone', async () => {
  const clerk = await makeOfficer(kernel, operator, {
    username: 'clerk',
    roles: ['officer', 'permits.clerk'],
  })
  const complete = async (given: object, reason?: string) => {
    const { caseId } = await decided(kernel, operator, 'permits', given)
    return completeReview(kernel, clerk, { caseId, version: 1, recommendation: 'check', reason })
  }
  const sealed = await complete(personal({ answer: 'check' }), 'I know them')
  assert.deepEqual([sealed.review.reason, sealed.reason], [null, 'I know them'])
  const { row } = await getCase(kernel, operator, sealed.review.caseId)
  assert.ok(row.holderId !== null && sealed.review.sealed !== null)
  const place = reviewPlace(sealed.review.reviewId)
  const texts = [{ holderId: row.holderId, place, sealed: sealed.review.sealed }]
  assert.deepEqual(await openTexts(kernel, institutionId, texts), ['I know them'])
  const inClear = await complete(permit({ answer: 'check' }), 'All is there')
  assert.deepEqual([inClear.review.reason, inClear.review.sealed], ['All is there', null])
  const wordless = await complete(personal({ answer: 'check' }))
  assert.deepEqual([wordless.review.reason, wordless.review.sealed], [null, null])

  // Nobody is erased while an officer is to look; whose case waits for a decision then may be.
  const gone = personal({ filedOn: '2027-06-06' })
  const [opened] = await intake(kernel, operator, { ...intakeOf('permits', [gone]), isDecided: false })
  await erase(gone)
  const request = { applicationId: 'permits', from: '2027-06-06', to: '2027-06-06' }
  await Array.fromAsync(decideBacklog(kernel, operator, request))
  const review = { caseId: taken(opened).caseId, version: 2, recommendation: 'check' }
  const withWords = completeReview(kernel, clerk, { ...review, reason: 'I knew them' })
  await assert.rejects(withWords, { code: 'case.person_erased' })
  assert.equal((await completeReview(kernel, clerk, { ...review, reason: undefined })).version, 3)
})

test('after all this the log bears out every row', async () => {
  clock.advance(1)
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
