import { TabularInputError } from '../errors.ts'
import type { TabularModel } from '../model/model.ts'
import { columnsOf } from '../table/encoding.ts'
import { graphFields, modelFields } from './onnx-graph.ts'
import { linkOf, PRODUCER } from './onnx-link.ts'
import { attribute, metadata, node, operatorSet, type Precision, tensor, valueInfo } from './onnx-messages.ts'
import { ensembleAttributes } from './onnx-write-trees.ts'
import { joinBytes, writeField } from './protobuf.ts'

export interface OnnxExport {
  /**
   * - `regressor` (when left out): outputs `margin` and `score`, both rows by 1.
   * - `classifier`: outputs `label` (0 or 1, at a score of a half) and `probabilities`, rows by 2; for logistic models.
   */
  readonly operator?: 'regressor' | 'classifier' | undefined
  /**
   * Precision of the input and of the figures in the trees. With `double` (when left out) every row ends in the same leaves, and
   * the margin is off by its rounding to single at the end (2⁻²⁴ of itself). With `single` thresholds become the greatest
   * single that is not greater, so a row whose values are singles ends in the same leaves; a value that is none may round over a
   * threshold before the model sees it. Leaves and sums are then in single precision: the margin is off by at most
   * (trees + 2) · 2⁻²⁴ · (|base margin| + Σ |greatest leaf|).
   */
  readonly input?: Precision | undefined
}

const OPERATORS_VERSION = 13
/** The first version whose trees can hold doubles. */
const TREES_VERSION = 3
/** The version of the file format that came with these operators. */
const IR_VERSION = 8

/**
 * Writes a model as ONNX (TreeEnsembleRegressor or -Classifier of ai.onnx.ml 3, as onnxruntime runs it).
 *
 * The one input is rows by *columns*, as the trees see them: numbers and levels are themselves, but a code, category, date or text
 * has to be encoded first, as `FittedFeature` says; the metadata entry `columns` lists them. Missing is NaN. Splits by sets
 * become chains of tests for equality. `margin` is the raw margin under Platt calibration (slope and intercept are worked into
 * the leaves), else the raw margin; `score` is what `scorer.score` gives, but for single precision.
 *
 * @throws TabularInputError `model_not_exportable` when a classifier is asked of a model that is not logistic or is calibrated
 * by a curve, and when the sets of the splits are too large to be written as chains.
 */
export function exportOnnx(model: TabularModel, options: OnnxExport = {}): Uint8Array {
  const { operator = 'regressor', input = 'double' } = options
  const link = linkOf(model.objective)
  const isClassifier = operator === 'classifier'
  if (isClassifier && (link !== 'logit' || model.calibration.kind === 'isotonic'))
    throw new TabularInputError(
      'model_not_exportable',
      'only a logistic model without a calibration curve can be exported as a classifier',
    )
  const columns = columnNames(model)
  const trees = node({
    operator: isClassifier ? 'TreeEnsembleClassifier' : 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: ['features'],
    outputs: isClassifier ? ['label', 'probabilities'] : ['margin'],
    attributes: [
      ...ensembleAttributes(foldPlatt(model), { isClassifier, input }),
      attribute('post_transform', { text: isClassifier ? 'LOGISTIC' : 'NONE' }),
    ],
  })
  const score = isClassifier ? { nodes: [], constants: [] } : scoreNodes(model, link)
  const outputs = isClassifier
    ? [valueInfo('label', { type: 'whole' }), valueInfo('probabilities', { type: 'single', columns: 2 })]
    : ['margin', 'score'].map((name) => valueInfo(name, { type: 'single', columns: 1 }))
  return modelBytes(model, {
    columns,
    input,
    nodes: [trees, ...score.nodes],
    constants: score.constants,
    outputs,
  })
}

