import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import {
  attachment,
  bilingual,
  choice,
  code,
  coordinates,
  country,
  date,
  fieldRegistry,
  isRegion,
  list,
  measure,
  number,
  percent,
  readWith,
  subdivision,
  text,
  time,
  unlocode,
  z,
} from './index.ts'

const label = { en: 'Field', ur: 'خانہ' }
const takes = (schema: z.ZodType, given: unknown) => readWith(schema, given).ok

describe('a text', () => {
  test('is trimmed, and empty only after trimming is refused', () => {
    assert.deepEqual(readWith(text(label), '  چائے\n'), { ok: true, value: 'چائے' })
    for (const given of ['', '   ', '\n']) assert.equal(takes(text(label), given), false)
  })

  test('may hold line ends, tabs, joiners and marks of direction, as Urdu needs them', () => {
    assert.ok(takes(text(label), 'پہلی سطر\nمی\u200cروم\u200f\tx'))
  })

  test('that PostgreSQL cannot store or that reads as another text is refused', () => {
    for (const bad of ['\u0000', '\u0007', '\u0085', '\ud800', '\udc00x', '\u202e'])
      assert.equal(takes(text(label), `a${bad}b`), false, JSON.stringify(bad))
  })

  test('has a longest length', () => {
    assert.ok(takes(text(label, { max: 3 }), 'abc'))
    assert.equal(takes(text(label, { max: 3 }), 'abcd'), false)
    assert.equal(takes(text(label), 'x'.repeat(201)), false)
  })
})

describe('a code', () => {
  const form = { en: '4 digits', ur: '۴ ہندسے' }

  test('is text, never a number', () => {
    assert.ok(takes(code(label, /^\d{4}$/), '0902'))
    assert.equal(takes(code(label, /^\d{4}$/), 902), false)
  })

  test('tells people its form, and machines its pattern', () => {
    const heading = code(label, /^\d{4}$/, { form })
    const read = readWith(heading, '902')
    assert.deepEqual(read.ok || read.problems, [
      {
        field: '',
        code: 'field.invalid_format',
        message: { en: 'expected 4 digits', ur: 'یہاں ۴ ہندسے درکار ہے' },
      },
    ])
    assert.partialDeepStrictEqual(z.toJSONSchema(heading), { type: 'string', pattern: '^\\d{4}$' })
  })

  test('with a sticky or global pattern answers alike every time', () => {
    const heading = code(label, /^\d{4}$/g, { form })
    assert.deepEqual(
      [1, 2, 3].map(() => takes(heading, '0902')),
      [true, true, true],
    )
  })
})

test('a quantity is not negative unless its field says so, and always finite', () => {
  assert.ok(takes(measure(label, 'kg'), 0))
  assert.ok(takes(measure(label, 'celsius', { min: -90 }), -12.5))
  for (const given of [-0.001, Number.NaN, Number.POSITIVE_INFINITY, 1e16, '5'])
    assert.equal(takes(measure(label, 'kg'), given), false)
  assert.equal(takes(percent(label, { max: 100 }), 100.1), false)
  assert.ok(takes(number(label), -5))
})

test('a date exists in the Gregorian calendar and in PostgreSQL', () => {
  for (const given of ['2024-02-29', '2000-02-29', '0001-01-01']) assert.ok(takes(date(label), given), given)
  for (const given of [
    '2023-02-29',
    '1900-02-29',
    '2026-13-01',
    '2026-1-1',
    '0000-01-01',
    '31/01/2026',
    '2026-01-31T00:00:00Z',
  ])
    assert.equal(takes(date(label), given), false, given)
})

test('an instant has an offset and at most nanoseconds', () => {
  for (const given of [
    '2026-01-31T10:00:00Z',
    '2026-01-31T10:00:00.123456789+05:00',
    '2026-01-31T10:00:00-03:30',
  ])
    assert.ok(takes(time(label), given), given)
  for (const given of [
    '2026-01-31T10:00:00',
    '0000-01-01T00:00:00Z',
    '2026-01-31T24:00:00Z',
    '2026-01-31T10:00:00.1234567890Z',
  ])
    assert.equal(takes(time(label), given), false, given)
})

describe('a country', () => {
  test('is what ISO 3166-1 assigns, 249 of them and Kosovo', () => {
    const letters = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZ']
    const codes = letters.flatMap((first) => letters.map((second) => first + second)).filter(isRegion)
    assert.equal(codes.length, 250)
    for (const known of ['PK', 'CN', 'AF', 'PS', 'TW', 'XK']) assert.ok(codes.includes(known), known)
  })

  test('is no withdrawn, reserved, grouped or private code', () => {
    for (const other of ['UK', 'EU', 'SU', 'YU', 'AN', 'UN', 'XX', 'AA', 'pk', 'PAK', ''])
      assert.equal(takes(country(label), other), false, other)
  })

  test('may be unknown only where the field says so', () => {
    assert.equal(takes(country(label), 'ZZ'), false)
    assert.ok(takes(country(label, { orUnknown: true }), 'ZZ'))
  })
})

test('places are codes of countries that exist', () => {
  assert.ok(takes(unlocode(label), 'PKKHI'))
  assert.ok(takes(unlocode(label), 'US2NY'))
  for (const given of ['QQKHI', 'PKKH', 'PKKH1', 'pkkhi'])
    assert.equal(takes(unlocode(label), given), false, given)
  assert.ok(takes(subdivision(label), 'PK-PB'))
  for (const given of ['PK', 'QQ-PB', 'PK-', 'PK-PUNJ'])
    assert.equal(takes(subdivision(label), given), false, given)
  assert.ok(takes(coordinates(label), { latitude: 24.86, longitude: 67.01 }))
  assert.equal(takes(coordinates(label), { latitude: 90.01, longitude: 0 }), false)
})

test('a file has a digest, a type, a size within the limit and a name that can be shown', () => {
  const file = { sha256: 'a'.repeat(64), mediaType: 'image/png', bytes: 100, name: 'invoice.png' }
  const schema = attachment(label, { maxBytes: 100 })
  assert.ok(takes(schema, file))
  for (const change of [
    { bytes: 101 },
    { bytes: 0 },
    { name: 'a\u0000b' },
    { name: 'x\u202egnp.exe' },
    { mediaType: 'png' },
    { sha256: 'A'.repeat(64) },
  ])
    assert.equal(takes(schema, { ...file, ...change }), false, JSON.stringify(change))
})

test('a text in two languages needs both', () => {
  assert.ok(takes(bilingual(label), { en: 'Tea', ur: 'چائے' }))
  assert.equal(takes(bilingual(label), { en: 'Tea' }), false)
  assert.equal(takes(bilingual(label), { en: 'Tea', ur: ' ' }), false)
})

test('a list is bounded', () => {
  const schema = list(label, text(label), { min: 1, max: 2 })
  assert.deepEqual(
    [[], ['a'], ['a', 'b'], ['a', 'b', 'c']].map((given) => takes(schema, given)),
    [false, true, true, false],
  )
})

test('a choice takes its keys only, and none that objects have by birth', () => {
  const schema = choice(label, { yes: { en: 'Yes', ur: 'ہاں' }, no: { en: 'No', ur: 'نہیں' } })
  assert.ok(takes(schema, 'yes'))
  for (const given of ['maybe', 'toString', '__proto__', '']) assert.equal(takes(schema, given), false, given)
})

test('labels survive being optional', () => {
  assert.equal(fieldRegistry.get(text(label).optional().unwrap())?.label.ur, 'خانہ')
})
