import type { KeyRing } from './access-keys/key-ring.ts'
import type { Installation } from './backends/backend.ts'
import type { Database } from './db/database.ts'
import type { Workers } from './decisions/workers.ts'
import type { Egress } from './egress/egress.ts'
import type { Keys } from './keys/keys.ts'
import type { Objects } from './objects/objects.ts'
import type { Policies } from './policy/policy.ts'
import type { InstalledApplication } from './register/applications.ts'
import type { SignInSettings } from './sign-in/settings.ts'

/** Tells the time; tests pass their own. */
export type Clock = () => Date

/** What the nouns of the kernel work with. Made once by the server (or a test) and handed on as an argument. */
export interface Kernel {
  readonly db: Database
  readonly objects: Objects
  /** What never lies in the database: wrapping keys, signing keys. */
  readonly keys: Keys
  /** Keys of connected systems that were asked for of late. */
  readonly keyRing: KeyRing
  /** The one way out of the process. */
  readonly egress: Egress
  /** What the settings say about the machine that this runs on. */
  readonly installation: Installation
  /** Folder of the logs' tiles, one folder an institution. */
  readonly logFolder: string
  readonly workers: Workers
  readonly clock: Clock
  /** Where browsers come, how long a session lives. */
  readonly signIn: SignInSettings
  /** What may be done with which data, for what, and where. */
  readonly policies: Policies
  /** Applications found by scanning their folders, by id. */
  readonly applications: ReadonlyMap<string, InstalledApplication>
}
