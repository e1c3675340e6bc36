import { defineApplication, defineModel } from '@khudi/sdk'
import { Inspection, Request } from './case.ts'
import { features, requestFeatures } from './features.ts'
import { sample } from './sample.ts'

/** From this probability of a fault on, an inspector looks. Choose it from measured workload and yield, and say so here. */
const inspectFrom = 0.3

/** Recommends which requests to inspect. It may accept a request; only an inspector may turn one down. */
export default defineApplication({
  id: 'template',
  title: { en: 'Template', ur: 'نمونہ' },
  purpose: { en: 'Choose which requests to inspect', ur: 'معائنے کے لیے درخواستوں کا انتخاب' },
  // Which kind of basis this is decides what the persons concerned may do: take consent back, object. Ask a lawyer.
  legalBasis: {
    kind: 'public_task',
    law: {
      en: 'Name the law that permits this decision',
      ur: 'اس قانون کا نام لکھیں جو اس فیصلے کی اجازت دیتا ہے',
    },
    section: '1',
  },
  classification: 'personal',
  case: Request,
  outcome: Inspection,
  roles: { inspector: { en: 'Inspector', ur: 'انسپکٹر' } },
  models: {
    risk: defineModel(
      { case: Request, outcome: Inspection },
      {
        engine: 'tabular',
        features: requestFeatures,
        extract: features,
        label: ({ finding }) => finding === 'not_in_order',
      },
    ),
  },
  recommendations: {
    accept: { label: { en: 'Accept', ur: 'منظور کریں' }, review: { role: 'inspector', sample: 0.05 } },
    inspect: { label: { en: 'Inspect', ur: 'معائنہ کریں' }, adverse: true, review: { role: 'inspector' } },
  },
  fallback: { role: 'inspector' },
  reference: ({ requestNumber }) => requestNumber,
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ applicantCnic }) => `cnic:${applicantCnic}`,
  summary: ['requestNumber', 'district', 'requestedAmount'],
  sample,
  async decide(request, { models }) {
    // Where the model fails this throws, and the platform has an inspector decide unaided.
    const { score, reasons } = await models.risk.score(request)
    return { recommendation: score >= inspectFrom ? 'inspect' : 'accept', score, reasons }
  },
})
