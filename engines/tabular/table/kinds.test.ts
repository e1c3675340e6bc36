import assert from 'node:assert/strict'
import { test } from 'node:test'
import { compile } from '../scoring/score.ts'
import { seededRandom } from '../training/random.ts'
import { train } from '../training/train.ts'
import { measureQuality } from '../trust/metrics.ts'
import type { FeatureSpec, Row } from './features.ts'

/** Learns from three quarters of the rows and ranks the rest. */
function aucOf(feature: FeatureSpec, rows: readonly Row[], probability: (row: number) => number): number {
  const random = seededRandom(9)
  const labels = rows.map((_, row) => (random.uniform() < probability(row) ? 1 : 0))
  const trainCount = Math.round(0.75 * rows.length)
  const model = train({
    features: [feature],
    rows: rows.slice(0, trainCount),
    labels: labels.slice(0, trainCount),
    seed: 1,
    options: { maxRounds: 30, minLeafWeight: 0.1 },
  })
  const { scores } = compile(model).scoreBatch({ rows: rows.slice(trainCount) })
  return measureQuality({ labels: Float64Array.from(labels.slice(trainCount)), scores }).auc
}

const random = seededRandom(4)
const draws = Array.from({ length: 3_000 }, () => random.below(2 ** 31))
const date = (days: number) => Temporal.PlainDate.from('2024-01-01').add({ days })

test('what happens on Fridays is learned from dates', () => {
  const days = draws.map((draw) => date(draw % 900))
  const rows = days.map((day) => ({ filedOn: day.toString() }))
  const auc = aucOf({ name: 'filedOn', kind: 'date' }, rows, (row) =>
    days[row]?.dayOfWeek === 5 ? 0.99 : 0.01,
  )
  assert.ok(auc > 0.9, `${auc}`)
})

test('what happens each December is learned from dates of earlier years', () => {
  const days = draws.map((_, row) => date(Math.floor(row / 2.5)))
  const rows = days.map((day) => ({ filedOn: day.toString() }))
  const auc = aucOf({ name: 'filedOn', kind: 'date' }, rows, (row) => (days[row]?.month === 12 ? 0.99 : 0.01))
  assert.ok(auc > 0.9, `${auc}`)
})

test('a word is learned however it is written, and so is a pair of words whose parts say nothing', () => {
  const others = ['کرسی', 'میز', 'لوہا', 'steel', 'chairs', 'tables', 'cotton']
  const other = (draw: number) => others[draw % others.length] ?? ''
  const kapra = ['کپڑا', 'كپڑا', 'کَپڑا']
  const words = draws.map((draw) => (draw % 3 === 0 ? (kapra[(draw >> 8) % 3] ?? '') : other(draw >> 8)))
  const byWord = words.map((word, row) => ({
    goods: `${other(draws[row] ?? 0)} ${word} ${other((draws[row] ?? 0) >> 16)}`,
  }))
  const spec: FeatureSpec = { name: 'goods', kind: 'text' }
  const isKapra = (row: number) => (draws[row] ?? 0) % 3 === 0
  assert.ok(aucOf(spec, byWord, (row) => (isKapra(row) ? 0.99 : 0.01)) > 0.9)
  const byPair = draws.map((draw) => ({ goods: draw % 2 === 0 ? 'used new clothes' : 'new used clothes' }))
  assert.ok(aucOf(spec, byPair, (row) => ((draws[row] ?? 0) % 2 === 0 ? 0.99 : 0.01)) > 0.9)
})

test('values that matter only together with others are told apart by sets', () => {
  const rows = draws.map((draw) => ({ route: `r${draw % 40}`, seal: (draw >> 8) % 2 }))
  const labels = draws.map((draw) => ((draw % 40) % 2 === (draw >> 8) % 2 ? 1 : 0))
  const model = train({
    features: [
      { name: 'route', kind: 'category' },
      { name: 'seal', kind: 'number' },
    ],
    rows: rows.slice(0, 2_000),
    labels: labels.slice(0, 2_000),
    seed: 1,
    options: { maxRounds: 60, minLeafWeight: 0.1 },
  })
  const { scores } = compile(model).scoreBatch({ rows: rows.slice(2_000) })
  const { auc } = measureQuality({ labels: Float64Array.from(labels.slice(2_000)), scores })
  assert.ok(auc > 0.9, `${auc}`)
})
