/** The tabular engine as the kernel sees every engine of learned models. */
import type { Engine, LoadedModel } from '@khudi/sdk'
import { explain, scoreWithReasons } from './engine/explaining.ts'
import { importForeign } from './engine/importing.ts'
import { findSettings, learn } from './engine/learning.ts'
import { measure } from './engine/measuring.ts'
import { exportOnnx } from './exchange/onnx-write.ts'
import { decodeModel } from './model/model-file.ts'
import { compile } from './scoring/score.ts'

const engine: Engine = {
  train: learn,
  load(bytes): LoadedModel {
    const model = decodeModel(bytes)
    const scorer = compile(model)
    return {
      score: (row, reasonCount) => scoreWithReasons(scorer, row, reasonCount),
      explain: (row) => explain(scorer, row),
      evaluate: (set, options) => measure(scorer, set, options),
      // The one format of `exportFormats`.
      exportAs: () => exportOnnx(model),
    }
  },
  importModel: importForeign,
  exportFormats: ['onnx'],
  search: findSettings,
}

export default engine
