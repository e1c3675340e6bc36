import {
  attributeFields,
  elementTypes,
  nodeFields,
  pairFields,
  tensorFields,
  tensorTypeFields,
  valueFields,
} from './onnx-graph.ts'
import { joinBytes, littleEndian, writeField, writeSingles, writeWholes } from './protobuf.ts'

export type Precision = 'single' | 'double'

/** AttributeProto.AttributeType */
const ATTRIBUTE_TYPES = { whole: 2, text: 3, tensor: 4, singles: 6, wholes: 7, texts: 8 } as const

type Content =
  | { readonly whole: number }
  | { readonly text: string }
  | { readonly tensor: Uint8Array }
  | { readonly singles: readonly number[] }
  | { readonly wholes: readonly number[] }
  | { readonly texts: readonly string[] }

/** An AttributeProto. */
export function attribute(name: string, content: Content): Uint8Array {
  const [type, bytes] = contentBytes(content)
  return joinBytes([writeField(attributeFields.name, name), bytes, writeField(attributeFields.type, type)])
}

function contentBytes(content: Content): readonly [number, Uint8Array] {
  if ('whole' in content) return [ATTRIBUTE_TYPES.whole, writeField(attributeFields.whole, content.whole)]
  if ('text' in content) return [ATTRIBUTE_TYPES.text, writeField(attributeFields.text, content.text)]
  if ('tensor' in content) return [ATTRIBUTE_TYPES.tensor, writeField(attributeFields.tensor, content.tensor)]
  if ('singles' in content)
    return [ATTRIBUTE_TYPES.singles, writeSingles(attributeFields.singles, content.singles)]
  if ('wholes' in content)
    return [ATTRIBUTE_TYPES.wholes, writeWholes(attributeFields.wholes, content.wholes)]
  return [
    ATTRIBUTE_TYPES.texts,
    joinBytes(content.texts.map((text) => writeField(attributeFields.texts, text))),
  ]
}

/** Reals in single precision under their name, or in double as a tensor. */
export function realsAttribute(name: string, values: readonly number[], precision: Precision): Uint8Array {
  return precision === 'single'
    ? attribute(name, { singles: values })
    : attribute(`${name}_as_tensor`, { tensor: tensor(values, { type: 'double', name }) })
}

/** A TensorProto; of one dimension unless another shape is given. */
export function tensor(
  values: readonly number[],
  {
    type,
    name,
    shape = [values.length],
  }: { readonly type: Precision; readonly name: string; readonly shape?: readonly number[] },
): Uint8Array {
  return joinBytes([
    ...shape.map((size) => writeField(tensorFields.dims, size)),
    writeField(tensorFields.type, elementTypes[type]),
    writeField(tensorFields.name, name),
    writeField(tensorFields.raw, littleEndian(values, type)),
  ])
}

/** A NodeProto. */
export function node({
  operator,
  domain = '',
  inputs,
  outputs,
  attributes = [],
}: {
  readonly operator: string
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes?: readonly Uint8Array[]
}): Uint8Array {
  return joinBytes([
    ...inputs.map((name) => writeField(nodeFields.input, name)),
    ...outputs.map((name) => writeField(nodeFields.output, name)),
    writeField(nodeFields.operator, operator),
    writeField(nodeFields.domain, domain),
    ...attributes.map((one) => writeField(nodeFields.attribute, one)),
  ])
}

/** A ValueInfoProto of a tensor of any number of rows; without `columns` of one dimension. */
export function valueInfo(
  name: string,
  { type, columns }: { readonly type: Precision | 'whole'; readonly columns?: number },
): Uint8Array {
  const dimensions = [
    writeField(pairFields.second, 'rows'),
    ...(columns === undefined ? [] : [writeField(pairFields.first, columns)]),
  ]
  const shape = joinBytes(dimensions.map((dimension) => writeField(1, dimension)))
  const tensorType = joinBytes([
    writeField(tensorTypeFields.elements, elementTypes[type]),
    writeField(tensorTypeFields.shape, shape),
  ])
  return joinBytes([
    writeField(valueFields.name, name),
    writeField(valueFields.type, writeField(1, tensorType)),
  ])
}

/** An OperatorSetIdProto. */
export function operatorSet(domain: string, version: number): Uint8Array {
  return joinBytes([writeField(pairFields.first, domain), writeField(pairFields.second, version)])
}

/** A StringStringEntryProto. */
export function metadata(key: string, value: string): Uint8Array {
  return joinBytes([writeField(pairFields.first, key), writeField(pairFields.second, value)])
}
