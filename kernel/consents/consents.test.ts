import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { root } from '../../test/files.ts'
import { foundInstitution, freshKernel, makeOfficer, promote, submit, taken } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { decideBacklog } from '../decisions/backlog.ts'
import { commit, intake, prepare } from '../decisions/intake.ts'
import { evaluationSet } from '../models/evaluation.ts'
import { TrainingRecord } from '../models/models.ts'
import { trainModel } from '../models/training.ts'
import { erasePerson } from '../vault/erase.ts'
import { personNamed } from '../vault/persons.ts'
import { consentsOf, giveConsent, liftObjection, objectTo, withdrawConsent } from './consents.ts'

const { kernel, database } = await freshKernel([join(root, 'test/hearing')])
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const officer = await makeOfficer(kernel, operator, {
  username: 'amina',
  roles: ['officer', 'clinics.inspector', 'visits.inspector'],
})
const always = { from: '2000-01-01', to: '2100-01-01' }

let numbered = 0
const parcel = (senderName: string | undefined, more: Readonly<Record<string, unknown>> = {}) => ({
  parcelNumber: `P-${++numbered}`,
  sentOn: '2026-02-01',
  weightKg: 20,
  contents: 'fireworks',
  ...(senderName !== undefined && { senderName }),
  ...more,
})
const about = (name: string, applicationId: string, use: 'decision' | 'training' = 'decision') => ({
  name: `person:${name}`,
  applicationId,
  use,
  channel: 'written' as const,
  evidence: `A letter of ${name}`,
})

/** A model for each, learned from people who agreed. */
async function teach(applicationId: 'clinics' | 'visits'): Promise<void> {
  const name = `${applicationId} teacher`
  if (applicationId === 'clinics')
    for (const use of ['decision', 'training'] as const)
      await giveConsent(kernel, operator, about(name, applicationId, use))
  const submissions = Array.from({ length: 120 }, (_, index) => ({
    json: JSON.stringify(
      parcel(name, { weightKg: index % 20, contents: index % 3 === 0 ? 'batteries' : 'books' }),
    ),
    outcome: { finding: index % 3 === 0 ? 'dangerous' : 'harmless' },
  }))
  await intake(kernel, operator, { applicationId, source: 'sample', isDecided: false, submissions })
  const request = { applicationId, modelName: 'danger', seed: 1, ...always }
  const { modelDigest } = await trainModel(kernel, operator, request)
  await promote(kernel, operator, { applicationId, digest: modelDigest })
}
await teach('clinics')
await teach('visits')

test('a case of a person who has not consented is refused, and one of nobody too', async () => {
  const results = await submit(kernel, operator, 'clinics', parcel('silent'), parcel(undefined))
  assert.deepEqual(
    results.map((one) => one.status === 'refused' && one.code),
    ['consent.missing', 'consent.missing'],
  )
})

test('a case of a person who consented is decided, and none after they take it back', async () => {
  await giveConsent(kernel, operator, about('willing', 'clinics'))
  const [first] = await submit(kernel, operator, 'clinics', parcel('willing'))
  assert.notEqual(taken(first).decision?.recommendation, null)
  await withdrawConsent(kernel, operator, about('willing', 'clinics'))
  const [second] = await submit(kernel, operator, 'clinics', parcel('willing'))
  assert.partialDeepStrictEqual(second, { status: 'refused', code: 'consent.withdrawn' })
})

test('among others in one batch only the case of who did not consent is refused', async () => {
  await giveConsent(kernel, operator, about('agreeable', 'clinics'))
  const batch = [parcel('agreeable'), parcel('unasked'), parcel('agreeable')]
  const results = await submit(kernel, operator, 'clinics', ...batch)
  assert.deepEqual(
    results.map(({ status }) => status),
    ['accepted', 'refused', 'accepted'],
  )
})

test('who objected goes to an officer, and no model says anything about them', async () => {
  await objectTo(kernel, operator, about('objector', 'visits'))
  const [objected, other] = await submit(kernel, operator, 'visits', parcel('objector'), parcel('another'))
  assert.partialDeepStrictEqual(taken(objected).decision, {
    recommendation: null,
    score: null,
    review: 'unaided',
    reviewRole: 'visits.inspector',
  })
  assert.notEqual(taken(other).decision?.recommendation, null)
  await liftObjection(kernel, operator, about('objector', 'visits'))
  const [lifted] = await submit(kernel, operator, 'visits', parcel('objector'))
  assert.notEqual(taken(lifted).decision?.recommendation, null)
})

test('consent taken back between deciding and committing counts', async () => {
  await giveConsent(kernel, operator, about('hesitant', 'clinics'))
  const submissions = [{ json: JSON.stringify(parcel('hesitant')) }]
  const request = { applicationId: 'clinics', source: 'api', isDecided: true, submissions } as const
  const prepared = await prepare(kernel, operator, request)
  await withdrawConsent(kernel, operator, about('hesitant', 'clinics'))
  const [result] = await commit(kernel, operator, { prepared })
  assert.partialDeepStrictEqual(result, { status: 'refused', code: 'consent.withdrawn' })
})

test('an officer opens no case of whoever took consent back; the person still gets theirs', async () => {
  await giveConsent(kernel, operator, about('former', 'clinics'))
  const [result] = await submit(kernel, operator, 'clinics', parcel('former'))
  const { caseId } = taken(result)
  const file = await getCase(kernel, officer, { caseId, by: 'case.read' })
  const { secrets } = await reveal(kernel, officer, { row: file.row, purpose: 'review' })
  assert.match(secrets.get(caseId) ?? '', /former/)
  await withdrawConsent(kernel, operator, about('former', 'clinics'))
  await assert.rejects(reveal(kernel, officer, { row: file.row, purpose: 'review' }), {
    code: 'policy.refused',
    message: /consent-is-needed/,
  })
  const answered = await reveal(kernel, operator, { row: file.row, purpose: 'subject_request' })
  assert.match(answered.secrets.get(caseId) ?? '', /former/)
})

