/** Where a log stands: what was signed last, and what must follow from it. */
import type { Transaction } from '../db/database.ts'
import { Fatal } from '../errors.ts'
import { type Checkpoint, findCheckpoint } from './checkpoint.ts'
import {
  type Edge,
  emptyEdge,
  emptyRoot,
  grown,
  hashBytes,
  leafHashes,
  rootAt,
  rootOfEdge,
  type Tile,
} from './merkle.ts'
import { commitmentsBetween, lastCheckpoint, nextIndex } from './store.ts'
import { tilePath, tileWidth } from './tile-path.ts'
import { bundleOf, type TileFolder } from './tiles.ts'
import { type KnownTree, split, type TileSource, VerifiedTiles } from './verified-tiles.ts'

/** One log: its rows and its folder. */
export interface LogPlace {
  readonly institutionId: string
  readonly origin: string
  readonly folder: TileFolder
  /** Runs a transaction of the institution. */
  transact<T>(work: (tx: Transaction) => Promise<T>): Promise<T>
  /** Told of each file that was missing or damaged, after it was made again. */
  onDamage?(path: string): void
}

export interface SignedCheckpoint extends KnownTree {
  /** The signed note. */
  readonly note: string
}

export interface Standing {
  /** Undefined as long as nothing was signed. */
  readonly checkpoint: SignedCheckpoint | undefined
  /** Of the checkpoint's tree. */
  readonly edge: Edge
  /** Entries of that tree's last bundle where it is not full. */
  readonly lastBundle: readonly Uint8Array[]
  /** Entries that have a place; from the checkpoint's size on they are not in a tree yet. */
  readonly placed: number
  /** What this folder knows to have been signed. */
  readonly mark: string | undefined
}

/** The last note that was signed here, durable before anybody else sees it. Not among the published files. */
export const markFile = 'high-water'
/** What is published. */
export const checkpointFile = 'checkpoint'

/**
 * Reads where the log stands and checks it: the tiles against the checkpoint, both against the note that this folder keeps.
 * Damaged tiles of the right edge are made again.
 *
 * @throws Fatal `log.rolled_back`, `log.diverged`
 */
export async function standingOf(place: LogPlace): Promise<Standing> {
  const { folder, origin: log, institutionId } = place
  // Before the database: whatever is signed meanwhile is then in the database for certain.
  const mark = (await folder.findFile(markFile))?.toString()
  const [checkpoint, { nextIndex: placed }] = await place.transact((tx) =>
    Promise.all([tx.maybe(lastCheckpoint, [institutionId]), tx.one(nextIndex, [institutionId])]),
  )
  const size = checkpoint?.treeSize ?? 0
  if (placed < size) throw new Fatal('log.rolled_back', { log, signed: size, found: placed })
  const rootHash = checkpoint?.rootHash ?? emptyRoot
  const tiles = new VerifiedTiles(sourceOf(place), { size, rootHash })
  const edge = size === 0 ? emptyEdge : await tiles.edge()
  if (mark !== undefined) await compare(mark, { tiles, tree: { size, rootHash }, log })
  return {
    checkpoint: checkpoint && { size, rootHash, note: checkpoint.note },
    edge,
    lastBundle: size % tileWidth === 0 ? [] : await tiles.entries(Math.floor(size / tileWidth)),
    placed,
    mark,
  }
}

/** The tree that was signed here must be the beginning of the database's. */
async function compare(
  mark: string,
  { tiles, tree, log }: { readonly tiles: VerifiedTiles; readonly tree: KnownTree; readonly log: string },
): Promise<void> {
  const signed: Checkpoint | undefined = findCheckpoint(mark)
  if (signed === undefined || signed.origin !== log)
    throw new Fatal('log.diverged', { log, size: signed?.size ?? 0 })
  if (signed.size > tree.size)
    throw new Fatal('log.rolled_back', { log, signed: signed.size, found: tree.size })
  const root = signed.size === tree.size ? Buffer.from(tree.rootHash) : await rootAt(signed.size, tiles.read)
  if (!root.equals(signed.rootHash)) throw new Fatal('log.diverged', { log, size: signed.size })
}

/** Tiles of a log with the database's entries behind them. */
export function sourceOf({ origin, folder, institutionId, transact, onDamage }: LogPlace): TileSource {
  return {
    log: origin,
    folder,
    entries: async (from, to) => {
      const { commitments } = await transact((tx) => tx.one(commitmentsBetween, [institutionId, from, to]))
      return commitments
    },
    ...(onDamage && { onDamage }),
  }
}

/** Bundles of entries of which the first has the index `first`, the first of its bundle. */
export function bundlesOf(first: number, entries: readonly Uint8Array[]): Tile[] {
  return Array.from({ length: Math.ceil(entries.length / tileWidth) }, (_, at) => {
    const content = entries.slice(at * tileWidth, (at + 1) * tileWidth)
    const index = first / tileWidth + at
    return { level: 'entries', index, width: content.length, bytes: bundleOf(content) }
  })
}

/** Entries of a full level-1 tile: what is read at once. */
const page = tileWidth * tileWidth

/**
 * Compares every tile and bundle of the tree with the entries in the database, and makes those again that are missing or
 * damaged. Takes about a second for 100,000 entries. @throws Fatal `log.diverged`, with every file as it was
 */
export async function rebuildTiles(source: TileSource, tree: KnownTree): Promise<void> {
  const { log, folder, onDamage } = source
  const diverged = () => new Fatal('log.diverged', { log, size: tree.size })
  // First only hashed: entries that do not give the root must not replace what may be the only sound copy.
  const roots: Buffer[] = []
  for await (const { edge } of pagesOf(source, tree)) roots.push(rootOfEdge(edge))
  if (!(roots.at(-1) ?? Buffer.from(emptyRoot)).equals(tree.rootHash)) throw diverged()
  for await (const { edge, tiles, entries } of pagesOf(source, tree)) {
    if (roots.shift()?.equals(rootOfEdge(edge)) !== true) throw diverged()
    const all = [...tiles, ...bundlesOf(edge.size - entries.length / hashBytes, split(entries))]
    const isLast = edge.size === tree.size
    const stored = await folder.store(isLast ? all : all.filter(({ width }) => width === tileWidth))
    for (const tile of [...stored.damaged, ...stored.missing]) onDamage?.(tilePath(tile))
  }
}

/** The tree as it grows out of the database, a page at a time. @throws Fatal `log.diverged` where entries are missing */
async function* pagesOf({ log, entries: read }: TileSource, { size }: KnownTree) {
  let edge = emptyEdge
  while (edge.size < size) {
    const end = Math.min(size, edge.size + page)
    const entries = await read(edge.size, end)
    if (entries.length !== (end - edge.size) * hashBytes) throw new Fatal('log.diverged', { log, size })
    const added = grown(edge, leafHashes(entries))
    edge = added.edge
    yield { ...added, entries }
  }
}
