/** The server's process as its files tell of it: is it alive, and why did it not start. */
import { closeSync, existsSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Fatal } from '../errors.ts'
import { type DataFolder, lastLine, openInside } from './data-folder.ts'

const LOG_BYTES = 4 * 1024 * 1024
const LOG_NAME = 'server.log'
const START_MARK = '-- start of '

/**
 * The process that `postmaster.pid` names, if it is there and is the server of these data; undefined otherwise.
 *
 * After a reboot the number may belong to anything.
 */
export function runningPostmaster({ data }: DataFolder): number | undefined {
  const file = join(data, 'postmaster.pid')
  if (!existsSync(file)) return undefined
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0])
  return Number.isSafeInteger(pid) && pid > 0 && isServerOf(data, pid) ? pid : undefined
}

function isServerOf(data: string, pid: number): boolean {
  try {
    if (process.platform !== 'linux') return process.kill(pid, 0)
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')
    return /(?:^|\/)postgres$/.test(words[0] ?? '') && words.includes(data)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

/**
 * Puts a number that no process can have into a stale `postmaster.pid`. PostgreSQL would refuse to start while the old
 * number belongs to anything alive. The rest of the file stays: by it PostgreSQL finds backends of a killed server.
 */
export function disownPidFile(place: DataFolder): void {
  const file = join(place.data, 'postmaster.pid')
  if (!existsSync(file)) return
  const [, ...rest] = readFileSync(file, 'utf8').split('\n')
  const descriptor = openInside(place, 'postmaster.pid', 'replace')
  writeFileSync(descriptor, ['2147483646', ...rest].join('\n'))
  closeSync(descriptor)
}

/** The server's log, opened for a new start; the one before is kept once it has grown. */
export function openLog(place: DataFolder, now: Date): number {
  const file = join(place.data, LOG_NAME)
  if (existsSync(file) && statSync(file).size > LOG_BYTES) renameSync(file, `${file}.1`)
  const descriptor = openInside(place, LOG_NAME, 'append')
  writeFileSync(descriptor, `${START_MARK}${now.toISOString()}\n`)
  return descriptor
}

/** What PostgreSQL says when its files are not what it left there. */
const DAMAGE = /could not (?:find|locate|open|read|access)|invalid|incorrect|checksum|corrupt|PANIC/

/** Whoever tries to connect too early or too late is told so with a FATAL of its own. */
const saidToClients = /the database system is (?:starting up|shutting down|not (?:yet )?accepting)/

/** Whether processes of a server that was killed are still there. */
export function isLeftover({ parameters }: Fatal): boolean {
  return /pre-existing shared memory block/.test(String(parameters.detail))
}

/** Why the last start came to nothing, from the server's log. */
export function startFailure({ data: folder }: DataFolder): Fatal {
  const since = readFileSync(join(folder, LOG_NAME), 'utf8').split(START_MARK).at(-1) ?? ''
  const lines = since.split('\n').slice(1)
  const line =
    lines.find((one) => /PANIC|FATAL/.test(one) && !saidToClients.test(one)) ??
    lines.find((one) => one.includes('could not')) ??
    lastLine(since)
  const detail = line.replace(/^.*?(?:PANIC|FATAL|postgres):\s*/, '')
  return new Fatal(DAMAGE.test(line) ? 'database.folder_damaged' : 'database.server_failed', {
    folder,
    detail,
  })
}
