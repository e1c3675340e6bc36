/**
 * The archive of a backup: a tar file that any tool can list.
 *
 * | member | holds |
 * |---|---|
 * | `head.json`, first | what is in it and what it needs: {@link Head} |
 * | `tables/<schema>.<table>/<number>.zst` | the table's rows in PostgreSQL's COPY text form, cut into pieces |
 * | `objects/<digest>` | a content-addressed file, as it is |
 * | `manifest.json`, last | SHA-256 and length of every member before it |
 *
 * Pieces keep memory bounded and make no temporary file. Where the manifest is missing, the archive is not whole.
 */
import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { promisify } from 'node:util'
import { constants, zstdCompress, zstdDecompress } from 'node:zlib'
import { extract, type Pack } from 'tar-stream'
import { z } from 'zod'
import { Refusal } from '../errors.ts'

/** Counts up when a reader of the form before could not read it. */
export const FORMAT = 1

/** Bytes of rows that make a piece. */
export const PIECE_BYTES = 4 * 1024 * 1024
/** A member that is read into memory is refused beyond this: our own are far smaller. */
const MEMBER_LIMIT_BYTES = 64 * 1024 * 1024

const MigrationRecord = z.strictObject({ number: z.int(), name: z.string(), sha256: z.string() })

export const Head = z.strictObject({
  format: z.int(),
  productVersion: z.string(),
  madeAt: z.iso.datetime(),
  /** Server that it was read from, `18.4`; for people. */
  postgresVersion: z.string(),
  schemas: z.array(
    z.strictObject({
      /** `kernel`, or `app_<id>`. */
      name: z.string(),
      applicationId: z.string().nullable(),
      migrations: z.array(MigrationRecord),
      tables: z.array(z.strictObject({ name: z.string(), columns: z.array(z.string()), rows: z.int() })),
      sequences: z.array(z.strictObject({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
    }),
  ),
  objects: z.int(),
})
export type Head = z.output<typeof Head>
export type SchemaHead = Head['schemas'][number]
export type TableHead = SchemaHead['tables'][number]

const Manifest = z.strictObject({
  members: z.array(z.strictObject({ name: z.string(), bytes: z.int(), sha256: z.string() })),
})
type Manifest = z.output<typeof Manifest>

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** Writes members one after another and remembers what the manifest needs. */
export class ArchiveWriter {
  readonly #pack: Pack
  readonly #members: Manifest['members'] = []

  constructor(pack: Pack) {
    this.#pack = pack
  }

  async writeHead(head: Head): Promise<void> {
    await this.#write('head.json', Buffer.from(`${JSON.stringify(head, null, 2)}\n`))
  }

  /** Bytes of a table's rows: piece `number`, counted from 1. */
  async writePiece(table: string, number: number, rows: Uint8Array): Promise<void> {
    // The checksum makes a changed byte fail here, before the rows reach a database.
    const packed = await compress(rows, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })
    await this.#write(`tables/${table}/${String(number).padStart(6, '0')}.zst`, packed)
  }

  /** A file of known length and digest, streamed. Throws where it turns out to be another. */
  async writeObject(digest: string, bytes: number, path: string): Promise<void> {
    const name = `objects/${digest}`
    const hash = createHash('sha256')
    const { promise: taken, resolve, reject } = Promise.withResolvers<void>()
    const entry = this.#pack.entry({ name, size: bytes, mode: 0o600 }, (error) =>
      error ? reject(error) : resolve(),
    )
    for await (const chunk of createReadStream(path)) {
      hash.update(chunk)
      if (entry.write(chunk)) continue
      await new Promise<void>((drained) => {
        entry.once('drain', () => drained())
      })
    }
    entry.end(undefined)
    await taken
    if (hash.digest('hex') !== digest) throw new Refusal('backup.object_damaged', { digest })
    this.#members.push({ name, bytes, sha256: digest })
  }

  async finish(): Promise<void> {
    await this.#write(
      'manifest.json',
      Buffer.from(`${JSON.stringify({ members: this.#members }, null, 2)}\n`),
    )
    this.#pack.finalize()
  }

  async #write(name: string, content: Buffer): Promise<void> {
    this.#members.push({
      name,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
    })
    await new Promise<void>((resolve, reject) => {
      this.#pack.entry({ name, mode: 0o600 }, content, (error) => (error ? reject(error) : resolve()))
    })
  }
}

