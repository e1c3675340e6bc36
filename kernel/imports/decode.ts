/**
 * Bytes into text in a declared encoding. Nothing is replaced by U+FFFD: a byte that is not of the encoding ends the
 * reading, named by its offset.
 */
import { isAscii, isUtf8 } from 'node:buffer'
import { Refusal } from '../errors.ts'
import { type ByteSource, peek } from './bytes.ts'
import type { Encoding } from './mapping.ts'

/** A byte that the encoding does not have. Whoever counts the lines turns it into a refusal. */
export class UndecodableByte extends Error {
  override readonly name = 'UndecodableByte'
  readonly encoding: Encoding
  /** Offset of the byte in the plain (decompressed) file, from 0. */
  readonly offset: number

  constructor(encoding: Encoding, offset: number) {
    super(`byte ${offset} is not ${encoding}`)
    this.encoding = encoding
    this.offset = offset
  }
}

/**
 * Text of the source in chunks, without a byte-order mark. The mark decides between the UTF encodings; a file that is
 * marked UTF-8 is accepted under any declared encoding, since spreadsheets save mended files that way.
 *
 * @throws {UndecodableByte} after all text before that byte was given
 * @throws {Refusal} `import.encoding_mismatch` where the bytes contradict the declaration
 */
export async function* decode(
  source: ByteSource,
  declared: Encoding,
): AsyncGenerator<string, void, undefined> {
  const { head, whole } = await peek(source, 3)
  const mark = markOf(head)
  if (mark !== undefined && mark.encoding !== declared && mark.encoding !== 'utf-8')
    throw new Refusal('import.encoding_mismatch', { declared, seems: mark.encoding })
  const encoding = mark?.encoding ?? declared
  let skip = mark?.length ?? 0
  let rest: Uint8Array = new Uint8Array(0)
  let offset = 0
  for await (const bytes of whole) {
    const joined = rest.length > 0 ? Buffer.concat([rest, bytes]) : bytes
    const complete = joined.subarray(skip, joined.length - incompleteTail(joined, encoding))
    offset += skip
    skip = 0
    refuseDisguised(complete, encoding)
    yield* decodeChunk(complete, encoding, offset)
    offset += complete.length
    rest = joined.subarray(joined.length - incompleteTail(joined, encoding))
  }
  if (rest.length > 0) throw new UndecodableByte(encoding, offset)
}

function markOf(head: Uint8Array): { readonly encoding: Encoding; readonly length: number } | undefined {
  const [first, second, third] = head
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', length: 3 }
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', length: 2 }
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', length: 2 }
  return undefined
}

/** How many bytes at the end begin a character that the next chunk completes. */
function incompleteTail(bytes: Uint8Array, encoding: Encoding): number {
  if (encoding === 'utf-8') return incompleteUtf8(bytes)
  if (encoding !== 'utf-16le' && encoding !== 'utf-16be') return 0
  const odd = bytes.length % 2
  const high = bytes[bytes.length - odd - (encoding === 'utf-16le' ? 1 : 2)] ?? 0
  const isHighSurrogate = high >= 0xd8 && high <= 0xdb
  return isHighSurrogate ? odd + 2 : odd
}

function incompleteUtf8(bytes: Uint8Array): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] ?? 0
    if (byte < 0x80) return 0
    if (byte < 0xc0) continue
    const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2
    return length > back ? back : 0
  }
  return 0
}

/**
 * Text that is not ASCII and yet valid UTF-8 all through is UTF-8, whatever one-byte encoding was declared: in Arabic
 * script bytes above 0xC0 follow one another, which UTF-8 never has. Sixteen such bytes are asked for, since two can
 * happen by chance.
 */
function refuseDisguised(bytes: Uint8Array, declared: Encoding): void {
  if (declared.startsWith('utf-') || isAscii(bytes)) return
  const complete = bytes.subarray(0, bytes.length - incompleteUtf8(bytes))
  if (!isUtf8(complete) || complete.filter((byte) => byte >= 0x80).length < 16) return
  throw new Refusal('import.encoding_mismatch', { declared, seems: 'utf-8' })
}

function* decodeChunk(bytes: Uint8Array, encoding: Encoding, offset: number): Generator<string> {
  if (encoding === 'utf-8' && isUtf8(bytes)) {
    yield Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8')
    return
  }
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  try {
    yield decoder.decode(bytes)
    return
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  const { valid, text } = validPrefix(bytes, encoding)
  yield text
  throw new UndecodableByte(encoding, offset + valid)
}

/** Everything before the first byte that cannot be decoded. Only a file that is about to be refused comes here. */
function validPrefix(
  bytes: Uint8Array,
  encoding: Encoding,
): { readonly valid: number; readonly text: string } {
  const step = encoding.startsWith('utf-16') ? 2 : 1
  const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true })
  let text = ''
  let valid = 0
  try {
    for (let at = 0; at < bytes.length; at += step) {
      const piece = decoder.decode(bytes.subarray(at, at + step), { stream: true })
      text += piece
      if (piece !== '') valid = at + step
    }
  } catch (error) {
    if (!(error instanceof TypeError)) throw error
  }
  return { valid, text }
}
