import type { Comparison } from '../explanation/comparisons.ts'
import type { FittedFeature } from '../table/encoding.ts'
import { readList, readNumber, readRecord, readText, readWhole, wrong } from './json-reading.ts'

const FIELDS = ['feature', 'by', 'levels', 'counts', 'lower', 'median', 'upper']

/** What numbers are compared with, of a model with these features; sorted levels, and quartiles in their order. */
export function readComparisons(value: unknown, features: readonly FittedFeature[]): readonly Comparison[] {
  const comparisons = readList(value, 'comparisons', { item: readComparison })
  comparisons.forEach(({ feature, by }, i) => {
    const kindOf = (name: string) => features.find((one) => one.name === name)?.kind
    if (kindOf(feature) !== 'number') throw wrong(`comparisons[${i}].feature`, 'is no number of the model')
    const other = kindOf(by)
    if (other !== 'code' && other !== 'category')
      throw wrong(`comparisons[${i}].by`, 'is no code or category of the model')
    if (comparisons.findIndex((one) => one.feature === feature) !== i)
      throw wrong(`comparisons[${i}].feature`, 'is compared twice')
  })
  return comparisons
}

function readComparison(value: unknown, where: string): Comparison {
  const fields = readRecord(value, where, FIELDS)
  const levels = readList(fields.levels, `${where}.levels`, { item: readText })
  if (levels.some((level, i) => i > 0 && level <= (levels[i - 1] ?? '')))
    throw wrong(`${where}.levels`, 'are not in order')
  const { length } = levels
  const counts = readList(fields.counts, `${where}.counts`, {
    length,
    item: (one, at) => readWhole(one, at, { least: 1, most: Number.MAX_SAFE_INTEGER }),
  })
  const numbers = (field: 'lower' | 'median' | 'upper') =>
    readList(fields[field], `${where}.${field}`, { length, item: (one, at) => readNumber(one, at) })
  const [lower, median, upper] = [numbers('lower'), numbers('median'), numbers('upper')]
  if (median.some((middle, i) => !((lower[i] ?? 0) <= middle && middle <= (upper[i] ?? 0))))
    throw wrong(`${where}.median`, 'is not between the quartiles')
  return {
    feature: readText(fields.feature, `${where}.feature`),
    by: readText(fields.by, `${where}.by`),
    levels,
    counts,
    lower,
    median,
    upper,
  }
}
