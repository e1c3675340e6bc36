import type { BilingualText } from '@khudi/sdk'
import { TabularInputError } from '../errors.ts'
import { type Columns, readColumns, rowsOf, type TrustColumn } from './columns.ts'
import { repeatedRows } from './leakage-rows.ts'
import { type Evidence, type LeakCode, sentenceOf } from './leakage-sentences.ts'
import { knownLater, type LeakageTimes, laterDates, rankedDelay } from './leakage-times.ts'
import { decidedOutcome, outcomeInMissing, rankedOutcome } from './leakage-values.ts'
import { rankCorrelation } from './rank-statistics.ts'

export interface LeakageInput extends LeakageTimes {
  /** What the model is to be trained on, in the order of time. */
  readonly columns: Columns
  /** 0 or 1 for a logistic model, else any numbers; one a row. */
  readonly labels: ArrayLike<number>
  /** Rows that the model is to be tested on, with the same features. */
  readonly test?: Columns | undefined
  /** What people call the features; their names when left out. */
  readonly titles?: Readonly<Record<string, BilingualText>> | undefined
}

/** One suspicion, with the figures it rests on. A person decides what it means. */
export interface Leak {
  readonly code: LeakCode
  /** `null` where it is about rows. */
  readonly feature: string | null
  readonly evidence: Evidence
  readonly sentence: BilingualText
}

/** Fewer values than this show nothing. */
const LEAST_ROWS = 100
const IDENTIFIER_SHARE = 0.9
const RUNNING = 0.99

/**
 * Looks for features that know the outcome or the future, identifiers, and test rows that were learned (Kaufman et al.,
 * "Leakage in data mining", ACM TKDD 6, 2012). Silence is no proof: a leak that several features share is not looked for.
 * Findings stand in the order of the features, then those about rows.
 *
 * @throws TabularInputError as `readColumns`; `length_mismatch`, `label_not_finite`, `order_invalid`; `option_invalid` where
 *   `knownAt` or `outcomeTimes` is given without `times`; `feature_missing` for a feature that is not in the table.
 */
export function findLeaks(input: LeakageInput): readonly Leak[] {
  const columns = readColumns(input.columns)
  const labels = readLabels(input, rowsOf(columns[0]))
  checkTimes(input, labels.length)
  const leaks: Leak[] = []
  const add = (code: LeakCode, feature: string | null, evidence: Evidence | null): void => {
    if (evidence === null) return
    const title = feature === null ? null : (input.titles?.[feature] ?? { en: feature, ur: feature })
    leaks.push({ code, feature, evidence, sentence: sentenceOf(code, title, evidence) })
  }
  for (const column of columns) {
    const { name } = column
    add('outcome_ranked', name, rankedOutcome(column, labels))
    add('outcome_decided', name, decidedOutcome(column, labels))
    add('outcome_in_missing', name, outcomeInMissing(column, labels))
    add('identifier', name, identifier(column))
    add('running_number', name, runningNumber(column))
    add('known_later', name, knownLater(column, input))
    add('date_ahead', name, laterDates(column, input))
    add('delay_ranked', name, rankedDelay(column, input))
  }
  if (input.test !== undefined) add('rows_repeated', null, repeatedRows(columns, input.test))
  return leaks
}

/** Texts that hardly ever repeat name single cases. */
function identifier(column: TrustColumn): Evidence | null {
  if (column.kind !== 'levels') return null
  const rows = column.codes.filter((code) => code >= 0).length
  const different = column.levels.length
  return rows >= LEAST_ROWS && different >= IDENTIFIER_SHARE * rows ? { rows, different } : null
}

/** Whole numbers that never repeat and rise with the rows. Measurements may be as unique, and do not rise. */
function runningNumber(column: TrustColumn): Evidence | null {
  if (column.kind !== 'numbers') return null
  const values = column.values.filter((value) => !Number.isNaN(value))
  const rows = values.length
  if (rows < LEAST_ROWS || !values.every(Number.isInteger) || new Set(values).size < rows) return null
  const correlation = rankCorrelation(values, Float64Array.from(values.keys()))
  return Math.abs(correlation) >= RUNNING ? { rows, correlation } : null
}

function readLabels({ labels }: LeakageInput, rows: number): Float64Array {
  if (labels.length !== rows)
    throw new TabularInputError('length_mismatch', `there are ${rows} rows and ${labels.length} labels`)
  return Float64Array.from({ length: rows }, (_, row) => {
    const label = labels[row] ?? Number.NaN
    if (Number.isFinite(label)) return label
    throw new TabularInputError('label_not_finite', `the label of row ${row} is ${label}`)
  })
}

function checkTimes(input: LeakageInput, rows: number): void {
  const { times, outcomeTimes, knownAt = {}, columns, plannedDates = [] } = input
  for (const name of [...Object.keys(knownAt), ...plannedDates])
    if (!Object.hasOwn(columns, name))
      throw new TabularInputError('feature_missing', `there is no feature "${name}"`)
  const given = [times, outcomeTimes, ...Object.values(knownAt)]
  for (const list of given)
    if (list !== undefined && list.length !== rows)
      throw new TabularInputError('length_mismatch', `there are ${rows} rows and ${list.length} times`)
  if (times === undefined) {
    if (outcomeTimes === undefined && Object.keys(knownAt).length === 0) return
    throw new TabularInputError(
      'option_invalid',
      'without the time of each row nothing can be said to be later',
    )
  }
  for (let row = 0; row < rows; row++)
    if (!Number.isFinite(times[row]))
      throw new TabularInputError('order_invalid', `the time of row ${row} is not a finite number`)
}
