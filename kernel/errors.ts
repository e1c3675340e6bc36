/**
 * Refusals and fatal stops, in one catalogue.
 *
 * A *refusal* means that the caller can act (4xx). A *fault* is any other error: ours to mend (5xx, logged with an
 * identifier, nothing of it in the reply). A *fatal* error means that going on could break the record: the component
 * stops and recovery runs at the next start. `docs/errors.md` holds the same list; a test compares the two.
 */

import type { FieldProblem } from '@khudi/sdk'

export type { FieldProblem } from '@khudi/sdk'

/** A text that exists in both languages. `{name}` stands for a parameter. */
export interface CatalogueText {
  readonly en: string
  readonly ur: string
}

export interface CatalogueEntry {
  /** HTTP status that a refusal with this code answers with; for fatal errors the status of the health check. */
  readonly status: number
  /** What is the matter, in one sentence. */
  readonly title: CatalogueText
  /** What the reader is to do next. */
  readonly remedy: CatalogueText
}

const entry = (
  status: number,
  title: readonly [en: string, ur: string],
  remedy: readonly [en: string, ur: string],
): CatalogueEntry => ({
  status,
  title: { en: title[0], ur: title[1] },
  remedy: { en: remedy[0], ur: remedy[1] },
})

/** Every code a caller may see. Sorted by code; one line of title, one line of remedy. */
export const catalogue = {
  'access.account_disabled': entry(
    409,
    ['The account is disabled', 'یہ اکاؤنٹ بند ہے'],
    [
      'A disabled account stays disabled; have a new one opened.',
      'بند اکاؤنٹ دوبارہ نہیں کھلتا؛ نیا اکاؤنٹ کھلوائیں۔',
    ],
  ),
  'access.account_exists': entry(
    409,
    ['The user name "{username}" is taken', 'صارف نام "{username}" پہلے سے موجود ہے'],
    ['Choose another user name.', 'کوئی اور صارف نام چنیں۔'],
  ),
  'access.account_own': entry(
    409,
    ['This is your own account', 'یہ آپ کا اپنا اکاؤنٹ ہے'],
    ['Change your own factors on the page "Security".', 'اپنے تصدیقی ذرائع صفحہ "حفاظت" پر تبدیل کریں۔'],
  ),
  'access.account_unknown': entry(
    404,
    ['There is no such account', 'ایسا کوئی اکاؤنٹ نہیں'],
    ['Look the account up in the list of accounts.', 'اکاؤنٹ کو اکاؤنٹس کی فہرست میں دیکھیں۔'],
  ),
  'access.application_foreign': entry(
    403,
    ['This key is bound to another application', 'یہ کلید کسی اور اطلاق کے لیے ہے'],
    ['Use the key that was issued for this application.', 'اس اطلاق کے لیے جاری شدہ کلید استعمال کریں۔'],
  ),
  'access.ceremony_over': entry(
    409,
    [
      'This step has expired or was already used',
      'اس مرحلے کا وقت ختم ہو چکا ہے یا یہ پہلے استعمال ہو چکا ہے',
    ],
    [
      'Begin it again; each one is good once, for ten minutes.',
      'اسے دوبارہ شروع کریں؛ ہر مرحلہ ایک ہی بار اور دس منٹ تک کارآمد ہے۔',
    ],
  ),
  'access.code_wrong': entry(
    401,
    ['The code is wrong, or it was used before', 'کوڈ غلط ہے یا پہلے استعمال ہو چکا ہے'],
    [
      'Wait for the next code of your app and type it in, or use a recovery code.',
      'اپنی ایپ کے اگلے کوڈ کا انتظار کر کے وہ درج کریں، یا بحالی کا کوڈ استعمال کریں۔',
    ],
  ),
  'access.cross_site': entry(
    403,
    [
      'Another website sent this request in your name',
      'یہ درخواست آپ کے نام سے کسی اور ویب سائٹ نے بھیجی ہے',
    ],
    [
      "Open this server's own page and repeat the step there.",
      'اسی سرور کا صفحہ کھول کر وہاں یہ قدم دہرائیں۔',
    ],
  ),
  'access.factor_last': entry(
    409,
    [
      'This is your last second factor, and your institution requires one',
      'یہ آپ کی آخری دوسری تصدیق ہے، اور آپ کا ادارہ اسے لازم قرار دیتا ہے',
    ],
    ['Add another one first, then remove this one.', 'پہلے کوئی اور شامل کریں، پھر اسے ہٹائیں۔'],
  ),
  'access.factor_present': entry(
    409,
    ['Your account has this second factor already', 'آپ کے اکاؤنٹ میں یہ دوسری تصدیق پہلے سے موجود ہے'],
    [
      'Sign in with it. To replace it, remove it first on the page "Security".',
      'اسی کے ساتھ سائن اِن کریں۔ بدلنا ہو تو پہلے اسے صفحہ "حفاظت" پر ہٹائیں۔',
    ],
  ),
  'access.factor_unknown': entry(
    404,
    ['Your account has no such second factor', 'آپ کے اکاؤنٹ میں ایسی کوئی دوسری تصدیق نہیں'],
    [
      'Open the page "Security" again to see what there is.',
      'جو موجود ہے اسے دیکھنے کے لیے صفحہ "حفاظت" دوبارہ کھولیں۔',
    ],
  ),
  'access.key_invalid': entry(
    401,
    ['The key is unknown, expired or revoked', 'کلید نامعلوم، زائد المیعاد یا منسوخ ہے'],
    ['Ask your administrator for a new key.', 'اپنے منتظم سے نئی کلید لیں۔'],
  ),
  'access.not_signed_in': entry(
    401,
    ['You are not signed in', 'آپ نے سائن اِن نہیں کیا'],
    [
      'Sign in, or send a key in the Authorization header.',
      'سائن اِن کریں، یا Authorization سرخی میں کلید بھیجیں۔',
    ],
  ),
  'access.passkey_elsewhere': entry(
    409,
    ['Passkeys work only at {origin}', 'پاس کی صرف {origin} پر کام کرتی ہیں'],
    [
      'Open the pages at that address, or sign in with your password.',
      'صفحات اُس پتے پر کھولیں، یا اپنے پاس ورڈ سے سائن اِن کریں۔',
    ],
  ),
  'access.passkey_refused': entry(
    401,
    ['The passkey was not accepted', 'پاس کی قبول نہیں ہوئی'],
    [
      'Try it again. If it is refused once more, sign in another way and remove it on the page "Security".',
      'دوبارہ کوشش کریں۔ پھر بھی قبول نہ ہو تو کسی اور طریقے سے سائن اِن کر کے اسے صفحہ "حفاظت" پر ہٹا دیں۔',
    ],
  ),
  'access.password_common': entry(
    422,
    ['This password is one that many people choose', 'یہ ایسا پاس ورڈ ہے جو بہت سے لوگ چنتے ہیں'],
    [
      'Choose one that nobody would guess: several words that do not belong together, for instance.',
      'ایسا پاس ورڈ چنیں جس کا کوئی اندازہ نہ لگا سکے: مثلاً چند الفاظ جن کا آپس میں تعلق نہ ہو۔',
    ],
  ),
  'access.password_long': entry(
    422,
    ['The password is longer than {most} characters', 'پاس ورڈ {most} حروف سے لمبا ہے'],
    ['Choose a shorter one.', 'اس سے چھوٹا پاس ورڈ چنیں۔'],
  ),
  'access.password_short': entry(
    422,
    ['The password is shorter than {least} characters', 'پاس ورڈ {least} حروف سے چھوٹا ہے'],
    [
      'Choose a longer one; spaces and any characters are welcome.',
      'اس سے لمبا پاس ورڈ چنیں؛ خالی جگہ اور ہر قسم کے حروف کی اجازت ہے۔',
    ],
  ),
  'access.password_wrong': entry(
    401,
    ['The password is not right', 'پاس ورڈ درست نہیں'],
    ['Type the password that you sign in with.', 'وہ پاس ورڈ درج کریں جس سے آپ سائن اِن کرتے ہیں۔'],
  ),
  'access.proof_stale': entry(
    403,
    ['You must show once more that it is you', 'آپ کو ایک بار پھر اپنی شناخت ثابت کرنی ہوگی'],
    [
      'Confirm with your password or passkey, then repeat the step.',
      'اپنے پاس ورڈ یا پاس کی سے تصدیق کریں، پھر یہ قدم دہرائیں۔',
    ],
  ),
  'access.role_unknown': entry(
    422,
    ['There is no role "{role}" here', 'یہاں عہدہ "{role}" موجود نہیں'],
    ['Choose one of: {known}.', 'ان میں سے ایک چنیں: {known}۔'],
  ),
  'access.scope_missing': entry(
    403,
    ['Your roles do not permit this ({scope})', 'آپ کے عہدے اس کی اجازت نہیں دیتے ({scope})'],
    [
      'Ask your supervisor or administrator, if this is part of your duty.',
      'اگر یہ آپ کے فرائض میں ہے تو اپنے نگران یا منتظم سے رجوع کریں۔',
    ],
  ),
  'access.sign_in_failed': entry(
    401,
    ['User name or password is not right', 'صارف نام یا پاس ورڈ درست نہیں'],
    [
      'Check both and try again; after several failures, wait a minute.',
      'دونوں دیکھ کر دوبارہ کوشش کریں؛ کئی ناکامیوں کے بعد ایک منٹ رکیں۔',
    ],
  ),
  'access.sign_in_slowed': entry(
    429,
    ['Too many attempts were made for this user name', 'اس صارف نام کے لیے بہت زیادہ کوششیں ہوئی ہیں'],
    [
      'Wait {minutes} minutes, or sign in with a passkey or in a browser that you have signed in with before.',
      '{minutes} منٹ انتظار کریں، یا پاس کی سے، یا ایسے براؤزر میں سائن اِن کریں جس میں آپ پہلے سائن اِن کر چکے ہیں۔',
    ],
  ),
  'application.changed': entry(
    409,
    [
      'The code of application "{application}" is not the code that is registered',
      'اطلاق "{application}" کا کوڈ وہ نہیں جو درج ہے',
    ],
    [
      'Register it again: khudi application register {application}',
      'اسے دوبارہ درج کریں: khudi application register {application}',
    ],
  ),
  'application.exists': entry(
    409,
    ['An application folder {application} is there already', 'اطلاق کا فولڈر {application} پہلے سے موجود ہے'],
    ['Choose another name, or delete that folder.', 'کوئی اور نام رکھیں، یا وہ فولڈر حذف کریں۔'],
  ),
  'application.folder_unusable': entry(
    400,
    ['No application can be made in {folder}: {detail}', '{folder} میں اطلاق نہیں بنایا جا سکتا: {detail}'],
    [
      'Name a folder that exists and that this user may write to.',
      'ایسا فولڈر دیں جو موجود ہو اور جس میں یہ صارف لکھ سکتا ہو۔',
    ],
  ),
  'application.name_invalid': entry(
    400,
    [
      'This cannot be the name of an application: {application}',
      'یہ اطلاق کا نام نہیں ہو سکتا: {application}',
    ],
    [
      'Use 2 to 40 lower-case letters, digits and dashes, beginning with a letter, such as land-survey.',
      '۲ سے ۴۰ چھوٹے انگریزی حروف، ہندسے اور ڈیش استعمال کریں، پہلا حرف ہو، جیسے land-survey۔',
    ],
  ),
  'application.not_installed': entry(
    404,
    ['No application "{application}" is installed', 'اطلاق "{application}" نصب نہیں ہے'],
    [
      'Check the name; khudi doctor lists the applications.',
      'نام دیکھیں؛ khudi doctor اطلاقات کی فہرست دیتا ہے۔',
    ],
  ),
  'application.not_registered': entry(
    409,
    [
      'Application "{application}" is not registered at this institution',
      'اطلاق "{application}" اس ادارے میں درج نہیں',
    ],
    [
      'Register it: khudi application register {application}',
      'اسے درج کریں: khudi application register {application}',
    ],
  ),
  'application.stopped': entry(
    503,
    [
      'The application "{application}" was stopped again and again, and does not run for now',
      'اطلاق "{application}" بار بار روکا گیا اور فی الحال نہیں چل رہا',
    ],
    [
      'Send the case again in a few minutes; tell the engineers of your institution.',
      'چند منٹ بعد کیس دوبارہ بھیجیں؛ اپنے ادارے کے انجینئروں کو بتائیں۔',
    ],
  ),
  'application.title_invalid': entry(
    400,
    [
      'A title is one line of 1 to 80 characters in each language',
      'عنوان ہر زبان میں ایک سطر، ۱ سے ۸۰ حروف کا ہوتا ہے',
    ],
    [
      'Shorten the title; the purpose has room for more.',
      'عنوان مختصر کریں؛ تفصیل مقصد میں لکھی جا سکتی ہے۔',
    ],
  ),
  'backend.built_in': entry(
    409,
    [
      'The backend "{backend}" is part of this installation and cannot be withdrawn',
      'بیک اینڈ "{backend}" اس تنصیب کا حصہ ہے اور واپس نہیں لیا جا سکتا',
    ],
    [
      'State other facts about it where these are not right.',
      'اگر حقائق درست نہیں تو اس کے بارے میں دوسرے حقائق بیان کریں۔',
    ],
  ),
  'backend.changed': entry(
    409,
    [
      'The backend "{backend}" was changed by somebody else meanwhile',
      'بیک اینڈ "{backend}" اس دوران کسی اور نے بدل دیا',
    ],
    [
      'Look at it again and repeat the step if it is still needed.',
      'اسے دوبارہ دیکھیں اور ضرورت ہو تو یہ قدم دہرائیں۔',
    ],
  ),
  'backend.classification_unmeant': entry(
    403,
    [
      'The backend "{backend}" is not meant for {classification} data',
      'بیک اینڈ "{backend}" درجہ {classification} کی معلومات کے لیے نہیں',
    ],
    [
      'Send it to a backend that is, or amend what this one is meant for.',
      'اسے موزوں بیک اینڈ کو بھیجیں، یا اس بیک اینڈ کے مقصد میں ترمیم کریں۔',
    ],
  ),
  'backend.country_unknown': entry(
    422,
    ['"{country}" is no country code of ISO 3166-1', '"{country}" آئی ایس او 3166-1 کا ملکی کوڈ نہیں'],
    ['Give two capital letters, such as PK.', 'دو بڑے حروف دیں، جیسے PK۔'],
  ),
  'backend.endpoint_invalid': entry(
    422,
    [
      'The endpoint is not an address of the form scheme://host:port',
      'پتہ scheme://host:port کی شکل میں نہیں',
    ],
    [
      'Give scheme, host and port only; schemes are {schemes}.',
      'صرف اسکیم، میزبان اور پورٹ دیں؛ اسکیمیں یہ ہیں: {schemes}۔',
    ],
  ),
  'backend.exists': entry(
    409,
    ['The backend "{backend}" is registered already', 'بیک اینڈ "{backend}" پہلے سے رجسٹر ہے'],
    ['Amend it, or choose another identifier.', 'اس میں ترمیم کریں، یا کوئی اور شناخت چنیں۔'],
  ),
  'backend.expired': entry(
    422,
    ['Facts need an expiry that lies ahead', 'حقائق کے لیے آئندہ کی تاریخِ اختتام ضروری ہے'],
    ['Say until when the evidence holds.', 'بتائیں کہ شہادت کب تک کارآمد ہے۔'],
  ),
  'backend.invalid': entry(
    422,
    [
      'What was said about the backend cannot be read: {fields}',
      'بیک اینڈ کے بارے میں جو کہا گیا وہ پڑھا نہیں جا سکتا: {fields}',
    ],
    [
      'Countries are two capital letters, such as PK; look at what the command takes and repeat it.',
      'ملک دو بڑے حروف میں لکھیں، جیسے PK؛ کمانڈ کے اختیارات دیکھیں اور اسے دہرائیں۔',
    ],
  ),
  'backend.not_found': entry(
    404,
    ['There is no such backend here', 'یہاں ایسا کوئی بیک اینڈ موجود نہیں'],
    [
      'List the backends with khudi backend list, or register it.',
      'khudi backend list سے فہرست دیکھیں، یا اسے رجسٹر کریں۔',
    ],
  ),
  'backend.withdrawn': entry(
    409,
    [
      'The backend "{backend}" was withdrawn and is not used any more',
      'بیک اینڈ "{backend}" واپس لے لیا گیا ہے اور اب استعمال نہیں ہوتا',
    ],
    ['Register it again if it is to be used.', 'اگر اسے استعمال کرنا ہے تو دوبارہ رجسٹر کریں۔'],
  ),
  'backup.application_missing': entry(
    409,
    [
      'The archive holds data of the application {application}, which is not installed',
      'آرکائیو میں ایپلیکیشن {application} کا ڈیٹا ہے، جو نصب نہیں ہے',
    ],
    ['Install the application and restore again.', 'ایپلیکیشن نصب کر کے دوبارہ بحال کریں۔'],
  ),
  'backup.archive_damaged': entry(
    422,
    ['The archive is damaged or incomplete at {member}', 'آرکائیو {member} پر خراب یا نامکمل ہے'],
    [
      'Use another copy of the archive; nothing was restored.',
      'آرکائیو کی دوسری نقل استعمال کریں؛ کچھ بحال نہیں ہوا۔',
    ],
  ),
  'backup.archive_newer': entry(
    409,
    ['The archive was made by a newer program: {detail}', 'آرکائیو کسی نئے پروگرام نے بنایا ہے: {detail}'],
    [
      'Restore it with that version of the program, or a later one.',
      'اسے پروگرام کے اسی نسخے یا اس سے نئے سے بحال کریں۔',
    ],
  ),
  'backup.database_in_use': entry(
    409,
    ['Other processes work with the database', 'دوسرے پروگرام ڈیٹابیس استعمال کر رہے ہیں'],
    [
      'Stop every Khudi process of this database and restore again.',
      'اس ڈیٹابیس کے تمام خودی پروگرام بند کر کے دوبارہ بحال کریں۔',
    ],
  ),
  'backup.database_not_empty': entry(
    409,
    [
      'The database is not empty: the table {table} has rows',
      'ڈیٹابیس خالی نہیں ہے: جدول {table} میں قطاریں موجود ہیں',
    ],
    ['Restore into a new data folder or an empty database.', 'نئے ڈیٹا فولڈر یا خالی ڈیٹابیس میں بحال کریں۔'],
  ),
  'backup.destination_exists': entry(
    409,
    ['The file {path} exists already', 'فائل {path} پہلے سے موجود ہے'],
    ['Choose another name, or move the file away.', 'دوسرا نام منتخب کریں، یا فائل ہٹا دیں۔'],
  ),
  'backup.object_damaged': entry(
    500,
    ['The stored file {digest} is not what was stored', 'محفوظ فائل {digest} وہ نہیں جو محفوظ کی گئی تھی'],
    [
      'Bring the file back from an earlier backup, then make this one.',
      'فائل پچھلے بیک اپ سے واپس لائیں، پھر یہ بیک اپ بنائیں۔',
    ],
  ),
  'backup.unreadable': entry(
    400,
    ['The archive {path} cannot be read: {detail}', 'آرکائیو {path} پڑھا نہیں جا سکتا: {detail}'],
    ['Check the name and who may read the file.', 'نام دیکھیں، اور یہ کہ فائل کون پڑھ سکتا ہے۔'],
  ),
  'backup.unwritable': entry(
    500,
    ['The archive {path} cannot be written: {detail}', 'آرکائیو {path} لکھا نہیں جا سکتا: {detail}'],
    [
      'Make room or choose a folder that can be written.',
      'جگہ بنائیں یا ایسا فولڈر منتخب کریں جس میں لکھا جا سکے۔',
    ],
  ),
  'breach.done_already': entry(
    409,
    ['This step has been taken already', 'یہ قدم پہلے ہی اٹھایا جا چکا ہے'],
    ['Read the breach as it stands.', 'خلاف ورزی کی موجودہ حالت پڑھیں۔'],
  ),
  'breach.invalid': entry(
    422,
    ['The breach cannot be entered as it is written', 'خلاف ورزی اس صورت میں درج نہیں ہو سکتی'],
    ['Mend the fields that are named below.', 'نیچے بتائے گئے خانے درست کریں۔'],
  ),
  'breach.late_reason_missing': entry(
    422,
    [
      'The notice is later than 72 hours after the breach was found, so it needs its reasons',
      'اطلاع خلاف ورزی معلوم ہونے کے 72 گھنٹے بعد کی ہے، اس لیے تاخیر کی وجوہات لازم ہیں',
    ],
    ['Write why it could not be sent earlier.', 'لکھیں کہ یہ پہلے کیوں نہیں بھیجی جا سکی۔'],
  ),
  'breach.not_assessed': entry(
    409,
    ['The breach has to be assessed first', 'پہلے خلاف ورزی کا جائزہ لینا لازم ہے'],
    ['Assess the risk; then notify.', 'خطرے کا جائزہ لیں؛ پھر اطلاع دیں۔'],
  ),
  'breach.not_found': entry(
    404,
    ['There is no breach of this number', 'اس نمبر کی کوئی خلاف ورزی درج نہیں'],
    ['Look it up in the register of breaches.', 'خلاف ورزیوں کے رجسٹر میں تلاش کریں۔'],
  ),
  'breach.times_wrong': entry(
    422,
    [
      'A breach is found after it began, and neither lies in the future',
      'خلاف ورزی شروع ہونے کے بعد ہی معلوم ہوتی ہے، اور دونوں اوقات گزرے ہوئے ہونے چاہییں',
    ],
    ['Correct the times.', 'اوقات درست کریں۔'],
  ),
  'breach.why_not_missing': entry(
    422,
    [
      'Where persons are not informed, the reason is needed',
      'اگر متعلقہ افراد کو اطلاع نہیں دی جاتی تو وجہ لازم ہے',
    ],
    ['Write why they need not or cannot be informed.', 'لکھیں کہ انہیں اطلاع دینا کیوں ضروری یا ممکن نہیں۔'],
  ),
  'case.decided_already': entry(
    409,
    ['The case has been decided already', 'مقدمے کا فیصلہ ہو چکا ہے'],
    [
      'Reload the case to see what was decided and by whom.',
      'مقدمہ دوبارہ کھول کر دیکھیں کہ کیا فیصلہ ہوا اور کس نے کیا۔',
    ],
  ),
  'case.invalid': entry(
    422,
    [
      'The case does not fit the schema of application "{application}"',
      'مقدمہ اطلاق "{application}" کے سانچے میں پورا نہیں اترتا',
    ],
    ['Correct the fields that are named and send it again.', 'بتائے گئے خانے درست کر کے دوبارہ بھیجیں۔'],
  ),
  'case.not_found': entry(
    404,
    ['There is no such case here', 'یہاں ایسا کوئی مقدمہ نہیں'],
    [
      'Check the number; it may belong to another institution.',
      'نمبر دیکھیں؛ ممکن ہے یہ کسی اور ادارے کا ہو۔',
    ],
  ),
  'case.person_erased': entry(
    409,
    [
      'The person whom this case is about has been erased',
      'جس شخص سے یہ مقدمہ متعلق ہے اس کی معلومات مٹائی جا چکی ہیں',
    ],
    [
      'Nothing that would be sealed can be recorded of this case any more: leave the reason out, or the fields that name a person.',
      'اس مقدمے میں اب کوئی سر بمہر بات درج نہیں ہو سکتی: وجہ، یا وہ خانے جو کسی شخص کا پتا دیں، خالی چھوڑ دیں۔',
    ],
  ),
  'case.reference_taken': entry(
    409,
    ['Another case already has the reference "{reference}"', 'حوالہ "{reference}" کسی اور مقدمے کے پاس ہے'],
    [
      'Look at the existing case; a changed document needs a reference of its own.',
      'موجودہ مقدمہ دیکھیں؛ تبدیل شدہ دستاویز کو اپنا حوالہ چاہیے۔',
    ],
  ),
  'case.transition_impossible': entry(
    409,
    [
      '"{event}" cannot happen to a case in state "{state}"',
      'حالت "{state}" کے مقدمے میں "{event}" ممکن نہیں',
    ],
    ['Reload the case and see what it needs next.', 'مقدمہ دوبارہ کھول کر دیکھیں کہ آگے کیا ہونا ہے۔'],
  ),
  'case.version_stale': entry(
    412,
    ['The case has changed since you opened it', 'آپ کے کھولنے کے بعد مقدمہ تبدیل ہو چکا ہے'],
    [
      'Reload the case, then repeat your step if it still applies.',
      'مقدمہ دوبارہ کھولیں، پھر ضرورت ہو تو اپنا قدم دہرائیں۔',
    ],
  ),
  'command.case_or_row': entry(
    422,
    ['A case or a file of features is needed, and not both', 'مقدمہ یا خصوصیات کی فائل درکار ہے، دونوں نہیں'],
    ['Name a case, or give --row with a JSON file.', 'مقدمہ بتائیں، یا ‎--row کے ساتھ JSON فائل دیں۔'],
  ),
  'command.digest_ambiguous': entry(
    409,
    ['{digest} begins the digest of several models', '{digest} کئی ماڈلوں کے خلاصے کی ابتدا ہے'],
    ['Write more of it.', 'اس کا مزید حصہ لکھیں۔'],
  ),
  'command.file_exists': entry(
    409,
    ['There is a file {file} already', 'فائل {file} پہلے سے موجود ہے'],
    ['Choose another name; nothing was written over.', 'دوسرا نام چنیں؛ پرانی فائل جوں کی توں ہے۔'],
  ),
  'command.file_missing': entry(
    404,
    ['There is no readable file {file}', 'قابلِ مطالعہ فائل {file} موجود نہیں'],
    ['Check the path.', 'راستہ دیکھیں۔'],
  ),
  'command.institution_needed': entry(
    400,
    ['This node has several institutions: {institutions}', 'اس نظام پر کئی ادارے ہیں: {institutions}'],
    ['Say which one with --institution.', '--institution سے بتائیں کون سا۔'],
  ),
  'command.institution_none': entry(
    409,
    ['This node has no institution yet', 'اس نظام پر ابھی کوئی ادارہ نہیں'],
    [
      'Start once with npm start, or found one: khudi institution found',
      'ایک بار npm start چلائیں، یا ادارہ قائم کریں: khudi institution found',
    ],
  ),
  'command.mapping_missing': entry(
    404,
    [
      'Application "{application}" has no mapping "{mapping}"; it has: {known}',
      'اطلاق "{application}" کی نقشہ بندی "{mapping}" موجود نہیں؛ موجود: {known}',
    ],
    [
      'Choose one of them, or give the path of a mapping file.',
      'ان میں سے ایک چنیں، یا نقشہ بندی کی فائل کا راستہ دیں۔',
    ],
  ),
  'command.row_invalid': entry(
    422,
    ['{file} is not a JSON object of features', '{file} خصوصیات کا JSON نہیں'],
    [
      'Write each feature by its name, with a number, a text or null.',
      'ہر خصوصیت اس کے نام سے لکھیں، قدر عدد، متن یا null ہو۔',
    ],
  ),
  'consent.missing': entry(
    422,
    [
      'The person concerned has not consented, and the application stands on consent',
      'متعلقہ شخص نے رضامندی نہیں دی، جبکہ یہ اطلاق رضامندی پر قائم ہے',
    ],
    [
      'Ask the person; record their consent first, then send the case again.',
      'اس شخص سے پوچھیں؛ پہلے رضامندی درج کریں، پھر مقدمہ دوبارہ بھیجیں۔',
    ],
  ),
  'consent.not_asked': entry(
    409,
    [
      'The application {application} does not stand on consent, so none is given or withdrawn',
      'اطلاق {application} رضامندی پر قائم نہیں، اس لیے رضامندی نہ دی جاتی ہے نہ واپس لی جاتی ہے',
    ],
    [
      'Its legal basis is in the register of AI systems; a person may have a right to object instead.',
      'اس کی قانونی بنیاد اے آئی نظاموں کے رجسٹر میں ہے؛ ممکن ہے اس شخص کو اعتراض کا حق ہو۔',
    ],
  ),
  'consent.objection_not_allowed': entry(
    409,
    [
      'The legal basis of {application} leaves no room for an objection',
      '{application} کی قانونی بنیاد میں اعتراض کی گنجائش نہیں',
    ],
    [
      'Where it stands on consent, withdraw the consent; every decision can be appealed.',
      'اگر یہ رضامندی پر قائم ہو تو رضامندی واپس لیں؛ ہر فیصلے پر اپیل ہو سکتی ہے۔',
    ],
  ),
  'consent.unchanged': entry(
    409,
    ['This is how it stands already', 'صورتِ حال پہلے ہی یہی ہے'],
    ['Nothing needs to be done.', 'کچھ کرنے کی ضرورت نہیں۔'],
  ),
  'consent.withdrawn': entry(
    422,
    [
      'The person concerned has withdrawn consent, and the application stands on consent',
      'متعلقہ شخص نے رضامندی واپس لے لی ہے، جبکہ یہ اطلاق رضامندی پر قائم ہے',
    ],
    [
      'Nothing more may be done about this person; only they can consent again.',
      'اس شخص کے بارے میں مزید کچھ نہیں کیا جا سکتا؛ صرف وہی دوبارہ رضامندی دے سکتے ہیں۔',
    ],
  ),
  'database.account_missing': entry(
    500,
    [
      'The operating system has no user {user} and none could be made',
      'آپریٹنگ سسٹم میں صارف {user} موجود نہیں اور بنایا بھی نہ جا سکا',
    ],
    [
      'Make the user {user}, or start as an ordinary user instead of root.',
      'صارف {user} بنائیں، یا روٹ کے بجائے عام صارف کے طور پر چلائیں۔',
    ],
  ),
  'database.binaries_missing': entry(
    500,
    [
      'There is no database server for {platform} among the installed packages',
      'نصب شدہ پیکیجز میں {platform} کے لیے ڈیٹابیس سرور موجود نہیں ہے',
    ],
    [
      'Run npm ci, or set DATABASE_URL to a PostgreSQL server of version 15 or later.',
      'npm ci چلائیں، یا DATABASE_URL میں PostgreSQL 15 یا اس سے نئے سرور کا پتہ دیں۔',
    ],
  ),
  'database.binaries_unusable': entry(
    500,
    ['The database server in {folder} cannot be run', 'فولڈر {folder} کا ڈیٹابیس سرور چلایا نہیں جا سکتا'],
    [
      'Delete that folder and run npm ci, or set DATABASE_URL to a PostgreSQL server of version 15 or later.',
      'وہ فولڈر حذف کر کے npm ci چلائیں، یا DATABASE_URL میں PostgreSQL 15 یا اس سے نئے سرور کا پتہ دیں۔',
    ],
  ),
  'database.folder_damaged': entry(
    500,
    ['The database folder {folder} is damaged: {detail}', 'ڈیٹابیس کا فولڈر {folder} خراب ہے: {detail}'],
    [
      'Move the folder aside and restore the last backup with khudi restore.',
      'فولڈر کو الگ رکھ دیں اور khudi restore سے آخری بیک اپ بحال کریں۔',
    ],
  ),
  'database.folder_unwritable': entry(
    500,
    ['The folder {folder} cannot be used: {detail}', 'فولڈر {folder} استعمال نہیں ہو سکتا: {detail}'],
    [
      'Give this user the folder, or start as the user who owns it.',
      'فولڈر اس صارف کو دیں، یا اس کے مالک صارف کے طور پر چلائیں۔',
    ],
  ),
  'database.migration_changed': entry(
    500,
    [
      'Migration {name} of {schema} is not what was applied to this database',
      '{schema} کی منتقلی {name} وہ نہیں جو اس ڈیٹابیس پر لاگو کی گئی تھی',
    ],
    [
      'Restore the file as it was and put the change into a new migration.',
      'فائل کو اصل حالت میں لائیں اور تبدیلی نئی منتقلی میں رکھیں۔',
    ],
  ),
  'database.migration_failed': entry(
    500,
    [
      'Migration {name} of {schema} failed and left no trace: {detail}',
      '{schema} کی منتقلی {name} ناکام ہوئی اور کوئی تبدیلی باقی نہیں رہی: {detail}',
    ],
    ['Correct the named cause and start again.', 'بتائی گئی وجہ درست کر کے دوبارہ چلائیں۔'],
  ),
  'database.migration_invalid': entry(
    500,
    [
      'The migration {name} of {schema} is not well formed: {detail}',
      '{schema} کی منتقلی {name} درست شکل میں نہیں ہے: {detail}',
    ],
    [
      'Name it NNNN_what.sql, begin it with -- compatible or -- breaking, and number without gaps.',
      'نام NNNN_what.sql رکھیں، پہلی سطر -- compatible یا -- breaking ہو، اور نمبر مسلسل ہوں۔',
    ],
  ),
  'database.newer': entry(
    500,
    [
      'The database is newer than this program: {schema} stands at migration {found}, the program knows {known}',
      'ڈیٹابیس اس پروگرام سے نیا ہے: {schema} منتقلی {found} پر ہے جبکہ پروگرام {known} تک جانتا ہے',
    ],
    [
      'Start the version of the program that last used this database, or a later one.',
      'پروگرام کا وہ نسخہ چلائیں جس نے یہ ڈیٹابیس آخری بار استعمال کیا، یا اس سے نیا۔',
    ],
  ),
  'database.not_owner': entry(
    500,
    [
      'The database user {user} does not own the schema {schema}, {owner} does',
      'ڈیٹابیس صارف {user} اسکیما {schema} کا مالک نہیں، مالک {owner} ہے',
    ],
    ['Name the owner in DATABASE_URL.', 'DATABASE_URL میں مالک کا نام دیں۔'],
  ),
  'database.roles_missing': entry(
    500,
    [
      'The database user may not make the roles that Khudi needs; a database administrator runs: {sql}',
      'ڈیٹابیس صارف وہ کردار نہیں بنا سکتا جو خودی کو درکار ہیں؛ ڈیٹابیس منتظم یہ چلائے: {sql}',
    ],
    ['Have these statements run once, then start again.', 'یہ ہدایات ایک بار چلوائیں، پھر دوبارہ شروع کریں۔'],
  ),
  'database.secret_invalid': entry(
    500,
    [
      '{name} does not hold the 32 bytes of the database secret',
      '{name} میں ڈیٹابیس کے راز کے 32 بائٹ نہیں ہیں',
    ],
    [
      'Give the secret that was used before, or delete it to have new passwords set.',
      'پہلے والا راز دیں، یا اسے حذف کریں تاکہ نئے پاس ورڈ بن جائیں۔',
    ],
  ),
  'database.server_failed': entry(
    500,
    [
      'The database server in {folder} does not start: {detail}',
      'فولڈر {folder} کا ڈیٹابیس سرور شروع نہیں ہوتا: {detail}',
    ],
    ['Remove the named cause and start again.', 'بتائی گئی وجہ دور کر کے دوبارہ شروع کریں۔'],
  ),
  'database.too_old': entry(
    500,
    [
      'The database server is PostgreSQL {found}; version 15 or later is needed',
      'ڈیٹابیس سرور PostgreSQL {found} ہے؛ نسخہ 15 یا اس سے نیا درکار ہے',
    ],
    [
      'Upgrade the server, or remove DATABASE_URL to use the one that comes with Khudi.',
      'سرور کو نیا کریں، یا DATABASE_URL ہٹا کر خودی کے ساتھ آنے والا سرور استعمال کریں۔',
    ],
  ),
  'database.unavailable': entry(
    503,
    ['The database cannot be reached at the moment', 'اس وقت ڈیٹابیس تک رسائی ممکن نہیں'],
    [
      'Try again shortly; nothing unacknowledged was kept.',
      'تھوڑی دیر بعد دوبارہ کوشش کریں؛ جس کی تصدیق نہیں ملی وہ محفوظ نہیں ہوا۔',
    ],
  ),
  'database.unencrypted': entry(
    500,
    [
      'The connection to the database server {host} would not be encrypted, or its certificate not checked',
      'ڈیٹا بیس سرور {host} سے رابطہ خفیہ نہ ہوتا یا اس کے سرٹیفکیٹ کی جانچ نہ ہوتی',
    ],
    [
      'Add sslmode=verify-full to DATABASE_URL, and sslrootcert=FILE where the certificate is of an authority of your own.',
      'DATABASE_URL میں sslmode=verify-full لگائیں، اور جہاں سرٹیفکیٹ آپ کے اپنے ادارے کا ہو وہاں sslrootcert=FILE بھی۔',
    ],
  ),
  'database.unreachable': entry(
    500,
    [
      'No connection to the database of DATABASE_URL: {detail}',
      'DATABASE_URL کے ڈیٹابیس سے رابطہ نہیں ہو سکا: {detail}',
    ],
    [
      'Check address, name and password, and that the server runs.',
      'پتہ، نام اور پاس ورڈ دیکھیں، اور یہ کہ سرور چل رہا ہے۔',
    ],
  ),
  'database.version_mismatch': entry(
    500,
    [
      'The database folder {folder} is of PostgreSQL {found}, the program brings {expected}',
      'ڈیٹابیس کا فولڈر {folder} PostgreSQL {found} کا ہے، پروگرام کے ساتھ {expected} آتا ہے',
    ],
    [
      'Make a backup with the older program, move the folder aside and restore the backup with this one.',
      'پرانے پروگرام سے بیک اپ لیں، فولڈر الگ رکھیں اور اس پروگرام سے بیک اپ بحال کریں۔',
    ],
  ),
  'decision.not_found': entry(
    404,
    ['There is no such decision here', 'یہاں ایسا کوئی فیصلہ نہیں'],
    ['Check the number.', 'نمبر دیکھیں۔'],
  ),
  'duty.incompatible': entry(
    403,
    [
      'Nobody holds "{one}" and "{other}" together',
      '"{one}" اور "{other}" کسی ایک شخص کے پاس اکٹھے نہیں ہوتے',
    ],
    [
      'Ask somebody who does not hold the first to take the role.',
      'کسی ایسے شخص سے کہیں جس کے پاس پہلا اختیار نہ ہو۔',
    ],
  ),
  'duty.person_needed': entry(
    403,
    [
      'Only a person does this, not a key of a connected system',
      'یہ کام صرف کوئی شخص کر سکتا ہے، منسلک نظام کی کلید نہیں',
    ],
    ['Sign in with an account of your own.', 'اپنے ذاتی اکاؤنٹ سے سائن اِن کریں۔'],
  ),
  'egress.address_refused': entry(
    403,
    [
      'The name of "{backend}" stands for an address that it has not stated as its own',
      '"{backend}" کا نام ایسے پتے پر جاتا ہے جسے اس نے اپنا نہیں بتایا',
    ],
    [
      'If the address is right, state its range with the backend; otherwise look into who changed the name.',
      'اگر پتہ درست ہے تو اس کی حد بیک اینڈ کے ساتھ درج کریں؛ ورنہ دیکھیں کہ نام کس نے بدلا۔',
    ],
  ),
  'egress.blocked': entry(
    403,
    [
      'The platform tried to reach {target} without asking its way out',
      'پلیٹ فارم نے اپنے خارجی راستے سے پوچھے بغیر {target} تک پہنچنے کی کوشش کی',
    ],
    [
      'Register what is to be reached as a backend; the server log names the code that tried.',
      'جس تک پہنچنا ہے اسے بطور بیک اینڈ رجسٹر کریں؛ سرور لاگ میں کوشش کرنے والے کوڈ کا نام ہے۔',
    ],
  ),
  'egress.reply_too_large': entry(
    502,
    ['The reply of "{backend}" is larger than {bytes} bytes', '"{backend}" کا جواب {bytes} بائٹ سے بڑا ہے'],
    ['Ask for less at once.', 'ایک وقت میں کم معلومات مانگیں۔'],
  ),
  'egress.reply_unusable': entry(
    502,
    ['The reply of "{backend}" cannot be read', '"{backend}" کا جواب پڑھا نہیں جا سکتا'],
    [
      'Try again; if it stays so, ask whoever runs it.',
      'دوبارہ کوشش کریں؛ یہی حال رہے تو اسے چلانے والوں سے پوچھیں۔',
    ],
  ),
  'egress.unencrypted': entry(
    403,
    [
      '{classification} data must not travel to "{backend}" without encryption',
      'درجہ {classification} کی معلومات "{backend}" تک بغیر خفیہ کاری کے نہیں جا سکتیں',
    ],
    ['Register an https address of the backend.', 'بیک اینڈ کا https پتہ رجسٹر کریں۔'],
  ),
  'egress.unreachable': entry(
    503,
    ['The backend "{backend}" does not answer: {detail}', 'بیک اینڈ "{backend}" جواب نہیں دے رہا: {detail}'],
    [
      'Try again; if it stays so, ask whoever runs it.',
      'دوبارہ کوشش کریں؛ یہی حال رہے تو اسے چلانے والوں سے پوچھیں۔',
    ],
  ),
  'egress.url_foreign': entry(
    422,
    ['The address is not one of the backend "{backend}"', 'یہ پتہ بیک اینڈ "{backend}" کا نہیں'],
    [
      'Ask at the address that the register has, or register this one as a backend.',
      'رجسٹر میں درج پتے پر پوچھیں، یا اس پتے کو بیک اینڈ کے طور پر رجسٹر کریں۔',
    ],
  ),
  'glass.broken_already': entry(
    409,
    [
      'You act under break-glass already, until {until}',
      'آپ پہلے ہی {until} تک ہنگامی رسائی کے تحت کام کر رہے ہیں',
    ],
    [
      'Wait for its end, then break the glass again with a reason of its own.',
      'اس کے ختم ہونے کا انتظار کریں، پھر نئی وجہ کے ساتھ دوبارہ لیں۔',
    ],
  ),
  'glass.finding_missing': entry(
    422,
    [
      'A review says what was found, in 1 to {most} characters',
      'جائزے میں نتیجہ لکھنا ضروری ہے، 1 سے {most} حروف میں',
    ],
    ['Write what you found, in a sentence at least.', 'کم از کم ایک جملے میں لکھیں کہ آپ نے کیا پایا۔'],
  ),
  'glass.minutes_invalid': entry(
    422,
    ['Break-glass lasts 1 to {most} minutes', 'ہنگامی رسائی 1 سے {most} منٹ تک رہتی ہے'],
    [
      'Choose a shorter time; the glass can be broken again.',
      'کم وقت چنیں؛ ضرورت ہو تو دوبارہ لی جا سکتی ہے۔',
    ],
  ),
  'glass.not_found': entry(
    404,
    ['There is no such break-glass', 'ایسی کوئی ہنگامی رسائی نہیں'],
    ['Look at the list.', 'فہرست دیکھیں۔'],
  ),
  'glass.operator_needed': entry(
    403,
    [
      'Only the operator at the command line may do without a second person',
      'دوسرے شخص کے بغیر صرف کمانڈ لائن پر موجود آپریٹر کام کر سکتا ہے',
    ],
    ['Ask another person to approve.', 'کسی دوسرے شخص سے منظوری لیں۔'],
  ),
  'glass.own': entry(
    403,
    ['This break-glass is your own', 'یہ ہنگامی رسائی آپ کی اپنی ہے'],
    ['Another auditor reviews it.', 'اس کا جائزہ کوئی دوسرا آڈیٹر لے گا۔'],
  ),
  'glass.reason_short': entry(
    422,
    [
      'Breaking the glass needs a reason of {least} to {most} characters',
      'ہنگامی رسائی کے لیے {least} سے {most} حروف کی وجہ ضروری ہے',
    ],
    ['Say what has happened and why it cannot wait.', 'لکھیں کہ کیا ہوا ہے اور کیوں انتظار نہیں ہو سکتا۔'],
  ),
  'glass.reviewed_already': entry(
    409,
    ['This break-glass has been reviewed already', 'اس ہنگامی رسائی کا جائزہ لیا جا چکا ہے'],
    ['Read what was found.', 'جائزے کا نتیجہ پڑھیں۔'],
  ),
  'glass.role_unavailable': entry(
    422,
    ['The role "{role}" cannot be taken', 'عہدہ "{role}" نہیں لیا جا سکتا'],
    ['Choose a role that you do not hold yet: {known}.', 'ایسا عہدہ چنیں جو آپ کے پاس نہیں: {known}۔'],
  ),
  'grant.duties_conflict': entry(
    409,
    [
      'One account cannot hold both "{role}" and "{other}": who manages accounts sees no cases',
      'ایک اکاؤنٹ کے پاس "{role}" اور "{other}" دونوں نہیں ہو سکتے: اکاؤنٹس کا منتظم مقدمے نہیں دیکھتا',
    ],
    [
      'Revoke one of the two first, or use two accounts of two people.',
      'پہلے ان میں سے ایک کردار واپس لیں، یا دو افراد کے دو اکاؤنٹ استعمال کریں۔',
    ],
  ),
  'grant.exists': entry(
    409,
    ['The account already has the role "{role}" there', 'اس اکاؤنٹ کے پاس وہاں کردار "{role}" پہلے سے ہے'],
    ['Nothing is left to do.', 'مزید کچھ کرنے کی ضرورت نہیں۔'],
  ),
  'grant.not_found': entry(
    404,
    ['The account does not have this role', 'اس اکاؤنٹ کے پاس یہ کردار نہیں'],
    ['Look at the roles that the account holds now.', 'اکاؤنٹ کے موجودہ کردار دیکھیں۔'],
  ),
  'grant.own_account': entry(
    403,
    ['Nobody changes the roles of their own account', 'کوئی شخص اپنے ہی اکاؤنٹ کے کردار نہیں بدل سکتا'],
    ['Ask another administrator.', 'کسی دوسرے منتظم سے کہیں۔'],
  ),
  'grant.role_not_at_units': entry(
    422,
    ['The role "{role}" holds only in the whole institution', 'کردار "{role}" صرف پورے ادارے میں ہوتا ہے'],
    ['Grant it without a unit.', 'اسے اکائی کے بغیر دیں۔'],
  ),
  'idempotency.body_differs': entry(
    422,
    [
      'This idempotency key was used with a different request',
      'یہ کلیدِ یکتائی کسی مختلف درخواست کے ساتھ استعمال ہو چکی ہے',
    ],
    [
      'Use a new key for a new request; repeat the same body to get the same answer.',
      'نئی درخواست کے لیے نئی کلید لیں؛ وہی جواب پانے کے لیے وہی متن بھیجیں۔',
    ],
  ),
  'idempotency.key_invalid': entry(
    400,
    [
      'The Idempotency-Key is not 1 to 255 visible ASCII characters',
      'کلیدِ یکتائی (Idempotency-Key) ایک سے 255 تک ASCII حروف پر مشتمل نہیں',
    ],
    [
      'Send a random key such as a UUID, a new one for each new request.',
      'UUID جیسی بے ترتیب کلید بھیجیں، ہر نئی درخواست کے لیے نئی۔',
    ],
  ),
  'idempotency.not_supported': entry(
    400,
    ['This operation keeps no idempotency keys', 'اس عمل میں کلیدِ یکتائی محفوظ نہیں کی جاتی'],
    ['Leave the Idempotency-Key header out.', 'Idempotency-Key سرخی کے بغیر بھیجیں۔'],
  ),
  'idempotency.reply_erased': entry(
    409,
    [
      'The reply to this key was about a person who has been erased since',
      'اس کلید کا جواب ایک ایسے شخص سے متعلق تھا جس کی معلومات اب حذف ہیں',
    ],
    [
      'Do not repeat the request: it had its effect, which stands in the log.',
      'درخواست نہ دہرائیں: اس پر عمل ہو چکا ہے اور لاگ میں درج ہے۔',
    ],
  ),
  'import.columns_duplicate': entry(
    422,
    ['The header names a column twice: {columns}', 'سرخی میں ایک کالم کا نام دو بار آیا ہے: {columns}'],
    [
      'Give every column its own name and import the file again.',
      'ہر کالم کو الگ نام دیں اور فائل دوبارہ درآمد کریں۔',
    ],
  ),
  'import.columns_missing': entry(
    422,
    [
      'The file lacks columns that the mapping reads: {columns}',
      'فائل میں وہ کالم نہیں ہیں جو نقشے کو درکار ہیں: {columns}',
    ],
    [
      'Check that this is the file the mapping is for and that its first line is the header.',
      'دیکھیں کہ یہ اسی نقشے کی فائل ہے اور اس کی پہلی سطر سرخی ہے۔',
    ],
  ),
  'import.columns_unmapped': entry(
    422,
    [
      'The file has columns that the mapping does not know: {columns}',
      'فائل میں ایسے کالم ہیں جن سے نقشہ واقف نہیں: {columns}',
    ],
    [
      'Map these columns, or list them under "ignore" in the mapping.',
      'ان کالموں کو نقشے میں شامل کریں یا "ignore" کے تحت درج کریں۔',
    ],
  ),
  'import.delimiter_ambiguous': entry(
    422,
    [
      'The header can be read with more than one delimiter: {delimiters}',
      'سرخی ایک سے زیادہ فاصلوں کے ساتھ پڑھی جا سکتی ہے: {delimiters}',
    ],
    ['Declare the delimiter in the mapping.', 'نقشے میں فاصل صراحت سے لکھیں۔'],
  ),
  'import.delimiter_wrong': entry(
    422,
    [
      'The mapping declares the delimiter {declared}, but the file seems to use {seems}',
      'نقشے میں فاصل {declared} ہے جبکہ فائل میں بظاہر {seems} استعمال ہوا ہے',
    ],
    [
      'Export the file with the declared delimiter, or correct the mapping.',
      'فائل مقررہ فاصل کے ساتھ برآمد کریں یا نقشہ درست کریں۔',
    ],
  ),
  'import.encoding_mismatch': entry(
    422,
    [
      'The mapping declares the encoding {declared}, but the file seems to be {seems}',
      'نقشے میں اِنکوڈنگ {declared} ہے جبکہ فائل بظاہر {seems} میں ہے',
    ],
    [
      'Save the file in the declared encoding, or correct the mapping.',
      'فائل مقررہ اِنکوڈنگ میں محفوظ کریں یا نقشہ درست کریں۔',
    ],
  ),
  'import.encoding_wrong': entry(
    422,
    [
      'Line {line} (byte {offset}) is not valid {encoding}',
      'سطر {line} (بائٹ {offset}) درست {encoding} نہیں ہے',
    ],
    [
      'Save the file in the declared encoding, or correct the mapping. Rows before this line were read.',
      'فائل مقررہ اِنکوڈنگ میں محفوظ کریں یا نقشہ درست کریں۔ اس سطر سے پہلے کی سطریں پڑھ لی گئی ہیں۔',
    ],
  ),
  'import.file_empty': entry(
    422,
    ['The file is empty', 'فائل خالی ہے'],
    ['Send a file with a header and rows.', 'سرخی اور سطروں والی فائل بھیجیں۔'],
  ),
  'import.file_not_text': entry(
    422,
    ['The file is not a text file', 'یہ متن کی فائل نہیں ہے'],
    [
      'Send a CSV file, plain or compressed with gzip; a spreadsheet has to be exported as CSV first.',
      'سادہ یا gzip سے سکیڑی ہوئی CSV فائل بھیجیں؛ سپریڈ شیٹ کو پہلے CSV میں برآمد کریں۔',
    ],
  ),
  'import.gzip_damaged': entry(
    422,
    ['The compressed file is damaged or cut short', 'سکیڑی ہوئی فائل خراب ہے یا ادھوری ہے'],
    [
      'Compress or copy the file again. Rows before the damage were read.',
      'فائل دوبارہ سکیڑیں یا نقل کریں۔ خرابی سے پہلے کی سطریں پڑھ لی گئی ہیں۔',
    ],
  ),
  'import.gzip_excessive': entry(
    422,
    [
      'The compressed file grows more than 200-fold when it is unpacked',
      'سکیڑی ہوئی فائل کھولنے پر دو سو گنا سے زیادہ بڑھ جاتی ہے',
    ],
    ['Send the file uncompressed, or in parts.', 'فائل سکیڑے بغیر بھیجیں یا حصوں میں بھیجیں۔'],
  ),
  'import.header_broken': entry(
    422,
    [
      'The header, in line {line}, is not one record of column names',
      'سطر {line} کی سرخی کالموں کے ناموں کا درست اندراج نہیں ہے',
    ],
    ['Correct the quotation marks of the header.', 'سرخی کے واوین درست کریں۔'],
  ),
  'import.in_progress': entry(
    409,
    ['This file is being imported by another process', 'یہ فائل کوئی اور عمل درآمد کر رہا ہے'],
    [
      'Wait until it ends, then run the command again: it changes nothing that is done.',
      'اس کے ختم ہونے تک انتظار کریں، پھر حکم دوبارہ چلائیں: جو ہو چکا وہ نہیں بدلے گا۔',
    ],
  ),
  'import.mapping_invalid': entry(
    422,
    ['The mapping is not valid: {detail}', 'نقشہ درست نہیں ہے: {detail}'],
    ['Correct the named places in the mapping file.', 'نقشے کی فائل میں بتائی گئی جگہیں درست کریں۔'],
  ),
  'import.quotes_broken': entry(
    422,
    [
      'After line {line} the quotation marks do not match, and no safe place to go on was found',
      'سطر {line} کے بعد واوین آپس میں نہیں ملتے اور آگے پڑھنے کی کوئی محفوظ جگہ نہیں ملی',
    ],
    [
      'Correct the quotation marks from that line on and import the file again. Rows before it were read.',
      'اس سطر سے آگے کے واوین درست کر کے فائل دوبارہ درآمد کریں۔ اس سے پہلے کی سطریں پڑھ لی گئی ہیں۔',
    ],
  ),
  'import.refusals_erased': entry(
    409,
    ['The refused rows of this import have been erased', 'اس درآمد کی مسترد قطاریں حذف کی جا چکی ہیں'],
    [
      'Take the rows from the file that was imported; it is not kept here.',
      'قطاریں اصل فائل سے لیں؛ وہ یہاں محفوظ نہیں۔',
    ],
  ),
  'institution.exists': entry(
    409,
    ['There is an institution "{institution}" already', 'ادارہ "{institution}" پہلے سے موجود ہے'],
    ['Choose another short name.', 'کوئی اور مختصر نام چنیں۔'],
  ),
  'institution.not_found': entry(
    404,
    ['There is no institution "{institution}"', 'ادارہ "{institution}" موجود نہیں'],
    [
      'Check the name; khudi doctor lists the institutions.',
      'نام دیکھیں؛ khudi doctor اداروں کی فہرست دیتا ہے۔',
    ],
  ),
  'institution.slug_invalid': entry(
    422,
    [
      '"{institution}" cannot be the short name of an institution',
      '"{institution}" ادارے کا مختصر نام نہیں ہو سکتا',
    ],
    [
      'Use 2 to 63 lower-case letters, digits and dashes, a letter first.',
      '2 سے 63 چھوٹے انگریزی حروف، ہندسے اور ڈیش لکھیں، پہلے حرف ہو۔',
    ],
  ),
  'issuer.backend_unfit': entry(
    422,
    ['"{backend}" is no identity backend in use', '"{backend}" زیرِ استعمال شناختی مقام نہیں'],
    [
      'Register the issuer as a backend of the kind identity first, with its four facts.',
      'پہلے جاری کنندہ کو شناخت کی قسم کے مقام کے طور پر اس کے چاروں حقائق کے ساتھ درج کریں۔',
    ],
  ),
  'issuer.exists': entry(
    409,
    ['The issuer {issuer} is registered already', 'جاری کنندہ {issuer} پہلے سے درج ہے'],
    ['Remove it first, then add it as it is to be.', 'پہلے اسے ہٹائیں، پھر جیسا ہونا چاہیے ویسا شامل کریں۔'],
  ),
  'issuer.no_role': entry(
    403,
    [
      'You are known there, but nothing is assigned to you here',
      'آپ وہاں پہچانے جاتے ہیں، مگر یہاں آپ کو کوئی عہدہ نہیں دیا گیا',
    ],
    [
      'Ask the administrator of your institution which role your account there should have.',
      'اپنے ادارے کے منتظم سے پوچھیں کہ وہاں آپ کے اکاؤنٹ کا کیا عہدہ ہونا چاہیے۔',
    ],
  ),
  'issuer.not_found': entry(
    404,
    ['There is no such identity issuer', 'ایسا کوئی شناخت جاری کنندہ نہیں'],
    ['List the issuers and choose one of them.', 'جاری کنندگان کی فہرست دیکھ کر ان میں سے ایک چنیں۔'],
  ),
  'issuer.refused': entry(
    401,
    ['Signing in elsewhere did not succeed', 'دوسری جگہ سے سائن اِن کامیاب نہیں ہوا'],
    [
      'Begin again from the page for signing in. If it fails once more, tell the administrator.',
      'سائن اِن کے صفحے سے دوبارہ شروع کریں۔ پھر ناکام ہو تو منتظم کو بتائیں۔',
    ],
  ),
  'issuer.rules_invalid': entry(
    422,
    ['The file of rules is not valid at {place}', 'قواعد کی فائل {place} پر درست نہیں'],
    [
      'Write a list of objects with claim, operator (equals, contains, matches), value, role and, where it is meant, unit.',
      'اشیا کی ایسی فہرست لکھیں جن میں claim، operator (equals، contains، matches)، value، role اور جہاں ضرورت ہو unit ہوں۔',
    ],
  ),
  'issuer.url_invalid': entry(
    422,
    ['"{issuer}" is not the address of an issuer', '"{issuer}" کسی جاری کنندہ کا پتہ نہیں'],
    [
      'Give its https address as it names itself, without query.',
      'اس کا https پتہ ویسا ہی دیں جیسا وہ خود بتاتا ہے، بغیر اضافی حصے کے۔',
    ],
  ),
  'job.not_dead': entry(
    409,
    ['The job is not among the failed ones', 'یہ کام ناکام کاموں میں شامل نہیں'],
    [
      'Reload the list; someone may have requeued it.',
      'فہرست دوبارہ کھولیں؛ ممکن ہے کسی نے اسے دوبارہ لگا دیا ہو۔',
    ],
  ),
  'job.not_found': entry(
    404,
    ['There is no such job here', 'یہاں ایسا کوئی کام نہیں'],
    ['Check the number.', 'نمبر دیکھیں۔'],
  ),
  'job.waiting_already': entry(
    409,
    ['The same work is waiting or running already', 'یہی کام پہلے سے انتظار میں ہے یا چل رہا ہے'],
    [
      'Wait for it to end; requeue this one only if that fails as well.',
      'اس کے مکمل ہونے کا انتظار کریں؛ اسے تبھی دوبارہ لگائیں جب وہ بھی ناکام ہو۔',
    ],
  ),
  'key.address_invalid': entry(
    422,
    ['"{address}" is not a network', '"{address}" کوئی نیٹ ورک نہیں'],
    [
      'Write a network as 10.0.0.0/8 or 2001:db8::/32, or a single address without a slash.',
      'نیٹ ورک اس طرح لکھیں: 10.0.0.0/8 یا 2001:db8::/32، یا صرف ایک پتا بغیر ترچھی لکیر کے۔',
    ],
  ),
  'key.addresses_many': entry(
    422,
    [
      'A key is bound to at most {most} networks',
      'ایک کلید زیادہ سے زیادہ {most} نیٹ ورکس سے منسلک ہو سکتی ہے',
    ],
    ['Name larger networks, or issue several keys.', 'بڑے نیٹ ورک لکھیں یا کئی کلیدیں جاری کریں۔'],
  ),
  'key.label_invalid': entry(
    422,
    [
      'A key needs a label of at most {most} characters in one line',
      'کلید کے لیے ایک سطر میں زیادہ سے زیادہ {most} حروف کا نام ضروری ہے',
    ],
    ['Say what the key is for.', 'لکھیں کہ کلید کس لیے ہے۔'],
  ),
  'key.lifetime_invalid': entry(
    422,
    ['A key is good for at most {days} days', 'کلید زیادہ سے زیادہ {days} دن کارآمد رہتی ہے'],
    [
      'Choose an earlier end, and issue a new key before it.',
      'قریب کی تاریخ چنیں اور اس سے پہلے نئی کلید جاری کریں۔',
    ],
  ),
  'key.not_found': entry(
    404,
    ['There is no such key', 'ایسی کوئی کلید نہیں'],
    ['Look at the list of keys.', 'کلیدوں کی فہرست دیکھیں۔'],
  ),
  'key.purpose_unknown': entry(
    422,
    ['There is no purpose "{purpose}" here', 'یہاں مقصد "{purpose}" موجود نہیں'],
    ['Choose among: {known}.', 'ان میں سے چنیں: {known}۔'],
  ),
  'keys.behind_command': entry(
    409,
    [
      'The keys are behind a key command, not in a folder with a passphrase',
      'کلیدیں کلید کی کمانڈ کے پیچھے ہیں، پاس فریز والے فولڈر میں نہیں',
    ],
    [
      'Change the protection of the keys where the command keeps them.',
      'کلیدوں کا تحفظ وہاں بدلیں جہاں کمانڈ انہیں رکھتی ہے۔',
    ],
  ),
  'keys.command_failed': entry(
    503,
    [
      'The key command failed at "{operation}" of the key "{name}": {detail}',
      'کلید کی کمانڈ کلید "{name}" پر "{operation}" میں ناکام ہوئی: {detail}',
    ],
    [
      'See to the program that KHUDI_KEY_COMMAND names and to the device behind it; what was asked can then be asked again.',
      'KHUDI_KEY_COMMAND کا پروگرام اور اس کے پیچھے کا آلہ دیکھیں؛ پھر وہی درخواست دوبارہ کی جا سکتی ہے۔',
    ],
  ),
  'keys.damaged': entry(
    503,
    ['The file of the key "{name}" is damaged', 'کلید "{name}" کی فائل خراب ہے'],
    ['Put the file back from the backup of the keys.', 'کلیدوں کے بیک اپ سے فائل واپس رکھیں۔'],
  ),
  'keys.folder_damaged': entry(
    503,
    [
      '{path} is missing or damaged, and without it no key of this node can be opened',
      '{path} موجود نہیں یا خراب ہے، اور اس کے بغیر اس نوڈ کی کوئی کلید نہیں کھل سکتی',
    ],
    [
      'Put the folder of keys back from its backup; nothing was made in its place.',
      'کلیدوں کا فولڈر اس کے بیک اپ سے واپس رکھیں؛ اس کی جگہ کچھ نہیں بنایا گیا۔',
    ],
  ),
  'keys.missing': entry(
    503,
    [
      'The key "{name}" that the database knows is not among the keys of this node',
      'کلید "{name}" جس کا اندراج ڈیٹا بیس میں ہے اس نوڈ کی کلیدوں میں نہیں',
    ],
    [
      'Put the folder of keys back that belongs to this database; another key cannot take its place.',
      'اس ڈیٹا بیس کی کلیدوں کا فولڈر واپس رکھیں؛ کوئی دوسری کلید اس کی جگہ نہیں لے سکتی۔',
    ],
  ),
  'keys.other': entry(
    503,
    [
      'The key "{name}" of this node is not the one that its signatures were made with until now',
      'اس نوڈ کی کلید "{name}" وہ نہیں جس سے اب تک دستخط ہوتے رہے ہیں',
    ],
    [
      'Put the keys back that belong to this database; another key does not sign in their place.',
      'اس ڈیٹا بیس کی اپنی کلیدیں واپس رکھیں؛ ان کی جگہ کوئی دوسری کلید دستخط نہیں کرتی۔',
    ],
  ),
  'keys.passphrase_changed': entry(
    503,
    [
      'The passphrase of the keys in {folder} was changed while this process ran',
      'اس عمل کے دوران {folder} کی کلیدوں کا پاس فریز بدل دیا گیا',
    ],
    ['Start again with the new passphrase.', 'نئے پاس فریز کے ساتھ دوبارہ شروع کریں۔'],
  ),
  'keys.passphrase_missing': entry(
    503,
    ['There are keys, and no passphrase to open them', 'کلیدیں موجود ہیں مگر انہیں کھولنے کا پاس فریز نہیں'],
    [
      'Set KHUDI_KEY_PASSPHRASE or KHUDI_KEY_PASSPHRASE_FILE, or put {file} back.',
      'KHUDI_KEY_PASSPHRASE یا KHUDI_KEY_PASSPHRASE_FILE مقرر کریں، یا {file} واپس رکھیں۔',
    ],
  ),
  'keys.passphrase_short': entry(
    400,
    [
      'The passphrase of the keys has fewer than {least} characters',
      'کلیدوں کے پاس فریز میں {least} سے کم حروف ہیں',
    ],
    ['Choose a longer one.', 'اس سے لمبا پاس فریز چنیں۔'],
  ),
  'keys.passphrase_wrong': entry(
    503,
    ['The passphrase does not open the keys in {folder}', 'یہ پاس فریز {folder} کی کلیدیں نہیں کھولتا'],
    ['Give the passphrase that the keys were made with.', 'وہ پاس فریز دیں جس سے کلیدیں بنائی گئی تھیں۔'],
  ),
  'keys.unreachable': entry(
    503,
    [
      'The keys cannot be read or written: {path} ({detail})',
      'کلیدیں پڑھی یا لکھی نہیں جا سکتیں: {path} ({detail})',
    ],
    [
      'See to it that the file belongs to the user who runs Khudi, and that the disk is sound and has room.',
      'یقینی بنائیں کہ فائل اسی صارف کی ہے جو خودی چلاتا ہے، اور ڈسک درست ہے اور اس میں جگہ ہے۔',
    ],
  ),
  'log.diverged': entry(
    503,
    [
      'The log {log} is not the one that was signed: its first {size} entries give another root',
      'لاگ {log} وہ نہیں جس پر دستخط ہوئے تھے: اس کے پہلے {size} اندراجات کی جڑ مختلف ہے',
    ],
    [
      'Nothing more is signed for this log. Keep database and log folder as they are for the inquiry; khudi log audit names the first entry that was changed.',
      'اس لاگ کے لیے مزید کوئی دستخط نہیں ہوگا۔ تفتیش کے لیے ڈیٹابیس اور لاگ کا فولڈر جوں کا توں رکھیں؛ khudi log audit پہلا بدلا ہوا اندراج بتاتا ہے۔',
    ],
  ),
  'log.empty': entry(
    404,
    [
      'The log of "{institution}" has no checkpoint yet',
      '"{institution}" کے لاگ کا ابھی کوئی چیک پوائنٹ نہیں',
    ],
    [
      'Ask again in a few seconds; a log is begun when the server first runs.',
      'چند سیکنڈ بعد دوبارہ پوچھیں؛ لاگ سرور کے پہلی بار چلنے پر شروع ہوتا ہے۔',
    ],
  ),
  'log.key_rotated_meanwhile': entry(
    409,
    [
      'The keys of this log were changed by somebody else at the same moment',
      'اسی لمحے کسی اور نے اس لاگ کی کلیدیں بدل دیں',
    ],
    [
      'See with khudi log keys whether the change that was meant has been made.',
      'khudi log keys سے دیکھیں کہ مطلوبہ تبدیلی ہو چکی ہے یا نہیں۔',
    ],
  ),
  'log.keys_none': entry(
    409,
    ['This log has no keys yet', 'اس لاگ کی ابھی کوئی کلید نہیں'],
    [
      'Start the server once; it makes the keys before it signs the first checkpoint.',
      'سرور ایک بار چلائیں؛ وہ پہلے چیک پوائنٹ پر دستخط سے پہلے کلیدیں بناتا ہے۔',
    ],
  ),
  'log.no_such_tile': entry(
    404,
    ['The log has no tile at this address', 'لاگ میں اس پتے پر کوئی ٹائل نہیں'],
    [
      'Read the checkpoint first; it says how large the tree is, and so which tiles there are.',
      'پہلے چیک پوائنٹ پڑھیں؛ وہ درخت کا حجم بتاتا ہے، اور اسی سے معلوم ہوتا ہے کہ کون سی ٹائلیں موجود ہیں۔',
    ],
  ),
  'log.policy_invalid': entry(
    422,
    ['The witness policy cannot be used: {reason}', 'گواہوں کی پالیسی استعمال نہیں ہو سکتی: {reason}'],
    [
      'Correct the file (c2sp.org/tlog-policy) and set it again; the policy before stays in force.',
      'فائل درست کریں (c2sp.org/tlog-policy) اور دوبارہ مقرر کریں؛ پہلی پالیسی نافذ رہے گی۔',
    ],
  ),
  'log.rolled_back': entry(
    503,
    [
      'The log {log} was rolled back: {signed} entries were signed here and the database accounts for {found}',
      'لاگ {log} پیچھے لے جایا گیا ہے: یہاں {signed} اندراجات پر دستخط ہو چکے ہیں اور ڈیٹابیس میں {found} کا حساب ہے',
    ],
    [
      'Nothing more is signed for this log. Restore the newest state of the database, in which all signed entries are; khudi log audit shows what is missing.',
      'اس لاگ کے لیے مزید کوئی دستخط نہیں ہوگا۔ ڈیٹابیس کی وہ تازہ ترین حالت بحال کریں جس میں دستخط شدہ سب اندراجات ہوں؛ khudi log audit بتاتا ہے کہ کیا غائب ہے۔',
    ],
  ),
  'log.witness_ahead': entry(
    503,
    [
      'The witness {witness} says that it cosigned {signed} entries of the log {log}, and the database accounts for {found}',
      'گواہ {witness} کے مطابق اس نے لاگ {log} کے {signed} اندراجات پر دستخط کیے، جبکہ ڈیٹا بیس میں {found} کا حساب ہے',
    ],
    [
      'Restore the newest state of the database if it was put back to an older one. If it was not, take the witness out of the policy with khudi log policy and tell its operator.',
      'اگر ڈیٹا بیس پرانی حالت پر واپس لایا گیا ہے تو اس کی تازہ ترین حالت بحال کریں۔ ورنہ khudi log policy سے اس گواہ کو پالیسی سے نکالیں اور اس کے منتظم کو بتائیں۔',
    ],
  ),
  'log.witness_answer': entry(
    502,
    [
      'The witness {witness} answered something that cannot be used: {detail}',
      'گواہ {witness} کا جواب استعمال نہیں ہو سکتا: {detail}',
    ],
    [
      'Compare its keys in the policy with those that its operator publishes.',
      'پالیسی میں اس کی کلیدیں ان کلیدوں سے ملائیں جو اس کا منتظم شائع کرتا ہے۔',
    ],
  ),
  'log.witness_objects': entry(
    502,
    [
      'The witness {witness} does not find the log consistent: {detail}',
      'گواہ {witness} کے نزدیک لاگ میں تسلسل نہیں: {detail}',
    ],
    [
      'Run khudi log audit. If it finds nothing, tell the operator of the witness.',
      'khudi log audit چلائیں۔ اگر وہ کچھ نہ پائے تو گواہ کے منتظم کو بتائیں۔',
    ],
  ),
  'log.witness_refused': entry(
    502,
    ['The witness {witness} did not cosign: {detail}', 'گواہ {witness} نے دستخط نہیں کیے: {detail}'],
    [
      'Give its operator the origin and the keys that khudi log keys prints: 404 means that it does not know the log, 403 that it does not know the key.',
      'اس کے منتظم کو لاگ کا نام اور کلیدیں دیں جو khudi log keys دکھاتا ہے: 404 کا مطلب ہے کہ وہ لاگ کو نہیں جانتا، 403 کا کہ وہ کلید کو نہیں جانتا۔',
    ],
  ),
  'log.witness_unreachable': entry(
    503,
    ['The witness {witness} could not be reached: {detail}', 'گواہ {witness} تک رسائی نہ ہو سکی: {detail}'],
    [
      'The log works on without it, and it is asked again. See to the network if it lasts.',
      'لاگ اس کے بغیر کام کرتا رہتا ہے اور اس سے دوبارہ پوچھا جاتا ہے۔ اگر یہی رہے تو نیٹ ورک دیکھیں۔',
    ],
  ),
  'model.artefact_damaged': entry(
    409,
    [
      'The stored model {digest} does not have the registered digest',
      'محفوظ ماڈل {digest} کا خلاصہ درج شدہ خلاصے سے مختلف ہے',
    ],
    [
      'Restore it from a backup or train it again; it does not run.',
      'اسے بیک اپ سے بحال کریں یا دوبارہ تربیت دیں؛ یہ نہیں چلے گا۔',
    ],
  ),
  'model.carries_personal_data': entry(
    422,
    [
      'A model "{model}" would carry sealed data: its feature "{feature}" holds values of fields that are personal',
      'ماڈل "{model}" میں مہر بند معلومات آ جائیں گی: اس کی خصوصیت "{feature}" میں ذاتی خانوں کی قدریں ہیں',
    ],
    [
      "Have the application's author make this feature from operational fields, or of a coarser value.",
      'اطلاق کے مصنف سے کہیں کہ یہ خصوصیت عملیاتی خانوں سے یا کسی موٹے درجے کی قدر سے بنائیں۔',
    ],
  ),
  'model.case_sealed': entry(
    409,
    [
      'The features of this case are sealed and were not opened',
      'اس مقدمے کی خصوصیات مہر بند ہیں اور کھولی نہیں گئیں',
    ],
    [
      'State what you read it for with --purpose. What has been erased cannot be opened any more.',
      '‎--purpose سے بتائیں کہ کس مقصد کے لیے پڑھ رہے ہیں۔ جو مٹایا جا چکا وہ اب نہیں کھل سکتا۔',
    ],
  ),
  'model.engine_cannot': entry(
    422,
    ['Engine "{engine}" cannot do this: {work}', 'انجن "{engine}" یہ کام نہیں کر سکتا: {work}'],
    ['Choose a model of another engine, or another format.', 'کسی دوسرے انجن کا ماڈل یا کوئی اور شکل چنیں۔'],
  ),
  'model.engine_refused': entry(
    422,
    ['The engine refuses what it was given: {detail}', 'انجن نے دیا گیا مواد قبول نہیں کیا: {detail}'],
    [
      'Correct what is named; nothing was kept of it.',
      'بتائی گئی بات درست کریں؛ اس میں سے کچھ محفوظ نہیں ہوا۔',
    ],
  ),
  'model.live_already': entry(
    409,
    ['Model {digest} is live already', 'ماڈل {digest} پہلے ہی فعال ہے'],
    ['There is nothing to propose.', 'تجویز دینے کی ضرورت نہیں۔'],
  ),
  'model.none_live': entry(
    409,
    [
      'Application "{application}" has no live model "{model}"',
      'اطلاق "{application}" کا کوئی فعال ماڈل "{model}" نہیں',
    ],
    [
      'Train one and promote it: khudi model train {application}, khudi model promote.',
      'ماڈل تربیت دے کر فعال کریں: khudi model train {application}، khudi model promote۔',
    ],
  ),
  'model.not_comparable': entry(
    422,
    [
      'The two models are not of one name in one application',
      'دونوں ماڈل ایک ہی اطلاق کے ایک ہی نام کے نہیں',
    ],
    [
      'Compare models that look for the same thing: khudi model list',
      'وہ ماڈل ملائیں جو ایک ہی بات ڈھونڈتے ہوں: khudi model list',
    ],
  ),
  'model.not_declared': entry(
    404,
    [
      'Application "{application}" declares no model "{model}"',
      'اطلاق "{application}" میں ماڈل "{model}" نہیں',
    ],
    ["Check the name against the application's page.", 'نام اطلاق کے صفحے سے ملائیں۔'],
  ),
  'model.not_found': entry(
    404,
    ['There is no model {digest} of "{application}"', '"{application}" کا ماڈل {digest} موجود نہیں'],
    [
      'khudi model list {application} shows what there is.',
      'khudi model list {application} موجودہ ماڈل دکھاتا ہے۔',
    ],
  ),
  'model.nothing_to_measure': entry(
    422,
    [
      'No case of the period was decided by a model and has an outcome',
      'اس مدت کا کوئی مقدمہ ایسا نہیں جس کا ماڈل نے فیصلہ کیا ہو اور نتیجہ معلوم ہو',
    ],
    [
      'Choose another period, or decide its cases first: khudi decide',
      'دوسری مدت چنیں، یا پہلے مقدمات کا فیصلہ کریں: khudi decide',
    ],
  ),
  'model.too_little_to_learn': entry(
    422,
    [
      'Only {examples} cases of the period have an outcome, {positives} of them positive: too few to learn from',
      'اس مدت کے صرف {examples} مقدمات کا نتیجہ معلوم ہے، جن میں {positives} مثبت ہیں: سیکھنے کو کم',
    ],
    ['Choose a longer period, or record more outcomes.', 'لمبی مدت چنیں یا مزید نتائج درج کریں۔'],
  ),
  'outcome.invalid': entry(
    422,
    [
      'The outcome does not fit the schema of application "{application}"',
      'نتیجہ اطلاق "{application}" کے سانچے میں پورا نہیں اترتا',
    ],
    ['Correct the fields that are named and send it again.', 'بتائے گئے خانے درست کر کے دوبارہ بھیجیں۔'],
  ),
  'policy.invalid': entry(
    422,
    [
      'These policies cannot be put in force: {place}: {detail}',
      'یہ پالیسیاں نافذ نہیں ہو سکتیں: {place}: {detail}',
    ],
    [
      'Mend what stands at that place and check the files again: khudi policy check FILE…',
      'اس جگہ کی غلطی درست کریں اور فائلیں دوبارہ جانچیں: khudi policy check FILE…',
    ],
  ),
  'policy.refused': entry(
    403,
    ['Policy {policy} refuses this: {sentence}', 'پالیسی {policy} اس کی اجازت نہیں دیتی: {sentence}'],
    [
      'Ask for what the policy permits, or have two people replace the policy.',
      'وہی مانگیں جس کی پالیسی اجازت دیتی ہے، یا دو افراد سے پالیسی تبدیل کروائیں۔',
    ],
  ),
  'policy.unavailable': entry(
    503,
    [
      'The policies cannot be asked, so nothing is done',
      'پالیسیوں سے پوچھا نہیں جا سکتا، اس لیے کچھ نہیں کیا گیا',
    ],
    [
      'Try again later; if it stays so, tell the operator of the platform.',
      'بعد میں دوبارہ کوشش کریں؛ مسئلہ برقرار رہے تو پلیٹ فارم چلانے والے کو بتائیں۔',
    ],
  ),
  'proposal.body_invalid': entry(
    422,
    [
      'A proposal of the kind "{kind}" does not look like this: field "{field}"',
      '"{kind}" قسم کی تجویز ایسی نہیں ہوتی: خانہ "{field}"',
    ],
    ['Correct the field and propose again.', 'خانہ درست کر کے دوبارہ تجویز دیں۔'],
  ),
  'proposal.kind_unknown': entry(
    422,
    ['Nothing of the kind "{kind}" can be proposed here', 'یہاں "{kind}" قسم کی کوئی تجویز نہیں دی جا سکتی'],
    ['Choose one of: {known}.', 'ان میں سے ایک چنیں: {known}۔'],
  ),
  'proposal.not_found': entry(
    404,
    ['There is no such proposal', 'ایسی کوئی تجویز نہیں'],
    ['Look at the list of proposals.', 'تجاویز کی فہرست دیکھیں۔'],
  ),
  'proposal.not_open': entry(
    409,
    ['This proposal is no longer open: {state}', 'یہ تجویز اب کھلی نہیں: {state}'],
    ['Make a new proposal if it is still wanted.', 'اگر اب بھی ضرورت ہو تو نئی تجویز دیں۔'],
  ),
  'proposal.not_own': entry(
    403,
    ['Somebody else made this proposal', 'یہ تجویز کسی اور کی ہے'],
    [
      'Reject it with a reason instead, where you may approve it.',
      'اگر آپ منظوری کے مجاز ہیں تو اسے وجہ کے ساتھ مسترد کریں۔',
    ],
  ),
  'proposal.outdated': entry(
    409,
    [
      'What this proposal is based on has changed meanwhile',
      'جس بنیاد پر یہ تجویز دی گئی تھی وہ اس دوران بدل گئی ہے',
    ],
    [
      'Reject or withdraw it, look at what is in force now, and propose anew.',
      'اسے مسترد کریں یا واپس لیں، موجودہ صورت دیکھیں اور نئی تجویز دیں۔',
    ],
  ),
  'proposal.own': entry(
    403,
    ['This proposal is your own', 'یہ تجویز آپ کی اپنی ہے'],
    [
      'Ask somebody else to approve it, whose account you did not open. You can withdraw it.',
      'کسی اور سے منظوری لیں جس کا اکاؤنٹ آپ نے نہ کھولا ہو۔ آپ اسے واپس لے سکتے ہیں۔',
    ],
  ),
  'proposal.reason_missing': entry(
    422,
    ['A rejection needs a reason', 'مسترد کرنے کی وجہ ضروری ہے'],
    ['Say in a sentence why.', 'ایک جملے میں وجہ لکھیں۔'],
  ),
  'receipt.not_found': entry(
    404,
    ['This case has no receipt of that number', 'اس مقدمے کی اس نمبر کی کوئی رسید نہیں'],
    [
      'List the receipts of the case and take one of them.',
      'مقدمے کی رسیدوں کی فہرست دیکھیں اور ان میں سے کوئی لیں۔',
    ],
  ),
  'receipt.not_ready': entry(
    409,
    [
      'The entry is in the log, and not enough witnesses have seen it yet',
      'اندراج لاگ میں ہے، مگر ابھی کافی گواہوں نے اسے نہیں دیکھا',
    ],
    [
      'Ask again in a few seconds; where this lasts, the witnesses cannot be reached.',
      'چند سیکنڈ بعد دوبارہ پوچھیں؛ اگر یہی صورت رہے تو گواہوں تک رسائی نہیں ہو رہی۔',
    ],
  ),
  'receipt.not_valid': entry(
    422,
    ['The receipt does not hold', 'رسید درست ثابت نہیں ہوئی'],
    [
      'Do not rely on it. Ask the institution that is named in it for a new one.',
      'اس پر بھروسا نہ کریں۔ جس ادارے کا نام اس میں ہے اس سے نئی رسید طلب کریں۔',
    ],
  ),
  'receipt.policy_needed': entry(
    400,
    [
      'A receipt is checked by a policy, and none was given',
      'رسید کسی پالیسی سے پرکھی جاتی ہے، اور کوئی پالیسی نہیں دی گئی',
    ],
    [
      'Give the policy that the institution has published, with --policy.',
      'ادارے کی شائع کردہ پالیسی --policy سے دیں۔',
    ],
  ),
  'receipt.policy_unreadable': entry(
    400,
    ['The policy cannot be used', 'پالیسی کام میں نہیں آ سکتی'],
    [
      'Correct the line that is named, or take the policy as it was published.',
      'بتائی گئی سطر درست کریں، یا پالیسی ویسی ہی لیں جیسی شائع ہوئی تھی۔',
    ],
  ),
  'receipt.qr_too_long': entry(
    422,
    [
      'The receipt has {bytes} bytes, more than the {most} that a QR code holds',
      'رسید {bytes} بائٹ کی ہے، جبکہ کیو آر کوڈ میں زیادہ سے زیادہ {most} آتے ہیں',
    ],
    ['Hand out the file instead.', 'اس کی جگہ فائل دیں۔'],
  ),
  'receipt.unchecked': entry(
    422,
    [
      'This program cannot check the receipt, which may be good',
      'یہ پروگرام رسید نہیں پرکھ سکتا، رسید درست ہو سکتی ہے',
    ],
    ['Check it with a newer version.', 'اسے نئے نسخے سے پرکھیں۔'],
  ),
  'receipt.unreadable': entry(
    400,
    ['This is no receipt, or a damaged one', 'یہ رسید نہیں، یا اس میں خرابی آ گئی ہے'],
    [
      'Take the file as it was issued: copying by hand or through a word processor changes it.',
      'فائل ویسی ہی لیں جیسی جاری ہوئی تھی: ہاتھ سے یا ورڈ پروسیسر میں نقل کرنے سے وہ بدل جاتی ہے۔',
    ],
  ),
  'request.body_invalid': entry(
    400,
    ['The request does not have the described form: {detail}', 'درخواست مقررہ شکل میں نہیں ہے: {detail}'],
    [
      'Correct the named field and send the request again.',
      'بتایا گیا خانہ درست کر کے درخواست دوبارہ بھیجیں۔',
    ],
  ),
  'request.body_missing': entry(
    400,
    ['The request has no body', 'درخواست کا متن موجود نہیں'],
    ['Send the described JSON as the body.', 'مقررہ JSON درخواست کے متن میں بھیجیں۔'],
  ),
  'request.body_too_large': entry(
    413,
    ['The body is larger than {limitBytes} bytes', 'درخواست کا متن {limitBytes} بائٹ سے بڑا ہے'],
    [
      'Send less at once; many records go as an NDJSON or CSV stream.',
      'ایک بار میں کم بھیجیں؛ زیادہ ریکارڈ NDJSON یا CSV کی صورت میں بھیجے جاتے ہیں۔',
    ],
  ),
  'request.body_truncated': entry(
    400,
    ['The body does not have its stated length', 'درخواست کا متن بتائی گئی لمبائی کا نہیں'],
    ['Send the request again.', 'درخواست دوبارہ بھیجیں۔'],
  ),
  'request.body_unexpected': entry(
    400,
    ['This operation takes no body', 'اس عمل میں درخواست کا متن نہیں ہوتا'],
    ['Send the request without a body.', 'درخواست متن کے بغیر بھیجیں۔'],
  ),
  'request.content_type_unsupported': entry(
    415,
    ['The body must be {expected} in UTF-8', 'درخواست کا متن UTF-8 میں {expected} ہونا چاہیے'],
    [
      'Name that type in Content-Type and send the body in it.',
      'Content-Type میں یہی قسم لکھیں اور متن اسی صورت میں بھیجیں۔',
    ],
  ),
  'request.cursor_invalid': entry(
    400,
    ['The cursor is not one that this list gave out', 'یہ نشانِ تسلسل اس فہرست کا دیا ہوا نہیں'],
    [
      'Start again from the first page and pass cursors on unchanged.',
      'پہلے صفحے سے دوبارہ شروع کریں اور نشانِ تسلسل جوں کا توں بھیجیں۔',
    ],
  ),
  'request.encoding_unsupported': entry(
    415,
    ['Compressed bodies are not taken', 'کمپریس شدہ متن قبول نہیں کیا جاتا'],
    ['Send the body without Content-Encoding.', 'متن Content-Encoding کے بغیر بھیجیں۔'],
  ),
  'request.headers_too_large': entry(
    431,
    ['The headers or the address are too long', 'سرخیاں یا پتہ حد سے لمبا ہے'],
    [
      'Shorten them; large content belongs in the body.',
      'انہیں مختصر کریں؛ بڑا مواد درخواست کے متن میں بھیجیں۔',
    ],
  ),
  'request.json_duplicate_name': entry(
    400,
    ['The JSON names a field twice in one object', 'JSON میں ایک ہی جگہ کوئی خانہ دو بار آیا ہے'],
    ['Send each field once.', 'ہر خانہ ایک ہی بار بھیجیں۔'],
  ),
  'request.json_malformed': entry(
    400,
    ['The text is not JSON', 'متن درست JSON نہیں'],
    [
      'Have a JSON library write it, and send it whole.',
      'اسے کسی JSON لائبریری سے لکھوائیں اور مکمل بھیجیں۔',
    ],
  ),
  'request.json_too_complex': entry(
    400,
    [
      'The JSON is nested deeper than {depth} levels or holds more than {names} fields',
      'JSON میں {depth} سے زیادہ تہیں یا {names} سے زیادہ خانے ہیں',
    ],
    ['Send less in one JSON document.', 'ایک JSON میں کم بھیجیں۔'],
  ),
  'request.json_unsafe': entry(
    400,
    [
      'The JSON holds what cannot be kept: a NUL character, half a surrogate pair, the name __proto__ or a whole number beyond 2^53',
      'JSON میں ایسی چیز ہے جو محفوظ نہیں ہو سکتی: NUL حرف، ادھورا یونیکوڈ جوڑا، __proto__ نام یا حد سے بڑا عدد',
    ],
    ['Remove it, or send a large number as text.', 'اسے نکال دیں، یا بڑا عدد متن کی صورت میں بھیجیں۔'],
  ),
  'request.line_too_long': entry(
    413,
    ['Line {line} is longer than {limitBytes} bytes', 'سطر {line} کی لمبائی {limitBytes} بائٹ سے زیادہ ہے'],
    [
      'Check that every record ends in a line break, and leave oversized records out.',
      'دیکھیں کہ ہر ریکارڈ کے آخر میں نئی سطر ہو، اور بہت بڑے ریکارڈ شامل نہ کریں۔',
    ],
  ),
  'request.malformed': entry(
    400,
    ['The request is not valid HTTP', 'درخواست درست HTTP نہیں'],
    ['Check the address and the program that sent it.', 'پتہ اور بھیجنے والا پروگرام دیکھیں۔'],
  ),
  'request.method_not_allowed': entry(
    405,
    ['This address takes only {allowed}', 'یہ پتہ صرف {allowed} قبول کرتا ہے'],
    ['Use one of the methods named.', 'بتائے گئے طریقوں میں سے کوئی استعمال کریں۔'],
  ),
  'request.not_acceptable': entry(
    406,
    ['The reply exists only as {offered}', 'جواب صرف ان صورتوں میں دستیاب ہے: {offered}'],
    ['Name one of these in the Accept header.', 'ان میں سے کوئی ایک Accept سرخی میں لکھیں۔'],
  ),
  'request.not_found': entry(
    404,
    ['There is nothing at this address', 'اس پتے پر کچھ نہیں'],
    [
      'Check the address; /v1/openapi.json lists those of the API.',
      'پتہ دیکھیں؛ /v1/openapi.json میں API کے پتے درج ہیں۔',
    ],
  ),
  'request.not_utf8': entry(
    400,
    ['The text is not valid UTF-8', 'متن درست UTF-8 نہیں'],
    ['Save or send it in UTF-8.', 'اسے UTF-8 میں محفوظ کر کے بھیجیں۔'],
  ),
  'request.parameters_invalid': entry(
    400,
    ['The address does not have the described form: {detail}', 'پتہ مقررہ شکل میں نہیں ہے: {detail}'],
    ['Correct the named part of the address.', 'پتے کا بتایا گیا حصہ درست کریں۔'],
  ),
  'request.period_reversed': entry(
    400,
    [
      'The period ends on {to}, before it begins on {from}',
      'مدت {to} پر ختم ہوتی ہے، جو آغاز {from} سے پہلے ہے',
    ],
    ['Swap the two dates.', 'دونوں تاریخیں بدل دیں۔'],
  ),
  'request.precondition_invalid': entry(
    400,
    ['If-Match does not hold one version such as "3"', 'If-Match میں "3" جیسا ایک نسخہ درج نہیں'],
    ['Send the ETag of what you edited, unchanged.', 'جس میں ترمیم کی اس کا ETag جوں کا توں بھیجیں۔'],
  ),
  'request.precondition_not_supported': entry(
    400,
    ['What this operation changes has no version', 'یہ عمل جسے بدلتا ہے اس کا کوئی نسخہ نمبر نہیں'],
    ['Leave the If-Match header out.', 'If-Match سرخی کے بغیر بھیجیں۔'],
  ),
  'request.precondition_required': entry(
    428,
    ['An edit must name the version that it edits', 'ترمیم میں یہ بتانا لازمی ہے کہ کس نسخے میں ہو رہی ہے'],
    [
      'Read it first, then send its ETag in If-Match.',
      'پہلے اسے پڑھیں، پھر اس کا ETag سرخی If-Match میں بھیجیں۔',
    ],
  ),
  'request.rate_limited': entry(
    429,
    ['Too many requests in a short time', 'تھوڑے وقت میں بہت زیادہ درخواستیں آئیں'],
    ['Wait {seconds} seconds, then go on more slowly.', '{seconds} سیکنڈ رکیں، پھر رفتار کم رکھیں۔'],
  ),
  'request.timed_out': entry(
    408,
    ['The request did not arrive completely in time', 'درخواست وقت پر مکمل نہیں پہنچی'],
    [
      'Send it again, in smaller parts if the connection is slow.',
      'دوبارہ بھیجیں؛ رابطہ سست ہو تو چھوٹے حصوں میں۔',
    ],
  ),
  'review.not_yours': entry(
    403,
    ['This case waits for the role {role}', 'یہ مقدمہ عہدہ {role} کا منتظر ہے'],
    ['Pass it on to an officer of that role.', 'اسے اس عہدے کے افسر کو بھیجیں۔'],
  ),
  'review.own_case': entry(
    403,
    ['You entered this case yourself', 'یہ مقدمہ آپ نے خود درج کیا تھا'],
    ['Leave its review to another officer.', 'اس کا جائزہ کسی دوسرے افسر پر چھوڑ دیں۔'],
  ),
  'review.person_needed': entry(
    403,
    ['Only a person who signed in may review', 'جائزہ صرف سائن اِن شدہ فرد کر سکتا ہے'],
    ['Sign in with your own account.', 'اپنے اکاؤنٹ سے سائن اِن کریں۔'],
  ),
  'review.reason_missing': entry(
    422,
    ['Whoever disagrees with the recommendation says why', 'سفارش سے اختلاف کرنے والا وجہ بتائے'],
    ['Write your reason and send again.', 'اپنی وجہ لکھ کر دوبارہ بھیجیں۔'],
  ),
  'review.recommendation_unknown': entry(
    422,
    [
      '"{recommendation}" is not something this application can recommend',
      '"{recommendation}" اس اطلاق کی سفارشات میں نہیں',
    ],
    ['Choose one of: {choices}.', 'ان میں سے ایک چنیں: {choices}۔'],
  ),
  'right.case_of_another': entry(
    409,
    ['This case is not about the person who asked', 'یہ مقدمہ درخواست گزار کے بارے میں نہیں'],
    ['Choose a case of this very person.', 'اسی شخص کا مقدمہ چنیں۔'],
  ),
  'right.correction_not_personal': entry(
    409,
    [
      'A request corrects personal fields only, and leaves reference, day and person as they are',
      'درخواست پر صرف ذاتی خانے درست ہوتے ہیں؛ حوالہ، تاریخ اور شخص وہی رہتے ہیں',
    ],
    ['Open a new case for anything else.', 'باقی ہر بات کے لیے نیا مقدمہ درج کریں۔'],
  ),
  'right.day_in_future': entry(
    422,
    [
      'A request cannot have come in on a day that is yet to come',
      'درخواست آنے والے کسی دن موصول نہیں ہو سکتی',
    ],
    ['Give the day on which it reached the institution.', 'وہ دن لکھیں جب یہ ادارے کو پہنچی۔'],
  ),
  'right.decided_already': entry(
    409,
    ['This request has been decided already', 'اس درخواست پر فیصلہ ہو چکا ہے'],
    [
      'Read the decision; a new request can be received at any time.',
      'فیصلہ پڑھیں؛ نئی درخواست کسی بھی وقت دی جا سکتی ہے۔',
    ],
  ),
  'right.ground_missing': entry(
    422,
    [
      'What is refused needs the law that permits the refusal',
      'انکار کے لیے وہ قانون بتانا لازم ہے جو اس کی اجازت دیتا ہے',
    ],
    ['Name the law with its section.', 'قانون اور اس کی دفعہ لکھیں۔'],
  ),
  'right.held': entry(
    409,
    [
      'A legal hold keeps this from being erased: {basis}',
      'قانونی روک کے باعث یہ مٹایا نہیں جا سکتا: {basis}',
    ],
    ['Lift the hold first, if its reason is gone.', 'اگر وجہ ختم ہو چکی ہے تو پہلے روک ہٹائیں۔'],
  ),
  'right.hold_basis_missing': entry(
    422,
    ['A hold is added and lifted with its reason', 'روک لگانے اور ہٹانے کی وجہ لازم ہے'],
    [
      'Name the law, the order or the request; name no person.',
      'قانون، حکم یا درخواست لکھیں؛ کسی شخص کا نام نہ لکھیں۔',
    ],
  ),
  'right.hold_not_found': entry(
    404,
    ['There is no hold of this number in force', 'اس نمبر کی کوئی روک نافذ نہیں'],
    ['Look at the list of holds.', 'روکوں کی فہرست دیکھیں۔'],
  ),
  'right.hold_on_nothing': entry(
    422,
    ['A hold is of one person or of one application', 'روک ایک شخص یا ایک اطلاق پر ہوتی ہے'],
    ['Give one of the two.', 'دونوں میں سے ایک بتائیں۔'],
  ),
  'right.not_granted': entry(
    409,
    [
      'Only what has been granted, and not been done yet, is carried out',
      'صرف وہی کیا جا سکتا ہے جو منظور ہوا ہو اور ابھی نہ کیا گیا ہو',
    ],
    [
      'Look at the request: it must be of this kind, and granted.',
      'درخواست دیکھیں: وہ اسی قسم کی اور منظور شدہ ہونی چاہیے۔',
    ],
  ),
  'right.nothing_done': entry(
    409,
    ['Nothing has been corrected on this request yet', 'اس درخواست پر ابھی کچھ درست نہیں کیا گیا'],
    ['Correct the cases that it is about first.', 'پہلے وہ مقدمات درست کریں جن کے بارے میں یہ ہے۔'],
  ),
  'right.own_decision': entry(
    403,
    [
      'You decided a case of this person, so you cannot decide on their request',
      'آپ اس شخص کے مقدمے کا فیصلہ کر چکے ہیں، اس لیے ان کی درخواست پر فیصلہ نہیں کر سکتے',
    ],
    ['Have another data-protection officer decide.', 'کسی دوسرے افسر تحفظِ معلومات سے فیصلہ کروائیں۔'],
  ),
  'right.reason_missing': entry(
    422,
    ['A decision on a request needs its reasons', 'درخواست پر فیصلے کی وجوہات لازم ہیں'],
    [
      'Write for the person why it is granted or refused.',
      'متعلقہ شخص کے لیے لکھیں کہ درخواست کیوں منظور یا مسترد ہوئی۔',
    ],
  ),
  'right.request_not_found': entry(
    404,
    ['There is no request of this number', 'اس نمبر کی کوئی درخواست نہیں'],
    ['Check the number, or look the request up in the list.', 'نمبر جانچیں، یا فہرست میں درخواست تلاش کریں۔'],
  ),
  'right.restricted': entry(
    403,
    [
      'At the request of the person, these data may be kept but not used for this purpose',
      'متعلقہ شخص کی درخواست پر یہ معلومات محفوظ رہیں گی مگر اس مقصد کے لیے استعمال نہیں ہوں گی',
    ],
    [
      'Ask the data-protection officer; the restriction ends when it is lifted.',
      'افسر تحفظِ معلومات سے رجوع کریں؛ پابندی ہٹنے پر استعمال ممکن ہو گا۔',
    ],
  ),
  'right.retention_rule_wrong': entry(
    422,
    ['This is no rule of retention', 'یہ مدتِ تحفظ کا درست ضابطہ نہیں'],
    [
      'Give whole years from 1 to 100, what follows, and the law in English and in Urdu.',
      '1 سے 100 تک پورے سال، اس کے بعد کا عمل، اور قانون انگریزی اور اردو میں دیں۔',
    ],
  ),
  'right.statement_missing': entry(
    422,
    ['A correction needs a statement', 'تصحیح کے ساتھ بیان لازم ہے'],
    ['Write what was wrong, and how that is known.', 'لکھیں کہ کیا غلط تھا اور یہ کیسے معلوم ہوا۔'],
  ),
  'right.time_zone_unknown': entry(
    422,
    ['This is not the name of a time zone', 'یہ کسی ٹائم زون کا نام نہیں'],
    [
      'Write it as in the IANA database, such as Asia/Karachi.',
      'اسے IANA کی فہرست کے مطابق لکھیں، جیسے Asia/Karachi۔',
    ],
  ),
  'right.version_stale': entry(
    412,
    ['Somebody else went on with it since you looked', 'آپ کے دیکھنے کے بعد کسی اور نے اس پر کارروائی کی ہے'],
    ['Read it as it stands now, then go on.', 'اسے موجودہ حالت میں پڑھیں، پھر آگے بڑھیں۔'],
  ),
  'server.busy': entry(
    503,
    ['The server is at the limit of what it can do at once', 'سرور اس وقت اپنی گنجائش کی حد پر ہے'],
    ['Wait {seconds} seconds and try again.', '{seconds} سیکنڈ رک کر دوبارہ کوشش کریں۔'],
  ),
  'server.fault': entry(
    500,
    [
      'Something failed here, and has been recorded as {fault}',
      'یہاں کوئی خرابی ہوئی، جو {fault} کے طور پر درج ہو گئی ہے',
    ],
    [
      'Try again later; if it persists, tell your administrator this number.',
      'بعد میں دوبارہ کوشش کریں؛ خرابی برقرار رہے تو منتظم کو یہ نمبر بتائیں۔',
    ],
  ),
  'server.port_in_use': entry(
    500,
    [
      'Port {port} on {host} is in use by another program',
      '{host} کا پورٹ {port} کسی اور پروگرام کے استعمال میں ہے',
    ],
    [
      'Stop that program, or start with another port: KHUDI_PORT=8081 npm start',
      'وہ پروگرام بند کریں، یا دوسرا پورٹ دیں: KHUDI_PORT=8081 npm start',
    ],
  ),
  'server.stopping': entry(
    503,
    ['The server is stopping', 'سرور بند ہو رہا ہے'],
    [
      'Try again in a moment; what was not acknowledged was not kept.',
      'تھوڑی دیر بعد دوبارہ کوشش کریں؛ جس کی تصدیق نہیں ملی وہ محفوظ نہیں ہوا۔',
    ],
  ),
  'server.timed_out': entry(
    503,
    ['The operation took too long and was given up', 'عمل میں حد سے زیادہ وقت لگا، اس لیے اسے چھوڑ دیا گیا'],
    [
      'See whether it took effect, then repeat it with the same Idempotency-Key.',
      'دیکھیں کہ اس کا اثر ہوا یا نہیں، پھر اسی کلیدِ یکتائی کے ساتھ دہرائیں۔',
    ],
  ),
  'settings.invalid': entry(
    500,
    [
      'The environment variable {name} does not have a usable value',
      'ماحولیاتی متغیر {name} کی قدر قابلِ استعمال نہیں',
    ],
    [
      'Correct it and start again; the README lists the variables.',
      'اسے درست کر کے دوبارہ چلائیں؛ README میں متغیرات کی فہرست ہے۔',
    ],
  ),
  'unit.closed': entry(
    409,
    ['The unit "{unit}" is closed', 'اکائی "{unit}" بند ہے'],
    ['Name the unit that took over its work.', 'وہ اکائی لکھیں جس نے اس کا کام سنبھالا۔'],
  ),
  'unit.code_invalid': entry(
    422,
    ['"{unit}" cannot be the code of a unit', '"{unit}" اکائی کا کوڈ نہیں بن سکتا'],
    [
      'A code has 1 to 40 letters, digits, dots, dashes and underscores, and begins with a letter or digit.',
      'کوڈ میں 1 سے 40 انگریزی حروف، ہندسے، نقطے، ڈیش اور زیریں خط ہوتے ہیں، اور آغاز حرف یا ہندسے سے ہوتا ہے۔',
    ],
  ),
  'unit.code_taken': entry(
    409,
    ['Another unit already has the code "{unit}"', 'کوڈ "{unit}" پہلے ہی کسی اور اکائی کا ہے'],
    [
      'Choose another code; the code of a closed unit stays taken.',
      'کوئی اور کوڈ چنیں؛ بند اکائی کا کوڈ بھی دوبارہ استعمال نہیں ہوتا۔',
    ],
  ),
  'unit.cycle': entry(
    409,
    [
      'The unit "{unit}" cannot lie under "{parent}", which lies below it',
      'اکائی "{unit}"، "{parent}" کے نیچے نہیں آ سکتی، کیونکہ وہ خود اس کے نیچے ہے',
    ],
    [
      'Choose a unit that does not lie below the one that moves.',
      'ایسی اکائی چنیں جو منتقل ہونے والی اکائی کے نیچے نہ ہو۔',
    ],
  ),
  'unit.has_units': entry(
    409,
    [
      'The unit "{unit}" still has open units below it, such as "{below}"',
      'اکائی "{unit}" کے نیچے اب بھی کھلی اکائیاں ہیں، جیسے "{below}"',
    ],
    ['Close or move those first.', 'پہلے انہیں بند یا منتقل کریں۔'],
  ),
  'unit.kind_unknown': entry(
    422,
    ['There is no kind of unit called "{kind}"', '"{kind}" نام کی اکائی کی کوئی قسم نہیں'],
    ['Choose one of: {known}.', 'ان میں سے چنیں: {known}۔'],
  ),
  'unit.not_found': entry(
    404,
    ['There is no such unit', 'ایسی کوئی اکائی نہیں'],
    ['Look the code up in the list of units.', 'اکائیوں کی فہرست میں کوڈ دیکھیں۔'],
  ),
  'unit.outside': entry(
    403,
    ['You may not open a case of this unit', 'آپ اس اکائی کا مقدمہ نہیں کھول سکتے'],
    [
      'Submit cases of your own units, or ask an administrator for a role at this one.',
      'اپنی اکائیوں کے مقدمے جمع کرائیں، یا منتظم سے اس اکائی میں کردار مانگیں۔',
    ],
  ),
  'unit.title_invalid': entry(
    422,
    ['A unit needs a name in both languages', 'اکائی کا نام دونوں زبانوں میں ضروری ہے'],
    [
      'Give 1 to 200 characters in English and in Urdu, without control characters.',
      'انگریزی اور اردو میں 1 سے 200 حروف کا نام دیں، کنٹرول حروف کے بغیر۔',
    ],
  ),
  'unit.unknown': entry(
    422,
    ['There is no unit with the code "{unit}"', 'کوڈ "{unit}" کی کوئی اکائی نہیں'],
    [
      'Use the code of a unit of this institution, or have the unit added first.',
      'اس ادارے کی کسی اکائی کا کوڈ دیں، یا پہلے اکائی شامل کروائیں۔',
    ],
  ),
  'vault.case_in_review': entry(
    409,
    [
      'Cases of this person at application "{application}" wait for an officer: {cases}',
      'اطلاق "{application}" میں اس شخص کے {cases} مقدمات افسر کے فیصلے کے منتظر ہیں',
    ],
    [
      'Have them decided first; then erase the person.',
      'پہلے ان پر فیصلہ کروائیں؛ پھر شخص کی معلومات مٹائیں۔',
    ],
  ),
  'vault.person_erased': entry(
    409,
    ['This person has been erased already', 'اس شخص کی معلومات پہلے ہی مٹائی جا چکی ہیں'],
    [
      'There is nothing left to erase or to open; the log shows when it was done.',
      'اب مٹانے یا کھولنے کو کچھ باقی نہیں؛ لاگ میں درج ہے کہ یہ کب ہوا۔',
    ],
  ),
  'vault.person_unknown': entry(
    404,
    [
      'Nothing is held on a person or case of this name',
      'اس نام کے کسی شخص یا مقدمے کی کوئی معلومات محفوظ نہیں',
    ],
    [
      'Write it as scheme:identifier, such as cnic:3520212345671; somebody erased is not found by name any more.',
      'اسے scheme:identifier کی صورت میں لکھیں، جیسے cnic:3520212345671؛ جس کی معلومات مٹ چکیں وہ نام سے نہیں ملتا۔',
    ],
  ),
  'vault.purpose_forbidden': entry(
    403,
    [
      'Your roles do not permit opening personal data for this purpose ({purpose}: {scope})',
      'آپ کے عہدے اس مقصد سے ذاتی معلومات کھولنے کی اجازت نہیں دیتے ({purpose}: {scope})',
    ],
    [
      'Choose the purpose that fits your duty, or ask your data-protection officer.',
      'اپنے فرض کے مطابق مقصد چنیں، یا افسر تحفظِ معلومات سے رجوع کریں۔',
    ],
  ),
  'vault.retention_required': entry(
    409,
    [
      '{law} requires the cases of application "{application}" to be kept until {until}',
      '{law} کے تحت اطلاق "{application}" کے مقدمات {until} تک محفوظ رکھنا لازم ہے',
    ],
    [
      'Erase the person after that day; until then tell them which law requires it.',
      'اس تاریخ کے بعد مٹائیں؛ تب تک متعلقہ شخص کو بتائیں کہ کون سا قانون اس کا تقاضا کرتا ہے۔',
    ],
  ),
  'witness.log_unknown': entry(
    404,
    ['This institution is no witness for {log}', 'یہ ادارہ {log} کا گواہ نہیں'],
    [
      'khudi witness list names the logs that it is a witness for.',
      'khudi witness list بتاتا ہے کہ یہ کن لاگوں کا گواہ ہے۔',
    ],
  ),
  'witness.name_fixed': entry(
    409,
    ['This institution is a witness already, as {name}', 'یہ ادارہ {name} کے نام سے پہلے ہی گواہ ہے'],
    [
      'Keep the name: others trust its keys under it.',
      'یہی نام رکھیں: دوسرے اس کی کلیدوں پر اسی نام سے بھروسا کرتے ہیں۔',
    ],
  ),
  'witness.name_invalid': entry(
    422,
    ['"{name}" cannot be the name of a witness', '"{name}" گواہ کا نام نہیں ہو سکتا'],
    [
      'Choose a name such as example.gov.pk/witness that no other witness has: without spaces and plus, at most 255 bytes.',
      'example.gov.pk/witness جیسا نام چنیں جو کسی اور گواہ کا نہ ہو: خالی جگہ اور جمع کے نشان کے بغیر، زیادہ سے زیادہ 255 بائٹ۔',
    ],
  ),
  'witness.not_enabled': entry(
    409,
    ['This institution is not a witness', 'یہ ادارہ گواہ نہیں'],
    ['Make its keys with khudi witness enable first.', 'پہلے khudi witness enable سے اس کی کلیدیں بنائیں۔'],
  ),
  'witness.vkey_invalid': entry(
    422,
    ['This is not the key of a log: {reason}', 'یہ کسی لاگ کی کلید نہیں: {reason}'],
    [
      'Give verifier keys of one log, as its operator publishes them: khudi log keys prints them.',
      'ایک ہی لاگ کی تصدیقی کلیدیں دیں جیسے اس کا منتظم شائع کرتا ہے: khudi log keys انہیں دکھاتا ہے۔',
    ],
  ),
} as const satisfies Record<string, CatalogueEntry>

