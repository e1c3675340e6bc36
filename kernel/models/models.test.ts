import assert from 'node:assert/strict'
import { test } from 'node:test'
import { unreadable } from '../../test/applications/parcels/application.ts'
import { decided, foundInstitution, freshKernel, promote, trainLive } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import type { Actor } from '../access/roles.ts'
import { sha256 } from '../canonical.ts'
import { intake } from '../decisions/intake.ts'
import { recordOutcome } from '../outcomes/outcomes.ts'
import { liveModelsOf, loadModels, modelsOf, TrainingRecord } from './models.ts'
import { trainModel } from './training.ts'

const { kernel, database, another } = await freshKernel()
const owner = await database.connect()
const parcels = { applicationId: 'parcels', modelName: 'danger' }
const always = { from: '2000-01-01', to: '2100-01-01' }
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

const train = (actor: Actor, seed = 1) => trainModel(kernel, actor, { ...parcels, ...always, seed })
const statesOf = async (actor: Actor) => (await modelsOf(kernel, actor, 'parcels')).map(({ state }) => state)

/** Opens parcels, of which every `dangerousEvery`th has turned out to be dangerous. */
async function open(actor: Actor, count: number, dangerousEvery: number): Promise<void> {
  const submissions = Array.from({ length: count }, (_, index) => ({
    json: JSON.stringify({
      parcelNumber: `P-${index}`,
      sentOn: '2026-01-01',
      weightKg: index % 20,
      contents: 'cloth',
    }),
    outcome: { finding: (index + 1) % dangerousEvery === 0 ? 'dangerous' : 'harmless' },
  }))
  await intake(kernel, actor, { applicationId: 'parcels', source: 'import', isDecided: false, submissions })
}

