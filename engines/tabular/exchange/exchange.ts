import { ModelFormatError } from '../errors.ts'
import type { TabularModel } from '../model/model.ts'
import { importLightgbm } from './lightgbm.ts'
import { importOnnx } from './onnx-read.ts'
import { importXgboost, type XgboostImport } from './xgboost.ts'

/**
 * Reads a model that another program trained: XGBoost (JSON or UBJSON), LightGBM (text) or ONNX (trees), told apart by how
 * they begin. What each may hold is said at its own reader; whatever else is refused, never guessed.
 *
 * @throws ModelFormatError for other files, and as the readers do.
 */
export function importModel(bytes: Uint8Array, options: XgboostImport = {}): TabularModel {
  // A brace begins JSON and UBJSON; field 1 of an ONNX model, its version, is a varint.
  if (bytes[0] === 0x7b) return importXgboost(bytes, options)
  if (beginsWith(bytes, 'tree\n')) return importLightgbm(bytes)
  if (beginsWith(bytes, 'binf') || beginsWith(bytes, 'bs64'))
    throw new ModelFormatError(
      'this is a model in the old binary format of XGBoost; save it as JSON or UBJSON with XGBoost 1.7 or later',
    )
  if (bytes[0] === 0x08) return importOnnx(bytes)
  throw new ModelFormatError('this is no model of XGBoost in JSON or UBJSON, of LightGBM in text, or in ONNX')
}

function beginsWith(bytes: Uint8Array, text: string): boolean {
  return (
    text.length <= bytes.length && Array.from(text).every((letter, at) => bytes[at] === letter.charCodeAt(0))
  )
}
