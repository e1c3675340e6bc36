/** Measuring a model, as the kernel asks for it. */
import type { EvaluationOptions, EvaluationReport, EvaluationSet, FeatureRow } from '@khudi/sdk'
import type { Scorer } from '../scoring/score.ts'
import { bootstrapQuality } from '../trust/bootstrap.ts'
import type { Columns } from '../trust/columns.ts'
import { measureDrift } from '../trust/drift.ts'
import { learnBaseline } from '../trust/drift-baseline.ts'
import { permutationImportance } from '../trust/importance.ts'
import { reliabilityCurve } from '../trust/reliability.ts'

/** Parts of the work, each about as long as the others. */
const STEPS = 4
/** What the score is called among the features; no feature of an application can be. */
const SCORE = ' score'

/**
 * Quality with intervals, reliability, importance and drift of a model on cases of a known outcome; `undefined` where it was
 * stopped.
 *
 * @throws TabularInputError for rows that lack a feature, and labels of one class only.
 */
export function measure(
  scorer: Scorer,
  set: EvaluationSet,
  { seed, onProgress, shouldStop }: EvaluationOptions,
): EvaluationReport | undefined {
  let done = 0
  const goesOn = () => {
    done += 1
    onProgress?.({ done, total: STEPS, metric: null, metricName: '' })
    return shouldStop?.() !== true
  }
  const labels = Uint8Array.from(set.labels, Number)
  const { scores } = scorer.scoreBatch({ rows: set.rows })
  if (!goesOn()) return undefined
  const { rows, positives, capacities, ...quality } = bootstrapQuality(
    { labels, scores, values: set.values },
    { seed },
  )
  if (!goesOn()) return undefined
  const importance = importanceOf(scorer, { labels, scores, rows: set.rows, seed })
  if (!goesOn()) return undefined
  const drift = set.reference === undefined ? null : driftOf(scorer, { seed, scores, ...set }, set.reference)
  if (!goesOn()) return undefined
  return {
    rows,
    positives,
    seed,
    ...quality,
    capacities: capacities.map(({ valueRecovered, ...one }) => ({ ...one, value: valueRecovered })),
    reliability: reliabilityOf({ labels, scores }, quality.confidence),
    importance,
    drift,
  }
}

function reliabilityOf(
  sample: { readonly labels: Uint8Array; readonly scores: Float64Array },
  confidence: number,
): EvaluationReport['reliability'] {
  return reliabilityCurve(sample, { confidence }).points.map(({ cases, meanScore, share, interval }) => ({
    rows: cases,
    score: meanScore,
    observed: { value: share, ...interval },
  }))
}

function importanceOf(
  scorer: Scorer,
  { labels, scores, rows, seed }: Rated & { readonly labels: Uint8Array },
): EvaluationReport['importance'] {
  // One row has nobody to change places with.
  if (rows.length < 2) return []
  const { [SCORE]: _, ...columns } = columnsOf(scorer, rows, scores)
  const loss = (score: number, row: number) =>
    -Math.log(Math.max(Number.EPSILON, labels[row] === 1 ? score : 1 - score))
  const rated = permutationImportance(
    { predict: (moved) => scorer.scoreBatch({ columns: moved }).scores, columns, loss },
    { seed },
  )
  return rated.map(({ features: [feature = ''], increase: value, low, high }) => ({
    feature,
    increase: { value, low, high },
  }))
}

interface Rated {
  readonly rows: readonly FeatureRow[]
  readonly scores: Float64Array
  readonly seed: number
}

/**
 * Drift against rows that the model learned from. Their scores are a little too sure, since it knew their outcomes, so the drift
 * of the score is rather over- than understated.
 */
function driftOf(scorer: Scorer, set: Rated, reference: readonly FeatureRow[]): EvaluationReport['drift'] {
  if (reference.length === 0) return null
  const before = scorer.scoreBatch({ rows: reference }).scores
  const baseline = learnBaseline(columnsOf(scorer, reference, before), { seed: set.seed })
  const found = measureDrift(baseline, columnsOf(scorer, set.rows, set.scores)).map(
    ({ name, psi, test, verdict }) => ({ name, psi, ks: test?.statistic ?? null, verdict }),
  )
  const score = found.find(({ name }) => name === SCORE)
  if (score === undefined) return null
  const { name: _, ...moved } = score
  const features = found
    .filter(({ name }) => name !== SCORE)
    .map(({ name: feature, ...one }) => ({ feature, ...one }))
  return { rows: reference.length, score: moved, features }
}

function columnsOf({ featureNames }: Scorer, rows: readonly FeatureRow[], scores: Float64Array): Columns {
  const features = featureNames.map((name) => [name, rows.map((row) => row[name] ?? null)] as const)
  return { ...Object.fromEntries(features), [SCORE]: scores }
}
