import type { Database } from './db/database.ts'
import type { Workers } from './decisions/workers.ts'
import type { Keys } from './keys/keys.ts'
import type { Objects } from './objects/objects.ts'
import type { InstalledApplication } from './register/applications.ts'

/** Tells the time; tests pass their own. */
export type Clock = () => Date

/** What the nouns of the kernel work with. Made once by the server (or a test) and handed on as an argument. */
export interface Kernel {
  readonly db: Database
  readonly objects: Objects
  /** What never lies in the database: wrapping keys, signing keys. */
  readonly keys: Keys
  /** Folder of the logs' tiles, one folder an institution. */
  readonly logFolder: string
  readonly workers: Workers
  readonly clock: Clock
  /** Applications found by scanning their folders, by id. */
  readonly applications: ReadonlyMap<string, InstalledApplication>
}
