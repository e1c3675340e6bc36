import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TrainingStopped } from '../errors.ts'
import { encodeModel } from '../model/model-file.ts'
import { plantTable } from '../planted-table.ts'
import { compile } from '../scoring/score.ts'
import { measureQuality } from '../trust/metrics.ts'
import { seededRandom } from './random.ts'
import { type TrainingProgress, train, trainInRounds } from './train.ts'

const small = { maxRounds: 12, maxLeaves: 8, minLeafWeight: 0.1 }

test('what was planted is found: ranking new rows comes close to the best possible', () => {
  const { features, rows, labels, truth } = plantTable(16_000, 1)
  const past = 12_000
  const model = train({ features, rows: rows.slice(0, past), labels: labels.subarray(0, past), seed: 1 })
  const { scores } = compile(model).scoreBatch({ rows: rows.slice(past) })
  const quality = measureQuality({ labels: labels.subarray(past), scores })
  const best = measureQuality({ labels: labels.subarray(past), scores: truth.subarray(past) })
  assert.ok(quality.auc > best.auc - 0.02, `AUC ${quality.auc}, the best possible is ${best.auc}`)
  assert.ok(quality.calibrationError < 0.03, `calibration error ${quality.calibrationError}`)
})

test('labels that nothing foretells yield few trees, and scores that stay near the base rate', () => {
  const { features, rows } = plantTable(3_000, 1)
  for (const seed of [1, 2, 3]) {
    const random = seededRandom(seed)
    const labels = rows.map(() => (random.uniform() < 0.3 ? 1 : 0))
    const model = train({ features, rows, labels, seed: 1 })
    const { scores } = compile(model).scoreBatch({ rows: plantTable(500, 3).rows })
    const apart = scores.reduce((sum, score) => sum + Math.abs(score - 0.3), 0) / scores.length
    assert.ok(
      model.trees.roots.length <= 15 && apart < 0.05,
      `${model.trees.roots.length} trees, ${apart} apart`,
    )
  }
})

test('the same input and seed give the same bytes; row sampling makes the seed matter', () => {
  const table = plantTable(800, 1)
  const options = { ...small, rowShare: 0.7, columnShare: 0.7 }
  const bytes = (seed: number) => encodeModel(train({ ...table, seed, options }))
  assert.deepEqual(bytes(4), bytes(4))
  assert.notDeepEqual(bytes(4), bytes(5))
})

test('the order of rows does not matter when their times are given, nor does the table layout', () => {
  const { features, rows, labels } = plantTable(600, 1)
  const expected = encodeModel(train({ features, rows, labels, seed: 1, options: small }))
  const shuffled = rows.map((_, i) => (i * 7) % rows.length).map((at) => ({ row: rows[at] ?? {}, at }))
  const byTime = train({
    features,
    rows: shuffled.map(({ row }) => row),
    labels: shuffled.map(({ at }) => labels[at] ?? 0),
    order: shuffled.map(({ at }) => at),
    seed: 1,
    options: small,
  })
  assert.deepEqual(encodeModel(byTime), expected)
  const columns = Object.fromEntries(features.map(({ name }) => [name, rows.map((row) => row[name] ?? null)]))
  assert.deepEqual(encodeModel(train({ features, columns, labels, seed: 1, options: small })), expected)
})

test('a strictly increasing transform of a number changes no training prediction', () => {
  const number = fc.integer({ min: -1_000, max: 1_000 })
  const row = fc.record({ x: number, y: number, label: fc.integer({ min: 0, max: 1 }) })
  const options = { ...small, validationShare: 0, maxBins: 32 }
  fc.assert(
    fc.property(fc.array(row, { minLength: 20, maxLength: 120 }), (list) => {
      const labels = list.map(({ label }) => label)
      fc.pre(new Set(labels).size === 2 && new Set(list.map(({ x }) => x)).size > 1)
      const predict = (rows: { x: number; y: number }[]) => {
        const features = [
          { name: 'x', kind: 'number' },
          { name: 'y', kind: 'number' },
        ] as const
        return compile(train({ features, rows, labels, seed: 1, options })).scoreBatch({ rows }).margins
      }
      assert.deepEqual(predict(list.map(({ x, y }) => ({ x: x ** 3 + x, y }))), predict(list))
    }),
    { numRuns: 50 },
  )
})

test('a row with weight two counts as two rows', () => {
  const { rows, labels } = plantTable(400, 1)
  const features = [
    { name: 'mass', kind: 'number' },
    { name: 'code', kind: 'code' },
  ] as const
  const options = { ...small, validationShare: 0 }
  const weighted = train({ features, rows, labels, weights: rows.map(() => 2), seed: 1, options })
  const doubled = train({
    features,
    rows: rows.flatMap((row) => [row, row]),
    labels: [...labels].flatMap((label) => [label, label]),
    seed: 1,
    options,
  })
  const margins = (model: typeof weighted) => compile(model).scoreBatch({ rows }).margins
  const apart = margins(weighted).map((margin, i) => Math.abs(margin - (margins(doubled)[i] ?? 0)))
  assert.ok(Math.max(...apart) < 1e-6)
})

test('progress counts both phases, stopping is obeyed, and rounds can be resumed by hand', () => {
  const table = { ...plantTable(400, 1), seed: 1, options: { ...small, patience: 100 } }
  const seen: TrainingProgress[] = []
  const model = train({ ...table, onProgress: (progress) => seen.push(progress) })
  assert.equal(seen.filter(({ phase }) => phase === 'validate').length, 12)
  assert.equal(seen.filter(({ phase }) => phase === 'fit').length, model.trees.roots.length)
  assert.ok(seen.every(({ phase, validationLoss }) => (validationLoss === null) === (phase === 'fit')))
  assert.throws(() => train({ ...table, shouldStop: () => true }), TrainingStopped)
  const rounds = trainInRounds(table)
  let step = rounds.next()
  while (step.done !== true) step = rounds.next()
  assert.deepEqual(encodeModel(step.value), encodeModel(model))
})
