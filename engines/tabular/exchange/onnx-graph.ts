import { ModelFormatError } from '../errors.ts'
import { readMessage, readNumbersOf, type WireMessage, type WireValue } from './protobuf.ts'

/**
 * The few messages of ONNX that a model of trees is made of (onnx/onnx-ml.proto). Field numbers are named here once; a
 * field that is not named is refused, because it may change what the others mean.
 */
export const modelFields = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  domain: 4,
  modelVersion: 5,
  docString: 6,
  graph: 7,
  opsetImport: 8,
  metadata: 14,
} as const
export const graphFields = {
  node: 1,
  name: 2,
  initializer: 5,
  docString: 10,
  input: 11,
  output: 12,
  valueInfo: 13,
} as const
export const nodeFields = {
  input: 1,
  output: 2,
  name: 3,
  operator: 4,
  attribute: 5,
  docString: 6,
  domain: 7,
} as const
export const attributeFields = {
  name: 1,
  single: 2,
  whole: 3,
  text: 4,
  tensor: 5,
  singles: 7,
  wholes: 8,
  texts: 9,
  docString: 13,
  type: 20,
} as const
export const tensorFields = {
  dims: 1,
  type: 2,
  singles: 4,
  name: 8,
  raw: 9,
  doubles: 10,
  docString: 12,
} as const
export const valueFields = { name: 1, type: 2, docString: 3 } as const
export const tensorTypeFields = { elements: 1, shape: 2 } as const
/** Two-field messages: operator sets, metadata entries, and the dimensions of a shape. */
export const pairFields = { first: 1, second: 2 } as const
/** TensorProto.DataType */
export const elementTypes = { single: 1, whole: 7, double: 11 } as const

/** A message whose fields are all among the known ones. */
export function readKnown(
  value: WireValue | undefined,
  fields: Readonly<Record<string, number>>,
  where: string,
): WireMessage {
  if (!(value instanceof Uint8Array)) throw new ModelFormatError(`the ONNX model lacks ${where}`)
  const message = readMessage(value, where)
  const known = Object.values(fields)
  for (const field of message.keys())
    if (!known.includes(field))
      throw new ModelFormatError(`the ONNX model has field ${field} in ${where}, which cannot be imported`)
  return message
}

export function textOf(message: WireMessage, field: number, where: string): string {
  const values = message.get(field) ?? []
  if (values.length === 0) return ''
  return decodeText(values.at(-1), where)
}

export function decodeText(value: WireValue | undefined, where: string): string {
  if (!(value instanceof Uint8Array)) throw new ModelFormatError(`the ONNX model has no text in ${where}`)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(value)
  } catch (cause) {
    throw new ModelFormatError(`the ONNX model has a text in ${where} that is not in UTF-8`, { cause })
  }
}

export function wholeOf(message: WireMessage, field: number): number {
  const value = message.get(field)?.at(-1) ?? 0
  return typeof value === 'number' ? value : Number.NaN
}

/** What an attribute of a node may hold. */
export interface Attribute {
  readonly text: string | undefined
  readonly texts: readonly string[]
  readonly wholes: readonly number[]
  /** Singles of a list, or the numbers of a tensor. */
  readonly reals: readonly number[]
  readonly whole: number
}

/** The attributes of a node by name. */
export function readAttributes(node: WireMessage, where: string): ReadonlyMap<string, Attribute> {
  const attributes = new Map<string, Attribute>()
  for (const value of node.get(nodeFields.attribute) ?? []) {
    const message = readKnown(value, attributeFields, `an attribute of ${where}`)
    const name = textOf(message, attributeFields.name, where)
    if (attributes.has(name)) throw new ModelFormatError(`the ONNX model repeats an attribute of ${where}`)
    const at = `attribute ${name}`
    const tensor = message.get(attributeFields.tensor)?.[0]
    const text = message.get(attributeFields.text)?.[0]
    attributes.set(name, {
      text: text === undefined ? undefined : decodeText(text, at),
      texts: (message.get(attributeFields.texts) ?? []).map((item) => decodeText(item, at)),
      wholes: readNumbersOf(message, attributeFields.wholes, { as: 'varint', where: at }),
      reals:
        tensor === undefined
          ? readNumbersOf(message, attributeFields.singles, { as: 'single', where: at })
          : readTensor(tensor, at),
      whole: wholeOf(message, attributeFields.whole),
    })
  }
  return attributes
}

/** The numbers of a tensor of singles or doubles with one dimension. */
function readTensor(value: WireValue, where: string): readonly number[] {
  const tensor = readKnown(value, tensorFields, where)
  const type = wholeOf(tensor, tensorFields.type)
  const as = type === elementTypes.single ? 'single' : type === elementTypes.double ? 'double' : undefined
  if (as === undefined) throw new ModelFormatError(`the ONNX model has a tensor of another type in ${where}`)
  const raw = tensor.get(tensorFields.raw)?.[0]
  const numbers =
    raw === undefined
      ? readNumbersOf(tensor, as === 'single' ? tensorFields.singles : tensorFields.doubles, { as, where })
      : // Raw bytes are laid out as a packed field is.
        readNumbersOf(new Map([[tensorFields.raw, [raw]]]), tensorFields.raw, { as, where })
  const dims = readNumbersOf(tensor, tensorFields.dims, { as: 'varint', where })
  if (dims.length !== 1 || dims[0] !== numbers.length)
    throw new ModelFormatError(`the ONNX model has a tensor in ${where} that is not of the length it says`)
  return numbers
}
