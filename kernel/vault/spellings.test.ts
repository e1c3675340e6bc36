import assert from 'node:assert/strict'
import { test } from 'node:test'
import { asciiDigits, cnic, iban, mobile, ntn } from '@khudi/sdk'
import fc from 'fast-check'
import { mentionsOf } from './spellings.ts'

const label = { en: 'x', ur: 'x' }
const digits = (length: number) =>
  fc
    .array(fc.integer({ min: 0, max: 9 }), { minLength: length, maxLength: length })
    .map((all) => all.join(''))
const between = fc.constantFrom('', '', '', '-', ' ', '.', '‐', '–', '\u200f', '\t', '\n')
const script = fc.constantFrom(0x30, 0x660, 0x6f0)

/** The same characters with anything between that the fields leave out, in any of the three scripts of digits. */
function spelled(identifier: string) {
  return fc
    .array(fc.tuple(between, script), { minLength: identifier.length, maxLength: identifier.length })
    .map((how) =>
      [...identifier]
        .map((character, index) => {
          const [gap, zero] = how[index] ?? ['', 0x30]
          const digit = /\d/.test(character) ? String.fromCharCode(zero + Number(character)) : character
          return (index === 0 ? '' : gap) + digit
        })
        .join(''),
    )
}

const schemes = {
  cnic: { field: cnic(label), identifier: digits(12).map((rest) => `3${rest}`) },
  ntn: { field: ntn(label), identifier: digits(8) },
  mobile: { field: mobile(label), identifier: digits(9).map((rest) => `03${rest}`) },
  iban: { field: iban(label), identifier: fc.constant('PK36SCBL0000001123456702') },
}

for (const [scheme, { field, identifier }] of Object.entries(schemes))
  test(`${scheme}: whatever its field takes for the person's is found in a text, and another's is not`, () => {
    const text = fc.constantFrom('', 'Ali, ', 'نمبر ', '(', '"')
    fc.assert(
      fc.property(
        identifier.chain((one) => fc.tuple(fc.constant(one), spelled(one))),
        identifier,
        fc.tuple(text, text),
        ([own, spelling], other, [before, after]) => {
          const name = `${scheme}:${field.parse(own)}`
          assert.equal(field.parse(spelling), field.parse(own))
          const mentions = mentionsOf({ name, references: new Map() })
          assert.ok(mentions([`${before}${spelling}${after}`], 'any'), JSON.stringify(spelling))
          if (other.slice(0, 7) !== own.slice(0, 7)) assert.ok(!mentions([other], 'any'))
        },
      ),
    )
  })

test('a mobile number is found with the country’s code and without', () => {
  const mentions = mentionsOf({ name: 'mobile:+923001234567', references: new Map() })
  for (const spelling of [
    '03001234567',
    '0300-1234567',
    '+92 300 1234567',
    '0092 300 1234567',
    '۰۳۰۰ ۱۲۳۴۵۶۷',
  ])
    assert.ok(mentions([spelling], 'any'), spelling)
  assert.ok(!mentions(['03001234568'], 'any'))
})

test('a tax number is found without its check character', () => {
  const mentions = mentionsOf({ name: 'ntn:12345678', references: new Map() })
  for (const spelling of ['1234567', '1234567-8', 'NTN 1234567-9', asciiDigits('۱۲۳۴۵۶۷')])
    assert.ok(mentions([spelling], 'any'), spelling)
  for (const other of ['0123456', '12345670123', '91234567']) assert.ok(!mentions([other], 'any'), other)
})

test('an identifier inside a longer one is somebody else’s', () => {
  const mentions = mentionsOf({ name: 'cnic:3520212345671', references: new Map() })
  assert.ok(!mentions(['93520212345671', '35202123456712'], 'any'))
})

test('a reference is found as a whole word, in rows of its own application alone', () => {
  const references = new Map([['permits', new Set(['KHI-2026-1', '12'])]])
  const mentions = mentionsOf({ name: undefined, references })
  assert.ok(mentions(['KHI-2026-1'], 'permits'))
  assert.ok(mentions(['x;KHI-2026-1;y'], 'permits'))
  assert.ok(!mentions(['KHI-2026-1'], 'parcels'))
  assert.ok(
    !mentions(['KHI-2026-11', '12'], 'permits'),
    'a short one would be found in every column of numbers',
  )
})
