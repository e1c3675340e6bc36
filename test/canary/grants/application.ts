/** An application with something sealed in every kind of field, and a model that learns from what is not. */
import {
  attachment,
  bilingual,
  choice,
  cnic,
  code,
  coordinates,
  date,
  defineApplication,
  defineFeatures,
  defineModel,
  flag,
  iban,
  list,
  measure,
  mobile,
  money,
  number,
  part,
  percent,
  record,
  text,
  time,
} from '@khudi/sdk'

const personal = { protection: 'personal' } as const
const label = (en: string) => ({ en, ur: 'خانہ' })

const Grant = record({
  grantNumber: text(label('Number')),
  filedOn: date(label('Filed on')),
  areaM2: measure(label('Area'), 'm2'),
  applicant: part(
    label('Applicant'),
    { name: text(label('Name')), cnic: cnic(label('CNIC')), mobile: mobile(label('Mobile')) },
    personal,
  ),
  account: iban(label('Account')).optional(),
  family: list(
    label('Family'),
    part(label('Member'), { name: text(label('Name'), personal), isChild: flag(label('Child')) }),
    { max: 5 },
  ).optional(),
  bornOn: date(label('Born on'), personal).optional(),
  seenAt: time(label('Seen at'), personal).optional(),
  ward: code(label('Ward'), /^[A-Z0-9-]+$/, personal).optional(),
  income: money(label('Income'), personal).optional(),
  heightCm: number(label('Height'), personal).optional(),
  shareOwned: percent(label('Share'), personal).optional(),
  home: coordinates(label('Home'), personal).optional(),
  remark: bilingual(label('Remark'), { protection: 'sensitive' }).optional(),
  papers: attachment(label('Papers'), { ...personal, maxBytes: 1_000 }).optional(),
})

const Visit = record({
  finding: choice(label('Finding'), { right: label('Right'), wrong: label('Wrong') }),
  seen: text(label('What was seen'), personal).optional(),
})

export default defineApplication({
  id: 'grants',
  title: { en: 'Grants', ur: 'امداد' },
  purpose: { en: 'Choose which grants to look into', ur: 'جانچ کے لیے امدادی درخواستوں کا انتخاب' },
  legalBasis: {
    kind: 'law',
    law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' },
    section: '1',
  },
  classification: 'official',
  case: Grant,
  outcome: Visit,
  roles: { visitor: { en: 'Visitor', ur: 'معائنہ کار' } },
  models: {
    need: defineModel(
      { case: Grant, outcome: Visit },
      {
        engine: 'tabular',
        features: defineFeatures({ areaM2: { kind: 'number', label: label('Area') } }),
        extract: ({ areaM2 }) => ({ areaM2 }),
        label: ({ finding }) => finding === 'wrong',
      },
    ),
  },
  recommendations: {
    pay: { label: { en: 'Pay', ur: 'ادائیگی' }, review: { role: 'visitor' } },
    visit: { label: { en: 'Visit', ur: 'معائنہ' }, adverse: true, review: { role: 'visitor' } },
  },
  fallback: { role: 'visitor' },
  reasons: { named: { en: 'Asked for by {value}', ur: 'درخواست گزار {value}' } },
  reference: ({ grantNumber }) => grantNumber,
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ applicant }) => `cnic:${applicant.cnic}`,
  summary: ['grantNumber', 'filedOn'],
  async decide(grant, { models }) {
    const { score, reasons } = await models.need.score(grant)
    return {
      recommendation: 'visit',
      score,
      reasons: [{ code: 'named', weight: 1, value: grant.applicant.name }, ...reasons],
    }
  },
})
