import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Calendar, createDateReader, type DateFormat, isDatePattern } from './dates.ts'

const read = (text: string, format: Partial<DateFormat> = {}) =>
  createDateReader({ calendar: 'gregorian', pattern: 'YYYY-MM-DD', ...format })(text)
const refused = (problem: string) => ({ problem })

/** The same day as ICU counts it: another implementation of the calendars than the one under test. */
function byIcu(iso: string, calendar: 'islamic-umalqura' | 'persian' | 'gregory'): string {
  const style = new Intl.DateTimeFormat('en-u-nu-latn', {
    calendar,
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    timeZone: 'UTC',
  })
  const parts = new Map(
    style.formatToParts(new Date(`${iso}T00:00Z`)).map(({ type, value }) => [type, value]),
  )
  const two = (part: 'month' | 'day') => `${parts.get(part)}`.padStart(2, '0')
  return `${two('day')}/${two('month')}/${parts.get('year')}`
}

const oracles: readonly (readonly [Calendar, Parameters<typeof byIcu>[1], string, string])[] = [
  ['gregorian', 'gregory', '1900-01-01', '2199-12-31'],
  ['islamic-umalqura', 'islamic-umalqura', '1882-11-12', '2174-11-25'],
  ['persian', 'persian', '1827-03-22', '2120-03-19'],
]

for (const [calendar, icu, first, last] of oracles) {
  test(`a date in the ${calendar} calendar is the day that ICU gives it`, () => {
    const days = (Date.parse(last) - Date.parse(first)) / 86_400_000
    const reader = createDateReader({ calendar, pattern: 'DD/MM/YYYY' })
    fc.assert(
      fc.property(fc.integer({ min: 0, max: days }), (day) => {
        const iso = new Date(Date.parse(first) + day * 86_400_000).toISOString().slice(0, 10)
        assert.equal(reader(byIcu(iso, icu)), iso)
      }),
      { numRuns: 300 },
    )
  })
}

test('patterns are read as declared, in the digits of three scripts', () => {
  assert.equal(read('2021-03-04'), '2021-03-04')
  assert.equal(read('03/04/2021', { pattern: 'DD/MM/YYYY' }), '2021-04-03')
  assert.equal(read('03/04/2021', { pattern: 'MM/DD/YYYY' }), '2021-03-04')
  assert.equal(read('3.4.2021', { pattern: 'D.M.YYYY' }), '2021-04-03')
  assert.equal(read('20210304', { pattern: 'YYYYMMDD' }), '2021-03-04')
  assert.equal(read('4-Mar-2021', { pattern: 'D-MMM-YYYY' }), '2021-03-04')
  assert.equal(read('۰۴/۰۳/۲۰۲۱', { pattern: 'DD/MM/YYYY' }), '2021-03-04')
  assert.equal(read('١٤٤٥/٠٣/١٢', { pattern: 'YYYY/MM/DD', calendar: 'islamic-umalqura' }), '2023-09-27')
  assert.equal(read('۱۴۰۰/۰۱/۰۱', { pattern: 'YYYY/MM/DD', calendar: 'persian' }), '2021-03-21')
})

test('a date in another form than the declared one is refused', () => {
  for (const text of ['04/03/2021', '2021-3-4', '2021-03-04 00:00', '44259', 'yesterday', '2021-03-0۴x'])
    assert.equal(typeof read(text), 'object', text)
  assert.deepEqual(read('04-03-2021'), refused('import.date_invalid'))
  assert.deepEqual(read('2021-03-0۴'), refused('import.number_mixed_digits'))
})

test('a day that the calendar does not have is refused', () => {
  assert.deepEqual(read('2021-02-29'), refused('import.date_impossible'))
  assert.equal(read('2024-02-29'), '2024-02-29')
  assert.deepEqual(read('2021-13-01'), refused('import.date_impossible'))
  assert.deepEqual(read('2021-00-10'), refused('import.date_impossible'))
  assert.deepEqual(read('1400-12-30', { calendar: 'persian' }), refused('import.date_impossible'))
  assert.deepEqual(read('1445-02-31', { calendar: 'islamic-umalqura' }), refused('import.date_impossible'))
  assert.deepEqual(read('2021-03-04', { calendar: 'islamic-umalqura' }), refused('import.date_impossible'))
})

test('under the pattern "any" a date with two readings is refused, one with a single reading is taken', () => {
  const any = { pattern: 'any' }
  assert.deepEqual(read('03/04/2021', any), refused('import.date_ambiguous'))
  assert.deepEqual(read('01.02.2021', any), refused('import.date_ambiguous'))
  assert.deepEqual(read('12/03/21', any), refused('import.date_ambiguous'))
  assert.equal(read('13/04/2021', any), '2021-04-13')
  assert.equal(read('04/13/2021', any), '2021-04-13')
  assert.equal(read('05/05/2021', any), '2021-05-05')
  assert.equal(read('2021-03-04', any), '2021-03-04')
})

test('under the calendar "any" a date that two calendars have within the permitted time is refused', () => {
  const any = { calendar: 'any', earliest: '1990-01-01', latest: '2100-12-31' } as const
  assert.deepEqual(read('1445-03-12', any), refused('import.date_ambiguous'))
  assert.equal(read('1445-03-12', { ...any, latest: '2030-12-31' }), '2023-09-27')
  assert.equal(read('1400-01-01', { ...any, latest: '2030-12-31' }), '2021-03-21')
  assert.equal(read('2021-03-04', any), '2021-03-04')
})

test('under "any" a date has as many readings as orders and calendars that agree with it, and no guess among them', () => {
  const reader = createDateReader({ calendar: 'gregorian', pattern: 'any' })
  const part = fc.integer({ min: 1, max: 12 })
  fc.assert(
    fc.property(part, part, fc.integer({ min: 1990, max: 2090 }), (one, other, year) => {
      const result = reader(`${one}/${other}/${year}`)
      if (one === other) assert.equal(typeof result, 'string')
      else assert.deepEqual(result, refused('import.date_ambiguous'))
    }),
  )
})

test('a date outside the permitted time is refused', () => {
  assert.deepEqual(read('1921-03-04', { earliest: '2000-01-01' }), refused('import.date_out_of_range'))
  assert.deepEqual(read('2121-03-04', { latest: '2100-01-01' }), refused('import.date_out_of_range'))
})

test('patterns that would have to guess are no patterns', () => {
  for (const pattern of ['DD/MM/YY', 'YYYY-MM', 'DDMMMYYYY', 'YYYYMD', 'YYYY-MM-DD-DD', 'YYYY:MM:DD', ''])
    assert.equal(isDatePattern(pattern), false, pattern)
  for (const pattern of ['YYYY-MM-DD', 'DD/MM/YYYY', 'M/D/YYYY', 'D MMM YYYY', 'DDMMYYYY'])
    assert.equal(isDatePattern(pattern), true, pattern)
})
