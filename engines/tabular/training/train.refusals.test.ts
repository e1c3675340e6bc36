import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InputErrorCode } from '../errors.ts'
import { compile } from '../scoring/score.ts'
import type { FeatureSpec, Row } from '../table/features.ts'
import { type TrainingInput, train } from './train.ts'

const features: readonly FeatureSpec[] = [
  { name: 'mass', kind: 'number' },
  { name: 'route', kind: 'category' },
]
const rows: readonly Row[] = Array.from({ length: 40 }, (_, i) => ({ mass: i % 9, route: `r${i % 4}` }))
const good = { features, rows, labels: rows.map((_, i) => i % 2), seed: 1 }

const refuses = (change: object, code: InputErrorCode, message: RegExp): void => {
  const input: TrainingInput = { ...good, ...change }
  assert.throws(() => train(input), { name: 'TabularInputError', code, message })
}

const withRow = (row: unknown): object => ({ rows: rows.map((own, i) => (i === 7 ? row : own)) })

test('the table these tests spoil is itself good', () => {
  assert.equal(train(good).trainedRows, 40)
})

test('features must be given, known and different', () => {
  refuses({ features: [] }, 'features_empty', /at least one/)
  refuses({ features: [...features, features[0]] }, 'feature_duplicate', /"mass" is listed twice/)
  refuses(
    { features: [{ name: 'mass', kind: 'shape' }] },
    'feature_kind_unknown',
    /"shape"; known kinds are number, code/,
  )
})

test('rows must be there, enough, and of one length', () => {
  refuses({ rows: [], labels: [] }, 'rows_empty', /no rows/)
  refuses({ rows: rows.slice(0, 4), labels: [0, 1, 0, 1] }, 'rows_too_few', /4 rows are too few/)
  refuses({ labels: [0, 1] }, 'length_mismatch', /40 rows and 2 labels/)
  refuses({ weights: [1] }, 'length_mismatch', /40 rows and 1 weights/)
  refuses({ order: [1] }, 'length_mismatch', /40 rows and 1 times/)
  refuses(
    { rows: undefined, columns: { mass: [1, 2], route: ['a'] } },
    'length_mismatch',
    /"route" has 1 values/,
  )
  refuses({ rows: undefined, columns: { mass: [1, 2] } }, 'feature_missing', /"route" is absent/)
})

test('values must be present, of their kind and finite', () => {
  refuses(withRow({ mass: 1 }), 'feature_missing', /"route" is absent in row 7/)
  refuses(
    withRow({ mass: '1', route: 'r1' }),
    'feature_wrong_type',
    /"mass" must be a number or null and is a string in row 7/,
  )
  refuses(
    withRow({ mass: 1, route: 610_910 }),
    'feature_wrong_type',
    /"route" must be a text or null and is a number/,
  )
  refuses(withRow({ mass: Number.NaN, route: 'r1' }), 'feature_not_finite', /NaN in row 7/)
  refuses(withRow({ mass: Number.POSITIVE_INFINITY, route: 'r1' }), 'feature_not_finite', /Infinity in row 7/)
})

test('something must vary', () => {
  refuses({ rows: rows.map(() => ({ mass: 3, route: 'r' })) }, 'features_constant', /one value in all rows/)
  refuses(
    { rows: rows.map(() => ({ mass: null, route: null })) },
    'features_all_missing',
    /missing in all rows/,
  )
})

test('labels must be 0 and 1, and both', () => {
  refuses({ labels: rows.map(() => 1) }, 'labels_one_class', /all alike/)
  refuses({ labels: rows.map((_, i) => i % 3) }, 'label_not_binary', /label of row 2 is 2/)
  refuses({ weights: rows.map((_, i) => i % 2) }, 'labels_one_class', /with weight/)
  refuses(
    { labels: rows.map((_, i) => (i < 20 ? i % 2 : 0)) },
    'validation_one_class',
    /rows 32 to 39 have one label/,
  )
})

test('weights, times, seed and options must make sense', () => {
  refuses({ weights: rows.map(() => -1) }, 'weight_invalid', /row 0 is -1/)
  refuses({ weights: rows.map(() => 1e308) }, 'weight_invalid', /so large that their sum/)
  refuses({ order: rows.map((_, i) => (i === 3 ? Number.NaN : i)) }, 'order_invalid', /row 3/)
  refuses({ seed: -1 }, 'seed_invalid', /whole number/)
  refuses({ seed: 0.5 }, 'seed_invalid', /whole number/)
  refuses(
    { options: { maxDepth: 0 } },
    'option_invalid',
    /maxDepth must be a whole number from 1 to 64, not 0/,
  )
  refuses({ options: { learningRate: Number.NaN } }, 'option_invalid', /learningRate/)
  refuses({ options: { depth: 3 } }, 'option_invalid', /no training option "depth"/)
})

test('a row to score is checked as strictly', () => {
  const { score, scoreBatch } = compile(train(good))
  assert.throws(() => score({ mass: 1 }), { code: 'feature_missing' })
  assert.throws(() => score({ mass: 'heavy', route: 'r1' }), { code: 'feature_wrong_type' })
  assert.throws(() => score({ mass: Number.NaN, route: 'r1' }), { code: 'feature_not_finite' })
  assert.throws(() => scoreBatch({ rows: [...rows, { mass: 1 }] }), {
    code: 'feature_missing',
    message: /in row 40/,
  })
})
