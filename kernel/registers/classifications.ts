/** The register of classifications: what each is called, what it obliges to, how long cases are kept where no law says. */
import {
  type Application,
  type BilingualText,
  type Classification,
  classifications,
  protectionPlan,
} from '@khudi/sdk'

export interface ClassificationSpec {
  readonly label: BilingualText
  /** What is owed to data of this class, beyond what the class before it is owed. */
  readonly duties: BilingualText
  /** Years after which data is erased where an application declares no period of its own; null where it may be kept for good. */
  readonly retentionYears: number | null
}

export const classificationSpecs: Readonly<Record<Classification, ClassificationSpec>> = {
  open: {
    label: { en: 'Open', ur: 'کھلا' },
    duties: {
      en: 'It may be published and processed anywhere.',
      ur: 'اسے شائع کیا اور کہیں بھی پروسیس کیا جا سکتا ہے۔',
    },
    retentionYears: null,
  },
  official: {
    label: { en: 'Official', ur: 'سرکاری' },
    duties: {
      en: 'It stays at backends under the law of the country.',
      ur: 'یہ ملکی قانون کے تابع مقامات ہی پر رہتا ہے۔',
    },
    retentionYears: 10,
  },
  personal: {
    label: { en: 'Personal', ur: 'ذاتی' },
    duties: {
      en: 'It is sealed under the key of the person, opened only for a stated purpose, and every opening is told to them.',
      ur: 'یہ متعلقہ شخص کی کلید سے سربمہر رہتا ہے، صرف بیان کردہ مقصد کے لیے کھلتا ہے، اور ہر بار کھلنے کی خبر اسے دی جاتی ہے۔',
    },
    retentionYears: 5,
  },
  sensitive: {
    label: { en: 'Sensitive', ur: 'حساس' },
    duties: {
      en: 'It never leaves the country, not even redacted, and a contract or a task alone is no basis for it.',
      ur: 'یہ نام مٹا کر بھی ملک سے باہر نہیں جاتا، اور محض معاہدہ یا فریضہ اس کی بنیاد نہیں بن سکتا۔',
    },
    retentionYears: 3,
  },
}

const known = new WeakMap<Application, Classification>()

/**
 * The class of an application's cases as policies see it: its own, or that of the most protected field in them. Who handles a case
 * of goods with an importer's tax number handles personal data.
 */
export function classificationOf(application: Application): Classification {
  const found = known.get(application) ?? strongestOf(application)
  known.set(application, found)
  return found
}

function strongestOf({ classification, case: given, outcome }: Application): Classification {
  const protections = [given, outcome].flatMap((schema) => [
    ...protectionPlan(schema, classification).protections.values(),
  ])
  const classes = protections.filter((one) => one !== 'operational')
  return [classification, ...classes].reduce((most, one) =>
    classifications.indexOf(one) > classifications.indexOf(most) ? one : most,
  )
}
