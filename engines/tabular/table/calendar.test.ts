import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { dayOfYear, dayValue, weekday } from './calendar.ts'

/** The day, or `undefined` for what is refused. */
function dayOf(text: string): number | undefined {
  try {
    return dayValue(text, 'x')
  } catch {
    return undefined
  }
}

const epoch = Temporal.PlainDate.from('1970-01-01')

test('each day from year 0 to 9999 is what Temporal says it is', () => {
  const first = Temporal.PlainDate.from('0000-01-01').since(epoch).days
  const last = Temporal.PlainDate.from('9999-12-31').since(epoch).days
  const edges = fc.constantFrom(first, last, 0, 59, 60, -1)
  fc.assert(
    fc.property(fc.oneof(edges, fc.integer({ min: first, max: last })), (day) => {
      const date = epoch.add({ days: day })
      assert.equal(dayOf(date.toString()), day)
      assert.equal(dayOfYear(day), date.dayOfYear)
      assert.equal(weekday(day), date.dayOfWeek)
    }),
    { numRuns: 2_000 },
  )
})

test('the first and the last day of each year, leap or not', () => {
  for (let year = 1; year < 10_000; year += 1) {
    const text = String(year).padStart(4, '0')
    const [first = 0, last = 0] = [dayOf(`${text}-01-01`), dayOf(`${text}-12-31`)]
    assert.equal(dayOfYear(first), 1)
    assert.equal(dayOfYear(last), last - first + 1)
    assert.equal(dayOf(`${text}-02-29`) !== undefined, last - first === 365)
  }
})

test('a time and an offset do not move the day that is written', () => {
  const day = dayOf('2026-03-31')
  for (const time of [
    'T00:00',
    'T23:59:59',
    'T23:59:59.999999999',
    'T23:00Z',
    'T00:30+05:00',
    'T23:30:00-11:00',
  ])
    assert.equal(dayOf(`2026-03-31${time}`), day, time)
})

test('what is no date is refused with its place and without its text', () => {
  const wrong = [
    ['2026-02-29', '2026-13-01', '2026-00-10', '2026-01-00', '2026-01-32', '1900-02-29', '2026-1-1'],
    ['20260101', '01-02-2026', '2026/01/01', ' 2026-01-01', '2026-01-01 ', '2026-01-01T', '+002026-01-01'],
    ['2026-01-01T24:00', '2026-01-01T12:60', '2026-01-01 12:00', '2026-01-01T12:00+25:00', '', 'today'],
    ['٢٠٢٦-٠١-٠١', '2026-01-01T12:00:00.1234567890', '2026-01-0a'],
  ].flat()
  for (const text of wrong) {
    assert.equal(dayOf(text), undefined, text)
    assert.throws(
      () => dayValue(text, 'filedOn', 7),
      (error: Error) =>
        'code' in error &&
        error.code === 'date_invalid' &&
        /"filedOn" is not a date that exists in row 7/.test(error.message) &&
        (text === '' || !error.message.includes(text)),
    )
  }
  assert.throws(() => dayValue(20_260_101, 'filedOn', 7), { code: 'feature_wrong_type' })
  assert.throws(() => dayValue(undefined, 'filedOn', 7), { code: 'feature_missing' })
  assert.ok(Number.isNaN(dayValue(null, 'filedOn')))
})

test('any text that is taken is a date that Temporal takes', () => {
  const near = fc
    .tuple(
      fc.constantFrom('2026-03-31', '2024-02-29', '2026-03-31T10:00Z'),
      fc.nat(16),
      fc.string({ maxLength: 1 }),
    )
    .map(([text, at, letter]) => text.slice(0, at) + letter + text.slice(at + 1))
  fc.assert(
    fc.property(near, (text) => {
      const day = dayOf(text)
      if (day === undefined) return
      assert.equal(
        epoch.add({ days: day }).toString(),
        Temporal.PlainDate.from(text.replace(/Z$/, '')).toString(),
      )
    }),
  )
})
