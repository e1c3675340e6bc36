import { type Decided, defineApplication, defineModel, majorUnits, type Reason } from '@khudi/sdk'
import { Declaration, Examination } from './case.ts'
import { comparedValue, declarationFeatures, features } from './features.ts'
import { sample } from './sample/declarations.ts'

/**
 * From this probability of a mis-declaration on, an examiner opens the consignment: an examination costs about a third of
 * what a mis-declaration found brings in. On the sample declarations one or two in a hundred come here, three in five of
 * them rightly; on the public Korean set, where one in five is fraudulent, two in nine, seven in ten rightly.
 */
export const examineFrom = 0.3

/** From here on an assessor reads the documents: a wrong release costs about ten times what reading them costs. */
export const checkFrom = 0.1

/** An assessor looks behind one release in twenty, drawn by lot, so that what the model never sees is still measured. */
const releaseReviewShare = 0.05

/** Recommends which goods to examine. It may clear a declaration; only an officer may hold one. */
export default defineApplication({
  id: 'customs',
  title: { en: 'Customs risk', ur: 'کسٹمز رسک' },
  purpose: { en: 'Choose which goods to examine', ur: 'معائنے کے لیے سامان کا انتخاب' },
  legalBasis: {
    kind: 'law',
    law: { en: 'Customs Act 1969', ur: 'کسٹمز ایکٹ 1969' },
    section: '80',
  },
  classification: 'official',
  // From general knowledge; neither the section nor the period has been checked against the text of the Act and its rules.
  retention: {
    years: 5,
    law: {
      en: 'Customs Act 1969, section 211, and the rules made under it',
      ur: 'کسٹمز ایکٹ 1969، دفعہ 211 اور اس کے تحت بنائے گئے قواعد',
    },
  },
  case: Declaration,
  outcome: Examination,
  roles: {
    examiner: { en: 'Examiner', ur: 'ایگزامنر' },
    assessor: { en: 'Assessing officer', ur: 'تشخیصی افسر' },
  },
  models: {
    risk: defineModel(
      { case: Declaration, outcome: Examination },
      {
        engine: 'tabular',
        features: declarationFeatures,
        extract: features,
        label: ({ finding }) => finding !== 'none',
        value: dutyAtStake,
        valueLabel: {
          en: 'Declared duty at stake (value × rate, a proxy)',
          ur: 'داؤ پر لگا ظاہر کردہ محصول (مالیت × شرح، تخمینی)',
        },
      },
    ),
  },
  recommendations: {
    release: {
      label: { en: 'Release', ur: 'چھوڑ دیں' },
      review: { role: 'assessor', sample: releaseReviewShare },
    },
    document_check: {
      label: { en: 'Check documents', ur: 'دستاویزات کی جانچ' },
      review: { role: 'assessor' },
    },
    examine: {
      label: { en: 'Examine goods', ur: 'سامان کا معائنہ' },
      adverse: true,
      review: { role: 'examiner' },
    },
  },
  fallback: { role: 'assessor' },
  reasons: {
    origin_unknown: {
      en: 'The declaration states no country of origin',
      ur: 'ڈیکلریشن میں ملکِ ساخت درج نہیں',
    },
    no_unit_value: {
      en: 'Without mass or value, a value per kilogram cannot be compared',
      ur: 'وزن یا مالیت کے بغیر فی کلوگرام مالیت کا موازنہ ممکن نہیں',
    },
  },
  reference: ({ declarationNumber }) => declarationNumber,
  unit: ({ customsOffice }) => customsOffice,
  occurredOn: ({ filedOn }) => filedOn,
  subject: ({ importerNtn, importerId }) =>
    importerNtn === undefined ? `importer:${importerId}` : `ntn:${importerNtn}`,
  summary: [
    'declarationNumber',
    'filedOn',
    'customsOffice',
    'commodityCode',
    'goodsDescription',
    'countryOfOrigin',
    'invoiceValue',
  ],
  sample,
  async decide(declaration, { models }) {
    // A failure is thrown through: the platform then has an assessor decide unaided, never a default.
    const { score, reasons } = await models.risk.score(declaration)
    const gaps = gapsOf(declaration)
    return { recommendation: recommend(score, gaps), score, reasons: [...gaps, ...reasons] }
  },
})

type Recommendation = 'release' | 'document_check' | 'examine'

/** What the model cannot judge is not released on its word: a gap in the declaration sends it to an assessor at least. */
function recommend(score: number, gaps: readonly Reason[]): Decided<Recommendation>['recommendation'] {
  if (score >= examineFrom) return 'examine'
  return score >= checkFrom || gaps.length > 0 ? 'document_check' : 'release'
}

function gapsOf({ countryOfOrigin, netMassKg, invoiceValue }: Declaration): readonly Reason[] {
  const gaps: Reason[] = []
  if (countryOfOrigin === 'ZZ') gaps.push({ code: 'origin_unknown', weight: 1, value: countryOfOrigin })
  if (netMassKg === 0 || invoiceValue.amountMinor === 0n)
    gaps.push({ code: 'no_unit_value', weight: 1, value: null })
  return gaps
}

/**
 * Duty by the declaration itself, in whole units of the currency that declarations are compared by. A proxy: what an
 * evader hides is not in it. Sums of it mean something where all declarations are compared in one currency.
 */
function dutyAtStake(declaration: Declaration): number {
  return (majorUnits(comparedValue(declaration)) * declaration.dutyRatePercent) / 100
}
