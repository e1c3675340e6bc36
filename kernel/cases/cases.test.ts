import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  decided,
  foundInstitution,
  freshKernel,
  makeOfficer,
  permit,
  submit,
  taken,
} from '../../test/kernel.ts'
import { type Actor, everywhere } from '../access/roles.ts'
import type { Transaction } from '../db/database.ts'
import { intake } from '../decisions/intake.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { completeReview } from '../reviews/reviews.ts'
import {
  type CaseRow,
  caseCounts,
  caseIdOf,
  countUndecidedCases,
  findCases,
  getCase,
  move,
  moveUndecided,
  type QueuePlace,
  queueOf,
  takeCase,
  undecided,
} from './cases.ts'

const { kernel } = await freshKernel()
const operator = await foundInstitution(kernel, 'alpha')
const clerk = await makeOfficer(kernel, operator, { username: 'clerk', roles: ['officer', 'permits.clerk'] })
const elsewhere = await foundInstitution(kernel, 'beta')

/** Opens cases without deciding them; answers their ids in order. */
async function open(
  actor: Actor,
  ...cases: readonly ReturnType<typeof permit>[]
): Promise<readonly string[]> {
  const submissions = cases.map((one) => ({ json: JSON.stringify(one) }))
  const request = { applicationId: 'permits', source: 'import', isDecided: false, submissions } as const
  return (await intake(kernel, actor, request)).map((result) => taken(result).caseId)
}

test('a case shows its decision, and its history in the order in which it happened', async () => {
  const { caseId, version, decision } = await decided(
    kernel,
    operator,
    'permits',
    permit({ answer: 'check' }),
  )
  await completeReview(kernel, clerk, { caseId, version, recommendation: 'check', reason: undefined })
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome: { finding: 'right' } })
  const file = await getCase(kernel, operator, caseId)
  assert.equal(file.row.state, 'closed')
  assert.equal(file.decision?.decisionId, decision.decisionId)
  assert.deepEqual(
    file.history.map(({ kind, actor }) => `${kind} by ${actor}`),
    [
      'case.opened by operator:test',
      'decision.made by operator:test',
      `review.completed by ${clerk.name}`,
      'outcome.recorded by operator:test',
    ],
  )
})

test('a case of another institution is not found, like one that never was', async () => {
  const { caseId, reference } = await decided(kernel, operator, 'permits', permit())
  for (const id of [caseId, '01900000-0000-7000-8000-000000000000'])
    await assert.rejects(getCase(kernel, elsewhere, id), { code: 'case.not_found', parameters: {} })
  await assert.rejects(caseIdOf(kernel, elsewhere, { applicationId: 'permits', reference: reference }), {
    code: 'case.not_found',
  })
  assert.equal(await caseIdOf(kernel, operator, { applicationId: 'permits', reference: reference }), caseId)
})

test('a case leaves the queue when it is decided', async () => {
  const { caseId, version } = await decided(kernel, operator, 'permits', permit({ answer: 'check' }))
  assert.ok((await queueIds(clerk)).includes(caseId))
  await completeReview(kernel, clerk, { caseId, version, recommendation: 'check', reason: undefined })
  assert.ok(!(await queueIds(clerk)).includes(caseId))
  const { row } = await getCase(kernel, operator, caseId)
  assert.deepEqual([row.reviewRole, row.priority, row.version], [null, null, version + 1])
})

async function queueIds(actor: Actor): Promise<readonly string[]> {
  const found = await queueOf(kernel, actor, { applicationId: undefined, after: undefined, size: 1_000 })
  return found.map(({ row }) => row.caseId)
}

test('a queue holds what waits for the roles of its officer, most urgent first, whatever the page', async () => {
  const scores = [0.1, 0.9, 0.5, 0.5, 0.5, 0.5, 1, 0, 0.9]
  await submit(kernel, operator, 'permits', ...scores.map((score) => permit({ answer: 'refuse', score })))
  await submit(kernel, operator, 'permits', permit({ answer: 'check', score: 0.7 }))
  const inspector = { ...clerk, roles: ['officer', 'permits.inspector'] }
  for (const size of [1, 2, 4, 20]) {
    const rows = await walkQueue(inspector, size)
    assert.deepEqual(
      rows.map(({ priority }) => priority),
      scores.toSorted((a, b) => b - a),
    )
    assert.equal(new Set(rows.map(({ caseId }) => caseId)).size, scores.length)
    assert.ok(rows.every(({ reviewRole }) => reviewRole === 'permits.inspector'))
  }
  assert.deepEqual(await walkQueue({ ...inspector, roles: ['officer'] }, 5), [])
})

async function walkQueue(actor: Actor, size: number): Promise<readonly CaseRow[]> {
  const rows: CaseRow[] = []
  let after: QueuePlace | undefined
  for (;;) {
    const found = await queueOf(kernel, actor, { applicationId: 'permits', after, size })
    rows.push(...found.map(({ row }) => row))
    const last = found.at(-1)?.row
    if (last === undefined || found.length < size) return rows
    after = { priority: last.priority ?? 0, caseId: last.caseId }
  }
}

