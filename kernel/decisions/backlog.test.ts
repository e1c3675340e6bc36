import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, permit, promote, taken, trainLive } from '../../test/kernel.ts'
import { contradictions } from '../../test/log.ts'
import type { Actor } from '../access/roles.ts'
import { findCases } from '../cases/cases.ts'
import { type BacklogProgress, decideBacklog } from './backlog.ts'
import { type DecisionRow, getDecision, streamDecisions } from './decisions.ts'
import { intake } from './intake.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const always = { from: '2000-01-01', to: '2100-01-01' }

/** Opens cases without deciding them. */
async function open(actor: Actor, applicationId: string, cases: readonly unknown[]) {
  const submissions = cases.map((one) => ({ json: JSON.stringify(one) }))
  const results = await intake(kernel, actor, {
    applicationId,
    source: 'import',
    isDecided: false,
    submissions,
  })
  return results.map(taken)
}

const permits = (count: number, answer = 'grant') => Array.from({ length: count }, () => permit({ answer }))

async function decisionsOf(actor: Actor, applicationId: string): Promise<readonly DecisionRow[]> {
  return (await Array.fromAsync(streamDecisions(kernel, actor, { applicationId, batch: 7 }))).flat()
}

test('the backlog of a period is decided, each case once, and the rest is left', async () => {
  const operator = await foundInstitution(kernel, 'period')
  await open(operator, 'permits', [...permits(10), ...permits(5, 'check'), permit({ filedOn: '2026-03-01' })])
  const request = { applicationId: 'permits', from: '2026-02-01', to: '2026-02-28', batch: 4 }
  const progress = await Array.fromAsync(decideBacklog(kernel, operator, request))
  assert.deepEqual(
    progress.map(({ total, decided }: BacklogProgress) => `${decided}/${total}`),
    ['0/15', '4/15', '8/15', '12/15', '15/15'],
  )
  const decisions = await decisionsOf(operator, 'permits')
  assert.equal(new Set(decisions.map(({ caseId }) => caseId)).size, 15)
  const left = await findCases(kernel, operator, { ...opened, after: undefined, size: 100 })
  assert.deepEqual(
    left.map(({ occurredOn }) => occurredOn),
    ['2026-03-01'],
  )
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

const opened = { applicationId: 'permits', states: ['opened'] } as const

test('a run that was cut off leaves whole batches, and the next decides the rest and nothing twice', async () => {
  const operator = await foundInstitution(kernel, 'cut')
  await open(operator, 'permits', permits(20))
  const request = { applicationId: 'permits', ...always, batch: 3 }
  const aborting = new AbortController()
  await assert.rejects(async () => {
    for await (const { decided } of decideBacklog(kernel, operator, { ...request, signal: aborting.signal }))
      if (decided === 6) aborting.abort(new Error('power cut'))
  }, /power cut/)
  // Batches that were under way are committed whole; no further one is begun.
  const left = (await decisionsOf(operator, 'permits')).length
  assert.ok(left >= 6 && left < 20 && left % 3 === 0, String(left))
  await Array.fromAsync(decideBacklog(kernel, operator, request))
  const decisions = await decisionsOf(operator, 'permits')
  assert.equal(new Set(decisions.map(({ caseId }) => caseId)).size, 20)
  assert.equal(decisions.length, 20)
})

test('two processes at the same backlog decide each case once', async () => {
  const operator = await foundInstitution(kernel, 'two')
  await open(operator, 'permits', permits(40))
  const request = { applicationId: 'permits', ...always, batch: 5 }
  const runs = [1, 2].map(() => Array.fromAsync(decideBacklog(kernel, operator, request)))
  const counts = (await Promise.all(runs)).map((progress) => progress.at(-1)?.decided ?? 0)
  assert.equal(
    counts.reduce((sum, one) => sum + one, 0),
    40,
  )
  assert.equal((await decisionsOf(operator, 'permits')).length, 40)
})

test('a model promoted on the way decides all that comes after it, and none of what came before', async () => {
  const operator = await foundInstitution(kernel, 'promoted')
  const risk = { applicationId: 'parcels', modelName: 'danger' }
  const first = await trainLive(kernel, operator, risk)
  const second = await trainLive(kernel, operator, { ...risk, seed: 2, count: 220 })
  await promote(kernel, operator, { applicationId: 'parcels', digest: first })
  const request = { applicationId: 'parcels', ...always, batch: 50 }
  for await (const { decided } of decideBacklog(kernel, operator, request)) {
    if (decided === 100) await promote(kernel, operator, { applicationId: 'parcels', digest: second })
  }
  const used = (await decisionsOf(operator, 'parcels')).map(({ modelDigest }) => hex(modelDigest))
  assert.deepEqual([...new Set(used)].toSorted(), [hex(first), hex(second)].toSorted())
  // Batches under way at the promotion are of the first where they committed before it, each as a whole.
  const ofFirst = used.filter((digest) => digest === hex(first)).length
  assert.ok(ofFirst >= 100 && ofFirst % 50 === 0, String(ofFirst))
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

const hex = (bytes: Uint8Array | null) => Buffer.from(bytes ?? []).toString('hex')

test('a case that fails is left to an officer and does not stop the others', async () => {
  const operator = await foundInstitution(kernel, 'failing')
  await open(operator, 'permits', [...permits(2), ...permits(2, 'throw'), ...permits(2)])
  await Array.fromAsync(decideBacklog(kernel, operator, { applicationId: 'permits', ...always }))
  const reviews = (await decisionsOf(operator, 'permits')).map(({ review }) => review)
  assert.deepEqual(reviews.toSorted(), [
    'automatic',
    'automatic',
    'automatic',
    'automatic',
    'unaided',
    'unaided',
  ])
})

test('a stored case that no longer fits its schema is decided unaided', async () => {
  const operator = await foundInstitution(kernel, 'outgrown')
  await open(operator, 'permits', permits(1))
  await owner.query(`update cases set payload = '{"permitNumber":"old"}' where institution_id = $1`, [
    operator.institutionId,
  ])
  await Array.fromAsync(decideBacklog(kernel, operator, { applicationId: 'permits', ...always }))
  const [decision] = await decisionsOf(operator, 'permits')
  assert.deepEqual([decision?.review, decision?.recommendation], ['unaided', null])
})

test('decisions are read in the order they were made, and each by its own number', async () => {
  const operator = await foundInstitution(kernel, 'order')
  const elsewhere = await foundInstitution(kernel, 'order-elsewhere')
  await open(operator, 'permits', permits(20))
  await Array.fromAsync(decideBacklog(kernel, operator, { applicationId: 'permits', ...always, batch: 6 }))
  const decisions = await decisionsOf(operator, 'permits')
  const ids = decisions.map(({ decisionId }) => decisionId)
  assert.deepEqual(ids, ids.toSorted())
  const [first] = decisions
  assert.deepEqual(await getDecision(kernel, operator, first?.decisionId ?? ''), first)
  const foreign = getDecision(kernel, elsewhere, first?.decisionId ?? '')
  await assert.rejects(foreign, { code: 'decision.not_found' })
})
