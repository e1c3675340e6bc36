import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decided, foundInstitution, freshKernel, trainLive } from '../../test/kernel.ts'
import { contradictions, entryCounts } from '../../test/log.ts'
import type { Actor } from '../access/roles.ts'
import { caseIdOf } from '../cases/cases.ts'
import { comparisonSet } from './comparison.ts'
import { evaluateModel, evaluationsOf, reportOf } from './evaluations.ts'
import { exportModel, importModel } from './exchange.ts'
import { explainCase, explainRow } from './explanation.ts'
import { type ModelRow, modelsOf } from './models.ts'
import { promotionOf } from './promotion.ts'
import { searchSettings } from './search.ts'
import { trainModel } from './training.ts'

const { kernel, database } = await freshKernel()
const owner = await database.connect()
const parcels = { applicationId: 'parcels', modelName: 'danger' }
const always = { from: '2000-01-01', to: '2100-01-01' }
const late = { from: '2026-01-15', to: '2026-01-31' }

const operator = await foundInstitution(kernel, 'measures')
await trainLive(kernel, operator, { ...parcels, count: 300 })
const [model] = await modelsOf(kernel, operator, 'parcels')
assert.ok(model)
const live: ModelRow = model

test('a model is measured, and what was found is kept with its entry in the log', async () => {
  const kept = await evaluateModel(kernel, operator, { model: live, ...late, seed: 1 })
  assert.ok(kept)
  const [row] = await evaluationsOf(kernel, operator, live)
  assert.deepEqual(row, kept)
  const { figures, erased, withheld, withoutFeatures } = reportOf(kept)
  assert.deepEqual([erased, withheld, withoutFeatures], [0, 0, 0])
  assert.ok(figures.rows > 100 && figures.positives > 0)
  const { auc } = figures
  assert.ok(auc.low <= auc.value && auc.value <= auc.high && auc.value > 0.7)
  assert.equal(
    figures.reliability.reduce((sum, one) => sum + one.rows, 0),
    figures.rows,
  )
  assert.deepEqual(figures.drift?.features.map(({ feature }) => feature).toSorted(), ['contents', 'weightKg'])
  assert.equal((await entryCounts(owner, operator.institutionId)).get('model.evaluated'), 1)
  assert.deepEqual(await contradictions(owner, operator.institutionId), [])
})

test('the same model, cases and seed give the same figures; one that was stopped keeps none', async () => {
  const again = await evaluateModel(kernel, operator, { model: live, ...late, seed: 1 })
  const [, first] = await evaluationsOf(kernel, operator, live)
  assert.deepEqual(again && reportOf(again), first && reportOf(first))
  const stopping = AbortSignal.abort()
  const given = { model: live, ...late, seed: 1, waiting: { signal: stopping } }
  assert.equal(await evaluateModel(kernel, operator, given), undefined)
  assert.equal((await evaluationsOf(kernel, operator, live)).length, 2)
})

test('another institution sees no evaluation, and a period without cases measures nothing', async () => {
  const elsewhere = await foundInstitution(kernel, 'elsewhere')
  assert.deepEqual(await evaluationsOf(kernel, elsewhere, live), [])
  const nothing = { model: live, from: '2020-01-01', to: '2020-12-31', seed: 1 }
  await assert.rejects(evaluateModel(kernel, operator, nothing), { code: 'model.nothing_to_measure' })
})

test('a reason names each feature, and all of them lie between the two margins', async () => {
  const explained = await explainRow(kernel, live, { weightKg: 22, contents: 'fireworks' })
  assert.deepEqual(explained.reasons.map(({ code }) => code).toSorted(), ['contents', 'weightKg'])
  const sum = explained.reasons.reduce((total, { weight }) => total + weight, explained.expectedMargin)
  assert.ok(Math.abs(sum - explained.margin) < 1e-9)
  await assert.rejects(explainRow(kernel, live, { weightKg: 22 }), { code: 'model.engine_refused' })
})

