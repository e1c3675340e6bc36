import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { z } from 'zod'
import { type Boosted, type BoostingData, type BoostingRun, boost } from './boosting.ts'
import { completeOptions, type TrainingOptions } from './options.ts'

/**
 * Margins of XGBoost 3.2 (`hist`, 256 bins, eta 0.3, lambda 1, alpha 0.25, gamma 0.1, min_child_weight 2, depth 5, 12 rounds;
 * `lossguide` with 12 leaves) on 400 rows of five columns with a tenth missing and few distinct values, so that both learners
 * see the same cuts. Steps of Poisson loss are at most 0.7 in both; alpha is 0 there, since XGBoost adds to the gain of a
 * limited step what an L1 penalty should take off.
 */
const Fixture = z.object({
  columns: z.array(z.array(z.number().nullable())),
  runs: z.array(
    z.object({
      objective: z.enum(['logistic', 'squared', 'poisson']),
      growth: z.enum(['depth', 'leaf']),
      labels: z.array(z.number()),
      margins: z.array(z.number()),
    }),
  ),
})
const fixture = Fixture.parse(
  JSON.parse(readFileSync(new URL('./grower.fixture.json', import.meta.url), 'utf8')),
)
const columns = fixture.columns.map((values, feature) => ({
  kind: 'ordered' as const,
  values: Float64Array.from(values, (value) => value ?? Number.NaN),
  feature,
  monotone: 0 as const,
  levels: 0,
}))

function resultOf(data: BoostingData, run: BoostingRun): Boosted {
  const rounds = boost(data, run)
  for (;;) {
    const step = rounds.next()
    if (step.done === true) return step.value
  }
}

for (const { objective, growth, labels, margins } of fixture.runs) {
  test(`the trees are those of XGBoost: ${objective}, grown by ${growth}`, () => {
    const options: Partial<TrainingOptions> = {
      ...{ objective: { name: objective }, growth, maxRounds: 12, learningRate: 0.3, maxDepth: 5 },
      ...{
        l1: objective === 'poisson' ? 0 : 0.25,
        l2: 1,
        minGain: 0.1,
        minLeafWeight: 2,
        ...(growth === 'leaf' && { maxLeaves: 12 }),
      },
    }
    const count = labels.length
    const rows = { labels: Float64Array.from(labels), weights: new Float64Array(count).fill(1) }
    const data = { columns, objective: { name: objective }, rows, trainCount: count, interactions: undefined }
    // XGBoost was told to begin at margin 0.
    const start = new Float64Array(count)
    const boosted = resultOf({ ...data, start }, { options: completeOptions(options), seed: 1 })
    const apart = margins.map((margin, row) => Math.abs(margin - (boosted.margins[row] ?? 0)))
    assert.ok(Math.max(...apart) < 2e-3, `${Math.max(...apart)} apart`)
  })
}