function modelBytes(
  { objective }: TabularModel,
  parts: Computation & {
    readonly columns: readonly string[]
    readonly input: Precision
    readonly outputs: readonly Uint8Array[]
  },
): Uint8Array {
  const all = (field: number, messages: readonly Uint8Array[]): readonly Uint8Array[] =>
    messages.map((message) => writeField(field, message))
  const features = valueInfo('features', { type: parts.input, columns: parts.columns.length })
  const graph = joinBytes([
    ...all(graphFields.node, parts.nodes),
    writeField(graphFields.name, 'trees'),
    ...all(graphFields.initializer, parts.constants),
    writeField(graphFields.input, features),
    ...all(graphFields.output, parts.outputs),
  ])
  return joinBytes([
    writeField(modelFields.irVersion, IR_VERSION),
    writeField(modelFields.producerName, PRODUCER),
    writeField(modelFields.graph, graph),
    writeField(modelFields.opsetImport, operatorSet('', OPERATORS_VERSION)),
    writeField(modelFields.opsetImport, operatorSet('ai.onnx.ml', TREES_VERSION)),
    writeField(modelFields.metadata, metadata('columns', JSON.stringify(parts.columns))),
    writeField(modelFields.metadata, metadata('objective', JSON.stringify(objective))),
  ])
}

/** A feature of one column is the column; of several they are numbered. */
function columnNames({ features }: TabularModel): readonly string[] {
  return features.flatMap((feature) => {
    const count = columnsOf(feature)
    return count === 1
      ? [feature.name]
      : Array.from({ length: count }, (_, column) => `${feature.name}#${column + 1}`)
  })
}

/** Slope × margin + intercept, worked into base and leaves. */
function foldPlatt({
  calibration,
  baseMargin,
  trees,
}: TabularModel): Pick<TabularModel, 'baseMargin' | 'trees'> {
  if (calibration.kind !== 'platt') return { baseMargin, trees }
  const { slope, intercept } = calibration
  return {
    baseMargin: slope * baseMargin + intercept,
    trees: { ...trees, value: trees.value.map((leaf) => slope * leaf) },
  }
}

interface Computation {
  readonly nodes: readonly Uint8Array[]
  readonly constants: readonly Uint8Array[]
}

function scoreNodes({ calibration }: TabularModel, link: 'identity' | 'logit' | 'log'): Computation {
  if (calibration.kind === 'isotonic') return curveNodes(calibration.margins, calibration.scores)
  const operator = { identity: 'Identity', logit: 'Sigmoid', log: 'Exp' }[link]
  return { nodes: [node({ operator, inputs: ['margin'], outputs: ['score'] })], constants: [] }
}

/**
 * The curve through the points, straight between them and level outside: the first score plus, for each stretch, the share
 * of it that lies below the margin times its rise. In double precision, because stretches can be very short.
 */
function curveNodes(margins: Float64Array, scores: Float64Array): Computation {
  const stretches = Math.max(1, margins.length - 1)
  const list = (of: (at: number) => number): number[] => Array.from({ length: stretches }, (_, at) => of(at))
  const gap = (values: Float64Array, at: number, otherwise: number): number =>
    at + 1 < values.length ? (values[at + 1] ?? 0) - (values[at] ?? 0) : otherwise
  const step = (operator: string, inputs: readonly string[], output: string): Uint8Array =>
    node({ operator, inputs, outputs: [output] })
  const cast = (from: string, to: string, type: number): Uint8Array =>
    node({ operator: 'Cast', inputs: [from], outputs: [to], attributes: [attribute('to', { whole: type })] })
  return {
    nodes: [
      cast('margin', 'exact', 11),
      step('Sub', ['exact', 'starts'], 'beyond'),
      step('Div', ['beyond', 'widths'], 'shares'),
      step('Clip', ['shares', 'none', 'all'], 'covered'),
      step('MatMul', ['covered', 'rises'], 'risen'),
      step('Add', ['risen', 'first'], 'curve'),
      cast('curve', 'score', 1),
    ],
    constants: [
      tensor(
        list((at) => margins[at] ?? 0),
        { type: 'double', name: 'starts' },
      ),
      tensor(
        list((at) => gap(margins, at, 1)),
        { type: 'double', name: 'widths' },
      ),
      tensor(
        list((at) => gap(scores, at, 0)),
        { type: 'double', name: 'rises', shape: [stretches, 1] },
      ),
      tensor([scores[0] ?? 0], { type: 'double', name: 'first' }),
      tensor([0], { type: 'double', name: 'none', shape: [] }),
      tensor([1], { type: 'double', name: 'all', shape: [] }),
    ],
  }
}
