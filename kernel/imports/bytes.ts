/** The plain bytes of an import file: decompressed where they are compressed, whatever the file's name says. */
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Refusal } from '../errors.ts'

export type ByteSource = AsyncIterable<Uint8Array>

/** The first `length` bytes of a source (fewer where it ends before) and a source of all its bytes. */
export async function peek(
  source: ByteSource,
  length: number,
): Promise<{ readonly head: Uint8Array; readonly whole: AsyncGenerator<Uint8Array, void, undefined> }> {
  const iterator = source[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < length) {
    const next = await iterator.next()
    if (next.done === true) break
    head = Buffer.concat([head, next.value])
  }
  return { head, whole: continued(head, iterator) }
}

async function* continued(
  head: Uint8Array,
  iterator: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    if (head.length > 0) yield head
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  } finally {
    // A reader that stops early lets the file be closed; after the end this does nothing.
    await iterator.return?.()
  }
}

/** Tables of numbers grow ten- to thirty-fold; only what was made for it grows more than this. */
const mostGrowth = 200
/** Below this nothing is said: a short text of one letter compresses better than any table. */
const unheededBytes = 16 * 1024 * 1024

/** Watches that a file which was made to (a thousandth of its size, by RFC 1951) does not keep a reader busy for ever. */
function growth() {
  let packedBytes = 0
  let unpackedBytes = 0
  return {
    async *packed(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void, undefined> {
      for await (const chunk of source) {
        packedBytes += chunk.length
        yield chunk
      }
    },
    /** @throws Refusal `import.gzip_excessive` */
    unpacked(chunk: Uint8Array): void {
      unpackedBytes += chunk.length
      if (unpackedBytes > unheededBytes && unpackedBytes > mostGrowth * packedBytes)
        throw new Refusal('import.gzip_excessive')
    },
  }
}

/**
 * Decompresses gzip, found by its magic bytes (RFC 1952, 2.3.1); passes everything else on.
 *
 * @throws {Refusal} `import.gzip_damaged`, after the bytes before the damage were given; `import.gzip_excessive`; `import.file_not_text`
 */
export async function* plainBytes(source: ByteSource): AsyncGenerator<Uint8Array, void, undefined> {
  const { head, whole } = await peek(source, 4)
  // A spreadsheet's own format, and anything else in a ZIP archive.
  if (head[0] === 0x50 && head[1] === 0x4b && head[2] === 0x03 && head[3] === 0x04) {
    await whole.return()
    throw new Refusal('import.file_not_text')
  }
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole
    return
  }
  const gunzip = createGunzip({ chunkSize: 65_536 })
  const grown = growth()
  const feeding = pipeline(Readable.from(grown.packed(whole)), gunzip)
  // The same error comes out of the loop below; this only keeps it from being reported as unhandled.
  feeding.catch(() => undefined)
  try {
    for await (const chunk of gunzip) {
      grown.unpacked(chunk)
      yield chunk
    }
  } catch (error) {
    throw isDamage(error) ? new Refusal('import.gzip_damaged', {}, { cause: error }) : error
  }
}

function isDamage(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && typeof error.code === 'string' && error.code.startsWith('Z_')
  )
}
