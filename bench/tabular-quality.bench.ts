/** How good the tabular engine's models are, beside XGBoost's and LightGBM's on equal features and a like budget. */
import type { Benchmark } from './result.ts'
import { qualityRows } from './tabular/quality.ts'

export default {
  title: 'quality of the tabular engine beside XGBoost and LightGBM',
  run: qualityRows,
} satisfies Benchmark
