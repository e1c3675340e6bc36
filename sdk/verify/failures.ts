/** Why something does not hold, as a closed set of codes with their sentences. A table of texts. */

interface Sentence {
  readonly en: string
  readonly ur: string
}

const of = (en: string, ur: string): Sentence => ({ en, ur })

/** What cannot be read at all: it is not what it should be, or it was cut or changed on its way. */
const unreadable = {
  'text.not_utf8': of('This is no text in UTF-8', 'یہ UTF-8 میں لکھا ہوا متن نہیں'),
  'text.control_character': of(
    'The text holds characters that may not be in it, such as tabs or carriage returns',
    'متن میں ایسے نشان ہیں جو اس میں نہیں ہو سکتے، جیسے ٹیب یا CR',
  ),
  'text.too_long': of(
    'The text is far longer than it can be',
    'متن جتنا ہو سکتا ہے اس سے کہیں زیادہ لمبا ہے',
  ),
  'note.form': of(
    'The signatures at the end of the text are missing or cut off',
    'متن کے آخر کے دستخط غائب یا ادھورے ہیں',
  ),
  'note.signature_form': of(
    'A line with a signature is not written as it must be',
    'دستخط کی ایک سطر درست صورت میں نہیں',
  ),
  'note.too_many_signatures': of('There are too many signatures', 'دستخط حد سے زیادہ ہیں'),
  'checkpoint.form': of(
    'The checkpoint of the log is not written as it must be',
    'لاگ کا چیک پوائنٹ درست صورت میں نہیں',
  ),
  'receipt.form': of('This is not a receipt', 'یہ رسید نہیں ہے'),
  'receipt.extra': of(
    'The receipt does not say what it is about, or says it in a form that is not known',
    'رسید یہ نہیں بتاتی کہ وہ کس بارے میں ہے، یا کسی نامعلوم صورت میں بتاتی ہے',
  ),
  'receipt.index': of(
    'The place in the log is not written as it must be',
    'لاگ میں جگہ درست صورت میں نہیں لکھی گئی',
  ),
  'receipt.path': of(
    'A hash of the proof is not written as it must be',
    'ثبوت کا ایک ہیش درست صورت میں نہیں',
  ),
} as const

/** What can be read and does not hold. */
const invalid = {
  'log.unknown': of(
    'The receipt is of a log that the policy does not name',
    'رسید ایسے لاگ کی ہے جس کا نام پالیسی میں نہیں',
  ),
  'log.not_signed': of(
    'No key that the policy names for this log has signed',
    'پالیسی میں اس لاگ کی جو کلیدیں درج ہیں ان میں سے کسی سے دستخط نہیں ہوئے',
  ),
  'signature.wrong': of('A signature is not genuine', 'ایک دستخط اصلی نہیں'),
  'checkpoint.extension': of(
    'The checkpoint holds lines that a receipt may not have',
    'چیک پوائنٹ میں ایسی سطریں ہیں جو رسید میں نہیں ہو سکتیں',
  ),
  'entry.not_included': of(
    'What the receipt says is not what stands in the log',
    'رسید جو کہتی ہے وہ لاگ میں درج نہیں',
  ),
  'entry.not_ours': of(
    'The entry stands in the log, but not in the form of a receipt',
    'اندراج لاگ میں موجود ہے مگر رسید کی صورت میں نہیں',
  ),
  'quorum.not_reached': of(
    'Fewer witnesses have signed than the policy asks for',
    'جتنے گواہوں کے دستخط پالیسی مانگتی ہے، اس سے کم ہیں',
  ),
  'record.other': of(
    'The record shown is not the one that the log holds',
    'دکھایا گیا ریکارڈ وہ نہیں جو لاگ میں درج ہے',
  ),
  'handover.form': of(
    'This is no handover from one key of a log to the next',
    'یہ لاگ کی ایک کلید سے اگلی کلید کو حوالگی نہیں',
  ),
  'handover.origin': of('The handover is of another log', 'یہ حوالگی کسی اور لاگ کی ہے'),
  'handover.not_signed': of(
    'The trusted key has not signed the handover',
    'معتبر کلید نے اس حوالگی پر دستخط نہیں کیے',
  ),
  'handover.key': of(
    'A handover is from one Ed25519 key to another key of the same log',
    'حوالگی ایک Ed25519 کلید سے اسی لاگ کی دوسری کلید کو ہوتی ہے',
  ),
} as const

