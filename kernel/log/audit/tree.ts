/**
 * The tree of the log computed anew from the bundles of entries, and held against everything that says something of it: the
 * tiles of every level, the commitments in the database, the root of every checkpoint. Range by range, so that it can be
 * interrupted; between two ranges the right edge of the tree is all there is to remember.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Transaction } from '../../db/database.ts'
import { type Edge, emptyEdge, grown, hashBytes, leafHashes, rootOfEdge, type Tile } from '../merkle.ts'
import type { LogPlace } from '../standing.ts'
import { commitmentsBetween } from '../store.ts'
import { type TileName, tilePath, tileWidth } from '../tile-path.ts'
import { bundleOf, type TileFolder } from '../tiles.ts'
import { split } from '../verified-tiles.ts'
import type { Report } from './findings.ts'
import { missingPlaces, placedBetween } from './store.ts'

/** Entries of a range: a quarter of a level-1 tile, some 30 ms of work. */
const rangeSize = tileWidth * 64
const mostMissing = 10
/** Length and entry. */
const bundleStep = 2 + hashBytes

export interface TreeCheck {
  readonly place: LogPlace
  readonly report: Report
  /** Entries that belong to the tree: the size of the last checkpoint. */
  readonly size: number
  /** What is claimed to be the root at sizes of more than `from` and at most `to`, by checkpoints and others. */
  readonly claims: (from: number, to: number) => Promise<readonly RootClaim[]>
}

export interface RootClaim {
  readonly size: number
  readonly rootHash: Uint8Array
  /** Who claims it: `log_checkpoints`, `checkpoint`. */
  readonly place: string
}

/** Where the check of the tree stands: at the end of a range. */
export type TreeState = Edge

export const treeStart: TreeState = emptyEdge

/** Checks the next range; answers the state behind it. Ends at `size`. */
export async function checkRange(check: TreeCheck, state: TreeState): Promise<TreeState> {
  const { place, size, claims, report } = check
  const start = state.size
  const end = Math.min(size, start + rangeSize)
  const [stored, bundles, claimed] = await Promise.all([
    commitmentsOf(check, start, end),
    readBundles(place, start, end),
    claims(start === 0 ? -1 : start, end),
  ])
  const leaves = await leavesOf(check, { start, end, stored, bundles })
  let edge: Edge = state
  const tiles: Tile[] = []
  const stops = new Set([...claimed.map(({ size }) => size), end])
  for (const stop of [...stops].sort((a, b) => a - b)) {
    const added = grown(edge, leaves.subarray((edge.size - start) * hashBytes, (stop - start) * hashBytes))
    edge = added.edge
    // What is partial in between is full, or wider, at the end.
    tiles.push(...added.tiles.filter(({ width }) => width === tileWidth || stop === size))
    const root = rootOfEdge(edge)
    for (const one of claimed)
      if (one.size === stop && !root.equals(one.rootHash))
        report('checkpoint.root_differs', null, { size: String(one.size), place: one.place })
  }
  await compareTiles(check, tiles)
  if (end === size) await compareOlderPartials(check, tiles, bundles)
  return edge
}

/** The database's commitments of a range, zeros where one is missing: those were reported. */
async function commitmentsOf({ place, report }: TreeCheck, start: number, end: number): Promise<Uint8Array> {
  const { institutionId, transact } = place
  const parameters = [institutionId, start, end]
  const { entries, commitments } = await transact((tx: Transaction) => tx.one(commitmentsBetween, parameters))
  if (entries === end - start && commitments.length === entries * hashBytes) return commitments
  const [rows, missing] = await transact((tx: Transaction) =>
    Promise.all([tx.rows(placedBetween, parameters), tx.rows(missingPlaces, [...parameters, mostMissing])]),
  )
  for (const { place: index } of missing) report('entry.missing', index)
  const found = Buffer.alloc((end - start) * hashBytes)
  for (const { entryIndex, commitment } of rows)
    found.set(commitment.subarray(0, hashBytes), (entryIndex - start) * hashBytes)
  return found
}

interface Bundle {
  readonly name: TileName
  /** One behind the other; undefined where the file is missing or holds something else. */
  readonly entries: Buffer | undefined
}

function readBundles({ folder }: LogPlace, start: number, end: number): Promise<readonly Bundle[]> {
  const count = Math.ceil((end - start) / tileWidth)
  const names = Array.from({ length: count }, (_, at): TileName => {
    const first = start + at * tileWidth
    return { level: 'entries', index: first / tileWidth, width: Math.min(tileWidth, end - first) }
  })
  return Promise.all(
    names.map(async (name) => {
      const bundle = findNow(folder, name) ?? (await folder.find(name))
      return { name, entries: bundle && entriesOf(bundle, name.width) }
    }),
  )
}

/**
 * The file of a tile or bundle as it is, where it has the length it should have. Read at once: of two small files for 256
 * entries, waiting for each would cost more than all the hashing.
 */
