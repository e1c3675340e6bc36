/**
 * Models that XGBoost itself wrote, with what it made of rows that have missing values, values on thresholds, one double
 * to either side of them, halfway between singles, and categories that no training row had. The fixtures come from
 * `xgboost` 1.7.4 and 3.2.0 in Python: `train` with the parameters to be read in each model, `save_raw('json')` and
 * `save_raw('ubj')`, then `predict` of the same rows with `output_margin` and with `pred_leaf`.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { leafAt } from '../model/ensemble.ts'
import { importXgboost } from './xgboost.ts'

interface Case {
  readonly name: string
  readonly json: string
  readonly ubj: string | null
  readonly rows: readonly (readonly (number | null)[])[]
  readonly margins: readonly number[]
  readonly leaves: readonly (readonly number[])[]
}

const fixtures = ['1.7', '3.2'].map((version) => {
  const text = readFileSync(new URL(`./xgboost-${version}.fixture.json`, import.meta.url), 'utf8')
  return JSON.parse(text) as { readonly program: string; readonly cases: readonly Case[] }
})
const cases = fixtures.flatMap(({ program, cases }) => cases.map((one) => ({ ...one, program })))
const bytesOf = (text: string) => new TextEncoder().encode(text)

for (const { program, name, json, rows, margins, leaves } of cases) {
  test(`${program} ${name}: the same leaves, and margins within 1e-5`, () => {
    const { trees, baseMargin } = importXgboost(bytesOf(json))
    // Nodes have other numbers here: each of ours must stand for one of theirs, and the other way round.
    const theirs = new Map<number, number>()
    const ours = new Map<string, number>()
    for (const [at, values] of rows.entries()) {
      const row = values.map((value) => value ?? Number.NaN)
      let margin = baseMargin
      for (let tree = 0; tree < trees.roots.length; tree++) {
        const leaf = leafAt(trees, tree, row)
        const their = leaves[at]?.[tree] ?? -1
        assert.equal(theirs.get(leaf) ?? their, their)
        assert.equal(ours.get(`${tree} ${their}`) ?? leaf, leaf)
        theirs.set(leaf, their)
        ours.set(`${tree} ${their}`, leaf)
        margin += trees.value[leaf] ?? 0
      }
      assert.ok(Math.abs(margin - (margins[at] ?? Number.NaN)) <= 1e-5)
    }
  })
}

test('JSON and UBJSON of one model are the same model', () => {
  for (const { json, ubj } of cases) {
    if (ubj === null) continue
    const binary = Buffer.from(ubj, 'base64')
    assert.deepEqual(importXgboost(binary), importXgboost(bytesOf(json)))
  }
})

/** As far as the tests change it. */
interface Learner {
  attributes: unknown
  intercepts?: unknown
  feature_names: string[]
  feature_types: string[]
  objective: unknown
  learner_model_param: Record<string, string>
  gradient_booster: { name: string; gbtree?: { model: Forest }; model: Forest }
}

interface Forest {
  trees: Tree[]
  tree_info: number[]
  cats: { enc: unknown[] }
}

type Tree = Record<
  | 'left_children'
  | 'right_children'
  | 'split_indices'
  | 'split_conditions'
  | 'split_type'
  | 'default_left'
  | 'sum_hessian'
  | 'categories'
  | 'categories_sizes',
  (number | null)[]
> & { tree_param: Record<string, string>; linear?: unknown }

/** A model of XGBoost 3.2 with something changed, as parsed JSON. */
function changed(change: (learner: Learner, tree: Tree) => void, name = 'logistic sets'): Uint8Array {
  const json = fixtures[1]?.cases.find((one) => one.name === name)?.json ?? assert.fail(name)
  const file = JSON.parse(json) as { learner: Learner }
  const { gradient_booster: booster } = file.learner
  const [first] = (booster.gbtree ?? booster).model.trees
  change(file.learner, first ?? assert.fail('no tree'))
  return bytesOf(JSON.stringify(file))
}

// What XGBoost adds before any tree, from margins of one-leaf rows less the leaf (1.7.4 and 3.2.0 agree).
for (const [name, score, margin] of [
  ['binary:logistic', '3E-1', -0.8472978],
  ['reg:logistic', '[4.8E-1]', -0.0800427],
  ['binary:logitraw', '3E-1', 0.3],
  ['reg:squarederror', '[3E-1]', 0.3],
  ['reg:absoluteerror', '8E-1', 0.8],
  ['count:poisson', '[2.67E0]', 0.9820785],
  ['rank:ndcg', '[3E-1]', 0.3],
] as const) {
  test(`the base score of ${name} becomes the margin that XGBoost starts from`, () => {
    const model = importXgboost(
      changed((learner) => {
        learner.objective = { name }
        learner.learner_model_param.base_score = score
      }),
    )
    assert.ok(Math.abs(model.baseMargin - margin) < 1e-6)
    assert.equal(model.provenance?.objective, name)
  })
}

