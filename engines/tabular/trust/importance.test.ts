/**
 * Against scikit-learn, whose version stands in the fixture, on a model written out in both languages:
 * `permutation_importance(scoring='neg_mean_squared_error', n_repeats=4000)` and `partial_dependence(kind='both',
 * method='brute')`.
 */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plantTable } from '../planted-table.ts'
import { seededRandom } from '../training/random.ts'
import type { Columns } from './columns.ts'
import { partialDependence } from './dependence.ts'
import { permutationImportance } from './importance.ts'
import fixture from './inspection.fixture.json' with { type: 'json' }

const columns: Columns = Object.fromEntries(
  fixture.columns.map((values, i) => [`x${i}`, Float64Array.from(values)]),
)
const at = (of: Columns, name: string, row: number): number => {
  const column = of[name]
  const value = column !== undefined && 'length' in column ? column[row] : undefined
  return typeof value === 'number' ? value : Number.NaN
}
const predict = (of: Columns) =>
  Float64Array.from({ length: rowsOf(of) }, (_, row) => {
    const [a, b, c] = [at(of, 'x0', row), at(of, 'x1', row), at(of, 'x2', row)]
    return (a > 0.5 ? 2 * b : -b) + 0.5 * c ** 2
  })
const rowsOf = ({ x0 }: Columns) => (x0 !== undefined && 'length' in x0 ? x0.length : 0)
const loss = (prediction: number, row: number) => (prediction - (fixture.labels[row] ?? 0)) ** 2

test('importance agrees with scikit-learn’s within what the draw of shuffles explains', () => {
  const repeats = 400
  const ratings = permutationImportance({ predict, columns, loss }, { seed: 1, repeats })
  const { mean, sdOfRepeat, repeats: theirs } = fixture.importance
  mean.forEach((expected, i) => {
    const own = ratings.find(({ features }) => features[0] === `x${i}`)
    const error = (sdOfRepeat[i] ?? 0) * Math.sqrt(1 / repeats + 1 / theirs)
    assert.ok(Math.abs((own?.increase ?? Number.NaN) - expected) <= 4 * error, `x${i}: ${own?.increase}`)
  })
  const falling = [...mean.keys()].sort((a, b) => (mean[b] ?? 0) - (mean[a] ?? 0))
  assert.deepEqual(
    ratings.map(({ features }) => features[0]),
    falling.map((i) => `x${i}`),
  )
  assert.equal(ratings[3]?.increase, 0)
})

test('the same seed gives the same figures, and a feature that says nothing is not told from nothing', () => {
  const noisy = (of: Columns) => predict(of).map((value, row) => value + 0.01 * at(of, 'x3', row))
  const input = { predict: noisy, columns, loss }
  const once = permutationImportance(input, { seed: 5 })
  assert.deepEqual(permutationImportance(input, { seed: 5 }), once)
  const [x1, x3] = ['x1', 'x3'].map((name) => once.find(({ features }) => features[0] === name))
  assert.ok(x1 !== undefined && x1.low > 0 && x1.low < x1.increase && x1.increase < x1.high)
  assert.ok(x3 !== undefined && x3.low < 0 && x3.high > 0)
  assert.equal(x1.byRepeat.length, 5)
})

test('the interval covers the increase of the whole population in about nine of ten held-out sets', () => {
  // Labels are the feature; the model says it. Shuffled, the loss is E(x − x′)² = 1/6 for uniform values.
  let covered = 0
  for (let seed = 0; seed < 200; seed++) {
    const random = seededRandom(seed)
    const x = Float64Array.from({ length: 200 }, () => random.uniform())
    const [rating] = permutationImportance(
      {
        predict: (of) => Float64Array.from(x, (_, row) => at(of, 'x', row)),
        columns: { x },
        loss: (prediction, row) => (prediction - (x[row] ?? 0)) ** 2,
      },
      { seed, confidence: 0.9 },
    )
    if (rating !== undefined && rating.low <= 1 / 6 && 1 / 6 <= rating.high) covered++
  }
  assert.ok(covered > 160 && covered < 199, `covered ${covered} of 200`)
})

test('a row weighs by the value that it gives as by the one that it is given', () => {
  // Any other order than the own costs what the given value is, so the increase is the mean value, with its standard error.
  const random = seededRandom(1)
  const x = Float64Array.from({ length: 2_000 }, () => random.uniform())
  const predict = ({ x: now }: Columns) =>
    now === x ? x.map(() => 0) : x.map((_, row) => at({ x: now ?? [] }, 'x', row))
  const [rating] = permutationImportance(
    { predict, columns: { x }, loss: (value) => value },
    { seed: 1, confidence: 0.9 },
  )
  const error = Math.sqrt(1 / 12 / x.length)
  const half = ((rating?.high ?? 0) - (rating?.low ?? 0)) / 2 / 1.645
  // Five repeats leave a fifth of the variance of one more draw: √1.2 = 1.095.
  assert.ok(half > 1.03 * error && half < 1.16 * error, `${half / error}`)
})

