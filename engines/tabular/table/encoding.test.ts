import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { readFeature } from './columns.ts'
import { columnsOf, type FittedFeature, featureOfColumns, fitEncoders, setColumnsOf } from './encoding.ts'
import type { FeatureSpec, Row } from './features.ts'
import { compileEncoders, compileTableEncoder } from './row-encoding.ts'

const specs: readonly FeatureSpec[] = [
  { name: 'mass', kind: 'number', monotone: 1 },
  { name: 'hs6', kind: 'code' },
  { name: 'route', kind: 'category' },
  { name: 'filedOn', kind: 'date' },
  { name: 'goods', kind: 'text', buckets: 16 },
]

const days = fc.integer({ min: -9_000, max: 30_000 })
const row: fc.Arbitrary<Row> = fc.record({
  mass: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0)),
  hs6: fc.option(fc.constantFrom('0101', '0102', '610910', '610990', '__proto__', 'constructor')),
  route: fc.option(fc.constantFrom('PK|CN', 'PK|AE', 'hasOwnProperty', 'rare')),
  filedOn: fc.option(days.map((day) => Temporal.PlainDate.from('1970-01-01').add({ days: day }).toString())),
  goods: fc.option(fc.constantFrom('used clothes', 'پرانے کپڑے', 'Clothes', '')),
})
const table = fc.record({
  rows: fc.array(row, { minLength: 2, maxLength: 80 }),
  share: fc.double({ min: 0, max: 1, noNaN: true }),
  seed: fc.nat(),
})

function fit(rows: readonly Row[], trainCount: number, seed: number) {
  const count = rows.length
  const columns = specs.map((spec) => readFeature({ rows }, spec, { count, order: undefined }))
  const labels = Float64Array.from(rows, (_, i) => ((i * 7 + seed) % 11) - 3)
  return fitEncoders(columns, { labels, weights: new Float64Array(count).fill(1) }, { trainCount })
}

/** Columns whose training rows see their own past instead of all of it. */
const isOrdered = (features: readonly FittedFeature[], column: number) => {
  const featureOf = featureOfColumns(features)
  const feature = features[featureOf[column] ?? 0]
  return feature?.kind === 'category' && column - featureOf.indexOf(featureOf[column] ?? 0) < 2
}

test('a new row is encoded as training encoded its later rows, and every row but for its history', () => {
  fc.assert(
    fc.property(table, ({ rows, share, seed }) => {
      const trainCount = Math.max(1, Math.floor(share * rows.length))
      const { features, encoded } = fit(rows, trainCount, seed)
      const into = new Float64Array(encoded.length)
      const encode = compileEncoders(features)
      const routes = new Set(rows.slice(0, trainCount).map(({ route }) => route))
      rows.forEach((one, i) => {
        encode(one, into)
        encoded.forEach(({ values }, column) => {
          const isConstant = features[encoded[column]?.feature ?? 0]?.kind === 'category' && routes.size === 1
          if (isConstant || (i < trainCount && isOrdered(features, column))) return
          assert.ok(Object.is(into[column], values[i]), `row ${i}, column ${column}`)
        })
      })
    }),
  )
})

test('rows and columns of a table are encoded as each row alone, from any row on', () => {
  fc.assert(
    fc.property(table, ({ rows, share, seed }) => {
      const { features, encoded } = fit(rows, rows.length, seed)
      const width = encoded.length
      const from = Math.min(rows.length - 1, Math.floor(share * rows.length))
      const expected = new Float64Array((rows.length - from) * width)
      const encode = compileEncoders(features)
      rows.slice(from).forEach((one, i) => {
        encode(one, expected.subarray(i * width, (i + 1) * width))
      })
      const goods = rows.map((one) => one.goods ?? null)
      const levels = [...new Set(goods.filter((one) => one !== null))].map(String)
      const columns = {
        mass: Float64Array.from(rows, ({ mass }) => Number(mass ?? Number.NaN)),
        hs6: rows.map((one) => one.hs6 ?? null),
        route: rows.map((one) => one.route ?? null),
        filedOn: rows.map((one) => one.filedOn ?? null),
        goods: { levels, codes: Int32Array.from(goods, (one) => levels.indexOf(String(one))) },
      }
      for (const given of [{ rows }, { columns }]) {
        const into = new Float64Array(expected.length)
        compileTableEncoder(features)(given, { from, to: rows.length }, into)
        assert.deepEqual(into, expected)
      }
    }),
  )
})

