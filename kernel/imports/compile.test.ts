import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { compileMapping } from './compile.ts'
import { readMapping } from './mapping.ts'
import { codesOf, refusalOf } from './test-content.ts'

const mappingOf = (changes: object) =>
  readMapping({
    id: 'test',
    title: { en: 'Test', ur: 'آزمائش' },
    source: { name: 'a test' },
    format: { delimiter: ',', encoding: 'utf-8', header: true, decimal: '.', thousands: ',' },
    case: [],
    ...changes,
  })

/** Maps one cell through one field. */
function convert(field: object, cell: string, format: object = {}) {
  const mapping = mappingOf({
    case: [{ to: 'value', from: 'Column', ...field }],
    format: { delimiter: ',', encoding: 'utf-8', header: true, decimal: '.', thousands: 'none', ...format },
  })
  return compileMapping(mapping, ['Column'])([cell])
}

function converted(field: object, cell: string, format: object = {}): unknown {
  const mapped = convert(field, cell, format)
  assert.ok(!('problems' in mapped), `${cell}: ${codesOf(mapped)}`)
  return Object.values(mapped.case ?? {})[0]
}

const codes = (field: object, cell: string, format: object = {}) => codesOf(convert(field, cell, format))

const hs6 = { as: 'code', alphabet: 'digits', length: 6 }

test('a commodity code keeps its leading zero, and one that lost it is refused', () => {
  assert.equal(converted(hs6, '010121'), '010121')
  assert.equal(converted(hs6, '۰۱۰۱۲۱'), '010121')
  assert.deepEqual(codes(hs6, '10121'), ['import.code_leading_zero_lost'])
  assert.deepEqual(codes(hs6, '1012'), ['import.code_length'])
  assert.deepEqual(codes(hs6, '01012100'), ['import.code_length'])
  assert.deepEqual(codes(hs6, '10121.0'), ['import.code_characters'])
  assert.deepEqual(codes(hs6, '1.0121E+5'), ['import.code_characters'])
})

test('lost zeros are put back only where the mapping says so, and no more of them than it says', () => {
  const padded = { ...hs6, padLeft: 1 }
  assert.equal(converted(padded, '10121'), '010121')
  assert.deepEqual(codes(padded, '1012'), ['import.code_length'])
})

test('a code written with points is read in that form alone', () => {
  const pointed = { ...hs6, written: '####.##' }
  assert.equal(converted(pointed, '0101.21'), '010121')
  assert.deepEqual(codes(pointed, '10121.0'), ['import.code_characters'])
  assert.deepEqual(codes(pointed, '010121'), ['import.code_characters'])
})

test('a negative mass is refused, and one in pounds becomes exact kilograms', () => {
  const mass = { as: 'decimal', unit: { from: 'lb', to: 'kg' }, minimum: 0 }
  assert.equal(converted(mass, '100'), 45.359237)
  assert.equal(converted(mass, '۱۰۰٫۵'), 45.586033185)
  assert.deepEqual(codes(mass, '-1'), ['import.number_negative'])
  assert.deepEqual(codes({ as: 'decimal', minimum: 5, maximum: 6 }, '4'), ['import.number_too_small'])
  assert.deepEqual(codes({ as: 'decimal', minimum: 5, maximum: 6 }, '7'), ['import.number_too_big'])
  assert.deepEqual(codes(mass, '1,234'), ['import.number_ambiguous'])
})

test('whole numbers, percentages and fractions of a hundred', () => {
  assert.equal(converted({ as: 'integer' }, '12.0'), 12)
  assert.deepEqual(codes({ as: 'integer' }, '12.5'), ['import.number_fraction'])
  assert.deepEqual(codes({ as: 'integer' }, '9007199254740993'), ['import.number_too_big'])
  assert.equal(converted({ as: 'percent', written: 'percent' }, '7.5 %'), 7.5)
  assert.equal(converted({ as: 'percent', written: 'percent' }, '۷٫۵٪'), 7.5)
  assert.equal(converted({ as: 'percent', written: 'fraction' }, '0.07'), 7)
  assert.deepEqual(codes({ as: 'percent', written: 'fraction' }, '7%'), ['import.number_invalid'])
  assert.ok(Object.is(converted({ as: 'decimal' }, '-0.0'), 0))
})

