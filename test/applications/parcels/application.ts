/**
 * An application with one model, small enough to train in a test. It is about persons, so what is not said to be operational is
 * sealed.
 */
import {
  choice,
  date,
  defineApplication,
  defineFeatures,
  defineModel,
  number,
  record,
  type SampleOptions,
  text,
  type z,
} from '@khudi/sdk'

const operational = { protection: 'operational' } as const

const Parcel = record({
  parcelNumber: text({ en: 'Number', ur: 'نمبر' }, { max: 64, ...operational }),
  sentOn: date({ en: 'Sent on', ur: 'تاریخ' }, operational),
  weightKg: number({ en: 'Weight (kg)', ur: 'وزن (کلوگرام)' }, { min: 0, ...operational }),
  contents: text({ en: 'Contents', ur: 'سامان' }, { max: 60, ...operational }),
  senderName: text({ en: 'Sender', ur: 'بھیجنے والا' }).optional(),
})

const Inspection = record({
  finding: choice(
    { en: 'Finding', ur: 'نتیجہ' },
    { harmless: { en: 'Harmless', ur: 'بے ضرر' }, dangerous: { en: 'Dangerous', ur: 'خطرناک' } },
    operational,
  ),
})

/** Contents at which the features, and so the model, fail. */
export const unreadable = 'unreadable'

export default defineApplication({
  id: 'parcels',
  title: { en: 'Parcels', ur: 'پارسل' },
  purpose: { en: 'Choose which parcels to open', ur: 'کھولنے کے لیے پارسلوں کا انتخاب' },
  legalBasis: {
    kind: 'public_task',
    law: { en: 'Made up for tests', ur: 'آزمائش کے لیے فرضی قانون' },
    section: '1',
  },
  classification: 'personal',
  case: Parcel,
  outcome: Inspection,
  roles: { inspector: { en: 'Inspector', ur: 'انسپکٹر' } },
  models: {
    danger: defineModel(
      { case: Parcel, outcome: Inspection },
      {
        engine: 'tabular',
        features: defineFeatures({
          weightKg: { kind: 'number', label: { en: 'Weight (kg)', ur: 'وزن (کلوگرام)' } },
          contents: { kind: 'category', label: { en: 'Contents', ur: 'سامان' } },
        }),
        extract: ({ weightKg, contents }) => {
          if (contents === unreadable) throw new Error('these contents have no features')
          return { weightKg, contents }
        },
        label: ({ finding }) => finding === 'dangerous',
        value: ({ weightKg }) => weightKg,
      },
    ),
  },
  recommendations: {
    deliver: { label: { en: 'Deliver', ur: 'پہنچائیں' }, review: { role: 'inspector', sample: 0.1 } },
    open: { label: { en: 'Open', ur: 'کھولیں' }, adverse: true, review: { role: 'inspector' } },
  },
  fallback: { role: 'inspector' },
  reference: ({ parcelNumber }) => parcelNumber,
  occurredOn: ({ sentOn }) => sentOn,
  subject: ({ parcelNumber }) => `parcel:${parcelNumber}`,
  summary: ['parcelNumber', 'contents'],
  sample,
  async decide(parcel, { models }) {
    const { score, reasons } = await models.danger.score(parcel)
    return { recommendation: score >= 0.5 ? 'open' : 'deliver', score, reasons }
  },
})

const kinds = ['books', 'cloth', 'batteries', 'fireworks'] as const

/** Heavy parcels of batteries and fireworks are dangerous; one in eleven breaks the rule. */
function* sample({ seed, count }: SampleOptions): Generator<{
  readonly case: z.input<typeof Parcel>
  readonly outcome: z.input<typeof Inspection>
}> {
  for (let index = 0; index < count; index++) {
    const turn = (index * 7919 + seed * 104_729) % 1_000
    const contents = kinds[turn % kinds.length] ?? 'books'
    const weightKg = (turn % 97) / 4
    const isDangerous = turn % 11 === 0 ? turn % 2 === 0 : turn % 4 >= 2 && weightKg > 8
    yield {
      case: {
        parcelNumber: `PARCEL-${seed}-${index + 1}`,
        sentOn: new Date(Date.UTC(2026, 0, 1 + (index % 28))).toISOString().slice(0, 10),
        weightKg,
        contents,
      },
      outcome: { finding: isDangerous ? 'dangerous' : 'harmless' },
    }
  }
}
