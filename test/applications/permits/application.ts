/** An application by rules alone, whose every turn a test can ask for: a case says itself what is answered to it. */
import { choice, cnic, type Decided, date, defineApplication, number, record, text, type z } from '@khudi/sdk'

/** What the application does with the case. The last five are what must never become a decision. */
const answers = {
  grant: { en: 'Granted at once', ur: 'فوراً منظور' },
  lot: { en: 'Granted, one in four looked at', ur: 'منظور، چار میں سے ایک کی جانچ' },
  check: { en: 'Looked at by a clerk', ur: 'کلرک کی جانچ' },
  refuse: { en: 'Refused, if an inspector agrees', ur: 'نامنظور، اگر انسپکٹر متفق ہو' },
  throw: { en: 'An error', ur: 'خرابی' },
  undeclared: { en: 'A recommendation that is not declared', ur: 'غیر اعلان شدہ سفارش' },
  impossible_score: { en: 'A score above one', ur: 'ایک سے زیادہ اسکور' },
  never: { en: 'No answer, ever', ur: 'کبھی جواب نہیں' },
  exit: { en: 'The end of the thread', ur: 'تھریڈ کا خاتمہ' },
} as const

/**
 * The number may be longer than a reference can be: such a permit is one that no application may name. Whose it is may be left
 * out; where it is not, it is sealed, and the case is about that person where the card number is there.
 */
export const Permit = record({
  permitNumber: text({ en: 'Number', ur: 'نمبر' }, { max: 300 }),
  filedOn: date({ en: 'Filed on', ur: 'تاریخ' }),
  answer: choice({ en: 'Answer', ur: 'جواب' }, answers),
  score: number({ en: 'Score', ur: 'اسکور' }, { min: 0, max: 1 }).optional(),
  applicantCnic: cnic({ en: 'Applicant CNIC', ur: 'درخواست گزار کا شناختی کارڈ نمبر' }).optional(),
  office: text({ en: 'Office', ur: 'دفتر' }, { max: 60 }).optional(),
  applicantName: text({ en: 'Applicant', ur: 'درخواست گزار' }, { protection: 'personal' }).optional(),
})
export type Permit = z.output<typeof Permit>

const Finding = record({
  finding: choice(
    { en: 'Finding', ur: 'نتیجہ' },
    { right: { en: 'Right', ur: 'درست' }, wrong: { en: 'Wrong', ur: 'غلط' } },
  ),
  note: text({ en: 'Note', ur: 'نوٹ' }).optional(),
  witness: text({ en: 'Witness', ur: 'گواہ' }, { protection: 'personal' }).optional(),
})

export default defineApplication({
  id: 'permits',
  title: { en: 'Permits', ur: 'اجازت نامے' },
  purpose: { en: 'Choose which permits a person looks at', ur: 'جانچ کے لیے اجازت ناموں کا انتخاب' },
  legalBasis: {
    kind: 'law',
    law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' },
    section: '1',
  },
  classification: 'official',
  case: Permit,
  outcome: Finding,
  roles: { clerk: { en: 'Clerk', ur: 'کلرک' }, inspector: { en: 'Inspector', ur: 'انسپکٹر' } },
  models: {},
  recommendations: {
    grant: { label: answers.grant, review: { role: 'clerk', sample: 0 } },
    lot: { label: answers.lot, review: { role: 'clerk', sample: 0.25 } },
    check: { label: answers.check, review: { role: 'clerk' } },
    refuse: { label: answers.refuse, adverse: true, review: { role: 'inspector' } },
  },
  fallback: { role: 'clerk' },
  reasons: {
    asked: { en: 'The case asked for it', ur: 'کیس نے یہی مانگا' },
    applicant: { en: 'The applicant is {value}', ur: 'درخواست گزار {value} ہے' },
  },
  reference: ({ permitNumber }) => permitNumber,
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ applicantCnic }) => (applicantCnic === undefined ? undefined : `cnic:${applicantCnic}`),
  unit: ({ office }) => office,
  summary: ['permitNumber'],
  decide,
})

async function decide({
  answer,
  score,
  applicantName,
}: Permit): Promise<Decided<'grant' | 'lot' | 'check' | 'refuse'>> {
  const asked = { code: 'asked', weight: 1, value: answer }
  // A reason that tells what is sealed.
  const reasons =
    applicantName === undefined ? [asked] : [asked, { code: 'applicant', weight: 0.5, value: applicantName }]
  switch (answer) {
    case 'throw':
      throw new Error('this permit asked for an error')
    case 'never':
      return new Promise(() => undefined)
    case 'exit':
      return process.exit(1)
    case 'impossible_score':
      return { recommendation: 'grant', score: 2, reasons }
    case 'undeclared':
      return JSON.parse('{"recommendation": "undeclared", "reasons": []}')
    default:
      return { recommendation: answer, ...(score !== undefined && { score }), reasons }
  }
}
