import { ModelFormatError, TabularInputError } from '../errors.ts'
import { featureOfColumns } from '../table/encoding.ts'
import { readObjective } from '../training/objectives/objectives.ts'
import { defaultOptions, readOptions, type TrainingOptions } from '../training/options.ts'
import type { Calibration } from '../trust/calibration.ts'
import type { CapacityQuality, Quality } from '../trust/metrics.ts'
import { readComparisons } from './comparison-reading.ts'
import { describeFeature, readFeature } from './feature-reading.ts'
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
import { origins, type Provenance, type TabularModel } from './model.ts'
import { ArrayReader } from './packed-arrays.ts'
import { unpackTrees } from './tree-packing.ts'

const UNIT = { least: 0, most: 1 }
const COUNT = { least: 0, most: Number.MAX_SAFE_INTEGER }
const FIELDS = [
  'format',
  'version',
  'objective',
  'trainedRows',
  'seed',
  'options',
  'validation',
  'calibration',
  'comparisons',
  'provenance',
  'trainingDigest',
  'features',
  'baseMargin',
  'arrays',
]

/** Everything but the trees as plain JSON, which keeps every finite double exactly. */
export function describeModel(model: TabularModel): JsonRecord {
  const { calibration } = model
  return {
    objective: model.objective,
    trainedRows: model.trainedRows,
    seed: model.seed,
    options: model.options,
    validation: model.validation,
    calibration:
      calibration.kind === 'isotonic'
        ? { kind: 'isotonic', margins: [...calibration.margins], scores: [...calibration.scores] }
        : calibration,
    comparisons: model.comparisons ?? [],
    provenance: model.provenance ?? null,
    trainingDigest: model.trainingDigest ?? null,
    features: model.features.map(describeFeature),
    baseMargin: model.baseMargin,
  }
}

/** A model from the file's first line, parsed, and the bytes of its arrays; every field is checked. */
export function readModel(header: unknown, arrays: Uint8Array): TabularModel {
  const model = readRecord(header, 'file', FIELDS)
  const features = readList(model.features, 'features', { item: readFeature })
  if (features.length === 0) throw wrong('features', 'are none')
  if (new Set(features.map(({ name }) => name)).size !== features.length)
    throw wrong('features', 'repeat a name')
  if (!Array.isArray(model.arrays)) throw wrong('arrays', 'must be a list')
  const comparisons = readComparisons(model.comparisons, features)
  const reader = new ArrayReader(model.arrays, arrays)
  const trees = unpackTrees(reader, featureOfColumns(features).length)
  reader.end()
  return {
    objective: fromOptions(() => readObjective(model.objective)),
    features,
    baseMargin: readNumber(model.baseMargin, 'baseMargin'),
    trees,
    calibration: readCalibration(model.calibration),
    seed: orNull(model.seed, (seed) => readWhole(seed, 'seed', COUNT)),
    options: orNull(model.options, readAllOptions),
    trainedRows: orNull(model.trainedRows, (rows) => readWhole(rows, 'trainedRows', COUNT)),
    validation: orNull(model.validation, readQuality),
    ...(comparisons.length > 0 && { comparisons }),
    ...(model.provenance !== null && { provenance: readProvenance(model.provenance) }),
    ...(model.trainingDigest !== null && { trainingDigest: readDigest(model.trainingDigest) }),
  }
}

const orNull = <T>(value: unknown, read: (value: unknown) => T): T | null =>
  value === null ? null : read(value)

function readCalibration(value: unknown): Calibration {
  const kind = isRecord(value) ? value.kind : undefined
  if (kind === 'none') {
    readRecord(value, 'calibration', ['kind'])
    return { kind }
  }
  if (kind === 'platt') {
    const { slope, intercept } = readRecord(value, 'calibration', ['kind', 'slope', 'intercept'])
    return {
      kind,
      slope: readNumber(slope, 'calibration.slope', { least: Number.MIN_VALUE, most: Number.MAX_VALUE }),
      intercept: readNumber(intercept, 'calibration.intercept'),
    }
  }
  if (kind !== 'isotonic') throw wrong('calibration.kind', 'is unknown')
  const fields = readRecord(value, 'calibration', ['kind', 'margins', 'scores'])
  const margins = readList(fields.margins, 'calibration.margins', { item: (one, at) => readNumber(one, at) })
  const scores = readList(fields.scores, 'calibration.scores', {
    length: margins.length,
    item: (score, at) => readNumber(score, at, UNIT),
  })
  if (margins.length === 0) throw wrong('calibration.margins', 'are none')
  if (margins.some((margin, i) => i > 0 && margin <= (margins[i - 1] ?? 0)))
    throw wrong('calibration.margins', 'do not rise')
  if (scores.some((score, i) => i > 0 && score < (scores[i - 1] ?? 0)))
    throw wrong('calibration.scores', 'fall')
  return { kind, margins: Float64Array.from(margins), scores: Float64Array.from(scores) }
}

function readProvenance(value: unknown): Provenance {
  const fields = readRecord(value, 'provenance', ['from', 'version', 'objective'])
  const from = origins.find((one) => one === fields.from)
  if (from === undefined) throw wrong('provenance.from', 'is unknown')
  const textOf = (field: 'version' | 'objective') =>
    orNull(fields[field], (text) => readText(text, `provenance.${field}`))
  return { from, version: textOf('version'), objective: textOf('objective') }
}

function readDigest(value: unknown): string {
  const digest = readText(value, 'trainingDigest')
  if (!/^[0-9a-f]{64}$/.test(digest)) throw wrong('trainingDigest', 'is not a SHA-256 in hexadecimal')
  return digest
}

/** What another part of the engine reads and refuses as an option given by a person. */
function fromOptions<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof TabularInputError)
      throw new ModelFormatError(`the model's ${cause.message}`, { cause })
    throw cause
  }
}

/** Every option is in a file, so that later defaults change nothing about what was done. */
function readAllOptions(value: unknown): TrainingOptions {
  const options = readRecord(value, 'options', Object.keys(defaultOptions))
  return fromOptions(() => readOptions(options))
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
