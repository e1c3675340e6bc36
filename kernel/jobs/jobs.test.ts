import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel } from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { Database } from '../db/database.ts'
import {
  claim,
  enqueue,
  fail,
  findJobs,
  finish,
  type JobRow,
  keepAlive,
  leaseMs,
  type NewJob,
  pauseMs,
  requeue,
} from './jobs.ts'

const { kernel, database, clock } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')

let kinds = 0
/** A kind of job that no other test knows. */
const newKind = () => `test.kind-${++kinds}`

function add(
  job: Omit<NewJob, 'payload'> & { readonly payload?: unknown },
  actor: Actor = operator,
): Promise<boolean> {
  return kernel.db.transaction(actor.institutionId, (tx) => enqueue(tx, clock.now, { payload: {}, ...job }))
}

const take = (kind: string) => claim(kernel, operator.institutionId, [kind])

async function taken(kind: string): Promise<JobRow> {
  const job = await take(kind)
  if (job === undefined) throw new Error('there is a job to take')
  return job
}

async function stateOf({ jobId }: JobRow): Promise<JobRow | undefined> {
  const jobs = await findJobs(kernel, operator, { state: undefined, after: undefined, size: 1_000 })
  return jobs.find((job) => job.jobId === jobId)
}

test('a job is taken once, with what it was given, and is done', async () => {
  const kind = newKind()
  await add({ kind, payload: { b: 1, a: 'ا' } })
  const job = await taken(kind)
  assert.deepEqual([job.payload, job.state, job.attempts], ['{"a":"ا","b":1}', 'running', 1])
  assert.equal(await take(kind), undefined)
  await finish(kernel, operator.institutionId, job)
  const after = await stateOf(job)
  assert.deepEqual([after?.state, after?.finishedAt], ['done', clock.now])
})

test('a job that is added in a transaction that fails is not there', async () => {
  const kind = newKind()
  const failing = kernel.db.transaction(operator.institutionId, async (tx) => {
    await enqueue(tx, clock.now, { kind, payload: {} })
    throw new Error('on second thoughts')
  })
  await assert.rejects(failing, /on second thoughts/)
  assert.equal(await take(kind), undefined)
})

test('jobs are taken in the order in which they come due, and not before', async () => {
  const kind = newKind()
  const later = (ms: number) => new Date(clock.now.getTime() + ms)
  await add({ kind, payload: 'second', runAt: later(2_000) })
  await add({ kind, payload: 'first', runAt: later(1_000) })
  await add({ kind, payload: 'third', runAt: later(2_000) })
  assert.equal(await take(kind), undefined)
  clock.advance(2_000)
  const order = [await taken(kind), await taken(kind), await taken(kind)]
  assert.deepEqual(
    order.map(({ payload }) => payload),
    ['"first"', '"second"', '"third"'],
  )
})

test('only jobs of the kinds asked for, and of the own institution, are taken', async () => {
  const kind = newKind()
  const elsewhere = await foundInstitution(kernel, 'beta')
  await add({ kind }, elsewhere)
  assert.equal(await take(kind), undefined)
  assert.equal(await claim(kernel, elsewhere.institutionId, ['test.other']), undefined)
  assert.equal(await claim(kernel, elsewhere.institutionId, []), undefined)
  assert.notEqual(await claim(kernel, elsewhere.institutionId, ['test.other', kind]), undefined)
})

test('eight that take jobs at once take each job once', async () => {
  const db = new Database({ cluster: database.cluster, connections: 8 })
  after(() => db.close())
  const kind = newKind()
  for (let index = 0; index < 60; index++) await add({ kind, payload: index })
  const taker = async () => {
    const mine: number[] = []
    for (;;) {
      const job = await claim({ db, clock: kernel.clock }, operator.institutionId, [kind])
      if (job === undefined) return mine
      mine.push(Number(job.payload))
    }
  }
  const takers = await Promise.all(Array.from({ length: 8 }, taker))
  assert.deepEqual(
    takers.flat().toSorted((a, b) => a - b),
    Array.from({ length: 60 }, (_, index) => index),
  )
  assert.ok(takers.filter((mine) => mine.length > 0).length > 1, 'nobody waits for the others')
})

test('a job whose holder is gone belongs, once the lease ran out, to whoever takes it', async () => {
  const kind = newKind()
  await add({ kind })
  const lost = await taken(kind)
  clock.advance(leaseMs - 1)
  assert.equal(await take(kind), undefined)
  clock.advance(1)
  const again = await taken(kind)
  assert.deepEqual([again.jobId, again.attempts], [lost.jobId, 2])
})

test('a sign of life holds the job, and whoever lost it hears so', async () => {
  const kind = newKind()
  await add({ kind })
  const mine = await taken(kind)
  clock.advance(leaseMs - 1)
  assert.equal(await keepAlive(kernel, operator.institutionId, mine), true)
  clock.advance(leaseMs - 1)
  assert.equal(await take(kind), undefined)
  clock.advance(1)
  await taken(kind)
  assert.equal(await keepAlive(kernel, operator.institutionId, mine), false)
})

