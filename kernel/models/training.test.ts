import assert from 'node:assert/strict'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { foundInstitution, freshFolder, freshKernel } from '../../test/kernel.ts'
import { entryCounts } from '../../test/log.ts'
import type { Actor } from '../access/roles.ts'
import { intake } from '../decisions/intake.ts'
import { diskCheckpoints } from './checkpoints.ts'
import { modelsOf, originOf } from './models.ts'
import { trainModel, trainUnlessStopped } from './training.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const parcels = { applicationId: 'parcels', modelName: 'danger' }
const request = { ...parcels, from: '2000-01-01', to: '2100-01-01', seed: 1 }

async function withParcels(slug: string): Promise<Actor> {
  const operator = await foundInstitution(kernel, slug)
  const application = kernel.applications.get('parcels')?.application
  const samples = [...(application?.sample?.({ seed: 1, count: 300 }) ?? [])]
  const submissions = samples.map((one) => ({ json: JSON.stringify(one.case), outcome: one.outcome }))
  const given = { applicationId: 'parcels', source: 'sample', isDecided: false, submissions } as const
  await intake(kernel, operator, given)
  return operator
}

/** Trains, and stops after so many rounds. */
async function trainUntil(operator: Actor, folder: string, rounds: number) {
  const stopping = new AbortController()
  const done: number[] = []
  let [isResumed, attempts] = [false, 0]
  let before = 0
  const trained = await trainUnlessStopped(kernel, operator, {
    ...request,
    onProgress: (progress) => {
      // A training that begins anew counts from the beginning.
      if (attempts === 0 || progress.done < before) attempts += 1
      before = progress.done
      done.push(progress.done)
      if (done.length === rounds) stopping.abort()
    },
    interruption: {
      signal: stopping.signal,
      checkpoints: diskCheckpoints(folder),
      onResumed: () => {
        isResumed = true
      },
    },
  })
  return { trained, isResumed, attempts }
}

const whole = Number.POSITIVE_INFINITY

test('training that was stopped registers nothing, and the same command goes on to the same model', async () => {
  const operator = await withParcels('stops')
  const folder = freshFolder('checkpoints')
  const stopped = await trainUntil(operator, folder, 5)
  assert.equal(stopped.trained, undefined)
  assert.deepEqual(await modelsOf(kernel, operator, 'parcels'), [])
  assert.equal((await entryCounts(owner, operator.institutionId)).get('model.trained'), undefined)
  assert.equal(readdirSync(folder).length, 1)
  const resumed = await trainUntil(operator, folder, whole)
  assert.deepEqual([resumed.isResumed, resumed.attempts], [true, 1])
  assert.deepEqual(readdirSync(folder), [])
  const other = await withParcels('does-not-stop')
  const uninterrupted = await trainModel(kernel, other, request)
  assert.deepEqual(resumed.trained?.modelDigest, uninterrupted.modelDigest)
})

test('a checkpoint that was damaged is begun without', async () => {
  const operator = await withParcels('damaged')
  const folder = freshFolder('checkpoints')
  await trainUntil(operator, folder, 5)
  const [name = ''] = readdirSync(folder)
  const bytes = readFileSync(join(folder, name))
  bytes.writeUInt8(bytes.readUInt8(bytes.length - 9) ^ 1, bytes.length - 9)
  writeFileSync(join(folder, name), bytes)
  const { trained, isResumed } = await trainUntil(operator, folder, whole)
  assert.deepEqual([isResumed, trained?.state], [false, 'draft'])
})

test('a checkpoint of other cases is not gone on from, and does not stay', async () => {
  const operator = await withParcels('grows')
  const folder = freshFolder('checkpoints')
  await trainUntil(operator, folder, 5)
  const late = { parcelNumber: 'LATE', sentOn: '2026-01-05', weightKg: 3, contents: 'cloth' }
  const submissions = [{ json: JSON.stringify(late), outcome: { finding: 'harmless' } }]
  await intake(kernel, operator, {
    applicationId: 'parcels',
    source: 'import',
    isDecided: false,
    submissions,
  })
  const { trained, isResumed } = await trainUntil(operator, folder, whole)
  assert.deepEqual([isResumed, trained?.state], [false, 'draft'])
  assert.deepEqual(readdirSync(folder), [])
})

test('a checkpoint that the engine does not take is begun without', async () => {
  const operator = await withParcels('upgraded')
  const folder = freshFolder('checkpoints')
  await trainUntil(operator, folder, 5)
  const [name = ''] = readdirSync(folder)
  const [, application = '', model = '', of = ''] = name.split('.')
  const owner = `${operator.institutionId}.${application}.${model}`
  await diskCheckpoints(folder).keep({ owner, of }, Buffer.from('of a version before'))
  const { trained } = await trainUntil(operator, folder, whole)
  assert.equal(trained?.state, 'draft')
})

test('several threads make the same model as one', async () => {
  const operator = await withParcels('threads')
  const one = await trainModel(kernel, operator, request)
  const two = await trainModel(kernel, operator, { ...request, helpers: 1 })
  assert.deepEqual(two.modelDigest, one.modelDigest)
})

test('settings make another model, and say so; one that the engine does not know is refused', async () => {
  const operator = await withParcels('settings')
  const row = await trainModel(kernel, operator, { ...request, settings: { learningRate: 0.3, maxDepth: 3 } })
  const { isImported, training } = originOf(row)
  assert.ok(!isImported)
  assert.deepEqual(training.settings, { learningRate: 0.3, maxDepth: 3 })
  for (const settings of [{ learningRat: 0.3 }, { learningRate: 7 }, { objective: 'squared' }])
    await assert.rejects(trainModel(kernel, operator, { ...request, settings }), {
      code: 'model.engine_refused',
    })
  assert.equal((await modelsOf(kernel, operator, 'parcels')).length, 1)
})
