import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TabularInputError } from '../errors.ts'
import type { FeatureColumn } from '../table/columns.ts'
import { compileComparisons, LEAST_ROWS, learnComparisons, MOST_ROWS } from './comparisons.ts'
import { largestReasons } from './reasons.ts'

/** `levels[i]` with `values[i]`, in training order. */
function columnsOf(levels: readonly (string | null)[], values: readonly number[]): readonly FeatureColumn[] {
  const known = [...new Set(levels.filter((level) => level !== null))].sort()
  const codes = Int32Array.from(levels, (level) => (level === null ? 0 : known.indexOf(level) + 1))
  return [
    { name: 'price', kind: 'number', values: Float64Array.from(values), monotone: 0 },
    { name: 'route', kind: 'category', codes, levels: known },
  ]
}

const compared = [{ feature: 'price', by: 'route' }]

test('the figures are the quartiles of the rows alike, and there are none of too few', () => {
  const row = fc.record({ level: fc.constantFrom('a', 'b', null), value: fc.option(fc.integer({ max: 50 })) })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (rows) => {
      const values = rows.map(({ value }) => value ?? Number.NaN)
      const [learned] = learnComparisons(
        columnsOf(
          rows.map(({ level }) => level),
          values,
        ),
        compared,
      )
      const find = compileComparisons(learned === undefined ? [] : [learned])
      for (const level of ['a', 'b']) {
        const own = rows.flatMap((one) => (one.level === level && one.value !== null ? [one.value] : []))
        const figures = find('price', { route: level, price: 1 })
        if (own.length < LEAST_ROWS) {
          assert.equal(figures, undefined)
          continue
        }
        assert.equal(figures?.count, own.length)
        const below = (figure: number) => own.filter((value) => value < figure).length
        const upTo = (figure: number) => own.filter((value) => value <= figure).length
        for (const [name, share] of [
          ['lower', 0.25],
          ['median', 0.5],
          ['upper', 0.75],
        ] as const) {
          const figure: number = figures?.[name] ?? Number.NaN
          assert.ok(below(figure) <= share * (own.length - 1) + 1 && upTo(figure) >= share * (own.length - 1))
        }
      }
      assert.equal(find('price', { route: null, price: 1 }), undefined)
      assert.equal(find('price', { route: 'c', price: 1 }), undefined)
      assert.equal(find('route', { route: 'a', price: 1 }), undefined)
    }),
  )
})

test('an even number of rows has its median halfway between the two in the middle', () => {
  const [learned] = learnComparisons(
    columnsOf(Array(12).fill('a'), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 100]),
    compared,
  )
  assert.deepEqual([learned?.lower, learned?.median, learned?.upper], [[3.75], [6.5], [9.25]])
})

test('of many rows the latest count', () => {
  const values = Array.from({ length: MOST_ROWS + 500 }, (_, row) => (row < 500 ? 0 : row < 1_000 ? 7 : 9))
  const [learned] = learnComparisons(columnsOf(Array(values.length).fill('a'), values), compared)
  assert.deepEqual([learned?.counts, learned?.lower, learned?.upper], [[MOST_ROWS], [7], [9]])
})

test('only numbers are compared, and only by texts', () => {
  const columns = columnsOf(['a'], [1])
  for (const wrong of [
    { feature: 'route', by: 'route' },
    { feature: 'price', by: 'price' },
    { feature: 'price', by: 'absent' },
    { feature: 'absent', by: 'route' },
  ])
    assert.throws(
      () => learnComparisons(columns, [wrong]),
      (error) => error instanceof TabularInputError && error.code === 'comparison_invalid',
    )
})

test('reasons are the largest contributions, each with the figures it is compared with', () => {
  const levels = Array(20).fill('a')
  const findFigures = compileComparisons(
    learnComparisons(
      columnsOf(
        levels,
        levels.map((_, i) => i),
      ),
      compared,
    ),
  )
  const source = {
    featureNames: ['mass', 'price', 'route', 'noise'],
    findHistory: (feature: string) =>
      feature === 'route' ? { seen: 20, positive: 5, prior: 0.1 } : undefined,
    findFigures,
  }
  const row = { mass: 3, price: 0.8, route: 'a', noise: 2 }
  const contributions = Float64Array.of(-0.5, 0.5, 2, 0)
  assert.deepEqual(largestReasons(source, row, { contributions, count: 9 }), [
    { code: 'route', value: 'a', weight: 2, compared: { seen: 20, positive: 5 } },
    { code: 'mass', value: 3, weight: -0.5 },
    {
      code: 'price',
      value: 0.8,
      weight: 0.5,
      compared: { count: 20, lower: 4.75, median: 9.5, upper: 14.25 },
    },
  ])
  assert.equal(largestReasons(source, row, { contributions, count: 1 }).length, 1)
  const missing = { ...row, price: null }
  assert.deepEqual(largestReasons(source, missing, { contributions, count: 3 })[2], {
    code: 'price',
    value: null,
    weight: 0.5,
  })
})
