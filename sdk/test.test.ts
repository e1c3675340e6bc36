import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import {
  type Application,
  cnic,
  date,
  defineApplication,
  defineFeatures,
  defineModel,
  type FeatureRow,
  record,
  text,
} from './index.ts'
import { testApplication } from './test.ts'

const named = (en: string) => ({ en, ur: `${en}-ur` })
const Case = record({ number: text(named('Number')), filedOn: date(named('Filed on')) })
const Outcome = record({ note: text(named('Note')) })

const bench = testApplication(
  defineApplication({
    id: 'licences',
    title: named('Licences'),
    purpose: named('Purpose'),
    legalBasis: {
      kind: 'public_task',
      law: { en: 'Local Government Act 2013', ur: 'لوکل گورنمنٹ ایکٹ 2013' },
      section: '54',
    },
    classification: 'official',
    case: Case,
    outcome: Outcome,
    roles: { inspector: named('Inspector') },
    models: {
      risk: defineModel(
        { case: Case, outcome: Outcome },
        {
          engine: 'tabular',
          features: defineFeatures({ digits: { kind: 'number', label: named('Digits') } }),
          extract: ({ number }) => ({ digits: number.length }),
          label: () => true,
        },
      ),
    },
    recommendations: { inspect: { label: named('Inspect'), adverse: true, review: { role: 'inspector' } } },
    fallback: { role: 'inspector' },
    reference: ({ number }) => number,
    occurredOn: ({ filedOn }) => filedOn,
    summary: ['number'],
    async decide(given, { models }) {
      return { recommendation: 'inspect', ...(await models.risk.score(given)) }
    },
  }),
)
const given = { number: 'A-1', filedOn: '2026-01-31' }

describe('a test bench', () => {
  test('decides with the stated score, and names every feature with its value as a reason', async () => {
    assert.deepEqual(await bench.decide(given, { risk: 0.25 }), {
      recommendation: 'inspect',
      score: 0.25,
      reasons: [{ code: 'digits', weight: 1, value: 3 }],
    })
  })

  test('passes the failure of a model on', async () => {
    await assert.rejects(bench.decide(given, { risk: new Error('gone') }), /gone/)
  })

  test('wants an answer for every model that is called', async () => {
    await assert.rejects(bench.decide(given), /states no answer/)
  })

  test('names the refused fields', async () => {
    assert.deepEqual(bench.refusedFields({ ...given, filedOn: 'today' }), ['filedOn'])
    await assert.rejects(bench.decide({}), /number: field.missing; filedOn: field.missing/)
  })
})

const Request = record({
  number: text(named('Number')),
  filedOn: date(named('Filed on')),
  place: text(named('Place')),
  card: cnic(named('Card')),
  name: text(named('Name'), { protection: 'personal' }),
})
const Finding = record({ note: text(named('Note')) })
const request = {
  number: 'A-1',
  filedOn: '2026-01-31',
  place: 'Swat',
  card: '79999-1234567-8',
  name: 'Bashir',
}
const sample = { case: request, outcome: { note: 'in order' } }

const about = {
  reference: ({ number }: { number: string }) => number,
  subject: ({ card }: { card: string }): string | undefined => `cnic:${card}`,
  extract: ({ place, card }: { place: string; card: string; name: string }) => ({
    place,
    digits: card.length,
  }),
}
function requests(change: Partial<typeof about>, samples: Iterable<typeof sample> = []): Application {
  const { reference, subject, extract } = { ...about, ...change }
  const features = defineFeatures({
    place: { kind: 'category', label: named('Place') },
    digits: { kind: 'number', label: named('Digits') },
  })
  return defineApplication({
    id: 'requests',
    title: named('Requests'),
    purpose: named('Purpose'),
    legalBasis: {
      kind: 'public_task',
      law: { en: 'Local Government Act 2013', ur: 'لوکل گورنمنٹ ایکٹ 2013' },
      section: '54',
    },
    classification: 'official',
    case: Request,
    outcome: Finding,
    roles: { inspector: named('Inspector') },
    models: {
      risk: defineModel(
        { case: Request, outcome: Finding },
        {
          engine: 'tabular',
          features,
          extract: (one): FeatureRow<typeof features> => extract(one),
          label: () => true,
        },
      ),
    },
    recommendations: { inspect: { label: named('Inspect'), review: { role: 'inspector' } } },
    fallback: { role: 'inspector' },
    reference,
    occurredOn: ({ filedOn }) => filedOn,
    ...(subject !== undefined && { subject }),
    summary: ['number', 'place'],
    sample: () => samples,
    decide: async () => ({ recommendation: 'inspect', reasons: [] }),
  })
}
const disclosed = (
  application: Application,
  change: Partial<typeof request> = {},
  outcome = sample.outcome,
) => testApplication(application).disclosures([{ case: { ...request, ...change }, outcome }])

describe('what would be kept in clear of a person', () => {
  test('is nothing where the fields are what they say', () => assert.deepEqual(disclosed(requests({})), []))

  test('is a national identifier in an operational text', () => {
    assert.deepEqual(disclosed(requests({}), { place: 'at 0300-1234567' }), [
      'place holds a mobile in clear',
      'feature risk.place holds a mobile in clear',
    ])
    assert.deepEqual(disclosed(requests({}), {}, { note: 'card 35202-1234567-1' }), [
      'outcome note holds a CNIC in clear',
    ])
  })

  test('is a sealed value in the summary', () => {
    assert.deepEqual(
      disclosed(requests({ extract: () => ({ place: '', digits: 0 }) }), { place: 'at Bashir' }),
      ['summary place tells a sealed field'],
    )
  })

  test('is a sealed value in the reference, also where it has no form of its own', () => {
    const byName = requests({ reference: ({ number, ...rest }) => `${number} ${JSON.stringify(rest)}` })
    assert.deepEqual(disclosed(byName), ['reference holds a CNIC in clear', 'reference tells a sealed field'])
    assert.deepEqual(disclosed(requests({}), { number: 'Bashir/1' }), [
      'reference tells a sealed field',
      'summary number tells a sealed field',
    ])
  })

  test('is a feature of text that is made from what is sealed', () => {
    const carried = requests({ extract: ({ name }) => ({ place: `by ${name}`, digits: 1 }) })
    assert.deepEqual(disclosed(carried), ['feature risk.place tells a sealed field'])
  })

  test('is nothing that a feature could not be made of', () => {
    const failing = requests({
      extract: () => {
        throw new Error('no features')
      },
    })
    assert.deepEqual(disclosed(failing), [])
  })

  test('belongs to nobody where no subject is declared, unless it says so', () => {
    const { subject: _, ...nobody } = requests({})
    assert.throws(() => testApplication(nobody), /does not say whom they are about/)
    assert.deepEqual(disclosed(requests({ subject: () => undefined })), [])
  })

  test('refuses the application whose own samples show it', () => {
    const leaking = { ...sample, case: { ...request, place: 'PK36 SCBL 0000 0011 2345 6702' } }
    assert.throws(
      () => testApplication(requests({}, [sample, leaking])),
      /"requests": place holds a IBAN in clear/,
    )
    assert.throws(() => disclosed(requests({}), { filedOn: 'today' }), /filedOn: field.invalid_date/)
  })
})
