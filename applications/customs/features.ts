/**
 * What the risk model sees of a declaration: the goods, their route, their duty and what a kilogram of them costs.
 *
 * Not seen, on purpose: who declares, imports, sells or carries. In the public data set those columns are noise, and where
 * they are not, a model that knows the name stops looking at the goods. Also not seen: numbers, dates and offices, which
 * would let a model learn when and where examiners found something rather than what.
 *
 * Values in different currencies are not comparable, and nothing here converts one: a number feature holds one currency
 * and is unknown for others; a band names its currency, so that equal bands are equal in money.
 */
import { defineFeatures, type FeatureRow, type Money, majorUnits } from '@khudi/sdk'
import type { Declaration } from './case.ts'
import { type BandWidth, bandLabel } from './value-bands.ts'

const valuePerKgIn = (en: string, ur: string) =>
  ({
    kind: 'number',
    label: { en: `Value of a kilogram, ${en}`, ur: `فی کلوگرام مالیت، ${ur}` },
    reason: {
      en: `A kilogram is declared at {value} ${en}`,
      ur: `فی کلوگرام مالیت {value} ${ur} ظاہر کی گئی ہے`,
    },
    comparison: {
      by: 'goodsAndRoute',
      sentence: {
        en: `A kilogram is declared at {value} ${en}; the last {count} declarations of these goods on this route at this duty: median {median}, half of them between {lower} and {upper}`,
        ur: `فی کلوگرام مالیت {value} ${ur} ظاہر کی گئی ہے؛ اسی سامان، راستے اور محصول کے پچھلے {count} ڈیکلریشنوں کی درمیانی مالیت (وسطانیہ) {median} ہے اور ان میں سے نصف {lower} اور {upper} کے درمیان ہیں`,
      },
    },
  }) as const

/** Features with what a reason says of them. */
export const declarationFeatures = defineFeatures({
  goodsAndRoute: {
    kind: 'category',
    label: { en: 'Goods, route and duty', ur: 'سامان، راستہ اور محصول' },
    reason: {
      en: 'Of {seen} earlier declarations of these goods on this route at this duty, {positive} were mis-declared',
      ur: 'اسی سامان، راستے اور محصول کے {seen} سابقہ ڈیکلریشنوں میں سے {positive} غلط نکلے',
    },
    unseen: {
      en: 'These goods were not seen on this route at this duty before',
      ur: 'یہ سامان اس راستے اور محصول پر پہلے نہیں دیکھا گیا',
    },
  },
  valueBand: {
    kind: 'category',
    label: { en: 'Goods, route and value of a kilogram', ur: 'سامان، راستہ اور فی کلوگرام مالیت' },
    reason: {
      en: 'Of {seen} earlier declarations of these goods at about this value, {positive} were mis-declared',
      ur: 'تقریباً اسی مالیت کے ایسے سامان کے {seen} سابقہ ڈیکلریشنوں میں سے {positive} غلط نکلے',
    },
    unseen: {
      en: 'These goods were not declared at about this value before',
      ur: 'یہ سامان تقریباً اس مالیت پر پہلے ظاہر نہیں کیا گیا',
    },
  },
  fineValueBand: {
    kind: 'category',
    label: {
      en: 'Goods, route and close value of a kilogram',
      ur: 'سامان، راستہ اور قریبی فی کلوگرام مالیت',
    },
    reason: {
      en: 'Of {seen} earlier declarations of these goods at very nearly this value, {positive} were mis-declared',
      ur: 'بالکل قریبی مالیت کے ایسے سامان کے {seen} سابقہ ڈیکلریشنوں میں سے {positive} غلط نکلے',
    },
    unseen: {
      en: 'These goods were not declared at so close a value before',
      ur: 'یہ سامان اتنی قریبی مالیت پر پہلے ظاہر نہیں کیا گیا',
    },
  },
  pieceMassBand: {
    kind: 'category',
    label: { en: 'Goods and mass of a piece', ur: 'سامان اور فی عدد وزن' },
    reason: {
      en: 'Of {seen} earlier declarations of these goods with pieces of about this mass, {positive} were mis-declared',
      ur: 'تقریباً اسی فی عدد وزن کے ایسے سامان کے {seen} سابقہ ڈیکلریشنوں میں سے {positive} غلط نکلے',
    },
    unseen: {
      en: 'These goods were not declared with pieces of about this mass before',
      ur: 'یہ سامان تقریباً اس فی عدد وزن کے ساتھ پہلے ظاہر نہیں کیا گیا',
    },
  },
  commodityCode: {
    kind: 'code',
    label: { en: 'Commodity code', ur: 'کموڈٹی کوڈ' },
    reason: { en: 'The commodity code is {value}', ur: 'کموڈٹی کوڈ {value} ہے' },
  },
  countryOfOrigin: {
    kind: 'code',
    label: { en: 'Country of origin', ur: 'ملکِ ساخت' },
    reason: { en: 'The goods originate in {value}', ur: 'سامان کا ملکِ ساخت {value} ہے' },
  },
  countryOfDeparture: {
    kind: 'code',
    label: { en: 'Country of departure', ur: 'روانگی کا ملک' },
    reason: { en: 'The goods were shipped from {value}', ur: 'سامان {value} سے روانہ ہوا' },
  },
  dutyRegime: {
    kind: 'code',
    label: { en: 'Duty regime', ur: 'محصول کا نظام' },
    reason: {
      en: 'Duty is claimed under the regime {value}',
      ur: 'محصول نظام {value} کے تحت ظاہر کیا گیا ہے',
    },
  },
  dutyRatePercent: {
    kind: 'number',
    label: { en: 'Duty rate', ur: 'شرحِ محصول' },
    reason: { en: 'The duty rate is {value} %', ur: 'شرحِ محصول {value} فیصد ہے' },
  },
  valuePerKgPkr: valuePerKgIn('Pakistani rupees', 'پاکستانی روپے'),
  valuePerKgUsd: valuePerKgIn('US dollars', 'امریکی ڈالر'),
  valuePerKgEur: valuePerKgIn('euros', 'یورو'),
  valuePerKgKrw: valuePerKgIn('Korean won', 'کوریائی وون'),
  netMassKg: {
    kind: 'number',
    label: { en: 'Net mass', ur: 'خالص وزن' },
    reason: { en: 'The net mass is {value} kg', ur: 'خالص وزن {value} کلوگرام ہے' },
  },
  massPerPieceKg: {
    kind: 'number',
    label: { en: 'Mass of a piece', ur: 'فی عدد وزن' },
    reason: {
      en: 'One piece weighs {value} kg by the declaration',
      ur: 'ڈیکلریشن کے مطابق فی عدد وزن {value} کلوگرام ہے',
    },
  },
  tarePercent: {
    kind: 'number',
    label: { en: 'Packing by gross mass', ur: 'مجموعی وزن میں پیکنگ کا حصہ' },
    reason: { en: 'Packing makes up {value} % of the gross mass', ur: 'مجموعی وزن کا {value} فیصد پیکنگ ہے' },
  },
})

