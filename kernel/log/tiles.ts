/**
 * Tiles and entry bundles of one log as files, under the paths they are published under (c2sp.org/tlog-tiles).
 *
 * A file is written under another name, made durable, and then renamed: whoever reads sees all of a tile or none. Nothing
 * here is the only copy: every tile follows from `log_entries`, and `verified-tiles.ts` makes it again where it is missing
 * or damaged.
 */
import { mkdir, readdir, readFile, rename, rm, stat, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder, writeDurably } from '../durable-files.ts'
import { newId } from '../identifiers.ts'
import { hashBytes, type Tile } from './merkle.ts'
import { type TileName, tilePath, tileWidth } from './tile-path.ts'

/** Files that are written at once. More gain nothing: the disk puts them into few writes anyway. */
const writers = 16
/** What a crash left unfinished is removed when it is certainly nobody's any more. */
const leftoverMs = 3_600_000

/** What was not there as it should be, and now is. */
export interface Stored {
  readonly missing: readonly TileName[]
  /** Their files held something else. */
  readonly damaged: readonly TileName[]
}

export class TileFolder {
  readonly folder: string
  /** Folders known to be there, durably. */
  readonly #made = new Set<string>()

  /** @param folder of one log: `<log folder>/<institution>` */
  constructor(folder: string) {
    this.folder = folder
  }

  /**
   * The content of a tile or bundle, or undefined where there is none of the right length. A partial one is cut from a wider
   * one where it is no longer there itself, as it may be (tlog-tiles, partial tiles). Length and form are checked here, the
   * hashes are not.
   */
  async find(tile: TileName): Promise<Buffer | undefined> {
    const exact = await this.#findCut(tile, tile.width)
    if (exact !== undefined || tile.width === tileWidth) return exact
    const full = await this.#findCut(tile, tileWidth)
    if (full !== undefined) return full
    for (const width of await this.partialWidths(tile))
      if (width > tile.width) {
        const wider = await this.#findCut(tile, width)
        if (wider !== undefined) return wider
      }
    return undefined
  }

  async #findCut(tile: TileName, width: number): Promise<Buffer | undefined> {
    const bytes = await this.findFile(tilePath({ ...tile, width }))
    return bytes !== undefined && lengthOf(tile.level, width, bytes) === bytes.length
      ? bytes.subarray(0, lengthOf(tile.level, tile.width, bytes))
      : undefined
  }

  /** Widths of the partial tiles that are there, rising. */
  async partialWidths(tile: Pick<TileName, 'level' | 'index'>): Promise<number[]> {
    const partials = `${join(this.folder, tilePath({ ...tile, width: tileWidth }))}.p`
    const names = await readdir(partials).catch(unlessMissing)
    return (names ?? [])
      .map(Number)
      .filter(Number.isInteger)
      .sort((a, b) => a - b)
  }

  /** Stores tiles durably. What is there already stays as it is. Partial tiles go when the full one is durable. */
  async store(tiles: readonly Tile[]): Promise<Stored> {
    const missing: TileName[] = []
    const damaged: TileName[] = []
    const folders = new Set<string>()
    await inParallel(tiles, async ({ bytes, ...tile }) => {
      const path = tilePath(tile)
      folders.add(dirname(path))
      const there = await this.findFile(path)
      if (there?.equals(bytes)) return
      const found = there === undefined ? missing : damaged
      found.push(tile)
      await this.#write(path, bytes)
    })
    // Also of those that were there: a crash may have come between rename and here.
    await inParallel([...folders], (folder) => syncFolder(join(this.folder, folder)))
    const full = tiles.filter(({ width }) => width === tileWidth)
    await inParallel(full, (tile) =>
      rm(`${join(this.folder, tilePath(tile))}.p`, { recursive: true, force: true }),
    )
    return { missing, damaged }
  }

  /** A file of the log's folder that is no tile, such as `checkpoint`. */
  findFile(path: string): Promise<Buffer | undefined> {
    return readFile(join(this.folder, path)).catch(unlessMissing)
  }

  /** Puts a file in the place of the one before, durably. */
  async replaceFile(path: string, bytes: Uint8Array): Promise<void> {
    await this.#write(path, bytes)
    await syncFolder(dirname(join(this.folder, path)))
  }

  /** Removes what crashes left unfinished. */
  async removeLeftovers(): Promise<void> {
    const unfinished = join(this.folder, 'unfinished')
    for (const name of (await readdir(unfinished).catch(unlessMissing)) ?? []) {
      const path = join(unfinished, name)
      const found = await stat(path).catch(unlessMissing)
      if (found !== undefined && Date.now() - found.mtimeMs > leftoverMs)
        await unlink(path).catch(unlessMissing)
    }
  }

  async #write(path: string, bytes: Uint8Array): Promise<void> {
    await this.#makeFolder('unfinished')
    await this.#makeFolder(dirname(path))
    const unfinished = join(this.folder, 'unfinished', newId())
    try {
      await writeDurably(unfinished, bytes)
      await rename(unfinished, join(this.folder, path))
    } catch (error) {
      await unlink(unfinished).catch(() => undefined)
      // Somebody may have removed a folder behind our back; it is made again at the next attempt.
      this.#made.clear()
      throw error
    }
  }

  /** Makes a folder with those above it; each is durable in its own parent. */
  async #makeFolder(path: string): Promise<void> {
    if (this.#made.has(path)) return
    const whole = join(this.folder, path)
    const first = await mkdir(whole, { recursive: true, mode: 0o700 })
    if (first !== undefined)
      for (let made = whole; made.length >= first.length; made = dirname(made))
        await syncFolder(dirname(made))
    this.#made.add(path)
  }
}

/** Entries as a bundle: each behind its length as uint16, big-endian. */
export function bundleOf(entries: readonly Uint8Array[]): Buffer {
  const bundle = Buffer.allocUnsafe(entries.reduce((sum, { length }) => sum + 2 + length, 0))
  let at = 0
  for (const entry of entries) {
    at = bundle.writeUInt16BE(entry.length, at)
    bundle.set(entry, at)
    at += entry.length
  }
  return bundle
}

/** The entries of a bundle; undefined where it does not end with one. */
export function findEntries(bundle: Buffer): Buffer[] | undefined {
  const entries: Buffer[] = []
  let at = 0
  while (at + 2 <= bundle.length) {
    const end = at + 2 + bundle.readUInt16BE(at)
    entries.push(bundle.subarray(at + 2, end))
    at = end
  }
  return at === bundle.length ? entries : undefined
}

/** Bytes that `width` hashes or entries take; of entries as far as their lengths are there. */
function lengthOf(level: TileName['level'], width: number, bytes: Buffer): number {
  if (level !== 'entries') return width * hashBytes
  let at = 0
  for (let entry = 0; entry < width; entry++) {
    if (at + 2 > bytes.length) return -1
    at += 2 + bytes.readUInt16BE(at)
  }
  return at
}

/** Does all of it, a few at a time. After an error nothing more is begun, and what was begun has ended when it is thrown. */
async function inParallel<T>(all: readonly T[], work: (one: T) => Promise<unknown>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let one = all[next++]; one !== undefined; one = all[next++])
      await work(one).catch((error: unknown) => {
        next = all.length
        throw error
      })
  }
  const workers = Array.from({ length: Math.min(writers, all.length) }, worker)
  const ends = await Promise.allSettled(workers)
  for (const end of ends) if (end.status === 'rejected') throw end.reason
}

function unlessMissing(error: unknown): undefined {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
