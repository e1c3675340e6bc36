/** The application of throw-away installations: takes a case about somebody made up, so that a check may see what becomes of it. */
import { choice, cnic, date, defineApplication, record, text } from '@khudi/sdk'

const named = { en: 'Probe', ur: 'آزمائشی اطلاق' }

export default defineApplication({
  id: 'probe',
  title: named,
  purpose: { en: 'See what becomes of a case', ur: 'یہ دیکھنا کہ کیس کے ساتھ کیا ہوتا ہے' },
  legalBasis: {
    kind: 'law',
    law: { en: 'None: nobody real is in it', ur: 'کوئی نہیں: اس میں کوئی حقیقی شخص نہیں' },
    section: '1',
  },
  classification: 'personal',
  case: record({
    number: text({ en: 'Number', ur: 'نمبر' }, { protection: 'operational' }),
    filedOn: date({ en: 'Filed on', ur: 'تاریخ' }, { protection: 'operational' }),
    name: text({ en: 'Name', ur: 'نام' }),
    cnic: cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' }),
  }),
  outcome: record({
    finding: choice(
      { en: 'Finding', ur: 'نتیجہ' },
      { right: { en: 'Right', ur: 'درست' } },
      { protection: 'operational' },
    ),
    words: text({ en: 'Words', ur: 'الفاظ' }),
  }),
  roles: { clerk: { en: 'Clerk', ur: 'کلرک' } },
  models: {},
  recommendations: { accept: { label: { en: 'Accept', ur: 'قبول' }, review: { role: 'clerk', sample: 0 } } },
  fallback: { role: 'clerk' },
  reasons: { named: { en: 'The applicant is {value}', ur: 'درخواست گزار {value} ہے' } },
  reference: ({ number }) => number,
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ cnic }) => `cnic:${cnic}`,
  summary: ['number'],
  decide: async ({ name }) => ({
    recommendation: 'accept',
    score: 0.1,
    reasons: [{ code: 'named', weight: 1, value: name }],
  }),
})
