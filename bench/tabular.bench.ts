/** The tabular engine beside XGBoost and LightGBM: training, scoring and explaining. How good its models are: `tabular-quality`. */
import type { Benchmark } from './result.ts'
import { explainingRows } from './tabular/explaining.ts'
import { servingRows } from './tabular/serving.ts'
import { trainingRows } from './tabular/training.ts'

export default {
  title: 'the tabular engine beside XGBoost and LightGBM',
  async run(given) {
    const { isQuick, say } = given
    const trained = await trainingRows(given)
    say('scoring')
    const served = await servingRows(isQuick ? 0.1 : 1)
    say('explaining')
    const explained = await explainingRows(isQuick ? 0.1 : 1)
    return [...trained, ...served, ...explained]
  },
} satisfies Benchmark
