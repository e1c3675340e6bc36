import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import {
  choice,
  cnic,
  date,
  defineApplication,
  defineFeatures,
  defineModel,
  type FeatureSpecs,
  iban,
  isApplicationId,
  list,
  mobile,
  ntn,
  part,
  record,
  text,
  z,
} from './index.ts'

const named = (en: string) => ({ en, ur: `${en}-ur` })

const Case = record({ number: text(named('Number')), filedOn: date(named('Filed on')) })
const Outcome = record({ finding: choice(named('Finding'), { fit: named('Fit'), unfit: named('Unfit') }) })

/** A sound declaration; each test breaks one thing of it. */
const sound: Parameters<typeof defineApplication>[0] = {
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
  models: {},
  recommendations: { inspect: { label: named('Inspect'), adverse: true, review: { role: 'inspector' } } },
  fallback: { role: 'inspector' },
  reasons: { first: named('First') },
  reference: () => '1',
  occurredOn: () => '2026-01-31',
  summary: ['number'],
  decide: async () => ({ recommendation: 'inspect', reasons: [] }),
}

const modelWith = (features: Parameters<typeof defineFeatures>[0]) => ({
  risk: { engine: 'tabular' as const, features, extract: () => ({}), label: () => true },
})
const inspect = (review: object, adverse = true) => ({
  inspect: { label: named('Inspect'), adverse, review: { role: 'inspector', ...review } },
})

test('a sound declaration is taken as it is', () => {
  assert.equal(defineApplication(sound), sound)
})

const compared = (kind: 'number' | 'code', by: string, ur = 'is {value}, median {median}'): FeatureSpecs => ({
  place: { kind: 'code', label: named('Place') },
  age: {
    kind,
    label: named('Age'),
    comparison: { by, sentence: { en: 'is {value}, median {median}', ur } },
  },
})
const faults: readonly (readonly [why: string, change: Partial<typeof sound>, rule: RegExp])[] = [
  ['an id that cannot be a folder', { id: 'Licences' }, /application "Licences": the id is 2 to 40/],
  ['no law', { legalBasis: { ...sound.legalBasis, law: { en: ' ', ur: ' ' } } }, /names the law/],
  ['no section', { legalBasis: { ...sound.legalBasis, section: '' } }, /names the section/],
  ['consent of nobody', { legalBasis: { ...sound.legalBasis, kind: 'consent' } }, /does not say whose/],
  ['nothing to recommend', { recommendations: {} }, /able to recommend/],
  ['a fallback role nobody has', { fallback: { role: 'chief' } }, /fallback role "chief"/],
  [
    'a fallback role that every object has by birth',
    { fallback: { role: 'toString' } },
    /fallback role "toString"/,
  ],
  [
    'a role that is no code',
    { roles: { 'the inspector': named('I'), inspector: named('I') } },
    /role "the inspector"/,
  ],
  [
    'a reviewer nobody is',
    { recommendations: inspect({ role: 'chief' }) },
    /review role "chief" of "inspect"/,
  ],
  [
    'a recommendation that is no code',
    { recommendations: { 'In Spect': inspect({}).inspect } },
    /recommendation "In Spect"/,
  ],
  ['a sample above all', { recommendations: inspect({ sample: 1.01 }, false) }, /a share from 0 to 1/],
  [
    'a sample that is no number',
    { recommendations: inspect({ sample: Number.NaN }, false) },
    /a share from 0 to 1/,
  ],
  [
    'an adverse recommendation that mostly nobody reviews',
    { recommendations: inspect({ sample: 0.5 }) },
    /adverse/,
  ],
  ['a summary of a field that is none', { summary: ['number', 'importer.name'] }, /"importer.name"/],
  ['a model that sees nothing', { models: modelWith({}) }, /model "risk" sees no feature/],
  [
    'a feature that is also a reason',
    { models: modelWith({ first: { kind: 'number', label: named('F') } }) },
    /"first" is both/,
  ],
  [
    'a reason that states its value in one language only',
    { reasons: { late: { en: 'late by {value} days', ur: 'دیر سے' } } },
    /"late" names \{value\} in one language only/,
  ],
  [
    'a feature that states its value in one language only',
    {
      models: modelWith({
        age: { kind: 'number', label: named('Age'), reason: { en: 'aged', ur: '{value}' } },
      }),
    },
    /"risk.age" names \{value\}/,
  ],
  [
    'a text that is compared as a number',
    { models: modelWith(compared('code', 'place')) },
    /"age" is no number/,
  ],
  ['a number compared by a number', { models: modelWith(compared('number', 'age')) }, /compared by "age"/],
  [
    'a number compared by what is absent',
    { models: modelWith(compared('number', 'toString')) },
    /"toString"/,
  ],
  [
    'a comparison that states its median in one language only',
    { models: modelWith(compared('number', 'place', 'is {value}')) },
    /"risk.age \(comparison\)" names \{median\}/,
  ],
]
const kept = (years: number, en: string, ur = en) => ({ retention: { years, law: { en, ur } } })
const protectionFaults: typeof faults = [
  [
    'a summary of a field that is personal',
    { classification: 'personal' },
    /"number", which is personal: lists and queues show operational fields/,
  ],
  [
    'a summary of a part in which something is sealed',
    {
      case: record({
        number: text(named('Number')),
        owner: part(named('Owner'), {
          name: text(named('Name'), { protection: 'sensitive' }),
          age: date(named('Age')),
        }),
      }),
      summary: ['owner'],
    },
    /"owner", which is sensitive/,
  ],
  [
    'fields that nobody described',
    { case: z.looseObject({ number: text(named('Number')) }) },
    /nobody described/,
  ],
  ['a case that is no record', { outcome: text(named('Outcome')) }, /is a record/],
  ['a retention of no time', kept(0, 'Act'), /1 to 100/],
  ['a retention of half a year', kept(0.5, 'Act'), /1 to 100/],
  ['a retention for ever', kept(Number.POSITIVE_INFINITY, 'Act'), /1 to 100/],
  ['a retention without a law', kept(5, ' '), /names the law that requires/],
  ['a retention without its law in Urdu', kept(5, 'Act', ''), /names the law that requires/],
]
for (const [why, change, rule] of [...faults, ...protectionFaults]) {
  test(`an application is refused for ${why}`, () => {
    assert.throws(() => defineApplication({ ...sound, ...change }), rule)
  })
}

