/** What anybody may read of a log: its checkpoint and the tiles of the tree that this checkpoint signs. */
import { join } from 'node:path'
import { everywhere } from '../access/roles.ts'
import type { Kernel } from '../kernel.ts'
import { findCheckpoint } from './checkpoint.ts'
import { checkpointFile, type LogPlace, type SignedCheckpoint, sourceOf } from './standing.ts'
import { checkpointBefore, findLog } from './store.ts'
import { type TileName, tileWidth, widthIn } from './tile-path.ts'
import { bundleOf, TileFolder } from './tiles.ts'
import { VerifiedTiles } from './verified-tiles.ts'

type Reading = Pick<Kernel, 'db' | 'logFolder'>

/** The log of an institution as a reader finds it; `undefined` as long as there is none. */
export async function logOf(
  { db, logFolder }: Reading,
  institutionId: string,
): Promise<LogPlace | undefined> {
  const transact: LogPlace['transact'] = (work) =>
    db.transaction(institutionId, work, { isReadOnly: true, units: everywhere })
  const found = await transact((tx) => tx.maybe(findLog, [institutionId]))
  if (found === undefined) return undefined
  return {
    institutionId,
    origin: found.origin,
    folder: new TileFolder(join(logFolder, institutionId)),
    transact,
  }
}

/**
 * The newest checkpoint that was published. Where another machine sequences, its file is not here; the database has the
 * checkpoint too, from a moment before it is published on.
 */
export async function publishedCheckpoint(place: LogPlace, now: Date): Promise<SignedCheckpoint | undefined> {
  const note = (await place.folder.findFile(checkpointFile))?.toString()
  const signed = note === undefined ? undefined : findCheckpoint(note)
  const longPublished = new Date(now.getTime() - publishedWithinMs)
  const kept = await place.transact((tx) => tx.maybe(checkpointBefore, [place.institutionId, longPublished]))
  if (note !== undefined && signed !== undefined && signed.size >= (kept?.treeSize ?? 0))
    return { size: signed.size, rootHash: signed.rootHash, note }
  return kept && { size: kept.treeSize, rootHash: kept.rootHash, note: kept.note }
}

const publishedWithinMs = 10_000

/** Tiles of the tree of one checkpoint, each checked against its root before anybody gets it. */
export function tilesOf(place: LogPlace, checkpoint: SignedCheckpoint): VerifiedTiles {
  return new VerifiedTiles(sourceOf(place), checkpoint)
}

/** Content of a tile or bundle as it is published; `undefined` where the tree has none so wide. */
export async function publishedTile(
  tiles: VerifiedTiles,
  size: number,
  { level, index, width }: TileName,
): Promise<Uint8Array | undefined> {
  const there = widthIn(size, { level: level === 'entries' ? 0 : level, index })
  if (width > there || width < 1 || width > tileWidth) return undefined
  if (level !== 'entries') return tiles.read({ level, index, width })
  return bundleOf((await tiles.entries(index)).slice(0, width))
}
