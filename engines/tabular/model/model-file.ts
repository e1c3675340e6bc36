import { ModelFormatError } from '../errors.ts'
import { crc32 } from './checksum.ts'
import type { TabularModel } from './model.ts'
import { describeModel, readModel } from './model-reading.ts'
import { entriesOf, packArrays, packedSize } from './packed-arrays.ts'
import { packTrees } from './tree-packing.ts'

/**
 * One file a model. Its first line is JSON in UTF-8 and says everything that people ask of a model, and which arrays follow;
 * then come the trees' arrays without gaps, little-endian; the last four bytes are the CRC-32 of all bytes before them.
 */
const MODEL_FORMAT = 'khudi.tabular'
const MODEL_VERSION = 2

const NEWLINE = 0x0a
const CHECKSUM_SIZE = 4
/** So every file begins, of any version. */
const beginning = /^\{"format":"khudi\.tabular","version":(\d{1,9})[,}]/

/**
 * The file's bytes; equal models give equal bytes. Category values are in it as they are, so it is as
 * confidential as they.
 */
export function encodeModel(model: TabularModel): Uint8Array {
  const arrays = packTrees(model.trees)
  const entries = entriesOf(arrays)
  const header = { format: MODEL_FORMAT, version: MODEL_VERSION, ...describeModel(model), arrays: entries }
  const line = new TextEncoder().encode(`${JSON.stringify(header)}\n`)
  const end = line.length + packedSize(entries)
  const bytes = new Uint8Array(end + CHECKSUM_SIZE)
  bytes.set(line)
  packArrays(Object.values(arrays), bytes.subarray(line.length, end))
  new DataView(bytes.buffer).setUint32(end, crc32(bytes.subarray(0, end)), true)
  return bytes
}

/**
 * Reads a model back, bit for bit. The structure is checked completely, so a decoded model can be walked without further
 * checks.
 *
 * @throws ModelFormatError for another format or version, bytes cut short or altered, and any field missing, unknown or
 * impossible.
 */
export function decodeModel(bytes: Uint8Array): TabularModel {
  const version = beginning.exec(new TextDecoder('latin1').decode(bytes.subarray(0, 64)))?.[1]
  if (version === undefined) throw new ModelFormatError('this is not a tabular model')
  if (version === '1')
    throw new ModelFormatError('the model is of version 1, which is no longer read: train it anew')
  if (version !== String(MODEL_VERSION))
    throw new ModelFormatError(
      `the model is of version ${version}; this reader knows version ${MODEL_VERSION}`,
    )
  const end = bytes.length - CHECKSUM_SIZE
  const line = bytes.indexOf(NEWLINE)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (line < 0 || line >= end || view.getUint32(end, true) !== crc32(bytes.subarray(0, end)))
    throw new ModelFormatError('the model was cut short or altered: its checksum is not that of its content')
  return readModel(parse(bytes.subarray(0, line)), bytes.subarray(line + 1, end))
}

function parse(line: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(line))
  } catch (cause) {
    throw new ModelFormatError("the model's first line is not JSON in UTF-8", { cause })
  }
}
