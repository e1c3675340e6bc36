/** One round of the sequencer: from entries that wait to a checkpoint that anybody may see. */
import { Fatal } from '../errors.ts'
import type { Clock } from '../kernel.ts'
import { type CheckpointSigner, checkpointBody } from './checkpoint.ts'
import { grown, hashBytes, leafHashes, rootOfEdge } from './merkle.ts'
import {
  bundlesOf,
  checkpointFile,
  type LogPlace,
  markFile,
  rebuildTiles,
  type SignedCheckpoint,
  type Standing,
  sourceOf,
  standingOf,
} from './standing.ts'
import { commitmentsBetween, insertCheckpoint, sequence } from './store.ts'
import { tilePath } from './tile-path.ts'
import { type KnownTree, split } from './verified-tiles.ts'

/** Entries that a round takes at most. */
export const batchSize = 16_384

/** A log as whoever holds the lock sees it: `transact` runs on the connection that holds the lock. */
export interface HeldLog extends LogPlace {
  readonly signer: CheckpointSigner
  readonly clock: Clock
  /** Called after each numbered step; tests end the process there. */
  atStep?(step: number): void | Promise<void>
}

export interface Round {
  readonly checkpoint: SignedCheckpoint
  /** Entries that came into the tree. */
  readonly added: number
  /** Whether the checkpoint was published by this round. */
  readonly isNew: boolean
}

/**
 * One round. What a crash left is finished by the same steps at the next round, whoever makes it: nothing is kept in memory
 * between rounds.
 *
 * @throws Fatal `log.rolled_back`, `log.diverged`; Refusal `database.unavailable` where lock and connection are lost
 */
export async function runRound(log: HeldLog): Promise<Round> {
  const { folder, transact, atStep } = log
  // 1. Hold the lock. Every transaction below runs on its connection, so whoever lost the lock cannot write. A crash
  //    leaves nothing: the lock ends with the connection.
  await transact(async () => undefined)
  await atStep?.(1)

  // 2. See where the log stands, and stop where that contradicts what was signed. Damaged tiles are made again. A folder
  //    that has signed nothing yet belongs to a node that takes over: it gets all tiles. A crash leaves some of these, each
  //    whole; the others are made at the next start.
  const standing = await standingOf(log)
  if (standing.mark === undefined && standing.checkpoint !== undefined)
    await rebuildTiles(sourceOf(log), standing.checkpoint)
  const { size } = standing.edge
  await atStep?.(2)

  // 3. Give the oldest waiting entries their places, unless some have places already and are in no tree yet. One
  //    transaction: a crash leaves them waiting or placed, never both; placed ones are taken up by the next round.
  const commitments = standing.placed > size ? await placedFrom(log, standing) : await placeNext(log, size)
  const added = commitments.length / hashBytes
  await atStep?.(3)

  // 4. Hash them and store tiles and bundles durably. A crash leaves tiles that no checkpoint covers; the next round makes
  //    the same ones from the same entries.
  const { edge, tiles } = grown(standing.edge, leafHashes(commitments))
  const entries = [...standing.lastBundle, ...split(commitments)]
  if (added > 0) {
    const stored = await folder.store([...tiles, ...bundlesOf(size - standing.lastBundle.length, entries)])
    for (const tile of stored.damaged) log.onDamage?.(tilePath(tile))
  }
  await atStep?.(4)

  // 5. Sign the tree, in memory, and keep the checkpoint. The primary key forbids a second one for the same size, so of two
  //    signed ones only the kept one ever leaves this process. A crash leaves a checkpoint that nobody has seen yet.
  const isGrown = added > 0 || standing.checkpoint === undefined
  const checkpoint = isGrown
    ? await signedAndKept(log, { size: edge.size, rootHash: rootOfEdge(edge) })
    : standing.checkpoint
  await atStep?.(5)

  // 6. Raise the local mark: from now on this folder knows that so much was signed, whatever the database says later. A
  //    crash leaves a mark for a checkpoint that is published by the next round.
  if (standing.mark !== checkpoint.note) await folder.replaceFile(markFile, Buffer.from(checkpoint.note))
  await atStep?.(6)

  // 7. Publish. A crash leaves either the file before or this one.
  const published = (await folder.findFile(checkpointFile))?.toString()
  const isNew = published !== checkpoint.note
  if (isNew) await folder.replaceFile(checkpointFile, Buffer.from(checkpoint.note))
  await atStep?.(7)
  return { checkpoint, added, isNew }
}

/** Commitments of the entries that have a place and are in no tree yet. @throws Fatal `log.rolled_back` where one is missing */
async function placedFrom(
  { institutionId, origin, transact }: HeldLog,
  { edge: { size }, placed }: Standing,
): Promise<Uint8Array> {
  const end = Math.min(placed, size + batchSize)
  const { entries, commitments } = await transact((tx) =>
    tx.one(commitmentsBetween, [institutionId, size, end]),
  )
  if (entries !== end - size)
    throw new Fatal('log.rolled_back', { log: origin, signed: placed, found: size + entries })
  return commitments
}

/** Gives places; answers the commitments in their order. */
async function placeNext({ transact }: HeldLog, size: number): Promise<Uint8Array> {
  return transact(async (tx) => {
    const { firstIndex, entries, commitments } = await tx.one(sequence, [batchSize])
    if (entries > 0 && (firstIndex !== size || commitments.length !== entries * hashBytes))
      throw new Error(`the place after ${size} entries is not ${firstIndex}`)
    return commitments
  })
}

async function signedAndKept(log: HeldLog, tree: KnownTree): Promise<SignedCheckpoint> {
  const { institutionId, origin, signer, clock, transact } = log
  const note = await signer.sign(checkpointBody({ origin, ...tree }))
  await transact((tx) => tx.run(insertCheckpoint, [institutionId, tree.size, tree.rootHash, note, clock()]))
  return { ...tree, note }
}
