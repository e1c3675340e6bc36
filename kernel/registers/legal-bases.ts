/**
 * The register of kinds of legal basis: what each gives the persons concerned. Which statute an application stands on is in the
 * institution's register of AI systems, from when it was registered.
 *
 * The rules are those of the nearest written law, Regulation (EU) 2016/679 (GDPR), by article; Pakistan's Personal Data
 * Protection Bill 2023, whose text was not at hand, is known to ask for consent, registration and notice.
 */
import type { BilingualText, LegalBasisKind } from '@khudi/sdk'

export interface LegalBasisSpec {
  readonly label: BilingualText
  /** Whether nothing is done for a person who has not agreed (article 7). */
  readonly needsConsent: boolean
  /** Whether a person may object to being processed (article 21(1), which names only this basis of those that we have). */
  readonly allowsObjection: boolean
  /** Whether it is enough for sensitive data (article 9(2)(a), (c) and (g): a contract is no ground there, nor a task without a law). */
  readonly coversSensitive: boolean
}

export const legalBases: Readonly<Record<LegalBasisKind, LegalBasisSpec>> = {
  law: {
    label: { en: 'Law', ur: 'قانون' },
    needsConsent: false,
    allowsObjection: false,
    coversSensitive: true,
  },
  consent: {
    label: { en: 'Consent', ur: 'رضامندی' },
    needsConsent: true,
    allowsObjection: false,
    coversSensitive: true,
  },
  contract: {
    label: { en: 'Contract', ur: 'معاہدہ' },
    needsConsent: false,
    allowsObjection: false,
    coversSensitive: false,
  },
  public_task: {
    label: { en: 'Public task', ur: 'سرکاری فریضہ' },
    needsConsent: false,
    allowsObjection: true,
    coversSensitive: false,
  },
  vital_interest: {
    label: { en: 'Vital interest', ur: 'جان کا تحفظ' },
    needsConsent: false,
    allowsObjection: false,
    coversSensitive: true,
  },
}
