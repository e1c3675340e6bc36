/**
 * Which operating-system user the database server runs as.
 *
 * PostgreSQL refuses to run as root. Under root it therefore runs as the user `postgres`, made here where the machine
 * has none, and its files lie where that user can reach them.
 */
import { type SpawnSyncOptions, spawnSync } from 'node:child_process'
import { Fatal } from '../errors.ts'

const USER_NAME = 'postgres'

export interface ServerAccount {
  /** Absent: the server runs as whoever runs this process. */
  readonly owner?: { readonly uid: number; readonly gid: number }
}

const isRoot = (): boolean => process.getuid?.() === 0

/** The account for new data. Makes the user `postgres` under root where it is missing; {@link Fatal} where that fails. */
export function serverAccount(): ServerAccount {
  if (!isRoot()) return {}
  const found = findUser() ?? createUser()
  return { owner: found }
}

/** The account for data that exist already: under root whoever owns them, so that `sudo` after an ordinary start works. */
export function accountOfData(owner: { readonly uid: number; readonly gid: number }): ServerAccount {
  if (!isRoot() || owner.uid === 0) return serverAccount()
  return { owner: { uid: owner.uid, gid: owner.gid } }
}

/** Options that make a child run as `account`, outside every folder it may not enter, with nothing of our environment. */
export function asAccount(account: ServerAccount): SpawnSyncOptions & { env: Record<string, string> } {
  return {
    ...account.owner,
    cwd: '/',
    env: { PATH: process.env.PATH ?? '/usr/bin:/bin', LC_ALL: 'C', TZ: 'UTC' },
  }
}

/** Whether the account can enter `folder`, every parent of it included. */
export function canEnter(account: ServerAccount, folder: string): boolean {
  return spawnSync('/bin/sh', ['-c', 'cd -- "$1"', 'sh', folder], asAccount(account)).status === 0
}

function findUser(): { uid: number; gid: number } | undefined {
  const uid = numberFrom('id', ['-u', USER_NAME])
  const gid = numberFrom('id', ['-g', USER_NAME])
  return uid === undefined || gid === undefined ? undefined : { uid, gid }
}

/** `useradd` is Debian's and Red Hat's, `adduser -S` BusyBox's. */
function createUser(): { uid: number; gid: number } {
  const attempts: readonly (readonly [string, readonly string[]])[] = [
    ['useradd', ['--system', '--user-group', '--no-create-home', '--home-dir', '/nonexistent', USER_NAME]],
    ['adduser', ['-S', '-D', '-H', USER_NAME]],
  ]
  for (const [command, parameters] of attempts) {
    spawnSync(command, parameters, { stdio: 'ignore' })
    const made = findUser()
    if (made !== undefined) return made
  }
  throw new Fatal('database.account_missing', { user: USER_NAME })
}

function numberFrom(command: string, parameters: readonly string[]): number | undefined {
  const { status, stdout } = spawnSync(command, parameters, { encoding: 'utf8' })
  return status === 0 && /^\d+\s*$/.test(stdout) ? Number(stdout) : undefined
}
