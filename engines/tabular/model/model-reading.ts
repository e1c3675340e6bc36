import { ModelFormatError, TabularInputError } from '../errors.ts'
import { type FittedFeature, featureOfColumns } from '../table/encoding.ts'
import { completeOptions, defaultOptions, type TrainingOptions } from '../training/options.ts'
import type { CapacityQuality, Quality } from '../trust/metrics.ts'
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
import { sumsAreExact, type TabularModel } from './model.ts'
import { readTrees } from './tree-reading.ts'

const UNIT = { least: 0, most: 1 }
const FIELDS = [
  'format',
  'version',
  'trainedRows',
  'seed',
  'options',
  'validation',
  'calibration',
  'features',
  'baseMargin',
  'trees',
]
const COUNT = { least: 0, most: Number.MAX_SAFE_INTEGER }

/** A model from parsed JSON of the given format and version, every field checked. */
export function readModel(
  file: unknown,
  expected: { readonly format: string; readonly version: number },
): TabularModel {
  if (!isRecord(file) || file.format !== expected.format)
    throw new ModelFormatError('this is not a tabular model')
  if (file.version !== expected.version) {
    throw new ModelFormatError(
      `the model is of version ${String(file.version)}; this reader knows version ${expected.version}`,
    )
  }
  const model = readRecord(file, 'file', FIELDS)
  const features = readList(model.features, 'features', { item: readFeature })
  if (features.length === 0) throw wrong('features', 'are none')
  if (new Set(features.map(({ name }) => name)).size !== features.length)
    throw wrong('features', 'repeat a name')
  const baseMargin = readNumber(model.baseMargin, 'baseMargin')
  const trees = readTrees(model.trees, featureOfColumns(features).length)
  if (!sumsAreExact(baseMargin, trees.value)) throw wrong('trees.value', 'cannot be summed exactly')
  const calibration = readRecord(model.calibration, 'calibration', ['slope', 'intercept'])
  return {
    features,
    baseMargin,
    trees,
    calibration: {
      slope: readNumber(calibration.slope, 'calibration.slope'),
      intercept: readNumber(calibration.intercept, 'calibration.intercept'),
    },
    seed: readWhole(model.seed, 'seed', COUNT),
    options: readOptions(model.options),
    trainedRows: readWhole(model.trainedRows, 'trainedRows', COUNT),
    validation: model.validation === null ? null : readQuality(model.validation),
  }
}

function readFeature(value: unknown, where: string): FittedFeature {
  const kind = isRecord(value) ? value.kind : undefined
  if (kind === 'number')
    return { name: readText(readRecord(value, where, ['name', 'kind']).name, `${where}.name`), kind }
  if (kind === 'code') {
    const { name, levels } = readRecord(value, where, ['name', 'kind', 'levels'])
    return { name: readText(name, `${where}.name`), kind, levels: readLevels(levels, `${where}.levels`) }
  }
  if (kind !== 'category') throw wrong(`${where}.kind`, 'is unknown')
  return readCategory(
    readRecord(value, where, ['name', 'kind', 'prior', 'strength', 'levels', 'weights', 'positives']),
    where,
  )
}

function readCategory(value: JsonRecord, where: string): FittedFeature {
  const levels = readLevels(value.levels, `${where}.levels`)
  const readSums = (sums: unknown, at: string): Float64Array =>
    Float64Array.from(
      readList(sums, at, {
        length: levels.length + 1,
        item: (sum, place) => readNumber(sum, place, { least: 0, most: Number.MAX_VALUE }),
      }),
    )
  const weights = readSums(value.weights, `${where}.weights`)
  const positives = readSums(value.positives, `${where}.positives`)
  if (positives.some((positive, code) => positive > (weights[code] ?? 0))) {
    throw wrong(`${where}.positives`, 'exceed the weights')
  }
  const prior = readNumber(value.prior, `${where}.prior`, UNIT)
  const strength = readNumber(value.strength, `${where}.strength`, {
    least: Number.MIN_VALUE,
    most: Number.MAX_VALUE,
  })
  return {
    name: readText(value.name, `${where}.name`),
    kind: 'category',
    statistics: { prior, strength, levels, weights, positives },
  }
}

/** Texts in strictly rising order, as look-ups need them. */
function readLevels(value: unknown, where: string): string[] {
  const levels = readList(value, where, { item: readText })
  if (levels.some((level, i) => i > 0 && level <= (levels[i - 1] ?? '')))
    throw wrong(where, 'are not in rising order')
  return levels
}

function readOptions(value: unknown): TrainingOptions {
  const names = Object.keys(defaultOptions)
  const fields = readRecord(value, 'options', names)
  const given = Object.fromEntries(names.map((name) => [name, readNumber(fields[name], `options.${name}`)]))
  try {
    return completeOptions(given)
  } catch (cause) {
    if (cause instanceof TabularInputError)
      throw new ModelFormatError(`the model's ${cause.message}`, { cause })
    throw cause
  }
}

function readQuality(value: unknown): Quality {
  const names = ['rows', 'positives', 'auc', 'averagePrecision', 'brier', 'calibrationError', 'capacities']
  const quality = readRecord(value, 'validation', names)
  const unit = (field: string): number => readNumber(quality[field], `validation.${field}`, UNIT)
  return {
    rows: readWhole(quality.rows, 'validation.rows', COUNT),
    positives: readWhole(quality.positives, 'validation.positives', COUNT),
    auc: unit('auc'),
    averagePrecision: unit('averagePrecision'),
    brier: unit('brier'),
    calibrationError: unit('calibrationError'),
    capacities: readList(quality.capacities, 'validation.capacities', { item: readCapacity }),
  }
}

function readCapacity(value: unknown, where: string): CapacityQuality {
  const fields = readRecord(value, where, ['share', 'selected', 'precision', 'recall', 'valueRecovered'])
  return {
    share: readNumber(fields.share, `${where}.share`, UNIT),
    selected: readWhole(fields.selected, `${where}.selected`, COUNT),
    precision: readNumber(fields.precision, `${where}.precision`, UNIT),
    recall: readNumber(fields.recall, `${where}.recall`, UNIT),
    valueRecovered:
      fields.valueRecovered === null
        ? null
        : readNumber(fields.valueRecovered, `${where}.valueRecovered`, UNIT),
  }
}