/** Pure and cheap: it runs for every declaration, in training as in serving. */
export function features(declaration: Declaration): FeatureRow<typeof declarationFeatures> {
  const { commodityCode, countryOfOrigin, countryOfDeparture, taxType, dutyRatePercent, netMassKg } =
    declaration
  const compared = comparedValue(declaration)
  const perKg = valuePerKg(compared, netMassKg)
  const { currency } = compared
  const heading = commodityCode.slice(0, 6)
  const route = `${heading} · ${countryOfOrigin} → ${countryOfDeparture} · ${dutyRatePercent} % · ${taxType ?? '–'}`
  const pieceKg = massPerPieceKg(declaration)
  return {
    goodsAndRoute: route,
    valueBand: banded(route, perKg, { width: 'octave', unit: `${currency}/kg` }),
    fineValueBand: banded(route, perKg, { width: 'eighth', unit: `${currency}/kg` }),
    pieceMassBand: banded(heading, pieceKg, { width: 'quarter', unit: `kg/${declaration.quantityUnit}` }),
    commodityCode,
    countryOfOrigin,
    countryOfDeparture,
    dutyRegime: taxType ?? null,
    dutyRatePercent,
    valuePerKgPkr: currency === 'PKR' ? perKg : null,
    valuePerKgUsd: currency === 'USD' ? perKg : null,
    valuePerKgEur: currency === 'EUR' ? perKg : null,
    valuePerKgKrw: currency === 'KRW' ? perKg : null,
    netMassKg,
    massPerPieceKg: pieceKg,
    tarePercent: tarePercent(declaration),
  }
}

/**
 * The value that declarations are compared by: the customs value, which is in the institution's currency and has freight
 * and insurance in it alike; the invoice's where the declaration states no other.
 */
export function comparedValue({ customsValue, invoiceValue }: Declaration): Money {
  return customsValue ?? invoiceValue
}

/** `null` for goods of no value: a price of nothing is not a low price. */
function valuePerKg(value: Money, netMassKg: number): number | null {
  return value.amountMinor > 0n ? ratio(majorUnits(value), netMassKg) : null
}

function massPerPieceKg({ quantity, netMassKg }: Declaration): number | null {
  return quantity !== undefined && netMassKg > 0 ? ratio(netMassKg, quantity) : null
}

function tarePercent({ grossMassKg, netMassKg }: Declaration): number | null {
  return grossMassKg === undefined ? null : ratio((grossMassKg - netMassKg) * 100, grossMassKg)
}

/** `null` where there is nothing to divide by, or so little that the quotient leaves the numbers a model can hold. */
function ratio(amount: number, by: number): number | null {
  const quotient = amount / by
  return Number.isFinite(quotient) ? quotient : null
}

function banded(
  goods: string,
  value: number | null,
  band: { readonly width: BandWidth; readonly unit: string },
): string | null {
  return value === null ? null : `${goods} · ${bandLabel(value, band.width)} ${band.unit}`
}
