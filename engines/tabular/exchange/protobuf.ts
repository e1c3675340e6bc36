import { ModelFormatError } from '../errors.ts'

/**
 * The wire format of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/), as far as ONNX uses it: varints,
 * little-endian singles and doubles, and stretches of bytes. A message is read one level at a time, so nothing recurses.
 */

/** A field's value: a number (varint as signed 64-bit, single or double), or the bytes of a text, list or message. */
export type WireValue = number | Uint8Array

/** The fields of one message by number, each with its values in order. */
export type WireMessage = ReadonlyMap<number, readonly WireValue[]>

const VARINT = 0
const DOUBLE = 1
const BYTES = 2
const SINGLE = 5

/**
 * @throws ModelFormatError for bytes cut short, an unknown wire type (groups are long gone) and a number beyond 2⁵³.
 */
export function readMessage(bytes: Uint8Array, where: string): WireMessage {
  const reader = readerOf(bytes, where)
  const fields = new Map<number, WireValue[]>()
  while (reader.at < bytes.length) {
    const tag = readVarint(reader)
    const field = Math.floor(tag / 8)
    if (tag < 8) throw wrongWire(where)
    const value = readWireValue(reader, tag % 8)
    const values = fields.get(field)
    if (values === undefined) fields.set(field, [value])
    else values.push(value)
  }
  return fields
}

/** All numbers of a repeated field, whether each stands by itself or all are packed in one stretch of bytes. */
export function readNumbersOf(
  message: WireMessage,
  field: number,
  { as, where }: { readonly as: 'varint' | 'single' | 'double'; readonly where: string },
): number[] {
  const wire = { varint: VARINT, single: SINGLE, double: DOUBLE }[as]
  const numbers: number[] = []
  for (const value of message.get(field) ?? []) {
    if (typeof value === 'number') {
      numbers.push(value)
      continue
    }
    const reader = readerOf(value, where)
    while (reader.at < value.length) {
      const number = readWireValue(reader, wire)
      if (typeof number === 'number') numbers.push(number)
    }
  }
  return numbers
}

interface WireReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly where: string
  at: number
}

function readerOf(bytes: Uint8Array, where: string): WireReader {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), where, at: 0 }
}

function readWireValue(reader: WireReader, wire: number): WireValue {
  switch (wire) {
    case VARINT:
      return readVarint(reader)
    case SINGLE:
      return reader.view.getFloat32(take(reader, 4), true)
    case DOUBLE:
      return reader.view.getFloat64(take(reader, 8), true)
    case BYTES: {
      const length = readVarint(reader)
      const start = take(reader, length)
      return reader.bytes.subarray(start, start + length)
    }
    default:
      throw wrongWire(reader.where)
  }
}

/** At most ten bytes of seven bits each, the lowest first; a negative number is its two's complement of 64 bits. */
function readVarint(reader: WireReader): number {
  let value = 0n
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.bytes[take(reader, 1)] ?? 0
    // Nearly all varints are one byte.
    if (shift === 0n && byte < 0x80) return byte
    value |= BigInt(byte & 0x7f) << shift
    if (byte >= 0x80) continue
    const number = Number(BigInt.asIntN(64, value))
    if (value >= 2n ** 64n || !Number.isSafeInteger(number)) throw wrongWire(reader.where)
    return number
  }
  throw wrongWire(reader.where)
}

function take(reader: WireReader, length: number): number {
  const start = reader.at
  if (length < 0 || length > reader.bytes.length - start)
    throw new ModelFormatError(`the ONNX model is cut short in ${reader.where}`)
  reader.at = start + length
  return start
}

function wrongWire(where: string): ModelFormatError {
  return new ModelFormatError(`the ONNX model has bytes in ${where} that are no protocol buffer`)
}

/** One field as bytes: a whole number as a varint, a text or bytes with their length. */
export function writeField(field: number, value: number | string | Uint8Array): Uint8Array {
  if (typeof value === 'number') return joinBytes([varint(field * 8 + VARINT), varint(value)])
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value
  return joinBytes([varint(field * 8 + BYTES), varint(bytes.length), bytes])
}

/** A repeated field of whole numbers, packed. */
export function writeWholes(field: number, values: readonly number[]): Uint8Array {
  const bytes: number[] = []
  for (const value of values) pushVarint(bytes, value)
  return writeField(field, Uint8Array.from(bytes))
}

/** A repeated field of singles, packed. */
export function writeSingles(field: number, values: readonly number[]): Uint8Array {
  return writeField(field, littleEndian(values, 'single'))
}

/** Numbers as raw bytes, as tensors hold them. */
export function littleEndian(values: readonly number[], as: 'single' | 'double'): Uint8Array {
  const size = as === 'single' ? 4 : 8
  const view = new DataView(new ArrayBuffer(values.length * size))
  for (const [at, value] of values.entries())
    if (as === 'single') view.setFloat32(at * size, value, true)
    else view.setFloat64(at * size, value, true)
  return new Uint8Array(view.buffer)
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    joined.set(part, at)
    at += part.length
  }
  return joined
}

function varint(value: number): Uint8Array {
  const bytes: number[] = []
  pushVarint(bytes, value)
  return Uint8Array.from(bytes)
}

function pushVarint(bytes: number[], value: number): void {
  let rest = value
  if (value < 0) {
    // Ten bytes: the lowest nine of the two's complement hold 63 bits, and the tenth the sign.
    const bits = BigInt.asUintN(63, BigInt(value))
    for (let shift = 0n; shift < 63n; shift += 7n) bytes.push(Number((bits >> shift) & 0x7fn) | 0x80)
    rest = 1
  }
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80)
  bytes.push(rest)
}
