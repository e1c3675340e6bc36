/**
 * Models that LightGBM itself wrote, with what it made of rows that have missing values, values on thresholds and one
 * double to either side of them, zeros and almost zeros, and categories that no training row had. The fixture comes from
 * `lightgbm` 4.7 in Python: `train` with the parameters to be read in each model, `model_to_string` (parameters that no
 * import reads left out), then `predict` of the same rows with `raw_score`, plainly, with `pred_leaf`, and of the first rows
 * with `pred_contrib`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { goesLeftAt, leafAt } from '../model/ensemble.ts'
import { importLightgbm } from './lightgbm.ts'

interface Case {
  readonly name: string
  readonly text: string
  readonly sigmoid: number
  readonly rows: readonly (readonly (number | null)[])[]
  readonly margins: readonly number[]
  readonly leaves: readonly (readonly number[])[]
  readonly contributions: readonly (readonly number[])[]
}

const { cases } = JSON.parse(
  readFileSync(new URL('./lightgbm-4.7.fixture.json', import.meta.url), 'utf8'),
) as { readonly cases: readonly Case[] }
const load = (text: string) => importLightgbm(new TextEncoder().encode(text))
const textOf = (name: string) => cases.find((one) => one.name === name)?.text ?? assert.fail(name)

for (const { name, text, sigmoid, rows, margins, leaves } of cases) {
  // Zeros that go against their threshold cannot be said by one cut; the test below holds that refusal.
  if (name === 'zero as missing') continue
  test(`LightGBM 4.7 ${name}: the same leaves, and margins within 1e-12`, () => {
    const { trees, baseMargin } = load(text)
    for (const [at, values] of rows.entries()) {
      const row = values.map((value) => value ?? Number.NaN)
      let margin = baseMargin
      for (let tree = 0; tree < trees.roots.length; tree++) {
        const leaf = leafAt(trees, tree, row)
        margin += trees.value[leaf] ?? 0
        const lines = text.split(`Tree=${tree}\n`)[1]?.split('\n') ?? []
        const values =
          lines
            .find((line) => line.startsWith('leaf_value='))
            ?.slice(11)
            .split(' ') ?? []
        assert.equal(trees.value[leaf], Number(values[leaves[at]?.[tree] ?? -1]) * sigmoid)
      }
      assert.ok(Math.abs(margin - (margins[at] ?? Number.NaN) * sigmoid) <= 1e-12, `row ${at}`)
    }
  })
}

test('cover counts rows, so that expectations are those of LightGBM', () => {
  for (const { text, sigmoid, contributions } of cases) {
    if (text.includes('zero_as_missing: 1')) continue
    const { trees, baseMargin } = load(text)
    let expected = baseMargin
    for (let tree = 0; tree < trees.roots.length; tree++) {
      const end = trees.roots[tree + 1] ?? trees.column.length
      const root = trees.roots[tree] ?? 0
      for (let node = root; node < end; node++)
        expected += ((trees.value[node] ?? 0) * (trees.cover[node] ?? 0)) / (trees.cover[root] ?? 0)
    }
    // The last of LightGBM's contributions is its expected raw score.
    assert.ok(Math.abs(expected - (contributions[0]?.at(-1) ?? Number.NaN) * sigmoid) < 1e-9)
  }
})

test('zeros that are missing and go against their threshold are refused', () => {
  assert.throws(() => load(textOf('zero as missing')), /sends zeros, as missing, against the threshold/)
})

/** The binary model with one text in the place of another; sizes of trees are left out, as older files have none. */
const changed = (from: string | RegExp, to: string, name = 'binary') => {
  const text = textOf(name).replace(/^tree_sizes=.*\n/m, '')
  const result = text.replace(from, to)
  assert.notEqual(result, text)
  return result
}

test('one cut says what LightGBM makes of zeros that are missing, where it can', () => {
  // The rule of NumericalDecision in LightGBM's tree.h, with zeros and NaN as missing.
  const zero = Math.fround(1e-35)
  const goesLeft = (value: number, threshold: number, defaultLeft: boolean) =>
    Number.isNaN(value) || Math.abs(value) <= zero ? defaultLeft : value <= threshold
  const values = [0, -0, 1e-36, zero, -zero, 2 * zero, -2 * zero, 1.1e-35, -1.1e-35, 5, -5, Number.NaN]
  for (const threshold of [3, -3, 0, zero, -zero, zero / 2, -zero / 2]) {
    for (const defaultLeft of [true, false]) {
      const text = changed(/^decision_type=\S+/m, `decision_type=${defaultLeft ? 6 : 4}`).replace(
        /^threshold=\S+/m,
        `threshold=${threshold}`,
      )
      if (Math.abs(threshold) > zero && defaultLeft === threshold < 0) {
        assert.throws(() => load(text), /against the threshold/)
        continue
      }
      const { trees } = load(text)
      for (const value of values)
        assert.equal(
          goesLeftAt(trees, 0, value),
          goesLeft(value, threshold, defaultLeft),
          `${value} ${threshold}`,
        )
    }
  }
})

