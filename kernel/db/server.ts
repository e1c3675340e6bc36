/**
 * Our own PostgreSQL server: started as a child, watched, shared by every process that uses the same folder.
 *
 * Each process holds one *presence* connection. It tells that the server went away (the process then brings it back,
 * whoever had started it), and it tells the others that somebody is still here: who closes last stops the server. A
 * killed process leaves the server running; the next one finds it and goes on with it. Finding, starting and stopping
 * happen under one file lock.
 */
import { spawn, spawnSync } from 'node:child_process'
import { closeSync, existsSync, mkdirSync, openSync, rmSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { Fatal } from '../errors.ts'
import { asAccount } from './account.ts'
import { type PostgresBinaries, postgresBinaries } from './binaries.ts'
import { type DataFolder, lastLine, locateData, prepareData, ROOT_HOME, socketFolder } from './data-folder.ts'
import { lockFile } from './file-lock.ts'
import { disownPidFile, isLeftover, openLog, runningPostmaster, startFailure } from './postmaster.ts'
import { writeSettings } from './settings.ts'
import { isUnavailable } from './unavailable.ts'

/** As much of a pino logger as is used here. */
export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
}

export interface ServerOptions {
  /** The product's data folder (`./var`), made where missing. */
  readonly folder: string
  /** False only for tests: a power cut may then lose or damage everything. */
  readonly durable: boolean
  readonly log: Log
}

/** Recovery after a power cut replays at most `max_wal_size`; a slow disk takes minutes for that. */
const START_PATIENCE_MS = 10 * 60_000
const STOP_PATIENCE_S = 60
/** What a killed server had started ends by itself within moments; until then PostgreSQL starts no other beside it. */
const LEFTOVER_PATIENCE_MS = 10_000
/** A server that goes away sooner than this has a lasting trouble. */
const SHORT_LIFE_MS = 10_000
const PRESENCE = 'khudi presence'

/** Starts or joins the server of a folder. {@link Fatal} where folder, programs or data do not allow it. */
export async function openServer(options: ServerOptions): Promise<Server> {
  const folder = resolve(options.folder)
  makeFolder(folder)
  const place = locateData(folder)
  const binaries = postgresBinaries(place.account, place.account.owner === undefined ? folder : ROOT_HOME)
  const server = new Server({ ...options, folder }, place, binaries)
  await server.join()
  return server
}

function makeFolder(folder: string): void {
  try {
    // Under root others may pass through (never list): the server's user must reach its own folder inside.
    makeWithParents(folder, process.getuid?.() === 0 ? 0o711 : 0o700)
    const probe = join(folder, 'postgres.lock')
    closeSync(openSync(probe, 'a', 0o600))
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new Fatal('database.folder_unwritable', { folder, detail }, { cause })
  }
}

/** Not Node's own `recursive`, which never returns from below folders such as `/proc`, where nothing can be made. */
function makeWithParents(folder: string, mode: number): void {
  if (existsSync(folder)) return
  if (dirname(folder) !== folder) makeWithParents(dirname(folder), mode)
  try {
    mkdirSync(folder, { mode })
  } catch (error) {
    // Another process may have made it at the same moment.
    if (!existsSync(folder)) throw error
  }
}

/** A running server and this process's share in it. Made by {@link openServer}. */
export class Server {
  /** Whether the server was running before this process came. */
  attached = false
  readonly #options: ServerOptions
  readonly #place: DataFolder
  readonly #binaries: PostgresBinaries
  readonly #socket: string
  #presence: pg.Client | undefined
  #closing = false
  #recovery: Promise<void> | undefined
  /** How often in a row the server went away soon after it had come. */
  #shortLives = 0

  constructor(options: ServerOptions, place: DataFolder, binaries: PostgresBinaries) {
    this.#options = options
    this.#place = place
    this.#binaries = binaries
    this.#socket = socketFolder(place)
  }

