import { ModelFormatError } from '../errors.ts'

const MOST_DEPTH = 32

/**
 * Parses Universal Binary JSON, Draft 12, big-endian, with the optimised containers (`$` type, `#` count) in which
 * XGBoost writes its arrays. No-ops and high-precision numbers, which no model holds, are refused. Memory stays in
 * proportion to the bytes: a count that the bytes left cannot fill is refused before anything is made.
 *
 * @throws ModelFormatError naming the position.
 */
export function parseUbjson(bytes: Uint8Array): unknown {
  const reader: ByteReader = {
    bytes,
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    at: 0,
  }
  const value = readValue(reader, readMarker(reader), 0)
  if (reader.at !== bytes.length) throw wrongAt(reader.at)
  return value
}

interface ByteReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
}

type NumberReader = (view: DataView, at: number) => number

/** Size and reading of each kind of number. */
const NUMBERS: ReadonlyMap<string, readonly [number, NumberReader]> = new Map([
  ['i', [1, (view, at) => view.getInt8(at)]],
  ['U', [1, (view, at) => view.getUint8(at)]],
  ['I', [2, (view, at) => view.getInt16(at)]],
  ['l', [4, (view, at) => view.getInt32(at)]],
  ['L', [8, (view, at) => Number(view.getBigInt64(at))]],
  ['d', [4, (view, at) => view.getFloat32(at)]],
  ['D', [8, (view, at) => view.getFloat64(at)]],
] satisfies readonly (readonly [string, readonly [number, NumberReader]])[])

const utf8 = new TextDecoder('utf-8', { fatal: true })

function readValue(reader: ByteReader, marker: string, depth: number): unknown {
  if (depth > MOST_DEPTH) throw new ModelFormatError(`the UBJSON is nested deeper than ${MOST_DEPTH}`)
  switch (marker) {
    case '{':
      return readObject(reader, depth)
    case '[':
      return readArray(reader, depth)
    case 'S':
      return readText(reader, readLength(reader))
    case 'C':
      return readText(reader, 1)
    case 'T':
    case 'F':
      return marker === 'T'
    case 'Z':
      return null
    default:
      return readNumber(reader, marker)
  }
}

function readObject(reader: ByteReader, depth: number): Readonly<Record<string, unknown>> {
  const { type, count } = readHead(reader)
  const entries = new Map<string, unknown>()
  for (let read = 0; count === undefined ? !closes(reader, '}') : read < count; read++) {
    const key = readText(reader, readLength(reader))
    if (entries.has(key)) throw wrongAt(reader.at)
    entries.set(key, readValue(reader, type ?? readMarker(reader), depth + 1))
  }
  return Object.fromEntries(entries)
}

function readArray(reader: ByteReader, depth: number): readonly unknown[] {
  const { type, count } = readHead(reader)
  const items: unknown[] = []
  for (let read = 0; count === undefined ? !closes(reader, ']') : read < count; read++)
    items.push(readValue(reader, type ?? readMarker(reader), depth + 1))
  return items
}

/** What may stand at the beginning of a container: the type of all items, which needs a count, or a count alone. */
function readHead(reader: ByteReader): { readonly type?: string; readonly count?: number } {
  if (peek(reader) !== '$') return peek(reader) === '#' ? { count: readCount(reader) } : {}
  reader.at++
  const type = readMarker(reader)
  // Items without a byte of their own would let a short file ask for any amount of memory.
  if ('TFZN'.includes(type) || peek(reader) !== '#') throw wrongAt(reader.at)
  return { type, count: readCount(reader) }
}

function readCount(reader: ByteReader): number {
  reader.at++
  return readLength(reader)
}

/** A length or count; every item takes at least one byte. */
function readLength(reader: ByteReader): number {
  const marker = readMarker(reader)
  const length = readNumber(reader, marker)
  if (!'iUIlL'.includes(marker) || length < 0 || length > reader.bytes.length - reader.at)
    throw wrongAt(reader.at)
  return length
}

function readNumber(reader: ByteReader, marker: string): number {
  const [size, read] = NUMBERS.get(marker) ?? [0, undefined]
  if (read === undefined || reader.at + size > reader.bytes.length) throw wrongAt(reader.at)
  const value = read(reader.view, reader.at)
  if (marker === 'L' && !Number.isSafeInteger(value)) throw wrongAt(reader.at)
  reader.at += size
  return value
}

function readText(reader: ByteReader, length: number): string {
  if (length > reader.bytes.length - reader.at) throw wrongAt(reader.at)
  try {
    const text = utf8.decode(reader.bytes.subarray(reader.at, reader.at + length))
    reader.at += length
    return text
  } catch {
    throw wrongAt(reader.at)
  }
}

function readMarker(reader: ByteReader): string {
  const marker = peek(reader)
  reader.at++
  return marker
}

function peek({ bytes, at }: ByteReader): string {
  const byte = bytes[at]
  if (byte === undefined) throw new ModelFormatError('the UBJSON is cut short')
  return String.fromCharCode(byte)
}

function closes(reader: ByteReader, end: string): boolean {
  if (peek(reader) !== end) return false
  reader.at++
  return true
}

function wrongAt(at: number): ModelFormatError {
  return new ModelFormatError(`the UBJSON is wrong at position ${at}`)
}
