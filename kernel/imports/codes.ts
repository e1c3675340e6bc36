/**
 * What can be the matter with one row of a foreign file, in both languages.
 *
 * A row problem never stops the file: the row is refused, written to the refused-rows file and the reading goes on.
 * What is wrong with the file as a whole is a `Refusal` of `kernel/errors.ts` instead. No message contains the value
 * itself: messages reach logs and answers, values may be personal data.
 */
import { type CatalogueText, type ErrorParameters, type FieldProblem, fill } from '../errors.ts'

const text = (en: string, ur: string): CatalogueText => ({ en, ur })

/** Sorted by code. `{name}` stands for a parameter. */
export const rowProblems = {
  'import.code_characters': text(
    'A code is expected here, written as {written}.',
    'یہاں کوڈ درکار ہے جو {written} کی صورت میں لکھا ہو۔',
  ),
  'import.code_leading_zero_lost': text(
    'One digit short of {length}: the leading zero seems to have been lost. Write the code with all its digits.',
    '{length} ہندسوں میں ایک کم ہے: لگتا ہے شروع کا صفر ضائع ہو گیا۔ کوڈ تمام ہندسوں کے ساتھ لکھیں۔',
  ),
  'import.code_length': text(
    'The code does not have the expected length ({length}).',
    'کوڈ کی لمبائی مقررہ لمبائی ({length}) کے مطابق نہیں۔',
  ),
  'import.column_count': text(
    'The row has {found} columns, the header has {expected}.',
    'سطر میں {found} کالم ہیں جبکہ سرخی میں {expected} ہیں۔',
  ),
  'import.date_ambiguous': text(
    'This date can be read in more than one way. Write it as the mapping declares, or as YYYY-MM-DD.',
    'یہ تاریخ ایک سے زیادہ طرح پڑھی جا سکتی ہے۔ اسے مقررہ شکل میں، یا سال-ماہ-دن کی صورت میں لکھیں۔',
  ),
  'import.date_impossible': text(
    'There is no such date in the declared calendar ({calendar}).',
    'مقررہ تقویم ({calendar}) میں ایسی کوئی تاریخ نہیں۔',
  ),
  'import.date_invalid': text(
    'A date is expected here, written as {pattern}.',
    'یہاں تاریخ درکار ہے جو {pattern} کی صورت میں لکھی ہو۔',
  ),
  'import.date_out_of_range': text(
    'The date lies outside the permitted range, {earliest} to {latest}.',
    'تاریخ اجازت یافتہ مدت سے باہر ہے، {earliest} تا {latest}۔',
  ),
  'import.field_too_long': text(
    'The value is longer than {limit} characters.',
    'قدر {limit} حروف سے زیادہ لمبی ہے۔',
  ),
  'import.json_not_object': text('Each line must be one JSON object.', 'ہر سطر ایک JSON آبجیکٹ ہونی چاہیے۔'),
  'import.line_too_long': text(
    'The line is longer than {limit} characters; only its beginning was kept.',
    'سطر {limit} حروف سے زیادہ لمبی ہے؛ صرف اس کا شروع کا حصہ رکھا گیا۔',
  ),
  'import.money_currency_not_permitted': text(
    'Only these currencies are permitted here: {permitted}.',
    'یہاں صرف ان کرنسیوں کی اجازت ہے: {permitted}۔',
  ),
  'import.money_currency_unknown': text(
    'The currency is not a code of ISO 4217 in use, such as PKR.',
    'کرنسی ISO 4217 کا رائج کوڈ نہیں ہے، جیسے PKR۔',
  ),
  'import.money_fraction': text(
    '{currency} has {digits} decimal places; the amount has more and the mapping declares no rounding.',
    '{currency} میں اعشاریے کے {digits} ہندسے ہوتے ہیں؛ رقم میں زیادہ ہیں اور نقشے میں تقریب مقرر نہیں۔',
  ),
  'import.nul': text(
    'The row contains a NUL character, which no text has.',
    'سطر میں NUL حرف ہے جو کسی متن میں نہیں ہوتا۔',
  ),
  'import.number_ambiguous': text(
    'A separator in this number is not the one declared, so it can be read in more than one way.',
    'اس عدد میں ایسا فاصل ہے جو مقرر نہیں کیا گیا، اس لیے عدد ایک سے زیادہ طرح پڑھا جا سکتا ہے۔',
  ),
  'import.number_exponent': text(
    'The number is in exponent form (such as 1.2E+05), which may have lost digits. Write it out.',
    'عدد قوت نما صورت میں ہے (جیسے 1.2E+05) جس میں ہندسے ضائع ہو سکتے ہیں۔ اسے پورا لکھیں۔',
  ),
  'import.number_fraction': text('A whole number is expected here.', 'یہاں مکمل عدد درکار ہے۔'),
  'import.number_grouping': text(
    'The thousands separators are not in their places.',
    'ہزار کے فاصل اپنی جگہ پر نہیں ہیں۔',
  ),
  'import.number_invalid': text('A number is expected here.', 'یہاں عدد درکار ہے۔'),
  'import.number_mixed_digits': text(
    'The number mixes digits of different scripts.',
    'عدد میں مختلف رسم الخط کے ہندسے ملے ہوئے ہیں۔',
  ),
  'import.number_negative': text('The number must not be negative.', 'عدد منفی نہیں ہو سکتا۔'),
  'import.number_too_big': text(
    'The number must be at most {maximum}.',
    'عدد زیادہ سے زیادہ {maximum} ہو سکتا ہے۔',
  ),
  'import.number_too_long': text(
    'The number has more than {digits} digits.',
    'عدد میں {digits} سے زیادہ ہندسے ہیں۔',
  ),
  'import.number_too_small': text(
    'The number must be at least {minimum}.',
    'عدد کم از کم {minimum} ہونا چاہیے۔',
  ),
  'import.quotes_broken': text(
    'The quotation marks of this record do not match, so its columns cannot be told apart.',
    'اس اندراج کے واوین آپس میں نہیں ملتے، اس لیے اس کے کالم الگ نہیں کیے جا سکتے۔',
  ),
  'import.record_too_long': text(
    'The record is longer than {limit} characters; only its beginning was kept.',
    'اندراج {limit} حروف سے زیادہ لمبا ہے؛ صرف اس کا شروع کا حصہ رکھا گیا۔',
  ),
  'import.text_control': text(
    'Line breaks and control characters are not permitted here.',
    'یہاں نئی سطر یا کنٹرول حروف کی اجازت نہیں۔',
  ),
  'import.value_missing': text('A value is required here.', 'یہاں قدر لازمی ہے۔'),
  'import.value_unmapped': text(
    'The mapping does not know this value. Known are: {known}.',
    'نقشے میں یہ قدر موجود نہیں۔ معلوم قدریں: {known}۔',
  ),
  'import.values_contradict': text(
    'The values of these columns do not go together.',
    'ان کالموں کی قدریں آپس میں مطابقت نہیں رکھتیں۔',
  ),
} as const satisfies Readonly<Record<string, CatalogueText>>

export type RowProblemCode = keyof typeof rowProblems

/** A problem of one row: the column (or columns) it is about, as the file's header names it. */
export function rowProblem(
  field: string,
  code: RowProblemCode,
  parameters: ErrorParameters = {},
): FieldProblem {
  const text = rowProblems[code]
  return { field, code, message: { en: fill(text, 'en', parameters), ur: fill(text, 'ur', parameters) } }
}