/** What is wrong with the keys and rules to check by. */
const policy = {
  'vkey.form': of('A public key is not written as it must be', 'ایک عوامی کلید درست صورت میں نہیں'),
  'vkey.type': of(
    'A public key is of a kind that cannot be used here',
    'ایک عوامی کلید ایسی قسم کی ہے جو یہاں کام نہیں آ سکتی',
  ),
  'vkey.id': of(
    'A public key does not match its own name and number',
    'ایک عوامی کلید اپنے نام اور نمبر سے میل نہیں کھاتی',
  ),
  'policy.characters': of(
    'The policy holds characters that may not be in it',
    'پالیسی میں ایسے نشان ہیں جو اس میں نہیں ہو سکتے',
  ),
  'policy.line': of('A line of the policy is not understood', 'پالیسی کی ایک سطر سمجھ میں نہیں آتی'),
  'policy.name_taken': of('A name is defined twice in the policy', 'پالیسی میں ایک نام دو بار آیا ہے'),
  'policy.name_unknown': of(
    'The policy uses a name before it defines it',
    'پالیسی ایک نام کو مقرر کرنے سے پہلے استعمال کرتی ہے',
  ),
  'policy.key_twice': of('A key stands twice in the policy', 'پالیسی میں ایک کلید دو بار درج ہے'),
  'policy.member_twice': of(
    'A witness or group is counted twice in the policy',
    'پالیسی میں ایک گواہ یا گروہ دو بار گنا گیا ہے',
  ),
  'policy.threshold': of(
    'A group asks for no member, or for more than it has',
    'ایک گروہ کسی رکن کا تقاضا نہیں کرتا، یا جتنے ارکان ہیں ان سے زیادہ کا کرتا ہے',
  ),
  'policy.quorum': of(
    'The policy must say exactly once which witnesses are enough',
    'پالیسی کو ٹھیک ایک بار بتانا ہے کہ کون سے گواہ کافی ہیں',
  ),
} as const

/** What this browser or program cannot check: the receipt may be good. */
const unchecked = {
  'platform.no_crypto': of(
    'This browser does not check signatures on a page that came over an unprotected connection: save the page and open the saved file',
    'یہ براؤزر غیر محفوظ رابطے سے آئے صفحے پر دستخط نہیں پرکھتا: صفحہ محفوظ کریں اور محفوظ فائل کھولیں',
  ),
  'platform.algorithm': of(
    'This browser or program is too old for one of the kinds of signature that are needed',
    'جن قسموں کے دستخط درکار ہیں ان میں سے ایک کے لیے یہ براؤزر یا پروگرام پرانا ہے',
  ),
} as const

/** Every code, with its sentences in English and Urdu. */
export const failures = { ...unreadable, ...invalid, ...policy, ...unchecked } as const

export type FailureCode = keyof typeof failures

/** Why something is not proven, as plain data. */
export interface Failure {
  readonly code: FailureCode
  readonly en: string
  readonly ur: string
  /** The line, name or key that it is about, as far as it is short; empty where it is about the whole. */
  readonly about: string
}

/** What a person may still read. */
const mostShown = 120

/**
 * Said of text that cannot be read, signatures that are missing or wrong, keys that cannot be used.
 *
 * @example
 * ```ts
 * import { NotProven, parsePolicy } from '@khudi/sdk/verify'
 * const problem = await parsePolicy('quorum w1').catch((error) => {
 *   if (error instanceof NotProven) return error.failure.ur
 *   throw error
 * })
 * ```
 */
export class NotProven extends Error {
  override readonly name = 'NotProven'
  readonly failure: Failure

  constructor(code: FailureCode, about = '') {
    const { en, ur } = failures[code]
    const short = about.length > mostShown ? `${about.slice(0, mostShown)}…` : about
    super(short === '' ? en : `${en}: ${short}`)
    this.failure = { code, en, ur, about: short }
  }
}

/** What a failure means for the one who asks. */
export function verdictOf(code: FailureCode): 'unreadable' | 'invalid' | 'unchecked' {
  if (code in unreadable) return 'unreadable'
  return code in unchecked ? 'unchecked' : 'invalid'
}
