import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ModelFormatError, TabularInputError } from '../errors.ts'
import { decodeModel, encodeModel } from '../model/model-file.ts'
import { plantTable } from '../planted-table.ts'
import { compile } from '../scoring/score.ts'
import { train } from '../training/train.ts'

const { features, rows, labels } = plantTable(3_000, 1)
const withComparison = (by: string) =>
  features.map((feature) => (feature.name === 'price' ? { ...feature, comparedBy: by } : feature))
const options = { maxRounds: 3, validationShare: 0 }

test('a model keeps what a number is compared with, through its file', () => {
  const plain = train({ features, rows, labels, seed: 1, options })
  const model = train({ features: withComparison('route'), rows, labels, seed: 1, options })
  assert.deepEqual(model.trees, plain.trees)
  const read = decodeModel(encodeModel(model))
  assert.deepEqual(read, model)
  const level = model.comparisons?.[0]?.levels[0] ?? ''
  const alike = rows.flatMap(({ route, price }) =>
    route === level && typeof price === 'number' ? [price] : [],
  )
  const middle = alike.sort((a, b) => a - b)
  const median = ((middle[(alike.length - 1) >> 1] ?? 0) + (middle[alike.length >> 1] ?? 0)) / 2
  const figures = compile(read).findFigures('price', { route: level })
  assert.equal(figures?.count, alike.length)
  assert.ok(Math.abs((figures?.median ?? 0) - median) < 1e-12)
})

test('a number compared by what is no code or category is refused before anything is learned', () => {
  assert.throws(
    () => train({ features: withComparison('mass'), rows, labels, seed: 1, options }),
    (error) => error instanceof TabularInputError && error.code === 'comparison_invalid',
  )
})

test('a file with impossible figures is refused', () => {
  const model = train({ features: withComparison('route'), rows, labels, seed: 1, options })
  const [whole] = model.comparisons ?? []
  assert.ok(whole !== undefined && whole.levels.length > 1)
  const wrong = [
    { ...whole, feature: 'code' },
    { ...whole, by: 'mass' },
    { ...whole, levels: whole.levels.toReversed() },
    { ...whole, counts: whole.counts.slice(1) },
    { ...whole, median: whole.upper.map((figure) => figure + 1) },
  ]
  for (const comparisons of [...wrong.map((one) => [one]), [whole, whole]])
    assert.throws(() => decodeModel(encodeModel({ ...model, comparisons })), ModelFormatError)
})
