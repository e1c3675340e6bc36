import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decided, foundInstitution, freshKernel, makeOfficer, permit } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import { createAccount } from '../access/access.ts'
import { type Actor, holds, operatorActor, roles } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { reveal } from '../cases/open.ts'
import {
  type Breaking,
  breakGlass,
  glassesAt,
  glassesOf,
  reviewGlass,
  rolesToTake,
  underGlass,
} from './break-glass.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const engineer = await makeOfficer(kernel, operator, { username: 'engineer', roles: ['engineer'] })
const auditor = await makeOfficer(kernel, operator, { username: 'auditor', roles: ['auditor'] })
const reason = 'The clerk fell ill and a permit must be out tonight.'
const minute = 60_000
const officerFor = (minutes: number): Breaking => ({ role: 'officer', minutes, reason })

/** The actor as they are now, with what they have taken. */
const now = async (actor: Actor) => underGlass(actor, await glassesOf(kernel, actor), clock.now)

test('a role is held from the break to the millisecond of its end, and never longer', async () => {
  assert.equal(holds(await now(engineer), 'case.read'), false)
  const { glassId } = await breakGlass(kernel, engineer, officerFor(60))
  const taken = await now(engineer)
  assert.deepEqual(taken, { ...engineer, roles: ['engineer', 'officer'], glass: glassId })
  assert.equal(holds(taken, 'case.read'), true)
  clock.advance(60 * minute - 1)
  assert.equal(holds(await now(engineer), 'case.read'), true)
  const believed = await glassesOf(kernel, engineer)
  clock.advance(1)
  assert.deepEqual(await now(engineer), engineer)
  assert.deepEqual(underGlass(engineer, believed, clock.now), engineer, 'nor where it was looked up before')
})

test('at no time and for no length does a role outlast its glass', async () => {
  const person = await makeOfficer(kernel, operator, { username: 'timed', roles: ['engineer'] })
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.integer({ min: -1, max: 3_700_000 }),
      async (minutes, later) => {
        clock.advance(61 * minute)
        const row = await breakGlass(kernel, person, officerFor(minutes))
        const at = new Date(row.brokenAt.getTime() + later)
        const isWithin = later >= 0 && later < minutes * minute
        assert.equal(holds(underGlass(person, [row], at), 'case.read'), isWithin)
      },
    ),
    { numRuns: 30 },
  )
})

