import type { FeatureSpec, Row } from './table/features.ts'
import { sigmoid } from './training/loss.ts'
import { seededRandom } from './training/random.ts'

/**
 * A made-up table whose truth is known, so that tests and benchmarks can say what a learner ought to find.
 */
export type PlantedTable = {
  readonly features: readonly FeatureSpec[]
  readonly rows: readonly Row[]
  readonly labels: Uint8Array
  /** The probability each label was drawn with: no model can rank better than this on average. */
  readonly truth: Float64Array
}

const MISSING_SHARE = 0.1

/**
 * Log odds rise with `mass` above its middle only where `price` is low, fall by one where `mass` is missing,
 * depend on the first letter of `code`, and differ for each of 200 `route`s; `noise` says nothing.
 */
export function plantTable(count: number, seed: number): PlantedTable {
  const random = seededRandom(seed)
  const routeEffect = Float64Array.from({ length: 200 }, () => 4 * random.uniform() - 2)
  const truth = new Float64Array(count)
  const rows = Array.from({ length: count }, (_, i) => {
    const mass = random.uniform() < MISSING_SHARE ? null : 1_000 * random.uniform()
    const price = Math.exp(6 * random.uniform())
    const code = `${'abcdef'[random.below(6)]}${random.below(50)}`
    const route = random.below(routeEffect.length)
    const interaction = mass !== null && mass > 500 && price < 20 ? 2 : 0
    const margin =
      -1.5 + interaction - (mass === null ? 1 : 0) + (code < 'c' ? 1 : 0) + (routeEffect[route] ?? 0)
    truth[i] = sigmoid(margin)
    return { mass, price, code, route: `route ${route}`, noise: random.uniform() }
  })
  const labels = Uint8Array.from(truth, (probability) => (random.uniform() < probability ? 1 : 0))
  const features: readonly FeatureSpec[] = [
    { name: 'mass', kind: 'number' },
    { name: 'price', kind: 'number' },
    { name: 'code', kind: 'code' },
    { name: 'route', kind: 'category' },
    { name: 'noise', kind: 'number' },
  ]
  return { features, rows, labels, truth }
}
