import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Decimal, type NumberFormat, readDecimal, round, times, toNumber, wholeOf } from './numbers.ts'
import { convertsExactly, convertUnit, unitNames } from './units.ts'

const english: NumberFormat = { decimal: '.', thousands: ',', exponent: false }
const bare: NumberFormat = { decimal: '.', thousands: 'none', exponent: false }
const german: NumberFormat = { decimal: ',', thousands: '.', exponent: false }

/** A decimal as its digits would be written, which is what the oracles are given. */
const literal = fc
  .tuple(fc.bigInt({ min: -(10n ** 15n), max: 10n ** 15n }), fc.integer({ min: 0, max: 6 }))
  .map(([units, scale]): Decimal & { readonly text: string } => ({
    units,
    scale,
    text: written(units, scale),
  }))

function written(units: bigint, scale: number): string {
  const digits = `${units < 0n ? -units : units}`.padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${units < 0n ? '-' : ''}${digits.slice(0, point)}${scale > 0 ? `.${digits.slice(point)}` : ''}`
}

function isSame(a: Decimal | string, b: Decimal): boolean {
  return typeof a !== 'string' && a.units * 10n ** BigInt(b.scale) === b.units * 10n ** BigInt(a.scale)
}

const locales = [
  ['en', english],
  ['en-IN', english],
  ['de', german],
  ['fr', { decimal: ',', thousands: 'space', exponent: false }],
  ['ur-PK-u-nu-arabext', english],
  ['ar-EG', english],
  ['fa-IR', english],
] as const

for (const [locale, format] of locales) {
  test(`a number as ${locale} writes it is read back exactly`, () => {
    const style = new Intl.NumberFormat(locale, { maximumFractionDigits: 6 })
    fc.assert(
      fc.property(literal, (number) => {
        // The cast feeds the digits to the oracle as they are; by way of a double they would change.
        const text = style.format(number.text as `${number}`)
        assert.ok(isSame(readDecimal(text, format), number), `${text} for ${number.text}`)
      }),
    )
  })
}

test('digits of three scripts give one number', () => {
  for (const text of ['1234.5', '۱۲۳۴.۵', '١٢٣٤٫٥', '1,234.5', '۱٬۲۳۴٫۵'])
    assert.deepEqual(readDecimal(text, english), { units: 12345n, scale: 1 }, text)
})

test('grouping by thousands and by lakh and crore is accepted, any other is refused', () => {
  assert.deepEqual(readDecimal('1,23,45,678', english), { units: 12345678n, scale: 0 })
  assert.deepEqual(readDecimal('12,345,678', english), { units: 12345678n, scale: 0 })
  for (const text of ['1,2', '12,34', '1234,567', '1,,234', '1,234,56', ',123'])
    assert.equal(typeof readDecimal(text, english), 'string', text)
})

test('a separator that is not declared is ambiguous, never guessed at', () => {
  // The Arabic comma too: ICU's Urdu data makes it the decimal separator, people write it between thousands.
  for (const text of ['1,234', '1,5', '1 234', "1'234", '۱،۲۳۴', '1.234.567'])
    assert.equal(readDecimal(text, bare), 'import.number_ambiguous', text)
  assert.deepEqual(readDecimal('1.234', german), { units: 1234n, scale: 0 })
  assert.equal(readDecimal('1.23', german), 'import.number_grouping')
})

test('what is not one number is refused with its reason', () => {
  const reasons = {
    '': 'import.number_invalid',
    '-': 'import.number_invalid',
    '.': 'import.number_invalid',
    '12 kg': 'import.number_invalid',
    '0x1f': 'import.number_invalid',
    NaN: 'import.number_invalid',
    Infinity: 'import.number_invalid',
    '1.2E+05': 'import.number_exponent',
    '1۲': 'import.number_mixed_digits',
    '٤۴': 'import.number_mixed_digits',
    [`1${'0'.repeat(40)}`]: 'import.number_too_long',
  }
  for (const [text, reason] of Object.entries(reasons)) assert.equal(readDecimal(text, english), reason, text)
})

test('an exponent is read where the mapping permits it, within bounds', () => {
  const format = { ...bare, exponent: true }
  assert.deepEqual(readDecimal('1.5e3', format), { units: 1500n, scale: 0 })
  assert.deepEqual(readDecimal('15E-3', format), { units: 15n, scale: 3 })
  assert.equal(readDecimal('1e9999', format), 'import.number_too_long')
})

test('no text makes the reader throw, and what it reads is a finite number', () => {
  const characters = fc.constantFrom(...'0123456789۰۹٠٩.,٫٬-+−eE% \u200f\u00a0xG'.split(''))
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 30 }), (text) => {
      for (const format of [english, bare, german, { ...english, exponent: true }]) {
        const read = readDecimal(text, format)
        assert.ok(typeof read === 'string' || Number.isFinite(toNumber(read)))
      }
    }),
  )
})

test('the double of a decimal is the one that JavaScript reads', () => {
  fc.assert(
    fc.property(literal, ({ units, scale, text }) => {
      assert.equal(toNumber({ units, scale }), Number(text) + 0)
    }),
  )
})

test('rounding to whole minor units, worked by hand', () => {
  const half = (units: bigint): Decimal => ({ units, scale: 1 })
  const table: readonly (readonly [Decimal, bigint, bigint, bigint])[] = [
    [half(5n), 0n, 1n, 0n],
    [half(15n), 2n, 2n, 1n],
    [half(25n), 2n, 3n, 2n],
    [half(-5n), 0n, -1n, 0n],
    [half(-15n), -2n, -2n, -1n],
    [half(-16n), -2n, -2n, -1n],
    [{ units: 3722544n, scale: 1 }, 372254n, 372254n, 372254n],
    [{ units: 7n, scale: 0 }, 7n, 7n, 7n],
  ]
  for (const [value, even, up, down] of table) {
    assert.equal(round(value, 'half-even'), even)
    assert.equal(round(value, 'half-up'), up)
    assert.equal(round(value, 'down'), down)
  }
})

test('rounding is within half a unit, and leaves whole numbers alone', () => {
  fc.assert(
    fc.property(literal, (value) => {
      const unit = 10n ** BigInt(value.scale)
      for (const rounding of ['half-even', 'half-up'] as const) {
        const error = round(value, rounding) * unit - value.units
        assert.ok((error < 0n ? -error : error) * 2n <= unit)
      }
      const whole = wholeOf(value)
      if (whole !== undefined) assert.equal(round(value, 'down'), whole)
    }),
  )
})

test('masses convert exactly, by the definitions of 1959 and of the SI', () => {
  const kg = (units: bigint, from: 'lb' | 'oz' | 'g' | 't') => convertUnit({ units, scale: 0 }, from, 'kg')
  assert.equal(toNumber(kg(1n, 'lb')), 0.45359237)
  assert.equal(toNumber(kg(16n, 'oz')), 0.45359237)
  assert.equal(toNumber(kg(1n, 'g')), 0.001)
  assert.deepEqual(kg(3n, 't'), { units: 3000n, scale: 0 })
  assert.equal(toNumber(convertUnit({ units: 8n, scale: 0 }, 'acre', 'ha')), 3.23748513792)
})

test('only exact conversions are permitted, and they are linear', () => {
  assert.equal(convertsExactly('kg', 'lb'), false)
  assert.equal(convertsExactly('kg', 'm'), false)
  const name = fc.constantFrom(...unitNames)
  fc.assert(
    fc.property(name, name, literal, (from, to, value) => {
      if (!convertsExactly(from, to)) return
      const once = convertUnit(value, from, to)
      const doubled = convertUnit(times(value, { units: 2n, exponent: 0 }), from, to)
      assert.ok(isSame(doubled, { units: once.units * 2n, scale: once.scale }))
    }),
  )
})
