import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  attachment,
  bilingual,
  choice,
  cnic,
  coordinates,
  date,
  flag,
  list,
  mayTellSealed,
  mobile,
  money,
  number,
  part,
  protectionPlan,
  readWith,
  record,
  sealedValues,
  tellsSealed,
  text,
} from './index.ts'

const label = { en: 'Field', ur: 'خانہ' }
const personal = { protection: 'personal' } as const

const schema = record({
  reference: text(label),
  name: text(label, personal),
  card: cnic(label),
  phone: mobile(label),
  fee: money(label, personal),
  born: date(label, personal),
  isMarried: flag(label, personal),
  faith: choice(label, { a: label, islam: label }, personal),
  home: coordinates(label, personal),
  sign: bilingual(label, personal),
  deed: attachment(label, { maxBytes: 9, ...personal }),
  heirs: list(label, part(label, { share: number(label), name: text(label, personal) }), { max: 9 }),
  weight: number(label, personal).optional(),
})
const plan = protectionPlan(schema, 'official')
const given = {
  reference: 'Reference 1',
  name: ' Ghulam Rasool ',
  card: '35202-1234567-1',
  phone: '0300-1234567',
  fee: { amountMinor: '125050', currency: 'PKR' },
  born: '1990-02-03',
  isMarried: true,
  faith: 'islam',
  home: { latitude: 31.55, longitude: 74.34 },
  sign: { en: 'Fresh bread', ur: 'تازہ روٹی' },
  deed: { sha256: 'a'.repeat(64), mediaType: 'application/pdf', bytes: 7, name: 'deed.pdf' },
  heirs: [{ share: 17, name: 'Amna' }],
  weight: 64,
}
const read = readWith(schema, given)
assert.ok(read.ok)
const sealed = sealedValues(plan, [given, read.value])

const told: readonly (string | number | boolean)[] = [
  'Ghulam Rasool',
  'ghulam rasool',
  'The applicant is Ghulam Rasool.',
  '35202-1234567-1',
  '3520212345671',
  'cnic:3520212345671',
  '+923001234567',
  125050,
  '125050',
  1250.5,
  '1990-02-03',
  true,
  'islam',
  31.55,
  'Fresh bread',
  'دکان: تازہ روٹی',
  'deed.pdf',
  'Amna',
  'Amna (17)',
  64,
  '64',
]
for (const value of told) test(`${value} tells what is sealed`, () => assert.ok(tellsSealed(sealed, value)))

const untold: readonly (string | number | boolean | null)[] = [
  'Reference 1',
  'Ghulam',
  'Amnabad',
  'x35202123456710',
  'PKR',
  'application/pdf',
  17,
  false,
  null,
  '',
  'weighs 64 kg',
]
for (const value of untold)
  test(`${value} tells nothing that is sealed`, () => assert.equal(tellsSealed(sealed, value), false))

test('an application that seals nothing has no sealed values', () => {
  const open = protectionPlan(record({ name: text(label) }), 'official')
  assert.deepEqual(sealedValues(open, [{ name: 'Amna' }]), { texts: new Set(), flags: new Set() })
})

test('what tells nothing as a whole tells nothing in any part', () => {
  const word = fc.oneof(
    fc.string({ maxLength: 6 }),
    fc.string({ unit: 'binary', maxLength: 6 }),
    fc.nat().map(String),
  )
  const value = fc.oneof(word, fc.double(), fc.boolean(), fc.constant(null))
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 4 }),
      fc.array(value, { maxLength: 5 }),
      fc.array(fc.nat(9)),
      (texts, others, picks) => {
        const folded = new Set(texts.map((one) => one.normalize('NFC').trim().toLowerCase()))
        const known = { texts: folded, flags: new Set<boolean>() }
        // Some of the parts hold a sealed one, as itself or among other words.
        const parts = [...others, ...picks.map((pick) => `of ${texts[pick] ?? ''}, so`), ...texts]
        const json = JSON.stringify(parts.map((part) => ({ value: part })))
        if (!mayTellSealed(known, json)) for (const part of parts) assert.ok(!tellsSealed(known, part))
      },
    ),
    { numRuns: 2_000 },
  )
  assert.ok(!mayTellSealed({ texts: new Set(['bashir']), flags: new Set() }, '[{"value":"Lahore"}]'))
})
