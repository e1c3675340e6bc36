/** Changes that somebody could make to the log itself: to its files, or to rows, entries and files together, with stolen keys. */
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { caseById } from '../kernel/cases/store.ts'
import { Transaction } from '../kernel/db/transaction.ts'
import { decisionRecord } from '../kernel/decisions/record.ts'
import { decisionById } from '../kernel/decisions/store.ts'
import { type CheckpointSigner, checkpointBody, findCheckpoint } from '../kernel/log/checkpoint.ts'
import { emptyEdge, grown, leafHashes, rootOfEdge } from '../kernel/log/merkle.ts'
import { commitmentTo, recordDigestOf } from '../kernel/log/opening.ts'
import { bundlesOf } from '../kernel/log/standing.ts'
import { entriesOfCase } from '../kernel/log/store.ts'
import { TileFolder } from '../kernel/log/tiles.ts'
import { split } from '../kernel/log/verified-tiles.ts'
import { placedEntries } from './log-filler.ts'
import { type Intruder, one } from './tampering-rows.ts'

/** Who also has the folder of the log, or a copy of it. */
export interface IntruderWithFiles extends Intruder {
  readonly folder: string
  /** With the log's keys, which were stolen. */
  readonly signer: CheckpointSigner
}

/** See `Tampering`. */
export type TamperingWithFiles = (intruder: IntruderWithFiles) => Promise<string | undefined>

async function anyFile(intruder: IntruderWithFiles): Promise<string> {
  const found = await readdir(intruder.folder, { recursive: true, withFileTypes: true })
  const files = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return one(
    intruder,
    files.filter((path) => !relative(intruder.folder, path).startsWith('unfinished')).toSorted(),
  )
}

export const editFile: TamperingWithFiles = async (intruder) => {
  const path = await anyFile(intruder)
  const bytes = await readFile(path)
  const at = intruder.random.below(bytes.length)
  bytes[at] = (bytes[at] ?? 0) ^ (1 << intruder.random.below(8))
  await writeFile(path, bytes)
  return `a bit of ${relative(intruder.folder, path)} turned at ${at}`
}

export const cutFile: TamperingWithFiles = async (intruder) => {
  const path = await anyFile(intruder)
  const bytes = await readFile(path)
  await writeFile(path, bytes.subarray(0, intruder.random.below(bytes.length)))
  return `${relative(intruder.folder, path)} cut short`
}

/** Without its checkpoint a folder is one that another machine publishes; tiles it must have, but for outgrown partial ones. */
export const deleteFile: TamperingWithFiles = async (intruder) => {
  const path = await anyFile(intruder)
  const name = relative(intruder.folder, path)
  const width = Number(/\.p\/(\d+)$/.exec(name)?.[1])
  const isOutgrown =
    Number.isInteger(width) && (await readdir(dirname(path))).some((other) => Number(other) > width)
  if (!name.startsWith('tile') || isOutgrown) return undefined
  await rm(path)
  return `${name} deleted`
}

/** Makes another decision out of one, and the entry that records it, as if it had been made so at the time. */
async function rewriteDecision({ client, institutionId, ...rest }: Intruder): Promise<string> {
  const tx = new Transaction(client, institutionId)
  const { rows } = await client.query<{ id: string; case: string }>(
    `select record_id as id, case_id as case from log_entries where institution_id = $1 and kind = 'decision.made'
     order by entry_index`,
    [institutionId],
  )
  const { id, case: caseId } = one(rest, rows)
  await client.query(`update decisions set score = 0.125, reasons = '[]' where decision_id = $1`, [id])
  // Where an officer waits for it, its place in the queue follows.
  await client.query(`update cases set priority = 0.125 where case_id = $1 and state = 'in_review'`, [caseId])
  const decision = await tx.one(decisionById, [institutionId, id, null])
  const { holderId } = await tx.one(caseById, [institutionId, caseId, null])
  const entry = (await tx.rows(entriesOfCase, [institutionId, caseId])).find((one) => one.recordId === id)
  if (entry === undefined) throw new Error('the decision was found by its entry')
  const recordDigest = recordDigestOf({ ...entry, record: decisionRecord(decision, holderId) })
  await client.query('update log_entries set record_digest = $2, commitment = $3 where record_id = $1', [
    id,
    recordDigest,
    commitmentTo({ ...entry, recordDigest }),
  ])
  return id
}

