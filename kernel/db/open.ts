/** Opens the product's database: server, roles, migrations, in this order, so that whoever gets the handle can work. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import { Fatal } from '../errors.ts'
import { type Cluster, EMBEDDED_OWNER, embeddedCluster, externalCluster, unguardedHost } from './cluster.ts'
import { Database } from './database.ts'
import { type Migration, migrate, readMigrations } from './migrate.ts'
import { applicationRole, applicationSchema, KERNEL_SCHEMA, prepareRoles, quote } from './roles.ts'
import { type Log, openServer, type Server } from './server.ts'
import { isUnavailable, sqlState } from './unavailable.ts'

/** The kernel's own migrations. */
export const KERNEL_MIGRATIONS = fileURLToPath(new URL('migrations', import.meta.url))

/** An application as far as the database is concerned. */
export interface ApplicationMigrations {
  readonly id: string
  /** Its folder of migrations; applications without one get neither role nor schema. */
  readonly folder: string
}

export interface OpenOptions {
  /** The product's data folder, `./var`. */
  readonly folder: string
  /** `DATABASE_URL`; undefined for our own server. */
  readonly url: string | undefined
  /** `KHUDI_DATABASE_SECRET`: 32 bytes in base64 or hex. Without it a file of the data folder holds them. */
  readonly secret?: string | undefined
  readonly applications: readonly ApplicationMigrations[]
  readonly log: Log
  /** False only for tests. */
  readonly durable?: boolean
  readonly connections?: number
}

export interface OpenDatabase {
  readonly db: Database
  /** For backup and restore, which work as the owner. */
  readonly cluster: Cluster
  /** Where our own server keeps its data; undefined for another's server. */
  readonly dataFolder: string | undefined
  /** What this start applied, oldest first. */
  readonly migrated: readonly Migration[]
  /** Closes the handle, then leaves (and as the last one stops) our own server. */
  close(): Promise<void>
}

/** Name of the product's database on our own server. */
const DATABASE = 'khudi'

/** {@link Fatal} where server, roles or migrations do not allow it; nothing is left running then. */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase> {
  const { url } = options
  const host = url === undefined ? undefined : unguardedHost(url)
  if (host !== undefined) throw new Fatal('database.unencrypted', { host })
  const server =
    url === undefined
      ? await openServer({ folder: options.folder, durable: options.durable ?? true, log: options.log })
      : undefined
  try {
    const cluster =
      server !== undefined
        ? embeddedCluster(server, DATABASE)
        : externalCluster(url ?? '', databaseSecret(options.folder, options.secret))
    const migrated = await untilReached(server === undefined ? 0 : COMES_BACK_WITHIN_MS, async () => {
      if (server !== undefined) await makeDatabase(server, DATABASE)
      return prepareDatabase(cluster, options.applications)
    })
    const db = new Database({ cluster, ...(options.connections && { connections: options.connections }) })
    return {
      db,
      cluster,
      dataFolder: server?.dataFolder,
      migrated,
      close: async () => {
        await db.close()
        await server?.close()
      },
    }
  } catch (error) {
    await server?.close()
    throw error
  }
}

/** Our own server is brought back when it goes away, in this time where all is well. */
const COMES_BACK_WITHIN_MS = 30_000

/** Does the work again as long as the server goes away meanwhile; whatever it had not committed did not happen. */
async function untilReached<T>(patienceMs: number, work: () => Promise<T>): Promise<T> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const cause = error instanceof Fatal ? error.cause : error
      if (!isUnavailable(cause)) throw error
      if (performance.now() >= giveUpAt) throw unreachable(cause)
    }
    await sleep(100)
  }
}

function unreachable(cause: unknown): Fatal {
  const detail = cause instanceof Error ? cause.message : String(cause)
  return new Fatal('database.unreachable', { detail }, { cause })
}

/** Makes owner and database on our own server where they are missing. */
async function makeDatabase(server: Server, database: string): Promise<void> {
  const client = new pg.Client({ ...server.connection('khudi', 'postgres'), application_name: 'khudi' })
  client.on('error', () => undefined)
  await client.connect()
  try {
    await makeOwner(client)
    const { rowCount } = await client.query('select from pg_database where datname = $1', [database])
    if (rowCount === 0)
      await unlessExists(
        client,
        `create database ${quote(database)} owner ${EMBEDDED_OWNER} template template0`,
      )
  } finally {
    await client.end()
  }
}