test('only whole minutes up to sixty, and only with a reason that says something', async () => {
  for (const minutes of [0, -1, 61, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
    await assert.rejects(breakGlass(kernel, engineer, officerFor(minutes)), { code: 'glass.minutes_invalid' })
  for (const short of ['', 'emergency', `  ${'x'.repeat(19)}  `, 'x'.repeat(1_001)])
    await assert.rejects(breakGlass(kernel, engineer, { ...officerFor(5), reason: short }), {
      code: 'glass.reason_short',
    })
})

test('who may not break the glass does not, nor does a connected system', async () => {
  for (const role of ['officer', 'auditor', 'model_owner', 'administrator', 'council']) {
    const person = await makeOfficer(kernel, operator, { username: `person-${role}`, roles: [role] })
    await assert.rejects(breakGlass(kernel, person, { ...officerFor(5), role: 'supervisor' }), {
      code: 'access.scope_missing',
    })
  }
  const key = { ...engineer, name: 'key:engineer', accountId: undefined }
  await assert.rejects(breakGlass(kernel, key, officerFor(5)), { code: 'duty.person_needed' })
})

test('nobody comes to manage accounts, to review break-glass, or as an administrator to read cases', async () => {
  for (const role of ['administrator', 'auditor', 'machine', 'engineer'])
    await assert.rejects(breakGlass(kernel, engineer, { ...officerFor(5), role }), {
      code: 'glass.role_unavailable',
    })
  const both = await makeOfficer(kernel, operator, { username: 'both', roles: ['administrator', 'engineer'] })
  for (const role of Object.keys(roles).filter((one) => holds({ roles: [one] }, 'case.read')))
    await assert.rejects(breakGlass(kernel, both, { ...officerFor(5), role }), {
      code: 'glass.role_unavailable',
    })
  await assert.rejects(breakGlass(kernel, engineer, { ...officerFor(5), role: 'emperor' }), {
    code: 'access.role_unknown',
  })
  assert.deepEqual(
    rolesToTake(kernel, both).filter((role) => holds({ roles: [role] }, 'case.read')),
    [],
  )
})

test('one hour does not lead to the next: a second role waits for the end of the first', async () => {
  const person = await makeOfficer(kernel, operator, { username: 'again', roles: ['engineer'] })
  await breakGlass(kernel, person, { ...officerFor(60), role: 'supervisor' })
  const taken = await now(person)
  assert.equal(holds(taken, 'glass.break'), true)
  for (const actor of [taken, person])
    await assert.rejects(breakGlass(kernel, actor, officerFor(60)), { code: 'glass.broken_already' })
  clock.advance(60 * minute)
  await breakGlass(kernel, person, officerFor(1))
})

test('what is read under break-glass names it, in the read and in the log', async () => {
  const about = { applicantCnic: '3520212345671', applicantName: 'Zainab' }
  const { caseId } = await decided(kernel, operator, 'permits', permit(about))
  const dpo = await makeOfficer(kernel, operator, { username: 'dpo', roles: ['data_protection_officer'] })
  const { glassId } = await breakGlass(kernel, dpo, { ...officerFor(10), role: 'permits.clerk' })
  const taken = await now(dpo)
  for (const actor of [dpo, taken]) {
    const { row, decision } = await getCase(kernel, actor, caseId)
    await reveal(kernel, actor, { row, decision, purpose: 'audit' })
  }
  const { rows } = await owner.query('select glass_id from reads where case_id = $1 order by read_id', [
    caseId,
  ])
  assert.deepEqual(rows, [{ glass_id: null }, { glass_id: glassId }])
  assert.deepEqual(await contradictions(owner, institutionId), [])
})

test('it is told of until an auditor who is somebody else has reviewed it, once', async () => {
  const person = await makeOfficer(kernel, operator, { username: 'watcher', roles: ['engineer', 'auditor'] })
  const other = await makeOfficer(kernel, operator, { username: 'other', roles: ['auditor'] })
  const { glassId } = await breakGlass(kernel, person, officerFor(30))
  const open = async () =>
    (await glassesAt(kernel, auditor, { isOpen: true, after: undefined, size: 100 })).some(
      (one) => one.glassId === glassId,
    )
  assert.equal(await open(), true)
  await assert.rejects(reviewGlass(kernel, person, { glassId, finding: 'All well.' }), { code: 'glass.own' })
  await assert.rejects(reviewGlass(kernel, engineer, { glassId, finding: 'All well.' }), {
    code: 'access.scope_missing',
  })
  await assert.rejects(reviewGlass(kernel, auditor, { glassId, finding: ' ' }), {
    code: 'glass.finding_missing',
  })
  const ends = await Promise.allSettled(
    [auditor, other].map((actor) => reviewGlass(kernel, actor, { glassId, finding: ' Rightly so. ' })),
  )
  const [refused, ...none] = ends.filter((end) => end.status === 'rejected')
  assert.deepEqual([refused?.reason.code, none], ['glass.reviewed_already', []])
  assert.equal(await open(), false)
  const [row] = (await glassesAt(kernel, auditor, { isOpen: false, after: undefined, size: 100 })).filter(
    (one) => one.glassId === glassId,
  )
  assert.equal(row?.finding, 'Rightly so.')
})

test('nobody reviews as an account that they opened', async () => {
  const admin = await makeOfficer(kernel, operator, {
    username: 'opener',
    roles: ['administrator', 'engineer'],
  })
  await createAccount(kernel, admin, {
    username: 'puppet',
    password: 'p',
    roles: ['auditor'],
    language: 'en',
  })
  const { rows } = await owner.query<{ id: string }>(
    `select account_id as id from accounts where username = 'puppet'`,
  )
  const accountId = rows[0]?.id ?? ''
  const puppet = { ...auditor, name: `account:${accountId}`, accountId }
  const { glassId } = await breakGlass(kernel, admin, { ...officerFor(5), role: 'permits.clerk' })
  await assert.rejects(reviewGlass(kernel, puppet, { glassId, finding: 'All well.' }), { code: 'glass.own' })
})

test('a break-glass of one institution is nothing to another', async () => {
  await foundInstitution(kernel, 'beta')
  const { rows } = await owner.query<{ id: string }>(
    `select institution_id as id from institutions where slug = 'beta'`,
  )
  const abroad = { ...operatorActor(rows[0]?.id ?? '', 'test'), roles: ['auditor'] }
  const { glassId } = await breakGlass(
    kernel,
    await makeOfficer(kernel, operator, { username: 'home', roles: ['engineer'] }),
    officerFor(5),
  )
  assert.deepEqual(await glassesAt(kernel, abroad, { isOpen: false, after: undefined, size: 10 }), [])
  await assert.rejects(reviewGlass(kernel, abroad, { glassId, finding: 'Found.' }), {
    code: 'glass.not_found',
  })
})

test('a role that was held at some units only is held everywhere under break-glass, and then there again', () => {
  const at = clock.now
  const officer: Actor = {
    ...engineer,
    roles: ['engineer', 'officer'],
    units: new Map([
      ['officer', ['u1']],
      ['engineer', ['u2']],
    ]),
  }
  const glass = {
    glassId: 'g',
    brokenBy: officer.name,
    role: 'officer',
    reason,
    brokenAt: at,
    endsAt: new Date(at.getTime() + 1),
  }
  const taken = underGlass(officer, [glass], at)
  assert.deepEqual([...(taken.units ?? [])], [['engineer', ['u2']]])
  assert.equal(underGlass(officer, [glass], glass.endsAt), officer)
})