/** Tiles, bundles and a checkpoint of the entries as they are now, in the place of those before. */
async function rebuildFiles(intruder: IntruderWithFiles, isSigned: boolean): Promise<void> {
  const { client, institutionId, folder, signer } = intruder
  const entries = await placedEntries(client, institutionId)
  const { edge, tiles } = grown(emptyEdge, leafHashes(entries))
  await rm(join(folder, 'tile'), { recursive: true })
  await new TileFolder(folder).store([...tiles, ...bundlesOf(0, split(entries))])
  const { rows } = await client.query<{ size: string; note: string }>(
    'select tree_size as size, note from log_checkpoints where institution_id = $1 order by tree_size',
    [institutionId],
  )
  for (const { size, note } of rows) {
    const at = Number(size)
    const rootHash = rootOfEdge(grown(emptyEdge, leafHashes(entries.subarray(0, at * 32))).edge)
    if (findCheckpoint(note)?.size !== at) continue
    const body = checkpointBody({ origin: signer.origin, size: at, rootHash })
    const forged = isSigned ? await signer.sign(body) : `${body}\n${note.split('\n\n')[1]}`
    await client.query(
      'update log_checkpoints set root_hash = $3, note = $4 where institution_id = $1 and tree_size = $2',
      [institutionId, at, rootHash, forged],
    )
    if (at === edge.size)
      for (const name of ['checkpoint', 'high-water']) await writeFile(join(folder, name), forged)
  }
}

/** Everything fits together again, but for signatures that nobody could make. */
export const rewriteWithoutKeys: TamperingWithFiles = async (intruder) => {
  const id = await rewriteDecision(intruder)
  await rebuildFiles(intruder, false)
  return `decision ${id} rewritten with its entry, tiles and checkpoints, without the keys`
}

/** The same with the keys: nothing here contradicts anything, and only whoever saw the log before can tell. */
export const fork: TamperingWithFiles = async (intruder) => {
  const id = await rewriteDecision(intruder)
  await intruder.client.query('delete from log_cosignatures where institution_id = $1', [
    intruder.institutionId,
  ])
  await rebuildFiles(intruder, true)
  return `decision ${id} rewritten with its entry, tiles and checkpoints, signed with the stolen keys`
}

/** Other entries at the end: the last cases never came. */
async function dropTail({
  client,
  institutionId,
}: Intruder): Promise<{ readonly size: number; readonly note: string }> {
  const { rows } = await client.query<{ size: string; note: string }>(
    'select tree_size as size, note from log_checkpoints where institution_id = $1 order by tree_size desc offset 1 limit 1',
    [institutionId],
  )
  const [last] = rows
  if (last === undefined) throw new Error('there are several checkpoints')
  const tail =
    'select case_id from log_entries where institution_id = $1 and entry_index >= $2 and case_id is not null'
  for (const table of ['decisions', 'cases'])
    await client.query(`delete from ${table} where institution_id = $1 and case_id in (${tail})`, [
      institutionId,
      last.size,
    ])
  await client.query('delete from log_entries where institution_id = $1 and entry_index >= $2', [
    institutionId,
    last.size,
  ])
  for (const table of ['log_cosignatures', 'log_checkpoints'])
    await client.query(`delete from ${table} where institution_id = $1 and tree_size > $2`, [
      institutionId,
      last.size,
    ])
  return { size: Number(last.size), note: last.note }
}

/** Whoever has the database alone leaves the mark in the folder. */
export const truncateDatabase: TamperingWithFiles = async (intruder) => {
  const { size } = await dropTail(intruder)
  return `the log cut back to ${size} entries in the database`
}

export const truncateAll: TamperingWithFiles = async (intruder) => {
  const { size, note } = await dropTail(intruder)
  await rebuildFiles(intruder, true)
  for (const name of ['checkpoint', 'high-water']) await writeFile(join(intruder.folder, name), note)
  return `the log cut back to ${size} entries, files included`
}