test('columns are told by feature, by monotony and by whether they are sets', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    mass: i,
    hs6: 'a',
    route: `route ${i % 3}`,
    filedOn: '2026-01-05',
    goods: 'x',
  }))
  const { features, encoded } = fit(rows, 60, 1)
  assert.deepEqual(features.map(columnsOf), [1, 1, 3, 3, 16])
  assert.equal(encoded.length, 24)
  assert.deepEqual(
    encoded.map(({ feature }) => feature),
    [...featureOfColumns(features)],
  )
  assert.deepEqual(
    encoded.map(({ kind }) => Number(kind === 'set')),
    [...setColumnsOf(features)],
  )
  assert.deepEqual(
    encoded.map(({ monotone }) => monotone),
    [1, ...Array<number>(23).fill(0)],
  )
  assert.equal(encoded[4]?.levels, 4)
  assert.deepEqual([...(encoded[4]?.values.subarray(0, 4) ?? [])], [1, 2, 3, 1])
  assert.deepEqual([encoded[5]?.values[0], encoded[6]?.values[0], encoded[7]?.values[0]], [20_458, 5, 1])
})

test('a value never seen is rare, without history, and its code stands between its neighbours', () => {
  const rows = Array.from({ length: 60 }, (_, i) => ({
    hs6: i % 2 === 0 ? '0101' : '610910',
    route: `r${i % 2}`,
    mass: i,
    filedOn: null,
    goods: null,
  }))
  const { features } = fit(rows, 60, 1)
  const into = new Float64Array(featureOfColumns(features).length)
  compileEncoders(features)({ mass: null, hs6: '0102', route: 'new', filedOn: null, goods: null }, into)
  const category = features[2]
  assert.ok(category?.kind === 'category')
  assert.deepEqual([...into.subarray(0, 5)], [Number.NaN, 0.5, category.statistics.prior, 0, 0])
  assert.ok(into.subarray(5).every(Number.isNaN))
})

test('levels of later rows only are not kept', () => {
  const rows = ['b', 'a', 'b', 'c'].map((route) => ({
    mass: 1,
    hs6: route,
    route,
    filedOn: null,
    goods: null,
  }))
  const { features } = fit(rows, 3, 1)
  const [, code, category] = features
  assert.ok(code?.kind === 'code' && category?.kind === 'category')
  assert.deepEqual(code.levels, ['a', 'b'])
  assert.deepEqual(category.statistics.levels, ['a', 'b'])
})

test('the running mean of a category with one value is not shown', () => {
  const rows = Array.from({ length: 40 }, (_, i) => ({
    mass: i,
    hs6: 'a',
    route: 'only',
    filedOn: null,
    goods: null,
  }))
  const { encoded } = fit(rows, 40, 1)
  for (const { values } of encoded.slice(2, 5)) assert.ok(values.every((value) => value === 0))
})

test('a category known by number is itself', () => {
  const encode = compileEncoders([{ name: 'x', kind: 'level' }])
  const into = new Float64Array(1)
  for (const [given, expected] of [
    [7, 7],
    [0, 0],
    [null, Number.NaN],
  ] as const) {
    encode({ x: given }, into)
    assert.ok(Object.is(into[0], expected))
  }
  for (const x of [-1, 1.5, 2 ** 31, '3'])
    assert.throws(() => encode({ x }, into), { code: 'feature_wrong_type' })
})

test('what a row lacks, and an infinity in a column, is refused with its place', () => {
  const encode = compileTableEncoder([{ name: 'x', kind: 'number' }])
  const into = new Float64Array(3)
  const refuses = (x: Float64Array | number[], code: string, message: RegExp) =>
    assert.throws(() => encode({ columns: { x } }, { from: 0, to: 3 }, into), { code, message })
  refuses(Float64Array.of(1, Number.POSITIVE_INFINITY, 2), 'feature_not_finite', /row 1/)
  refuses(Float64Array.of(1, 2), 'feature_missing', /row 2/)
  refuses([1, 2], 'feature_missing', /row 2/)
  assert.throws(() => encode({ columns: {} }, { from: 0, to: 3 }, into), { code: 'feature_missing' })
  assert.throws(() => encode({ rows: [{ x: 1 }] }, { from: 0, to: 3 }, into), {
    code: 'feature_missing',
    message: /row 1/,
  })
})
