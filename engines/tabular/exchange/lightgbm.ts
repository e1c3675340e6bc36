import { ModelFormatError } from '../errors.ts'
import { wrong } from '../model/json-reading.ts'
import type { TabularModel } from '../model/model.ts'
import type { ObjectiveSpec } from '../training/objectives/objectives.ts'
import { asImported } from './imported.ts'
import { layTrees } from './lay-trees.ts'
import { type LightgbmVersion, readLightgbmTree } from './lightgbm-trees.ts'

const HEADER = [
  'version',
  'num_class',
  'num_tree_per_iteration',
  'label_index',
  'max_feature_idx',
  'objective',
  'feature_names',
  'monotone_constraints',
  'feature_infos',
  'tree_sizes',
]

/**
 * Reads the text in which LightGBM (2.3 to 4.x, files of version v3 and v4) saves a model: one output, constant leaves,
 * numerical and categorical splits. Margins equal LightGBM's raw scores but for the order of rounding; of a binary model they
 * are its raw scores times its `sigmoid`, so that the logistic function gives its probability. `cover` counts rows, as in
 * LightGBM's own contributions.
 *
 * Source for the fields and their sense: LightGBM's src/io/gbdt_model_text.cpp, src/io/tree.cpp and include/LightGBM/tree.h.
 *
 * @throws ModelFormatError for several outputs, averaged or linear trees, an unknown objective or field, a missing-value rule that
 * the engine cannot follow, and a text cut short or altered so that it contradicts itself.
 */
export function importLightgbm(bytes: Uint8Array): TabularModel {
  const file = readSections(bytes)
  const text = (field: string): string => {
    const value = file.header.get(field)
    if (value === undefined) throw wrong(field, 'is missing')
    return value
  }
  const version = text('version')
  if (version !== 'v3' && version !== 'v4')
    throw wrong('version', 'is neither v3 nor v4, the ones that can be imported')
  if (text('num_class') !== '1' || text('num_tree_per_iteration') !== '1')
    throw new ModelFormatError('the model has several classes; only models with one output can be imported')
  const names = text('feature_names').split(' ')
  if (text('max_feature_idx') !== String(names.length - 1))
    throw wrong('feature_names', 'must be as many as the features')
  const { objective, scale } = readObjective(text('objective'), file.parameters)
  const trees = readTrees(file, { version, columns: names.length, scale })
  return asImported({
    objective,
    names,
    // The constant of boost_from_average stands in the first tree's leaves.
    baseMargin: 0,
    trees: layTrees(trees, names.length),
    provenance: { from: 'lightgbm', version: null, objective: text('objective') },
  })
}

interface Sections {
  readonly header: ReadonlyMap<string, string>
  /** Lines of each tree, the first of them `Tree=` and its number. */
  readonly trees: readonly (readonly string[])[]
  readonly parameters: ReadonlyMap<string, string>
}

function readSections(bytes: Uint8Array): Sections {
  const lines = decode(bytes).split('\n')
  if (lines[0] !== 'tree') throw new ModelFormatError('this is not a model of LightGBM in text')
  const end = lines.indexOf('end of trees')
  if (end < 0) throw new ModelFormatError('the text of the model is cut short: it has no end of trees')
  const starts = lines.flatMap((line, at) => (at < end && line.startsWith('Tree=') ? [at] : []))
  const header = new Map<string, string>()
  for (const line of lines.slice(1, starts[0] ?? end)) {
    if (line === 'average_output')
      throw new ModelFormatError('the model averages its trees (random forest); only sums can be imported')
    if (line !== '') addField(header, line)
  }
  for (const field of header.keys()) if (!HEADER.includes(field)) throw wrong(field, 'is unknown')
  return {
    header,
    trees: starts.map((start, at) => lines.slice(start, starts[at + 1] ?? end)),
    parameters: readParameters(lines.slice(end + 1)),
  }
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw new ModelFormatError('the text of the model is not in UTF-8', { cause })
  }
}

