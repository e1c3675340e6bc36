/**
 * Where the server's data lie, and how an empty place becomes a data folder.
 *
 * They lie in `<folder>/postgres`. Under root that may be a folder which the server's user cannot enter; then they lie
 * under /var/lib/khudi and `<folder>/postgres.json` says where. The pointer decides, not a name made from the path: who
 * moves `<folder>` keeps the data, and who deletes it starts empty.
 */
import { spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import {
  chownSync,
  constants,
  existsSync,
  fchownSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { Fatal } from '../errors.ts'
import { accountOfData, asAccount, canEnter, type ServerAccount, serverAccount } from './account.ts'
import type { PostgresBinaries } from './binaries.ts'

/** Where files of another user's server go under root. */
export const ROOT_HOME = '/var/lib/khudi'

/** `sun_path` holds 108 bytes on Linux and 104 on macOS, the closing zero included. */
const SOCKET_PATH_BYTES = 103

const Pointer = z.strictObject({ data: z.string() })

export interface DataFolder {
  readonly data: string
  readonly account: ServerAccount
}

/** Finds or chooses the place of the data of `folder`; makes nothing but the pointer. */
export function locateData(folder: string): DataFolder {
  const beside = join(folder, 'postgres')
  const pointer = join(folder, 'postgres.json')
  if (existsSync(pointer)) return existing(readPointer(pointer))
  if (existsSync(beside)) return existing(beside)

  const account = serverAccount()
  if (account.owner === undefined || canEnter(account, folder)) return { data: beside, account }
  const data = join(ROOT_HOME, `${basename(dirname(folder))}-${randomBytes(4).toString('hex')}`)
  mkdirSync(ROOT_HOME, { recursive: true, mode: 0o755 })
  writeFileSync(pointer, `${JSON.stringify({ data }, null, 2)}\n`, { flush: true })
  return { data, account }
}

function readPointer(file: string): string {
  try {
    return Pointer.parse(JSON.parse(readFileSync(file, 'utf8'))).data
  } catch (cause) {
    throw new Fatal(
      'database.folder_damaged',
      { folder: file, detail: 'it does not name a folder' },
      { cause },
    )
  }
}

function existing(data: string): DataFolder {
  if (!existsSync(data)) return { data, account: serverAccount() }
  const account = accountOfData(statSync(data))
  const { uid } = statSync(data)
  if (account.owner === undefined && process.getuid !== undefined && uid !== process.getuid())
    throw new Fatal('database.folder_unwritable', {
      folder: data,
      detail: `it belongs to user number ${uid}`,
    })
  if (account.owner !== undefined && !canEnter(account, data))
    throw new Fatal('database.folder_unwritable', {
      folder: data,
      detail: `user number ${account.owner.uid}, who owns it, cannot enter it`,
    })
  return { data, account }
}

/**
 * Makes `data` a data folder of our version if it is empty or absent; otherwise checks its version.
 *
 * A kill in the middle leaves only the unfinished sibling, which the next call removes. The caller holds the lock.
 */
export function prepareData(
  place: DataFolder,
  binaries: PostgresBinaries,
  durable: boolean,
): 'made' | 'found' {
  const { data } = place
  const versionFile = join(data, 'PG_VERSION')
  if (existsSync(versionFile)) {
    const found = readFileSync(versionFile, 'utf8').trim()
    if (found === binaries.major) return 'found'
    throw new Fatal('database.version_mismatch', { folder: data, found, expected: binaries.major })
  }
  if (existsSync(data) && readdirSync(data).length > 0)
    throw new Fatal('database.folder_damaged', { folder: data, detail: 'PG_VERSION is missing' })
  initialise(place, binaries, durable)
  return 'made'
}

function initialise({ data, account }: DataFolder, binaries: PostgresBinaries, durable: boolean): void {
  const unfinished = `${data}.new`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(unfinished, { mode: 0o700 })
  if (account.owner !== undefined) chownSync(unfinished, account.owner.uid, account.owner.gid)
  const { status, stderr } = spawnSync(
    join(binaries.folder, 'initdb'),
    [
      `--pgdata=${unfinished}`,
      '--username=khudi',
      '--encoding=UTF8',
      // Code point order from the server itself: the same on every machine and after every upgrade of its C library.
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      '--locale=C',
      '--auth=trust',
      '--data-checksums',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ],
    { ...asAccount(account), encoding: 'utf8' },
  )
  if (status !== 0)
    throw new Fatal('database.server_failed', { folder: data, detail: lastLine(String(stderr)) })
  rmSync(data, { recursive: true, force: true })
  renameSync(unfinished, data)
}

/**
 * Opens a file inside the data folder for writing, owned by the server's user. Under root a link is not followed: the
 * server's user could have put it there to have root write elsewhere.
 */
export function openInside({ data, account }: DataFolder, name: string, how: 'append' | 'replace'): number {
  const { O_WRONLY, O_CREAT, O_NOFOLLOW, O_APPEND, O_TRUNC } = constants
  const flags = O_WRONLY | O_CREAT | O_NOFOLLOW | (how === 'append' ? O_APPEND : O_TRUNC)
  const file = openSync(join(data, name), flags, 0o600)
  if (account.owner !== undefined) fchownSync(file, account.owner.uid, account.owner.gid)
  return file
}

/** The last line that is not empty, for a sentence of an error. */
export function lastLine(text: string): string {
  return text.trimEnd().split('\n').at(-1) ?? ''
}

/**
 * The folder of the server's socket: the data folder, which only the server's user (and root) may enter. Where its path
 * is too long for a socket, a short folder of the same owner and mode.
 */
export function socketFolder({ data, account }: DataFolder): string {
  if (Buffer.byteLength(join(data, '.s.PGSQL.5432')) <= SOCKET_PATH_BYTES) return data
  const digest = createHash('sha256').update(data).digest('hex').slice(0, 16)
  const parent = account.owner !== undefined ? '/run' : (process.env.XDG_RUNTIME_DIR ?? tmpdir())
  const short = join(parent, `khudi-${digest}`)
  mkdirSync(short, { recursive: true, mode: 0o700 })
  if (account.owner !== undefined) chownSync(short, account.owner.uid, account.owner.gid)
  const found = lstatSync(short)
  const uid = account.owner?.uid ?? process.getuid?.()
  // The parent may be writable by all: a folder or link that somebody else put there is not ours to use.
  if (!found.isDirectory() || found.uid !== uid || (found.mode & 0o077) !== 0)
    throw new Fatal('database.folder_unwritable', {
      folder: short,
      detail: 'it is not a private folder of ours',
    })
  return short
}
