import { ModelFormatError } from '../errors.ts'
import { isRecord } from '../model/json-reading.ts'
import type { TabularModel } from '../model/model.ts'
import type { ObjectiveSpec } from '../training/objectives/objectives.ts'
import { asImported } from './imported.ts'
import { layTrees } from './lay-trees.ts'
import {
  type Attribute,
  elementTypes,
  graphFields,
  modelFields,
  nodeFields,
  pairFields,
  readAttributes,
  readKnown,
  tensorTypeFields,
  textOf,
  valueFields,
  wholeOf,
} from './onnx-graph.ts'
import { type Link, linkOf, PRODUCER } from './onnx-link.ts'
import { readOnnxTrees, realsOf } from './onnx-trees.ts'
import { readMessage, type WireMessage, type WireValue } from './protobuf.ts'

const TREES_DOMAIN = 'ai.onnx.ml'
/** TreeEnsembleRegressor and -Classifier are of version 1 of the domain's operators, changed in 3 and gone in 5. */
const LAST_OPSET = 4
const MOST_COLUMNS = 1e6

/**
 * Reads a model of trees from ONNX: a graph of one input (rows by columns, singles or doubles) and one
 * TreeEnsembleRegressor with one target or TreeEnsembleClassifier with two classes and a logistic transform, after which there
 * may be Identity, Cast, ZipMap, Sigmoid and Exp and nothing else. Of such a graph the trees are exact, and can be explained; the
 * margin differs from onnxruntime's by its sums in single precision. Who wrote the file may have named the columns; else they are
 * f0, f1, … A regressor's objective is squared error unless its outputs pass through Sigmoid (logistic) or Exp (Poisson).
 *
 * Sources: onnx/onnx-ml.proto and docs/Operators-ml.md of ONNX.
 *
 * @throws ModelFormatError for any other graph, and for bytes cut short or altered so that they contradict each other.
 */
export function importOnnx(bytes: Uint8Array): TabularModel {
  const model = readKnown(bytes, modelFields, 'the model')
  const graph = readKnown(model.get(modelFields.graph)?.[0], graphFields, 'the graph')
  checkOperatorSets(model)
  if (graph.has(graphFields.initializer))
    throw new ModelFormatError(
      'the ONNX model computes with constants besides its trees, which cannot be imported',
    )
  const input = readInput(graph)
  const { trees: node, link } = readNodes(graph, input.name)
  const attributes = readAttributes(node, 'the trees')
  const output = readOutput(attributes, textOf(node, nodeFields.operator, 'the trees'))
  const drafts = readOnnxTrees(attributes, { weights: output.weights, input: input.elements })
  const used = drafts.reduce(
    (most, { column }) => Array.from(column).reduce((a, b) => Math.max(a, b + 1), most),
    0,
  )
  const columns = input.columns ?? used
  if (columns < 1 || columns > MOST_COLUMNS)
    throw new ModelFormatError(`the ONNX model must have from 1 to ${MOST_COLUMNS} features`)
  const metadata = readMetadata(model)
  return asImported({
    objective: objectiveOf(output.link ?? link, metadata.get('objective')),
    names: namesOf(metadata.get('columns'), columns),
    baseMargin: output.base,
    trees: layTrees(drafts, columns),
    provenance: {
      from: 'onnx',
      version:
        [modelFields.producerName, modelFields.producerVersion]
          .map((field) => textOf(model, field, 'the model'))
          .filter((text) => text !== '')
          .join(' ') || null,
      objective: null,
    },
  })
}

function checkOperatorSets(model: WireMessage): void {
  for (const value of model.get(modelFields.opsetImport) ?? []) {
    const set = readKnown(value, pairFields, 'an operator set')
    const domain = textOf(set, pairFields.first, 'an operator set')
    const version = wholeOf(set, pairFields.second)
    if (domain === TREES_DOMAIN && (version < 1 || version > LAST_OPSET))
      throw new ModelFormatError(
        `the ONNX model needs ${TREES_DOMAIN} ${version}; versions 1 to ${LAST_OPSET} can be imported`,
      )
  }
}

function readInput(graph: WireMessage): {
  readonly name: string
  readonly elements: 'single' | 'double'
  readonly columns: number | undefined
} {
  const inputs = graph.get(graphFields.input) ?? []
  if (inputs.length !== 1)
    throw new ModelFormatError('the ONNX model must have one input, of rows by columns')
  const value = readKnown(inputs[0], valueFields, 'the input')
  // TypeProto: field 1 is a tensor, others are sequences, maps and the like.
  const type = readKnown(value.get(valueFields.type)?.[0], { tensor: 1 }, 'the type of the input')
  const tensor = readKnown(type.get(1)?.[0], tensorTypeFields, 'the tensor of the input')
  const elements = wholeOf(tensor, tensorTypeFields.elements)
  if (elements !== elementTypes.single && elements !== elementTypes.double)
    throw new ModelFormatError('the ONNX model must take singles or doubles')
  return {
    name: textOf(value, valueFields.name, 'the input'),
    elements: elements === elementTypes.single ? 'single' : 'double',
    columns: readColumns(tensor.get(tensorTypeFields.shape)?.[0]),
  }
}

