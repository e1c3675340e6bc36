import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { readWith } from '@khudi/sdk'
import fc from 'fast-check'
import { Declaration } from './case.ts'
import { declarationFeatures, features } from './features.ts'
import { bandLabel } from './value-bands.ts'

const minimal = {
  declarationNumber: '1',
  declarationType: 'import',
  filedOn: '2026-01-31',
  customsOffice: 'PKKHI',
  declarantId: 'A',
  importerId: 'I',
  transportMode: '10',
  countryOfDeparture: 'AE',
  commodityCode: '08021200',
  countryOfOrigin: 'US',
  dutyRatePercent: 7.2,
  netMassKg: 1000,
  invoiceValue: { amountMinor: '640000', currency: 'USD' },
}

function featuresOf(change: object) {
  const read = readWith(Declaration, { ...minimal, ...change })
  assert.ok(read.ok)
  return features(read.value)
}

test('goods are compared by heading, route, rate and regime, and priced in the currency of the invoice', () => {
  const row = featuresOf({})
  assert.equal(row.goodsAndRoute, '080212 · US → AE · 7.2 % · –')
  assert.equal(row.valueBand, '080212 · US → AE · 7.2 % · – · 4–8 USD/kg')
  assert.equal(row.fineValueBand, '080212 · US → AE · 7.2 % · – · 6.17–6.73 USD/kg')
  assert.equal(row.commodityCode, '08021200')
  assert.equal(row.valuePerKgUsd, 6.4)
})

test('the customs value, where declared, is what goods are compared by', () => {
  const row = featuresOf({ customsValue: { amountMinor: '190000000', currency: 'PKR' } })
  assert.equal(row.valuePerKgPkr, 1900)
  assert.equal(row.valuePerKgUsd, null)
})

test('minor units are those of the currency: a won has none, a rupee has a hundred', () => {
  const won = featuresOf({ invoiceValue: { amountMinor: '640000', currency: 'KRW' } })
  assert.equal(won.valuePerKgKrw, 640)
})

test('values in two currencies never share a number or a band', () => {
  const currencies = ['PKR', 'USD', 'EUR', 'KRW', 'CNY', 'JPY']
  const rows = currencies.map((currency) =>
    featuresOf({ invoiceValue: { amountMinor: '64000000', currency } }),
  )
  assert.equal(new Set(rows.map(({ valueBand }) => valueBand)).size, currencies.length)
  const numbers = (row: (typeof rows)[number]) =>
    [row.valuePerKgPkr, row.valuePerKgUsd, row.valuePerKgEur, row.valuePerKgKrw].filter(
      (value) => value !== null,
    )
  assert.deepEqual(
    rows.map((row) => numbers(row).length),
    [1, 1, 1, 1, 0, 0],
  )
})

test('without mass or without value there is no value of a kilogram', () => {
  for (const change of [{ netMassKg: 0 }, { invoiceValue: { amountMinor: '0', currency: 'USD' } }]) {
    const row = featuresOf(change)
    assert.deepEqual([row.valuePerKgUsd, row.valueBand, row.fineValueBand], [null, null, null])
  }
})

test('mass of a piece and packing are unknown unless declared', () => {
  const bare = featuresOf({})
  assert.deepEqual([bare.massPerPieceKg, bare.pieceMassBand, bare.tarePercent], [null, null, null])
  const counted = featuresOf({ quantity: 500, quantityUnit: 'PR', grossMassKg: 1250 })
  assert.deepEqual(
    [counted.massPerPieceKg, counted.pieceMassBand, counted.tarePercent],
    [2, '080212 · 2–2.38 kg/PR', 20],
  )
})

test('every number is finite, whatever is declared', () => {
  const amount = fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map(String)
  const mass = fc.double({ min: 0, max: 1e15, noNaN: true })
  fc.assert(
    fc.property(amount, mass, fc.constantFrom('PKR', 'KRW', 'KWD'), (amountMinor, netMassKg, currency) => {
      const row = featuresOf({ netMassKg, grossMassKg: netMassKg, invoiceValue: { amountMinor, currency } })
      for (const value of Object.values(row)) assert.ok(typeof value !== 'number' || Number.isFinite(value))
    }),
  )
})

test('parties, offices, numbers and dates leave the features unchanged', () => {
  const others = {
    declarationNumber: '2',
    filedOn: '2020-12-31',
    customsOffice: 'PKLHE',
    declarantId: 'B',
    importerId: 'J',
    importerNtn: '9999999',
    sellerId: 'S',
    courierId: 'C',
  }
  assert.deepEqual(featuresOf(others), featuresOf({}))
})

test('a reason of every feature states its value, or the history of it, in both languages', () => {
  for (const [name, { kind, reason }] of Object.entries(declarationFeatures)) {
    for (const figure of kind === 'category' ? ['{seen}', '{positive}'] : ['{value}']) {
      assert.ok(reason.en.includes(figure) && reason.ur.includes(figure), name)
    }
  }
})

test('a band holds its lower edge, and the outermost bands take everything beyond', () => {
  assert.equal(bandLabel(4, 'octave'), '4–8')
  assert.equal(bandLabel(7.999, 'octave'), '4–8')
  assert.equal(bandLabel(8, 'octave'), '8–16')
  assert.equal(bandLabel(5e-324, 'quarter'), bandLabel(2 ** -30, 'quarter'))
  assert.equal(bandLabel(1.7e308, 'octave'), bandLabel(2 ** 49, 'octave'))
})
