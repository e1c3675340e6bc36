import { z } from 'zod'

const share = z.number().min(0).max(1)
const count = z.number().int().min(0)

/** A figure of a sample, and the interval in which `confidence` of the resamples lie. */
export const Interval = z.strictObject({ value: z.number(), low: z.number(), high: z.number() })
export type Interval = z.infer<typeof Interval>

/**
 * How far something has moved: population stability index, the largest distance of the distributions (Kolmogorov–Smirnov; null for
 * what has no order), and what that means. `too_few_rows` where chance alone brings as much.
 */
const Drift = z.strictObject({
  psi: z.number().min(0),
  ks: share.nullable(),
  verdict: z.enum(['steady', 'shifting', 'shifted', 'too_few_rows']),
})

/**
 * What measuring a model on cases of a known outcome showed; plain JSON, kept and shown as it is. It holds figures and names of
 * features, nothing of a case.
 *
 * @example
 * ```ts
 * import type { EvaluationReport } from '@khudi/sdk'
 * const catches = ({ capacities }: EvaluationReport) => capacities[0]?.recall.value
 * ```
 */
export const EvaluationReport = z.strictObject({
  rows: count,
  positives: count,
  /** Of the intervals: their share of the resamples, how many resamples, and the seed that drew them. */
  confidence: share,
  resamples: count,
  seed: count,
  auc: Interval,
  averagePrecision: Interval,
  brier: Interval,
  calibrationError: Interval,
  /** Quality where only this share of the cases can be looked at. `value` is the share of what there was to recover. */
  capacities: z.array(
    z.strictObject({
      share,
      selected: count,
      precision: Interval,
      recall: Interval,
      value: Interval.nullable(),
    }),
  ),
  /** Groups of like score, rising: what was said on average against what turned out. */
  reliability: z.array(z.strictObject({ rows: count, score: share, observed: Interval })),
  /** By how much the log loss rises where a feature's values are shuffled among the cases; the largest rise first. */
  importance: z.array(z.strictObject({ feature: z.string(), increase: Interval })),
  /** Against the cases that the model learned from; null where it is not known what these were. */
  drift: z
    .strictObject({
      rows: count,
      score: Drift,
      features: z.array(z.strictObject({ feature: z.string(), ...Drift.shape })),
    })
    .nullable(),
})
export type EvaluationReport = z.infer<typeof EvaluationReport>
