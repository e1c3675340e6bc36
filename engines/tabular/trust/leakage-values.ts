import type { TrustColumn } from './columns.ts'
import type { Evidence } from './leakage-sentences.ts'
import { areaUnder, rankCorrelation } from './rank-statistics.ts'

/** Fewer rows of either outcome than this show nothing. */
const LEAST_OF_EACH = 10
const RANKED_AUC = 0.95
/** What the area must be at least in truth, so that few rows do not cry wolf. */
const RANKED_LEAST = 0.9
const RANKED_CORRELATION = 0.98
/** By chance at most one set of levels in a million looks so. */
const CHANCE = 1e-6
/** What pure values must hold of the rarer, and of the commoner outcome. Half of all harmless cases may well be plain. */
const DECIDED_SHARE = { rarer: 0.5, commoner: 0.95 }
/** Numbers with more different values than this are measurements. */
const MOST_VALUES = 50

const isBinary = (labels: Float64Array): boolean => labels.every((label) => label === 0 || label === 1)

/**
 * Whether the feature alone ranks the outcome. Of 0 and 1 by the area under the curve, from 0.95; of numbers by the rank
 * correlation, from 0.98. A level stands for the mean label of the earlier half of the rows, and is tried on the later half.
 */
export function rankedOutcome(column: TrustColumn, labels: Float64Array): Evidence | null {
  const tried =
    column.kind === 'numbers' ? presentNumbers(column.values, labels) : learnedLevels(column, labels)
  const rows = tried.labels.length
  if (!isBinary(labels)) {
    const correlation = rankCorrelation(tried.values, tried.labels)
    const strength = Math.abs(correlation)
    return rows >= 2 * LEAST_OF_EACH && strength >= RANKED_CORRELATION
      ? { strength, rows, correlation }
      : null
  }
  const positives = tried.labels.reduce((sum, label) => sum + label, 0)
  const rising = areaUnder(tried.values, tried.labels)
  // A level's mean label says itself which way it ranks; a number may rank either way.
  const falling =
    column.kind === 'numbers'
      ? areaUnder(
          tried.values.map((value) => -value),
          tried.labels,
        )
      : rising
  if (rising === null || falling === null || Math.min(positives, rows - positives) < LEAST_OF_EACH)
    return null
  const { auc, least } = rising.auc >= falling.auc ? rising : falling
  if (auc < RANKED_AUC || least < RANKED_LEAST) return null
  return { strength: auc, least, rows, positives, baseRate: positives / rows }
}

type Tried = { readonly values: Float64Array; readonly labels: Float64Array }

function presentNumbers(values: Float64Array, labels: Float64Array): Tried {
  const isPresent = (row: number): boolean => !Number.isNaN(values[row])
  return {
    values: values.filter((_, row) => isPresent(row)),
    labels: labels.filter((_, row) => isPresent(row)),
  }
}

function learnedLevels(
  { codes, levels }: Extract<TrustColumn, { kind: 'levels' }>,
  labels: Float64Array,
): Tried {
  const half = Math.floor(codes.length / 2)
  const sums = new Float64Array(levels.length)
  const counts = new Float64Array(levels.length)
  let sum = 0
  for (let row = 0; row < half; row++) {
    const code = codes[row] ?? -1
    sum += labels[row] ?? 0
    if (code < 0) continue
    sums[code] = (sums[code] ?? 0) + (labels[row] ?? 0)
    counts[code] = (counts[code] ?? 0) + 1
  }
  const values: number[] = []
  const later: number[] = []
  for (let row = half; row < codes.length; row++) {
    const code = codes[row] ?? -1
    if (code < 0) continue
    // One row of the whole's mean, for levels that were seen seldom or never.
    values.push(((sums[code] ?? 0) + sum / Math.max(1, half)) / ((counts[code] ?? 0) + 1))
    later.push(labels[row] ?? 0)
  }
  return { values: Float64Array.from(values), labels: Float64Array.from(later) }
}

/**
 * Whether values with one outcome only hold most of that outcome's rows. A value counts where chance, by the base rate, would
 * make it so once in a million values or less.
 */
export function decidedOutcome(column: TrustColumn, labels: Float64Array): Evidence | null {
  const coded = codesOf(column)
  return coded === null || !isBinary(labels) ? null : decided(coded, labels)
}

/** The same for being missing: where that alone parts the outcomes, or holds most of one of them. */
export function outcomeInMissing(column: TrustColumn, labels: Float64Array): Evidence | null {
  if (!isBinary(labels)) return null
  const codes =
    column.kind === 'numbers'
      ? Int32Array.from(column.values, (value) => (Number.isNaN(value) ? 1 : 0))
      : column.codes.map((code) => (code < 0 ? 1 : 0))
  const counts = { 0: { rows: 0, missing: 0 }, 1: { rows: 0, missing: 0 } }
  codes.forEach((isMissing, row) => {
    const own = counts[labels[row] === 1 ? 1 : 0]
    own.rows++
    own.missing += isMissing
  })
  if (Math.min(counts[0].rows, counts[1].rows) < LEAST_OF_EACH) return null
  if (counts[0].missing + counts[1].missing === 0) return null
  const missingWithOutcome = counts[1].missing / counts[1].rows
  const missingWithout = counts[0].missing / counts[0].rows
  // The area under the curve of an indicator is half of one more than the distance of the two shares.
  const auc = (1 + Math.abs(missingWithOutcome - missingWithout)) / 2
  if (auc < RANKED_LEAST && decided({ codes, different: 2 }, labels) === null) return null
  return {
    missingWithOutcome,
    missingWithout,
    auc,
    rows: labels.length,
    baseRate: counts[1].rows / labels.length,
  }
}

type Coded = { readonly codes: Int32Array; readonly different: number }

function decided({ codes, different }: Coded, labels: Float64Array): Evidence | null {
  const rows = labels.length
  const positives = labels.reduce((sum, label) => sum + label, 0)
  if (Math.min(positives, rows - positives) < LEAST_OF_EACH) return null
  const counts = new Int32Array(different)
  const ones = new Int32Array(different)
  codes.forEach((code, row) => {
    if (code < 0) return
    counts[code] = (counts[code] ?? 0) + 1
    if (labels[row] === 1) ones[code] = (ones[code] ?? 0) + 1
  })
  for (const outcome of [1, 0]) {
    const of = outcome === 1 ? positives : rows - positives
    const baseRate = of / rows
    const least = Math.log(CHANCE / different) / Math.log(baseRate)
    const held = counts.reduce(
      (sum, count, code) =>
        count >= least && (ones[code] ?? 0) === (outcome === 1 ? count : 0) ? sum + count : sum,
      0,
    )
    const share = held / of
    const bound = baseRate <= 0.5 ? DECIDED_SHARE.rarer : DECIDED_SHARE.commoner
    if (share >= bound) return { held, of, share, outcome, baseRate }
  }
  return null
}

/** Levels as they are; numbers where there are few different ones; `null` for measurements. */
function codesOf(column: TrustColumn): Coded | null {
  if (column.kind === 'levels') return { codes: column.codes, different: column.levels.length }
  const numbers = new Map<number, number>()
  const codes = new Int32Array(column.values.length)
  for (let row = 0; row < codes.length; row++) {
    const value = column.values[row] ?? Number.NaN
    const number = Number.isNaN(value) ? -1 : (numbers.get(value) ?? numbers.size)
    if (number === numbers.size) numbers.set(value, number)
    if (numbers.size > MOST_VALUES) return null
    codes[row] = number
  }
  return { codes, different: numbers.size }
}