test('amounts become minor units by ISO 4217, worked by hand', () => {
  const amount = (unit: string, currency: string, more: object = {}) => ({
    as: 'money',
    unit,
    currency,
    ...more,
  })
  const minor = (amountMinor: string, currency: string) => ({ amountMinor, currency })
  assert.deepEqual(converted(amount('unit', 'PKR'), '1250.5'), minor('125050', 'PKR'))
  assert.deepEqual(
    converted(amount('unit', 'KRW', { round: 'half-even' }), '372254.4'),
    minor('372254', 'KRW'),
  )
  assert.deepEqual(converted(amount('unit', 'KWD'), '1.234'), minor('1234', 'KWD'))
  assert.deepEqual(converted(amount('lakh', 'PKR'), '1.5'), minor('15000000', 'PKR'))
  assert.deepEqual(converted(amount('crore', 'PKR'), '2'), minor('2000000000', 'PKR'))
  assert.deepEqual(converted(amount('minor', 'PKR'), '17'), minor('17', 'PKR'))
  assert.deepEqual(codes(amount('unit', 'KRW'), '372254.4'), ['import.money_fraction'])
  assert.deepEqual(codes(amount('unit', 'PKR'), '-1'), ['import.number_negative'])
  assert.deepEqual(converted(amount('unit', 'PKR', { negative: true }), '-1'), minor('-100', 'PKR'))
  assert.deepEqual(codes(amount('unit', 'PKR'), `1${'0'.repeat(17)}`), ['import.number_too_big'])
})

test('an amount of any size and scale is exact: its text is the decimal of its minor units', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (paisa) => {
      const text = `${paisa / 100n}.${`${paisa % 100n}`.padStart(2, '0')}`
      const money = { amountMinor: `${paisa}`, currency: 'PKR' }
      assert.deepEqual(converted({ as: 'money', unit: 'unit', currency: 'PKR' }, text), money)
    }),
  )
})

test('an unknown currency in its own column is refused, and so is one that is not permitted', () => {
  const mapping = mappingOf({
    case: [
      {
        to: 'value',
        from: 'Amount',
        as: 'money',
        unit: 'thousand',
        currency: { column: 'Currency', permitted: ['PKR', 'JPY'] },
      },
    ],
  })
  const map = compileMapping(mapping, ['Currency', 'Amount'])
  assert.deepEqual(map(['JPY', '1,234.5']), {
    case: { value: { amountMinor: '1234500', currency: 'JPY' } },
    outcome: undefined,
  })
  assert.deepEqual(codesOf(map(['XYZ', '1'])), ['import.money_currency_unknown'])
  assert.deepEqual(codesOf(map(['', '1'])), ['import.money_currency_unknown'])
  assert.deepEqual(codesOf(map(['USD', '1'])), ['import.money_currency_not_permitted'])
})

test('an ambiguous date in any of three calendars is refused', () => {
  const any = { as: 'date', pattern: 'any', earliest: '1990-01-01', latest: '2100-12-31' }
  for (const [calendar, date] of [
    ['gregorian', '03/04/2021'],
    ['islamic-umalqura', '03/04/1445'],
    ['persian', '03/04/1400'],
    ['any', '25/04/1445'],
  ])
    assert.deepEqual(codes({ ...any, calendar }, `${date}`), ['import.date_ambiguous'], `${calendar}`)
})

test('values of a closed list are mapped, others are refused', () => {
  const channel = { as: 'enumeration', values: { '1': 'green', '2': 'red', '-': 'none' } }
  assert.equal(converted(channel, '1'), 'green')
  assert.equal(converted(channel, '۲'), 'red')
  assert.equal(converted(channel, '-'), 'none')
  assert.deepEqual(codes(channel, '3'), ['import.value_unmapped'])
  assert.deepEqual(codes(channel, 'toString'), ['import.value_unmapped'])
  assert.equal(converted({ as: 'boolean', true: ['Y', 'ہاں'], false: ['N'] }, 'ہاں'), true)
  assert.deepEqual(codes({ as: 'boolean', true: ['Y'], false: ['N'] }, 'y'), ['import.value_unmapped'])
})

test('text keeps to one line unless the mapping permits more, so that a swallowed row shows itself', () => {
  assert.equal(converted({ as: 'text' }, '  چاول \u200f'), 'چاول \u200f')
  assert.deepEqual(codes({ as: 'text' }, 'a\nb'), ['import.text_control'])
  assert.equal(converted({ as: 'text', multiline: true }, 'a\nb'), 'a\nb')
  assert.deepEqual(codes({ as: 'text', multiline: true }, 'a\u0007b'), ['import.text_control'])
  assert.deepEqual(codes({ as: 'text', maxLength: 2 }, 'abc'), ['import.field_too_long'])
})

