import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { decided, foundInstitution, freshKernel, makeOfficer, permit } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import { completeReview } from '../reviews/reviews.ts'
import { readsOfPerson } from '../vault/disclosure.ts'
import { findHolder } from '../vault/vault.ts'
import { alarmOverdue, waitingRequests } from './alarms.ts'
import { dayAt, daysBetween, dueOn, setDeadline } from './deadline.ts'
import { executeRequest, exportRequested } from './execute.ts'
import { addHold, findHolds, liftHold } from './holds.ts'
import { decideRequest, findRequests, getRequest, openRequest, receiveRequest } from './requests.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const dpo = await makeOfficer(kernel, operator, { username: 'dpo', roles: ['data_protection_officer'] })

let numbered = 0
const newName = () => `cnic:35202${String(7_000_000 + ++numbered)}1`
const asked = {
  contact: 'Canary Street 7',
  words: 'Canary words',
  channel: 'api',
  receivedOn: undefined,
} as const
const receive = (kind: Parameters<typeof receiveRequest>[2]['kind'], name = newName()) =>
  receiveRequest(kernel, dpo, { ...asked, kind, name })
const decision = { verdict: 'granted', ground: null, reason: 'Canary reason' } as const
const grant = ({ requestId, version }: { readonly requestId: string; readonly version: number }) =>
  decideRequest(kernel, dpo, { requestId, version, ...decision })

/** Somebody with a permit, decided at once. */
async function somebody(given: object = {}) {
  const name = newName()
  const about = { applicantCnic: name.slice('cnic:'.length), applicantName: `Canary-${numbered}` }
  const { caseId } = await decided(kernel, operator, 'permits', permit({ ...about, ...given }))
  return { name, caseId }
}

test('a request is to be answered within thirty days where the institution has named no law', async () => {
  const request = await receive('access')
  assert.deepEqual(
    [request.receivedOn, request.dueOn, request.daysLeft, request.state, request.isLate],
    ['2026-03-02', '2026-04-01', 30, 'received', false],
  )
  assert.match(request.deadline.law.en, /is a bill/)
})

test('days are those of the institution, and the law is the one in force when the request came in', async () => {
  // Two in the morning of the third in Karachi.
  clock.set('2026-03-02T21:00:00.000Z')
  const earlier = await receive('access')
  const law = { en: 'Act of the tests, section 5', ur: 'ٹیسٹوں کا ایکٹ، دفعہ 5' }
  await setDeadline(kernel, dpo, { days: 10, law, timeZone: 'America/New_York' })
  const later = await receive('access')
  assert.deepEqual([earlier.receivedOn, earlier.dueOn], ['2026-03-03', '2026-04-02'])
  assert.deepEqual([later.receivedOn, later.dueOn], ['2026-03-02', '2026-03-12'])
  assert.equal((await getRequest(kernel, dpo, earlier.requestId)).deadline.days, 30)
  const wrong = setDeadline(kernel, dpo, { days: 10, law, timeZone: 'Mars/Olympus' })
  await assert.rejects(wrong, { code: 'right.time_zone_unknown' })
  await setDeadline(kernel, dpo, { days: 30, law, timeZone: 'Asia/Karachi' })
})

test('a deadline lies as many calendar days ahead as the rule says, whatever the calendar', () => {
  const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  fc.assert(
    fc.property(day, fc.integer({ min: 1, max: 365 }), (at, days) => {
      const received = dayAt(at, 'Asia/Karachi')
      assert.equal(daysBetween(received, dueOn(received, { days })), days)
      // Counted again by milliseconds, in a zone without summer time.
      const due = new Date(Date.parse(`${received}T00:00:00Z`) + days * 86_400_000)
      assert.equal(dueOn(received, { days }), due.toISOString().slice(0, 10))
    }),
  )
})

