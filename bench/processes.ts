/** What processes have used, as Linux tells it under /proc. */
import { readdirSync, readFileSync } from 'node:fs'

/** Clock ticks a second: `sysconf(_SC_CLK_TCK)`, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100

interface Stat {
  readonly parent: number
  /** Of the process itself, in user and kernel mode, in seconds. */
  readonly ownS: number
  /** Of its children that have ended. */
  readonly reapedS: number
}

/** proc_pid_stat(5); the name in brackets may hold anything, so fields are counted behind its end. */
function statOf(pid: number): Stat | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')
    const field = (number: number) => Number(fields[number - 3])
    return {
      parent: field(4),
      ownS: (field(14) + field(15)) / ticksPerSecond,
      reapedS: (field(16) + field(17)) / ticksPerSecond,
    }
  } catch {
    // It ended meanwhile.
    return undefined
  }
}

/** The process and everything it started, without `other` and what that started. */
export function familyOf(pid: number, other?: number): readonly number[] {
  const parents = new Map(
    readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map((name) => [Number(name), statOf(Number(name))?.parent]),
  )
  const family = new Set([pid])
  for (const member of family)
    for (const [child, parent] of parents) if (parent === member && child !== other) family.add(child)
  return [...family]
}

/** CPU seconds of a process and everything it ever started. */
export function cpuSecondsOf(pid: number, other?: number): number {
  return familyOf(pid, other)
    .map(statOf)
    .reduce((sum, stat) => sum + (stat === undefined ? 0 : stat.ownS + stat.reapedS), 0)
}

/**
 * Resident memory of a process and everything it started, in MiB. A page that several processes share counts in parts
 * (PSS), so that PostgreSQL's shared buffers count once. `undefined` where the kernel does not tell us.
 */
export function residentMiBOf(pid: number, other?: number): number | undefined {
  try {
    const sizes = familyOf(pid, other).map((member) => {
      const rollup = readFileSync(`/proc/${member}/smaps_rollup`, 'utf8')
      return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) / 1024
    })
    return sizes.reduce((sum, size) => sum + size, 0)
  } catch {
    return undefined
  }
}
