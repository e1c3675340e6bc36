/** What an audit found not to hold, as a closed set of codes with their sentences. A table of texts. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

/** `{…}` stands for a value of the finding. */
export const findingTexts = {
  'entry.missing': of(
    'Entry {entry} was signed and is not in the database',
    'اندراج {entry} پر دستخط ہو چکے ہیں مگر وہ ڈیٹابیس میں نہیں',
  ),
  'entry.stray': of(
    'There is an entry at place {place}, where none can be',
    'جگہ {place} پر ایک اندراج ہے، جہاں کوئی نہیں ہو سکتا',
  ),
  'entry.replaced': of(
    'Entry {entry} of the database is not the one that stands in the tree',
    'ڈیٹابیس کا اندراج {entry} وہ نہیں جو لاگ کے درخت میں درج ہے',
  ),
  'entry.changed': of(
    'Entry {entry} ({kind}) was changed: it does not give its own commitment',
    'اندراج {entry} ({kind}) بدلا گیا ہے: اس سے اس کا اپنا عہد نہیں بنتا',
  ),
  'entry.unfounded': of(
    'Entry {entry} ({kind} {record}): no stored record is the one that was logged; it was changed or deleted',
    'اندراج {entry} ({kind} {record}): جو درج ہوا تھا ویسا کوئی ریکارڈ محفوظ نہیں؛ اسے بدلا یا مٹایا گیا ہے',
  ),
  'entry.kind_unknown': of(
    'Entry {entry} is of a kind that this version does not know: {kind}',
    'اندراج {entry} ایسی قسم کا ہے جسے یہ نسخہ نہیں جانتا: {kind}',
  ),
  'entry.doubled': of(
    'Entry {entry} records a second time what an earlier one recorded: {kind} {record}',
    'اندراج {entry} وہی دوسری بار درج کرتا ہے جو پہلے درج ہو چکا: {kind} {record}',
  ),
  'record.unlogged': of(
    'There is a record that no entry of the log knows: {kind} {record}',
    'ایک ریکارڈ ایسا ہے جسے لاگ کا کوئی اندراج نہیں جانتا: {kind} {record}',
  ),
  'bundle.missing': of(
    'The entries in {path} are missing or cannot be read',
    '{path} کے اندراجات غائب ہیں یا پڑھے نہیں جا سکتے',
  ),
  'bundle.differs': of(
    'The entries in {path} are not those of the tree, from entry {entry} on',
    '{path} کے اندراجات اندراج {entry} سے آگے درخت والے نہیں',
  ),
  'tile.missing': of(
    'The hashes in {path} are missing or cannot be read',
    '{path} کے ہیش غائب ہیں یا پڑھے نہیں جا سکتے',
  ),
  'tile.differs': of(
    'The hashes in {path} do not follow from the entries',
    '{path} کے ہیش اندراجات سے حاصل نہیں ہوتے',
  ),
  'checkpoint.unreadable': of(
    'The checkpoint of size {size} ({place}) is not one of this log, or says something else than its row',
    'سائز {size} کا چیک پوائنٹ ({place}) اس لاگ کا نہیں، یا اپنی قطار سے مختلف بات کہتا ہے',
  ),
  'checkpoint.root_differs': of(
    'The checkpoint of size {size} ({place}) was signed over other entries than those that are here',
    'سائز {size} کے چیک پوائنٹ ({place}) پر دستخط ان اندراجات کے علاوہ دوسرے اندراجات پر ہوئے تھے',
  ),
  'checkpoint.unsigned': of(
    'The checkpoint of size {size} ({place}) is not signed by the keys of the log',
    'سائز {size} کے چیک پوائنٹ ({place}) پر لاگ کی کلیدوں کے دستخط نہیں',
  ),
  'checkpoint.key_retired': of(
    'The checkpoint of size {size} ({place}) was signed by a key that had been retired before',
    'سائز {size} کے چیک پوائنٹ ({place}) پر ایسی کلید سے دستخط ہوئے جو پہلے ہی ہٹائی جا چکی تھی',
  ),
  'checkpoint.none': of(
    'There are entries with a place in the log and no checkpoint',
    'لاگ میں جگہ پانے والے اندراجات ہیں مگر کوئی چیک پوائنٹ نہیں',
  ),
  'log.rolled_back': of(
    '{place} knows a checkpoint of {size} entries; the database knows fewer: from entry {entry} on they are gone',
    '{place} میں {size} اندراجات کا چیک پوائنٹ ہے؛ ڈیٹابیس میں کم ہیں: اندراج {entry} سے آگے سب غائب ہیں',
  ),
  'key.handover_invalid': of(
    'Key {key} of the log was not handed over to by the key before it',
    'لاگ کی کلید {key} کو اس سے پہلی کلید نے حوالگی نہیں دی',
  ),
  'key.not_held': of(
    'Key {key} of the log is not the one that this node holds',
    'لاگ کی کلید {key} وہ نہیں جو اس نوڈ کے پاس ہے',
  ),
  'cosignature.invalid': of(
    'The cosignature of {witness} on the checkpoint of size {size} is not genuine',
    'سائز {size} کے چیک پوائنٹ پر گواہ {witness} کا دستخط اصلی نہیں',
  ),
  'case.misplaced': of(
    'Case {case} is "{state}" and its entries lead to "{expected}", or version, time, queue or key are not what they lead to',
    'مقدمہ {case} "{state}" ہے جبکہ اس کے اندراجات سے "{expected}" بنتا ہے، یا اس کا نسخہ، وقت، قطار یا کلید ان کے مطابق نہیں',
  ),
  'model.misplaced': of(
    'Model {digest} is "{state}", which its promotions do not lead to',
    'ماڈل {digest} "{state}" ہے، جو اس کی ترقیوں سے نہیں بنتا',
  ),
  'wrapping_key.misplaced': of(
    'Wrapping key {key} does not follow on the one before it',
    'لپیٹنے والی کلید {key} اپنے سے پہلی کلید کے بعد نہیں آتی',
  ),
  'unit.misplaced': of(
    'Unit {unit} is not what was last done to it',
    'اکائی {unit} ویسی نہیں جیسی آخری تبدیلی نے اسے چھوڑا تھا',
  ),
  'grant.misplaced': of(
    'The roles that account {account} was opened with and its grants contradict each other: {role}',
    'اکاؤنٹ {account} جن کرداروں کے ساتھ کھولا گیا وہ اس کے دیے گئے کرداروں سے نہیں ملتے: {role}',
  ),
  'holder.lost': of(
    'The key of holder {holder} is missing or half erased, or lies under a wrapping key that is none',
    'حامل {holder} کی کلید غائب یا ادھوری مٹائی گئی ہے، یا ایسی کلید میں لپٹی ہے جو موجود نہیں',
  ),
  'holder.unopened': of(
    'The key of holder {holder} does not open under the wrapping key',
    'حامل {holder} کی کلید لپیٹنے والی کلید سے نہیں کھلتی',
  ),
} as const satisfies Readonly<Record<string, BilingualText>>

export type FindingCode = keyof typeof findingTexts

export interface Finding {
  readonly code: FindingCode
  /** Index of the entry that it is about, or from which on it is; null where it is about none. */
  readonly entry: number | null
  readonly values: Readonly<Record<string, string>>
}

/** What a finding says, in both languages. */
export function sentenceOf({ code, entry, values }: Finding): BilingualText {
  const fill = (text: string) =>
    text.replace(/\{(\w+)\}/g, (_whole, name: string) =>
      name === 'entry' ? String(entry) : (values[name] ?? ''),
    )
  const { en, ur } = findingTexts[code]
  return { en: fill(en), ur: fill(ur) }
}

/** Told of each thing that does not hold, as it is found. */
export type Report = (code: FindingCode, entry: number | null, values?: Finding['values']) => void
