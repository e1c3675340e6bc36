/**
 * A throw-away cluster made from the PostgreSQL that the machine itself has installed, used as an institution uses its
 * own server: through a URL, with passwords, as a user who is no superuser.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { asAccount, serverAccount } from '../kernel/db/account.ts'

export interface MachinePostgres {
  /** `15.14`. */
  readonly version: string
  /** Of a user who may make databases and roles. */
  readonly url: string
  close(): Promise<void>
}

const OLDEST_MAJOR = 15
const DEBIAN = '/usr/lib/postgresql'

/** Folder of the newest programs that the machine has; undefined where it has none of version 15 or later. */
export function machineBinaries(): string | undefined {
  const debian = existsSync(DEBIAN) ? readdirSync(DEBIAN).map((major) => join(DEBIAN, major, 'bin')) : []
  const configured = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' }).stdout?.trim()
  return [...debian, ...(configured ? [configured] : [])]
    .map((folder) => ({ folder, major: majorOf(folder) }))
    .filter(({ major }) => major >= OLDEST_MAJOR)
    .sort((left, right) => right.major - left.major)[0]?.folder
}

function majorOf(folder: string): number {
  const { stdout } = spawnSync(join(folder, 'postgres'), ['--version'], { encoding: 'utf8' })
  return existsSync(join(folder, 'initdb')) ? Number(/(\d+)\.\d/.exec(stdout ?? '')?.[1] ?? 0) : 0
}

export async function startMachinePostgres(bin: string): Promise<MachinePostgres> {
  const account = serverAccount()
  const folder = mkdtempSync(join(tmpdir(), 'khudi-machine-'))
  if (account.owner !== undefined) chownSync(folder, account.owner.uid, account.owner.gid)
  const password = randomBytes(12).toString('hex')
  const passwordFile = join(folder, 'password')
  writeFileSync(passwordFile, password, { mode: 0o644 })
  const data = join(folder, 'data')
  const made = spawnSync(
    join(bin, 'initdb'),
    [
      '-D',
      data,
      '-U',
      'administrator',
      '-E',
      'UTF8',
      '--locale=C',
      '--auth=scram-sha-256',
      `--pwfile=${passwordFile}`,
      '-N',
    ],
    { ...asAccount(account), encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`initdb of ${bin} failed: ${String(made.stderr)}`)
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', data, '-k', folder, '-h', '', '-F', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'],
    { ...asAccount(account), stdio: 'ignore' },
  )
  const close = async (): Promise<void> => {
    await stopped(child)
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    const version = await makeOwner(
      { host: folder, user: 'administrator', password, database: 'postgres' },
      password,
    )
    const url = `postgresql://institution:${password}@/postgres?host=${encodeURIComponent(folder)}`
    return { version, url, close }
  } catch (error) {
    await close()
    throw error
  }
}

/** Makes the user whom an institution's database administrator would give us. Returns the server's version. */
async function makeOwner(config: pg.ClientConfig, password: string): Promise<string> {
  const client = await connectedSoon(config)
  await client.query(`create role institution login createdb createrole password '${password}'`)
  const { rows } = await client.query<{ version: string }>(
    `select split_part(current_setting('server_version'), ' ', 1) as version`,
  )
  await client.end()
  return rows[0]?.version ?? 'unknown'
}

async function connectedSoon(config: pg.ClientConfig): Promise<pg.Client> {
  const giveUpAt = performance.now() + 30_000
  for (;;) {
    const client = new pg.Client(config)
    client.on('error', () => undefined)
    try {
      await client.connect()
      return client
    } catch (error) {
      if (performance.now() > giveUpAt) throw error
    }
    await sleep(50)
  }
}

async function stopped(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.kill('SIGINT')
  await ended
}
