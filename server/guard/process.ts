/** The guard of this process, taken by the platform as the first. */
import { placeOf } from '../../kernel/db/cluster.ts'
import type { Log } from '../../kernel/db/server.ts'
import type { Outbound } from '../../kernel/egress/outbound.ts'
import type { Settings } from '../settings.ts'
import { type Blocked, type Guard, takeGuard } from './guard.ts'

let guard: Guard | undefined
let isTaken = false
const blocked = new Map<Blocked['kind'], number>()

/** Attempts that were blocked in this process, by kind, since it began. */
export const blockedAttempts: ReadonlyMap<Blocked['kind'], number> = blocked

/** Whether a guard asks before anything in this process connects. */
export const isGuarded = (): boolean => guard !== undefined

interface Guarded {
  readonly settings: Pick<Settings, 'databaseUrl' | 'host'>
  readonly log: Log
}

/** Opens the doors that the settings name, and has what is blocked logged. Without a guard there is nothing to do. */
export function guardOf({ settings, log }: Guarded): { readonly outbound?: Outbound } {
  if (!isTaken) {
    guard = takeGuard()
    isTaken = true
  }
  if (guard === undefined) return {}
  const database = settings.databaseUrl === undefined ? 'socket' : placeOf(settings.databaseUrl)
  if (database !== 'socket') guard.openDoor(database)
  // A name that the server listens under is looked up, too; nothing is connected to at port 0.
  guard.openDoor({ host: settings.host, port: 0 })
  guard.onBlocked(({ kind, host, port, stack }) => {
    blocked.set(kind, (blocked.get(kind) ?? 0) + 1)
    log.warn(
      { code: 'egress.blocked', kind, host, port, stack },
      `blocked: a ${kind} to ${host} that did not go through the egress`,
    )
  })
  return { outbound: guard }
}
