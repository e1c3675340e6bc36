import assert from 'node:assert/strict'
import { test } from 'node:test'
import { foundInstitution, freshKernel, taken, trainLive } from '../../test/kernel.ts'
import type { Actor } from '../access/roles.ts'
import { getCase } from '../cases/cases.ts'
import { intake } from '../decisions/intake.ts'
import { evaluationSet } from './evaluation.ts'
import { modelsOf } from './models.ts'

const { kernel } = await freshKernel()
const parcels = { applicationId: 'parcels', modelName: 'danger' }
const march = { from: '2026-03-01', to: '2026-03-31' }
const hex = (bytes: Uint8Array | null | undefined) => Buffer.from(bytes ?? []).toString('hex')

/** Parcels of March, in the order of their numbers; those without a finding are not known yet. */
const given = [
  { contents: 'fireworks', weightKg: 22, finding: 'dangerous' },
  { contents: 'books', weightKg: 1, finding: 'harmless' },
  { contents: 'unreadable', weightKg: 5, finding: 'harmless' },
  { contents: 'batteries', weightKg: 20, finding: undefined },
  { contents: 'batteries', weightKg: 12, finding: 'dangerous' },
]

async function decide(operator: Actor, isDecided = true): Promise<readonly string[]> {
  const submissions = given.map(({ contents, weightKg, finding }, index) => ({
    json: JSON.stringify({ parcelNumber: `MARCH-${index}`, sentOn: '2026-03-01', weightKg, contents }),
    outcome: finding && { finding },
  }))
  const results = await intake(kernel, operator, {
    applicationId: 'parcels',
    source: 'api',
    isDecided,
    submissions,
  })
  return results.map((result) => taken(result).caseId)
}

test('what was decided is measured by the scores that were given, where the truth is known', async () => {
  const operator = await foundInstitution(kernel, 'measures')
  const digest = await trainLive(kernel, operator, parcels)
  const ids = await decide(operator)
  const set = await evaluationSet(kernel, operator, { ...parcels, ...march, model: undefined })
  // The third failed and has no score, the fourth has no outcome.
  assert.deepEqual(
    [set.labels, set.values],
    [
      [1, 0, 1],
      [22, 1, 12],
    ],
  )
  const files = await Promise.all([0, 1, 4].map((index) => getCase(kernel, operator, ids[index] ?? '')))
  assert.deepEqual(
    set.scores,
    files.map(({ decision }) => decision?.score),
  )
  assert.deepEqual([...set.models], [[hex(digest), 3]])
})

test('a model is measured on what happened, decided by it or not', async () => {
  const operator = await foundInstitution(kernel, 'back-tests')
  await trainLive(kernel, operator, parcels)
  await decide(operator)
  await trainLive(kernel, operator, { ...parcels, seed: 2, count: 220 })
  const models = await modelsOf(kernel, operator, 'parcels')
  const retired = models.find(({ state }) => state === 'retired')
  const live = models.find(({ state }) => state === 'live')
  const period = { from: '2026-01-05', to: '2026-01-20' }
  const [before, after] = [
    await evaluationSet(kernel, operator, { ...parcels, ...period, model: retired }),
    await evaluationSet(kernel, operator, { ...parcels, ...period, model: live }),
  ]
  assert.ok(before.scores.length > 50)
  assert.deepEqual([after.labels, after.values], [before.labels, before.values])
  assert.notDeepEqual(after.scores, before.scores)
  assert.deepEqual([...before.models.keys()], [hex(retired?.modelDigest)])
})

test('the decisions of two models are counted for each', async () => {
  const operator = await foundInstitution(kernel, 'both')
  const first = await trainLive(kernel, operator, parcels)
  await decide(operator)
  const second = await trainLive(kernel, operator, { ...parcels, seed: 2, count: 220 })
  const late = { parcelNumber: 'LATE', sentOn: '2026-03-02', weightKg: 3, contents: 'cloth' }
  const submissions = [{ json: JSON.stringify(late), outcome: { finding: 'harmless' } }]
  await intake(kernel, operator, { applicationId: 'parcels', source: 'api', isDecided: true, submissions })
  const { models } = await evaluationSet(kernel, operator, { ...parcels, ...march, model: undefined })
  assert.deepEqual(Object.fromEntries(models), { [hex(first)]: 3, [hex(second)]: 1 })
})

test('where nothing was decided, or nothing is known, there is nothing to measure', async () => {
  const operator = await foundInstitution(kernel, 'nothing')
  await decide(operator, false)
  const nothing = { code: 'model.nothing_to_measure' }
  await assert.rejects(evaluationSet(kernel, operator, { ...parcels, ...march, model: undefined }), nothing)
  const other = { from: '2020-01-01', to: '2020-12-31', model: undefined }
  await assert.rejects(evaluationSet(kernel, operator, { ...parcels, ...other }), nothing)
})

test('a model that is not declared is not measured', async () => {
  const operator = await foundInstitution(kernel, 'undeclared')
  const request = { ...parcels, ...march, modelName: 'constructor', model: undefined }
  await assert.rejects(evaluationSet(kernel, operator, request), { code: 'model.not_declared' })
})

test('the cases of another institution are not measured', async () => {
  const operator = await foundInstitution(kernel, 'owner')
  await trainLive(kernel, operator, parcels)
  await decide(operator)
  const elsewhere = await foundInstitution(kernel, 'elsewhere')
  const request = { ...parcels, ...march, model: undefined }
  await assert.rejects(evaluationSet(kernel, elsewhere, request), { code: 'model.nothing_to_measure' })
})