/** What stands after the trees: importances, which are ignored, parameters, and categories of a data frame. */
function readParameters(lines: readonly string[]): ReadonlyMap<string, string> {
  const pandas = lines.find((line) => line.startsWith('pandas_categorical:'))
  if (pandas !== undefined && !['pandas_categorical:null', 'pandas_categorical:[]'].includes(pandas))
    throw new ModelFormatError(
      'the model encodes categories from a data frame by itself; train it on whole numbers instead',
    )
  const begin = lines.indexOf('parameters:')
  const end = lines.indexOf('end of parameters')
  if (begin < 0 && end < 0) return new Map()
  if (begin < 0 || end < begin)
    throw new ModelFormatError('the text of the model is cut short: its parameters have no end')
  const parameters = new Map<string, string>()
  for (const line of lines.slice(begin + 1, end)) {
    const [, name, value] = /^\[(\w+): (.*)\]$/.exec(line) ?? []
    if (name !== undefined && value !== undefined) parameters.set(name, value)
  }
  return parameters
}

/** `scale`: what raw scores are multiplied by to be log odds. */
function readObjective(
  text: string,
  parameters: ReadonlyMap<string, string>,
): { readonly objective: ObjectiveSpec; readonly scale: number } {
  const [, scale] = /^binary sigmoid:(\S+)$/.exec(text) ?? []
  if (scale !== undefined)
    return { objective: { name: 'logistic' }, scale: readFigure(scale, 'sigmoid', [0, 1e6]) }
  const spec = objectiveNamed(text, parameters)
  if (spec === undefined) throw wrong('objective', 'cannot be imported: it is none that this engine knows')
  return { objective: spec, scale: 1 }
}

function objectiveNamed(text: string, parameters: ReadonlyMap<string, string>): ObjectiveSpec | undefined {
  switch (text) {
    case 'cross_entropy':
      return { name: 'logistic' }
    case 'regression':
      return { name: 'squared' }
    case 'regression_l1':
      return { name: 'absolute' }
    case 'quantile':
      return { name: 'quantile', level: readFigure(parameters.get('alpha'), 'parameter alpha', [0, 1]) }
    case 'poisson':
      return { name: 'poisson' }
    case 'tweedie': {
      const power = parameters.get('tweedie_variance_power')
      return { name: 'tweedie', power: readFigure(power, 'parameter tweedie_variance_power', [1, 2]) }
    }
    case 'lambdarank':
    case 'rank_xendcg':
      return { name: 'pairwise' }
    default:
      return undefined
  }
}

function readFigure(
  text: string | undefined,
  where: string,
  [least, most]: readonly [number, number],
): number {
  const figure = text === undefined || text.trim() === '' ? Number.NaN : Number(text)
  if (!(figure > least && figure < most)) throw wrong(where, `must be between ${least} and ${most}`)
  return figure
}

function readTrees(
  file: Sections,
  context: { readonly version: LightgbmVersion; readonly columns: number; readonly scale: number },
) {
  const sizes = file.header.get('tree_sizes')
  if (sizes !== undefined) {
    // Sizes count the bytes from one tree to the next; all of a tree is ASCII.
    const found = file.trees.map((lines) => lines.reduce((sum, line) => sum + line.length + 1, 0)).join(' ')
    if (found !== sizes)
      throw wrong('tree_sizes', 'are not those of the trees: the text is cut short or altered')
  }
  return file.trees.map((lines, index) => {
    const fields = new Map<string, string>()
    for (const line of lines) if (line !== '') addField(fields, line)
    if (fields.get('Tree') !== String(index)) throw wrong(`tree ${index}`, 'is not in its place')
    return readLightgbmTree(fields, { ...context, where: `tree ${index}` })
  })
}

function addField(fields: Map<string, string>, line: string): void {
  const at = line.indexOf('=')
  const name = line.slice(0, at)
  if (at < 1) throw wrong('text', 'has a line without a field')
  if (fields.has(name)) throw wrong(name, 'stands twice')
  fields.set(name, line.slice(at + 1))
}
