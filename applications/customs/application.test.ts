import { strict as assert } from 'node:assert'
import { readFile } from 'node:fs/promises'
import { describe, test } from 'node:test'
import { readCase, readWith } from '@khudi/sdk'
import { testApplication } from '@khudi/sdk/test'
import application, { checkFrom, examineFrom } from './application.ts'
import { type DeclarationInput, Examination } from './case.ts'
import { sample } from './sample/declarations.ts'

const bench = testApplication(application)

/** Tea of Kenya, properly declared. */
const tea: DeclarationInput = {
  declarationNumber: 'PKKHI-2026-0000001',
  declarationType: 'import',
  filedOn: '2026-01-31',
  customsOffice: 'PKKHI',
  declarantId: 'AGT-0001',
  importerId: 'IMP-0001',
  importerNtn: '9999001',
  transportMode: '1',
  countryOfDeparture: 'KE',
  commodityCode: '090240',
  countryOfOrigin: 'KE',
  taxType: 'MFN',
  dutyRatePercent: 11,
  netMassKg: 26_000,
  grossMassKg: 27_100,
  invoiceValue: { amountMinor: '6630000', currency: 'USD' },
  customsValue: { amountMinor: '1900000000', currency: 'PKR' },
}

describe('what is recommended', () => {
  test('a low risk is released', async () => {
    const { recommendation } = await bench.decide(tea, { risk: checkFrom - 0.001 })
    assert.equal(recommendation, 'release')
  })

  test('a middling risk goes to an assessor with its documents', async () => {
    const { recommendation } = await bench.decide(tea, { risk: checkFrom })
    assert.equal(recommendation, 'document_check')
  })

  test('a high risk goes to an examiner, with the reasons of the model', async () => {
    const { recommendation, score, reasons } = await bench.decide(tea, { risk: examineFrom })
    assert.equal(recommendation, 'examine')
    assert.equal(score, examineFrom)
    assert.equal(reasons[0]?.value, '090240 · KE → KE · 11 % · MFN')
  })

  test('goods of unknown origin are not released unseen, however low the risk', async () => {
    const { recommendation, reasons } = await bench.decide({ ...tea, countryOfOrigin: 'ZZ' }, { risk: 0 })
    assert.equal(recommendation, 'document_check')
    assert.equal(reasons[0]?.code, 'origin_unknown')
  })

  for (const [what, change] of [
    ['no mass', { netMassKg: 0 }],
    ['no value', { invoiceValue: { amountMinor: '0', currency: 'USD' } }],
  ] as const) {
    test(`goods with ${what} are not released unseen, for nothing can be compared`, async () => {
      const { recommendation, reasons } = await bench.decide({ ...tea, ...change }, { risk: 0 })
      assert.equal(recommendation, 'document_check')
      assert.equal(reasons[0]?.code, 'no_unit_value')
    })
  }

  test('a model failure reaches the platform, so that an assessor decides unaided', async () => {
    await assert.rejects(bench.decide(tea, { risk: new Error('the model is gone') }), /the model is gone/)
  })
})

