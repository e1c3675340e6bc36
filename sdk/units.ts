import type { BilingualText } from './text.ts'

/** Units a field may be measured in; SI and customary symbols. Extend here, in one place. */
export const units = {
  kg: { en: 'kg', ur: 'کلوگرام' },
  t: { en: 't', ur: 'ٹن' },
  m: { en: 'm', ur: 'میٹر' },
  km: { en: 'km', ur: 'کلومیٹر' },
  mm: { en: 'mm', ur: 'ملی میٹر' },
  m2: { en: 'm²', ur: 'مربع میٹر' },
  ha: { en: 'ha', ur: 'ہیکٹر' },
  m3: { en: 'm³', ur: 'مکعب میٹر' },
  l: { en: 'l', ur: 'لیٹر' },
  celsius: { en: '°C', ur: '°C' },
  kwh: { en: 'kWh', ur: 'کلوواٹ گھنٹہ' },
  mw: { en: 'MW', ur: 'میگاواٹ' },
  minute: { en: 'min', ur: 'منٹ' },
  hour: { en: 'h', ur: 'گھنٹے' },
  day: { en: 'd', ur: 'دن' },
} as const satisfies Record<string, BilingualText>

export type Unit = keyof typeof units
