/**
 * Numbers, amounts and times as people of each language read them, by `Intl`.
 *
 * Digits are 0–9 in Urdu too. That is what CLDR gives for Urdu in Pakistan, what the documents on an officer's desk carry,
 * and what an officer has to compare with them character by character: identifiers, amounts and dates keep one form.
 */
import { findMinorUnits, type Language } from '@khudi/sdk'
import { writeDecimal } from '../forms/decimal.ts'

/** Instants are shown in the institutions' own time. One zone, no daylight saving since 2009 (IANA `Asia/Karachi`). */
export const timeZone = 'Asia/Karachi'

export interface Formats {
  /** Shortened to what a person can use: from 1 on two decimal places, below it three significant digits. */
  number(value: number): string
  /** Every digit that was given. */
  exactNumber(value: number): string
  /** A share in [0, 1]. */
  percent(share: number): string
  /** An amount in minor units with the code of its currency; a symbol could be one of several. */
  money(amountMinor: bigint, currency: string): string
  /** @param day `YYYY-MM-DD` */
  date(day: string): string
  instant(at: Date): string
  /** The two largest units of a time span, in ms; below a minute, zero minutes. */
  duration(ms: number): string
  /** Name of a country by its ISO 3166-1 code; `undefined` where CLDR has none. */
  country(code: string): string | undefined
}

/** English as it is written in Pakistan's offices: day before month, month in letters, 24 hours. */
const tags: Readonly<Record<Language, string>> = { en: 'en-GB', ur: 'ur-PK' }

function formats(language: Language): Formats {
  const tag = tags[language]
  const large = new Intl.NumberFormat(tag, { maximumFractionDigits: 2 })
  const small = new Intl.NumberFormat(tag, { maximumSignificantDigits: 3 })
  const exact = new Intl.NumberFormat(tag, { maximumFractionDigits: 20 })
  const percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 })
  const date = new Intl.DateTimeFormat(tag, { dateStyle: 'medium', timeZone: 'UTC' })
  const instant = new Intl.DateTimeFormat(tag, {
    dateStyle: 'medium',
    timeStyle: 'short',
    hourCycle: 'h23',
    timeZone,
  })
  const duration = new Intl.DurationFormat(tag, { style: 'long', minutesDisplay: 'auto' })
  const noTime = new Intl.NumberFormat(tag, { style: 'unit', unit: 'minute', unitDisplay: 'long' })
  const regions = new Intl.DisplayNames(tag, { type: 'region', fallback: 'none' })
  return {
    number: (value) => (Math.abs(value) >= 1 || value === 0 ? large : small).format(value),
    exactNumber: (value) => exact.format(value),
    percent: (share) => percent.format(share),
    money: (amountMinor, currency) => money(tag, amountMinor, currency),
    date: (day) => date.format(new Date(`${day}T00:00:00Z`)),
    instant: (at) => instant.format(at),
    duration: (ms) => {
      const parts = twoLargest(ms)
      return parts === undefined ? noTime.format(0) : duration.format(parts)
    },
    country: (code) => regions.of(code),
  }
}

/** Places after the point come from ISO 4217, since ICU gives the rupee none. */
function money(tag: string, amountMinor: bigint, currency: string): string {
  const digits = findMinorUnits(currency) ?? 0
  const format = new Intl.NumberFormat(tag, {
    style: 'currency',
    currency,
    currencyDisplay: 'code',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
  const decimal = writeDecimal(amountMinor, digits)
  return isNumeric(decimal) ? format.format(decimal) : decimal
}

/** A decimal in text is formatted exactly, where a number would be rounded beyond 2⁵³. */
function isNumeric(text: string): text is `${number}` {
  return /^-?\d+(\.\d+)?$/.test(text)
}

const minuteMs = 60_000

function twoLargest(ms: number): Partial<Record<'days' | 'hours' | 'minutes', number>> | undefined {
  const minutes = Math.floor(Math.max(0, ms) / minuteMs)
  const days = Math.floor(minutes / 1_440)
  const hours = Math.floor((minutes % 1_440) / 60)
  if (days > 0) return { days, hours }
  if (minutes > 0) return { hours, minutes: minutes % 60 }
  return undefined
}

const byLanguage: Readonly<Record<Language, Formats>> = { en: formats('en'), ur: formats('ur') }

export function formatsOf(language: Language): Formats {
  return byLanguage[language]
}