test('quantile and Tweedie keep their figure, and need one in range', () => {
  const load = (objective: unknown) => importXgboost(changed((learner) => (learner.objective = objective)))
  assert.deepEqual(
    load({ name: 'reg:quantileerror', quantile_loss_param: { quantile_alpha: '[7E-1]' } }).objective,
    { name: 'quantile', level: 0.7 },
  )
  assert.deepEqual(
    load({ name: 'reg:tweedie', tweedie_regression_param: { tweedie_variance_power: '1.3' } }).objective,
    { name: 'tweedie', power: 1.3 },
  )
  assert.throws(() => load({ name: 'reg:quantileerror' }), /quantile_alpha must be a number/)
  const two = { name: 'reg:quantileerror', quantile_loss_param: { quantile_alpha: '[1E-1,9E-1]' } }
  assert.throws(() => load(two), /quantile_alpha must have 1 items/)
  const gamma = { name: 'reg:tweedie', tweedie_regression_param: { tweedie_variance_power: '2' } }
  assert.throws(() => load(gamma), /must be between 1 and 2/)
})

test('categories are levels, everything else is a number, under the names of the file', () => {
  const { features } = importXgboost(changed(() => {}))
  assert.deepEqual(features.at(0), { name: 'mass', kind: 'number' })
  assert.deepEqual(features.at(-1), { name: 'office', kind: 'level' })
  const unnamed = importXgboost(changed(() => {}, 'squared'))
  assert.deepEqual(
    unnamed.features.map(({ name }) => name),
    ['f0', 'f1', 'f2', 'f3', 'f4', 'f5'],
  )
})

test('a model that was stopped early needs to be told which rounds count', () => {
  const bytes = changed((learner) => (learner.attributes = { best_iteration: '1' }))
  assert.throws(() => importXgboost(bytes), /stopped early, after 2 of 6 rounds/)
  assert.equal(importXgboost(bytes, { rounds: 'best' }).trees.roots.length, 2)
  assert.equal(importXgboost(bytes, { rounds: 'all' }).trees.roots.length, 6)
  const parallel = changed((learner) => (learner.attributes = { best_iteration: '0' }), 'parallel')
  assert.equal(importXgboost(parallel, { rounds: 'best' }).trees.roots.length, 3)
  assert.throws(
    () =>
      importXgboost(
        changed(() => {}),
        { rounds: 'best' },
      ),
    /do not name a best round/,
  )
})

test('whatever would change the sense of the model is refused', () => {
  const refuses = (change: Parameters<typeof changed>[0], why: RegExp) =>
    assert.throws(() => importXgboost(changed(change)), why)
  refuses((learner) => (learner.gradient_booster.name = 'gblinear'), /gradient_booster is of a kind/)
  refuses((learner) => (learner.gradient_booster.name = 'gbforest'), /gradient_booster is of a kind/)
  refuses((learner) => (learner.learner_model_param.num_class = '3'), /several classes/)
  refuses((learner) => (learner.learner_model_param.num_target = '2'), /several targets/)
  refuses((learner) => (learner.learner_model_param.num_feature = '7'), /feature_names must be as many/)
  refuses((learner) => (learner.learner_model_param.base_score = '1E0'), /base_score is outside/)
  refuses((learner) => (learner.learner_model_param.base_score = '[]'), /base_score must have 1/)
  refuses((learner) => (learner.objective = { name: 'survival:cox' }), /objective cannot be imported/)
  refuses((learner) => (learner.intercepts = []), /learner.intercepts is unknown/)
  refuses((learner) => (learner.feature_types[0] = 'text'), /unknown type/)
  refuses((learner) => (learner.feature_types[5] = 'q'), /splits a feature by categories/)
  refuses((learner) => (learner.feature_names[1] = 'mass'), /repeat a name/)
  refuses((learner) => learner.gradient_booster.model.tree_info.fill(1), /second output/)
  refuses((learner) => learner.gradient_booster.model.cats.enc.push({}), /from a data frame/)
  refuses((learner) => learner.gradient_booster.model.trees.pop(), /trees must have 6 items/)
  refuses((_, tree) => (tree.tree_param.size_leaf_vector = '2'), /leaves have several values/)
  refuses((_, tree) => (tree.linear = []), /linear is unknown/)
  refuses((_, tree) => (tree.split_type[0] = 2), /split_type\[0\] is unknown/)
})

test('trees that contradict themselves are refused', () => {
  const refuses = (change: Parameters<typeof changed>[0], why: RegExp) =>
    assert.throws(() => importXgboost(changed(change)), why)
  refuses((_, tree) => (tree.left_children[0] = 0), /more than one parent/)
  refuses((_, tree) => (tree.left_children[0] = 999), /child outside/)
  refuses((_, tree) => (tree.right_children[0] = -1), /child outside/)
  refuses((_, tree) => (tree.split_indices[0] = 6), /must be from 0 to 5/)
  refuses((_, tree) => tree.sum_hessian.fill(null), /must be a number/)
  refuses((_, tree) => (tree.default_left[0] = 2), /must be from 0 to 1/)
  refuses((_, tree) => tree.split_conditions.fill(1e39), /not a finite number/)
  refuses((_, tree) => tree.categories.push(1), /more than the splits use/)
  refuses((_, tree) => (tree.categories_sizes[0] = 900), /contradicts the lists/)
  refuses((_, tree) => (tree.categories[0] = -1), /level that is not a whole number/)
})
