import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { beginsMissing, isConstant, readFeature } from './columns.ts'
import {
  type CodedTexts,
  type Column,
  type FeatureSpec,
  type FeatureValue,
  MAX_LEVELS,
  type Table,
} from './features.ts'

const number = fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }))
const text = fc.option(
  fc.oneof(fc.constantFrom('610910', '', '__proto__', 'کپڑا'), fc.string({ maxLength: 4 })),
)
const date = fc.option(
  fc
    .integer({ min: -9_000, max: 30_000 })
    .map((days) => Temporal.PlainDate.from('1970-01-01').add({ days }).toString()),
)

const kinds: readonly (readonly [FeatureSpec['kind'], fc.Arbitrary<FeatureValue>])[] = [
  ['number', number],
  ['code', text],
  ['category', text],
  ['date', date],
  ['text', text],
]

/** Any order of the rows, or none. */
const orderOf = (count: number) =>
  fc.option(
    fc.shuffledSubarray(
      Array.from({ length: count }, (_, row) => row),
      { minLength: count },
    ),
    { nil: undefined },
  )

const listed = (values: fc.Arbitrary<FeatureValue>) =>
  fc
    .array(values, { minLength: 1, maxLength: 30 })
    .chain((list) => fc.tuple(fc.constant(list), orderOf(list.length)))

/** Codes of a level list that is in no order, repeats itself and has levels that do not occur. */
function coded(list: readonly FeatureValue[]): CodedTexts {
  const levels = ['never', ...list.map(String).reverse(), 'never']
  const codes = list.map((value, row) => (value === null ? -1 : list.length - row))
  return { codes: Int32Array.from(codes), levels }
}

const floats = (list: readonly FeatureValue[]) =>
  Float64Array.from(list, (value) => (value === null ? Number.NaN : Number(value)))

const read = (
  table: Table,
  kind: FeatureSpec['kind'],
  order?: readonly number[],
  count = order?.length ?? 0,
) => readFeature(table, { name: 'x', kind }, { count, order: order && Int32Array.from(order) })

test('rows, lists and typed columns of the same values read the same, in any order', () => {
  for (const [kind, values] of kinds) {
    fc.assert(
      fc.property(listed(values), ([list, order]) => {
        const rows = list.map((x) => ({ x, other: 1 }))
        const expected = read({ rows }, kind, order, list.length)
        const typed: Column = kind === 'number' ? floats(list) : coded(list)
        for (const x of [list, typed])
          assert.deepEqual(
            zeroed(read({ columns: { x, other: [] } }, kind, order, list.length)),
            zeroed(expected),
          )
        if (order === undefined) return
        const arranged = order.map((row) => ({ x: list[row] ?? null }))
        assert.deepEqual(read({ rows: arranged }, kind, undefined, list.length), expected)
      }),
      { numRuns: 60 },
    )
  }
})

/** A typed column keeps its −0, which every comparison takes for 0. */
function zeroed(column: object): object {
  return 'values' in column && column.values instanceof Float64Array
    ? { ...column, values: column.values.map((value) => value + 0) }
    : column
}

test('a floating-point column in order is used where it lies', () => {
  const x = Float64Array.of(1, Number.NaN, 3)
  const column = readFeature(
    { columns: { x } },
    { name: 'x', kind: 'number' },
    { count: 3, order: undefined },
  )
  assert.ok('values' in column && column.values === x)
  const single = Float32Array.of(1, Number.NaN, 3)
  const arranged = read({ columns: { x: single } }, 'number', [2, 0, 1])
  assert.ok('values' in arranged)
  assert.deepEqual(arranged.values, Float32Array.of(3, 1, Number.NaN))
})

test('whole numbers in typed columns are numbers like any other', () => {
  const column = read({ columns: { x: Uint8Array.of(3, 0, 255) } }, 'number', [2, 1, 0])
  assert.ok('values' in column)
  assert.deepEqual(column.values, Float64Array.of(255, 0, 3))
})

const refuses = (x: unknown, kind: FeatureSpec['kind'], expected: { code: string; message: RegExp }) => {
  const columns: Readonly<Record<string, Column>> = { x: x as Column }
  assert.throws(() => read({ columns }, kind, [0, 1]), expected)
}

