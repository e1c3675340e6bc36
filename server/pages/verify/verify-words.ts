/** Every text of the page that proves receipts, in both languages. A table. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

/** What stands on the page from the beginning. */
export const pageWords = {
  title: of('Check a receipt', 'رسید کی جانچ'),
  intro: of(
    'This page proves by itself that something stands in an institution’s log, which witnesses watch so that nobody can rewrite it. It sends nothing anywhere: it works without a network too.',
    'یہ صفحہ خود ثابت کرتا ہے کہ کوئی کارروائی ادارے کے لاگ میں درج ہے، جس پر گواہ نظر رکھتے ہیں تاکہ کوئی اسے بدل نہ سکے۔ یہ کہیں کچھ نہیں بھیجتا: انٹرنیٹ کے بغیر بھی چلتا ہے۔',
  ),
  noScript: of(
    'The check is done by a script on this page. Please allow scripts.',
    'جانچ اس صفحے کا اسکرپٹ کرتا ہے۔ براہِ کرم اسکرپٹ کی اجازت دیں۔',
  ),
  file: of('Choose the file of the receipt', 'رسید کی فائل چنیں'),
  drop: of('or drop it anywhere on this page', 'یا اسے اس صفحے پر کہیں بھی لا کر چھوڑ دیں'),
  paste: of('Or paste the text of the receipt', 'یا رسید کا متن یہاں چسپاں کریں'),
  check: of('Check', 'جانچیں'),
  policy: of('Whom to trust', 'کن پر اعتماد ہے'),
  policyHint: of(
    'The keys of the log and of its witnesses, and how many witnesses are enough (c2sp.org/tlog-policy). Whoever does not want to rely on where this page came from compares them with those that the witnesses publish.',
    'لاگ اور اس کے گواہوں کی کلیدیں، اور یہ کہ کتنے گواہ کافی ہیں (c2sp.org/tlog-policy)۔ جو اس صفحے کے ماخذ پر انحصار نہ کرنا چاہے وہ انہیں گواہوں کی شائع کردہ کلیدوں سے ملا لے۔',
  ),
  policyField: of('Policy', 'پالیسی'),
  time: of(
    'All times are Pakistan Standard Time (UTC+5).',
    'تمام اوقات پاکستان کے معیاری وقت کے مطابق ہیں (UTC+5)۔',
  ),
} as const

/** What a result is put together from, by the names that the page's script uses. */
export const resultWords = {
  'verdict.valid': of('Valid', 'درست'),
  'verdict.invalid': of('Not valid', 'درست نہیں'),
  'verdict.unreadable': of('Unreadable', 'پڑھی نہیں جا سکتی'),
  'verdict.unchecked': of('Cannot be checked here', 'یہاں جانچ ممکن نہیں'),
  'verdict.policy': of('The policy cannot be used', 'پالیسی کام میں نہیں آ سکتی'),
  'next.invalid': of(
    'Do not rely on this receipt. Ask the institution that is named in it for a new one.',
    'اس رسید پر بھروسا نہ کریں۔ جس ادارے کا نام اس میں ہے اس سے نئی رسید طلب کریں۔',
  ),
  'next.unreadable': of(
    'Take the file as it was issued, or copy its whole text: a single character more or less damages it.',
    'فائل ویسی ہی لیں جیسی جاری ہوئی تھی، یا پورا متن نقل کریں: ایک حرف کی کمی بیشی بھی اسے خراب کر دیتی ہے۔',
  ),
  'next.unchecked': of(
    'This says nothing against the receipt. Try a newer browser, or ask somebody who has one.',
    'اس سے رسید غلط ثابت نہیں ہوتی۔ نیا براؤزر آزمائیں، یا کسی ایسے شخص سے پوچھیں جس کے پاس ہو۔',
  ),
  what: of('What was done', 'کیا ہوا'),
  said: of('Result', 'نتیجہ'),
  when: of('When', 'کب'),
  case: of('Case', 'مقدمہ'),
  log: of('Log', 'لاگ'),
  entry: of('Entry', 'اندراج'),
  witnesses: of('Witnesses', 'گواہ'),
  stated: of('The institution states', 'ادارے کا بیان'),
  ofEntries: of('(counted from 0), entries in the log:', '(گنتی صفر سے)، لاگ کے کل اندراج:'),
  noTime: of('without a time', 'وقت کے بغیر'),
  noCase: of('about no single case', 'کسی ایک مقدمے سے متعلق نہیں'),
  noWitness: of('none: the policy asks for none', 'کوئی نہیں: پالیسی کسی کا تقاضا نہیں کرتی'),
  unsupported: of(
    'not counted: this browser does not know this kind of signature',
    'شمار نہیں ہوا: یہ براؤزر اس قسم کے دستخط نہیں جانتا',
  ),
  notProven: of('witnesses needed (not proven)', 'گواہ درکار (ثابت شدہ نہیں)'),
} as const
