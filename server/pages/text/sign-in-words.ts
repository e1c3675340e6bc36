/** Texts of the pages on which people sign in and look after how they do. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const signInWords = {
  'signIn.passkey': of('Sign in with a passkey', 'پاس کی سے سائن اِن کریں'),
  'signIn.issuer': of('Sign in with {issuer}', '{issuer} سے سائن اِن کریں'),

  'signedOut.title': of('You are signed out', 'آپ سائن آؤٹ ہو گئے ہیں'),
  'signedOut.issuer': of(
    'You may still be signed in where you came from. On a computer that others use, sign out there too.',
    'جہاں سے آپ آئے تھے وہاں آپ شاید اب بھی سائن اِن ہوں۔ اگر کمپیوٹر دوسروں کے استعمال میں ہے تو وہاں بھی سائن آؤٹ کریں۔',
  ),
  'signedOut.there': of('Sign out there too', 'وہاں بھی سائن آؤٹ کریں'),
  'signedOut.again': of('Sign in again', 'دوبارہ سائن اِن کریں'),

  'passkey.failed': of(
    'No passkey was given. Try again, or use another way.',
    'کوئی پاس کی نہیں ملی۔ دوبارہ کوشش کریں، یا کوئی اور طریقہ اختیار کریں۔',
  ),
  'passkey.elsewhere': of(
    'Passkeys belong to one address: open these pages at {origin} to use them.',
    'پاس کی ایک ہی پتے کی ہوتی ہے: استعمال کے لیے یہ صفحات {origin} پر کھولیں۔',
  ),
  'passkey.noScript': of(
    'Passkeys need JavaScript; everything else here works without it.',
    'پاس کی کے لیے جاوا اسکرپٹ درکار ہے؛ یہاں باقی سب کچھ اس کے بغیر چلتا ہے۔',
  ),

  'second.title': of('Second factor', 'دوسری تصدیق'),
  'second.about': of(
    'The password was right. Show now with your app or passkey that it is you.',
    'پاس ورڈ درست تھا۔ اب اپنی ایپ یا پاس کی سے ثابت کریں کہ یہ آپ ہیں۔',
  ),
  'second.code': of('Code from your app', 'آپ کی ایپ کا کوڈ'),
  'second.codeHint': of(
    'Six digits. If you lost the app, type one of your recovery codes.',
    'چھ ہندسے۔ ایپ پاس نہ ہو تو اپنا بحالی کا کوئی کوڈ درج کریں۔',
  ),
  'second.recovery': of('Recovery code', 'بحالی کا کوڈ'),
  'second.recoveryHint': of(
    'For when your passkey is not at hand. Each code is good once.',
    'جب پاس کی ہاتھ میں نہ ہو۔ ہر کوڈ ایک ہی بار کارآمد ہے۔',
  ),
  'second.passkey': of('Use a passkey', 'پاس کی استعمال کریں'),
  'second.submit': of('Go on', 'آگے بڑھیں'),
  'second.cancel': of('Sign in as somebody else', 'کسی اور نام سے سائن اِن کریں'),

  'enrol.title': of('Set up a second factor', 'دوسری تصدیق ترتیب دیں'),
  'enrol.required': of(
    'Your institution asks everybody for a second factor besides the password. It takes two minutes, once.',
    'آپ کا ادارہ ہر ایک سے پاس ورڈ کے علاوہ دوسری تصدیق کا تقاضا کرتا ہے۔ اس میں ایک ہی بار دو منٹ لگتے ہیں۔',
  ),
  'enrol.app': of('An app with codes', 'کوڈ والی ایپ'),
  'enrol.appHow': of(
    'Open an authenticator app on your phone, scan this picture, and type the six digits that it shows.',
    'اپنے فون پر کوڈ والی ایپ کھولیں، یہ تصویر اسکین کریں، اور جو چھ ہندسے دکھائے جائیں وہ درج کریں۔',
  ),
  'enrol.qr': of('QR code for the app', 'ایپ کے لیے کیو آر کوڈ'),
  'enrol.secret': of('Or type this key into the app:', 'یا یہ کلید ایپ میں درج کریں:'),
  'enrol.code': of('Six digits from the app', 'ایپ کے چھ ہندسے'),
  'enrol.codeWrong': of(
    'This is not the code that the app shows now. Check that the phone’s clock is right, and type the next one.',
    'یہ وہ کوڈ نہیں جو ایپ اس وقت دکھا رہی ہے۔ دیکھ لیں کہ فون کی گھڑی درست ہے، پھر اگلا کوڈ درج کریں۔',
  ),
  'enrol.submit': of('Set up the app', 'ایپ ترتیب دیں'),
  'enrol.passkey': of('A passkey', 'پاس کی'),
  'enrol.passkeyHow': of(
    'Your device or security key signs in for you, by finger, face or PIN. Nothing to type, nothing to steal.',
    'آپ کا آلہ یا سیکیورٹی کی انگلی، چہرے یا پن کے ذریعے آپ کے لیے سائن اِن کرتا ہے۔ نہ کچھ لکھنا، نہ کچھ چوری ہونا۔',
  ),
  'enrol.passkeyName': of('Name of this passkey', 'اس پاس کی کا نام'),
  'enrol.passkeyNameHint': of('Such as: office computer.', 'مثلاً: دفتر کا کمپیوٹر۔'),
  'enrol.passkeySubmit': of('Register a passkey', 'پاس کی درج کریں'),

  'codes.title': of('Your recovery codes', 'آپ کے بحالی کے کوڈ'),
  'codes.about': of(
    'Print them or write them down, and keep them away from this computer. Each lets you in once if you lose your second factor. They are shown this once.',
    'انھیں چھاپ لیں یا لکھ لیں، اور اس کمپیوٹر سے دور رکھیں۔ دوسری تصدیق کھو جائے تو ہر کوڈ ایک بار اندر آنے دیتا ہے۔ یہ صرف اسی وقت دکھائے جا رہے ہیں۔',
  ),
  'codes.goOn': of('I have kept them, go on', 'میں نے محفوظ کر لیے، آگے بڑھیں'),

  'again.title': of('Confirm that it is you', 'تصدیق کریں کہ یہ آپ ہیں'),
  'again.about': of(
    'What comes next is sensitive, so show once more who you are. It counts for {minutes} minutes.',
    'اگلا قدم حساس ہے، اس لیے ایک بار پھر اپنی شناخت ثابت کریں۔ یہ {minutes} منٹ کے لیے کافی ہے۔',
  ),
  'again.submit': of('Confirm', 'تصدیق کریں'),
  'again.issuer': of('Confirm where you signed in', 'جہاں سے سائن اِن کیا تھا وہیں تصدیق کریں'),
  'again.code': of('Code from your app, or a recovery code', 'ایپ کا کوڈ، یا بحالی کا کوڈ'),

  'security.title': of('Security of your account', 'آپ کے اکاؤنٹ کی حفاظت'),
  'security.required': of(
    'Your institution requires a second factor of everybody.',
    'آپ کا ادارہ ہر ایک سے دوسری تصدیق کا تقاضا کرتا ہے۔',
  ),
  'security.optional': of(
    'A second factor is optional at this institution. That is for trying things out: an institution that works with real data requires one.',
    'اس ادارے میں دوسری تصدیق اختیاری ہے۔ یہ صرف آزمائش کے لیے ہے: اصل معلومات پر کام کرنے والا ادارہ اسے لازم رکھتا ہے۔',
  ),
  'security.stale': of(
    'To change anything here, confirm first that it is you.',
    'یہاں کچھ بدلنے کے لیے پہلے تصدیق کریں کہ یہ آپ ہیں۔',
  ),
  'security.confirm': of('Confirm that it is you', 'تصدیق کریں کہ یہ آپ ہیں'),
  'security.password': of('Password', 'پاس ورڈ'),
  'security.old': of('Password until now', 'موجودہ پاس ورڈ'),
  'security.new': of('New password', 'نیا پاس ورڈ'),
  'security.newHint': of(
    'At least 12 characters, of any kind; several words that do not belong together are best. You may paste it in.',
    'کم از کم 12 حروف، کسی بھی قسم کے؛ چند غیر متعلق الفاظ سب سے بہتر ہیں۔ چسپاں کرنے کی اجازت ہے۔',
  ),
  'security.change': of('Change the password', 'پاس ورڈ بدلیں'),
  'security.changed': of(
    'The password is changed. Other sessions have ended.',
    'پاس ورڈ بدل گیا ہے۔ باقی سیشن ختم ہو گئے ہیں۔',
  ),
  'security.app': of('App with codes', 'کوڈ والی ایپ'),
  'security.noApp': of('No app is set up.', 'کوئی ایپ ترتیب نہیں دی گئی۔'),
  'security.setUp': of('Set up an app', 'ایپ ترتیب دیں'),
  'security.added': of('Added', 'شامل ہونے کا وقت'),
  'security.used': of('Last used', 'آخری استعمال'),
  'security.never': of('never', 'کبھی نہیں'),
  'security.remove': of('Remove', 'ہٹائیں'),
  'security.removed': of('The factor is removed.', 'تصدیق کا ذریعہ ہٹا دیا گیا ہے۔'),
  'security.passkeys': of('Passkeys', 'پاس کیز'),
  'security.noPasskeys': of('No passkey is registered.', 'کوئی پاس کی درج نہیں۔'),
  'security.passkeyName': of('Name', 'نام'),
  'security.unnamed': of('without a name', 'بلا نام'),
  'security.registered': of('The passkey is registered.', 'پاس کی درج ہو گئی ہے۔'),
  'security.codes': of('Recovery codes', 'بحالی کے کوڈ'),
  'security.codesLeft': of('{left} of 10 codes are left.', '10 میں سے {left} کوڈ باقی ہیں۔'),
  'security.noCodes': of(
    'There are none. They come with the second factor.',
    'کوئی نہیں۔ یہ دوسری تصدیق کے ساتھ ملتے ہیں۔',
  ),
  'security.renew': of('Make ten new codes', 'دس نئے کوڈ بنائیں'),
  'security.renewHint': of(
    'The old ones are then good for nothing.',
    'پھر پرانے کوڈ کسی کام کے نہیں رہیں گے۔',
  ),
  'security.sessions': of('Sessions', 'سیشن'),
  'security.browser': of('Browser', 'براؤزر'),
  'security.from': of('From', 'کہاں سے'),
  'security.began': of('Began', 'شروع'),
  'security.seen': of('Last used', 'آخری استعمال'),
  'security.how': of('Signed in by', 'سائن اِن کا طریقہ'),
  'security.this': of('this one', 'یہی'),
  'security.end': of('End', 'ختم کریں'),
  'security.ended': of('The session has ended.', 'سیشن ختم ہو گیا ہے۔'),
  'security.endOthers': of('End all other sessions', 'باقی تمام سیشن ختم کریں'),
  'security.endedOthers': of('All other sessions have ended.', 'باقی تمام سیشن ختم ہو گئے ہیں۔'),
  'security.unknownBrowser': of('unknown browser', 'نامعلوم براؤزر'),

  'address.machine': of('this machine', 'یہی مشین'),
  'address.private': of('the office’s network', 'دفتر کا نیٹ ورک'),
  'address.public': of('the internet', 'انٹرنیٹ'),
  'address.unknown': of('unknown', 'نامعلوم'),

  'method.password': of('password', 'پاس ورڈ'),
  'method.password_totp': of('password and app', 'پاس ورڈ اور ایپ'),
  'method.password_recovery': of('password and recovery code', 'پاس ورڈ اور بحالی کا کوڈ'),
  'method.passkey': of('passkey', 'پاس کی'),
  'method.issuer': of('identity issuer', 'شناخت جاری کنندہ'),
} as const satisfies Readonly<Record<string, BilingualText>>
