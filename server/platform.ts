/** Opens the platform: applications, database, objects, workers. What the server and every command stand on. */
import { existsSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { KeyRing } from '../kernel/access-keys/key-ring.ts'
import type { Installation } from '../kernel/backends/backend.ts'
import { placeOf } from '../kernel/db/cluster.ts'
import { openDatabase } from '../kernel/db/open.ts'
import type { Log } from '../kernel/db/server.ts'
import { Singles } from '../kernel/decisions/singles.ts'
import { Workers } from '../kernel/decisions/workers.ts'
import type { Outbound } from '../kernel/egress/outbound.ts'
import { WayOut } from '../kernel/egress/way-out.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { keyCommand } from '../kernel/keys/key-command.ts'
import { keyFolder } from '../kernel/keys/key-folder.ts'
import type { Keys } from '../kernel/keys/keys.ts'
import { findPassphrase, keysFolderOf } from '../kernel/keys/passphrase.ts'
import { diskObjects } from '../kernel/objects/objects.ts'
import type { ServingKernel } from '../kernel/operation.ts'
import { readPolicyFolder } from '../kernel/policy/files.ts'
import { InForce } from '../kernel/policy/in-force.ts'
import { type InstalledApplication, loadApplications } from '../kernel/register/applications.ts'
import { workingDay } from '../kernel/sign-in/settings.ts'
import { guardOf } from './guard/process.ts'
import { exportPages } from './pages/export-pages.ts'
import { proposalKinds } from './proposals.ts'
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
  /** The way to the network where a guard keeps it; without one, everybody's. */
  readonly outbound?: Outbound
}

/** {@link Fatal} where something does not allow it; nothing is left running then. */
export async function openPlatform(options: PlatformOptions): Promise<Platform> {
  const { settings, log } = options
  const outbound = guardOf({ settings, log })
  const applications = await loadApplications(
    settings.applicationFolders,
    settings.foreignFolders,
    join(settings.folder, 'declarations'),
  )
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
  const kernel = makeKernel(
    { db: database.db, applications, keys, folder: settings.folder },
    { ...options, ...outbound },
  )
  return {
    kernel,
    settings,
    database,
    objectsFolder: objectsFolderOf(settings.folder),
    close: async () => {
      await kernel.egress.close()
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

/** What a worker is told of an application: a declaration cannot be handed to another thread. */
const codeOf = ({ folder, digest }: Pick<InstalledApplication, 'folder' | 'digest'>) => ({ folder, digest })

/** Policies that the platform comes with: in force until two people put others in their place. */
export const policiesFolder = fileURLToPath(new URL('../policies', import.meta.url))

function installationOf({
  country = 'PK',
  databaseUrl,
}: Partial<Pick<Settings, 'country' | 'databaseUrl'>>): Installation {
  const database = databaseUrl === undefined ? undefined : placeOf(databaseUrl)
  return { country, machine: hostname(), database }
}

/** Our own applications run in threads, the others confined. */
function runnable(applications: Kernel['applications']) {
  const all = [...applications].map(([applicationId, one]) => ({ applicationId, ...one }))
  const own = all.filter(({ isForeign }) => !isForeign)
  return {
    applications: Object.fromEntries(own.map(({ applicationId, ...one }) => [applicationId, codeOf(one)])),
    foreign: all.filter(({ isForeign }) => isForeign),
  }
}

/** A kernel on an open database; tests make theirs with it too. */
export function makeKernel(
  parts: Pick<Kernel, 'db' | 'applications' | 'keys'> & {
    /** Data folder; objects and tiles have theirs in it. */
    readonly folder: string
  },
  options: Omit<PlatformOptions, 'settings' | 'log'> & {
    readonly settings: Pick<Settings, 'enginesFolder'> &
      Partial<Pick<Settings, 'signIn' | 'country' | 'databaseUrl'>>
  },
): ServingKernel {
  const { db, applications, keys, folder } = parts
  const { enginesFolder, signIn = { origin: 'http://localhost', ...workingDay } } = options.settings
  const clock = options.clock ?? (() => new Date())
  const policies = new InForce({ db, clock, folder: readPolicyFolder(policiesFolder) })
  const installation = installationOf(options.settings)
  const { outbound } = options
  const egress = new WayOut({ db, clock, installation, policies, ...(outbound && { outbound }) })
  const kernel: Kernel = {
    db,
    installation,
    egress,
    policies,
    applications,
    keys,
    keyRing: new KeyRing({ db, clock }),
    logFolder: join(folder, 'log'),
    objects: diskObjects(objectsFolderOf(folder)),
    workers: new Workers({ ...runnable(applications), enginesFolder }, options.workers),
    clock,
    signIn,
  }
  const proposing = { ...kernel, proposalKinds }
  return { ...proposing, singles: new Singles(), exportPages: exportPages(proposing) }
}
