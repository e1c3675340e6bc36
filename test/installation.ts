/**
 * An installation of its own, in a temporary data folder on the disk of the checkout: the whole product as its users run
 * it, in processes that may be killed. Everything in it is durable. Removed after use by the product's own knowledge of
 * where its files lie.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import pg from 'pg'
import { z } from 'zod'
import { embeddedCluster } from '../kernel/db/cluster.ts'
import { locateData, socketFolder } from '../kernel/db/data-folder.ts'
import { runningPostmaster } from '../kernel/db/postmaster.ts'
import { KERNEL_SCHEMA } from '../kernel/db/roles.ts'
import { openServer } from '../kernel/db/server.ts'
import { root } from './files.ts'

const commandLine = join(root, 'server/cli.ts')

/** What a command left behind. */
export interface Ended {
  /** Exit status; null where a signal ended it. */
  readonly status: number | null
  readonly output: string
  readonly errors: string
}

export interface Installation {
  /** `KHUDI_VAR`. */
  readonly folder: string
  /** For other files of the same use; removed with it. */
  readonly scratch: string
  /** The environment of its processes. */
  readonly environment: NodeJS.ProcessEnv
  /** Starts a command; it runs in this Node, without a launcher in between. */
  start(parameters: readonly string[]): ChildProcess
  /** Runs a command to its end and returns what it printed under `--json`. Throws an Error where it failed. */
  run(parameters: readonly string[]): Promise<unknown>
  /** A connection as the owner, who sees every institution. The server must be running. */
  connect(): Promise<pg.Client>
  /**
   * Has the running database server make a checkpoint, as it does every few minutes. It then uses the files of its
   * write-ahead log again; until its first checkpoint it has to make each anew, and everybody waits meanwhile.
   */
  checkpoint(): Promise<void>
  /** Process number of the database server; undefined where it is not running. */
  databaseProcess(): number | undefined
  /** Keeps the database server running while `work` runs. */
  withDatabase<T>(work: () => Promise<T>): Promise<T>
}

/** Makes an empty installation for `work` and removes it afterwards, whatever happens. */
export async function withInstallation<T>(work: (installation: Installation) => Promise<T>): Promise<T> {
  const scratch = makeScratch()
  const folder = join(scratch, 'var')
  const installation = installationIn(scratch, folder)
  try {
    return await work(installation)
  } finally {
    await stopDatabase(installation)
    if (existsSync(folder)) rmSync(locateData(folder).data, { recursive: true, force: true })
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** On the disk that the product would use: `/tmp` lies in memory on many machines, and nothing is durable there. */
function makeScratch(): string {
  const parent = join(root, 'var')
  mkdirSync(parent, { recursive: true })
  return mkdtempSync(join(parent, 'installation-'))
}

function installationIn(scratch: string, folder: string): Installation {
  const { DATABASE_URL: _, KHUDI_APPLICATIONS: __, ...inherited } = process.env
  const environment = { ...inherited, KHUDI_VAR: folder, KHUDI_PORT: '0', KHUDI_DEMONSTRATION: 'off' }
  const start = (parameters: readonly string[]) =>
    spawn(process.execPath, [commandLine, ...parameters], {
      // What a command does is looked at, not how fast it starts.
      env: { NODE_COMPILE_CACHE: join(scratch, 'compile-cache'), ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
  return {
    folder,
    scratch,
    environment,
    start,
    run: async (parameters) => {
      const { status, output, errors } = await ended(start(['--json', ...parameters]))
      if (status !== 0)
        throw new Error(`khudi ${parameters.join(' ')} ended with ${status}: ${errors}${output}`)
      return output === '' ? undefined : JSON.parse(output)
    },
    connect: () => connect(folder),
    checkpoint: () => checkpoint(folder),
    databaseProcess: () => databaseProcess(folder),
    withDatabase: async (work) => {
      const server = await openServer({ folder, durable: true, log: silent })
      try {
        return await work()
      } finally {
        await server.close()
      }
    },
  }
}

const silent = { info: () => undefined, warn: () => undefined }

/** Waits for a started command. */
export async function ended(child: ChildProcess): Promise<Ended> {
  const { stdout, stderr } = child
  const exit = once(child, 'exit')
  const [output, errors, [status]] = await Promise.all([
    stdout === null ? '' : text(stdout),
    stderr === null ? '' : text(stderr),
    exit,
  ])
  return { status: z.number().nullable().parse(status), output, errors }
}

/** How to reach the server of a folder, by the socket in its data. */
const serverOf = (folder: string) => ({
  connection: (user: string, database: string) => ({
    host: socketFolder(locateData(folder)),
    port: 5432,
    user,
    database,
  }),
})

async function connect(folder: string): Promise<pg.Client> {
  const client = new pg.Client(embeddedCluster(serverOf(folder), 'khudi').owner(KERNEL_SCHEMA))
  client.on('error', () => undefined)
  await client.connect()
  return client
}

async function checkpoint(folder: string): Promise<void> {
  const client = new pg.Client(serverOf(folder).connection('khudi', 'postgres'))
  await client.connect()
  try {
    await client.query('checkpoint')
  } finally {
    await client.end()
  }
}

function databaseProcess(folder: string): number | undefined {
  return existsSync(folder) ? runningPostmaster(locateData(folder)) : undefined
}

/** A killed process leaves the server running; whoever joins it and leaves last stops it. */
async function stopDatabase({ folder, databaseProcess: running }: Installation): Promise<void> {
  if (running() === undefined) return
  const server = await openServer({ folder, durable: true, log: silent })
  await server.close()
}
