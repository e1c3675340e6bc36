import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { formatsOf } from './format.ts'

const en = formatsOf('en')
const ur = formatsOf('ur')
/** Without the marks of direction that Intl puts into Urdu. */
const bare = (text: string) => text.replace(/[\u200e\u200f\u061c]/g, '').replaceAll('\u00a0', ' ')

test('an amount has the decimals of its currency by ISO 4217, to the last digit', () => {
  assert.equal(bare(en.money(9_007_199_254_740_993_01n, 'PKR')), 'PKR 9,007,199,254,740,993.01')
  assert.equal(bare(en.money(-5n, 'PKR')), '-PKR 0.05')
  assert.equal(bare(en.money(1_500n, 'KRW')), 'KRW 1,500')
  assert.equal(bare(en.money(1_500n, 'KWD')), 'KWD 1.500')
  assert.equal(bare(ur.money(2_500_050n, 'PKR')), 'PKR 25,000.50')
})

test('a day is the day that was written, whatever the time zone', () => {
  assert.equal(en.date('2026-03-01'), '1 Mar 2026')
  assert.equal(ur.date('2026-03-01'), '1 مارچ، 2026')
})

test('an instant is shown in Pakistan Standard Time', () => {
  assert.equal(en.instant(new Date('2026-02-28T20:30:00Z')), '1 Mar 2026, 01:30')
  assert.equal(ur.instant(new Date('2026-02-28T20:30:00Z')), '1 مارچ، 2026، 01:30')
})

test('a time span has its two largest units', () => {
  const minute = 60_000
  assert.equal(en.duration(0), '0 minutes')
  assert.equal(en.duration(-minute), '0 minutes')
  assert.equal(en.duration(59 * minute), '59 minutes')
  assert.equal(en.duration(61 * minute), '1 hour, 1 minute')
  assert.equal(en.duration(49 * 60 * minute), '2 days, 1 hour')
  assert.equal(ur.duration(49 * 60 * minute), '2 دن، 1 گھنٹہ')
})

test('a figure is shortened to what a person can use', () => {
  assert.equal(en.number(1_234_567.891), '1,234,567.89')
  assert.equal(en.number(0.000_123_456), '0.000123')
  assert.equal(en.number(0), '0')
  assert.equal(en.exactNumber(0.1234567), '0.1234567')
  assert.equal(en.percent(0.5126), '51.3%')
})

test('a country has its name, and a code that is no country has none', () => {
  assert.equal(en.country('PK'), 'Pakistan')
  assert.equal(ur.country('PK'), 'پاکستان')
  assert.equal(en.country('QQ'), undefined)
})
