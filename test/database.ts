/**
 * Databases for tests: one server for the whole run, a migrated template in it, a clone for each test file.
 *
 * ```ts
 * const { db } = await freshDatabase()   // at the top of a test file; it drops itself after the file's tests
 * ```
 *
 * Call it before the file's first `test(…)`: Node ends a file, and runs its `after` hooks, as soon as every test
 * registered so far has run, whether or not the file still awaits something.
 *
 * `test/run.ts` starts the server and names it in KHUDI_TEST_DATABASE. A test file run alone (`node --test FILE`) starts
 * or joins one in `var/test` by itself. Nothing here is durable.
 */
import { createHash } from 'node:crypto'
import { after } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import pg from 'pg'
import {
  type Cluster,
  EMBEDDED_OWNER,
  embeddedCluster,
  externalCluster,
  partsOf,
  withParts,
} from '../kernel/db/cluster.ts'
import { Database } from '../kernel/db/database.ts'
import { readMigrations } from '../kernel/db/migrate.ts'
import {
  type ApplicationMigrations,
  KERNEL_MIGRATIONS,
  makeOwner,
  prepareDatabase,
} from '../kernel/db/open.ts'
import { KERNEL_SCHEMA, quote } from '../kernel/db/roles.ts'
import { openServer, type Server } from '../kernel/db/server.ts'

export interface TestDatabase {
  readonly db: Database
  readonly cluster: Cluster
  /** For a child process that is given DATABASE_URL. */
  readonly url: string
  /** A plain connection as the owner, or as another role; closed with the database. */
  connect(role?: Role): Promise<pg.Client>
  /** Drops the database; happens by itself after the file's tests. */
  close(): Promise<void>
}

/** Who connects, with which schema as search path. */
export interface Role {
  readonly role: string
  readonly schema: string
}

export interface FreshOptions {
  /** Applications whose migrations run in the clone. */
  readonly applications?: readonly ApplicationMigrations[]
  /** False for a database without any table of ours. */
  readonly isMigrated?: boolean
  /** The server that is to hold it; that of the run unless told. */
  readonly server?: TestServer
}

/** A database that no other test sees, with the kernel's tables and no rows. */
export async function freshDatabase(options: FreshOptions = {}): Promise<TestDatabase> {
  const { applications = [], isMigrated = true } = options
  const host = options.server ?? (await openTestServer())
  const name = `khudi_test_${process.pid}_${Math.random().toString(36).slice(2, 10)}`
  await host.asAdministrator(async (client) => {
    const template = isMigrated ? await migratedTemplate(client, host) : 'template0'
    await client.query(
      `create database ${quote(name)} template ${quote(template)} owner ${quote(host.owner)}`,
    )
  })
  const cluster = host.cluster(name)
  if (isMigrated) await prepareDatabase(cluster, applications)
  const db = new Database({ cluster, connections: 4 })
  const clients: pg.Client[] = []
  const connect = async (as?: Role): Promise<pg.Client> => {
    const client = new pg.Client(
      as === undefined ? cluster.owner(KERNEL_SCHEMA) : cluster.connection(as.role, as.schema),
    )
    client.on('error', () => undefined)
    await client.connect()
    clients.push(client)
    return client
  }
  let isClosed = false
  const close = async (): Promise<void> => {
    if (isClosed) return
    isClosed = true
    await Promise.all(clients.map((client) => client.end()))
    await db.close()
    await host.asAdministrator((client) => dropDatabase(client, name))
    await host.close()
  }
  after(close)
  return { db, cluster, url: host.url(name), connect, close }
}

/**
 * Without a superuser's rights PostgreSQL 15 does not end a vacuum of its own that happens to be at work there, and refuses to
 * drop the database (42501); a moment later the vacuum is done.
 */
async function dropDatabase(client: pg.Client, name: string): Promise<void> {
  for (let attempt = 1; ; attempt++)
    try {
      await client.query(`drop database if exists ${quote(name)} with (force)`)
      return
    } catch (error) {
      const isVacuumed = error instanceof pg.DatabaseError && error.code === '42501'
      if (!isVacuumed || attempt === 20) throw error
      await sleep(100 * attempt)
    }
}

