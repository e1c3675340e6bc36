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

const cnicForm = /(?<![\p{L}\p{N}])[1-7]\d{4}[\s-]?\d{7}[\s-]?\d(?![\p{L}\p{N}])/u
const mobileForm = /(?<![\p{L}\p{N}])(\+92|0092|0)[\s-]?3\d{2}[\s-]?\d{7}(?![\p{L}\p{N}])/u
const ibanForm = /(?<![\p{L}\p{N}])PK\d{2}[\s-]?[A-Z]{4}([\s-]?\d{4}){4}(?![\p{L}\p{N}])/giu

/**
 * What a text holds by its form: a CNIC (5-7-1 digits), a mobile number or an account number (IBAN, check digits included) of
 * Pakistan. A number of another meaning that has the form of a CNIC is taken for one, since it has no check digit.
 */
export function nationalIdentifierIn(given: string): 'CNIC' | 'mobile' | 'IBAN' | undefined {
  const text = asciiDigits(given)
    .replace(/[\u061c\u200e\u200f]/g, '')
    .replace(/[\u2010-\u2015]/g, '-')
  if (cnicForm.test(text)) return 'CNIC'
  if (mobileForm.test(text)) return 'mobile'
  const accounts = text.match(ibanForm) ?? []
  return accounts.some((one) => isIban(nationalDigits(one).toUpperCase())) ? 'IBAN' : undefined
}
