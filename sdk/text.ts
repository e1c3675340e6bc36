import { z } from 'zod'

/** A text in the two languages of the platform. Whatever a person reads is one of these. */
export const BilingualText = z.strictObject({ en: z.string().min(1), ur: z.string().min(1) })
export type BilingualText = Readonly<z.infer<typeof BilingualText>>

/** The languages a person may choose; `ur` is written from right to left. */
export const languages = ['en', 'ur'] as const
export type Language = (typeof languages)[number]

/**
 * Writing direction for the `dir` attribute.
 *
 * @example
 * ```ts
 * import { directionOf } from '@khudi/sdk'
 * directionOf('ur') // 'rtl'
 * ```
 */
export function directionOf(language: Language): 'ltr' | 'rtl' {
  return language === 'ur' ? 'rtl' : 'ltr'
}

/**
 * Urdu (U+06F0–U+06F9) and Arabic-Indic (U+0660–U+0669) digits as ASCII digits; everything else unchanged.
 *
 * @example
 * ```ts
 * import { asciiDigits } from '@khudi/sdk'
 * const cnic = asciiDigits('۳۵۲۰۲-۱۲۳۴۵۶۷-۱') // '35202-1234567-1'
 * ```
 */
export function asciiDigits(text: string): string {
  return text.replace(/[\u0660-\u0669\u06f0-\u06f9]/g, (digit) => String(digit.charCodeAt(0) & 0xf))
}
