/** An amount as an application computes with it. */
export interface Money {
  /** In minor units of the currency: paisa for PKR, whole won for KRW. */
  readonly amountMinor: bigint
  readonly currency: string
}

/**
 * Minor units of ISO 4217: how many decimal places an amount of a currency has.
 *
 * Source: ISO 4217 list one as of 2026, by way of the public-domain data set datasets/currency-codes, commit ab9b0ae.
 * Not taken from `Intl`: ICU's data follows daily practice and gives 0 for PKR, AFN, IRR and others where the standard,
 * and every ledger, has 2. Metals, test codes and XXX have no minor unit and are no currency here.
 */
const byMinorUnits: Readonly<Record<0 | 2 | 3 | 4, string>> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY
    COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS
    INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR
    MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
}

/** Withdrawn since 2020; files of those years still hold them. All had two decimal places. */
const lateWithdrawn = 'ANG BGN CUC HRK SLL ZWL'

const minorUnits: ReadonlyMap<string, number> = new Map(
  [...Object.entries(byMinorUnits), ['2', lateWithdrawn] as const].flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(digits)]),
  ),
)

/**
 * Whether ISO 4217 lists the code as a currency, or did until lately.
 *
 * @example
 * ```ts
 * import { isCurrency } from '@khudi/sdk'
 * isCurrency('PKR') // true
 * isCurrency('PKRS') // false
 * ```
 */
export function isCurrency(code: string): boolean {
  return minorUnits.has(code)
}

/**
 * Decimal places of a currency by ISO 4217; `undefined` for a code that it does not list.
 *
 * @example
 * ```ts
 * import { findMinorUnits } from '@khudi/sdk'
 * findMinorUnits('PKR') // 2
 * findMinorUnits('KWD') // 3
 * ```
 */
export function findMinorUnits(code: string): number | undefined {
  return minorUnits.get(code)
}

/**
 * An amount in whole currency units (rupees, dollars) as a floating-point number, for features and measures: exact up
 * to 2⁵³ minor units, rounded beyond. Never for book-keeping.
 *
 * @throws RangeError for a currency that ISO 4217 does not list.
 *
 * @example
 * ```ts
 * import { majorUnits } from '@khudi/sdk'
 * const rupees = majorUnits({ amountMinor: 125_050n, currency: 'PKR' }) // 1250.5
 * ```
 */
export function majorUnits(amount: Money): number {
  const digits = minorUnits.get(amount.currency)
  if (digits === undefined) throw new RangeError(`ISO 4217 lists no currency "${amount.currency}"`)
  return Number(amount.amountMinor) / 10 ** digits
}