describe('what is refused', () => {
  const refusals: readonly (readonly [why: string, change: object, field: string])[] = [
    ['a negative mass', { netMassKg: -1 }, 'netMassKg'],
    ['an unknown currency', { invoiceValue: { amountMinor: '1', currency: 'XXZ' } }, 'invoiceValue.currency'],
    [
      'a negative value',
      { invoiceValue: { amountMinor: '-1', currency: 'USD' } },
      'invoiceValue.amountMinor',
    ],
    [
      'a value with a decimal point',
      { invoiceValue: { amountMinor: '1.5', currency: 'USD' } },
      'invoiceValue.amountMinor',
    ],
    ['a heading of 6 digits that lost its leading zero', { commodityCode: '90240' }, 'commodityCode'],
    ['a national code of 8 digits that lost its leading zero', { commodityCode: '9024010' }, 'commodityCode'],
    ['a commodity code that is a number', { commodityCode: 90240 }, 'commodityCode'],
    ['a commodity code of a chapter 00', { commodityCode: '009024' }, 'commodityCode'],
    ['a country that is none', { countryOfOrigin: 'UK' }, 'countryOfOrigin'],
    ['a date that does not exist', { filedOn: '2026-02-29' }, 'filedOn'],
    ['a field nobody knows', { importer: 'x' }, 'importer'],
    ['less gross than net mass', { grossMassKg: 25_999 }, 'grossMassKg'],
    ['a quantity without its unit', { quantity: 4 }, 'quantityUnit'],
    [
      'a certificate for goods of unknown origin',
      { countryOfOrigin: 'ZZ', originCertificate: 'COO-1' },
      'originCertificate',
    ],
  ]
  for (const [why, change, field] of refusals) {
    test(why, () => assert.deepEqual(bench.refusedFields({ ...tea, ...change }), [field]))
  }

  test('a lost leading zero is explained in both languages', () => {
    const read = readCase(application, { ...tea, commodityCode: '90240' })
    const message = read.ok ? undefined : read.problems[0]?.message
    assert.match(message?.en ?? '', /leading zero/)
    assert.match(message?.ur ?? '', /ابتدائی صفر/)
  })

  test('every contradiction is named at once', () => {
    assert.deepEqual(bench.refusedFields({ ...tea, grossMassKg: 1, quantityUnit: 'PR' }), [
      'grossMassKg',
      'quantityUnit',
    ])
  })

  test('an examination that found nothing names no mis-declaration and no duty', () => {
    const duty = { amountMinor: '1', currency: 'PKR' }
    const read = readWith(Examination, {
      finding: 'none',
      examinedOn: '2026-02-01',
      misdeclared: 'value',
      additionalDuty: duty,
    })
    assert.deepEqual(read.ok || read.problems.map(({ field }) => field), ['misdeclared', 'additionalDuty'])
  })
})

describe('what the platform learns of a declaration', () => {
  const factsOf = (given: DeclarationInput) => {
    const read = readCase(application, given)
    assert.ok(read.ok)
    return read.value
  }

  test('it is about the national tax number, or else about the number the file gives the importer', () => {
    const { importerNtn: _, ...withoutNtn } = tea
    assert.equal(factsOf(tea).subject, 'ntn:9999001')
    assert.equal(factsOf(withoutNtn).subject, 'importer:IMP-0001')
  })

  test('leading zeros, unknown countries and goods without mass or value are kept as declared', () => {
    const bare = { amountMinor: '0', currency: 'KRW' }
    const given = {
      ...tea,
      countryOfOrigin: 'ZZ',
      countryOfDeparture: 'ZZ',
      netMassKg: 0,
      invoiceValue: bare,
    }
    const { value } = factsOf(given)
    assert.partialDeepStrictEqual(value, { commodityCode: '090240', countryOfOrigin: 'ZZ', netMassKg: 0 })
  })

  test('the duty at stake is the rate on the customs value, in rupees', () => {
    assert.equal(application.models.risk?.value?.(factsOf(tea).value), 2_090_000)
  })

  test('both kinds of mis-declaration are what the model is to find', () => {
    const labels = ['none', 'fraud', 'critical'].map((finding) => application.models.risk?.label({ finding }))
    assert.deepEqual(labels, [false, true, true])
  })
})

test('the committed sample cases are what the generator makes, valid, and tell nothing of a person in clear', async () => {
  const committed = JSON.parse(await readFile(new URL('cases.sample.json', import.meta.url), 'utf8'))
  assert.deepEqual(committed.cases, [...sample({ seed: 50, count: 100 })])
  for (const { case: given, outcome } of committed.cases) {
    assert.deepEqual(bench.refusedFields(given), [])
    assert.ok(readWith(Examination, outcome).ok)
  }
  assert.deepEqual(bench.disclosures(committed.cases), [])
})
