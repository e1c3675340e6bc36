import { ModelFormatError } from '../errors.ts'
import type { FittedFeature } from '../table/encoding.ts'
import type { TabularModel } from './model.ts'
import { readModel } from './model-reading.ts'

/**
 * One JSON file a model, in UTF-8. JSON keeps every finite double exactly (the shortest decimal that reads
 * back the same), can be read by anyone in fifty years, and compares line by line. Format 1; a reader refuses
 * every other.
 */
export const MODEL_FORMAT = 'khudi.tabular'
export const MODEL_VERSION = 1

/**
 * The file's bytes; equal models give equal bytes. Category values are in it as they are, so it is as
 * confidential as they.
 */
export function encodeModel(model: TabularModel): Uint8Array {
  const { trees } = model
  const file = {
    format: MODEL_FORMAT,
    version: MODEL_VERSION,
    trainedRows: model.trainedRows,
    seed: model.seed,
    options: model.options,
    validation: model.validation,
    calibration: model.calibration,
    features: model.features.map(encodeFeature),
    baseMargin: model.baseMargin,
    trees: {
      roots: [...trees.roots],
      column: [...trees.column],
      threshold: [...trees.threshold],
      left: [...trees.left],
      missingLeft: [...trees.missingLeft],
      value: [...trees.value],
    },
  }
  return new TextEncoder().encode(`${JSON.stringify(file)}\n`)
}

/**
 * Reads a model back, bit for bit.
 *
 * The structure is checked completely, so a decoded model can be walked without further checks. Whether the
 * figures in it are those that were trained is for the artefact's registered digest to say.
 *
 * @throws ModelFormatError for another format or version, bytes cut short, and any field missing, unknown or impossible.
 */
export function decodeModel(bytes: Uint8Array): TabularModel {
  let file: unknown
  try {
    file = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    throw new ModelFormatError('the model is not whole JSON in UTF-8; it may be cut short', { cause })
  }
  return readModel(file, { format: MODEL_FORMAT, version: MODEL_VERSION })
}

function encodeFeature(feature: FittedFeature): unknown {
  if (feature.kind !== 'category') return feature
  const { prior, strength, levels, weights, positives } = feature.statistics
  return {
    name: feature.name,
    kind: feature.kind,
    prior,
    strength,
    levels,
    weights: [...weights],
    positives: [...positives],
  }
}
