import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TabularInputError } from '../errors.ts'
import { fitEncoders } from './encoding.ts'
import type { FeatureSpec } from './features.ts'
import { compileEncoders } from './row-encoding.ts'
import { type LabelledTable, readTrainingData } from './training-data.ts'

const COUNT = 12

const listOf = <T>(cells: fc.Arbitrary<T>) => fc.array(cells, { minLength: COUNT, maxLength: COUNT })
const real = fc.double({ noNaN: true, noDefaultInfinity: true })
const numbers = fc.oneof(
  listOf(fc.option(real)),
  listOf(fc.double()).map((list) => Float64Array.from(list)),
  listOf(fc.float({ noDefaultInfinity: true })).map((list) => Float32Array.from(list)),
)
const dates = listOf(fc.option(fc.constantFrom('2026-01-31', '2024-02-29T10:00Z', '1999-12-31')))
const texts = fc.oneof(
  listOf(fc.option(fc.string({ maxLength: 2 }))),
  fc.record({
    codes: listOf(fc.integer({ min: -1, max: 2 })).map((codes) => Int32Array.from(codes)),
    levels: fc.constant(['2026-01-31', 'a', '2024-02-29']),
  }),
)
const junk = fc.oneof(
  fc.anything(),
  listOf(fc.anything()),
  fc.record({
    codes: fc.oneof(
      listOf(real),
      listOf(real).map((codes) => Int32Array.from(codes)),
    ),
    levels: fc.anything(),
  }),
  fc
    .tuple(fc.oneof(numbers, dates, texts), fc.nat(COUNT), fc.anything())
    .map(([column, at, spoilt]) =>
      Array.isArray(column) ? column.with(at % COUNT, spoilt as null) : column,
    ),
)

/** Features that mostly fit their columns, so that tables are read as often as they are refused. */
const feature = fc.oneof(
  ...[
    { kind: fc.constant('number' as const), values: numbers },
    { kind: fc.constant('date' as const), values: dates },
    { kind: fc.constantFrom('code' as const, 'category' as const, 'text' as const), values: texts },
  ].map(({ kind, values }) =>
    fc.record({ kind, values: fc.oneof({ weight: 6, arbitrary: values }, { weight: 1, arbitrary: junk }) }),
  ),
)
const binary = listOf<unknown>(fc.integer({ min: 0, max: 1 }))
const table = fc.record({
  given: fc.array(feature, { minLength: 1, maxLength: 3 }),
  labels: fc.oneof({ weight: 9, arbitrary: binary }, { weight: 1, arbitrary: listOf(fc.anything()) }),
  order: fc.option(listOf(real), { nil: undefined }),
})

/** Typed columns cannot be told from what a careless caller passes, so nothing of the input is trusted. */
const careless = (given: object) => given as LabelledTable

test('any table is read or refused with a code, and what is read can be encoded', () => {
  let read = 0
  fc.assert(
    fc.property(table, fc.boolean(), ({ given: list, labels, order }, byRow) => {
      const features = list.map(({ kind }, i): FeatureSpec => ({ name: `f${i}`, kind }))
      const named = Object.fromEntries(list.map(({ values }, i) => [`f${i}`, values]))
      const rows = labels.map((_, row) =>
        Object.fromEntries(
          Object.entries(named).map(([name, one]) => [name, Array.isArray(one) ? one[row] : null]),
        ),
      )
      const given = careless(
        byRow ? { features, rows, labels, order } : { features, columns: named, labels, order },
      )
      try {
        const data = readTrainingData(given)
        const { features: fitted, encoded } = fitEncoders(data.columns, data, { trainCount: COUNT })
        read++
        for (const { values } of encoded) {
          assert.equal(values.length, COUNT)
          assert.ok(values.every((value) => Number.isNaN(value) || Number.isFinite(value)))
        }
        if (!byRow) return
        const into = new Float64Array(encoded.length)
        for (const row of given.rows ?? []) compileEncoders(fitted)(row, into)
      } catch (error) {
        assert.ok(error instanceof TabularInputError, String(error))
      }
    }),
    { numRuns: 600 },
  )
  assert.ok(read > 100, `only ${read} tables were read`)
})
