import { ModelFormatError } from '../errors.ts'
import { isRecord, readList, readText, wrong } from '../model/json-reading.ts'
import type { TabularModel } from '../model/model.ts'
import { readFields, readNumberText } from './fields.ts'
import { asImported } from './imported.ts'
import { parseJsonText } from './json-text.ts'
import { layTrees, type TreeDraft } from './lay-trees.ts'
import { parseUbjson } from './ubjson.ts'
import { readXgboostObjective } from './xgboost-objectives.ts'
import { readXgboostTree } from './xgboost-trees.ts'

export interface XgboostImport {
  /**
   * A model that was stopped early keeps trees after its best round. XGBoost's `Booster.predict` uses all of them, its
   * scikit-learn classes only those up to the best round: whoever imports such a file has to say which.
   */
  readonly rounds?: 'all' | 'best' | undefined
}

/**
 * Reads a model that XGBoost (1.7 to 3.x) wrote as JSON or UBJSON; margins equal XGBoost's but for its sums in single
 * precision, and every row ends in the same leaf. A category's levels are the numbers XGBoost trained on.
 *
 * Read: the boosters gbtree and dart with one output; sources for the fields are XGBoost's "Introduction to Model IO" and
 * its doc/model.schema. Base score and leaves are in the sense of `xgboost-objectives.ts` and `xgboost-trees.ts`.
 *
 * @throws ModelFormatError for any other booster, several outputs, an unknown objective or field, and bytes cut short or altered
 * so that they contradict each other.
 */
export function importXgboost(bytes: Uint8Array, options: XgboostImport = {}): TabularModel {
  const file = readFields(parse(bytes), 'file', { needed: ['learner', 'version'] })
  const version = readList(file.version, 'version', { length: 3, item: readCount })
  const learner = readFields(file.learner, 'learner', {
    needed: ['gradient_booster', 'learner_model_param', 'objective'],
    allowed: ['attributes', 'feature_names', 'feature_types'],
  })
  const columns = readShape(learner.learner_model_param)
  const names = readNames(learner.feature_names, columns)
  const isLevel = readTypes(learner.feature_types, columns)
  const { objective, name, baseMargin } = readXgboostObjective(
    learner.objective,
    isRecord(learner.learner_model_param) ? learner.learner_model_param.base_score : undefined,
  )
  const booster = readBooster(learner.gradient_booster, columns)
  const kept = keptTrees(learner.attributes, booster, options)
  for (const [index, { column, levels }] of kept.entries())
    for (const node of levels.keys())
      if (isLevel.length > 0 && isLevel[column[node] ?? 0] !== true)
        throw wrong(`trees[${index}]`, 'splits a feature by categories that is not of that type')
  return asImported({
    objective,
    names,
    levelColumns: new Set(isLevel.flatMap((is, column) => (is ? [column] : []))),
    baseMargin,
    trees: layTrees(kept, columns),
    provenance: { from: 'xgboost', version: version.join('.'), objective: name },
  })
}

