/** Applications are found by scanning folders: one folder an application, its name the id. */
import { readdirSync, readFileSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Application } from '@khudi/sdk'
import { sha256 } from '../canonical.ts'
import './sdk-resolution.ts'

/** An application as found on disk. */
export interface InstalledApplication {
  readonly application: Application
  /** Absolute path of its folder. */
  readonly folder: string
  /** SHA-256 over the files that run, 32 bytes; what the register pins. */
  readonly digest: Uint8Array
}

/** How many folders are read at once; more only makes the disk and the loader queue. */
const concurrency = 32

/**
 * Loads every application of the folders. A folder whose name begins with `_` or `.` is no application.
 *
 * @throws Error naming the folder whose declaration is missing, faulty or of another id, or that two folders share.
 */
export async function loadApplications(
  applicationFolders: readonly string[],
): Promise<ReadonlyMap<string, InstalledApplication>> {
  const found = new Map<string, InstalledApplication>()
  for (const parent of applicationFolders) {
    const ids = await applicationIds(parent)
    for (let start = 0; start < ids.length; start += concurrency) {
      const batch = ids.slice(start, start + concurrency)
      for (const installed of await Promise.all(batch.map((id) => loadApplication(parent, id)))) {
        const { id } = installed.application
        if (found.has(id)) throw new Error(`two folders declare the application "${id}"`)
        found.set(id, installed)
      }
    }
  }
  return found
}

async function applicationIds(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true })
  return entries
    .filter((entry) => entry.isDirectory() && !/^[_.]/.test(entry.name))
    .map((entry) => entry.name)
    .sort()
}

async function loadApplication(parent: string, id: string): Promise<InstalledApplication> {
  const folder = join(parent, id)
  const digest = digestOf(folder)
  const module = await importDeclaration(folder)
  const application = module.default
  if (application === undefined)
    throw new Error(`${folder}/application.ts exports no application as its default`)
  if (application.id !== id) throw new Error(`the application in ${folder} calls itself "${application.id}"`)
  return { application, folder, digest }
}

/** @throws Error naming the folder, whatever went wrong in it; Node's own names the file only now and then. */
async function importDeclaration(folder: string): Promise<{ readonly default?: Application }> {
  try {
    return await import(pathToFileURL(join(folder, 'application.ts')).href)
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the application in ${folder} cannot be loaded: ${detail}`, { cause })
  }
}

/** What runs: source and migrations. Tests, samples and pages about it may change without a new registration. */
const runs = /\.(ts|sql)$/
const doesNotRun = /\.(test|bench)\.ts$/

/**
 * SHA-256 over the sorted list of relative path, length and bytes of every file that runs. Read at once rather than by
 * turns: for thousands of small files the turns cost more than the reading.
 */
export function digestOf(folder: string): Buffer {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true })
  const paths = entries
    .filter((entry) => entry.isFile() && runs.test(entry.name) && !doesNotRun.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const parts: Uint8Array[] = []
  for (const path of paths) {
    const bytes = readFileSync(path)
    parts.push(Buffer.from(`${path.slice(folder.length + 1)}\n${bytes.length}\n`), bytes)
  }
  return sha256(Buffer.concat(parts))
}
