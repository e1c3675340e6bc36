import type { BilingualText } from '@khudi/sdk'

/** What a leak may look like; each has a sentence in both languages. */
export const leakCodes = [
  'outcome_ranked',
  'outcome_decided',
  'outcome_in_missing',
  'identifier',
  'running_number',
  'known_later',
  'date_ahead',
  'delay_ranked',
  'rows_repeated',
] as const
export type LeakCode = (typeof leakCodes)[number]

export type Evidence = Readonly<Record<string, number>>

/** The figures of a sentence: shares in per cent, counts in full. */
type Figures = {
  readonly count: (name: string) => string
  readonly percent: (name: string) => string
  readonly decimal: (name: string) => string
}

type Write = (feature: string, figures: Figures) => string

/** What a finding says to a person. `title` is the feature as people call it; `null` where the finding is about rows. */
export function sentenceOf(code: LeakCode, title: BilingualText | null, evidence: Evidence): BilingualText {
  const { en, ur } = sentences[code]
  return {
    en: en(title?.en ?? '', figures('en-GB', evidence)),
    ur: ur(title?.ur ?? '', figures('ur-PK', evidence)),
  }
}

function figures(tag: string, evidence: Evidence): Figures {
  const show = (options: Intl.NumberFormatOptions) => {
    const format = new Intl.NumberFormat(tag, options)
    return (name: string): string => format.format(evidence[name] ?? Number.NaN)
  }
  return {
    count: show({ maximumFractionDigits: 0 }),
    percent: show({ style: 'percent', maximumFractionDigits: 1 }),
    decimal: show({ minimumFractionDigits: 3, maximumFractionDigits: 3 }),
  }
}

const sentences: Readonly<Record<LeakCode, { readonly en: Write; readonly ur: Write }>> = {
  outcome_ranked: {
    en: (feature, { decimal, count }) =>
      `“${feature}” alone ranks the outcome with ${decimal('strength')} (1 is perfect) on ${count('rows')} rows. Check that it is known before the decision.`,
    ur: (feature, { decimal, count }) =>
      `صرف «${feature}» ہی ${count('rows')} قطاروں پر نتیجے کی ترتیب ${decimal('strength')} کی حد تک بتا دیتا ہے (1 کامل ہے)۔ دیکھیں کہ یہ فیصلے سے پہلے معلوم ہوتا ہے یا نہیں۔`,
  },
  outcome_decided: {
    en: (feature, { count, percent }) =>
      `Values of “${feature}” that always had the same outcome hold ${count('held')} of the ${count('of')} rows with outcome ${count('outcome')} (${percent('share')}), while ${percent('baseRate')} of all rows have it. Check that the value does not follow from the outcome.`,
    ur: (feature, { count, percent }) =>
      `«${feature}» کی جن قدروں کا نتیجہ ہمیشہ ایک ہی رہا، ان میں نتیجہ ${count('outcome')} والی ${count('of')} میں سے ${count('held')} قطاریں (${percent('share')}) آتی ہیں، جبکہ تمام قطاروں میں اس نتیجے کا حصہ ${percent('baseRate')} ہے۔ دیکھیں کہ یہ قدر نتیجے ہی سے تو نہیں بنتی۔`,
  },
  outcome_in_missing: {
    en: (feature, { percent }) =>
      `“${feature}” is missing in ${percent('missingWithOutcome')} of the rows with the outcome and in ${percent('missingWithout')} of the others, which alone tells them apart. Check whether it is filled in only after the decision.`,
    ur: (feature, { percent }) =>
      `«${feature}» نتیجے والی ${percent('missingWithOutcome')} قطاروں میں اور باقی ${percent('missingWithout')} قطاروں میں خالی ہے، اور صرف یہی بات دونوں کو الگ کر دیتی ہے۔ دیکھیں کہ یہ خانہ فیصلے کے بعد ہی تو نہیں بھرا جاتا۔`,
  },
  identifier: {
    en: (feature, { count }) =>
      `“${feature}” has ${count('different')} different values in ${count('rows')} rows. It names single cases rather than describing them; leave it out.`,
    ur: (feature, { count }) =>
      `«${feature}» کی ${count('rows')} قطاروں میں ${count('different')} مختلف قدریں ہیں۔ یہ معاملات کی صفت نہیں بلکہ ان کا نام ہے؛ اسے شامل نہ کریں۔`,
  },
  running_number: {
    en: (feature, { count }) =>
      `“${feature}” rises with the order of the rows and is never the same twice in ${count('rows')} rows: a running number, which tells when a case came and nothing about it.`,
    ur: (feature, { count }) =>
      `«${feature}» قطاروں کی ترتیب کے ساتھ بڑھتا ہے اور ${count('rows')} قطاروں میں کبھی دہرایا نہیں گیا: یہ سلسلہ نمبر ہے، جو صرف یہ بتاتا ہے کہ معاملہ کب آیا۔`,
  },
  known_later: {
    en: (feature, { count }) =>
      `In ${count('later')} of ${count('rows')} rows “${feature}” became known after the decision was due, or it is not recorded when.`,
    ur: (feature, { count }) =>
      `${count('rows')} میں سے ${count('later')} قطاروں میں «${feature}» فیصلے کے وقت کے بعد معلوم ہوا، یا یہ درج نہیں کہ کب معلوم ہوا۔`,
  },
  date_ahead: {
    en: (feature, { count }) =>
      `In ${count('later')} of ${count('rows')} rows “${feature}” is a day after the row’s own time. If it is a date that was planned and known then, declare it so.`,
    ur: (feature, { count }) =>
      `${count('rows')} میں سے ${count('later')} قطاروں میں «${feature}» قطار کے اپنے وقت کے بعد کی تاریخ ہے۔ اگر یہ پہلے سے طے شدہ اور اُس وقت معلوم تاریخ ہے تو اسے یوں ہی درج کریں۔`,
  },
  delay_ranked: {
    en: (feature, { decimal, count }) =>
      `“${feature}” goes with the time between decision and outcome (rank correlation ${decimal('correlation')} on ${count('rows')} rows). It seems to have been recorded after the decision.`,
    ur: (feature, { decimal, count }) =>
      `«${feature}» فیصلے اور نتیجے کے درمیانی وقت کے ساتھ بدلتا ہے (${count('rows')} قطاروں پر درجہ وار ہم ربطی ${decimal('correlation')})۔ لگتا ہے کہ یہ فیصلے کے بعد درج ہوا۔`,
  },
  rows_repeated: {
    en: (_, { count, percent }) =>
      `${count('repeated')} of ${count('rows')} test rows (${percent('share')}) also stand in the training table, where ${percent('within')} of the rows repeat another. The test measures memory rather than foresight.`,
    ur: (_, { count, percent }) =>
      `جانچ کی ${count('rows')} میں سے ${count('repeated')} قطاریں (${percent('share')}) تربیتی جدول میں بھی ہیں، جبکہ خود اس جدول کی ${percent('within')} قطاریں دہرائی گئی ہیں۔ یہ جانچ پیش بینی نہیں بلکہ یادداشت ناپتی ہے۔`,
  },
}
