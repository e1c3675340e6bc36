import assert from 'node:assert/strict'
import { test } from 'node:test'
import { leafAt } from '../../model/ensemble.ts'
import type { TabularModel } from '../../model/model.ts'
import { compile } from '../../scoring/score.ts'
import { seededRandom } from '../random.ts'
import { train } from '../train.ts'
import { type ObjectiveSpec, objectiveOf } from './objectives.ts'

const [TRAINED, FRESH, QUERY] = [600, 600, 6]

/** A third of the signal is in the size of x, the rest in y; z is noise. */
function plant(spec: ObjectiveSpec) {
  const random = seededRandom(11)
  const rows = Array.from({ length: TRAINED + FRESH }, () => ({
    x: 4 * random.uniform() - 2,
    y: random.below(5),
    z: random.uniform(),
  }))
  const labels = rows.map(({ x, y }) => {
    const mean = Math.abs(x) + (y > 2 ? 1.5 : 0)
    const noise = random.uniform() + random.uniform() - 1
    if (spec.name === 'logistic') return mean + noise > 1.8 ? 1 : 0
    if (spec.name === 'poisson' || spec.name === 'pairwise') return Math.max(0, Math.round(mean + noise))
    return spec.name === 'tweedie' ? Math.max(0, mean - 1 + noise) : mean + noise
  })
  return { rows, labels: Float64Array.from(labels) }
}

const features = [
  { name: 'x', kind: 'number' as const },
  { name: 'y', kind: 'number' as const },
  { name: 'z', kind: 'number' as const },
]

function learn(
  spec: ObjectiveSpec,
  given: { rows: readonly object[]; labels: Float64Array },
  options: object = {},
) {
  const groups =
    spec.name === 'pairwise' ? { groups: Array.from(given.rows, (_, i) => Math.floor(i / QUERY)) } : {}
  const input = {
    features,
    rows: given.rows.map((row) => ({ x: 0, y: 0, z: 0, ...row })),
    labels: given.labels,
  }
  return train({ ...input, ...groups, seed: 1, options: { objective: spec, maxRounds: 60, ...options } })
}

const specs: readonly ObjectiveSpec[] = [
  { name: 'logistic' },
  { name: 'squared' },
  { name: 'absolute' },
  { name: 'quantile', level: 0.9 },
  { name: 'poisson' },
  { name: 'tweedie', power: 1.5 },
  { name: 'pairwise' },
]

for (const spec of specs) {
  test(`${spec.name}: what was planted is learned, and fresh rows lose less than by the best constant`, () => {
    const { rows, labels } = plant(spec)
    const model = learn(spec, { rows: rows.slice(0, TRAINED), labels: labels.slice(0, TRAINED) })
    const { margins } = compile(model).scoreBatch({ rows: rows.slice(TRAINED) })
    const groups = Int32Array.from({ length: FRESH / QUERY + 1 }, (_, i) => i * QUERY)
    const fresh = { labels: labels.slice(TRAINED), weights: new Float64Array(FRESH).fill(1), groups }
    const [objective, range] = [objectiveOf(spec), { from: 0, to: FRESH }]
    const constant = new Float64Array(FRESH).fill(objective.baseMargin(fresh, range))
    const [loss, before] = [objective.loss(fresh, margins, range), objective.loss(fresh, constant, range)]
    assert.ok(loss < 0.62 * before, `${loss} of ${before}`)
  })
}

/** Margins along x with y and z held. */
function alongX(model: TabularModel): readonly number[] {
  const { margins } = compile(model).scoreBatch({
    rows: Array.from({ length: 81 }, (_, i) => ({ x: -2 + i / 20, y: 3, z: 0.5 })),
  })
  return [...margins]
}

test('a feature that is monotone by declaration is so in the model, for each loss that allows it', () => {
  for (const spec of specs) {
    const { rows, labels } = plant(spec)
    const rising = [{ name: 'x', kind: 'number' as const, monotone: 1 as const }, ...features.slice(1)]
    const groups = spec.name === 'pairwise' ? { groups: rows.map((_, i) => Math.floor(i / QUERY)) } : {}
    const options = { objective: spec, maxRounds: 20, validationShare: 0 }
    const input = { rows, labels, ...groups, seed: 1, options }
    if (spec.name === 'absolute' || spec.name === 'quantile') {
      assert.throws(() => train({ ...input, features: rising }), { code: 'option_invalid', message: /"x"/ })
      continue
    }
    const falls = (margins: readonly number[]) =>
      margins.some((margin, i) => margin < (margins[i - 1] ?? margin))
    assert.equal(falls(alongX(train({ ...input, features: rising }))), false)
    assert.equal(falls(alongX(train({ ...input, features }))), true)
  }
})

test('counts a million times the mean do not make the mean run away', () => {
  const { rows } = plant({ name: 'poisson' })
  const labels = Float64Array.from(rows, (_, i) => (i % 40 === 0 ? 1e8 : i % 3))
  for (const spec of [{ name: 'poisson' }, { name: 'tweedie', power: 1.001 }] as const) {
    const model = learn(spec, { rows, labels }, { learningRate: 1, minLeafWeight: 1e-6, validationShare: 0 })
    const { margins } = compile(model).scoreBatch({ rows })
    assert.ok(margins.every((margin) => Math.abs(margin) < 40))
  }
})

test('features of different groups never meet on a path', () => {
  const given = plant({ name: 'squared' })
  const { trees } = learn({ name: 'squared' }, given, {
    interactions: [['x', 'z'], ['y']],
    validationShare: 0,
  })
  const meets = (node: number, path: ReadonlySet<number>): boolean => {
    const column = trees.column[node] ?? -1
    if (column < 0) return path.has(1) && path.size > 1
    const left = trees.left[node] ?? 0
    const below = new Set([...path, column])
    return meets(left, below) || meets(left + 1, below)
  }
  assert.ok(trees.roots.every((root) => !meets(root, new Set())))
  const columns = new Set(Array.from(trees.roots, (root) => trees.column[root]))
  assert.ok(columns.has(0) && columns.has(1))
})

test('a leaf under absolute loss steps to the median of its residuals', () => {
  const given = plant({ name: 'absolute' })
  const options = { maxRounds: 1, maxDepth: 2, learningRate: 1, validationShare: 0 }
  const { trees, baseMargin } = learn({ name: 'absolute' }, given, options)
  const byLeaf = Map.groupBy(given.rows.keys(), (i) => {
    const { x, y, z } = given.rows[i] ?? { x: 0, y: 0, z: 0 }
    return leafAt(trees, 0, [x, y, z])
  })
  assert.ok(byLeaf.size > 2)
  for (const [leaf, rows] of byLeaf) {
    const sorted = rows.map((i) => (given.labels[i] ?? 0) - baseMargin).sort((a, b) => a - b)
    const median = ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2
    assert.ok(Math.abs((trees.value[leaf] ?? 0) - median) < 1e-12)
  }
})

test('positives that weigh more move margins up, and calibration takes it back', () => {
  const spec: ObjectiveSpec = { name: 'logistic' }
  const given = plant(spec)
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const [plain, heavy] = [1, 8].map((positiveWeight) => learn(spec, given, { positiveWeight }))
  assert.ok(plain !== undefined && heavy !== undefined)
  const [one, other] = [plain, heavy].map((model) => compile(model).scoreBatch({ rows: given.rows }))
  assert.ok(one !== undefined && other !== undefined)
  assert.ok(mean(other.margins) > mean(one.margins) + 0.5)
  assert.ok(Math.abs(mean(other.scores) - mean(one.scores)) < 0.05)
})
