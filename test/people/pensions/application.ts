/** An application about people: who they are is sealed, what is decided is not, and the law has it kept for a while. */
import { choice, cnic, date, defineApplication, mobile, part, record, text, type z } from '@khudi/sdk'

const grades = {
  full: { en: 'Full pension', ur: 'پوری پنشن' },
  half: { en: 'Half pension', ur: 'آدھی پنشن' },
} as const

export const Claim = record({
  claimNumber: text({ en: 'Number', ur: 'نمبر' }),
  filedOn: date({ en: 'Filed on', ur: 'تاریخ' }),
  grade: choice({ en: 'Claimed', ur: 'مطالبہ' }, grades),
  /** Absent where the claim is made in nobody's name. */
  pensioner: part(
    { en: 'Pensioner', ur: 'پنشنر' },
    {
      cnic: cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' }),
      name: text({ en: 'Name', ur: 'نام' }),
      phone: mobile({ en: 'Mobile', ur: 'موبائل' }).optional(),
    },
    { protection: 'personal' },
  ).optional(),
  illness: text({ en: 'Illness', ur: 'بیماری' }, { protection: 'sensitive' }).optional(),
})
export type Claim = z.output<typeof Claim>

const Payment = record({
  paid: choice(
    { en: 'Paid', ur: 'ادائیگی' },
    { yes: { en: 'Yes', ur: 'ہاں' }, no: { en: 'No', ur: 'نہیں' } },
  ),
  remark: text({ en: 'Remark', ur: 'کیفیت' }, { protection: 'personal' }).optional(),
})

export default defineApplication({
  id: 'pensions',
  title: { en: 'Pensions', ur: 'پنشن' },
  purpose: { en: 'Choose which claims an officer looks at', ur: 'جانچ کے لیے دعووں کا انتخاب' },
  legalBasis: {
    kind: 'law',
    law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' },
    section: '1',
  },
  classification: 'official',
  retention: {
    years: 2,
    law: { en: 'Pensions Act of the tests, section 7', ur: 'ٹیسٹوں کا پنشن ایکٹ، دفعہ 7' },
  },
  case: Claim,
  outcome: Payment,
  roles: { examiner: { en: 'Examiner', ur: 'ممتحن' } },
  models: {},
  recommendations: {
    grant: { label: grades.full, review: { role: 'examiner', sample: 0 } },
    look: { label: grades.half, review: { role: 'examiner' } },
  },
  fallback: { role: 'examiner' },
  reasons: {
    illness: { en: 'The illness named is {value}', ur: 'بتائی گئی بیماری {value} ہے' },
    asked: { en: 'The claim asked for it', ur: 'دعوے نے یہی مانگا' },
  },
  reference: ({ claimNumber }) => claimNumber,
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ pensioner }) => (pensioner === undefined ? undefined : `cnic:${pensioner.cnic}`),
  summary: ['claimNumber', 'grade'],
  decide: async ({ grade, illness }) => ({
    recommendation: grade === 'full' ? 'grant' : 'look',
    reasons: [
      illness === undefined
        ? { code: 'asked', weight: 1, value: grade }
        : { code: 'illness', weight: 1, value: illness },
    ],
  }),
})
