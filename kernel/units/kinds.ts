/** Kinds of units, as data: another one is a line here. Titles as the administrations themselves use them. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const unitKinds = {
  // General and land administration, from the top down (Punjab Land Revenue Act 1967, sections 5 to 7).
  province: of('Province', 'صوبہ'),
  division: of('Division', 'ڈویژن'),
  district: of('District', 'ضلع'),
  tehsil: of('Tehsil', 'تحصیل'),
  circle: of('Circle', 'سرکل'),
  // Customs (Customs Act 1969, sections 3 and 9).
  collectorate: of('Collectorate', 'کلکٹریٹ'),
  station: of('Station', 'اسٹیشن'),
  // Every other institution.
  wing: of('Wing', 'ونگ'),
  branch: of('Branch', 'شاخ'),
  office: of('Office', 'دفتر'),
} as const satisfies Readonly<Record<string, BilingualText>>

export type UnitKind = keyof typeof unitKinds

const isKind = (name: string): name is UnitKind => Object.hasOwn(unitKinds, name)

/** `undefined` for what is no kind. */
export function findUnitKind(name: string): UnitKind | undefined {
  return isKind(name) ? name : undefined
}

/** What a kind is called; its own name where this version does not know it. */
export function unitKindTitle(kind: string): BilingualText {
  return isKind(kind) ? unitKinds[kind] : { en: kind, ur: kind }
}