test('values of another kind are refused with their row', () => {
  refuses([1, '2'], 'number', { code: 'feature_wrong_type', message: /a string in row 1/ })
  refuses([1, true], 'number', { code: 'feature_wrong_type', message: /a boolean in row 1/ })
  refuses([1n, 2n], 'number', { code: 'feature_wrong_type', message: /a bigint in row 0/ })
  refuses(['a', 610_910], 'code', { code: 'feature_wrong_type', message: /a number in row 1/ })
  refuses(Float64Array.of(1, 2), 'category', { code: 'feature_wrong_type', message: /a number in row 0/ })
  refuses(['a', { toString: () => 'b' }], 'text', {
    code: 'feature_wrong_type',
    message: /an? object in row 1/,
  })
  refuses(['2026-01-01', '2026-02-30'], 'date', { code: 'date_invalid', message: /in row 1/ })
  refuses([1, undefined], 'number', { code: 'feature_missing', message: /in row 1/ })
  refuses(['a'], 'text', { code: 'feature_missing', message: /in row 1/ })
})

test('infinities are refused in every kind of column, and NaN where null is the missing value', () => {
  for (const infinite of [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    refuses([1, infinite], 'number', { code: 'feature_not_finite', message: /Infinity in row 1/ })
    refuses(Float64Array.of(1, infinite), 'number', {
      code: 'feature_not_finite',
      message: /Infinity in row 1/,
    })
    refuses(Float32Array.of(1, infinite), 'number', {
      code: 'feature_not_finite',
      message: /Infinity in row 1/,
    })
  }
  refuses([Number.NaN, 1], 'number', { code: 'feature_not_finite', message: /NaN in row 0/ })
})

test('codes without a level, levels that are no texts and texts for numbers are refused', () => {
  const levels = ['a', 'b']
  refuses({ codes: Int32Array.of(0, 2), levels }, 'code', { code: 'level_unknown', message: /in row 1/ })
  refuses({ codes: Int32Array.of(-2, 0), levels }, 'category', { code: 'level_unknown', message: /in row 0/ })
  refuses({ codes: Int32Array.of(0, 0), levels: ['a', 3] }, 'code', {
    code: 'feature_wrong_type',
    message: /level 1/,
  })
  refuses({ codes: Int32Array.of(0, 1), levels }, 'number', {
    code: 'feature_wrong_type',
    message: /list of texts/,
  })
  refuses({ codes: [0.5, 0], levels }, 'code', { code: 'feature_wrong_type', message: /not a list/ })
  refuses({ codes: Int32Array.of(0, 1), levels: 'ab' }, 'code', {
    code: 'feature_wrong_type',
    message: /not a list/,
  })
  refuses('ab', 'code', { code: 'feature_wrong_type', message: /not a list/ })
  refuses(null, 'code', { code: 'feature_wrong_type', message: /not a list/ })
})

test('a category of more levels than any category has is refused, not hashed', () => {
  const count = MAX_LEVELS + 1
  const x = Array.from({ length: count }, (_, row) => String(row))
  const order = undefined
  assert.throws(() => readFeature({ columns: { x } }, { name: 'x', kind: 'category' }, { count, order }), {
    code: 'category_too_many_levels',
    message: /"x" has more than 1000000 values/,
  })
})

test('one value in all rows is constant, missing being a value', () => {
  const of = (kind: FeatureSpec['kind'], list: readonly FeatureValue[]) => {
    const column = read({ rows: list.map((x) => ({ x })) }, kind, undefined, list.length)
    return [isConstant(column, list.length), beginsMissing(column)]
  }
  assert.deepEqual(of('number', [0, -0, 0]), [true, false])
  assert.deepEqual(of('number', [null, null]), [true, true])
  assert.deepEqual(of('number', [null, 1]), [false, true])
  assert.deepEqual(of('number', [1, null]), [false, false])
  assert.deepEqual(of('code', ['a', 'a']), [true, false])
  assert.deepEqual(of('category', [null, null]), [true, true])
  assert.deepEqual(of('category', ['a', 'b']), [false, false])
  assert.deepEqual(of('date', ['2026-01-01', '2026-01-01T10:00']), [true, false])
  assert.deepEqual(of('date', [null, null]), [true, true])
  assert.deepEqual(of('text', ['One two', 'one TWO']), [true, false])
  assert.deepEqual(of('text', [null, null]), [true, true])
})
