/**
 * Calendar dates of foreign files, read into ISO 8601 (`YYYY-MM-DD`, Gregorian).
 *
 * The mapping declares calendar and pattern. Where it declares `any`, every reading is tried, and a date that has more
 * than one is refused: 03/04/2021 is nobody's to guess.
 */
import { asciiDigits } from '@khudi/sdk'
import type { RowProblemCode } from './codes.ts'
import { bare, hasMixedDigits } from './numbers.ts'

export const calendars = ['gregorian', 'islamic-umalqura', 'persian'] as const
export type Calendar = (typeof calendars)[number]

export type DateProblem = Extract<RowProblemCode, `import.date_${string}` | 'import.number_mixed_digits'>

export interface DateFormat {
  readonly calendar: Calendar | 'any'
  /** Such as `DD/MM/YYYY`, or `any`; see `isDatePattern`. */
  readonly pattern: string
  /** First and last permitted date, ISO 8601. */
  readonly earliest?: string | undefined
  readonly latest?: string | undefined
}

/**
 * Years in which a calendar's arithmetic can be trusted. The table of Umm al-Qura covers 1300–1600 AH; beyond it every
 * implementation falls back to a rule of thumb. In these Persian years two independent implementations (Temporal's and
 * ICU's) agree, which the test checks. ISO 8601 without prior agreement begins in 1583.
 */
const trustedYears: Readonly<Record<Calendar, readonly [first: number, last: number]>> = {
  gregorian: [1583, 9999],
  'islamic-umalqura': [1300, 1600],
  persian: [1206, 1498],
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const token = /YYYY|MMM|MM|M|DD|D/g
const tokenForms: Readonly<Record<string, string>> = {
  YYYY: '(?<year>\\d{4})',
  MMM: '(?<month>[A-Za-z]{3})',
  MM: '(?<month>\\d{2})',
  M: '(?<month>\\d{1,2})',
  DD: '(?<day>\\d{2})',
  D: '(?<day>\\d{1,2})',
}

/** Year, month and day once each, with `-`, `/`, `.` or a space between; without separators only in full digits. */
export function isDatePattern(pattern: string): boolean {
  const parts = pattern.match(token) ?? []
  const letters = parts.map((part) => part.charAt(0)).sort()
  if (letters.join('') !== 'DMY') return false
  if (!/^[-/. ]*$/.test(pattern.replace(token, ''))) return false
  const separated = /^[A-Z]+[-/. ][A-Z]+[-/. ][A-Z]+$/.test(pattern)
  return (
    separated ||
    (/^[A-Z]+$/.test(pattern) && parts.every((part) => part === 'YYYY' || part === 'MM' || part === 'DD'))
  )
}

const anyPatterns = ['Y-M-D', 'D-M-Y', 'M-D-Y'].flatMap((order) =>
  ['-', '/', '.', ' '].map((separator) => order.replace('Y', 'YYYY').replaceAll('-', separator)),
)
const anySolidPatterns = ['YYYYMMDD', 'DDMMYYYY', 'MMDDYYYY']

/** Gives the ISO date, or the code of the problem. Results are remembered, since dates of a file repeat. */
export function createDateReader(
  format: DateFormat,
): (text: string) => string | { readonly problem: DateProblem } {
  const patterns = format.pattern === 'any' ? [...anyPatterns, ...anySolidPatterns] : [format.pattern]
  const forms = patterns.map(formOf)
  const tried = format.calendar === 'any' ? calendars : [format.calendar]
  const known = new Map<string, string | { readonly problem: DateProblem }>()
  return (text) => {
    const remembered = known.get(text)
    if (remembered !== undefined) return remembered
    const result = readDate(text, { forms, tried, format })
    // Bounded: a file of made-up dates must not fill the memory.
    if (known.size >= 4096) known.clear()
    known.set(text, result)
    return result
  }
}

function formOf(pattern: string): RegExp {
  const escaped = pattern.replaceAll('.', '\\.')
  return new RegExp(`^${escaped.replace(token, (part) => tokenForms[part] ?? part)}$`)
}

interface Readings {
  readonly forms: readonly RegExp[]
  readonly tried: readonly Calendar[]
  readonly format: DateFormat
}

function readDate(
  text: string,
  { forms, tried, format }: Readings,
): string | { readonly problem: DateProblem } {
  if (hasMixedDigits(text)) return { problem: 'import.number_mixed_digits' }
  const given = asciiDigits(bare(text))
  const matches = forms.map((form) => form.exec(given)?.groups).filter((groups) => groups !== undefined)
  if (matches.length === 0) {
    // A year of two digits has at least two readings, whatever the order.
    const hasShortYear = format.pattern === 'any' && /^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{1,2}$/.test(given)
    return { problem: hasShortYear ? 'import.date_ambiguous' : 'import.date_invalid' }
  }
  const dates = matches.flatMap((groups) => tried.map((calendar) => isoDate(groups, calendar)))
  const existing = new Set(dates.filter((date) => date !== undefined))
  const permitted = [...existing].filter((date) => isWithin(date, format))
  const [only] = permitted
  if (permitted.length > 1) return { problem: 'import.date_ambiguous' }
  if (only !== undefined) return only
  return { problem: existing.size > 0 ? 'import.date_out_of_range' : 'import.date_impossible' }
}

function isWithin(date: string, { earliest, latest }: DateFormat): boolean {
  return (earliest === undefined || date >= earliest) && (latest === undefined || date <= latest)
}

function isoDate(groups: Readonly<Record<string, string>>, calendar: Calendar): string | undefined {
  const year = Number(groups.year)
  const named = months.indexOf(groups.month?.toLowerCase() ?? '')
  const month = named >= 0 ? named + 1 : Number(groups.month)
  const day = Number(groups.day)
  const [first, last] = trustedYears[calendar]
  if (!(year >= first && year <= last) || !(month >= 1) || !(day >= 1)) return undefined
  try {
    const date = Temporal.PlainDate.from(
      { calendar: calendar === 'gregorian' ? 'iso8601' : calendar, year, month, day },
      { overflow: 'reject' },
    )
    return date.withCalendar('iso8601').toString()
  } catch (error) {
    // "No such day in that month" is a RangeError and the only one these checked numbers can cause.
    if (error instanceof RangeError) return undefined
    throw error
  }
}
