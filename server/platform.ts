/** Opens the platform: applications, database, objects, workers. What the server and every command stand on. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { openDatabase } from '../kernel/db/open.ts'
import type { Log } from '../kernel/db/server.ts'
import { Singles } from '../kernel/decisions/singles.ts'
import { Workers } from '../kernel/decisions/workers.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { keyCommand } from '../kernel/keys/key-command.ts'
import { keyFolder } from '../kernel/keys/key-folder.ts'
import type { Keys } from '../kernel/keys/keys.ts'
import { findPassphrase, keysFolderOf } from '../kernel/keys/passphrase.ts'
import { diskObjects } from '../kernel/objects/objects.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { type InstalledApplication, loadApplications } from '../kernel/register/applications.ts'
import { exportPages } from './pages/export-pages.ts'
import type { Settings } from './settings.ts'

export interface Platform {
  readonly kernel: ServingKernel
  readonly settings: Settings
  readonly database: Awaited<ReturnType<typeof openDatabase>>
  /** Folder of content-addressed files. */
  readonly objectsFolder: string
  close(): Promise<void>
}

export interface PlatformOptions {
  readonly settings: Settings
  readonly log: Log
  /** Threads that run applications and engines; by default one fewer than the cores. */
  readonly workers?: number
  readonly clock?: () => Date
}

/** {@link Fatal} where something does not allow it; nothing is left running then. */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { settings, log } = options
  const applications = await loadApplications(settings.applicationFolders)
  const database = await openDatabase({
    folder: settings.folder,
    url: settings.databaseUrl,
    secret: settings.databaseSecret,
    applications: migrationsOf(applications),
    log,
  })
  const keys = await openKeys(settings).catch(async (error: unknown) => {
    await database.close()
    throw error
  })
  const kernel = makeKernel({ db: database.db, applications, keys, folder: settings.folder }, options)
  return {
    kernel,
    settings,
    database,
    objectsFolder: objectsFolderOf(settings.folder),
    close: async () => {
      await kernel.workers.close()
      await database.close()
    },
  }
}

/** @throws Fatal `keys.…` where the passphrase does not open them */
async function openKeys({ folder, keys }: Settings): Promise<Keys> {
  if (keys.command !== undefined) return keyCommand({ program: keys.command })
  return keyFolder({ folder: keysFolderOf(folder), passphrase: await findPassphrase(folder, keys) })
}

/** Folders of migrations of the applications that have a schema of their own. */
export function migrationsOf(applications: ReadonlyMap<string, InstalledApplication>) {
  return [...applications.values()]
    .map(({ application, folder }) => ({ id: application.id, folder: join(folder, 'migrations') }))
    .filter(({ folder }) => existsSync(folder))
}

/** Folder of content-addressed files. */
export const objectsFolderOf = (folder: string) => join(folder, 'objects')

/** A kernel on an open database; tests make theirs with it too. */
export function makeKernel(
  parts: Pick<Kernel, 'db' | 'applications' | 'keys'> & {
    /** Data folder; objects and tiles have theirs in it. */
    readonly folder: string
  },
  options: Omit<PlatformOptions, 'settings' | 'log'> & { readonly settings: Pick<Settings, 'enginesFolder'> },
): ServingKernel {
  const { db, applications, keys, folder } = parts
  const installed = Object.fromEntries(
    [...applications].map(([id, { folder, digest }]) => [id, { folder, digest }]),
  )
  const { enginesFolder } = options.settings
  const kernel: Kernel = {
    db,
    applications,
    keys,
    logFolder: join(folder, 'log'),
    objects: diskObjects(objectsFolderOf(folder)),
    workers: new Workers({ applications: installed, enginesFolder }, options.workers),
    clock: options.clock ?? (() => new Date()),
  }
  return { ...kernel, singles: new Singles(), exportPages: exportPages(kernel) }
}
