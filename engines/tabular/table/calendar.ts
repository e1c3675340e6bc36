import { TabularInputError } from '../errors.ts'
import { type FeatureValue, place, textValue } from './features.ts'

/**
 * Days since 1970-01-01 of the calendar day that a text names in ISO 8601, `YYYY-MM-DD` alone or with a time
 * (`YYYY-MM-DDThh:mm[:ss[.fraction]]` and nothing, `Z` or `±hh:mm` behind it); NaN for `null`. The day is the
 * one that is written: time and offset are checked and do not move it.
 *
 * @throws TabularInputError for any other text and for a day or time that does not exist.
 */
export function dayValue(value: FeatureValue | undefined, name: string, row?: number): number {
  const text = textValue(value, name, row)
  if (text === null) return Number.NaN
  const day = dayOf(text)
  if (day !== undefined) return day
  throw new TabularInputError(
    'date_invalid',
    `feature "${name}" is not a date that exists${place(row)}; dates are written YYYY-MM-DD, alone or with a time`,
  )
}

const TIME = /^T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)?$/
const DATE_LENGTH = 10
const HYPHEN = 45

/** The day, or `undefined` where the text names none. */
function dayOf(text: string): number | undefined {
  const year = digits(text, 0, 4)
  const month = digits(text, 5, 7)
  const day = digits(text, 8, DATE_LENGTH)
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return undefined
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && day <= daysIn(year, month))) return undefined
  if (text.length > DATE_LENGTH && !TIME.test(text.slice(DATE_LENGTH))) return undefined
  return dayNumber(year, month, day)
}

/** The number that the characters from `from` up to `to` write; NaN unless all are digits. */
function digits(text: string, from: number, to: number): number {
  let number = 0
  for (let i = from; i < to; i++) {
    const digit = text.charCodeAt(i) - 48
    if (!(digit >= 0 && digit <= 9)) return Number.NaN
    number = 10 * number + digit
  }
  return number
}

/**
 * The proleptic Gregorian calendar counted in years that begin in March, so that the leap day is a year's last
 * (Howard Hinnant, "chrono-compatible low-level date algorithms", `days_from_civil`).
 */
function dayNumber(year: number, month: number, day: number): number {
  const marchYear = month <= 2 ? year - 1 : year
  const era = Math.floor(marchYear / 400)
  const yearOfEra = marchYear - 400 * era
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const dayOfEra = 365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return 146_097 * era + dayOfEra - 719_468
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
}

function daysIn(year: number, month: number): number {
  if (month === 2) return isLeap(year) ? 29 : 28
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31
}

/** The year that a day lies in, from the mean length of 400 Gregorian years and at most one step. */
function yearOf(day: number): number {
  const guess = 1_970 + Math.floor(day / 365.2425)
  if (dayNumber(guess, 1, 1) > day) return guess - 1
  return dayNumber(guess + 1, 1, 1) <= day ? guess + 1 : guess
}

/** 1 for the first of January … 366; NaN for NaN. */
export function dayOfYear(day: number): number {
  return Number.isNaN(day) ? day : day - dayNumber(yearOf(day), 1, 1) + 1
}

/** 1 for Monday … 7 for Sunday, as ISO 8601 counts; NaN for NaN. */
export function weekday(day: number): number {
  const sinceMonday = (day + 3) % 7 // 1970-01-01 was a Thursday.
  return (sinceMonday < 0 ? sinceMonday + 7 : sinceMonday) + 1
}
