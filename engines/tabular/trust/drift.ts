import { TabularInputError } from '../errors.ts'
import { type Columns, readColumns, rowsOf, type TrustColumn } from './columns.ts'
import { countLevels, countNumbers, type DriftBaseline, type FeatureBaseline } from './drift-baseline.ts'
import { kolmogorovSmirnov, type TwoSampleTest } from './two-samples.ts'

/** How far a feature's values, or the score, have moved from the baseline. */
export interface FeatureDrift {
  readonly name: string
  /**
   * Population stability index over the baseline's bins: Σ (now − before) × ln(now / before) of the shares, each with half a row
   * added to every bin, so that empty ones count as rare rather than infinite.
   */
  readonly psi: number
  /** What chance alone brings on average: (bins − 1) × (1 / rows before + 1 / rows now) (Yurdakul 2018, theorem 3.1). */
  readonly psiByChance: number
  /**
   * `steady` below 0.1, `shifting` from there, `shifted` from 0.2 (the bounds in use since Siddiqi, "Credit risk scorecards",
   * 2006); `too_few_rows` where chance alone brings half of the first bound.
   */
  readonly verdict: DriftVerdict
  /** Of numbers: present values then against those now. `null` for levels, and where no value was there. */
  readonly test: TwoSampleTest | null
  /** Share of the rows without a value, then and now. */
  readonly missing: { readonly before: number; readonly now: number }
  /** The share of each bin, in the order of the baseline's `counts`. */
  readonly before: readonly number[]
  readonly now: readonly number[]
}

export const driftVerdicts = ['steady', 'shifting', 'shifted', 'too_few_rows'] as const
export type DriftVerdict = (typeof driftVerdicts)[number]

const SHIFTING = 0.1
const SHIFTED = 0.2

/**
 * Drift of every feature that the baseline has, in its order; the score is one of them where it was learned so.
 *
 * @throws TabularInputError `feature_missing`, `feature_wrong_type` where numbers have become texts or the reverse, and as
 *   `readColumns`.
 */
export function measureDrift(baseline: DriftBaseline, columns: Columns): readonly FeatureDrift[] {
  const wanted = Object.fromEntries(
    baseline.features.map(({ name }) => {
      const column = Object.hasOwn(columns, name) ? columns[name] : undefined
      if (column === undefined)
        throw new TabularInputError('feature_missing', `feature "${name}" of the baseline is missing`)
      return [name, column]
    }),
  )
  const read = new Map(readColumns(wanted).map((column) => [column.name, column]))
  return baseline.features.flatMap((feature) => {
    const column = read.get(feature.name)
    return column === undefined ? [] : [compare(feature, column)]
  })
}

function compare(feature: FeatureBaseline, column: TrustColumn): FeatureDrift {
  const counts = countLike(feature, column)
  const rows = { before: sum(feature.counts), now: rowsOf(column) }
  const bins = counts.length
  let psi = 0
  for (let bin = 0; bin < bins; bin++) {
    const before = ((feature.counts[bin] ?? 0) + 0.5) / (rows.before + bins / 2)
    const now = ((counts[bin] ?? 0) + 0.5) / (rows.now + bins / 2)
    psi += (now - before) * Math.log(now / before)
  }
  // Bins that neither side has anything in bring no chance.
  const used = counts.filter((count, bin) => count + (feature.counts[bin] ?? 0) > 0).length
  const psiByChance = (used - 1) * (1 / rows.before + 1 / rows.now)
  const before = feature.counts.map((count) => count / rows.before)
  const now = counts.map((count) => count / rows.now)
  return {
    name: feature.name,
    psi,
    psiByChance,
    verdict: judge(psi, psiByChance),
    test: testNumbers(feature, column),
    missing: { before: before[0] ?? 0, now: now[0] ?? 0 },
    before,
    now,
  }
}

function judge(psi: number, byChance: number): DriftVerdict {
  if (byChance > SHIFTING / 2) return 'too_few_rows'
  if (psi < SHIFTING) return 'steady'
  return psi < SHIFTED ? 'shifting' : 'shifted'
}

/** A column without any value fits numbers and levels alike. */
function countLike(feature: FeatureBaseline, column: TrustColumn): readonly number[] {
  if (column.kind === 'levels' && column.levels.length === 0)
    return feature.counts.map((_, bin) => (bin === 0 ? column.codes.length : 0))
  if (feature.kind === 'numbers' && column.kind === 'numbers')
    return countNumbers(column.values, feature.cuts)
  if (feature.kind === 'levels' && column.kind === 'levels') return countLevels(column, feature.levels)
  throw new TabularInputError(
    'feature_wrong_type',
    `feature "${feature.name}" was of ${feature.kind} and is now of ${column.kind}`,
  )
}

function testNumbers(feature: FeatureBaseline, column: TrustColumn): TwoSampleTest | null {
  if (feature.kind !== 'numbers' || column.kind !== 'numbers' || feature.sample.length === 0) return null
  const now = column.values.filter((value) => !Number.isNaN(value)).sort()
  return now.length === 0 ? null : kolmogorovSmirnov(Float64Array.from(feature.sample), now)
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0)
}
