import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { TabularInputError } from '../errors.ts'
import { leafAt } from '../model/ensemble.ts'
import { type Options, optionsOf, type PermittedChange } from './changes.ts'
import { type Counterfactual, findCounterfactual, type MarginModel } from './counterfactual.ts'
import { holdsLevels, plantRows, plantTrees } from './planted-trees.ts'

const marginOf = ({ trees, baseMargin }: MarginModel, row: Float64Array) =>
  trees.roots.reduce((sum, _, tree) => sum + (trees.value[leafAt(trees, tree, row)] ?? 0), baseMargin)

/** Every combination of options there is, by number of features and then by size: the long way. */
function smallestByTrying(
  model: MarginModel,
  { row, threshold, options }: { row: Float64Array; threshold: number; options: readonly Options[] },
): { readonly count: number; readonly size: number } | undefined {
  const goesUp = !(marginOf(model, row) >= threshold)
  let best: { count: number; size: number } | undefined
  const attempt = (at: number, cells: Float64Array, so: { count: number; size: number }): void => {
    const one = options[at]
    if (one === undefined) {
      const crosses = goesUp ? marginOf(model, cells) >= threshold : marginOf(model, cells) < threshold
      const isLess =
        best === undefined || so.count < best.count || (so.count === best.count && so.size < best.size)
      if (crosses && isLess) best = so
      return
    }
    one.all.forEach((option, position) => {
      const changed = cells.slice()
      changed.set(Array.from(option.cells), one.first)
      const isChanged = position !== one.present
      attempt(at + 1, changed, { count: so.count + (isChanged ? 1 : 0), size: so.size + option.size })
    })
  }
  attempt(0, row, { count: 0, size: 0 })
  return best
}

const sizeOf = ({ changes }: Extract<Counterfactual, { outcome: 'found' }>) =>
  changes.reduce((sum, { size }) => sum + size, 0)

test('nothing smaller crosses, of all combinations of candidates', () => {
  const outcomes = new Map<string, number>()
  fc.assert(
    fc.property(
      fc.nat(1e9),
      fc.integer({ min: 1, max: 3 }),
      fc.double({ min: -1, max: 1, noNaN: true }),
      (seed, depth, threshold) => {
        const model = { ...plantTrees({ seed, trees: 3, depth, columns: 7 }), baseMargin: 0.1 }
        const row = plantRows(1, 7, seed + 1)
        const permitted = permit(model.featureOf)
        const options = optionsOf(model, row, permitted)
        const found = findCounterfactual(model, { row, threshold, permitted })
        const expected = smallestByTrying(model, { row, threshold, options })
        outcomes.set(found.outcome, (outcomes.get(found.outcome) ?? 0) + 1)
        if (found.outcome !== 'found') {
          assert.deepEqual([found.outcome, expected], ['none', undefined])
          return
        }
        assert.equal(found.changes.length, expected?.count)
        assert.ok(Math.abs(sizeOf(found) - (expected?.size ?? Number.NaN)) < 1e-12)
        const changed = row.slice()
        for (const { feature, to } of found.changes) {
          const one = options.find((own) => own.feature === feature)
          changed.set(Array.from(one?.all.find(({ value }) => value === to)?.cells ?? []), one?.first)
        }
        assert.equal(found.margin, marginOf(model, changed))
        assert.notEqual(marginOf(model, row) >= threshold, found.margin >= threshold)
      },
    ),
    { numRuns: 80 },
  )
  assert.ok((outcomes.get('found') ?? 0) > 10 && (outcomes.get('none') ?? 0) > 3, String([...outcomes]))
})

/** Numbers of one column, and a choice of three for what has several columns or levels. */
function permit(featureOf: Int32Array): readonly PermittedChange[] {
  return [...new Set(featureOf)].map((feature): PermittedChange => {
    const columns = [...featureOf.keys()].filter((column) => featureOf[column] === feature)
    if (columns.length === 1 && !columns.some(holdsLevels)) return { kind: 'number', feature }
    const choices = ['a', 'b', 'c'].map((value, place) => ({
      value,
      cells: columns.map((column) => (holdsLevels(column) ? 5 * place : place / 3)),
    }))
    return { kind: 'choice', feature, choices }
  })
}