/** A server for tests, as its administrator sees it. */
export interface TestServer {
  readonly owner: string
  cluster(database: string): Cluster
  url(database: string): string
  asAdministrator<T>(work: (client: pg.Client) => Promise<T>): Promise<T>
  close(): Promise<void>
}

export async function openTestServer(): Promise<TestServer> {
  const named = process.env.KHUDI_TEST_DATABASE
  if (named === undefined) {
    const server = await openOwnServer()
    return embeddedHost(server, () => server.close())
  }
  if (!named.startsWith('socket:'))
    return externalServer(named, Buffer.from(process.env.KHUDI_DATABASE_SECRET ?? '', 'hex'))
  const host = named.slice('socket:'.length)
  return embeddedHost(
    { connection: (user, database) => ({ host, port: 5432, user, database }) },
    async () => undefined,
  )
}

/** Our own server without durability, in `var/test`. */
export function openOwnServer(): Promise<Server> {
  const ignore = (): void => undefined
  return openServer({
    folder: fileURLToPath(new URL('../var/test', import.meta.url)),
    durable: false,
    log: { info: ignore, warn: (fields, message) => console.warn(message, fields) },
  })
}

function embeddedHost(server: Pick<Server, 'connection'>, close: () => Promise<void>): TestServer {
  const config = server.connection('khudi', 'postgres')
  return {
    owner: EMBEDDED_OWNER,
    cluster: (database) => embeddedCluster(server, database),
    url: (database) =>
      `postgresql://${EMBEDDED_OWNER}@/${database}?host=${encodeURIComponent(config.host ?? '')}`,
    asAdministrator: (work) =>
      connected(config, async (client) => {
        await makeOwner(client)
        return work(client)
      }),
    close,
  }
}

/** Another's server, such as the machine's own PostgreSQL. The user of the URL may make databases and roles and is no superuser. */
export function externalServer(adminUrl: string, secret: Uint8Array): TestServer {
  const url = (database: string): string => withParts(adminUrl, { database })
  return {
    owner: partsOf(adminUrl).user,
    cluster: (database) => externalCluster(url(database), secret),
    url,
    asAdministrator: (work) => connected({ connectionString: adminUrl }, work),
    close: async () => undefined,
  }
}

async function connected<T>(config: pg.ClientConfig, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client(config)
  client.on('error', () => undefined)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

/** The template of these migrations; the first to come makes it, the others wait for it. */
async function migratedTemplate(client: pg.Client, host: TestServer): Promise<string> {
  const migrations = await readMigrations(KERNEL_MIGRATIONS, KERNEL_SCHEMA)
  const digest = createHash('sha256')
  for (const { sha256 } of migrations) digest.update(sha256)
  const name = `khudi_template_${digest.digest('hex').slice(0, 16)}`
  await client.query(`select pg_advisory_lock(hashtextextended('khudi template', 0))`)
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [name])
    if (rowCount === 0) await makeTemplate(client, host, name)
  } finally {
    await client.query(`select pg_advisory_unlock(hashtextextended('khudi template', 0))`)
  }
  return name
}

/** Under another name until it is whole; a kill in the middle leaves a database that the next making drops. */
async function makeTemplate(client: pg.Client, host: TestServer, name: string): Promise<void> {
  await dropLeftovers(client)
  const unfinished = 'khudi_template_new'
  await client.query(`create database ${unfinished} template template0 owner ${quote(host.owner)}`)
  await prepareDatabase(host.cluster(unfinished), [])
  await client.query(`alter database ${unfinished} rename to ${quote(name)}`)
}

/** Databases of killed test files and templates of other migrations. */
async function dropLeftovers(client: pg.Client): Promise<void> {
  const { rows } = await client.query<{ datname: string }>(
    `select datname from pg_database where datname like 'khudi_t%' and not exists
       (select from pg_stat_activity where pg_stat_activity.datname = pg_database.datname)`,
  )
  for (const { datname } of rows) {
    const pid = Number(/^khudi_test_(\d+)_/.exec(datname)?.[1])
    if (datname.startsWith('khudi_template_') || !isAlive(pid))
      await client.query(`drop database if exists ${quote(datname)} with (force)`)
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}