const nested = mappingOf({
  missing: ['NULL', '-'],
  case: [
    { to: 'kind', as: 'constant', value: 'import' },
    { to: 'seller.name', from: 'Seller', as: 'text', optional: true },
    { to: 'items[0].netMassKg', from: 'Mass', as: 'decimal' },
    { to: 'items[0].goods', from: 'Goods', as: 'text' },
  ],
  outcome: {
    presentWhen: ['Flag', 'Grade'],
    fields: [
      {
        to: 'finding',
        as: 'combination',
        from: ['Flag', 'Grade'],
        values: [
          { when: ['0', '0'], is: 'none' },
          { when: ['1', '2'], is: 'critical' },
        ],
      },
    ],
  },
  ignore: ['Note'],
})
const nestedHeader = ['Note', 'Flag', 'Grade', 'Seller', 'Mass', 'Goods']

test('targets are built into objects and lists; an optional part without a value is absent', () => {
  const map = compileMapping(nested, nestedHeader)
  assert.deepEqual(map(['x', '1', '2', 'NULL', '5', 'rice']), {
    case: { kind: 'import', items: [{ netMassKg: 5, goods: 'rice' }] },
    outcome: { finding: 'critical' },
  })
  assert.deepEqual(map(['x', '', ' - ', 'Ali & Co', '5', 'rice']), {
    case: { kind: 'import', seller: { name: 'Ali & Co' }, items: [{ netMassKg: 5, goods: 'rice' }] },
    outcome: undefined,
  })
})

test('columns that contradict one another are refused, and every problem of a row is named', () => {
  const map = compileMapping(nested, nestedHeader)
  const mapped = map(['x', '1', '0', '', 'five', ''])
  assert.ok('problems' in mapped)
  assert.deepEqual(
    mapped.problems.map(({ field, code }) => [field, code]),
    [
      ['Mass', 'import.number_invalid'],
      ['Goods', 'import.value_missing'],
      ['Flag, Grade', 'import.values_contradict'],
    ],
  )
  for (const { message } of mapped.problems) assert.match(message.ur, /[\u0600-\u06ff]/)
})

test('a column that is neither read nor ignored is refused at the header', async () => {
  const refusal = await refusalOf(async () => compileMapping(nested, [...nestedHeader, 'Surprise']))
  assert.equal(refusal.code, 'import.columns_unmapped')
  assert.deepEqual(refusal.parameters, { columns: 'Surprise' })
  const missing = await refusalOf(async () => compileMapping(nested, nestedHeader.slice(1, 5)))
  assert.deepEqual([missing.code, missing.parameters.columns], ['import.columns_missing', 'Goods'])
})

test('no cell makes a mapping throw, and a row is either read whole or refused with reasons', () => {
  const fields = [
    hs6,
    { as: 'text' },
    { as: 'integer' },
    { as: 'decimal', unit: { from: 'lb', to: 'kg' } },
    { as: 'percent', written: 'fraction' },
    { as: 'money', unit: 'million', currency: 'PKR', round: 'half-up' },
    { as: 'date', calendar: 'any', pattern: 'any', earliest: '1990-01-01', latest: '2030-01-01' },
    { as: 'boolean', true: ['1'], false: ['0'] },
    { as: 'enumeration', values: { 1: 1 } },
  ]
  const header = fields.map((_, index) => `C${index}`)
  const map = compileMapping(
    mappingOf({ case: fields.map((field, index) => ({ to: `f${index}`, from: `C${index}`, ...field })) }),
    header,
  )
  const numeric = fc.string({ unit: fc.constantFrom(...'0123456789۱٢.,٫-/ eE%'.split('')), maxLength: 20 })
  const cell = fc.oneof(fc.string({ unit: 'binary' }), numeric, fc.constant('1'))
  const row = fc.array(cell, { minLength: fields.length, maxLength: fields.length })
  fc.assert(
    fc.property(row, (cells) => {
      const mapped = map(cells)
      if ('problems' in mapped) assert.ok(mapped.problems.every(({ field }) => header.includes(field)))
      else assert.equal(Object.keys(mapped.case ?? {}).length, fields.length)
    }),
  )
})