function findNow({ folder }: TileFolder, tile: TileName): Buffer | undefined {
  const { level, width } = tile
  try {
    const bytes = readFileSync(join(folder, tilePath(tile)))
    return bytes.length === width * (level === 'entries' ? bundleStep : hashBytes) ? bytes : undefined
  } catch {
    // Whatever it is, the slower way finds it out.
    return undefined
  }
}

/** All entries have 32 bytes, so a bundle of them has one form: length and entry in turn. */
function entriesOf(bundle: Buffer, width: number): Buffer | undefined {
  if (bundle.length !== width * bundleStep) return undefined
  const entries = Buffer.allocUnsafe(width * hashBytes)
  for (let at = 0; at < width; at++) {
    if (bundle.readUInt16BE(at * bundleStep) !== hashBytes) return undefined
    bundle.copy(entries, at * hashBytes, at * bundleStep + 2, (at + 1) * bundleStep)
  }
  return entries
}

interface RangeContent {
  readonly start: number
  readonly end: number
  readonly stored: Uint8Array
  readonly bundles: readonly Bundle[]
}

/**
 * Leaf hashes of the range. Where bundle and database disagree, the tile of leaf hashes says which of them is the odd one; the
 * roots of the checkpoints then say whether that was right.
 */
async function leavesOf(check: TreeCheck, { start, stored, bundles }: RangeContent): Promise<Buffer> {
  const { report } = check
  const leaves: Buffer[] = []
  for (const { name, entries } of bundles) {
    const first = name.index * tileWidth
    const inDatabase = stored.subarray((first - start) * hashBytes, (first - start + name.width) * hashBytes)
    if (entries?.equals(inDatabase)) {
      leaves.push(leafHashes(entries))
      continue
    }
    const { folder } = check.place
    const hashes = { ...name, level: 0 }
    const tile = findNow(folder, hashes) ?? (await folder.find(hashes))
    const fromDatabase = leafHashes(inDatabase)
    const isBundleOdd = entries === undefined || tile?.equals(fromDatabase) === true
    if (entries === undefined) report('bundle.missing', null, { path: tilePath(name) })
    const other = isBundleOdd ? fromDatabase : leafHashes(entries)
    if (entries !== undefined) {
      const index = first + firstDifference(entries, inDatabase)
      if (isBundleOdd) report('bundle.differs', index, { path: tilePath(name) })
      else reportReplaced(report, { first, entries, inDatabase })
    } else if (tile !== undefined && !tile.equals(fromDatabase))
      report('entry.replaced', first + firstDifference(tile, fromDatabase))
    leaves.push(other)
  }
  return Buffer.concat(leaves)
}

/** Each entry that the database has otherwise; one that it has not at all was reported as missing. */
function reportReplaced(
  report: Report,
  {
    first,
    entries,
    inDatabase,
  }: { readonly first: number; readonly entries: Buffer; readonly inDatabase: Uint8Array },
): void {
  const missing = Buffer.alloc(hashBytes)
  for (let at = 0; at < entries.length; at += hashBytes) {
    const there = inDatabase.subarray(at, at + hashBytes)
    if (!missing.equals(there) && !entries.subarray(at, at + hashBytes).equals(there))
      report('entry.replaced', first + at / hashBytes)
  }
}

/** Number of the first hash that differs. */
function firstDifference(one: Uint8Array, other: Uint8Array): number {
  const at = one.findIndex((byte, index) => byte !== other[index])
  return Math.floor(at / hashBytes)
}

async function compareTiles({ place, report }: TreeCheck, tiles: readonly Tile[]): Promise<void> {
  const { folder } = place
  const found = await Promise.all(tiles.map((tile) => findNow(folder, tile) ?? folder.find(tile)))
  tiles.forEach((tile, at) => {
    const path = tilePath(tile)
    const there = found[at]
    if (there === undefined) report('tile.missing', null, { path })
    else if (!there.equals(tile.bytes)) {
      const hash = firstDifference(there, tile.bytes)
      const index = tile.level === 0 ? tile.index * tileWidth + hash : null
      report('tile.differs', index, { path })
    }
  })
}

/** Narrower partial tiles of the right edge, which stay until the full one comes. */
async function compareOlderPartials(
  { place: { folder }, report }: TreeCheck,
  tiles: readonly Tile[],
  bundles: readonly Bundle[],
): Promise<void> {
  const last = bundles.at(-1)
  const entries = last?.entries && { ...last.name, bytes: bundleOf(split(last.entries)) }
  for (const tile of [...tiles, ...(entries === undefined ? [] : [entries])]) {
    if (tile.width === tileWidth) continue
    for (const width of await folder.partialWidths(tile)) {
      if (width >= tile.width) continue
      const path = tilePath({ ...tile, width })
      const expected = tile.bytes.subarray(0, (tile.bytes.length / tile.width) * width)
      const there = await folder.findFile(path)
      if (there?.equals(expected) === false) report('tile.differs', null, { path })
    }
  }
}