test('a trained model is a draft that says what it learned from', async () => {
  const operator = await foundInstitution(kernel, 'trains')
  await open(operator, 130, 4)
  const model = await train(operator)
  assert.deepEqual([model.state, model.engine, model.promotedAt], ['draft', 'tabular', null])
  const { from, to, seed, examples, positives } = TrainingRecord.parse(JSON.parse(model.training))
  assert.deepEqual(
    { from, to, seed, examples, positives },
    { ...always, seed: 1, examples: 130, positives: 32 },
  )
  assert.deepEqual(
    sha256((await kernel.objects.find(model.modelDigest)) ?? ''),
    Buffer.from(model.modelDigest),
  )
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

test('the same examples and seed are the same model, recorded once', async () => {
  const operator = await foundInstitution(kernel, 'repeats')
  await open(operator, 130, 4)
  const first = await train(operator)
  assert.deepEqual(await train(operator), first)
  assert.equal((await modelsOf(kernel, operator, 'parcels')).length, 1)
  assert.equal((await entryCounts(owner, operator.institutionId)).get('model.trained'), 1)
})

test('a model learns from the last revision of each outcome, and from the period alone', async () => {
  const operator = await foundInstitution(kernel, 'corrects')
  await open(operator, 130, 4)
  const parcel = { parcelNumber: 'CORRECTED', sentOn: '2026-01-02', weightKg: 1, contents: 'cloth' }
  const submissions = [{ json: JSON.stringify(parcel), outcome: { finding: 'harmless' } }]
  await intake(kernel, operator, {
    applicationId: 'parcels',
    source: 'import',
    isDecided: false,
    submissions,
  })
  const [{ case_id: caseId }] = (await owner.query(`select case_id from cases where reference = 'CORRECTED'`))
    .rows
  await recordOutcome(kernel, operator, { caseId, version: undefined, outcome: { finding: 'dangerous' } })
  const positives = async (period: typeof always) => {
    const { training } = await trainModel(kernel, operator, { ...parcels, ...period, seed: 1 })
    return TrainingRecord.parse(JSON.parse(training)).positives
  }
  assert.equal(await positives(always), 33)
  assert.equal(await positives({ from: '2026-01-01', to: '2026-01-01' }), 32)
})

test('cases that the model cannot see teach nothing, and keep it from learning nothing else', async () => {
  const operator = await foundInstitution(kernel, 'unseen')
  await open(operator, 130, 4)
  const parcel = { parcelNumber: 'UNSEEN', sentOn: '2026-01-02', weightKg: 1, contents: unreadable }
  const submissions = [{ json: JSON.stringify(parcel), outcome: { finding: 'dangerous' } }]
  await intake(kernel, operator, {
    applicationId: 'parcels',
    source: 'import',
    isDecided: false,
    submissions,
  })
  const { examples, positives, summary } = TrainingRecord.parse(JSON.parse((await train(operator)).training))
  assert.deepEqual([examples, positives, summary.examplesWithoutFeatures], [130, 32, 1])
})

test('from too few examples, or too few of either kind, nothing is learned', async () => {
  const few = await foundInstitution(kernel, 'few')
  await open(few, 99, 4)
  await assert.rejects(train(few), { code: 'model.too_little_to_learn' })
  const alike = await foundInstitution(kernel, 'alike')
  await open(alike, 130, 14)
  await assert.rejects(train(alike), {
    code: 'model.too_little_to_learn',
    parameters: { examples: 130, positives: 9 },
  })
  assert.deepEqual(await modelsOf(kernel, alike, 'parcels'), [])
})

test('a model that the application does not declare is not trained', async () => {
  const operator = await foundInstitution(kernel, 'undeclared')
  for (const modelName of ['risk', 'toString', '__proto__']) {
    const trained = trainModel(kernel, operator, { ...parcels, ...always, modelName, seed: 1 })
    await assert.rejects(trained, { code: 'model.not_declared' })
  }
})

test('promoting makes a model live and retires the one before it', async () => {
  const operator = await foundInstitution(kernel, 'promotes')
  await open(operator, 130, 4)
  const models = [await train(operator, 1), await train(operator, 2)]
  assert.deepEqual(await statesOf(operator), ['draft', 'draft'])
  for (const { modelDigest } of models) {
    const { state } = await promote(kernel, operator, { applicationId: 'parcels', digest: modelDigest })
    assert.equal(state, 'approved')
    assert.equal((await statesOf(operator)).filter((state) => state === 'live').length, 1)
  }
  assert.deepEqual((await statesOf(operator)).toSorted(), ['live', 'retired'])
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

test('promoting the live model again is refused', async () => {
  const operator = await foundInstitution(kernel, 'again')
  const digest = await trainLive(kernel, operator, parcels)
  const again = promote(kernel, operator, { applicationId: 'parcels', digest })
  await assert.rejects(again, { code: 'model.live_already' })
  assert.equal((await entryCounts(owner, operator.institutionId)).get('model.promoted'), 1)
})

test('two promotions at once leave one live model', async () => {
  const operator = await foundInstitution(kernel, 'races')
  await open(operator, 130, 4)
  const models = [await train(operator, 1), await train(operator, 2), await train(operator, 3)]
  const ends = await Promise.allSettled(
    models.map(({ modelDigest: digest }) => promote(kernel, operator, { applicationId: 'parcels', digest })),
  )
  // Whoever comes later finds another model live than the one they proposed to replace.
  for (const end of ends) if (end.status === 'rejected') assert.equal(end.reason.code, 'proposal.outdated')
  assert.equal((await statesOf(operator)).filter((state) => state === 'live').length, 1)
})

test('a model is neither found nor promoted by another institution, nor for another application', async () => {
  const operator = await foundInstitution(kernel, 'owns')
  const elsewhere = await foundInstitution(kernel, 'elsewhere')
  const digest = await trainLive(kernel, operator, parcels)
  assert.deepEqual(await modelsOf(kernel, elsewhere, 'parcels'), [])
  const foreign = promote(kernel, elsewhere, { applicationId: 'parcels', digest })
  await assert.rejects(foreign, { code: 'model.not_found' })
  await assert.rejects(promote(kernel, operator, { applicationId: 'permits', digest }), {
    code: 'model.not_found',
  })
  const unknown = promote(kernel, operator, { applicationId: 'parcels', digest: sha256('never stored') })
  await assert.rejects(unknown, { code: 'model.not_found' })
})

test('every model that an application declares must be live', async () => {
  const operator = await foundInstitution(kernel, 'lives')
  const live = (declared: readonly string[]) =>
    kernel.db.transaction(operator.institutionId, (tx) => liveModelsOf(tx, 'parcels', declared))
  await assert.rejects(live(['danger']), { code: 'model.none_live' })
  assert.deepEqual(await live([]), [])
  const digest = await trainLive(kernel, operator, parcels)
  assert.deepEqual(
    (await live(['danger'])).map(({ modelDigest }) => hex(modelDigest)),
    [hex(digest)],
  )
  await assert.rejects(live(['danger', 'value']), {
    code: 'model.none_live',
    parameters: { application: 'parcels', model: 'value' },
  })
})

test('a model is read from its file once for a process', async () => {
  const operator = await foundInstitution(kernel, 'loads')
  await trainLive(kernel, operator, parcels)
  const [model] = await modelsOf(kernel, operator, 'parcels')
  const reads: string[] = []
  const fresh = another()
  const counting = {
    ...fresh,
    objects: {
      ...fresh.objects,
      find: (digest: Uint8Array) => {
        reads.push(hex(digest))
        return fresh.objects.find(digest)
      },
    },
  }
  await loadModels(counting, model === undefined ? [] : [model])
  await loadModels(counting, model === undefined ? [] : [model])
  assert.equal(reads.length, 1)
  await decided(counting, operator, 'parcels', {
    parcelNumber: 'L',
    sentOn: '2026-02-01',
    weightKg: 1,
    contents: 'books',
  })
})
