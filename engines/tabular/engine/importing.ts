/** Models of other programs, as the kernel takes them in. */
import type { FeatureSpecs, ForeignModel, TrainedModel } from '@khudi/sdk'
import { TabularInputError } from '../errors.ts'
import { importModel } from '../exchange/exchange.ts'
import type { TabularModel } from '../model/model.ts'
import { decodeModel, encodeModel } from '../model/model-file.ts'

/** How every file of this platform's own begins. */
const own = /^\{"format":"khudi\.tabular"/

/**
 * Takes in a model of XGBoost, LightGBM, ONNX or another installation of this platform.
 *
 * @throws ModelFormatError for bytes of none of them, and all that their readers refuse. TabularInputError where its inputs are
 * not features of the application's model.
 */
export function importForeign({ bytes, features, inputs, rounds }: ForeignModel): TrainedModel {
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, 64))
  const model = named(own.test(head) ? decodeModel(bytes) : importModel(bytes, { rounds }), inputs)
  requireDeclared(model, features)
  const { from = 'khudi', version = null, objective = null } = model.provenance ?? {}
  return {
    bytes: encodeModel(model),
    summary: {
      from,
      ...(version !== null && { version }),
      ...(objective !== null && { objective }),
      trees: model.trees.roots.length,
      inputs: model.features.length,
    },
  }
}

/** The model with the names given for its inputs, in their order. */
function named(model: TabularModel, inputs: readonly string[] | undefined): TabularModel {
  if (inputs === undefined) return model
  const { features } = model
  if (inputs.length !== features.length)
    throw new TabularInputError(
      'length_mismatch',
      `the file has ${features.length} inputs, and ${inputs.length} names were given`,
    )
  if (new Set(inputs).size !== inputs.length)
    throw new TabularInputError('feature_duplicate', 'a name was given twice')
  return {
    ...model,
    features: features.map((feature, index) => ({ ...feature, name: inputs[index] ?? feature.name })),
  }
}

/** What a row of the application holds must be what the model was made of: a text where it expects a number tells it nothing. */
function requireDeclared({ objective, features }: TabularModel, specs: FeatureSpecs): void {
  if (objective.name !== 'logistic')
    throw new TabularInputError(
      'option_invalid',
      `the model was trained for ${objective.name} and gives no probability`,
    )
  for (const { name, kind } of features) {
    const declared = Object.hasOwn(specs, name) ? specs[name] : undefined
    if (declared === undefined)
      throw new TabularInputError(
        'feature_missing',
        `the file's input "${name}" is no feature of the application; give the names of its inputs in their order`,
      )
    // A category of another program is a whole number.
    const wanted = kind === 'level' ? 'number' : kind
    if (declared.kind !== wanted)
      throw new TabularInputError(
        'feature_wrong_type',
        `the file's input "${name}" is a ${kind}, and the application declares a ${declared.kind}`,
      )
  }
}
