/**
 * Exact decimal numbers as people and machines write them: ASCII, Urdu (U+06F0–9) and Arabic-Indic (U+0660–9) digits,
 * the Arabic decimal (٫) and thousands (٬) separators, grouping by thousands or by lakh and crore. What a separator
 * means is declared by the mapping; a separator that is not declared is refused and never guessed at.
 */
import { asciiDigits } from '@khudi/sdk'
import type { RowProblemCode } from './codes.ts'

/** The number `units × 10^-scale`, exactly. `scale` is never negative. */
export interface Decimal {
  readonly units: bigint
  readonly scale: number
}

export interface NumberFormat {
  readonly decimal: '.' | ','
  /** `space` covers the no-break and the narrow no-break space too. */
  readonly thousands: 'none' | ',' | '.' | "'" | 'space'
  /** Whether `1.2E+05` is permitted. Spreadsheets write it where they have already lost digits. */
  readonly exponent: boolean
}

export type NumberProblem = Extract<RowProblemCode, `import.number_${string}`>

/** More digits than any quantity or amount needs; bounds the work that one cell can cause. */
export const maxDigits = 40
/** The largest |exponent| accepted, so that `1e999999999` cannot ask for a gigabyte of zeros. */
const maxExponent = 40

/** Marks that only steer the direction of writing; word processors and spreadsheets put them around numbers. */
const directionMarks = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g
const plain = /^-?\d{1,18}(?:\.\d{1,18})?$/

/** Surrounding white space and direction marks removed. */
export function bare(text: string): string {
  return text.replace(directionMarks, '').trim()
}

/** Whether digits of more than one script occur. Their order on paper then differs from their order in the file. */
export function hasMixedDigits(text: string): boolean {
  if (!/[\u0660-\u0669\u06f0-\u06f9]/.test(text)) return false
  return (
    Number(/[0-9]/.test(text)) + Number(/[\u0660-\u0669]/.test(text)) + Number(/[\u06f0-\u06f9]/.test(text)) >
    1
  )
}

/** Reads one number; a text that is not one number in the declared format gives the code of the problem. */
export function readDecimal(text: string, format: NumberFormat): Decimal | NumberProblem {
  if (isPlain(text, format)) return plainDecimal(text)
  const given = bare(text)
  if (hasMixedDigits(given)) return 'import.number_mixed_digits'
  const marked = markSeparators(asciiDigits(given), format)
  const match = /^([+-]?)(\d[\dG]*)?(?:D(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(marked)
  const [, sign = '', whole = '', fraction = '', exponent] = match ?? []
  if (match === null || (whole === '' && fraction === '')) return whyNot(marked)
  if (exponent !== undefined && !format.exponent) return 'import.number_exponent'
  if (whole.includes('G') && !isGrouped(whole)) return 'import.number_grouping'
  const digits = whole.replaceAll('G', '') + fraction
  const shift = Number(exponent ?? 0)
  if (digits.length > maxDigits || Math.abs(shift) > maxExponent) return 'import.number_too_long'
  return scaled(BigInt(sign === '-' ? `-${digits}` : digits), fraction.length - shift)
}

/** ASCII digits, a point where that is the declared separator, and nothing else: the form of most cells. */
export function isPlain(text: string, { decimal }: NumberFormat): boolean {
  return decimal === '.' && plain.test(text)
}

function plainDecimal(text: string): Decimal {
  const point = text.indexOf('.')
  if (point < 0) return { units: BigInt(text), scale: 0 }
  return { units: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 }
}

/** Decimal separators become `D`, thousands separators `G`, the minus sign `-`; undeclared ones stay as they are. */
function markSeparators(text: string, format: NumberFormat): string {
  const { decimal, thousands } = format
  return text.replace(/[.,'٫٬−\u2019\s]/g, (character) => {
    if (character === '−') return '-'
    if (character === '٫' || character === decimal) return 'D'
    if (character === '٬' || character === thousands) return 'G'
    if (character === '\u2019' && thousands === "'") return 'G'
    return thousands === 'space' && character.trim() === '' ? 'G' : character
  })
}

/** By thousands (1,234,567) or, as in Pakistan and India, by lakh and crore (12,34,567). */
function isGrouped(whole: string): boolean {
  return /^\d{1,3}(?:G\d{3})+$/.test(whole) || /^\d{1,2}(?:G\d{2})*G\d{3}$/.test(whole)
}

function whyNot(marked: string): NumberProblem {
  return /^[+-]?\d[\dDG.,'،\u2019\s]*\d$/.test(marked) ? 'import.number_ambiguous' : 'import.number_invalid'
}

function scaled(units: bigint, scale: number): Decimal {
  return scale >= 0 ? { units, scale } : { units: units * 10n ** BigInt(-scale), scale: 0 }
}

/** `value × units × 10^exponent`, exactly. */
export function times(
  value: Decimal,
  factor: { readonly units: bigint; readonly exponent: number },
): Decimal {
  return scaled(value.units * factor.units, value.scale - factor.exponent)
}

/** The nearest double (one rounding, ties to even, as ECMAScript reads a numeric literal); never `-0`. */
export function toNumber(value: Decimal): number {
  const nearest = Number(`${value.units}e${-value.scale}`)
  return nearest === 0 ? 0 : nearest
}

export const roundings = ['half-even', 'half-up', 'down'] as const
export type Rounding = (typeof roundings)[number]

/** The whole number nearest to the value; `half-up` rounds ties away from zero, `down` cuts the fraction off. */
export function round(value: Decimal, rounding: Rounding): bigint {
  const unit = 10n ** BigInt(value.scale)
  const whole = value.units / unit
  const rest = value.units % unit
  const away = whole + (value.units < 0n ? -1n : 1n)
  const twice = (rest < 0n ? -rest : rest) * 2n
  if (rounding === 'down' || twice < unit) return whole
  if (twice > unit || rounding === 'half-up') return away
  return whole % 2n === 0n ? whole : away
}

/** The value as a whole number, or `undefined` where it has a fraction other than zero. */
export function wholeOf(value: Decimal): bigint | undefined {
  const unit = 10n ** BigInt(value.scale)
  return value.units % unit === 0n ? value.units / unit : undefined
}