/** The second dimension, where it is a number. */
function readColumns(shape: WireValue | undefined): number | undefined {
  if (shape === undefined) return undefined
  const dimensions = readKnown(shape, { dimension: 1 }, 'the shape of the input').get(1) ?? []
  if (dimensions.length !== 2) throw new ModelFormatError('the ONNX model must take rows by columns')
  const second = dimensions[1]
  if (!(second instanceof Uint8Array)) throw new ModelFormatError('the ONNX model has no columns')
  const columns = wholeOf(readMessage(second, 'the shape of the input'), pairFields.first)
  return columns > 0 ? columns : undefined
}

/** The node of the trees, and what its outputs pass through. */
function readNodes(graph: WireMessage, input: string): { readonly trees: WireMessage; readonly link: Link } {
  let trees: WireMessage | undefined
  let link: Link = 'identity'
  const known = new Set<string>()
  for (const value of graph.get(graphFields.node) ?? []) {
    const node = readKnown(value, nodeFields, 'a node')
    const operator = textOf(node, nodeFields.operator, 'a node')
    const domain = textOf(node, nodeFields.domain, 'a node')
    const texts = (field: number): string[] =>
      (node.get(field) ?? []).map((item) => textOf(new Map([[field, [item]]]), field, 'a node'))
    const inputs = texts(nodeFields.input)
    const isTrees =
      domain === TREES_DOMAIN && ['TreeEnsembleRegressor', 'TreeEnsembleClassifier'].includes(operator)
    if (isTrees && trees === undefined && inputs.length === 1 && inputs[0] === input) trees = node
    else if (isTrees || inputs.length !== 1 || !known.has(inputs[0] ?? ''))
      throw new ModelFormatError(
        'the ONNX model is more than one ensemble of trees on its input, which cannot be imported',
      )
    else link = linkAfter(operator, domain) ?? link
    for (const output of texts(nodeFields.output)) known.add(output)
  }
  if (trees === undefined) throw new ModelFormatError('the ONNX model has no ensemble of trees')
  for (const value of graph.get(graphFields.output) ?? []) {
    const output = readKnown(value, valueFields, 'an output')
    if (!known.has(textOf(output, valueFields.name, 'an output')))
      throw new ModelFormatError('the ONNX model has an output that no node makes')
  }
  return { trees, link }
}

function linkAfter(operator: string, domain: string): Link | undefined {
  const name = domain === TREES_DOMAIN ? `${domain} ${operator}` : operator
  switch (domain === '' || domain === 'ai.onnx' || domain === TREES_DOMAIN ? name : '') {
    case 'Identity':
    case 'Cast':
    case `${TREES_DOMAIN} ZipMap`:
      return undefined
    case 'Sigmoid':
      return 'logit'
    case 'Exp':
      return 'log'
    default:
      throw new ModelFormatError('the ONNX model has an operator after its trees that cannot be imported')
  }
}

interface Output {
  readonly base: number
  readonly weights: ReadonlyMap<string, number>
  readonly link: Link | undefined
}

const NODES = [
  'base_values',
  'post_transform',
  'nodes_treeids',
  'nodes_nodeids',
  'nodes_featureids',
  'nodes_modes',
  'nodes_values',
  'nodes_truenodeids',
  'nodes_falsenodeids',
  'nodes_missing_value_tracks_true',
  'nodes_hitrates',
]
const TARGETS = [
  'aggregate_function',
  'n_targets',
  'target_ids',
  'target_nodeids',
  'target_treeids',
  'target_weights',
]
const CLASSES = [
  'class_ids',
  'class_nodeids',
  'class_treeids',
  'class_weights',
  'classlabels_int64s',
  'classlabels_strings',
]

function readOutput(attributes: ReadonlyMap<string, Attribute>, operator: string): Output {
  const isClassifier = operator === 'TreeEnsembleClassifier'
  const prefix = isClassifier ? 'class' : 'target'
  for (const name of attributes.keys()) {
    const plain = name.replace(/_as_tensor$/, '')
    if (![...NODES, ...(isClassifier ? CLASSES : TARGETS)].includes(plain))
      throw new ModelFormatError('the ONNX model has an unknown attribute of its trees')
  }
  const transform = attributes.get('post_transform')?.text ?? 'NONE'
  if (isClassifier) checkClasses(attributes, transform)
  else checkTarget(attributes, transform)
  const base = realsOf(attributes, 'base_values') ?? []
  if (base.length > 1) throw new ModelFormatError('the ONNX model has base values for several outputs')
  const ids = attributes.get(`${prefix}_ids`)?.wholes ?? []
  if (ids.some((id) => id !== ids[0]) || ids.some((id) => id < 0 || id > (isClassifier ? 1 : 0)))
    throw new ModelFormatError(
      'the ONNX model has values for several outputs; only models with one can be imported',
    )
  return {
    base: base[0] ?? 0,
    weights: readWeights(attributes, prefix, ids.length),
    link: transform === 'LOGISTIC' ? 'logit' : undefined,
  }
}