function parse(bytes: Uint8Array): unknown {
  if (bytes[0] !== 0x7b) throw new ModelFormatError('this is not a model of XGBoost in JSON or UBJSON')
  // In JSON a quote or a space follows the brace; in UBJSON the marker of a length.
  if (!'" \n\r\t}'.includes(String.fromCharCode(bytes[1] ?? 0))) return parseUbjson(bytes)
  try {
    return parseJsonText(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch (cause) {
    if (cause instanceof ModelFormatError) throw cause
    throw new ModelFormatError('the JSON is not in UTF-8', { cause })
  }
}

/** The number of features of a model with one output. */
function readShape(value: unknown): number {
  const shape = readFields(value, 'learner_model_param', {
    needed: ['base_score', 'num_class', 'num_feature'],
    allowed: ['boost_from_average', 'num_target'],
  })
  if (readNumberText(shape.num_class, 'num_class') > 1)
    throw new ModelFormatError('the model has several classes; only models with one output can be imported')
  if (shape.num_target !== undefined && readNumberText(shape.num_target, 'num_target') !== 1)
    throw new ModelFormatError('the model has several targets; only models with one output can be imported')
  const columns = readNumberText(shape.num_feature, 'num_feature')
  if (!Number.isInteger(columns) || columns < 1 || columns > 1e6)
    throw wrong('num_feature', 'must be from 1 to 1000000')
  return columns
}

function readNames(value: unknown, columns: number): readonly string[] {
  const names = value === undefined ? [] : readList(value, 'feature_names', { item: readText })
  if (names.length === 0) return Array.from({ length: columns }, (_, column) => `f${column}`)
  if (names.length !== columns) throw wrong('feature_names', 'must be as many as the features')
  return names
}

/** Whether each feature is a category; empty where the file has no types. */
function readTypes(value: unknown, columns: number): readonly boolean[] {
  const types = value === undefined ? [] : readList(value, 'feature_types', { item: readText })
  if (types.length !== 0 && types.length !== columns)
    throw wrong('feature_types', 'must be as many as the features')
  if (types.some((type) => !['float', 'q', 'int', 'i', 'c'].includes(type)))
    throw wrong('feature_types', 'have an unknown type')
  return types.map((type) => type === 'c')
}

interface Booster {
  readonly trees: readonly TreeDraft[]
  /** Trees of one round. */
  readonly perRound: number
}

function readBooster(value: unknown, columns: number): Booster {
  const name = isRecord(value) ? value.name : undefined
  if (name === 'gbtree') {
    const { model } = readFields(value, 'gradient_booster', { needed: ['name', 'model'] })
    return readForest(model, columns)
  }
  if (name !== 'dart') throw wrong('gradient_booster', 'is of a kind that cannot be imported')
  const dart = readFields(value, 'gradient_booster', { needed: ['name', 'gbtree', 'weight_drop'] })
  const inner = readFields(dart.gbtree, 'gbtree', { needed: ['name', 'model'] })
  if (inner.name !== 'gbtree') throw wrong('gbtree.name', 'is unknown')
  const { trees, perRound } = readForest(inner.model, columns)
  const weights = readList(dart.weight_drop, 'weight_drop', { length: trees.length, item: readReal })
  return {
    perRound,
    // Products of two singles are exact in double precision.
    trees: trees.map((tree, index) => ({
      ...tree,
      value: Float64Array.from(tree.value, (leaf) => leaf * (weights[index] ?? 1)),
    })),
  }
}

function readForest(value: unknown, columns: number): Booster {
  const model = readFields(value, 'gbtree.model', {
    needed: ['gbtree_model_param', 'tree_info', 'trees'],
    allowed: ['iteration_indptr', 'cats'],
  })
  const size = readFields(model.gbtree_model_param, 'gbtree_model_param', {
    needed: ['num_trees'],
    allowed: ['num_parallel_tree', 'size_leaf_vector', 'num_feature', 'num_roots', 'num_output_group'],
  })
  const count = readNumberText(size.num_trees, 'num_trees')
  const perRound = readNumberText(size.num_parallel_tree ?? '1', 'num_parallel_tree')
  if (!Number.isInteger(perRound) || perRound < 1 || count % perRound !== 0)
    throw wrong('num_parallel_tree', 'does not divide the trees into rounds')
  const groups = readList(model.tree_info, 'tree_info', { length: count, item: readCount })
  if (groups.some((group) => group !== 0)) throw wrong('tree_info', 'names a second output')
  refuseTextCategories(model.cats)
  const trees = readList(model.trees, 'trees', {
    length: count,
    item: (tree, where) => readXgboostTree(tree, { where, columns }),
  })
  return { trees, perRound }
}

/** From 3.1 on the file may hold the texts of categories; encoding by them is XGBoost's own doing, outside the trees. */
function refuseTextCategories(value: unknown): void {
  if (value === undefined) return
  const cats = readFields(value, 'cats', { needed: ['enc', 'feature_segments', 'sorted_idx'] })
  for (const field of ['enc', 'sorted_idx'])
    if (readList(cats[field], `cats.${field}`, { item: (item) => item }).length > 0)
      throw new ModelFormatError(
        'the model encodes categories from a data frame by itself; train it on whole numbers instead',
      )
}

/** All trees, or those up to the best round; see `XgboostImport`. */
function keptTrees(attributes: unknown, booster: Booster, options: XgboostImport): readonly TreeDraft[] {
  const best = isRecord(attributes) ? attributes.best_iteration : undefined
  if (attributes !== undefined && !isRecord(attributes)) throw wrong('attributes', 'must be an object')
  if (best === undefined) {
    if (options.rounds === 'best') throw wrong('attributes', 'do not name a best round')
    return booster.trees
  }
  const rounds = readNumberText(best, 'best_iteration') + 1
  const kept = rounds * booster.perRound
  if (!Number.isInteger(rounds) || rounds < 1 || kept > booster.trees.length)
    throw wrong('best_iteration', 'is not among the rounds')
  if (kept === booster.trees.length || options.rounds === 'all') return booster.trees
  if (options.rounds === 'best') return booster.trees.slice(0, kept)
  throw new ModelFormatError(
    `the model was stopped early, after ${rounds} of ${booster.trees.length / booster.perRound} rounds; ` +
      'say whether all rounds or those up to the best are to be imported',
  )
}

function readCount(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0)
    throw wrong(where, 'must be a whole number from 0')
  return value
}

function readReal(value: unknown, where: string): number {
  if (typeof value !== 'number' || !Number.isFinite(value)) throw wrong(where, 'must be a finite number')
  return Math.fround(value)
}