test('a row may be given its own value: of two rows, half of the shuffles change nothing', () => {
  const x = Float64Array.of(0, 1)
  const predict = (of: Columns) => x.map((_, row) => at(of, 'x', row))
  const loss = (value: number, row: number) => Math.abs(value - row)
  const [rating] = permutationImportance({ predict, columns: { x }, loss }, { seed: 1, repeats: 400 })
  assert.ok(Math.abs((rating?.increase ?? 0) - 0.5) < 0.1)
})

test('features that stand in for each other are rated together', () => {
  const twins: Columns = { a: Float64Array.of(0, 1, 2, 3), b: Float64Array.of(0, 1, 2, 3) }
  const input = {
    predict: (of: Columns) =>
      Float64Array.from([0, 1, 2, 3], (row) => Math.min(at(of, 'a', row), at(of, 'b', row))),
    columns: twins,
    loss: (prediction: number, row: number) => Math.abs(prediction - row),
  }
  const [joint] = permutationImportance(input, { seed: 1, repeats: 50, together: [['b', 'a']] })
  const alone = permutationImportance(input, { seed: 1, repeats: 50 })
  assert.deepEqual(joint?.features, ['a', 'b'])
  assert.ok(alone.every(({ increase }) => increase < (joint?.increase ?? 0)))
})

test('partial dependence and the curves of single rows agree with scikit-learn', () => {
  fixture.average.forEach((average, i) => {
    const found = partialDependence({ predict, columns }, { feature: `x${i}`, seed: 1, grid: fixture.grid })
    average.forEach((expected, point) => {
      assert.ok(Math.abs((found.mean[point] ?? Number.NaN) - expected) < 1e-12)
    })
    fixture.individual[i]?.forEach((curve, row) => {
      curve.forEach((expected, point) => {
        assert.ok(Math.abs((found.curves[row]?.[point] ?? Number.NaN) - expected) < 1e-12)
      })
    })
    assert.ok(found.low.every((low, point) => low <= (found.high[point] ?? Number.NaN)))
  })
})

test('a grid of its own: quantiles of numbers, frequent levels, and the missing value where there is one', () => {
  const { rows } = plantTable(2_000, 1)
  const table: Columns = {
    mass: rows.map(({ mass }) => mass ?? null),
    code: rows.map(({ code }) => code ?? null),
  }
  const model = (of: Columns) => {
    const { mass, code } = of
    const length = mass !== undefined && 'length' in mass ? mass.length : 0
    return Float64Array.from({ length }, (_, row) => {
      const own = code !== undefined && 'length' in code ? code[row] : null
      return (Number.isNaN(at(of, 'mass', row)) ? -1 : 0) + (typeof own === 'string' && own < 'c' ? 1 : 0)
    })
  }
  const mass = partialDependence({ predict: model, columns: table }, { feature: 'mass', seed: 1, points: 5 })
  assert.equal(mass.grid.length, 6)
  assert.equal(mass.grid[5], null)
  assert.ok(Math.abs((mass.mean[0] ?? 0) - (mass.mean[5] ?? 0) - 1) < 1e-12)
  const code = partialDependence(
    { predict: model, columns: table },
    { feature: 'code', seed: 1, points: 8, rows: 100 },
  )
  assert.equal(code.rows.length, 100)
  code.grid.forEach((level, point) => {
    assert.equal((code.mean[point] ?? 0) > (code.mean[7] ?? 0), typeof level === 'string' && level < 'c')
  })
})

test('what cannot be asked is refused', () => {
  const refuses = (act: () => unknown, code: string) =>
    assert.throws(act, { name: 'TabularInputError', code })
  const input = { predict, columns, loss }
  refuses(() => permutationImportance(input, { seed: 1, repeats: 0 }), 'option_invalid')
  refuses(() => permutationImportance(input, { seed: 1, together: [['x9']] }), 'feature_missing')
  refuses(() => permutationImportance(input, { seed: 1, together: [['x1'], ['x1']] }), 'feature_duplicate')
  refuses(() => permutationImportance({ ...input, columns: {} }, { seed: 1 }), 'rows_too_few')
  refuses(() => permutationImportance({ ...input, predict: () => [] }, { seed: 1 }), 'length_mismatch')
  refuses(
    () => permutationImportance({ ...input, loss: () => Number.NaN }, { seed: 1 }),
    'prediction_invalid',
  )
  refuses(() => partialDependence(input, { feature: 'x9', seed: 1 }), 'feature_missing')
  refuses(() => partialDependence(input, { feature: 'x1', seed: 1, points: 1 }), 'option_invalid')
  refuses(
    () => partialDependence({ columns, predict: () => [] }, { feature: 'x1', seed: 1 }),
    'length_mismatch',
  )
})
