/** What a process uses, as the kernel of Linux tells it; unknown elsewhere, where time and the limits of the system hold alone. */
import { readFileSync } from 'node:fs'

export interface Usage {
  readonly cpuMs: number
  readonly memoryMib: number
}

/** Clock ticks a second (`USER_HZ`) and bytes of a page, as on every Linux that Node runs on. */
const ticks = 100
const pageBytes = 4096

/** proc_pid_stat(5): fields 14 and 15 are time in user and system mode, 24 the resident pages. */
export function usageOf(pid: number): Usage | undefined {
  const text = statOf(pid)
  if (text === undefined) return undefined
  // The name in parentheses may hold anything; the fields after it begin with the third.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  const field = (number: number) => Number(fields[number - 3] ?? Number.NaN)
  return {
    cpuMs: ((field(14) + field(15)) * 1000) / ticks,
    memoryMib: (field(24) * pageBytes) / 2 ** 20,
  }
}

function statOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8')
  } catch {
    return undefined
  }
}
