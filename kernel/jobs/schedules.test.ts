import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import { claim, enqueueDue, finish, type Schedule, schedule } from './jobs.ts'

const { kernel, database, clock } = await freshKernel()
const owner = await database.connect()

let institutions = 0
/** An institution of its own for each test, with one schedule. */
async function scheduled(given: Partial<Schedule>) {
  institutions += 1
  const { institutionId } = await foundInstitution(kernel, `institution-${institutions}`)
  const one: Schedule = {
    scheduleId: 'nightly',
    kind: 'test.nightly',
    cron: '30 2 * * *',
    timezone: 'UTC',
    ...given,
  }
  await schedule(kernel, institutionId, one)
  return { institutionId, one }
}

async function nextRun(institutionId: string): Promise<string> {
  const { rows } = await owner.query<{ next_run_at: Date }>(
    'select next_run_at from job_schedules where institution_id = $1',
    [institutionId],
  )
  return rows[0]?.next_run_at.toISOString() ?? ''
}

/** Lets time pass to the next run, `times` over, and does what is due; the instants of the runs. */
async function runs(institutionId: string, times: number): Promise<readonly string[]> {
  const instants: string[] = []
  for (let index = 0; index < times; index++) {
    instants.push(await nextRun(institutionId))
    clock.set(instants.at(-1) ?? '')
    assert.equal(await enqueueDue(kernel, institutionId), 1)
    const job = await claim(kernel, institutionId, ['test.nightly'])
    if (job === undefined) throw new Error('the schedule is due')
    await finish(kernel, institutionId, job)
  }
  return instants
}

test('a schedule runs at its hour of its own place, not before', async () => {
  clock.set('2026-03-01T12:00:00Z')
  const { institutionId } = await scheduled({ timezone: 'Asia/Karachi' })
  clock.set('2026-03-01T21:29:59Z')
  assert.equal(await enqueueDue(kernel, institutionId), 0)
  assert.deepEqual(await runs(institutionId, 2), ['2026-03-01T21:30:00.000Z', '2026-03-02T21:30:00.000Z'])
})

test('where clocks go forward over the hour, the run is made up for at once', async () => {
  clock.set('2026-03-27T12:00:00Z')
  const { institutionId } = await scheduled({ timezone: 'Europe/Berlin' })
  assert.deepEqual(await runs(institutionId, 4), [
    '2026-03-28T01:30:00.000Z',
    // 02:30 does not exist on this day; 03:00 summer time is the first instant after it.
    '2026-03-29T01:00:00.000Z',
    '2026-03-30T00:30:00.000Z',
    '2026-03-31T00:30:00.000Z',
  ])
})

test('where clocks go back over the hour, it runs once', async () => {
  clock.set('2026-10-23T12:00:00Z')
  const { institutionId } = await scheduled({ timezone: 'Europe/Berlin' })
  assert.deepEqual(await runs(institutionId, 4), [
    '2026-10-24T00:30:00.000Z',
    // The first of two 02:30; the second, an hour later, is not a run.
    '2026-10-25T00:30:00.000Z',
    '2026-10-26T01:30:00.000Z',
    '2026-10-27T01:30:00.000Z',
  ])
})

test('runs that a stopped server missed are made up for by one', async () => {
  clock.set('2026-03-01T12:00:00Z')
  const { institutionId } = await scheduled({ cron: '*/5 * * * *' })
  clock.set('2026-03-08T12:02:00Z')
  assert.equal(await enqueueDue(kernel, institutionId), 1)
  assert.equal(await enqueueDue(kernel, institutionId), 0)
  assert.equal(await nextRun(institutionId), '2026-03-08T12:05:00.000Z')
  assert.notEqual(await claim(kernel, institutionId, ['test.nightly']), undefined)
  assert.equal(await claim(kernel, institutionId, ['test.nightly']), undefined)
})

test('a run that still waits or runs is not added again', async () => {
  clock.set('2026-03-01T12:00:00Z')
  const { institutionId } = await scheduled({ cron: '*/5 * * * *' })
  clock.advance(300_000)
  await enqueueDue(kernel, institutionId)
  clock.advance(300_000)
  await enqueueDue(kernel, institutionId)
  await claim(kernel, institutionId, ['test.nightly'])
  assert.equal(await claim(kernel, institutionId, ['test.nightly']), undefined)
})

test('the same schedule again does not put its next run off; another one replaces it', async () => {
  clock.set('2026-03-01T02:00:00Z')
  const { institutionId, one } = await scheduled({})
  clock.set('2026-03-01T02:45:00Z')
  await schedule(kernel, institutionId, one)
  assert.equal(await nextRun(institutionId), '2026-03-01T02:30:00.000Z')
  await schedule(kernel, institutionId, { ...one, cron: '0 5 * * *' })
  assert.equal(await nextRun(institutionId), '2026-03-01T05:00:00.000Z')
})

test('two processes that look at once add one job', async () => {
  clock.set('2026-03-01T12:00:00Z')
  const { institutionId } = await scheduled({ cron: '*/5 * * * *' })
  clock.advance(300_000)
  const due = await Promise.all([1, 2, 3, 4].map(() => enqueueDue(kernel, institutionId)))
  assert.equal(
    due.reduce((sum, one) => sum + one, 0),
    1,
  )
})

test('a schedule that is none, or that never comes due, is an error at once', async () => {
  for (const cron of ['', 'nightly', '61 * * * *', '0 0 30 2 *'])
    await assert.rejects(scheduled({ cron }), Error, cron)
  await assert.rejects(scheduled({ timezone: 'Asia/Nowhere' }), Error)
})