test('who asks, what they wrote and what was answered stand nowhere in clear', async () => {
  const { name } = await somebody()
  const request = await grant(await receive('access', name))
  const { rows } = await owner.query<{ text: string }>(
    `select string_agg(rights_steps::text, ' ') as text from rights_steps where institution_id = $1`,
    [institutionId],
  )
  const text = rows[0]?.text ?? ''
  assert.ok(text.includes(request.requestId))
  for (const word of ['Canary', name.slice('cnic:'.length)]) assert.ok(!text.includes(word), word)
  const opened = await openRequest(kernel, dpo, request.requestId)
  assert.deepEqual(opened, { name, contact: asked.contact, words: asked.words, reason: 'Canary reason' })
  const { holderId } = request
  const [read] = await readsOfPerson(kernel, institutionId, { holderId, after: undefined, size: 5 })
  assert.deepEqual([read?.purpose, read?.role], ['subject_request', 'data_protection_officer'])
})

test('whoever is held nothing on may ask too', async () => {
  const request = await grant(await receive('access'))
  const { done, state } = await executeRequest(kernel, dpo, request)
  assert.deepEqual([done, state], [{ cases: 0 }, 'completed'])
})

test('a refusal names the law and ends the request; each decision says why', async () => {
  const { requestId, version } = await receive('erasure')
  const seen = { requestId, version }
  const refusal = {
    verdict: 'refused',
    ground: 'Customs Act 1969, section 211',
    reason: 'It must be kept.',
  } as const
  for (const [given, code] of [
    [{ ...refusal, ground: ' ' }, 'right.ground_missing'],
    [{ ...refusal, verdict: 'partly', ground: null }, 'right.ground_missing'],
    [{ ...refusal, reason: ' ' }, 'right.reason_missing'],
  ] as const)
    await assert.rejects(decideRequest(kernel, dpo, { ...seen, ...given }), { code })
  const refused = await decideRequest(kernel, dpo, { ...seen, ...refusal })
  assert.deepEqual([refused.state, refused.ground, refused.daysLeft], ['refused', refusal.ground, null])
  await assert.rejects(executeRequest(kernel, dpo, refused), { code: 'right.not_granted' })
  await assert.rejects(grant(refused), { code: 'right.decided_already' })
})

test('of two officers one decides', async () => {
  const request = await receive('access')
  const results = await Promise.allSettled([grant(request), grant(request), grant(request)])
  const failed = results.flatMap((one) => (one.status === 'rejected' ? [one.reason.code] : []))
  assert.deepEqual(failed, ['right.version_stale', 'right.version_stale'])
})

test('whoever decided a case of the person does not decide their request', async () => {
  const { name, caseId } = await somebody({ answer: 'check' })
  const clerk = await makeOfficer(kernel, operator, {
    username: 'both',
    roles: ['officer', 'permits.clerk', 'data_protection_officer'],
  })
  await completeReview(kernel, clerk, { caseId, version: 1, recommendation: 'grant', reason: 'Fine.' })
  const { requestId, version } = await receive('access', name)
  const own = decideRequest(kernel, clerk, { requestId, version, ...decision })
  await assert.rejects(own, { code: 'right.own_decision' })
  await grant({ requestId, version })
})

test('nobody but the data-protection officer handles requests', async () => {
  const clerk = await makeOfficer(kernel, operator, {
    username: 'clerk',
    roles: ['officer', 'supervisor', 'auditor'],
  })
  const { requestId, version } = await receive('access')
  const filter = { isOpen: true, after: undefined, size: 1 }
  for (const attempt of [
    receiveRequest(kernel, clerk, { ...asked, kind: 'access', name: newName() }),
    getRequest(kernel, clerk, requestId),
    findRequests(kernel, clerk, filter),
    decideRequest(kernel, clerk, { requestId, version, ...decision }),
    executeRequest(kernel, clerk, { requestId, version }),
    findHolds(kernel, clerk),
  ])
    await assert.rejects(attempt, { code: 'access.scope_missing' })
  const bound = { ...dpo, applicationId: 'permits' }
  await assert.rejects(findRequests(kernel, bound, filter), { code: 'access.application_foreign' })
})

