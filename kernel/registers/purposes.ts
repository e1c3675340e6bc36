/**
 * The register of purposes: what data is processed for, and nothing else. Whoever opens sealed data says which; the read is
 * recorded with it.
 */
import type { BilingualText, LegalBasisKind } from '@khudi/sdk'
import type { Scope } from '../access/roles.ts'
import type { Purpose } from './purpose.ts'

export { Purpose } from './purpose.ts'

/** One entry of the register. */
export interface PurposeSpec {
  readonly label: BilingualText
  /** Whoever does something for this purpose holds it. */
  readonly scope: Scope
  /**
   * Legal bases under which data may be processed for it. Training is a further purpose: what a contract or a vital interest
   * permits is what each makes necessary, and no model is necessary for either (GDPR article 5(1)(b), article 6(1)(b) and (d) as
   * the nearest written rule; the bill of 2023 says "lawful purpose directly related to an activity of the data controller").
   */
  readonly bases: readonly LegalBasisKind[]
}

const all: readonly LegalBasisKind[] = ['law', 'consent', 'contract', 'public_task', 'vital_interest']

export const purposes: Readonly<Record<Purpose, PurposeSpec>> = {
  intake: {
    label: { en: 'To take a case in', ur: 'مقدمہ درج کرنے کے لیے' },
    scope: 'case.open',
    bases: all,
  },
  decision: {
    label: { en: 'To decide a case', ur: 'مقدمے کے فیصلے کے لیے' },
    scope: 'import.run',
    bases: all,
  },
  review: {
    label: { en: 'To review a case', ur: 'مقدمے کی جانچ کے لیے' },
    scope: 'case.review',
    bases: all,
  },
  correction: {
    label: { en: 'To record or correct an outcome', ur: 'نتیجہ درج یا درست کرنے کے لیے' },
    scope: 'outcome.record',
    bases: all,
  },
  service: {
    label: { en: 'A connected system reads what it may', ur: 'منسلک نظام کا مجاز مطالعہ' },
    scope: 'case.read',
    bases: all,
  },
  audit: {
    label: { en: 'To audit', ur: 'آڈٹ کے لیے' },
    scope: 'log.read',
    bases: all,
  },
  subject_request: {
    label: { en: 'At the request of the person concerned', ur: 'متعلقہ شخص کی درخواست پر' },
    scope: 'person.read',
    bases: all,
  },
  erasure_search: {
    label: { en: 'To find what an erasure must reach', ur: 'حذف کے لیے تلاش' },
    scope: 'person.erase',
    bases: all,
  },
  import: {
    label: { en: 'To mend refused rows of an import', ur: 'درآمد کی مسترد قطاریں درست کرنے کے لیے' },
    scope: 'import.run',
    bases: all,
  },
  training: {
    label: { en: 'To train a model', ur: 'ماڈل کی تربیت کے لیے' },
    scope: 'model.train',
    bases: ['law', 'consent', 'public_task'],
  },
  evaluation: {
    label: { en: 'To evaluate a model', ur: 'ماڈل کی پرکھ کے لیے' },
    scope: 'model.read',
    bases: all,
  },
  notice: {
    label: { en: 'To notify the person concerned', ur: 'متعلقہ شخص کو اطلاع دینے کے لیے' },
    scope: 'person.read',
    bases: all,
  },
  sign_in: {
    label: { en: 'To sign somebody in', ur: 'کسی کے سائن اِن کے لیے' },
    scope: 'account.manage',
    bases: all,
  },
  witnessing: {
    label: { en: 'To have the log witnessed', ur: 'لاگ کی گواہی کے لیے' },
    scope: 'log.manage',
    bases: all,
  },
  timekeeping: {
    label: { en: 'To know the time', ur: 'وقت معلوم کرنے کے لیے' },
    scope: 'system.read',
    bases: all,
  },
}
