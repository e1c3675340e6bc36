/** Applications are found by scanning folders: one folder an application, its name the id. */
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Application } from '@khudi/sdk'
import { describeFolder } from '../confinement/describe-folder.ts'
import { digestOf } from './digest.ts'
import './sdk-resolution.ts'

/** An application as found on disk. */
export interface InstalledApplication {
  readonly application: Application
  /** Absolute path of its folder. */
  readonly folder: string
  /** SHA-256 over the files that run, 32 bytes; what the register pins. */
  readonly digest: Uint8Array
  /**
   * Whether it does not come with the product: then its code runs in confined processes only, and its declaration here is data.
   * Decided by where it was found, never by what it is called.
   */
  readonly isForeign: boolean
}

/** How many folders are read at once; more only makes the disk and the loader queue. A process each costs more. */
const concurrency = { own: 32, foreign: 2 } as const

/**
 * Loads every application of the folders. A folder whose name begins with `_` or `.` is no application.
 *
 * @param foreignFolders folders of applications that do not come with the product
 * @param keptIn folder in which the declarations of those are kept, by the digest of their code
 * @throws Error naming the folder whose declaration is missing, faulty or of another id, or that two folders share.
 */
export async function loadApplications(
  applicationFolders: readonly string[],
  foreignFolders: readonly string[] = [],
  keptIn?: string,
): Promise<ReadonlyMap<string, InstalledApplication>> {
  const found = new Map<string, InstalledApplication>()
  const places = [
    ...applicationFolders.map((parent) => ({ parent, load: loadApplication, atOnce: concurrency.own })),
    ...foreignFolders.map((parent) => ({
      parent,
      load: (folder: string, id: string) => loadForeign(folder, id, keptIn),
      atOnce: concurrency.foreign,
    })),
  ]
  for (const { parent, load, atOnce } of places) {
    const ids = await applicationIds(parent)
    for (let start = 0; start < ids.length; start += atOnce) {
      const batch = ids.slice(start, start + atOnce)
      for (const installed of await Promise.all(batch.map((id) => load(parent, id)))) {
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
  return { application, folder, digest, isForeign: false }
}

async function loadForeign(
  parent: string,
  id: string,
  keptIn: string | undefined,
): Promise<InstalledApplication> {
  const folder = join(parent, id)
  const digest = digestOf(folder)
  const application = await describeFolder({ applicationId: id, folder, digest }, keptIn)
  if (application.id !== id) throw new Error(`the application in ${folder} calls itself "${application.id}"`)
  return { application, folder, digest, isForeign: true }
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