export type ErrorCode = keyof typeof catalogue

/** A text that is said in both languages enters each text of the catalogue in its own. */
export type ErrorParameters = Readonly<Record<string, string | number | CatalogueText>>

/** Puts parameters into a catalogue text; an absent parameter stays visible as `{name}`. */
export function fill(
  text: CatalogueText,
  language: keyof CatalogueText,
  parameters: ErrorParameters,
): string {
  return text[language].replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = parameters[name]
    if (value === undefined) return whole
    return typeof value === 'object' ? value[language] : String(value)
  })
}

/**
 * The caller can act on it. Carries a catalogue code, its parameters and, for input of many fields, each field's problem.
 *
 * Parameters reach the reply and the log: never put personal data into them.
 */
export class Refusal extends Error {
  override readonly name: string = 'Refusal'
  readonly code: ErrorCode
  readonly parameters: ErrorParameters
  readonly problems: readonly FieldProblem[]

  constructor(
    code: ErrorCode,
    parameters: ErrorParameters = {},
    options: { readonly problems?: readonly FieldProblem[]; readonly cause?: unknown } = {},
  ) {
    super(`${code}: ${fill(catalogue[code].title, 'en', parameters)}`, { cause: options.cause })
    this.code = code
    this.parameters = parameters
    this.problems = options.problems ?? []
  }

  get status(): number {
    return catalogue[this.code].status
  }

  title(language: keyof CatalogueText): string {
    return fill(catalogue[this.code].title, language, this.parameters)
  }

  remedy(language: keyof CatalogueText): string {
    return fill(catalogue[this.code].remedy, language, this.parameters)
  }
}

/** Going on could break the record. The message is one sentence that says what to do; the process ends non-zero. */
export class Fatal extends Refusal {
  override readonly name = 'Fatal'
}

/** For the `default` of a switch over a closed set: the compiler proves that it is never reached. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`)
}
