/**
 * Minor units of ISO 4217: how many decimal places an amount of a currency has.
 *
 * Source: ISO 4217 list one, currencies in use in 2026 (by way of the public-domain data set datasets/currency-codes,
 * commit ab9b0ae). Not taken from `Intl`: ICU's data follows daily practice and gives 0 for PKR, AFN, IRR and others
 * where the standard, and every ledger, has 2. Metals, test codes and XXX have no minor unit and are no currency here.
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

const minorUnits: ReadonlyMap<string, number> = new Map(
  Object.entries(byMinorUnits).flatMap(([digits, codes]) =>
    codes.split(/\s+/).map((code): [string, number] => [code, Number(digits)]),
  ),
)

/** Decimal places of a currency, or `undefined` for what ISO 4217 does not list as in use. */
export function findMinorUnits(currency: string): number | undefined {
  return minorUnits.get(currency)
}
