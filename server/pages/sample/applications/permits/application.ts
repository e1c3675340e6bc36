/**
 * Shop permits: a small application with a field of every kind, for the tests of the pages. Who applies, and what the officer
 * who took the request wrote of them, is sealed; the shop is not.
 */
import {
  bilingual,
  choice,
  cnic,
  code,
  coordinates,
  country,
  date,
  defineApplication,
  flag,
  list,
  measure,
  money,
  number,
  part,
  percent,
  record,
  text,
  time,
  withRules,
} from '@khudi/sdk'

const operational = { protection: 'operational' } as const

const Request = record({
  number: text({ en: 'Request number', ur: 'درخواست نمبر' }, { max: 64, ...operational }),
  filedOn: date({ en: 'Filed on', ur: 'داخل کرنے کی تاریخ' }, operational),
  applicant: part(
    { en: 'Applicant', ur: 'درخواست گزار' },
    {
      name: text({ en: 'Name', ur: 'نام' }, { max: 20_000 }),
      cnic: cnic({ en: 'CNIC', ur: 'شناختی کارڈ نمبر' }).optional(),
      origin: country({ en: 'Country', ur: 'ملک' }).optional(),
    },
  ),
  kind: choice(
    { en: 'Kind of shop', ur: 'دکان کی قسم' },
    { food: { en: 'Food', ur: 'خوراک' }, cloth: { en: 'Cloth', ur: 'کپڑا' } },
    operational,
  ),
  rent: money({ en: 'Rent', ur: 'کرایہ' }, operational),
  area: measure({ en: 'Floor area', ur: 'رقبہ' }, 'm2', operational).optional(),
  share: percent({ en: 'Owner’s share', ur: 'مالک کا حصہ' }, operational).optional(),
  heading: code({ en: 'Heading', ur: 'ہیڈنگ' }, /^\d{4}$/, operational).optional(),
  opensAt: time({ en: 'Opens at', ur: 'کھلنے کا وقت' }, operational).optional(),
  place: coordinates({ en: 'Place', ur: 'مقام' }, operational).optional(),
  sign: bilingual({ en: 'Sign', ur: 'بورڈ' }, operational).optional(),
  hasCellar: flag({ en: 'Has a cellar', ur: 'تہہ خانہ ہے' }, operational).optional(),
  points: number({ en: 'Risk points', ur: 'خطرے کے نمبر' }, { min: 0, max: 100, ...operational }),
  goods: list(
    { en: 'Goods', ur: 'سامان' },
    record({
      title: text({ en: 'Title', ur: 'عنوان' }),
      massKg: measure({ en: 'Mass', ur: 'وزن' }, 'kg'),
    }),
    { max: 20, ...operational },
  ).optional(),
  remarks: text({ en: 'Remarks', ur: 'کیفیت' }, { max: 1000 }).optional(),
  office: text({ en: 'Office', ur: 'دفتر' }, { max: 40, ...operational }).optional(),
})

const Inspection = withRules(
  record({
    finding: choice(
      { en: 'Finding', ur: 'نتیجہ' },
      { fit: { en: 'In order', ur: 'درست' }, unfit: { en: 'Not in order', ur: 'نادرست' } },
      operational,
    ),
    inspectedOn: date({ en: 'Inspected on', ur: 'معائنے کی تاریخ' }, operational),
    fine: money({ en: 'Fine', ur: 'جرمانہ' }, operational).optional(),
    note: text({ en: 'Note', ur: 'نوٹ' }, { max: 2000 }).optional(),
  }),
  [
    {
      field: 'fine',
      message: { en: 'what is in order is not fined', ur: 'جو درست ہے اس پر جرمانہ نہیں ہوتا' },
      holds: ({ finding, fine }) => finding === 'unfit' || fine === undefined,
    },
  ],
)

export default defineApplication({
  id: 'permits',
  title: { en: 'Shop permits', ur: 'دکان کے اجازت نامے' },
  purpose: { en: 'Choose which shops to inspect', ur: 'معائنے کے لیے دکانوں کا انتخاب' },
  legalBasis: {
    kind: 'public_task',
    law: { en: 'Local Government Act 2013', ur: 'لوکل گورنمنٹ ایکٹ 2013' },
    section: '54',
  },
  classification: 'personal',
  case: Request,
  outcome: Inspection,
  roles: { inspector: { en: 'Inspector', ur: 'انسپکٹر' } },
  models: {},
  recommendations: {
    grant: {
      label: { en: 'Grant the permit', ur: 'اجازت نامہ دیں' },
      review: { role: 'inspector', sample: 0 },
    },
    inspect: {
      label: { en: 'Inspect the shop', ur: 'دکان کا معائنہ' },
      adverse: true,
      review: { role: 'inspector' },
    },
    advise: { label: { en: 'Grant with advice', ur: 'ہدایت کے ساتھ اجازت' }, review: { role: 'inspector' } },
  },
  fallback: { role: 'inspector' },
  reasons: {
    points: { en: 'The request has {value} risk points', ur: 'درخواست کے خطرے کے نمبر {value} ہیں' },
    owner: { en: 'The applicant is {value}', ur: 'درخواست گزار {value} ہے' },
    cellar: { en: 'Whether it has a cellar: {value}', ur: 'تہہ خانہ: {value}' },
  },
  reference: (given) => given.number,
  occurredOn: (given) => given.filedOn,
  unit: ({ office }) => office,
  subject: ({ applicant }) => (applicant.cnic === undefined ? undefined : `cnic:${applicant.cnic}`),
  summary: ['kind', 'rent'],
  async decide({ points, applicant, hasCellar }) {
    if (points === 13) throw new Error('thirteen points are beyond this model')
    return {
      recommendation: points >= 50 ? 'inspect' : 'grant',
      score: points / 100,
      reasons: [
        { code: 'points', weight: 0.5, value: points },
        { code: 'owner', weight: -0.25, value: applicant.name },
        { code: 'cellar', weight: 0.1, value: hasCellar ?? null },
      ],
    }
  },
})