test('a model keeps the types of its schemas and features, and is what was given', () => {
  const spec = {
    engine: 'tabular' as const,
    features: defineFeatures({ digits: { kind: 'number', label: named('Digits') } }),
    extract: ({ number }: { number: string }) => ({ digits: number.length }),
    label: ({ finding }: { finding: 'fit' | 'unfit' }) => finding === 'unfit',
  }
  assert.equal(defineModel({ case: Case, outcome: Outcome }, spec), spec)
})

test('ids are names of folders, schemas and addresses', () => {
  for (const id of ['customs', 'land-survey', 'a1']) assert.ok(isApplicationId(id), id)
  for (const id of ['', 'a', '1a', 'A1', 'a_b', 'a/b', 'a.b', '-a', 'x'.repeat(41), 'a\n'])
    assert.equal(isApplicationId(id), false, id)
})

test('an application that puts a national identifier in the clear is refused', () => {
  const number = text(named('Number'))
  const inClear = { protection: 'operational' } as const
  const declared = (change: Partial<typeof sound>) => () => defineApplication({ ...sound, ...change })
  for (const identifier of [cnic, ntn, mobile, iban]) {
    const numbers = list(named('Numbers'), identifier(named('I')), { max: 2 })
    const holder = part(named('Holder'), { numbers }, inClear)
    // What the types refuse already, as plain JavaScript would say it.
    const field = identifier(named('I'), inClear as object)
    assert.throws(declared({ case: record({ number, field }) }), /"field" is a national identifier/)
    assert.throws(
      declared({ outcome: record({ field: field.optional() }) }),
      /"field" is a national identifier/,
    )
    assert.throws(
      declared({ case: record({ number, holder }) }),
      /"holder.numbers\[\]" is a national identifier/,
    )
    const sensitive = identifier(named('I'), { protection: 'sensitive' })
    for (const sealed of [identifier(named('I')), sensitive]) declared({ case: record({ number, sealed }) })()
  }
})

test('how long cases are kept by law is taken as it is said', () => {
  const law = named('Customs Act 1969, section 211')
  assert.deepEqual(defineApplication({ ...sound, retention: { years: 5, law } }).retention, { years: 5, law })
})
