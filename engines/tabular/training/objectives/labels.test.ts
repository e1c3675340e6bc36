import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ObjectiveRows } from '../objective.ts'
import { checkLabels, labelsDiffer, readLabel } from './labels.ts'
import type { ObjectiveSpec } from './objectives.ts'

const rowsOf = (
  labels: readonly number[],
  given: { weights?: readonly number[]; groups?: readonly number[] } = {},
): ObjectiveRows => ({
  labels: Float64Array.from(labels),
  weights: Float64Array.from(given.weights ?? labels.map(() => 1)),
  groups: given.groups === undefined ? undefined : Int32Array.from(given.groups),
})

const refusesLabel = (spec: ObjectiveSpec, label: number | undefined, code: string) =>
  assert.throws(() => readLabel(spec, label, 7), { code, message: /row 7/ })

test('each objective refuses labels that it cannot learn from, by row', () => {
  for (const label of [2, 0.5, -1, Number.NaN, undefined])
    refusesLabel({ name: 'logistic' }, label, 'label_not_binary')
  for (const name of ['squared', 'absolute', 'poisson', 'pairwise'] as const) {
    for (const label of [Number.NaN, Number.POSITIVE_INFINITY, -1e31, undefined])
      refusesLabel({ name }, label, 'label_not_finite')
  }
  refusesLabel({ name: 'poisson' }, -1, 'label_negative')
  refusesLabel({ name: 'tweedie', power: 1.5 }, -0.1, 'label_negative')
})

test('good labels are read as they are, and −0 is 0', () => {
  assert.equal(readLabel({ name: 'logistic' }, 1, 0), 1)
  assert.equal(readLabel({ name: 'squared' }, -3.5, 0), -3.5)
  assert.equal(readLabel({ name: 'poisson' }, 0.5, 0), 0.5)
  assert.ok(Object.is(readLabel({ name: 'squared' }, -0, 0), 0))
})

const refuses = (spec: ObjectiveSpec, rows: ObjectiveRows, code: string, message: RegExp) =>
  assert.throws(() => checkLabels(spec, rows), { code, message })

test('labels must differ, with weight', () => {
  refuses({ name: 'logistic' }, rowsOf([1, 1]), 'labels_one_class', /all alike/)
  refuses({ name: 'logistic' }, rowsOf([0, 1], { weights: [1, 0] }), 'labels_one_class', /with weight/)
  refuses({ name: 'squared' }, rowsOf([3, 3]), 'labels_constant', /all alike/)
  refuses({ name: 'poisson' }, rowsOf([0, 0]), 'labels_constant', /all alike/)
  refuses({ name: 'pairwise' }, rowsOf([1, 1, 2, 2], { groups: [0, 2, 4] }), 'labels_constant', /each query/)
  checkLabels({ name: 'squared' }, rowsOf([3, 4]))
  checkLabels({ name: 'pairwise' }, rowsOf([1, 1, 2, 3], { groups: [0, 2, 4] }))
})

test('a part of the rows can be asked for by itself; a query counts where it lies in the part wholly', () => {
  const plain = rowsOf([0, 0, 1, 1])
  const ask = (rows: ObjectiveRows, name: 'squared' | 'pairwise', from: number, to: number) =>
    labelsDiffer({ name }, rows, { from, to })
  assert.equal(ask(plain, 'squared', 0, 4), true)
  assert.equal(ask(plain, 'squared', 0, 2), false)
  const ranked = rowsOf([0, 1, 1, 1], { groups: [0, 2, 4] })
  assert.equal(ask(ranked, 'pairwise', 0, 2), true)
  assert.equal(ask(ranked, 'pairwise', 2, 4), false)
  assert.equal(ask(ranked, 'pairwise', 1, 4), false)
})

test('groups are for ranking, and must divide the rows into queries of one weight', () => {
  const spec: ObjectiveSpec = { name: 'pairwise' }
  const with_ = (groups: readonly number[]) => rowsOf([0, 1, 0, 1], { groups })
  refuses({ name: 'squared' }, with_([0, 4]), 'groups_invalid', /no use for groups/)
  refuses(spec, rowsOf([0, 1]), 'groups_invalid', /needs groups/)
  refuses(spec, with_([1, 4]), 'groups_invalid', /begin at row 0/)
  refuses(spec, with_([0, 3]), 'groups_invalid', /number of rows/)
  refuses(spec, with_([]), 'groups_invalid', /begin at row 0/)
  refuses(spec, with_([0, 2, 2, 4]), 'groups_invalid', /query 1/)
  refuses(spec, with_([0, 3, 2, 4]), 'groups_invalid', /query 1/)
  refuses(spec, rowsOf([0, 1], { groups: [0, 2], weights: [1, 2] }), 'groups_invalid', /one weight/)
  const long = Array.from({ length: 4_097 }, (_, row) => row)
  refuses(spec, rowsOf(long, { groups: [0, long.length] }), 'groups_invalid', /at most 4096/)
})