/** Makes the owner of our databases. Not a superuser: what a migration may do here, it may do on an institution's server. */
export async function makeOwner(superuser: pg.ClientBase): Promise<void> {
  await unlessExists(superuser, `create role ${EMBEDDED_OWNER} login createrole createdb`)
}

/** Two processes may make the same thing at the same moment; either way it is there. */
async function unlessExists(client: pg.ClientBase, sql: string): Promise<void> {
  try {
    await client.query(sql)
  } catch (error) {
    if (!['42710', '42P04', '23505'].includes(sqlState(error) ?? '')) throw error
  }
}

export interface PrepareOptions {
  /** Folder of the kernel's migrations, where it is another than {@link KERNEL_MIGRATIONS}. */
  readonly kernelMigrations?: string
  /** Schemas that are to stop at a migration before the last, by its number. */
  readonly upTo?: ReadonlyMap<string, number>
}

/**
 * Makes roles and schemas and applies migrations, while other processes that do the same wait. Returns what was applied.
 */
export async function prepareDatabase(
  cluster: Cluster,
  applications: readonly ApplicationMigrations[],
  { kernelMigrations = KERNEL_MIGRATIONS, upTo = new Map() }: PrepareOptions = {},
): Promise<Migration[]> {
  const read = async (folder: string, schema: string): Promise<Migration[]> =>
    (await readMigrations(folder, schema)).slice(0, upTo.get(schema))
  const known = await Promise.all(
    applications.map(async ({ id, folder }) => ({
      id,
      migrations: await read(folder, applicationSchema(id)),
    })),
  )
  const kernel = await read(kernelMigrations, KERNEL_SCHEMA)
  const owner = await connectOwner(cluster)
  try {
    await checkVersion(owner)
    // Of the session, so that it also covers the applications' transactions on connections of their own.
    await owner.query(`select pg_advisory_lock(hashtextextended('khudi migrations', 0))`)
    await prepareRoles(
      owner,
      cluster,
      known.map(({ id }) => id),
    )
    const applied = [...(await migrate(owner, KERNEL_SCHEMA, kernel))]
    for (const { id, migrations } of known)
      applied.push(...(await migrateApplication(cluster, id, migrations)))
    return applied
  } finally {
    await owner.end()
  }
}

async function migrateApplication(
  cluster: Cluster,
  id: string,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const schema = applicationSchema(id)
  const client = new pg.Client(cluster.connection(applicationRole(id), schema))
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await migrate(client, schema, migrations)
  } finally {
    await client.end()
  }
}

/** Connects as the owner; {@link Fatal} where that cannot be. */
export async function connectOwner(cluster: Cluster): Promise<pg.Client> {
  const client = new pg.Client({ ...cluster.owner(KERNEL_SCHEMA), connectionTimeoutMillis: 15_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
    return client
  } catch (cause) {
    // 28…: name or password; 3D000: no such database; 42501: may not connect.
    const isRefused = /^(28|3D|42501)/.test(sqlState(cause) ?? '')
    if (!isRefused && !isUnavailable(cause)) throw cause
    throw unreachable(cause)
  }
}

const OLDEST_VERSION = 150_000

async function checkVersion(owner: pg.Client): Promise<void> {
  const { rows } = await owner.query<{ number: number; version: string }>(
    `select current_setting('server_version_num')::int as number, current_setting('server_version') as version`,
  )
  const [found] = rows
  if (found === undefined || found.number < OLDEST_VERSION)
    throw new Fatal('database.too_old', { found: found?.version ?? 'of unknown version' })
}

const SECRET_BYTES = 32

function databaseSecret(folder: string, given: string | undefined): Uint8Array {
  if (given !== undefined) {
    const bytes = Buffer.from(given, /^[0-9a-f]{64}$/i.test(given) ? 'hex' : 'base64')
    if (bytes.length !== SECRET_BYTES)
      throw new Fatal('database.secret_invalid', { name: 'KHUDI_DATABASE_SECRET' })
    return bytes
  }
  const file = join(folder, 'database-secret')
  if (!existsSync(file)) {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const unfinished = `${file}.${process.pid}`
    writeFileSync(unfinished, randomBytes(SECRET_BYTES), { mode: 0o600, flush: true })
    renameSync(unfinished, file)
  }
  const bytes = readFileSync(file)
  if (bytes.length !== SECRET_BYTES) throw new Fatal('database.secret_invalid', { name: file })
  return bytes
}
