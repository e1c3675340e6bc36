/**
 * The tiles of a tree whose root is known. Each is checked against the root before anybody gets it: the tiles of the right
 * edge together give the root, and every other tile gives a hash of the tile above it. So a damaged file is told by its
 * name, and made again from the entries of the database.
 */
import { Fatal } from '../errors.ts'
import {
  type Edge,
  edgeTiles,
  hashBytes,
  leafHashes,
  perfectRoot,
  type ReadTile,
  rootOfEdge,
  type Tile,
} from './merkle.ts'
import { type TileName, tilePath, tileWidth, widthIn } from './tile-path.ts'
import { bundleOf, findEntries, type TileFolder } from './tiles.ts'

/** Where tiles come from. */
export interface TileSource {
  /** Origin of the log. */
  readonly log: string
  readonly folder: TileFolder
  /** Entries of the database from index `from` on, before `to`, one behind the other; fewer where it has no more. */
  entries(from: number, to: number): Promise<Uint8Array>
  /** Told of each file that was missing or damaged, after it was made again: `tile/0/x001/234`. */
  onDamage?(path: string): void
}

export interface KnownTree {
  readonly size: number
  readonly rootHash: Uint8Array
}

/** Full tiles that are kept in memory: 8 MiB. */
const mostKept = 1_024

export class VerifiedTiles {
  readonly #source: TileSource
  readonly #tree: KnownTree
  readonly #kept = new Map<string, Promise<Uint8Array>>()
  #edge: Promise<Edge> | undefined

  constructor(source: TileSource, tree: KnownTree) {
    this.#source = source
    this.#tree = tree
  }

  /**
   * Hashes of a tile of this tree, or the first ones of it. @throws RangeError where the tree has none so wide, Fatal
   * `log.diverged` where file and database both contradict the root
   */
  readonly read: ReadTile = async ({ level, index, width }) => {
    const there = widthIn(this.#tree.size, { level, index })
    if (level === 'entries' || width > there)
      throw new RangeError(`no tile ${tilePath({ level, index, width })}`)
    const hashes =
      there === tileWidth
        ? await this.#full(level, index)
        : ((await this.edge()).partials[level] ?? new Uint8Array())
    return hashes.subarray(0, width * hashBytes)
  }

  /** The right edge of the tree. @throws Fatal `log.diverged` */
  edge(): Promise<Edge> {
    this.#edge ??= this.#readEdge()
    return this.#edge
  }

  /** Entries of the bundle, as wide as the tree has it. @throws Fatal `log.diverged` */
  async entries(index: number): Promise<readonly Uint8Array[]> {
    const { folder } = this.#source
    const width = widthIn(this.#tree.size, { level: 0, index })
    if (width === 0) return []
    const hashes = await this.read({ level: 0, index, width })
    const bundle = { level: 'entries', index, width } as const
    const found = findEntries((await folder.find(bundle)) ?? Buffer.alloc(0))
    if (found?.every(({ length }) => length === hashBytes) && leafHashes(Buffer.concat(found)).equals(hashes))
      return found
    const entries = await this.#fromDatabase(index * tileWidth, width)
    if (!leafHashes(entries).equals(hashes)) throw this.#diverged()
    const made = split(entries)
    await this.#mend([{ ...bundle, bytes: bundleOf(made) }])
    return made
  }

  async #readEdge(): Promise<Edge> {
    const { size, rootHash } = this.#tree
    const tiles = edgeTiles(size)
    const edgeOf = (contents: readonly (Uint8Array | undefined)[]): Edge => {
      const partials: Uint8Array[] = []
      tiles.forEach(({ level }, at) => {
        if (typeof level === 'number') partials[level] = contents[at] ?? new Uint8Array()
      })
      return { size, partials: Array.from(partials, (hashes) => hashes ?? new Uint8Array()) }
    }
    const isRight = (edge: Edge) => rootOfEdge(edge).equals(rootHash)
    const found = edgeOf(await Promise.all(tiles.map((tile) => this.#source.folder.find(tile))))
    if (isRight(found)) return found
    for (const from of ['tiles', 'entries'] as const) {
      const contents: Uint8Array[] = []
      for (const tile of tiles) contents.push(await this.#computed(tile, from))
      const edge = edgeOf(contents)
      if (!isRight(edge)) continue
      await this.#mend(tiles.map((tile, at) => ({ ...tile, bytes: contents[at] ?? new Uint8Array() })))
      return edge
    }
    throw this.#diverged()
  }

  #full(level: number, index: number): Promise<Uint8Array> {
    const key = `${level}/${index}`
    const known = this.#kept.get(key)
    if (known !== undefined) return known
    const reading = this.#readFull(level, index)
    this.#kept.set(key, reading)
    // A reading that failed is no tile.
    reading.catch(() => this.#kept.delete(key))
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > mostKept && oldest !== undefined) this.#kept.delete(oldest)
    return reading
  }

  async #readFull(level: number, index: number): Promise<Uint8Array> {
    const above = { level: level + 1, index: Math.floor(index / tileWidth), width: (index % tileWidth) + 1 }
    const expected = (await this.read(above)).subarray(-hashBytes)
    const isRight = (hashes: Uint8Array) => perfectRoot(hashes).equals(expected)
    const tile = { level, index, width: tileWidth }
    const found = await this.#source.folder.find(tile)
    if (found !== undefined && isRight(found)) return found
    for (const from of ['tiles', 'entries'] as const) {
      const bytes = await this.#computed(tile, from)
      if (!isRight(bytes)) continue
      await this.#mend([{ ...tile, bytes }])
      return bytes
    }
    throw this.#diverged()
  }

  /** What a tile should hold: from the tiles below as far as they are there, or from the entries alone. */
  async #computed({ level, index, width }: TileName, from: 'tiles' | 'entries'): Promise<Uint8Array> {
    if (level === 'entries' || level === 0)
      return leafHashes(await this.#fromDatabase(index * tileWidth, width))
    const hashes = Buffer.alloc(width * hashBytes)
    for (let at = 0; at < width; at++) {
      const below = { level: level - 1, index: index * tileWidth + at, width: tileWidth }
      const found = from === 'tiles' ? await this.#source.folder.find(below) : undefined
      hashes.set(perfectRoot(found ?? (await this.#computed(below, from))), at * hashBytes)
    }
    return hashes
  }

  async #fromDatabase(start: number, width: number): Promise<Uint8Array> {
    const entries = await this.#source.entries(start, start + width)
    if (entries.length !== width * hashBytes) throw this.#diverged()
    return entries
  }

  async #mend(tiles: readonly Tile[]): Promise<void> {
    const { folder, onDamage } = this.#source
    const { missing, damaged } = await folder.store(tiles)
    for (const tile of [...damaged, ...missing]) onDamage?.(tilePath(tile))
  }

  #diverged(): Fatal {
    return new Fatal('log.diverged', { log: this.#source.log, size: this.#tree.size })
  }
}

/** Entries of 32 bytes that lie one behind the other. */
export function split(entries: Uint8Array): Uint8Array[] {
  return Array.from({ length: entries.length / hashBytes }, (_, at) =>
    entries.subarray(at * hashBytes, (at + 1) * hashBytes),
  )
}
