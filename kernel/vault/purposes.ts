/** What sealed data may be opened for. Whoever opens it says which; the read is recorded with it. */
import type { BilingualText } from '@khudi/sdk'
import { z } from 'zod'
import type { Scope } from '../access/roles.ts'

export const Purpose = z.enum([
  'review',
  'audit',
  'correction',
  'subject_request',
  'service',
  'decision',
  'training',
  'evaluation',
  'import',
  'erasure_search',
])
export type Purpose = z.infer<typeof Purpose>

interface PurposeSpec {
  readonly label: BilingualText
  /** Whoever opens for this purpose holds it. */
  readonly scope: Scope
}

export const purposes: Readonly<Record<Purpose, PurposeSpec>> = {
  review: {
    label: { en: 'To review a case', ur: 'مقدمے کی جانچ کے لیے' },
    scope: 'case.review',
  },
  audit: {
    label: { en: 'To audit', ur: 'آڈٹ کے لیے' },
    scope: 'log.read',
  },
  correction: {
    label: { en: 'To record or correct an outcome', ur: 'نتیجہ درج یا درست کرنے کے لیے' },
    scope: 'outcome.record',
  },
  subject_request: {
    label: { en: 'At the request of the person concerned', ur: 'متعلقہ شخص کی درخواست پر' },
    scope: 'person.read',
  },
  service: {
    label: { en: 'A connected system reads what it may', ur: 'منسلک نظام کا مجاز مطالعہ' },
    scope: 'case.read',
  },
  decision: {
    label: { en: 'To decide cases that wait', ur: 'منتظر مقدمات کے فیصلے کے لیے' },
    scope: 'import.run',
  },
  training: {
    label: { en: 'To train a model', ur: 'ماڈل کی تربیت کے لیے' },
    scope: 'model.train',
  },
  evaluation: {
    label: { en: 'To evaluate a model', ur: 'ماڈل کی پرکھ کے لیے' },
    scope: 'model.read',
  },
  import: {
    label: { en: 'To mend refused rows of an import', ur: 'درآمد کی مسترد قطاریں درست کرنے کے لیے' },
    scope: 'import.run',
  },
  erasure_search: {
    label: { en: 'To find what an erasure must reach', ur: 'حذف کے لیے تلاش' },
    scope: 'person.erase',
  },
}