test('whoever lost a job ends it for nobody else', async () => {
  const kind = newKind()
  await add({ kind })
  const lost = await taken(kind)
  clock.advance(leaseMs)
  const held = await taken(kind)
  await finish(kernel, operator.institutionId, lost)
  await fail(kernel, operator.institutionId, { job: lost, reason: 'too late' })
  const after = await stateOf(held)
  assert.deepEqual([after?.state, after?.lastError], ['running', null])
})

test('a job that fails comes back after a growing pause, and is dead after its last attempt', async () => {
  const kind = newKind()
  await add({ kind, maxAttempts: 3 })
  for (const pause of [5_000, 10_000]) {
    const job = await taken(kind)
    assert.equal(await fail(kernel, operator.institutionId, { job: job, reason: 'no paper' }), 'queued')
    clock.advance(pause - 1)
    assert.equal(await take(kind), undefined)
    clock.advance(1)
  }
  const last = await taken(kind)
  assert.equal(await fail(kernel, operator.institutionId, { job: last, reason: 'x'.repeat(900) }), 'dead')
  const dead = await stateOf(last)
  assert.deepEqual([dead?.state, dead?.lastError?.length, dead?.attempts], ['dead', 500, 3])
  clock.advance(86_400_000)
  assert.equal(await take(kind), undefined)
})

test('a job that ends its process every time is dead after its last attempt', async () => {
  const kind = newKind()
  await add({ kind, maxAttempts: 2 })
  const job = await taken(kind)
  clock.advance(leaseMs)
  await taken(kind)
  clock.advance(leaseMs)
  assert.equal(await take(kind), undefined)
  const dead = await stateOf(job)
  assert.deepEqual([dead?.state, dead?.attempts, dead?.finishedAt], ['dead', 2, clock.now])
  assert.match(dead?.lastError ?? '', /lease ran out/)
})

test('the pause grows and stays below an hour', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2_000 }), (attempts) => {
      assert.ok(pauseMs(attempts) >= 5_000 && pauseMs(attempts) <= 3_600_000)
      assert.ok(pauseMs(attempts + 1) >= pauseMs(attempts))
    }),
  )
})

test('a dead job gets its attempts back from a person, and runs again', async () => {
  const kind = newKind()
  await add({ kind, maxAttempts: 1 })
  const job = await taken(kind)
  await assert.rejects(requeue(kernel, operator, job.jobId), { code: 'job.not_dead' })
  await fail(kernel, operator.institutionId, { job: job, reason: 'no paper' })
  const requeued = await requeue(kernel, operator, job.jobId)
  assert.deepEqual([requeued.state, requeued.attempts, requeued.finishedAt], ['queued', 0, null])
  await finish(kernel, operator.institutionId, await taken(kind))
  assert.equal((await stateOf(job))?.state, 'done')
})

test('a job that is not there, or is of another institution, is not requeued', async () => {
  const elsewhere = await foundInstitution(kernel, 'gamma')
  const kind = newKind()
  await add({ kind, maxAttempts: 1 })
  const job = await taken(kind)
  await fail(kernel, operator.institutionId, { job: job, reason: 'no paper' })
  await assert.rejects(requeue(kernel, elsewhere, job.jobId), { code: 'job.not_found' })
  await assert.rejects(requeue(kernel, operator, '01900000-0000-7000-8000-000000000000'), {
    code: 'job.not_found',
  })
})

test('one job of a key waits or runs at a time', async () => {
  const kind = newKind()
  const job = { kind, uniqueKey: `${kind} key` }
  assert.deepEqual([await add(job), await add(job)], [true, false])
  const running = await taken(kind)
  assert.equal(await add(job), false)
  await finish(kernel, operator.institutionId, running)
  assert.equal(await add(job), true)
})

test('of several that add a job of one key at once, one does', async () => {
  const job = { kind: newKind(), uniqueKey: 'contested' }
  const added = await Promise.all(Array.from({ length: 6 }, () => add(job)))
  assert.equal(added.filter((isAdded) => isAdded).length, 1)
})

test('a dead job is not requeued beside one of its key that waits already', async () => {
  const kind = newKind()
  const job = { kind, uniqueKey: `${kind} key`, maxAttempts: 1 }
  await add(job)
  const dead = await taken(kind)
  await fail(kernel, operator.institutionId, { job: dead, reason: 'no paper' })
  await add(job)
  await assert.rejects(requeue(kernel, operator, dead.jobId), { code: 'job.waiting_already' })
  await finish(kernel, operator.institutionId, await taken(kind))
  assert.equal((await requeue(kernel, operator, dead.jobId)).state, 'queued')
})

test('a list of jobs goes from page to page, newest first, and by state', async () => {
  const listed = await foundInstitution(kernel, 'delta')
  for (let index = 0; index < 5; index++) await add({ kind: 'test.listed', payload: index }, listed)
  await claim(kernel, listed.institutionId, ['test.listed'])
  const page = (after: string | undefined) => findJobs(kernel, listed, { state: undefined, after, size: 3 })
  const first = await page(undefined)
  const second = await page(first.at(-1)?.jobId)
  assert.deepEqual(
    [...first, ...second].map(({ payload }) => payload),
    ['4', '3', '2', '1', '0'],
  )
  const running = await findJobs(kernel, listed, { state: 'running', after: undefined, size: 9 })
  assert.equal(running.length, 1)
})
