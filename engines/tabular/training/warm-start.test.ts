import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plantTable } from '../planted-table.ts'
import { compile } from '../scoring/score.ts'
import { measureQuality } from '../trust/metrics.ts'
import { train } from './train.ts'

const { features, rows, labels } = plantTable(9_000, 1)
const part = (from: number, to: number) => ({
  features,
  rows: rows.slice(from, to),
  labels: labels.subarray(from, to),
  seed: 1,
})
const early = train({ ...part(0, 3_000), options: { maxRounds: 20 } })

test('trees are added to a model, which stays as it was', () => {
  const later = train({ ...part(3_000, 6_000), warmStart: early, options: { maxRounds: 20 } })
  const old = early.trees.roots.length
  assert.ok(later.trees.roots.length > old)
  assert.deepEqual(later.trees.value.subarray(0, early.trees.value.length), early.trees.value)
  assert.deepEqual(later.features, early.features)
  const aucOf = (model: typeof early) =>
    measureQuality({
      labels: labels.subarray(6_000),
      scores: compile(model).scoreBatch({ rows: rows.slice(6_000) }).scores,
    }).auc
  assert.ok(aucOf(later) > aucOf(early) + 0.005, `${aucOf(later)} after ${aucOf(early)}`)
})

test('a model of other features or another objective is not added to', () => {
  const other = { ...part(3_000, 4_000), features: features.slice(1) }
  assert.throws(() => train({ ...other, warmStart: early }), { code: 'warm_start_other' })
  const squared = { options: { objective: { name: 'squared' } } } as const
  assert.throws(() => train({ ...part(3_000, 4_000), ...squared, warmStart: early }), {
    code: 'warm_start_other',
  })
})
