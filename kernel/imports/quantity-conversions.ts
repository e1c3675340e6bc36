/** Conversions of cells into numbers, quantities and amounts. All arithmetic is on exact decimals; no doubles. */

import { findMinorUnits } from '@khudi/sdk'
import type { ConversionContext, ConvertCell, FieldOf, RowReading } from './conversion.ts'
import type { FileFormat } from './mapping.ts'
import {
  bare,
  type Decimal,
  isPlain,
  maxDigits,
  readDecimal,
  round,
  times,
  toNumber,
  wholeOf,
} from './numbers.ts'
import { convertUnit } from './units.ts'

interface Bounds {
  readonly minimum?: number | undefined
  readonly maximum?: number | undefined
}

function readNumber(cell: string, format: FileFormat, row: RowReading): Decimal | undefined {
  const decimal = readDecimal(cell, format)
  return typeof decimal === 'string' ? row.refuse(decimal, { digits: maxDigits }) : decimal
}

/** The number, unless it breaks a bound of the mapping. */
function within(
  value: number | undefined,
  { minimum, maximum }: Bounds,
  row: RowReading,
): number | undefined {
  if (value === undefined) return undefined
  if (minimum !== undefined && value < minimum)
    return value < 0 && minimum >= 0
      ? row.refuse('import.number_negative')
      : row.refuse('import.number_too_small', { minimum })
  if (maximum !== undefined && value > maximum) return row.refuse('import.number_too_big', { maximum })
  return value
}

export function convertInteger(field: FieldOf<'integer'>, format: FileFormat): ConvertCell {
  return (cell, row) => {
    const decimal = readNumber(cell, format, row)
    if (decimal === undefined) return undefined
    const whole = wholeOf(decimal)
    if (whole === undefined) return row.refuse('import.number_fraction')
    const value = Number(whole)
    if (!Number.isSafeInteger(value))
      return row.refuse('import.number_too_big', { maximum: Number.MAX_SAFE_INTEGER })
    return within(value, field, row)
  }
}

/** Reads the nearest double of a number, after the exact change of unit that is given, if any. */
function doubleReader(
  format: FileFormat,
  change: ((value: Decimal) => Decimal) | undefined,
): (cell: string, row: RowReading) => number | undefined {
  return (cell, row) => {
    // Such a text is a numeric literal, which the engine reads to the nearest double; adding 0 turns -0 into 0.
    if (change === undefined && isPlain(cell, format)) return Number(cell) + 0
    const decimal = readNumber(cell, format, row)
    return decimal === undefined ? undefined : toNumber(change?.(decimal) ?? decimal)
  }
}

export function convertDecimal(field: FieldOf<'decimal'>, format: FileFormat): ConvertCell {
  const { from, to } = field.unit ?? {}
  const isChanged = from !== undefined && to !== undefined && from !== to
  const read = doubleReader(format, isChanged ? (value) => convertUnit(value, from, to) : undefined)
  return (cell, row) => within(read(cell, row), field, row)
}

export function convertPercent(field: FieldOf<'percent'>, format: FileFormat): ConvertCell {
  const isFraction = field.written === 'fraction'
  const hundredfold = { units: 1n, exponent: 2 }
  const read = doubleReader(format, isFraction ? (value) => times(value, hundredfold) : undefined)
  return (cell, row) => {
    // The sign says that the figure is in percent, so under `fraction` it contradicts the mapping and is refused.
    const isBare = isFraction || isPlain(cell, format)
    return within(read(isBare ? cell : bare(cell).replace(/\s*[%٪]$/, ''), row), field, row)
  }
}

/** Powers of ten that a unit of money stands for, in whole units of the currency. */
const moneyUnits = { unit: 0, thousand: 3, lakh: 5, million: 6, crore: 7 } as const
/** 10^18 minor units is the first amount that the SDK's money field, and a PostgreSQL bigint with room to add, refuse. */
const largestMinor = 10n ** 18n - 1n

/** An amount as `{ amountMinor: "125000", currency: "PKR" }`, the JSON form of the SDK's money field. */
export function convertMoney(
  field: FieldOf<'money'>,
  { format, positionOf }: ConversionContext,
): ConvertCell {
  const currencyOf = readCurrency(field.currency, positionOf)
  return (cell, row) => {
    const decimal = readNumber(cell, format, row)
    const currency = currencyOf(row)
    if (decimal === undefined || currency === undefined) return undefined
    const { code, digits } = currency
    const exponent = field.unit === 'minor' ? 0 : moneyUnits[field.unit] + digits
    const minor = times(decimal, { units: 1n, exponent })
    const amount = wholeOf(minor) ?? (field.round === undefined ? undefined : round(minor, field.round))
    if (amount === undefined) return row.refuse('import.money_fraction', { currency: code, digits })
    if (decimal.units < 0n && !field.negative) return row.refuse('import.number_negative')
    if (amount > largestMinor || amount < -largestMinor)
      return row.refuse('import.number_too_big', { maximum: `${largestMinor}` })
    return { amountMinor: amount.toString(), currency: code }
  }
}

interface Currency {
  readonly code: string
  readonly digits: number
}

function readCurrency(
  declared: FieldOf<'money'>['currency'],
  positionOf: (column: string) => number,
): (row: RowReading) => Currency | undefined {
  if (typeof declared === 'string') {
    const digits = findMinorUnits(declared)
    const fixed = digits === undefined ? undefined : { code: declared, digits }
    return (row) => fixed ?? row.refuse('import.money_currency_unknown')
  }
  const position = positionOf(declared.column)
  const permitted = declared.permitted === undefined ? undefined : new Set(declared.permitted)
  return (row) => {
    const code = (row.cells[position] ?? '').trim()
    const digits = findMinorUnits(code)
    if (digits === undefined) return row.refuse('import.money_currency_unknown')
    if (permitted !== undefined && !permitted.has(code))
      return row.refuse('import.money_currency_not_permitted', { permitted: [...permitted].join(', ') })
    return { code, digits }
  }
}
