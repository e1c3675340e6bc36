import { asciiDigits } from './text.ts'

/**
 * Digits and letters of an identifier as people write it: without spaces, dashes and dots, digits in ASCII. Marks of
 * writing direction go too, because copying from a right-to-left text brings them along unseen.
 *
 * @example
 * ```ts
 * import { nationalDigits } from '@khudi/sdk'
 * nationalDigits('۳۵۲۰۲-۱۲۳۴۵۶۷-۱') // '3520212345671'
 * ```
 */
export function nationalDigits(given: string): string {
  return asciiDigits(given).replace(/[\s.\-\u2010-\u2015\u061c\u200e\u200f]/g, '')
}

/**
 * ISO 7064 mod 97-10 over the rearranged account number (ISO 13616-1, annex A); Pakistan's has 24 characters. Check
 * digits run from 02 to 98: 00, 01 and 99 would pass the remainder too, and no bank issues them.
 *
 * @example
 * ```ts
 * import { isIban } from '@khudi/sdk'
 * isIban('PK36SCBL0000001123456702') // true
 * ```
 */
export function isIban(value: string): boolean {
  if (!/^[A-Z]{2}\d{2}[A-Z0-9]{11,30}$/.test(value)) return false
  if (value.startsWith('PK') && value.length !== 24) return false
  if (/^..(00|01|99)/.test(value)) return false
  let remainder = 0
  for (const character of value.slice(4) + value.slice(0, 4)) {
    for (const digit of Number.parseInt(character, 36).toString())
      remainder = (remainder * 10 + Number(digit)) % 97
  }
  return remainder === 1
}
