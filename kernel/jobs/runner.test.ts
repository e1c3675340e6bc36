import assert from 'node:assert/strict'
import { once } from 'node:events'
import { test } from 'node:test'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import type { Kernel } from '../kernel.ts'
import { enqueue, findJobs, leaseMs, type NewJob, schedule } from './jobs.ts'
import { type JobEvents, type JobHandler, JobRunner } from './runner.ts'

const { kernel, clock } = await freshKernel()

let institutions = 0
/** An institution with jobs and a runner of its own. */
async function runnerOf(
  handler: JobHandler['run'],
  given: Partial<JobEvents> & { readonly kernel?: Kernel } = {},
) {
  institutions += 1
  const operator = await foundInstitution(kernel, `institution-${institutions}`)
  const { institutionId } = operator
  const failures: string[] = []
  const events: JobEvents = {
    failed: ({ attempts }, state, error) => failures.push(`${attempts} ${state} ${String(error)}`),
    troubled: (error) => failures.push(`troubled ${String(error)}`),
    ...given,
  }
  const make = () =>
    new JobRunner(given.kernel ?? kernel, {
      handlers: [{ kind: 'test.job', run: handler }],
      institutionIds: async () => [institutionId],
      events,
    })
  const add = (job: Partial<NewJob> = {}) =>
    kernel.db.transaction(institutionId, (tx) =>
      enqueue(tx, clock.now, { kind: 'test.job', payload: {}, ...job }),
    )
  const states = async () => {
    const jobs = await findJobs(kernel, operator, { state: undefined, after: undefined, size: 100 })
    return jobs.map(({ state, attempts }) => `${state} ${attempts}`)
  }
  return { runner: make(), make, add, states, failures, institutionId }
}

test('everything that is due is done, by the handler of its kind, with its payload', async () => {
  const seen: unknown[] = []
  const { runner, add, states } = await runnerOf(async (_kernel, { payload }) => void seen.push(payload))
  await add({ payload: { number: 1 } })
  await add({ payload: { number: 2 } })
  await add({ kind: 'test.unknown' })
  assert.equal(await runner.runDue(), 2)
  assert.deepEqual(seen, [{ number: 1 }, { number: 2 }])
  assert.deepEqual(await states(), ['queued 0', 'done 1', 'done 1'])
})

test('schedules that are due run with it', async () => {
  const ran: string[] = []
  const { runner, institutionId } = await runnerOf(async () => void ran.push('nightly'))
  const nightly = { scheduleId: 'nightly', kind: 'test.job', cron: '*/5 * * * *', timezone: 'UTC' }
  await schedule(kernel, institutionId, nightly)
  assert.equal(await runner.runDue(), 0)
  clock.advance(300_000)
  assert.equal(await runner.runDue(), 1)
  assert.deepEqual(ran, ['nightly'])
})

test('a job that fails N times is dead, and each failure is told without its payload', async () => {
  const { runner, add, states, failures } = await runnerOf(async () => {
    throw new Error('no paper')
  })
  await add({ maxAttempts: 3, payload: { name: 'secret' } })
  for (let attempt = 0; attempt < 5; attempt++) {
    await runner.runDue()
    clock.advance(3_600_000)
  }
  assert.deepEqual(failures, [
    '1 queued Error: no paper',
    '2 queued Error: no paper',
    '3 dead Error: no paper',
  ])
  assert.deepEqual(await states(), ['dead 3'])
})

test('one job that fails does not keep the next from running', async () => {
  const { runner, add, states } = await runnerOf(async (_kernel, { payload }) => {
    if (payload === 'bad') throw new Error('bad')
  })
  await add({ payload: 'bad' })
  await add({ payload: 'good' })
  assert.equal(await runner.runDue(), 2)
  assert.deepEqual(await states(), ['done 1', 'queued 1'])
})

test('stopping tells the job under way, waits for it, and leaves it to the next process', async () => {
  const started = new EventTarget()
  const { runner, make, add, states, failures } = await runnerOf(async (_kernel, { signal }) => {
    started.dispatchEvent(new Event('job'))
    await once(signal, 'abort')
    throw new Error('given up')
  })
  await add()
  const isStarted = once(started, 'job')
  runner.start()
  await isStarted
  await runner.stop()
  assert.deepEqual(await states(), ['running 1'])
  assert.deepEqual(failures, [], 'a stopped server is no failure of the job')
  clock.advance(leaseMs)
  const next = make()
  const isStartedAgain = once(started, 'job')
  next.start()
  await isStartedAgain
  assert.deepEqual(await states(), ['running 2'])
  await next.stop()
})

test('a stopped runner takes nothing more', async () => {
  const { runner, add, states } = await runnerOf(async () => undefined)
  runner.start()
  await runner.stop()
  await add()
  assert.equal(await runner.runDue(), 0)
  assert.deepEqual(await states(), ['queued 0'])
})

test('a job that ran while its process was told to stop is done all the same', async () => {
  const { runner, add, states } = await runnerOf(async () => {
    runner.stop().catch(() => undefined)
  })
  await add()
  await add()
  assert.equal(await runner.runDue(), 1)
  assert.deepEqual(await states(), ['queued 0', 'done 1'])
})

test('a database that does not answer troubles the runner, and it goes on', async () => {
  const told = new EventTarget()
  const down = {
    ...kernel,
    clock: () => {
      throw new Error('no time')
    },
  }
  const { runner } = await runnerOf(async () => undefined, {
    kernel: down,
    troubled: () => void told.dispatchEvent(new Event('troubled')),
  })
  const isTold = once(told, 'troubled')
  runner.start()
  await isTold
  await runner.stop()
})