test('a list holds each case once, newest first, whatever the page', async () => {
  const lists = await foundInstitution(kernel, 'lists')
  await open(lists, ...Array.from({ length: 11 }, () => permit()))
  const all = await findCases(kernel, lists, { ...everything, after: undefined, size: 1_000 })
  assert.equal(all.length, 11)
  for (const size of [1, 3, 7]) {
    const ids: string[] = []
    for (let after: string | undefined; ; after = ids.at(-1)) {
      const rows = await findCases(kernel, lists, { ...everything, after, size })
      ids.push(...rows.map(({ caseId }) => caseId))
      if (rows.length < size) break
    }
    assert.deepEqual(
      ids,
      all.map(({ caseId }) => caseId),
    )
  }
  assert.deepEqual(
    all.map(({ caseId }) => caseId),
    all
      .map(({ caseId }) => caseId)
      .toSorted()
      .reverse(),
  )
})

const everything = { applicationId: undefined, states: undefined }

test('a list is filtered by application and state', async () => {
  await submit(kernel, operator, 'permits', permit({ answer: 'check' }), permit(), permit())
  const filter = { applicationId: 'permits', states: ['opened', 'in_review'] } as const
  const rows = await findCases(kernel, operator, { ...filter, after: undefined, size: 100 })
  assert.ok(rows.length > 0 && rows.every(({ state }) => state !== 'decided' && state !== 'closed'))
  const none = { applicationId: 'parcels', states: undefined }
  assert.deepEqual(await findCases(kernel, operator, { ...none, after: undefined, size: 100 }), [])
})

test('the undecided cases of a period come by day, each once, whatever the batch', async () => {
  const days = ['2026-01-31', '2026-02-01', '2026-02-02', '2026-02-03', '2026-02-04']
  const filed = [...days, ...days, ...days].map((filedOn) => permit({ filedOn }))
  await open(elsewhere, ...filed)
  const period = { applicationId: 'permits', from: '2026-02-01', to: '2026-02-03' }
  assert.equal(await countUndecidedCases(kernel, elsewhere, period), 9)
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 10 }), async (batch) => {
      const found = (await Array.fromAsync(undecided(kernel, elsewhere, { ...period, batch: batch }))).flat()
      const expected = days.slice(1, 4).flatMap((day) => [day, day, day])
      assert.deepEqual(
        found.map(({ occurredOn }) => occurredOn),
        expected,
      )
      assert.equal(new Set(found.map(({ caseId }) => caseId)).size, 9)
    }),
    { numRuns: 10 },
  )
})

test('of several that move a case on at once, one does', async () => {
  const ids = await open(operator, permit(), permit(), permit())
  const moves = ids.map(
    (caseId) => ({ caseId, state: 'decided', reviewRole: null, priority: null, holderId: null }) as const,
  )
  const tries = Array.from({ length: 4 }, () =>
    kernel.db.transaction(operator.institutionId, (tx) => moveUndecided(tx, kernel.clock(), moves), {
      units: everywhere,
    }),
  )
  const moved = (await Promise.all(tries)).flatMap((set) => [...set])
  assert.deepEqual(moved.toSorted(), ids.toSorted())
})

test('a case that moved since it was seen is not taken', async () => {
  const { caseId, version } = await decided(kernel, operator, 'permits', permit())
  const take = (seen: number | undefined) =>
    kernel.db.transaction(operator.institutionId, (tx) => takeCase(tx, operator, { caseId, version: seen }), {
      units: everywhere,
    })
  await assert.rejects(take(version + 1), { code: 'case.version_stale' })
  assert.equal((await take(version)).version, version)
  assert.equal((await take(undefined)).version, version)
})

test('an impossible move changes nothing', async () => {
  const { caseId } = await decided(kernel, operator, 'permits', permit())
  const impossible = async (tx: Transaction) =>
    move(tx, await takeCase(tx, operator, { caseId, version: undefined }), {
      event: 'review.completed',
      at: kernel.clock(),
    })
  const moved = kernel.db.transaction(operator.institutionId, impossible, { units: everywhere })
  await assert.rejects(moved, { code: 'case.transition_impossible' })
  assert.equal((await getCase(kernel, operator, caseId)).row.version, 1)
})

test('the counts by state are those of the institution', async () => {
  const counted = await foundInstitution(kernel, 'counted')
  await open(counted, permit(), permit())
  await submit(kernel, counted, 'permits', permit({ answer: 'check' }))
  assert.deepEqual(await caseCounts(kernel, counted), [
    { applicationId: 'permits', state: 'in_review', cases: 1 },
    { applicationId: 'permits', state: 'opened', cases: 2 },
  ])
})
