import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { seededRandom } from '../training/random.ts'
import { type TimeFold, timeFolds } from './folds.ts'
import { type Configuration, drawConfigurations, type Parameter } from './space.ts'
import { planSearch, type SearchStep, type SearchTrial, successiveHalving } from './successive-halving.ts'

const space: readonly Parameter[] = [
  { name: 'rate', low: 0.01, high: 1, scale: 'log', whole: false },
  { name: 'depth', low: 2, high: 12, scale: 'linear', whole: true },
]

/** Lowest, 0, at rate 0.1 and depth 6; a longer training comes closer to what a configuration is worth. */
const worth = ({ rate = 1, depth = 0 }: Configuration) =>
  Math.log10(rate / 0.1) ** 2 + ((depth - 6) / 10) ** 2
const measured = (configuration: Configuration, rounds: number) => worth(configuration) + 1 / rounds

function search(
  configurations: readonly Configuration[],
  {
    rounds = 81,
    folds = timeFolds(100, 3),
    trainAndMeasure = measured,
  }: {
    readonly rounds?: number
    readonly folds?: readonly TimeFold[]
    readonly trainAndMeasure?: (configuration: Configuration, rounds: number, fold: TimeFold) => number
  } = {},
): { readonly steps: SearchStep[]; readonly trials: SearchTrial[] } {
  const running = successiveHalving({ configurations, rounds, folds, trainAndMeasure })
  const steps: SearchStep[] = []
  for (;;) {
    const step = running.next()
    if (step.done === true) return { steps, trials: step.value }
    steps.push(step.value)
  }
}

const seeds = fc.integer({ min: 0, max: 1_000_000 })
const counts = fc.integer({ min: 1, max: 60 })

test('where a short training ranks as a long one does, the best configuration of all comes out first', () => {
  fc.assert(
    fc.property(seeds, counts, fc.integer({ min: 1, max: 200 }), (seed, count, rounds) => {
      const configurations = drawConfigurations(space, count, seededRandom(seed))
      const { trials } = search(configurations, { rounds })
      const best = Math.min(...configurations.map(worth))
      assert.equal(worth(trials[0]?.configuration ?? {}), best)
      assert.equal(trials.length, count)
    }),
  )
})

test('with many draws the known optimum is come close to', () => {
  const { trials } = search(drawConfigurations(space, 243, seededRandom(7)))
  const { rate = 0, depth = 0 } = trials[0]?.configuration ?? {}
  assert.ok(rate > 0.08 && rate < 0.125, `rate ${rate}`)
  assert.ok(Math.abs(depth - 6) <= 1, `depth ${depth}`)
})

test('a search costs exactly what its plan says, and the plan is known before', () => {
  fc.assert(
    fc.property(seeds, counts, fc.integer({ min: 1, max: 500 }), (seed, count, rounds) => {
      const folds = timeFolds(100, 2)
      let spent = 0
      const trainAndMeasure = (configuration: Configuration, given: number) => {
        spent += given
        return measured(configuration, given)
      }
      const { budgetRounds, rungs } = planSearch(count, rounds, folds.length)
      const { steps } = search(drawConfigurations(space, count, seededRandom(seed)), {
        rounds,
        folds,
        trainAndMeasure,
      })
      assert.equal(spent, budgetRounds)
      assert.deepEqual([steps.at(-1)?.spentRounds, steps.at(-1)?.budgetRounds], [budgetRounds, budgetRounds])
      assert.equal(rungs.at(-1)?.rounds, rounds)
      assert.ok(rungs.every((rung) => rung.configurations >= 1 && rung.rounds >= 1))
    }),
  )
})

test('27 configurations of 81 rounds on 3 folds: four rungs of the published sizes', () => {
  assert.deepEqual(planSearch(27, 81, 3), {
    rungs: [
      { configurations: 27, rounds: 3 },
      { configurations: 9, rounds: 9 },
      { configurations: 3, rounds: 27 },
      { configurations: 1, rounds: 81 },
    ],
    budgetRounds: 4 * 81 * 3,
  })
})

test('the same task gives the same trials; of equal ones the first goes on', () => {
  const configurations = drawConfigurations(space, 20, seededRandom(3))
  assert.deepEqual(search(configurations), search(configurations))
  const alike = search(configurations, { trainAndMeasure: () => 0.5 })
  assert.equal(alike.trials[0]?.configuration, configurations[0])
})

test('a configuration that cannot be trained is left behind; where none can, that is said', () => {
  const configurations = drawConfigurations(space, 9, seededRandom(5))
  const broken = configurations.toSorted((a, b) => worth(a) - worth(b))[0]
  const trainAndMeasure = (configuration: Configuration, rounds: number) =>
    configuration === broken ? Number.NaN : measured(configuration, rounds)
  const { trials } = search(configurations, { trainAndMeasure })
  assert.ok(trials.length === 8 && trials.every(({ configuration }) => configuration !== broken))
  assert.throws(() => search(configurations, { trainAndMeasure: () => Number.POSITIVE_INFINITY }), {
    code: 'labels_one_class',
  })
})

test('more draws of a seed begin with the same ones, all of them inside the space', () => {
  fc.assert(
    fc.property(seeds, counts, (seed, count) => {
      const drawn = drawConfigurations(space, count, seededRandom(seed))
      assert.deepEqual(drawConfigurations(space, count + 5, seededRandom(seed)).slice(0, count), drawn)
      for (const { rate = 0, depth = 0 } of drawn) {
        assert.ok(rate >= 0.01 && rate <= 1)
        assert.ok(Number.isInteger(depth) && depth >= 2 && depth <= 12)
      }
    }),
  )
})

test('folds judge every later row once, and never by what came after', () => {
  fc.assert(
    fc.property(fc.integer({ min: 20, max: 5_000 }), fc.integer({ min: 1, max: 6 }), (rows, count) => {
      const folds = timeFolds(rows, count)
      assert.equal(folds.at(-1)?.testTo, rows)
      folds.forEach(({ trainTo, testTo }, index) => {
        assert.ok(trainTo < testTo)
        if (index > 0) assert.equal(trainTo, folds[index - 1]?.testTo)
      })
    }),
  )
  assert.throws(() => timeFolds(3, 3), { code: 'rows_too_few' })
})

test('a search without configurations or rounds is refused', () => {
  assert.throws(() => search([]), { code: 'option_invalid' })
  assert.throws(() => planSearch(3, 0, 1), { code: 'option_invalid' })
})