/** One member as it is read. */
export type Member =
  | { readonly kind: 'head'; readonly head: Head }
  | { readonly kind: 'piece'; readonly table: string; readonly rows: Uint8Array }
  | { readonly kind: 'object'; readonly digest: string; readonly content: AsyncIterable<Uint8Array> }

/**
 * Reads an archive member by member and, before it ends, checks each against the manifest. Whoever reads must not let
 * anything it has read count until the end. Refuses with `backup.archive_damaged`, naming the member.
 */
export async function* readArchive(path: string): AsyncGenerator<Member, void, void> {
  const seen: Manifest['members'] = []
  let name = 'head.json'
  const file = createReadStream(path)
  const tar = extract()
  // A pipe does not hand errors on.
  file.on('error', (error) => tar.destroy(error))
  try {
    for await (const entry of file.pipe(tar)) {
      name = entry.header.name
      const { size } = entry.header
      const hash = createHash('sha256')
      const content = hashing(entry, hash)
      if (name === 'manifest.json') {
        compare(seen, Manifest.parse(JSON.parse((await whole(content, size)).toString())))
        return
      }
      yield await memberOf(name, content, size)
      seen.push({ name, bytes: size, sha256: hash.digest('hex') })
    }
  } catch (cause) {
    if (cause instanceof Refusal) throw cause
    if (isFileError(cause)) throw new Refusal('backup.unreadable', { path, detail: cause.message }, { cause })
    throw damaged(name, cause)
  } finally {
    file.destroy()
  }
  throw damaged('manifest.json')
}

async function memberOf(name: string, content: AsyncIterable<Uint8Array>, bytes: number): Promise<Member> {
  if (name === 'head.json') return { kind: 'head', head: readHead(await whole(content, bytes)) }
  const piece = /^tables\/([^/]+)\/\d{6}\.zst$/.exec(name)
  if (piece?.[1] !== undefined) {
    const rows = await decompress(await whole(content, bytes), { maxOutputLength: MEMBER_LIMIT_BYTES })
    return { kind: 'piece', table: piece[1], rows }
  }
  const object = /^objects\/([0-9a-f]{64})$/.exec(name)
  if (object?.[1] !== undefined) return { kind: 'object', digest: object[1], content }
  throw damaged(name)
}

/** The form is looked at first: a later one may have fields that this program does not know. */
function readHead(content: Buffer): Head {
  const text: unknown = JSON.parse(content.toString())
  const { format } = z.object({ format: z.int() }).parse(text)
  if (format > FORMAT)
    throw new Refusal('backup.archive_newer', { detail: `format ${format}, known is ${FORMAT}` })
  return Head.parse(text)
}

async function* hashing(source: AsyncIterable<unknown>, hash: Hash): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of source) {
    const bytes: unknown = chunk
    if (!(bytes instanceof Uint8Array)) throw new Error('a stream of bytes gave something else')
    hash.update(bytes)
    yield bytes
  }
}

async function whole(source: AsyncIterable<Uint8Array>, bytes: number): Promise<Buffer> {
  if (bytes > MEMBER_LIMIT_BYTES) throw new Error('longer than any member of ours')
  const chunks: Uint8Array[] = []
  for await (const chunk of source) chunks.push(chunk)
  return Buffer.concat(chunks)
}

function compare(seen: Manifest['members'], manifest: Manifest): void {
  for (const [index, expected] of manifest.members.entries()) {
    const found = seen[index]
    if (found?.name !== expected.name || found.bytes !== expected.bytes || found.sha256 !== expected.sha256)
      throw damaged(expected.name)
  }
  const extra = seen[manifest.members.length]
  if (extra !== undefined) throw damaged(extra.name)
}

export function damaged(member: string, cause?: unknown): Refusal {
  return new Refusal('backup.archive_damaged', { member }, { cause })
}

/** Of the operating system, as opposed to what the file holds. */
export function isFileError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error
}
