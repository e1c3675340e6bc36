/** The tabular engine as the kernel sees every engine of learned models. */
import type { Engine, FeatureRow, FeatureSpecs, LoadedModel, Reason, Score } from '@khudi/sdk'
import { decodeModel, encodeModel } from './model/model-file.ts'
import { compile, type Scorer } from './scoring/score.ts'
import { train } from './training/train.ts'

const engine: Engine = {
  train({ features, rows, labels }, { seed, onProgress }) {
    const model = train({
      features: Object.entries(features).map(([name, { kind }]) => ({ name, kind })),
      rows,
      labels: Uint8Array.from(labels, Number),
      seed,
      onProgress: ({ phase, round, rounds, validationLoss }) =>
        // Choosing the number of trees and learning from everything are the two halves of the work.
        onProgress?.({
          done: phase === 'validate' ? round : rounds + round,
          total: 2 * rounds,
          metric: validationLoss ?? 0,
        }),
    })
    const { validation } = model
    return {
      bytes: encodeModel(model),
      summary: {
        trees: model.trees.roots.length,
        rows: model.trainedRows,
        ...(validation !== null && {
          validationAuc: validation.auc,
          validationAveragePrecision: validation.averagePrecision,
          validationCalibrationError: validation.calibrationError,
        }),
      },
    }
  },

  load(bytes): LoadedModel {
    const scorer = compile(decodeModel(bytes))
    return {
      score: (row, reasonCount) => explain({ scorer, row, count: reasonCount }),
    }
  },
}

export default engine

/**
 * Largest contributions first, by size whatever their direction; equal ones in the model's order of features.
 */
function explain({
  scorer,
  row,
  count,
}: {
  readonly scorer: Scorer
  readonly row: FeatureRow<FeatureSpecs>
  readonly count: number
}): Score {
  const { score, contributions } = scorer.score(row)
  const reasons: Reason[] = []
  const taken = new Set<number>()
  while (reasons.length < count) {
    let largest = -1
    for (let index = 0; index < contributions.length; index++) {
      if (
        !taken.has(index) &&
        (largest === -1 || size(contributions, index) > size(contributions, largest))
      ) {
        largest = index
      }
    }
    if (largest === -1 || size(contributions, largest) === 0) break
    taken.add(largest)
    const code = scorer.featureNames[largest] ?? ''
    const value = row[code] ?? null
    const history = typeof value === 'string' ? scorer.findHistory(code, value) : undefined
    const weight = contributions[largest] ?? 0
    reasons.push(
      history === undefined
        ? { code, value, weight }
        : { code, value, weight, compared: { seen: history.seen, positive: history.positive } },
    )
  }
  return { score, reasons }
}

const size = (contributions: Float64Array, index: number) => Math.abs(contributions[index] ?? 0)
