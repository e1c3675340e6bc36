/** Texts of the page about backends, in both languages. A table. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const backendWords = {
  'nav.backends': of('Backends', 'بیک اینڈ'),
  'backends.title': of('Where data is processed and kept', 'معلومات کہاں پروسیس ہوتی اور رکھی جاتی ہیں'),
  'backends.why': of(
    'A place is domestic only where all four facts about it are known, good, and of the home country. Everything else is foreign, and policy keeps from it what must not be there.',
    'کوئی مقام صرف تب ملکی ہے جب اس کے چاروں حقائق معلوم، کارآمد اور اپنے ملک کے ہوں۔ باقی سب غیر ملکی ہے، اور پالیسی وہ معلومات اس سے دور رکھتی ہے جو وہاں نہیں ہونی چاہییں۔',
  ),
  'backends.home': of('Home country', 'اپنا ملک'),
  'backends.location': of('Stands in', 'مقام'),
  'backends.operatorLaw': of('Operator under the law of', 'چلانے والا کس قانون کے تابع'),
  'backends.ownerLaw': of('Owner under the law of', 'مالک کس قانون کے تابع'),
  'backends.keyHolder': of('Keys held by', 'کلیدیں کس کے پاس'),
  'backends.institution': of('The institution', 'ادارہ'),
  'backends.unknown': of('Unknown', 'نامعلوم'),
  'backends.classifications': of('Meant for', 'کس درجے کے لیے'),
  'backends.noClassification': of('Nothing', 'کسی کے لیے نہیں'),
  'backends.endpoint': of('Address', 'پتہ'),
  'backends.local': of('This machine', 'یہی مشین'),
  'backends.evidence': of('Evidence', 'شہادت'),
  'backends.machineEvidence': of(
    'The machine itself: the settings of this installation say in which country it stands, and under whose law it is run and owned.',
    'خود یہ مشین: اس تنصیب کی ترتیبات بتاتی ہیں کہ یہ کس ملک میں ہے اور کس قانون کے تحت چلتی اور ملکیت میں ہے۔',
  ),
  'backends.noEvidence': of(
    'None: nobody has stated the facts of this database yet.',
    'کوئی نہیں: اس ڈیٹا بیس کے حقائق ابھی کسی نے بیان نہیں کیے۔',
  ),
  'backends.document': of('Digest of the document', 'دستاویز کا ڈائجسٹ'),
  'backends.good': of('Facts good until', 'حقائق کب تک کارآمد'),
  'backends.whileInstalled': of('While installed', 'جب تک نصب ہے'),
  'backends.expired': of('Expired', 'میعاد ختم'),
  'backends.withdrawn': of('Withdrawn', 'واپس لیا گیا'),
  'backends.domestic': of('Domestic', 'ملکی'),
  'backends.foreign': of('Foreign', 'غیر ملکی'),
  'backends.database': of('Database', 'ڈیٹا بیس'),
  'backends.objects': of('Object store', 'فائلوں کا ذخیرہ'),
  'backends.model_runtime': of('Model runtime', 'ماڈل چلانے والا'),
  'backends.mail': of('Mail gateway', 'ای میل گیٹ وے'),
  'backends.sms': of('SMS gateway', 'ایس ایم ایس گیٹ وے'),
  'backends.time': of('Time source', 'وقت کا ماخذ'),
  'backends.identity': of('Identity issuer', 'شناخت جاری کنندہ'),
  'backends.witness': of('Witness', 'گواہ'),
  'backends.withdraw': of('Withdraw', 'واپس لیں'),
  'backends.done': of('Nothing goes there any more.', 'اب وہاں کچھ نہیں جائے گا۔'),
} as const satisfies Record<string, BilingualText>