test('a case whose fields are sealed is explained for a purpose, which is a read, and not without', async () => {
  const parcel = {
    parcelNumber: 'SEALED',
    sentOn: '2026-02-01',
    weightKg: 3,
    contents: 'books',
    senderName: 'Zainab',
  }
  await decided(kernel, operator, 'parcels', parcel)
  const caseId = await caseIdOf(kernel, operator, { applicationId: 'parcels', reference: 'SEALED' })
  const asked = { model: live, caseId }
  await assert.rejects(explainCase(kernel, operator, { ...asked, purpose: undefined }), {
    code: 'model.case_sealed',
  })
  const reads = async () => (await entryCounts(owner, operator.institutionId)).get('access.read') ?? 0
  const before = await reads()
  const explained = await explainCase(kernel, operator, { ...asked, purpose: 'audit' })
  assert.equal(await reads(), before + 1)
  assert.deepEqual(explained, await explainRow(kernel, live, { weightKg: 3, contents: 'books' }))
})

test('two models are compared on the same cases, each opened once', async () => {
  const other = await trainModel(kernel, operator, { ...parcels, ...always, seed: 2 })
  const set = await comparisonSet(kernel, operator, { models: [live, other], ...late })
  const [scores, otherScores] = set.scores
  assert.ok(scores.length > 100 && scores.length === set.labels.length)
  assert.equal(otherScores.length, scores.length)
  assert.notDeepEqual(otherScores, scores)
  const twice = await comparisonSet(kernel, operator, { models: [live, live], ...late })
  assert.deepEqual(twice.scores, [scores, scores])
})

test('a model of another installation is a draft, says where it is from, and two persons make it live', async () => {
  const elsewhere: Actor = await foundInstitution(kernel, 'takes-in')
  const bytes = await exportModel(kernel, live, undefined)
  const taken = await importModel(kernel, elsewhere, { ...parcels, bytes })
  assert.deepEqual([taken.state, taken.origin], ['draft', 'imported'])
  assert.deepEqual(taken.modelDigest, live.modelDigest)
  const counts = await entryCounts(owner, elsewhere.institutionId)
  assert.deepEqual([counts.get('model.imported'), counts.get('model.trained')], [1, undefined])
  const promotion = { applicationId: 'parcels', digest: taken.modelDigest }
  assert.equal((await promotionOf(kernel, elsewhere, promotion)).body.model, 'danger')
  assert.deepEqual(await contradictions(owner, elsewhere.institutionId), [])
})

test('bytes that are no model, and inputs that are no features, are refused and nothing is kept', async () => {
  const elsewhere = await foundInstitution(kernel, 'refuses')
  const refused = { code: 'model.engine_refused' }
  await assert.rejects(
    importModel(kernel, elsewhere, { ...parcels, bytes: Buffer.from('not a model') }),
    refused,
  )
  const bytes = await exportModel(kernel, live, undefined)
  for (const inputs of [
    ['weightKg'],
    ['weightKg', 'weightKg'],
    ['weightKg', 'colour'],
    ['contents', 'weightKg'],
  ])
    await assert.rejects(importModel(kernel, elsewhere, { ...parcels, bytes, inputs }), refused)
  assert.deepEqual(await modelsOf(kernel, elsewhere, 'parcels'), [])
})

test('a model goes out as ONNX, and in no format that the engine does not write', async () => {
  const onnx = await exportModel(kernel, live, 'onnx')
  assert.equal(onnx[0], 0x08)
  await assert.rejects(exportModel(kernel, live, 'pmml'), { code: 'model.engine_cannot' })
})

test('a search tells how far it is, finds the same settings again, and keeps nothing', async () => {
  const seen: number[] = []
  const request = {
    ...parcels,
    ...always,
    seed: 1,
    configurations: 3,
    rounds: 9,
    waiting: { onProgress: ({ done }: { readonly done: number }) => void seen.push(done) },
  }
  const before = (await modelsOf(kernel, operator, 'parcels')).length
  const found = await searchSettings(kernel, operator, request)
  assert.deepEqual(found, await searchSettings(kernel, operator, request))
  assert.equal(found?.budgetRounds, (3 * 3 + 9) * 3)
  assert.ok(seen.includes(found.budgetRounds))
  const [best] = found.trials
  assert.ok(best && best.metric > 0 && best.metric < Math.log(2))
  await trainModel(kernel, operator, { ...parcels, ...always, seed: 5, settings: best.settings })
  assert.equal((await modelsOf(kernel, operator, 'parcels')).length, before + 1)
  const stopped = { ...request, waiting: { signal: AbortSignal.abort() } }
  assert.equal(await searchSettings(kernel, operator, stopped), undefined)
})
