import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InputErrorCode } from '../errors.ts'
import type { FeatureSpec } from './features.ts'
import { type LabelledTable, readTrainingData } from './training-data.ts'

const features: readonly FeatureSpec[] = [
  { name: 'mass', kind: 'number' },
  { name: 'route', kind: 'category' },
]
const count = 40
const columns = {
  mass: Float64Array.from({ length: count }, (_, i) => i % 9),
  route: { codes: Int32Array.from({ length: count }, (_, i) => i % 4), levels: ['a', 'b', 'c', 'd'] },
}
const labels = Uint8Array.from({ length: count }, (_, i) => i % 2)
const good: LabelledTable = { features, columns, labels }

const refuses = (change: object, code: InputErrorCode, message: RegExp) =>
  assert.throws(() => readTrainingData({ ...good, ...change }), { name: 'TabularInputError', code, message })

test('labels and weights stand in the order of time, and each row knows where it came from', () => {
  const order = Float64Array.from({ length: count }, (_, i) => -i)
  const weights = Float64Array.from({ length: count }, (_, i) => 1 + i)
  const data = readTrainingData({ ...good, order, weights })
  assert.deepEqual(
    data.order,
    Int32Array.from({ length: count }, (_, i) => count - 1 - i),
  )
  assert.deepEqual([...data.labels.subarray(0, 3)], [1, 0, 1])
  assert.deepEqual([...data.weights.subarray(0, 3)], [40, 39, 38])
  assert.ok(data.columns[0] !== undefined && 'values' in data.columns[0])
  assert.equal(data.columns[0].values[0], 39 % 9)
  assert.equal(readTrainingData(good).order, undefined)
})

test('a feature from which nothing can be learned is named; if all are so, nothing is learned', () => {
  const mixed = readTrainingData({
    ...good,
    features: [...features, { name: 'same', kind: 'code' }, { name: 'none', kind: 'date' }],
    columns: { ...columns, same: Array<string>(count).fill('x'), none: Array<null>(count).fill(null) },
  })
  assert.deepEqual(mixed.silent, [
    { name: 'same', why: 'constant' },
    { name: 'none', why: 'all_missing' },
  ])
  assert.deepEqual(readTrainingData(good).silent, [])
  const of = (mass: number, code: number) => ({
    columns: {
      mass: columns.mass.map(() => mass),
      route: { ...columns.route, codes: columns.route.codes.map(() => code) },
    },
  })
  refuses(of(3, 1), 'features_constant', /one value in all rows/)
  refuses(of(Number.NaN, 1), 'features_constant', /one value in all rows/)
  refuses(of(Number.NaN, -1), 'features_all_missing', /missing in all rows/)
})

test('one row, no row and rows of different number are refused', () => {
  const first = (length: number) => ({
    columns: {
      mass: columns.mass.slice(0, length),
      route: { ...columns.route, codes: columns.route.codes.slice(0, length) },
    },
    labels: labels.slice(0, length),
  })
  refuses(first(0), 'rows_empty', /no rows/)
  refuses({ ...first(1), objective: { name: 'squared' }, labels: [3] }, 'rows_too_few', /1 row is too few/)
  refuses(first(4), 'rows_too_few', /4 rows are too few; at least 10|4 rows are too few/)
  refuses({ labels: labels.slice(1) }, 'length_mismatch', /40 rows and 39 labels/)
  refuses({ weights: [1] }, 'length_mismatch', /40 rows and 1 weights/)
  refuses(
    { columns: { ...columns, mass: [1] } },
    'length_mismatch',
    /"route" has 40 values where the first feature has 1/,
  )
  refuses({ columns: { mass: columns.mass } }, 'feature_missing', /"route" is absent/)
  refuses({ columns: { ...columns, mass: 'x' } }, 'feature_wrong_type', /not a list/)
})

test('labels are what the objective learns from', () => {
  const every = (label: unknown) => ({ labels: Array.from(labels, () => label) })
  refuses({ labels: [...labels].map((_, i) => i % 3) }, 'label_not_binary', /label of row 2/)
  refuses(every(1), 'labels_one_class', /all alike/)
  refuses(every('1'), 'label_not_finite', /row 0 is a string/)
  refuses({ ...every(Number.NaN), objective: { name: 'squared' } }, 'label_not_finite', /row 0/)
  const real = labels.map((label, i) => label * i)
  assert.deepEqual(
    [...readTrainingData({ ...good, labels: real, objective: { name: 'squared' } }).labels],
    [...real],
  )
})

test('weights are finite, not negative and not all nothing', () => {
  for (const weight of [-1, Number.NaN, Number.POSITIVE_INFINITY, '2'])
    refuses({ weights: Array.from(labels, () => weight) }, 'weight_invalid', /weight of row 0/)
  refuses({ weights: Array.from(labels, () => 0) }, 'weight_invalid', /all 0/)
})

test('rows of one query stand together', () => {
  const groups = Array.from(labels, (_, i) => `query ${i % 4}`)
  const data = readTrainingData({
    ...good,
    groups,
    labels: labels.map((_, i) => i % 3),
    objective: { name: 'pairwise' },
  })
  assert.deepEqual(data.groups, Int32Array.of(0, 10, 20, 30, 40))
  assert.deepEqual([...(data.order ?? []).slice(0, 3)], [0, 4, 8])
  refuses({ groups }, 'groups_invalid', /no use for groups/)
})

test('what a kind of feature has no use for is refused', () => {
  const of = (change: object) => ({ features: [{ name: 'mass', kind: 'number', ...change }, features[1]] })
  refuses(of({ monotone: 2 }), 'feature_option_invalid', /"mass": monotone must be/)
  refuses(of({ buckets: 64 }), 'feature_option_invalid', /a number has no buckets/)
  refuses(of({ kind: 'code', monotone: 1 }), 'feature_option_invalid', /a code cannot be monotone/)
  refuses(of({ kind: 'text', buckets: 7 }), 'feature_option_invalid', /from 8 to 1024/)
  refuses(of({ kind: 'text', buckets: 64.5 }), 'feature_option_invalid', /whole number/)
  refuses(of({ kind: 'level' }), 'feature_kind_unknown', /"level"; known kinds are/)
})
