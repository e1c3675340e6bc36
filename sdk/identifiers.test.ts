import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { nationalIdentifierIn } from './identifiers.ts'
import { cnic, iban, isIban, mobile, nationalDigits, ntn, readWith } from './index.ts'

const label = { en: 'Field', ur: 'خانہ' }

function accepted(schema: Parameters<typeof readWith>[0], given: unknown): unknown {
  const read = readWith(schema, given)
  return read.ok ? read.value : 'refused'
}

describe('an IBAN', () => {
  /** Example numbers of the IBAN registry (SWIFT, ISO 13616). */
  const published = [
    'AE07 0331 2345 6789 0123 456',
    'CH93 0076 2011 6238 5295 7',
    'DE89 3704 0044 0532 0130 00',
    'FR14 2004 1010 0505 0001 3M02 606',
    'GB29 NWBK 6016 1331 9268 19',
    'KW81 CBKU 0000 0000 0000 1234 5601 01',
    'MT84 MALT 0110 0001 2345 MTLC AST0 01S',
    'NL91 ABNA 0417 1643 00',
    'NO93 8601 1117 947',
    'PK36 SCBL 0000 0011 2345 6702',
    'SA03 8000 0000 6080 1016 7519',
    'TR33 0006 1005 1978 6457 8413 26',
  ]

  for (const given of published) {
    test(`${given} is accepted and kept without spaces`, () => {
      assert.equal(accepted(iban(label), given), given.replaceAll(' ', ''))
    })
  }

  test('is refused when any one digit is another, or two neighbours are swapped', () => {
    const known = published.map((given) => given.replaceAll(' ', ''))
    fc.assert(
      fc.property(
        fc.constantFrom(...known),
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        (value, place, step) => {
          const position = 2 + (place % (value.length - 3))
          const here = value.charAt(position)
          const next = value.charAt(position + 1)
          if (/\d/.test(here)) {
            const other = String((Number(here) + step) % 10)
            assert.equal(isIban(value.slice(0, position) + other + value.slice(position + 1)), false)
          }
          if (here === next || !/\d\d/.test(here + next)) return
          assert.equal(isIban(value.slice(0, position) + next + here + value.slice(position + 2)), false)
        },
      ),
    )
  })

  test('of Pakistan has 24 characters, in any digits', () => {
    assert.equal(accepted(iban(label), 'pk۳۶ scbl ۰۰۰۰ ۰۰۱۱ ۲۳۴۵ ۶۷۰۲'), 'PK36SCBL0000001123456702')
    assert.equal(isIban('PK36SCBL000000112345670'), false)
  })

  test('with check digits that no bank issues is refused, though the remainder agrees', () => {
    for (const [from, alias] of [
      ['02', '99'],
      ['97', '00'],
      ['98', '01'],
    ] as const) {
      const valid = withCheckDigits(from)
      assert.ok(isIban(valid))
      assert.equal(isIban(valid.slice(0, 2) + alias + valid.slice(4)), false)
    }
  })
})

/** A German account number whose own check digits are these: one in 97 is. */
function withCheckDigits(digits: string): string {
  for (let account = 0; ; account++) {
    const candidate = `DE${digits}37040044${String(account).padStart(10, '0')}`
    if (isIban(candidate)) return candidate
  }
}

describe('a CNIC', () => {
  for (const given of [
    '35202-1234567-1',
    '3520212345671',
    '35202 1234567 1',
    '۳۵۲۰۲-۱۲۳۴۵۶۷-۱',
    '٣٥٢٠٢١٢٣٤٥٦٧١',
  ]) {
    test(`written ${given} is the same number`, () => {
      assert.equal(accepted(cnic(label), given), '3520212345671')
    })
  }

  test('copied out of a right-to-left text is the same number', () => {
    assert.equal(accepted(cnic(label), '\u200f35202\u2011\u200e1234567-1'), '3520212345671')
  })

  for (const given of [
    '3520212345',
    '35202123456712',
    '0520212345671',
    '95202-1234567-1',
    '35202-123456A-1',
    3520212345671,
  ]) {
    test(`${given} is refused`, () => assert.equal(accepted(cnic(label), given), 'refused'))
  }
})

describe('a national tax number', () => {
  test('has seven digits and perhaps a check character', () => {
    assert.equal(accepted(ntn(label), '9999123-۴'), '99991234')
    assert.equal(accepted(ntn(label), '9999123'), '9999123')
    for (const given of ['999912', '999912345', '']) assert.equal(accepted(ntn(label), given), 'refused')
  })
})

describe('a mobile number', () => {
  for (const given of ['0300-1234567', '+92 300 1234567', '0092-300-1234567', '۰۳۰۰ ۱۲۳۴۵۶۷']) {
    test(`written ${given} becomes E.164`, () => {
      assert.equal(accepted(mobile(label), given), '+923001234567')
    })
  }

  for (const given of ['0200-1234567', '0300-123456', '+92 0300 1234567', '+1 300 1234567', '3001234567']) {
    test(`${given} is refused`, () => assert.equal(accepted(mobile(label), given), 'refused'))
  }
})

test('an identifier keeps everything but what people put between its digits', () => {
  assert.equal(nationalDigits(' ۱۲–٣٤.5-6 '), '123456')
})

describe('a national identifier in a text', () => {
  const held: readonly (readonly [string, string])[] = [
    ['CNIC', 'card 35202-1234567-1, seen'],
    ['CNIC', '3520212345671'],
    ['CNIC', 'شناختی کارڈ ۳۵۲۰۲-۱۲۳۴۵۶۷-۱'],
    ['CNIC', '\u200f35202\u20111234567\u20111'],
    ['mobile', 'call 0300-1234567'],
    ['mobile', '+92 300 1234567'],
    ['mobile', '۰۳۰۰ ۱۲۳۴۵۶۷'],
    ['IBAN', 'to PK36 SCBL 0000 0011 2345 6702'],
    ['IBAN', 'pk36scbl0000001123456702'],
  ]
  for (const [what, text] of held)
    test(`${text} holds a ${what}`, () => assert.equal(nationalIdentifierIn(text), what))

  for (const text of [
    'PKKHI-2026-0000001',
    'REQ-1-000001',
    '90240',
    '35202123456712',
    'X3520212345671',
    '8520212345671',
    'PK37 SCBL 0000 0011 2345 6702',
    '0200-1234567',
    '10300-1234567',
  ])
    test(`${text} holds none`, () => assert.equal(nationalIdentifierIn(text), undefined))

  test('whatever number, however it is written, is found', () => {
    const separator = fc.constantFrom('', '-', ' ', '\u2011')
    const digits = (length: number) => fc.stringMatching(new RegExp(`^\\d{${length}}$`))
    const card = fc
      .tuple(fc.integer({ min: 1, max: 7 }), digits(4), separator, digits(7), separator, digits(1))
      .map((parts) => parts.join(''))
    const phone = fc
      .tuple(fc.constantFrom('03', '+923', '00923'), digits(2), separator, digits(7))
      .map((parts) => parts.join(''))
    const around = fc.constantFrom('', 'see ', 'کارڈ: ', '(')
    fc.assert(
      fc.property(fc.oneof(card, phone), around, (number, before) => {
        assert.notEqual(nationalIdentifierIn(`${before}${number}.`), undefined, number)
      }),
    )
  })
})
