import assert from 'node:assert/strict'
import { test } from 'node:test'
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
import { grantRole } from '../access/grants.ts'
import type { Actor } from '../access/roles.ts'
import { sha256 } from '../canonical.ts'
import { caseCounts, getCase, queueOf } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import { intake } from '../decisions/intake.ts'
import { keptReply } from '../idempotency/idempotency.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview } from '../reviews/reviews.ts'
import { actorOfAccount } from '../sign-in/actor.ts'
import { addUnit, closeUnit, moveUnit } from './units.ts'

const { kernel } = await freshKernel()
const title = { en: 'Somewhere', ur: 'کہیں' }
let founded = 0
let people = 0

/** An institution with these units, each under the one that is named after it. */
async function officeWith(units: Readonly<Record<string, string | undefined>>): Promise<Actor> {
  const operator = await foundInstitution(kernel, `office-${++founded}`)
  for (const [code, parent] of Object.entries(units))
    await addUnit(kernel, operator, { code, kind: 'office', title, parent })
  return operator
}

/** Somebody with these roles, each at a unit. */
async function personAt(operator: Actor, roles: readonly (readonly [role: string, unit?: string])[]) {
  const { accountId } = await makeOfficer(kernel, operator, { username: `person-${++people}`, roles: [] })
  for (const [role, unit] of roles) await grantRole(kernel, operator, { accountId, role, unit })
  return () => actorOfAccount(kernel, operator.institutionId, accountId)
}

const codesOf = (results: Awaited<ReturnType<typeof submit>>) =>
  results.map((result) => (result.status === 'refused' ? result.code : result.status))

test('as long as an institution has no units, a case is its own as a whole, whatever unit it names', async () => {
  const operator = await officeWith({})
  const { caseId } = await decided(kernel, operator, 'permits', permit({ office: 'ANYWHERE' }))
  assert.equal((await getCase(kernel, operator, caseId)).row.unitId, null)
})

test('once it has units, a unit that is unknown or closed is refused and none is guessed', async () => {
  const operator = await officeWith({ OPEN: undefined, SHUT: undefined })
  await closeUnit(kernel, operator, { code: 'SHUT' })
  const places = ['OPEN', 'open', 'SHUT', 'NOWHERE'].map((office) => permit({ office }))
  assert.deepEqual(codesOf(await submit(kernel, operator, 'permits', ...places, permit())), [
    'accepted',
    'unit.unknown',
    'unit.closed',
    'unit.unknown',
    'accepted',
  ])
})

test('a case that is there comes again unchanged, though its unit was closed meanwhile', async () => {
  const operator = await officeWith({ A: undefined })
  const given = permit({ office: 'A' })
  await submit(kernel, operator, 'permits', given)
  await closeUnit(kernel, operator, { code: 'A' })
  assert.deepEqual(codesOf(await submit(kernel, operator, 'permits', given)), ['unchanged'])
})

test('who opens cases at a unit opens none elsewhere, and takes no file over for the institution', async () => {
  const operator = await officeWith({ A: undefined, B: undefined })
  const actor = await (await personAt(operator, [['officer', 'A']]))()
  const places = ['A', 'B', undefined].map((office) => permit(office === undefined ? {} : { office }))
  const refusals = ['accepted', 'unit.outside', 'unit.outside']
  assert.deepEqual(codesOf(await submit(kernel, actor, 'permits', ...places)), refusals)
  const file = { ...intakeOf('permits', [permit({ office: 'A' })]), source: 'import' as const }
  assert.deepEqual(codesOf(await intake(kernel, actor, file)), ['unit.outside'])
})

test('the number of a case of another unit is taken, and that is all that is said of it', async () => {
  const operator = await officeWith({ A: undefined, B: undefined })
  const given = permit({ office: 'B' })
  await submit(kernel, operator, 'permits', given)
  const actor = await (await personAt(operator, [['officer', 'A']]))()
  const [result] = await submit(kernel, actor, 'permits', { ...given, office: 'A' })
  assert.deepEqual(result, {
    status: 'refused',
    code: 'case.reference_taken',
    problems: [],
    reference: given.permitNumber,
  })
})

