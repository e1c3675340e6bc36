/**
 * Backup: everything of the database and the content-addressed files, as of one instant, in one archive.
 *
 * One repeatable-read transaction reads all tables, so work goes on meanwhile and the archive is of the instant at which
 * it began. The archive has another name until it is whole and on the disk; a kill leaves only that.
 */
import { createWriteStream, existsSync } from 'node:fs'
import { open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import pg from 'pg'
import { to as copyTo } from 'pg-copy-streams'
import { pack } from 'tar-stream'
import type { Cluster } from '../db/cluster.ts'
import { KERNEL_SCHEMA } from '../db/roles.ts'
import { Refusal } from '../errors.ts'
import { ArchiveWriter, FORMAT, type Head, isFileError, PIECE_BYTES } from './archive.ts'
import { copyOf, readSchemas } from './tables.ts'

/** Rows so far, of how many in all. */
export type RowProgress = (done: number, total: number) => void

export interface BackupOptions {
  readonly cluster: Cluster
  /** Folder of content-addressed files; may be absent. */
  readonly objectsFolder: string
  /** The archive to be made; must not exist. */
  readonly destination: string
  readonly productVersion: string
  readonly now: Date
  readonly progress?: RowProgress
}

export interface BackupSummary {
  readonly rows: number
  readonly objects: number
  readonly bytes: number
}

/**
 * Makes the archive. Refuses with `backup.destination_exists` and `backup.unwritable`; leaves nothing behind then.
 */
export async function backup(options: BackupOptions): Promise<BackupSummary> {
  const { destination } = options
  if (existsSync(destination)) throw new Refusal('backup.destination_exists', { path: destination })
  const unfinished = `${destination}.unfinished`
  try {
    const { rows, objects } = await write(options, unfinished)
    await syncAndRename(unfinished, destination)
    return { rows, objects, bytes: (await stat(destination)).size }
  } catch (error) {
    await rm(unfinished, { force: true })
    if (isFileError(error))
      throw new Refusal('backup.unwritable', { path: destination, detail: error.message }, { cause: error })
    throw error
  }
}

async function write(options: BackupOptions, path: string): Promise<{ rows: number; objects: number }> {
  const client = new pg.Client(options.cluster.owner(KERNEL_SCHEMA))
  client.on('error', () => undefined)
  await client.connect()
  const archive = pack()
  const stopped = new AbortController()
  // Mode 0600: it holds what the database holds.
  const written = pipeline(archive, createWriteStream(path, { flags: 'w', mode: 0o600 }), {
    signal: stopped.signal,
  })
  try {
    const content = writeContent(client, new ArchiveWriter(archive), options)
    // A full disk ends the pipeline and must end the reading, which would wait for ever to write on.
    await Promise.race([Promise.all([content, written]), written.then(() => content)])
    return await content
  } catch (error) {
    stopped.abort()
    await written.catch(() => undefined)
    throw error
  } finally {
    await client.end()
  }
}

async function writeContent(
  client: pg.Client,
  writer: ArchiveWriter,
  { objectsFolder, productVersion, now, progress }: BackupOptions,
): Promise<{ rows: number; objects: number }> {
  await client.query('begin isolation level repeatable read read only')
  // Never silently part of the rows: where a policy would hide any, the reading fails.
  await client.query('set local row_security = off; set local statement_timeout = 0')
  const schemas = await readSchemas(client)
  // Listed after the snapshot began: what its rows refer to was stored before them.
  const objects = await listObjects(objectsFolder)
  const head: Head = {
    format: FORMAT,
    productVersion,
    madeAt: now.toISOString(),
    postgresVersion: await postgresVersion(client),
    schemas,
    objects: objects.length,
  }
  await writer.writeHead(head)
  const total = schemas.flatMap(({ tables }) => tables).reduce((sum, { rows }) => sum + rows, 0)
  let done = 0
  for (const { name: schema, tables } of schemas)
    for (const table of tables) {
      await writeTable(client, writer, { name: `${schema}.${table.name}`, copy: copyOf(schema, table) })
      done += table.rows
      progress?.(done, total)
    }
  await client.query('commit')
  for (const { digest, bytes, path } of objects) await writer.writeObject(digest, bytes, path)
  await writer.finish()
  return { rows: total, objects: objects.length }
}

interface TableSource {
  readonly name: string
  readonly copy: string
}

async function writeTable(
  client: pg.Client,
  writer: ArchiveWriter,
  { name, copy }: TableSource,
): Promise<void> {
  let pending: Buffer[] = []
  let bytes = 0
  let pieces = 0
  const flush = async (): Promise<void> => {
    pieces += 1
    const rows = Buffer.concat(pending)
    pending = []
    bytes = 0
    await writer.writePiece(name, pieces, rows)
  }
  for await (const chunk of client.query(copyTo(`${copy} to stdout`))) {
    pending.push(chunk)
    bytes += chunk.length
    if (bytes >= PIECE_BYTES) await flush()
  }
  if (bytes > 0) await flush()
}

async function postgresVersion(client: pg.Client): Promise<string> {
  const { rows } = await client.query<{ version: string }>(
    `select current_setting('server_version') as version`,
  )
  return rows[0]?.version ?? 'unknown'
}

interface StoredObject {
  readonly digest: string
  readonly bytes: number
  readonly path: string
}

async function listObjects(folder: string): Promise<StoredObject[]> {
  if (!existsSync(folder)) return []
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  // Unfinished files have longer names.
  const names = entries.filter((entry) => entry.isFile() && /^[0-9a-f]{64}$/.test(entry.name))
  const objects = await Promise.all(
    names.map(async ({ name, parentPath }) => {
      const path = join(parentPath, name)
      return { digest: name, path, bytes: (await stat(path)).size }
    }),
  )
  return objects.sort((left, right) => (left.digest < right.digest ? -1 : 1))
}

/** Content, then name, each on the disk before the next: a power cut leaves the whole archive or none of this name. */
async function syncAndRename(unfinished: string, destination: string): Promise<void> {
  await sync(unfinished)
  await rename(unfinished, destination)
  await sync(dirname(destination))
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
