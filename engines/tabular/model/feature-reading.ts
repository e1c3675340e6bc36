import type { FittedFeature } from '../table/encoding.ts'
import { MAX_SET_LEVELS } from '../table/frequent-levels.ts'
import {
  isRecord,
  type JsonRecord,
  readList,
  readNumber,
  readRecord,
  readText,
  readWhole,
  wrong,
} from './json-reading.ts'

const NOT_NEGATIVE = { least: 0, most: Number.MAX_VALUE }
const POSITIVE = { least: Number.MIN_VALUE, most: Number.MAX_VALUE }
/** As many as a feature may ask for. */
const MOST_BUCKETS = 1_024

/** The feature as plain JSON. */
export function describeFeature(feature: FittedFeature): JsonRecord {
  if (feature.kind !== 'category') return feature
  const { name, kind, frequent, statistics } = feature
  const { prior, strength, cap, levels, weights, sums } = statistics
  return {
    name,
    kind,
    prior,
    strength,
    cap,
    levels,
    weights: [...weights],
    sums: [...sums],
    frequent: [...frequent],
  }
}

export function readFeature(value: unknown, where: string): FittedFeature {
  const kind = isRecord(value) ? value.kind : undefined
  const read = (...fields: readonly string[]): JsonRecord =>
    readRecord(value, where, ['name', 'kind', ...fields])
  const nameOf = (record: JsonRecord): string => readText(record.name, `${where}.name`)
  switch (kind) {
    case 'number':
    case 'date':
    case 'level':
      return { name: nameOf(read()), kind }
    case 'code': {
      const record = read('levels')
      return { name: nameOf(record), kind, levels: readLevels(record.levels, `${where}.levels`) }
    }
    case 'text': {
      const record = read('buckets')
      const buckets = readWhole(record.buckets, `${where}.buckets`, { least: 1, most: MOST_BUCKETS })
      return { name: nameOf(record), kind, buckets }
    }
    case 'category':
      return readCategory(read('prior', 'strength', 'cap', 'levels', 'weights', 'sums', 'frequent'), where)
    default:
      throw wrong(`${where}.kind`, 'is unknown')
  }
}

function readCategory(value: JsonRecord, where: string): FittedFeature {
  const levels = readLevels(value.levels, `${where}.levels`)
  const readByCode = (field: 'weights' | 'sums', bound?: { least: number; most: number }): Float64Array =>
    Float64Array.from(
      readList(value[field], `${where}.${field}`, {
        length: levels.length + 1,
        item: (item, place) => readNumber(item, place, bound),
      }),
    )
  const frequent = readList(value.frequent, `${where}.frequent`, {
    item: (code, place) => readWhole(code, place, { least: 1, most: levels.length }),
  })
  if (frequent.length >= MAX_SET_LEVELS) throw wrong(`${where}.frequent`, 'are too many')
  if (frequent.some((code, i) => i > 0 && code <= (frequent[i - 1] ?? 0)))
    throw wrong(`${where}.frequent`, 'are not in rising order')
  return {
    name: readText(value.name, `${where}.name`),
    kind: 'category',
    statistics: {
      prior: readNumber(value.prior, `${where}.prior`),
      strength: readNumber(value.strength, `${where}.strength`, POSITIVE),
      cap: readNumber(value.cap, `${where}.cap`, NOT_NEGATIVE),
      levels,
      weights: readByCode('weights', NOT_NEGATIVE),
      sums: readByCode('sums'),
    },
    frequent: Int32Array.from(frequent),
  }
}

/** Texts in strictly rising order, as look-ups need them. */
function readLevels(value: unknown, where: string): string[] {
  const levels = readList(value, where, { item: readText })
  if (levels.some((level, i) => i > 0 && level <= (levels[i - 1] ?? '')))
    throw wrong(where, 'are not in rising order')
  return levels
}