test('a waiting case of whoever took consent back stays undecided and is counted', async () => {
  for (const name of ['waits', 'leaves']) await giveConsent(kernel, operator, about(name, 'clinics'))
  const submissions = ['waits', 'leaves'].map((name) => ({
    json: JSON.stringify(parcel(name, { sentOn: '2031-01-01' })),
  }))
  await intake(kernel, operator, {
    applicationId: 'clinics',
    source: 'import',
    isDecided: false,
    submissions,
  })
  await withdrawConsent(kernel, operator, about('leaves', 'clinics'))
  const day = { from: '2031-01-01', to: '2031-01-01' }
  const progress = await Array.fromAsync(
    decideBacklog(kernel, operator, { applicationId: 'clinics', ...day }),
  )
  assert.deepEqual(progress.at(-1), { total: 2, decided: 1, withheld: 1 })
})

test('a waiting case of whoever objected goes to an officer, and nothing of theirs is opened', async () => {
  const json = JSON.stringify(parcel('waits and objects', { sentOn: '2032-01-01' }))
  const taking = {
    applicationId: 'visits',
    source: 'import',
    isDecided: false,
    submissions: [{ json }],
  } as const
  const [opened] = await intake(kernel, operator, taking)
  await objectTo(kernel, operator, about('waits and objects', 'visits'))
  const reads = async () => (await owner.query("select from reads where purpose = 'decision'")).rowCount
  const before = await reads()
  const day = { from: '2032-01-01', to: '2032-01-01' }
  const progress = await Array.fromAsync(decideBacklog(kernel, operator, { applicationId: 'visits', ...day }))
  assert.deepEqual(progress.at(-1), { total: 1, decided: 1, withheld: 0 })
  const { caseId } = taken(opened)
  const { decision } = await getCase(kernel, officer, { caseId, by: 'case.read' })
  assert.partialDeepStrictEqual(decision, { recommendation: null, review: 'unaided' })
  assert.equal(await reads(), before)
})

test('who did not agree to it is left out of training and measuring, and counted', async () => {
  await giveConsent(kernel, operator, about('decided only', 'clinics'))
  const submissions = Array.from({ length: 3 }, () => ({
    json: JSON.stringify(parcel('decided only')),
    outcome: { finding: 'dangerous' },
  }))
  await intake(kernel, operator, { applicationId: 'clinics', source: 'api', isDecided: true, submissions })
  const request = { applicationId: 'clinics', modelName: 'danger', seed: 2, ...always }
  const { training } = await trainModel(kernel, operator, request)
  const { examples, summary } = TrainingRecord.parse(JSON.parse(training))
  assert.deepEqual([examples, summary.withheldCases], [120, 3])
  const measured = evaluationSet(kernel, operator, { ...request, model: undefined })
  await assert.rejects(measured, { code: 'model.nothing_to_measure' }, 'all that was decided is withheld')
})

test('an objection to learning leaves decisions as they are', async () => {
  await objectTo(kernel, operator, about('visits teacher', 'visits', 'training'))
  const [result] = await submit(kernel, operator, 'visits', parcel('visits teacher'))
  assert.notEqual(taken(result).decision?.recommendation, null)
  const request = { applicationId: 'visits', modelName: 'danger', seed: 2, ...always }
  await assert.rejects(trainModel(kernel, operator, request), { code: 'model.too_little_to_learn' })
  await liftObjection(kernel, operator, about('visits teacher', 'visits', 'training'))
})

test('what the legal basis has no room for, and what stands already, is refused', async () => {
  await assert.rejects(giveConsent(kernel, operator, about('x', 'visits')), { code: 'consent.not_asked' })
  await assert.rejects(objectTo(kernel, operator, about('x', 'clinics')), {
    code: 'consent.objection_not_allowed',
  })
  await assert.rejects(liftObjection(kernel, operator, about('x', 'visits')), { code: 'consent.unchanged' })
  await withdrawConsent(kernel, operator, about('x', 'clinics'))
  await assert.rejects(withdrawConsent(kernel, operator, about('x', 'clinics')), {
    code: 'consent.unchanged',
  })
  const stranger = { ...operator, roles: ['supervisor'] }
  await assert.rejects(giveConsent(kernel, stranger, about('x', 'clinics')), { code: 'access.scope_missing' })
})

test('the log has all of it without a name, and the evidence goes with the person', async () => {
  await giveConsent(kernel, operator, about('erased later', 'clinics'))
  const holderId = await personNamed(kernel, institutionId, 'person:erased later')
  assert.equal((await consentsOf(kernel, institutionId, holderId)).length, 1)
  await erasePerson(kernel, operator, { holderId, ground: 'request' })
  const again = withdrawConsent(kernel, operator, { ...about('', 'clinics'), holderId })
  await assert.rejects(again, { code: 'vault.person_erased' })
  const { rows } = await owner.query<{ text: string }>(
    `select string_agg(rows::text, ',') as text from (select consents::text as rows from consents
       union all select log_all::text from log_all where kind like 'consent.%' or kind like 'objection.%') as all_of_it`,
  )
  assert.ok((rows[0]?.text ?? '').length > 100)
  for (const name of ['erased later', 'willing', 'objector']) assert.ok(!(rows[0]?.text ?? '').includes(name))
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
