/** Texts of the page about sovereignty. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const sovereigntyWords = {
  'nav.sovereignty': of('Sovereignty', 'خودمختاری'),
  'sovereignty.title': of('Sovereignty', 'خودمختاری'),
  'sovereignty.about': of(
    'Eleven checks, each made on this installation and computed from what was found. Nobody can set one.',
    'گیارہ جانچیں، ہر ایک اسی تنصیب پر کی گئی اور نتیجے سے شمار ہوئی۔ کوئی شخص انہیں اپنی مرضی سے درج نہیں کر سکتا۔',
  ),
  'sovereignty.score': of('Fulfilled', 'پوری ہوئیں'),
  'sovereignty.green': of('Fulfilled', 'پوری'),
  'sovereignty.red': of('Not fulfilled', 'پوری نہیں'),
  'sovereignty.not_yet': of('Not shown yet', 'ابھی ثابت نہیں'),
  'sovereignty.lookedAt': of('Looked at', 'جانچ کا وقت'),
  'sovereignty.seenAt': of('Seen in a run of the suite', 'ٹیسٹوں میں دیکھا گیا'),
  'sovereignty.count': of('How much', 'کتنے'),
  'sovereignty.digest': of('Digest', 'ڈائجسٹ'),
  'sovereignty.remedy': of('What to do', 'کیا کریں'),
  'sovereignty.product': of('Version of the product', 'مصنوع کا نسخہ'),
  'sovereignty.again': of('Look again', 'دوبارہ جانچیں'),
  'sovereignty.againWhy': of(
    'A new look takes up to half a minute: it makes throw-away installations and removes them.',
    'نئی جانچ میں آدھا منٹ تک لگتا ہے: یہ عارضی تنصیبات بناتی اور ہٹاتی ہے۔',
  ),
  'sovereignty.underWay': of(
    'The checks are being made. Open this page again in half a minute.',
    'جانچ جاری ہے۔ آدھے منٹ بعد یہ صفحہ دوبارہ کھولیں۔',
  ),
  'sovereignty.none': of('Nobody has looked yet', 'ابھی کوئی جانچ نہیں ہوئی'),
  'sovereignty.noneWhy': of(
    'The first look is made a minute after the server started.',
    'پہلی جانچ سرور چلنے کے ایک منٹ بعد ہوتی ہے۔',
  ),
} as const
