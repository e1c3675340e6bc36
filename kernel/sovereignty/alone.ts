/** Check 1: the product works alone. The suite shows it; the guard of this process says whether anything tried meanwhile. */
import type { Found, Subject } from './check.ts'
import { findRecord, type SuiteRecord } from './evidence.ts'

export async function worksAlone(subject: Subject): Promise<Found> {
  const { blocked, isGuarded } = subject.outside
  if (blocked > 0)
    return {
      state: 'red',
      count: blocked,
      says: {
        en: `This process tried ${blocked} times to connect outside past the one way out; each was blocked`,
        ur: `اس پروسیس نے واحد راستے سے ہٹ کر ${blocked} بار باہر رابطے کی کوشش کی؛ ہر کوشش روک دی گئی`,
      },
    }
  const live = isGuarded
    ? { en: 'no attempt in this process', ur: 'اس پروسیس میں کوئی کوشش نہیں' }
    : { en: 'no guard counts attempts in this process', ur: 'اس پروسیس میں کوششیں گننے والا کوئی محافظ نہیں' }
  return bySuite(subject, 'suite-without-network', {
    shows: ({ runs }) => ({
      en: `${runs} tests passed in a network namespace without a route, with no attempt to connect outside; ${live.en}`,
      ur: `${runs} ٹیسٹ بغیر راستے کے نیٹ ورک میں کامیاب ہوئے اور باہر رابطے کی کوئی کوشش نہیں ہوئی؛ ${live.ur}`,
    }),
    fails: ({ failures, breaches }) => ({
      en: `Without a network ${failures} tests failed and ${breaches} attempts were made to connect outside`,
      ur: `نیٹ ورک کے بغیر ${failures} ٹیسٹ ناکام ہوئے اور باہر رابطے کی ${breaches} کوششیں ہوئیں`,
    }),
  })
}

/** Check 3: no fault widens what was allowed. Only the suite can bring the faults about. */
export async function neverWidens(subject: Subject): Promise<Found> {
  return bySuite(subject, 'jurisdiction-under-faults', {
    shows: ({ runs }) => ({
      en: `${runs} runs with random faults in fallback, retry, cache and batch; no jurisdiction was widened`,
      ur: `متبادل، دوبارہ کوشش، ذخیرے اور اجتماعی عمل میں بے ترتیب خرابیوں کے ساتھ ${runs} آزمائشیں؛ کوئی دائرۂ اختیار وسیع نہیں ہوا`,
    }),
    fails: ({ failures, breaches }) => ({
      en: `Under random faults ${failures} runs failed and ${breaches} widened a jurisdiction`,
      ur: `بے ترتیب خرابیوں میں ${failures} آزمائشیں ناکام ہوئیں اور ${breaches} نے دائرۂ اختیار وسیع کیا`,
    }),
  })
}

interface Telling {
  shows(record: SuiteRecord): Found['says']
  fails(record: SuiteRecord): Found['says']
}

function bySuite(
  { evidenceFolder, productDigest }: Subject,
  kind: SuiteRecord['kind'],
  { shows, fails }: Telling,
): Found {
  const record = findRecord(evidenceFolder, kind)
  if (record === undefined)
    return {
      state: 'not_yet',
      says: {
        en: 'Only a run of the suite shows it, and there is no record of one',
        ur: 'یہ صرف ٹیسٹوں کی تکمیل سے ثابت ہوتا ہے، اور اس کا کوئی ریکارڈ نہیں',
      },
    }
  const seen = { count: record.runs, digest: record.productDigest, seenAt: new Date(record.finishedAt) }
  if (record.productDigest !== productDigest)
    return {
      ...seen,
      state: 'not_yet',
      says: {
        en: 'The record is of another version of the product',
        ur: 'ریکارڈ مصنوع کے کسی اور نسخے کا ہے',
      },
    }
  const isKept = record.failures === 0 && record.breaches === 0 && record.runs > 0
  return isKept
    ? { ...seen, state: 'green', says: shows(record) }
    : { ...seen, state: 'red', says: fails(record) }
}