function checkClasses(attributes: ReadonlyMap<string, Attribute>, transform: string): void {
  const labels = attributes.get('classlabels_int64s')?.wholes ?? []
  const names = attributes.get('classlabels_strings')?.texts ?? []
  if (labels.length + names.length !== 2)
    throw new ModelFormatError(
      'the ONNX model has other than two classes; only models of two can be imported',
    )
  if (transform !== 'LOGISTIC')
    throw new ModelFormatError('the ONNX model is a classifier whose trees do not add up to log odds')
}

function checkTarget(attributes: ReadonlyMap<string, Attribute>, transform: string): void {
  if ((attributes.get('aggregate_function')?.text ?? 'SUM') !== 'SUM')
    throw new ModelFormatError('the ONNX model does not add its trees up; only sums can be imported')
  if ((attributes.get('n_targets')?.whole ?? 1) !== 1)
    throw new ModelFormatError('the ONNX model has several targets; only models with one can be imported')
  if (transform !== 'NONE' && transform !== 'LOGISTIC')
    throw new ModelFormatError('the ONNX model transforms its sum in a way that cannot be imported')
}

function readWeights(
  attributes: ReadonlyMap<string, Attribute>,
  prefix: string,
  count: number,
): ReadonlyMap<string, number> {
  const trees = attributes.get(`${prefix}_treeids`)?.wholes ?? []
  const nodes = attributes.get(`${prefix}_nodeids`)?.wholes ?? []
  const values = realsOf(attributes, `${prefix}_weights`) ?? []
  if (trees.length !== count || nodes.length !== count || values.length !== count)
    throw new ModelFormatError('the ONNX model has lists of values that are not of one length')
  const weights = new Map(values.map((value, at) => [`${trees[at]} ${nodes[at]}`, value] as const))
  if (weights.size !== count) throw new ModelFormatError('the ONNX model gives a leaf several values')
  return weights
}

/** What our own writer says besides the graph. */
function readMetadata(model: WireMessage): ReadonlyMap<string, unknown> {
  const metadata = new Map<string, unknown>()
  if (textOf(model, modelFields.producerName, 'the model') !== PRODUCER) return metadata
  for (const value of model.get(modelFields.metadata) ?? []) {
    const entry = readKnown(value, pairFields, 'the metadata')
    try {
      const parsed: unknown = JSON.parse(textOf(entry, pairFields.second, 'the metadata'))
      metadata.set(textOf(entry, pairFields.first, 'the metadata'), parsed)
    } catch (cause) {
      throw new ModelFormatError('the ONNX model has metadata that is no JSON', { cause })
    }
  }
  return metadata
}

function namesOf(value: unknown, columns: number): readonly string[] {
  if (value === undefined) return Array.from({ length: columns }, (_, column) => `f${column}`)
  const names = Array.isArray(value) ? value.filter((name) => typeof name === 'string') : []
  if (names.length !== columns || !Array.isArray(value) || value.length !== columns)
    throw new ModelFormatError('the ONNX model names other columns than it has')
  return names
}

/** The objective by the graph's link, or the one that is named where it has that link. */
function objectiveOf(link: Link, named: unknown): ObjectiveSpec {
  const plain: Record<Link, ObjectiveSpec> = {
    identity: { name: 'squared' },
    logit: { name: 'logistic' },
    log: { name: 'poisson' },
  }
  if (named === undefined) return plain[link]
  const spec = specOf(named)
  if (spec === undefined || linkOf(spec) !== link)
    throw new ModelFormatError('the ONNX model names an objective that its graph contradicts')
  return spec
}

function specOf(value: unknown): ObjectiveSpec | undefined {
  if (!isRecord(value)) return undefined
  const { name, level, power } = value
  switch (name) {
    case 'logistic':
    case 'squared':
    case 'absolute':
    case 'poisson':
    case 'pairwise':
      return { name }
    case 'quantile':
      return typeof level === 'number' && level > 0 && level < 1 ? { name, level } : undefined
    case 'tweedie':
      return typeof power === 'number' && power > 1 && power < 2 ? { name, power } : undefined
    default:
      return undefined
  }
}