test('a missing category of a file of version v3 is refused where it counted as category 0', () => {
  const older = (text: string) => text.replace('version=v4', 'version=v3')
  // In this file a missing category is NaN, and goes right in both versions.
  assert.deepEqual(load(older(textOf('binary'))).trees, load(textOf('binary')).trees)
  const text = older(textOf('no missing in training'))
  assert.throws(() => load(text), /treats a missing category as category 0/)
})

test('objectives keep their figures', () => {
  assert.deepEqual(load(textOf('quantile')).objective, { name: 'quantile', level: 0.8 })
  assert.deepEqual(load(textOf('tweedie')).objective, { name: 'tweedie', power: 1.3 })
  assert.throws(
    () => load(changed('[alpha: 0.8]', '', 'quantile')),
    /parameter alpha must be between 0 and 1/,
  )
})

test('whatever would change the sense of the model is refused', () => {
  const refuses = (from: string | RegExp, to: string, why: RegExp) =>
    assert.throws(() => load(changed(from, to)), why)
  refuses('version=v4', 'version=v5', /version is neither/)
  refuses('num_class=1', 'num_class=3', /several classes/)
  refuses('num_tree_per_iteration=1', 'num_tree_per_iteration=2', /several classes/)
  refuses('objective=binary sigmoid:1.7', 'objective=binary sigmoid:0', /sigmoid must be between/)
  refuses(/^objective=.*$/m, 'objective=multiclass num_class:3', /objective cannot be imported/)
  refuses(/^objective=.*$/m, 'objective=regression sqrt', /objective cannot be imported/)
  refuses(/^objective=.*\n/m, '', /objective is missing/)
  refuses(/^objective=/m, 'average_output\nobjective=', /averages its trees/)
  refuses('is_linear=0', 'is_linear=1', /linear models in its leaves/)
  refuses('is_linear=0', 'is_linear=0\nleaf_const=1 2', /leaf_const is unknown/)
  refuses('feature_infos=', 'feature_sense=', /feature_sense is unknown/)
  refuses('pandas_categorical:null', 'pandas_categorical:[["a","b"]]', /from a data frame/)
  refuses('feature_names=mass', 'feature_names=office', /repeat a name/)
})

test('texts that contradict themselves are refused', () => {
  const refuses = (from: string | RegExp, to: string, why: RegExp) =>
    assert.throws(() => load(changed(from, to)), why)
  refuses('Tree=1', 'Tree=2', /tree 1 is not in its place/)
  refuses('max_feature_idx=5', 'max_feature_idx=6', /as many as the features/)
  refuses('num_leaves=9', 'num_leaves=8', /must have/)
  refuses(/^left_child=\S+/m, 'left_child=0', /more than one parent/)
  refuses(/^left_child=\S+/m, 'left_child=-99', /child outside/)
  refuses(/^split_feature=\S+/m, 'split_feature=6', /feature that is not there/)
  refuses(/^decision_type=\S+/m, 'decision_type=12', /unknown decision type/)
  refuses(/^leaf_value=\S+/m, 'leaf_value=inf', /what is no number/)
  refuses(/^threshold=\S+/m, 'threshold=-inf', /what is no number/)
  refuses(/^cat_boundaries=0 \d+/m, 'cat_boundaries=0 9', /do not divide/)
  refuses(/^cat_threshold=\d+/m, 'cat_threshold=4294967296', /words of 32 bits/)
  refuses('end of trees', '', /cut short/)
  refuses('end of parameters', '', /cut short/)
  assert.throws(
    () => load(textOf('binary').replace(/^leaf_value=(\d|-)/m, 'leaf_value= ')),
    /tree_sizes|number/,
  )
  assert.throws(
    () => load(textOf('binary').replace('shrinkage=1', 'shrinkage=10')),
    /tree_sizes are not those/,
  )
})
