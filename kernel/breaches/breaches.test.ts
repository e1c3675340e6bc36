import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, makeOfficer } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import {
  alarmBreaches,
  assessBreach,
  findBreaches,
  getBreach,
  informPersons,
  notifyAuthority,
  openBreach,
  runningBreaches,
} from './breaches.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()
const operator = await foundInstitution(kernel, 'alpha')
const { institutionId } = operator
const dpo = await makeOfficer(kernel, operator, { username: 'dpo', roles: ['data_protection_officer'] })
const hour = 3_600_000

const given = () => ({
  what: 'A drive was lost',
  foundAt: clock.now.toISOString(),
  happenedAt: null,
  cells: [{ category: 'Addresses', persons: 40, records: 55 }],
  consequences: 'Somebody may find it',
  measures: 'It was encrypted',
})
const open = () => openBreach(kernel, dpo, given())
const risk = { risk: 'likely', why: 'Nobody knows who has it' } as const
const notice = () => ({
  authority: 'Commission',
  reference: 'N-1',
  lateReason: null,
  notifiedAt: clock.now.toISOString(),
})
const seen = ({ breachId, version }: { readonly breachId: string; readonly version: number }) => ({
  breachId,
  version,
})
const told = { persons: 40, how: 'By letter', whyNot: null }

test('a breach goes from being found to the authority and the persons, and is closed', async () => {
  const opened = await open()
  assert.deepEqual([opened.stage, opened.hoursLeft], ['opened', 72])
  const assessed = await assessBreach(kernel, dpo, { ...seen(opened), ...risk })
  clock.advance(10 * hour)
  const notified = await notifyAuthority(kernel, dpo, { ...seen(assessed), ...notice() })
  assert.deepEqual(
    [notified.stage, notified.hoursLeft, notified.closedAt],
    ['authority_notified', null, null],
  )
  const closed = await informPersons(kernel, dpo, { ...seen(notified), ...told })
  assert.deepEqual([closed.stage, closed.informed], ['closed', told])
  assert.deepEqual(await getBreach(kernel, dpo, opened.breachId), closed)
})

test('a notice after 72 hours needs its reasons, to the millisecond', async () => {
  const opened = await open()
  const assessed = await assessBreach(kernel, dpo, { ...seen(opened), ...risk })
  clock.advance(72 * hour + 1)
  assert.equal((await getBreach(kernel, dpo, opened.breachId)).hoursLeft, -1)
  const late = notifyAuthority(kernel, dpo, { ...seen(assessed), ...notice() })
  await assert.rejects(late, { code: 'breach.late_reason_missing' })
  const inTime = new Date(clock.now.getTime() - 1).toISOString()
  const other = await assessBreach(kernel, dpo, { ...seen(await open()), ...risk })
  const early = { ...notice(), notifiedAt: new Date(clock.now.getTime() - hour).toISOString() }
  await assert.rejects(notifyAuthority(kernel, dpo, { ...seen(other), ...early }), {
    code: 'breach.times_wrong',
  })
  const exact = await notifyAuthority(kernel, dpo, { ...seen(assessed), ...notice(), notifiedAt: inTime })
  assert.equal(exact.notified?.lateReason, null)
})

test('steps need those before them, and none is taken twice', async () => {
  const opened = await open()
  for (const attempt of [
    notifyAuthority(kernel, dpo, { ...seen(opened), ...notice() }),
    informPersons(kernel, dpo, { ...seen(opened), ...told }),
  ])
    await assert.rejects(attempt, { code: 'breach.not_assessed' })
  const assessed = await assessBreach(kernel, dpo, { ...seen(opened), ...risk })
  const stale = assessBreach(kernel, dpo, { ...seen(opened), ...risk })
  await assert.rejects(stale, { code: 'right.version_stale' })
  const silent = informPersons(kernel, dpo, { ...seen(assessed), persons: 0, how: null, whyNot: null })
  await assert.rejects(silent, { code: 'breach.why_not_missing' })
  const notified = await notifyAuthority(kernel, dpo, { ...seen(assessed), ...notice() })
  const again = notifyAuthority(kernel, dpo, { ...seen(notified), ...notice() })
  await assert.rejects(again, { code: 'breach.done_already' })
})

test('alarms come at 24, 48 and 66 hours, each once, and stop when the authority has been told', async () => {
  const { breachId } = await open()
  const alarms = async () => {
    await alarmBreaches(kernel, institutionId)
    const { version } = await getBreach(kernel, dpo, breachId)
    return version - 1
  }
  const counts: number[] = []
  for (const hours of [23, 1, 0, 23, 1, 17, 1]) {
    clock.advance(hours * hour)
    counts.push(await alarms())
  }
  assert.deepEqual(counts, [0, 1, 1, 1, 2, 2, 3])
  const { version } = await getBreach(kernel, dpo, breachId)
  await assessBreach(kernel, dpo, { breachId, version, risk: 'unlikely', why: 'Nobody can read it' })
  clock.advance(100 * hour)
  assert.equal(await alarms(), 4)
})

test('a server that stood still raises what it missed, and says how many are late', async () => {
  const before = await entryCounts(owner, institutionId)
  await open()
  clock.advance(200 * hour)
  assert.ok((await runningBreaches(kernel, institutionId)).late >= 1)
  await alarmBreaches(kernel, institutionId)
  const after = await entryCounts(owner, institutionId)
  assert.ok((after.get('breach.alarmed') ?? 0) >= (before.get('breach.alarmed') ?? 0) + 3)
})

test('a breach is not found before it began, and neither is yet to come', async () => {
  const later = new Date(clock.now.getTime() + 1).toISOString()
  for (const times of [{ foundAt: later }, { happenedAt: later }])
    await assert.rejects(openBreach(kernel, dpo, { ...given(), ...times }), { code: 'breach.times_wrong' })
})

test('nobody but the data-protection officer sees the register', async () => {
  const auditor = await makeOfficer(kernel, operator, {
    username: 'auditor',
    roles: ['auditor', 'supervisor'],
  })
  const list = findBreaches(kernel, auditor, { after: undefined, size: 5 })
  await assert.rejects(list, { code: 'access.scope_missing' })
})

test('after all this the log bears out every step', async () => {
  assert.deepEqual(await contradictions(owner, institutionId), [])
})