  /** What `pg` needs to connect as `user` to `database`. */
  connection(user: string, database: string): pg.ClientConfig {
    return { host: this.#socket, port: 5432, user, database }
  }

  /** Where the data lie; it may be outside the product's folder (see data-folder.ts). */
  get dataFolder(): string {
    return this.#place.data
  }

  /** Makes sure that the server runs and that this process is present in it. For {@link openServer} and the watch. */
  async join(): Promise<void> {
    const lock = await lockFile(join(this.#options.folder, 'postgres.lock'), START_PATIENCE_MS)
    try {
      if (prepareData(this.#place, this.#binaries, this.#options.durable) === 'made')
        this.#options.log.info({ data: this.#place.data }, 'made the database folder')
      const running = await this.#enterRunning()
      this.attached = running !== undefined
      this.#presence = running ?? (await this.#start())
      this.#watch(this.#presence)
    } finally {
      lock.release()
    }
  }

  /** Leaves; stops the server if no other process is present. */
  async close(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    await this.#recovery
    const presence = this.#presence
    if (presence === undefined) return
    keepsProcessAlive(presence, true)
    const lock = await lockFile(join(this.#options.folder, 'postgres.lock'), START_PATIENCE_MS)
    try {
      const others = await countOthers(presence)
      await presence.end().catch(() => undefined)
      if (others === 0) this.#stop()
    } finally {
      lock.release()
    }
  }

  /** Enters the server that is running already; undefined where none is. */
  async #enterRunning(): Promise<pg.Client | undefined> {
    const isRunning = (): boolean => runningPostmaster(this.#place) !== undefined
    const presence = isRunning() ? await this.#enter(isRunning) : undefined
    if (presence !== undefined) return presence
    disownPidFile(this.#place)
    // Its number may belong to another process by now, or to a dead one that its parent has not buried yet.
    rmSync(join(this.#socket, '.s.PGSQL.5432.lock'), { force: true })
    return undefined
  }

  async #start(): Promise<pg.Client> {
    const giveUpAt = performance.now() + LEFTOVER_PATIENCE_MS
    for (;;) {
      const presence = await this.#startOnce()
      if (presence !== undefined) return presence
      const failure = startFailure(this.#place)
      if (!isLeftover(failure) || performance.now() > giveUpAt) throw failure
      await sleep(50)
    }
  }

  /** Undefined where the server ended instead of accepting connections. */
  async #startOnce(): Promise<pg.Client | undefined> {
    writeSettings(this.#place, this.#socket, this.#options.durable)
    const output = openLog(this.#place, new Date())
    // Its own session, so that Ctrl-C in a terminal reaches us and not it; we stop it when our work is put away.
    const child = spawn(join(this.#binaries.folder, 'postgres'), ['-D', this.#place.data], {
      ...asAccount(this.#place.account),
      detached: true,
      stdio: ['ignore', output, output],
    })
    closeSync(output)
    let ended = false
    child.on('exit', () => {
      ended = true
    })
    child.on('error', () => {
      ended = true
    })
    child.unref()
    return this.#enter(() => !ended)
  }

  /** Connects as soon as the server accepts; undefined once `alive` says no. */
  async #enter(alive: () => boolean): Promise<pg.Client | undefined> {
    const giveUpAt = performance.now() + START_PATIENCE_MS
    for (let wait = 10; ; wait = Math.min(wait * 1.5, 500)) {
      const client = new pg.Client({ ...this.connection('khudi', 'postgres'), application_name: PRESENCE })
      // Before the first await: a server that dies during the handshake also reports by event.
      client.on('error', () => undefined)
      try {
        await client.connect()
        return client
      } catch (cause) {
        if (!isUnavailable(cause)) throw cause
        if (!alive()) return undefined
        if (performance.now() > giveUpAt)
          throw new Fatal(
            'database.server_failed',
            { folder: this.#place.data, detail: 'it accepts no connection' },
            { cause },
          )
      }
      await sleep(wait)
    }
  }

  #watch(presence: pg.Client): void {
    // A program that forgot to close may still end; the server then waits for the next process.
    keepsProcessAlive(presence, false)
    const cameAt = performance.now()
    presence.once('end', () => {
      if (this.#closing) return
      this.#presence = undefined
      this.#shortLives = performance.now() - cameAt < SHORT_LIFE_MS ? this.#shortLives + 1 : 0
      this.#options.log.warn({ data: this.#place.data }, 'the database server went away, bringing it back')
      this.#recovery = this.#recover()
    })
  }

  async #recover(): Promise<void> {
    // At once the first time; a server that keeps dying is given more and more time.
    let wait = this.#shortLives > 1 ? 250 * 2 ** Math.min(this.#shortLives, 7) : 0
    while (!this.#closing) {
      await sleep(wait, undefined, { ref: false })
      wait = Math.min(Math.max(100, wait * 2), 30_000)
      try {
        await this.join()
        this.#options.log.info({ data: this.#place.data }, 'the database server is back')
        return
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error)
        this.#options.log.warn({ reason }, 'the database server does not come back, trying again')
      }
    }
  }

  #stop(): void {
    const { status, stderr } = spawnSync(
      join(this.#binaries.folder, 'pg_ctl'),
      ['stop', '-D', this.#place.data, '-m', 'fast', '-w', '-t', String(STOP_PATIENCE_S)],
      { ...asAccount(this.#place.account), encoding: 'utf8' },
    )
    if (status !== 0)
      this.#options.log.warn({ reason: lastLine(String(stderr)) }, 'the database server did not stop')
  }
}

/** `pg` has `ref` and `unref`, its types do not. */
function keepsProcessAlive(client: pg.Client, does: boolean): void {
  if (does && 'ref' in client && typeof client.ref === 'function') client.ref()
  if (!does && 'unref' in client && typeof client.unref === 'function') client.unref()
}

async function countOthers(presence: pg.Client): Promise<number> {
  const result = await presence
    .query({
      text: `select count(*)::int as others from pg_stat_activity
             where application_name = $1 and pid <> pg_backend_pid()`,
      values: [PRESENCE],
      rowMode: 'array',
    })
    // The server is gone or going: nobody is there, and stopping what is left does no harm.
    .catch(() => undefined)
  return Number(result?.rows[0]?.[0] ?? 0)
}
