import { TabularInputError } from '../errors.ts'
import type { ConformalThresholds } from './conformal.ts'
import { type ConformalIntervals, type Foretold, intervalMaker } from './conformal-intervals.ts'
import { type ConformalSets, checkScores, type LabelledScores, labelOf, setMaker } from './conformal-sets.ts'
import { coveredBand } from './coverage-law.ts'

/** How often the truth was inside, for some of the tested cases, and whether chance can explain it. */
export interface Coverage {
  readonly group: string | null
  /** Of sets, the true label that the line is about; `null` for both, and for intervals. */
  readonly label: 0 | 1 | null
  readonly tested: number
  readonly covered: number
  readonly share: number
  /** Between which shares sound thresholds come out, with the report's confidence (see `coveredBand`). */
  readonly band: { readonly low: number; readonly high: number }
  /** `below` says that the promise is broken for these cases. `above` says that the sets are wider than they need be. */
  readonly verdict: 'within' | 'below' | 'above'
  /** Mean number of labels in the sets, or mean width of the intervals. */
  readonly size: number
}

export interface CoverageReport {
  readonly alpha: number
  /** Of each line by itself: of a hundred lines about sound thresholds, one is outside at 0.99. */
  readonly confidence: number
  readonly whole: Coverage
  /** By group, by label, and by both, where the cases are so divided; in rising order. */
  readonly parts: readonly Coverage[]
}

type Options = { readonly confidence?: number | undefined }

/** One tested case: which threshold it was held against, whether it was covered, and the size of its set. */
type Tested = { readonly category: number; readonly isCovered: boolean; readonly size: number }

/**
 * Coverage of sets on cases that neither model nor thresholds have seen. A line by label or group is given even where the
 * thresholds were not divided so: that is where a promise that holds on the whole is seen to fail a group.
 *
 * @throws TabularInputError as `fitConformalSets`; `group_unknown`.
 */
export function measureSetCoverage(
  sets: ConformalSets,
  cases: LabelledScores,
  options: Options = {},
): CoverageReport {
  const count = checkScores(cases)
  const maker = setMaker(sets)
  const tested = Array.from({ length: count }, (_, row): Tested => {
    const group = cases.groups?.[row]
    const label = labelOf(cases, row)
    const { negative, positive } = maker.setOf(cases.scores[row] ?? 0, group)
    return {
      category: maker.categoryOf(label, group),
      isCovered: label === 1 ? positive : negative,
      size: Number(negative) + Number(positive),
    }
  })
  return report(sets, { tested, groups: cases.groups, labels: (row) => labelOf(cases, row) }, options)
}

/**
 * Coverage of intervals on cases that neither model nor thresholds have seen.
 *
 * @throws TabularInputError as `intervalMaker`.
 */
export function measureIntervalCoverage(
  fit: ConformalIntervals,
  cases: Foretold & { readonly labels: ArrayLike<number> },
  options: Options = {},
): CoverageReport {
  const maker = intervalMaker(fit, cases)
  const tested = Array.from({ length: cases.labels.length }, (_, row): Tested => {
    const { low, high, category } = maker.intervalAt(row)
    const label = cases.labels[row] ?? Number.NaN
    if (!Number.isFinite(label))
      throw new TabularInputError('label_not_finite', `the label of case ${row} is ${label}`)
    return { category, isCovered: label >= low && label <= high, size: high - low }
  })
  return report(fit, { tested, groups: cases.groups, labels: null }, options)
}

type TestedCases = {
  readonly tested: readonly Tested[]
  readonly groups: readonly string[] | undefined
  readonly labels: ((row: number) => 0 | 1) | null
}

function report(
  thresholds: ConformalThresholds,
  cases: TestedCases,
  { confidence = 0.99 }: Options,
): CoverageReport {
  if (!(confidence > 0 && confidence < 1))
    throw new TabularInputError('option_invalid', `confidence must lie between 0 and 1, not be ${confidence}`)
  const { tested, groups, labels } = cases
  const line = (part: Pick<Coverage, 'group' | 'label'>, rows: readonly number[]): Coverage => {
    const held = rows.flatMap((row) => tested[row] ?? [])
    return { ...part, ...judge(held, thresholds, confidence) }
  }
  const all = tested.map((_, row) => row)
  const parts: Coverage[] = []
  for (const [group, rows] of groups === undefined ? [] : divideBy(all, (row) => groups[row] ?? ''))
    parts.push(line({ group, label: null }, rows))
  for (const [label, rows] of labels === null ? [] : divideBy(all, labels)) {
    parts.push(line({ group: null, label }, rows))
    if (groups === undefined) continue
    for (const [group, own] of divideBy(rows, (row) => groups[row] ?? ''))
      parts.push(line({ group, label }, own))
  }
  return {
    alpha: thresholds.alpha,
    confidence,
    whole: line({ group: null, label: null }, all),
    parts,
  }
}

function judge(
  cases: readonly Tested[],
  { categories }: ConformalThresholds,
  confidence: number,
): Omit<Coverage, 'group' | 'label'> {
  const byCategory = new Int32Array(categories.length)
  let covered = 0
  let size = 0
  for (const one of cases) {
    byCategory[one.category] = (byCategory[one.category] ?? 0) + 1
    covered += Number(one.isCovered)
    size += one.size
  }
  const laws = categories.flatMap(({ calibrated, rank }, i) => {
    const held = byCategory[i] ?? 0
    return held === 0 ? [] : [{ calibrated, rank, tested: held }]
  })
  const { low, high } = coveredBand(laws, confidence)
  const count = cases.length
  return {
    tested: count,
    covered,
    share: covered / count,
    band: { low: low / count, high: high / count },
    verdict: covered < low ? 'below' : covered > high ? 'above' : 'within',
    size: size / count,
  }
}

function divideBy<Key extends string | 0 | 1>(
  rows: readonly number[],
  key: (row: number) => Key,
): readonly (readonly [Key, readonly number[]])[] {
  return [...Map.groupBy(rows, key)].sort(([a], [b]) => (a < b ? -1 : 1))
}
