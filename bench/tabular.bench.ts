/** The tabular engine beside XGBoost and LightGBM: training, quality, scoring and explaining. */
import type { Benchmark } from './result.ts'
import { explainingRows } from './tabular/explaining.ts'
import { qualityRows } from './tabular/quality.ts'
import { servingRows } from './tabular/serving.ts'
import { trainingRows } from './tabular/training.ts'

export default {
  title: 'the tabular engine beside XGBoost and LightGBM',
  async run(given) {
    const { isQuick, say } = given
    const trained = await trainingRows(given)
    const good = await qualityRows(given)
    say('scoring')
    const served = await servingRows(isQuick ? 0.1 : 1)
    say('explaining')
    const explained = await explainingRows(isQuick ? 0.1 : 1)
    return [...trained, ...good, ...served, ...explained]
  },
} satisfies Benchmark
