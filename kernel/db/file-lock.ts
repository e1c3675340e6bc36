/**
 * A lock between processes that the operating system releases when its holder dies, however it dies.
 *
 * Node offers no `flock`; a file with a process id in it goes stale after a kill and is raced when it is cleared. SQLite,
 * which Node carries, locks its file through the kernel (fcntl), and that lock ends with its process. Nothing is ever
 * stored in the file.
 */
import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

const SQLITE_BUSY = 5
const POLL_MS = 40

export interface FileLock {
  release(): void
}

/** Waits for the lock of `file` (created where missing). Throws an Error after `patienceMs` milliseconds of waiting. */
export async function lockFile(file: string, patienceMs: number): Promise<FileLock> {
  const giveUpAt = performance.now() + patienceMs
  for (;;) {
    const held = tryLockFile(file)
    if (held !== undefined) return held
    if (performance.now() > giveUpAt) throw new Error(`another process has held ${file} for ${patienceMs} ms`)
    await sleep(POLL_MS)
  }
}

/** The lock, or undefined where another process holds it. */
export function tryLockFile(file: string): FileLock | undefined {
  const connection = new DatabaseSync(file)
  try {
    connection.exec('begin exclusive')
  } catch (error) {
    connection.close()
    if (error instanceof Error && 'errcode' in error && error.errcode === SQLITE_BUSY) return undefined
    throw error
  }
  return { release: () => connection.close() }
}
