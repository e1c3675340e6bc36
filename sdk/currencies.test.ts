import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import { findMinorUnits, isCurrency, majorUnits, money, readWith } from './index.ts'

const label = { en: 'Amount', ur: 'رقم' }

test('minor units are those of ISO 4217, where ICU says otherwise', () => {
  const standard = { PKR: 2, USD: 2, JPY: 0, KRW: 0, VND: 0, KWD: 3, IQD: 3, BHD: 3, CLF: 4, AFN: 2, IRR: 2 }
  for (const [code, digits] of Object.entries(standard)) assert.equal(findMinorUnits(code), digits, code)
})

test('metals, test codes, withdrawn and invented codes are no currency', () => {
  for (const code of ['XAU', 'XDR', 'XTS', 'XXX', 'DEM', 'ABC', 'pkr', '', 'PK'])
    assert.equal(isCurrency(code), false, code)
})

test('a currency that was withdrawn since 2020 can still be declared, for older files hold it', () => {
  assert.equal(findMinorUnits('HRK'), 2)
})

test('every currency of ICU that the standard still lists is known', () => {
  const unlisted = Intl.supportedValuesOf('currency').filter((code) => !isCurrency(code))
  assert.deepEqual(
    unlisted.filter((code) => !/^X/.test(code)),
    [],
  )
})

test('amounts are exact in whole units up to 2^53 minor ones', () => {
  fc.assert(
    fc.property(fc.maxSafeNat(), fc.constantFrom('KRW', 'PKR', 'KWD'), (minor, currency) => {
      const major = majorUnits({ amountMinor: BigInt(minor), currency })
      assert.equal(major, minor / 10 ** (findMinorUnits(currency) ?? Number.NaN))
    }),
  )
  assert.throws(() => majorUnits({ amountMinor: 1n, currency: 'XXX' }), RangeError)
})

test('money is read as whole minor units, without a sign unless the field permits one', () => {
  const read = readWith(money(label), { amountMinor: '125050', currency: 'PKR' })
  assert.deepEqual(read, { ok: true, value: { amountMinor: 125050n, currency: 'PKR' } })
  for (const amountMinor of ['1.5', '-1', '01', '', '1e3', '۱۲', 125050, '9'.repeat(19)]) {
    assert.equal(readWith(money(label), { amountMinor, currency: 'PKR' }).ok, false, String(amountMinor))
  }
  assert.equal(readWith(money(label, { negative: true }), { amountMinor: '-1', currency: 'PKR' }).ok, true)
})
