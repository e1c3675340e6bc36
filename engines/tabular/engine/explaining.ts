/** Reasons of a score, as the kernel asks for them. */
import type { Explanation, FeatureRow, Score } from '@khudi/sdk'
import { largestReasons } from '../explanation/reasons.ts'
import type { Scorer } from '../scoring/score.ts'

/**
 * Score and the `count` largest contributions by size, whatever their direction; equal ones in the model's order of features.
 * What contributes nothing is no reason.
 */
export function scoreWithReasons(scorer: Scorer, row: FeatureRow, count: number): Score {
  if (count === 0) return { score: scorer.scoreOnly(row).score, reasons: [] }
  const { score, contributions } = scorer.score(row)
  return { score, reasons: largestReasons(scorer, row, { contributions, count }) }
}

/** Every reason, and the margins between which they stand. */
export function explain(scorer: Scorer, row: FeatureRow): Explanation {
  const { score, margin, contributions } = scorer.score(row)
  const reasons = largestReasons(scorer, row, { contributions, count: contributions.length })
  return { score, margin, expectedMargin: scorer.expectedMargin, reasons }
}