/** 1 where the first number is above 2, 0.5 more where the second is above 10. */
const model: MarginModel = {
  trees: {
    roots: Int32Array.of(0, 3),
    column: Int32Array.of(0, -1, -1, 1, -1, -1),
    threshold: Float64Array.of(2, 0, 0, 10, 0, 0),
    left: Int32Array.of(1, 0, 0, 4, 0, 0),
    missingLeft: new Uint8Array(6).fill(1),
    set: new Int32Array(6).fill(-1),
    setWords: new Uint32Array(0),
    value: Float64Array.of(0, 0, 1, 0, 0, 0.5),
    cover: new Float64Array(6),
  },
  featureOf: Int32Array.of(0, 1),
  baseMargin: 0,
}

const ask = (permitted: readonly PermittedChange[], threshold: number, row = [0, 0]) =>
  findCounterfactual(model, { row: Float64Array.from(row), threshold, permitted })

test('a value keeps its step, direction and range', () => {
  const changesOf = (found: Counterfactual) =>
    found.outcome === 'found' ? found.changes.map(({ to }) => to) : found.outcome
  assert.deepEqual(changesOf(ask([{ kind: 'number', feature: 0, step: 0.25 }], 1)), [2.25])
  assert.deepEqual(changesOf(ask([{ kind: 'number', feature: 0, least: 5 }], 1)), [5])
  assert.deepEqual(changesOf(ask([{ kind: 'number', feature: 0, least: 4.9, step: 0.5 }], 1)), [5])
  assert.deepEqual(changesOf(ask([{ kind: 'number', feature: 0, direction: 'down' }], 1)), 'none')
  assert.deepEqual(changesOf(ask([{ kind: 'number', feature: 0, most: 2 }], 1)), 'none')
  assert.deepEqual(changesOf(ask([{ kind: 'number', feature: 0, step: 0.3 }], 1, [9, 0])), [1.8])
  const [next = 0] = [changesOf(ask([{ kind: 'number', feature: 0 }], 1))].flat()
  assert.ok(Number(next) > 2 && Number(next) - 2 < 1e-15)
})

test('one feature is preferred to two, and what is missing stays missing', () => {
  const both: readonly PermittedChange[] = [
    { kind: 'number', feature: 0, quantiles: [0, 1, 2, 3, 4] },
    { kind: 'number', feature: 1, quantiles: [0, 100] },
  ]
  const one = ask(both, 0.5)
  assert.ok(one.outcome === 'found' && one.changes.length === 1 && one.changes[0]?.feature === 1)
  assert.ok(Math.abs(sizeOf(one) - 0.1) < 1e-9)
  const two = ask(both, 1.5)
  assert.ok(two.outcome === 'found' && two.changes.length === 2 && Math.abs(sizeOf(two) - 0.6) < 1e-9)
  assert.equal(ask(both, 1.5, [Number.NaN, 0]).outcome, 'none')
})

test('a search that used its steps up claims nothing', () => {
  const { trees, featureOf } = plantTrees({ seed: 5, trees: 30, depth: 6, columns: 4 })
  const row = plantRows(1, 4, 5)
  const permitted = permit(featureOf)
  const asked = { row, threshold: 5, permitted }
  const whole = findCounterfactual({ trees, featureOf, baseMargin: 0 }, asked)
  assert.equal(whole.outcome, 'found')
  const cut = findCounterfactual({ trees, featureOf, baseMargin: 0 }, { ...asked, mostSteps: 2 })
  assert.deepEqual(cut, { outcome: 'unfinished', steps: cut.steps })
  assert.ok(cut.steps <= 3)
})

test('a permission that makes no sense is refused', () => {
  const wrong: readonly PermittedChange[][] = [
    [{ kind: 'number', feature: 7 }],
    [
      { kind: 'number', feature: 0 },
      { kind: 'number', feature: 0 },
    ],
    [{ kind: 'number', feature: 0, least: 2, most: 1 }],
    [{ kind: 'number', feature: 0, step: 0 }],
    [{ kind: 'choice', feature: 0, choices: [{ value: 'a', cells: [1, 2] }] }],
  ]
  for (const permitted of wrong)
    assert.throws(
      () => ask(permitted, 1),
      (error) => error instanceof TabularInputError && error.code === 'change_invalid',
    )
})
