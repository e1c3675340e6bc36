import assert from 'node:assert/strict'
import { test } from 'node:test'
import { flattenTrees } from '../model/flatten.ts'
import type { TabularModel } from '../model/model.ts'
import { plantTable } from '../planted-table.ts'
import { fitEncoders } from '../table/encoding.ts'
import { readTrainingData } from '../table/training-data.ts'
import { type Boosted, boost } from '../training/boosting.ts'
import { completeOptions } from '../training/options.ts'
import { uncalibrated } from '../trust/calibration.ts'
import { compile } from './score.ts'

const count = 6_000
const trainCount = 5_000
const table = plantTable(count, 1)
const objective = { name: 'logistic' } as const
const options = completeOptions({ maxRounds: 20, patience: 100, rowShare: 0.8 })
const data = readTrainingData({ ...table, objective })
const { features, encoded } = fitEncoders(data.columns, data, { trainCount })

function boosted(): Boosted {
  const rounds = boost(
    { columns: encoded, objective, rows: data, trainCount, interactions: undefined },
    { options, seed: 1 },
  )
  for (;;) {
    const step = rounds.next()
    if (step.done === true) return step.value
  }
}

const { baseMargin, margins, ...grown } = boosted()
const trees = flattenTrees(grown, options.learningRate)
const model: TabularModel = {
  objective,
  features,
  baseMargin,
  trees,
  calibration: uncalibrated,
  seed: 1,
  options,
  trainedRows: trainCount,
  validation: null,
}

test('every row has the margin that training gave it, to the bit, missing values and sets included', () => {
  assert.ok(trees.set.some((set) => set >= 0) && trees.roots.length > 1)
  const columns = encoded.map(({ values }) => Float64Array.from(values))
  assert.ok(columns.some((values) => values.some(Number.isNaN)))
  assert.deepEqual(compile(model).marginsOf(columns), margins)
})

test('rows that were not learned from get from their named values the margin that validation gave them', () => {
  const scorer = compile(model)
  const rows = table.rows.slice(trainCount)
  const validated = margins.slice(trainCount)
  assert.deepEqual(scorer.scoreBatch({ rows }).margins, validated)
  rows.forEach((row, at) => {
    assert.equal(scorer.scoreOnly(row).margin, validated[at])
  })
})