test('a review needs the right to review and the office of the application, both at the unit of the case', async () => {
  const operator = await officeWith({ PB: undefined, LHR: 'PB', KHI: undefined })
  const { caseId } = await decided(kernel, operator, 'permits', permit({ answer: 'check', office: 'LHR' }))
  const review = { caseId, version: 1, recommendation: 'check', reason: undefined }
  const refusals = [
    { roles: [['officer', 'LHR']], code: 'review.not_yours' },
    {
      roles: [
        ['officer', 'KHI'],
        ['permits.clerk', 'LHR'],
      ],
      code: 'case.not_found',
    },
    {
      roles: [
        ['officer', 'LHR'],
        ['permits.clerk', 'KHI'],
      ],
      code: 'review.not_yours',
    },
    {
      roles: [
        ['auditor', 'LHR'],
        ['officer', 'KHI'],
        ['permits.clerk', 'PB'],
      ],
      code: 'case.not_found',
    },
  ] as const
  for (const { roles, code } of refusals) {
    const actor = await (await personAt(operator, roles))()
    await assert.rejects(completeReview(kernel, actor, review), { code })
    const queue = await queueOf(kernel, actor, { applicationId: undefined, after: undefined, size: 10 })
    assert.deepEqual(queue, [], code)
  }
  const entitled = await (
    await personAt(operator, [
      ['officer', 'PB'],
      ['permits.clerk', 'LHR'],
    ])
  )()
  assert.equal((await completeReview(kernel, entitled, review)).version, 2)
})

test('what is sealed is opened for what a role permits at the unit, not for what another permits elsewhere', async () => {
  const operator = await officeWith({ A: undefined, B: undefined })
  const about = { applicantCnic: '3520212345671', applicantName: 'Zainab' }
  const { caseId } = await decided(kernel, operator, 'permits', permit({ office: 'A', ...about }))
  const actor = await (
    await personAt(operator, [
      ['supervisor', 'A'],
      ['auditor', 'B'],
    ])
  )()
  const { row } = await getCase(kernel, actor, caseId)
  await assert.rejects(reveal(kernel, actor, { row, purpose: 'audit' }), { code: 'vault.purpose_forbidden' })
  const { office } = await reveal(kernel, actor, { row, purpose: 'review' })
  assert.equal(office, 'supervisor')
  await assert.rejects(recordOutcome(kernel, actor, { caseId, version: undefined, outcome: {} }), {
    code: 'case.not_found',
  })
})

test('counts count what may be read, and follow a unit that moves', async () => {
  const operator = await officeWith({ PB: undefined, LHR: 'PB', KHI: undefined })
  for (const office of ['LHR', 'LHR', 'KHI']) await submit(kernel, operator, 'permits', permit({ office }))
  const person = await personAt(operator, [['officer', 'PB']])
  const count = async () =>
    (await caseCounts(kernel, await person())).reduce((sum, { cases }) => sum + cases, 0)
  assert.equal(await count(), 2)
  await moveUnit(kernel, operator, { code: 'LHR', parent: 'KHI' })
  assert.equal(await count(), 0)
  await moveUnit(kernel, operator, { code: 'KHI', parent: 'PB' })
  assert.equal(await count(), 3)
})

test('an answer that was kept is not given again to whoever may not see its case any more', async () => {
  const operator = await officeWith({ PB: undefined, LHR: 'PB' })
  const person = await personAt(operator, [['officer', 'PB']])
  const idempotency = { key: 'once', requestDigest: sha256('request') }
  const answer = await kernel.singles.submit(kernel, await person(), {
    applicationId: 'permits',
    source: 'api',
    submission: { json: JSON.stringify(permit({ office: 'LHR' })) },
    idempotency,
    replyOf: (result) => ({ status: 201, body: JSON.stringify(taken(result).caseId) }),
  })
  assert.equal(answer.result?.status, 'accepted')
  const again = async () => keptReply(kernel, await person(), { ...idempotency, applicationId: 'permits' })
  assert.equal((await again())?.status, 201)
  await moveUnit(kernel, operator, { code: 'LHR', parent: undefined })
  assert.equal(await again(), undefined)
})
