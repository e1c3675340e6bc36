/** Texts of the pages about policies, consents and objections. */
import type { BilingualText } from '@khudi/sdk'

const of = (en: string, ur: string): BilingualText => ({ en, ur })

export const policyWords = {
  'policies.title': of('Policies in force', 'نافذ پالیسیاں'),
  'policies.why': of(
    'What may be done with which data, by whom, for what and where. Whatever no policy permits is refused, and what one forbids no other can permit.',
    'کس معلومات کے ساتھ کون، کس مقصد سے اور کہاں کیا کر سکتا ہے۔ جس کی کوئی پالیسی اجازت نہ دے وہ منع ہے، اور جسے ایک منع کرے اسے دوسری جائز نہیں کر سکتی۔',
  ),
  'policies.version': of('Version', 'نسخہ'),
  'policies.digest': of('SHA-256 of the policies', 'پالیسیوں کا SHA-256'),
  'policies.forbids': of('What is forbidden', 'کیا منع ہے'),
  'policies.permits': of('What is permitted', 'کس کی اجازت ہے'),
  'policies.versions': of('Versions', 'نسخے'),
  'policies.setAt': of('In force from', 'نفاذ کا وقت'),
  'policies.proposedBy': of('Proposed by', 'تجویز کنندہ'),
  'policies.approvedBy': of('Approved by', 'منظور کنندہ'),
  'policies.platform': of('Comes with the platform', 'پلیٹ فارم کے ساتھ آئی'),
  'policies.nobody': of('Nobody: it is the first', 'کوئی نہیں: یہ پہلا نسخہ ہے'),

  'consents.title': of('Consent and objection', 'رضامندی اور اعتراض'),
  'consents.why': of(
    'What the person said, oldest first. The last of each sort counts.',
    'اس شخص نے کیا کہا، پرانا پہلے۔ ہر قسم کی آخری بات معتبر ہے۔',
  ),
  'consents.none': of('The person has said nothing so far.', 'اس شخص نے اب تک کچھ نہیں کہا۔'),
  'consents.nowhere': of(
    'No application here asks for consent or leaves room for an objection.',
    'یہاں کوئی اطلاق نہ رضامندی مانگتا ہے نہ اعتراض کی گنجائش رکھتا ہے۔',
  ),
  'consents.event': of('Said', 'کہا'),
  'consents.use': of('About', 'کس بارے میں'),
  'consents.channel': of('How', 'کیسے'),
  'consents.evidence': of('Where the evidence is', 'ثبوت کہاں ہے'),
  'consents.evidenceHint': of(
    'For whoever must show it later. It is sealed under the person’s key, and goes with it.',
    'اس کے لیے جسے بعد میں دکھانا ہو۔ یہ اس شخص کی کلید سے سربمہر رہتا ہے اور اسی کے ساتھ ختم ہو جاتا ہے۔',
  ),
  'consents.evidenceMissing': of('say where the evidence is', 'بتائیں کہ ثبوت کہاں ہے'),
  'consents.choiceMissing': of('choose one', 'ایک چنیں'),
  'consents.record': of('Record what the person said', 'اس شخص کی بات درج کریں'),
  'consents.send': of('Record', 'درج کریں'),
  'consent.given': of('Consents', 'رضامندی دی'),
  'consent.withdrawn': of('Takes consent back, or says no', 'رضامندی واپس لی، یا انکار کیا'),
  'consent.objected': of('Objects', 'اعتراض کیا'),
  'consent.lifted': of('Takes the objection back', 'اعتراض واپس لیا'),
  'consentUse.decision': of('Being decided about', 'فیصلہ کیا جانا'),
  'consentUse.training': of('Models learning from it', 'ماڈل کا اس سے سیکھنا'),
  'consentChannel.written': of('In writing', 'تحریری'),
  'consentChannel.electronic': of('Electronically', 'الیکٹرانک'),
  'consentChannel.in_person': of('In person', 'بالمشافہ'),
  'consentChannel.representative': of('Through a representative', 'نمائندے کے ذریعے'),
} as const
