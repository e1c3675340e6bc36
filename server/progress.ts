/** Progress of long work: one line that rewrites itself on a terminal, a plain line now and then elsewhere. */

export interface ProgressOutput {
  readonly isTTY?: boolean
  readonly columns?: number
  write(text: string): unknown
}

export interface Progress {
  /** `total` is `undefined` where nobody can know it yet; `note` stands at the end of the line. */
  update(done: number, total: number | undefined, note?: string): void
  /** Ends the line with the whole count, time and rate. */
  end(note?: string): void
}

const terminalMs = 100
const plainMs = 5_000

/** @param clock milliseconds, monotonic */
export function progress(
  title: string,
  output: ProgressOutput = process.stderr,
  clock: () => number = () => performance.now(),
): Progress {
  const startedAt = clock()
  let base: number | undefined
  let last: { done: number; total: number | undefined } = { done: 0, total: undefined }
  let writtenAt = Number.NEGATIVE_INFINITY
  const write = (text: string, isLast: boolean) => {
    if (output.isTTY !== true) output.write(`${text}\n`)
    else output.write(`\r\u001b[K${text.slice(0, (output.columns ?? 80) - 1)}${isLast ? '\n' : ''}`)
  }
  return {
    update(done, total, note) {
      // Work that an earlier run did is not this run's speed.
      base ??= done
      last = { done, total }
      const now = clock()
      if (now - writtenAt < (output.isTTY === true ? terminalMs : plainMs)) return
      writtenAt = now
      const seconds = (now - startedAt) / 1000
      const told = note === undefined ? '' : `, ${note}`
      write(`${line(title, { done, total, base, seconds })}${told}`, false)
    },
    end(note) {
      const seconds = (clock() - startedAt) / 1000
      const done = last.done - (base ?? 0)
      const rate = seconds > 0 ? Math.round(done / seconds) : 0
      const counts =
        last.done > 0 ? `${count(last.done)} in ${duration(seconds)} (${count(rate)}/s)` : duration(seconds)
      write(`${title}: ${note ?? counts}`, true)
    },
  }
}

interface State {
  readonly done: number
  readonly total: number | undefined
  readonly base: number
  readonly seconds: number
}

/** `Deciding: 12,000 of 45,519 (26 %), 5,100/s, 7 s left` */
function line(title: string, { done, total, base, seconds }: State): string {
  const rate = seconds > 0 ? (done - base) / seconds : 0
  const speed = rate > 0 ? `, ${count(Math.round(rate))}/s` : ''
  if (total === undefined || total === 0) return `${title}: ${count(done)}${speed}`
  const left = rate > 0 ? `, ${duration((total - done) / rate)} left` : ''
  return `${title}: ${count(done)} of ${count(total)} (${Math.floor((100 * done) / total)} %)${speed}${left}`
}

const count = (value: number) => value.toLocaleString('en')

/** `0.4 s`, `12 s`, `3 min 20 s`, `2 h 5 min` */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`
}
