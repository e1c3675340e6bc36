import type { TrustColumn } from './columns.ts'
import type { Evidence } from './leakage-sentences.ts'
import { rankCorrelation } from './rank-statistics.ts'

/** The times that a leakage check is given. */
export interface LeakageTimes {
  /** When each row was to be decided, in ms since 1970 UTC. */
  readonly times?: ArrayLike<number> | undefined
  /** When each row's outcome became known, in ms; NaN where it is not recorded. */
  readonly outcomeTimes?: ArrayLike<number> | undefined
  /** By feature: when each of its values became known, in ms; NaN where it is not recorded. */
  readonly knownAt?: Readonly<Record<string, ArrayLike<number>>> | undefined
  /** Features whose dates lie ahead by their nature, and were known: a licence's last day. */
  readonly plannedDates?: readonly string[] | undefined
}

const DAY = 86_400_000
/** Clocks on Earth are at most fourteen hours ahead of UTC (IANA `Pacific/Kiritimati`). */
const MOST_AHEAD = 14 * 3_600_000
const LEAST_ROWS = 50
const RANKED_DELAY = 0.9

/** Values that became known after their row's time; one whose time is not recorded counts with them. */
export function knownLater(column: TrustColumn, { times, knownAt }: LeakageTimes): Evidence | null {
  const known =
    knownAt !== undefined && Object.hasOwn(knownAt, column.name) ? knownAt[column.name] : undefined
  if (times === undefined || known === undefined) return null
  let rows = 0
  let later = 0
  for (let row = 0; row < times.length; row++) {
    if (!isPresent(column, row)) continue
    rows++
    if (!((known[row] ?? Number.NaN) <= (times[row] ?? 0))) later++
  }
  return later === 0 ? null : { later, rows }
}

/** Dates of a later day than the row's own, wherever on Earth it was. */
export function laterDates(column: TrustColumn, { times, plannedDates = [] }: LeakageTimes): Evidence | null {
  if (times === undefined || column.kind !== 'levels' || plannedDates.includes(column.name)) return null
  if (column.levels.length === 0) return null
  const days = column.levels.map(dayOf)
  if (days.some(Number.isNaN)) return null
  let rows = 0
  let later = 0
  column.codes.forEach((code, row) => {
    if (code < 0) return
    rows++
    if ((days[code] ?? 0) > Math.floor(((times[row] ?? 0) + MOST_AHEAD) / DAY)) later++
  })
  return later === 0 ? null : { later, rows }
}

/** Days since 1970 of an ISO 8601 date, alone or with a time behind it; NaN for any other text. */
function dayOf(text: string): number {
  const day = /^\d{4}-\d{2}-\d{2}(?=$|T\d)/.exec(text)?.[0]
  if (day === undefined) return Number.NaN
  const at = Date.parse(`${day}T00:00:00Z`)
  // A day that does not exist is read as one that does.
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== day ? Number.NaN : at / DAY
}

/** A number that goes with how long the outcome took was hardly there when the row was decided. */
export function rankedDelay(column: TrustColumn, { times, outcomeTimes }: LeakageTimes): Evidence | null {
  if (times === undefined || outcomeTimes === undefined || column.kind !== 'numbers') return null
  const delays = column.values.map((_, row) => (outcomeTimes[row] ?? Number.NaN) - (times[row] ?? 0))
  const isBoth = (row: number): boolean => !Number.isNaN(delays[row]) && !Number.isNaN(column.values[row])
  const values = column.values.filter((_, row) => isBoth(row))
  if (values.length < LEAST_ROWS) return null
  const correlation = rankCorrelation(
    values,
    delays.filter((_, row) => isBoth(row)),
  )
  return Math.abs(correlation) >= RANKED_DELAY ? { correlation, rows: values.length } : null
}

function isPresent(column: TrustColumn, row: number): boolean {
  return column.kind === 'numbers' ? !Number.isNaN(column.values[row]) : (column.codes[row] ?? -1) >= 0
}
