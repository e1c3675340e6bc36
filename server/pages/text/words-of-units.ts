/** Texts of the pages about units and accounts, in both languages. A table. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const unitWords = {
  'nav.units': of('Units', 'اکائیاں'),
  'nav.accounts': of('Accounts', 'اکاؤنٹس'),

  'units.title': of('Units', 'اکائیاں'),
  'units.why': of(
    'A case belongs to a unit. Whoever holds a role at a unit sees the cases of it and of all units below it.',
    'ہر مقدمہ کسی اکائی کا ہوتا ہے۔ جس کے پاس کسی اکائی میں کردار ہو وہ اس اکائی اور اس کے نیچے کی تمام اکائیوں کے مقدمے دیکھتا ہے۔',
  ),
  'units.none': of('There are no units', 'ابھی کوئی اکائی نہیں'),
  'units.noneWhy': of(
    'Every case belongs to the institution as a whole until the first unit is added.',
    'پہلی اکائی شامل ہونے تک ہر مقدمہ پورے ادارے کا ہے۔',
  ),
  'units.closed': of('Closed', 'بند'),
  'units.add': of('Add a unit', 'اکائی شامل کریں'),
  'units.addSend': of('Add', 'شامل کریں'),
  'units.code': of('Code', 'کوڈ'),
  'units.codeHint': of(
    'As cases name it: letters, digits, dots, dashes. It is never changed.',
    'جیسا مقدموں میں لکھا جاتا ہے: انگریزی حروف، ہندسے، نقطے، ڈیش۔ یہ کبھی نہیں بدلتا۔',
  ),
  'units.kind': of('Kind', 'قسم'),
  'units.titleEn': of('Name in English', 'انگریزی نام'),
  'units.titleUr': of('Name in Urdu', 'اردو نام'),
  'units.parent': of('Lies under', 'کس کے نیچے'),
  'units.top': of('The institution itself', 'خود ادارہ'),
  'units.rename': of('Rename', 'نام بدلیں'),
  'units.move': of('Move', 'منتقل کریں'),
  'units.moveWhy': of(
    'All units below move with it. Whoever holds a role above it from then on sees its cases, and whoever held one above it before does not.',
    'نیچے کی تمام اکائیاں ساتھ منتقل ہوں گی۔ اس کے بعد جن کا کردار اس سے اوپر ہے وہ اس کے مقدمے دیکھیں گے، اور جو پہلے اوپر تھے وہ نہیں دیکھیں گے۔',
  ),
  'units.close': of('Close', 'بند کریں'),
  'units.closeWhy': of(
    'No case is opened there and no role granted any more. Cases that are there stay, with those who see them. A closed unit is not opened again.',
    'آئندہ وہاں نہ کوئی مقدمہ کھلے گا نہ کوئی کردار دیا جائے گا۔ موجودہ مقدمے اور انہیں دیکھنے والے برقرار رہیں گے۔ بند اکائی دوبارہ نہیں کھلتی۔',
  ),
  'units.change': of('Change this unit', 'اس اکائی میں تبدیلی'),
  'units.done': of('The unit was changed.', 'اکائی بدل دی گئی۔'),

  'accounts.title': of('Accounts', 'اکاؤنٹس'),
  'accounts.account': of('Account', 'اکاؤنٹ'),
  'accounts.roles': of('Roles', 'کردار'),
  'accounts.opened': of('Opened', 'کھولا گیا'),
  'accounts.noRoles': of('No roles', 'کوئی کردار نہیں'),
  'accounts.disabled': of('Disabled', 'بند'),
  'accounts.everywhere': of('in the whole institution', 'پورے ادارے میں'),
  'accounts.atUnit': of('at {unit} and below', '{unit} اور اس کے نیچے'),
  'accounts.own': of(
    'This is your own account. Another administrator changes its roles.',
    'یہ آپ کا اپنا اکاؤنٹ ہے۔ اس کے کردار کوئی دوسرا منتظم بدلتا ہے۔',
  ),
  'accounts.revoke': of('Revoke', 'واپس لیں'),
  'accounts.grant': of('Grant a role', 'کردار دیں'),
  'accounts.grantSend': of('Grant', 'دیں'),
  'accounts.role': of('Role', 'کردار'),
  'accounts.where': of('Where', 'کہاں'),
  'accounts.disable': of('Disable', 'بند کریں'),
  'accounts.disableWhy': of(
    'Its sessions end now, and nobody signs in to it again. A disabled account stays disabled.',
    'اس کے تمام سیشن فوراً ختم ہوں گے اور کوئی دوبارہ سائن اِن نہیں کر سکے گا۔ بند اکاؤنٹ دوبارہ نہیں کھلتا۔',
  ),
  'accounts.done': of('The account was changed.', 'اکاؤنٹ بدل دیا گیا۔'),
} as const satisfies Readonly<Record<string, BilingualText>>
