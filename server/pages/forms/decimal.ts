/** Decimal numbers as people type them into a form, and as a form shows them again. */
import { type Decimal, readDecimal } from '../../../kernel/imports/numbers.ts'

/** Point before the decimals, commas between groups; a form states no other, so nothing is guessed. */
const typed = { decimal: '.', thousands: ',', exponent: false } as const

/** The number, exactly; `undefined` for what is not one number. Urdu digits and separators are read too. */
export function readTyped(text: string): Decimal | undefined {
  const read = readDecimal(text, typed)
  return typeof read === 'string' ? undefined : read
}

/** `12345n` with two places is `123.45`. */
export function writeDecimal(units: bigint, places: number): string {
  if (places === 0) return String(units)
  const digits = String(units < 0n ? -units : units).padStart(places + 1, '0')
  return `${units < 0n ? '-' : ''}${digits.slice(0, -places)}.${digits.slice(-places)}`
}