test('an erasure that was granted erases the person and completes the request in one', async () => {
  const { name } = await somebody()
  const request = await grant(await receive('erasure', name))
  const done = await executeRequest(kernel, dpo, request)
  assert.deepEqual([done.state, done.done], ['completed', { cases: 1, refusedRows: 0 }])
  assert.equal(await findHolder(kernel, institutionId, name), undefined)
  assert.equal(await openRequest(kernel, dpo, request.requestId), null)
  await assert.rejects(executeRequest(kernel, dpo, done), { code: 'right.not_granted' })
})

test('what a legal hold keeps is not erased, and the request stays granted until it is lifted', async () => {
  const { name } = await somebody()
  const request = await grant(await receive('erasure', name))
  const { holderId } = request
  const hold = { kind: 'legal', holderId, applicationId: null, basis: 'Order 12 of the court' } as const
  const { holdId } = await addHold(kernel, dpo, hold)
  await assert.rejects(executeRequest(kernel, dpo, request), { code: 'right.held' })
  const ofAll = await addHold(kernel, dpo, { ...hold, holderId: null, applicationId: 'permits' })
  await liftHold(kernel, dpo, { holdId, basis: 'Order 13 of the court' })
  await assert.rejects(executeRequest(kernel, dpo, request), { code: 'right.held' })
  await liftHold(kernel, dpo, { holdId: ofAll.holdId, basis: 'Order 14 of the court' })
  await assert.rejects(liftHold(kernel, dpo, { holdId, basis: 'again' }), { code: 'right.hold_not_found' })
  assert.equal((await executeRequest(kernel, dpo, request)).state, 'completed')
})

test('an export is completed by its last byte, not before', async () => {
  const { name } = await somebody()
  const request = await grant(await receive('export', name))
  const seen = { requestId: request.requestId, version: request.version, pages: kernel.exportPages }
  await assert.rejects(executeRequest(kernel, dpo, request), { code: 'right.not_granted' })
  const broken = await exportRequested(kernel, dpo, seen)
  for await (const chunk of broken.chunks) if (chunk.length > 0) break
  assert.equal((await getRequest(kernel, dpo, request.requestId)).state, 'granted')
  const whole = await exportRequested(kernel, dpo, seen)
  const bytes = (await Array.fromAsync(whole.chunks)).reduce((sum, { length }) => sum + length, 0)
  const { state, done } = await getRequest(kernel, dpo, request.requestId)
  assert.deepEqual([state, done], ['completed', { bytes }])
})

test('a request is late from the day after its last, and its alarm is raised once', async () => {
  const { requestId, dueOn: last } = await receive('access')
  const before = await waitingRequests(kernel, institutionId)
  // The last instant of the last day in Karachi.
  clock.set(`${last}T18:59:59.999Z`)
  assert.deepEqual([(await getRequest(kernel, dpo, requestId)).daysLeft], [0])
  await alarmOverdue(kernel, institutionId)
  const alarmed = async () => (await entryCounts(owner, institutionId)).get('request.overdue') ?? 0
  const earlier = await alarmed()
  clock.advance(1)
  const late = await getRequest(kernel, dpo, requestId)
  assert.deepEqual([late.daysLeft, late.isLate], [-1, true])
  assert.ok((await alarmOverdue(kernel, institutionId)) >= 1)
  assert.equal(await alarmOverdue(kernel, institutionId), 0)
  assert.ok((await alarmed()) > earlier)
  const now = await waitingRequests(kernel, institutionId)
  assert.deepEqual([now.open, now.late >= 1], [before.open, true])
  // Answered late is answered, and stays known as late.
  const { version } = await getRequest(kernel, dpo, requestId)
  const answered = await executeRequest(kernel, dpo, await grant({ requestId, version }))
  assert.deepEqual([answered.state, answered.isLate, answered.daysLeft], ['completed', true, null])
})

test('after all this the log bears out every step', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
