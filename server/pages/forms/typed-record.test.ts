import { strict as assert } from 'node:assert'
import { test } from 'node:test'
import { readWith } from '@khudi/sdk'
import fc from 'fast-check'
import permits from '../sample/applications/permits/application.ts'
import type { Draft } from './draft.ts'
import { everyField, fieldTree } from './fields.ts'
import { draftOfRecord, recordOf, reshaped } from './typed-record.ts'

const fields = fieldTree(permits.case)
const read = (typed: Readonly<Record<string, string>>) => recordOf(fields, new Map(Object.entries(typed)))

const word = fc.stringMatching(/^[a-zA-Zا-ی][a-zA-Zا-ی 0-9]{0,20}[a-zا-ی]$/)
const decimal = fc.integer({ min: 0, max: 1_000_000_000 }).map((units) => units / 1_000)
const money = fc.record(
  {
    amountMinor: fc.bigInt({ min: 0n, max: 999_999_999_999_999_999n }).map(String),
    currency: fc.constantFrom('PKR', 'USD', 'KRW', 'KWD'),
  },
  { noNullPrototype: true },
)
// Since 2010 Pakistan's clocks stand at +05:00 the year round; before, an instant in summer was written with +06:00.
const instant = fc
  .date({ min: new Date('2010-01-01'), max: new Date('2099-12-31'), noInvalidDate: true })
  .map((at) => `${new Date(at.getTime() + 5 * 3_600_000).toISOString().slice(0, 19)}+05:00`)
const request = fc.record(
  {
    number: word,
    filedOn: fc.constantFrom('2026-01-31', '2024-02-29'),
    applicant: fc.record(
      { name: word, cnic: fc.constant('35202-1234567-1'), origin: fc.constantFrom('PK', 'CN') },
      { requiredKeys: ['name'], noNullPrototype: true },
    ),
    kind: fc.constantFrom('food', 'cloth'),
    rent: money,
    area: decimal,
    share: decimal,
    heading: fc.constant('0402'),
    opensAt: instant,
    place: fc.record(
      { latitude: fc.constantFrom(31.5204, -33.9), longitude: fc.constant(74.3587) },
      { noNullPrototype: true },
    ),
    sign: fc.record({ en: word, ur: word }, { noNullPrototype: true }),
    hasCellar: fc.boolean(),
    points: fc.integer({ min: 0, max: 100 }),
    goods: fc.array(fc.record({ title: word, massKg: decimal }, { noNullPrototype: true }), {
      minLength: 1,
      maxLength: 4,
    }),
    remarks: word,
  },
  {
    requiredKeys: ['number', 'filedOn', 'applicant', 'kind', 'rent', 'points'],
    noNullPrototype: true,
  },
)

test('a form filled from a record gives the same record back', () => {
  fc.assert(
    fc.property(request, (given) => {
      assert.ok(readWith(permits.case, given).ok)
      assert.deepEqual(recordOf(fields, draftOfRecord(fields, given)), given)
    }),
  )
})

test('whatever is typed, the record holds no field that the schema does not know', () => {
  const name = fc.constantFrom(...everyField(fields).map(({ path }) => path.replace('[]', '[0]')))
  fc.assert(
    fc.property(fc.dictionary(name, fc.string({ unit: 'binary' })), (typed) => {
      const result = readWith(permits.case, read({ ...typed, '_entries.goods': '1' }))
      const problems = result.ok ? [] : result.problems
      assert.deepEqual(
        problems.filter(({ code }) => code === 'field.unknown'),
        [],
      )
    }),
  )
})

test('numbers and amounts are read with Urdu digits and with groups', () => {
  const record = read({ points: '۸۰', rent: '۱۲,۵۰۰٫۵', 'rent.currency': 'pkr', area: '1,234.5' })
  assert.equal(record.points, 80)
  assert.equal(record.area, 1234.5)
  assert.deepEqual(record.rent, { amountMinor: '1250050', currency: 'PKR' })
})

test('what is not one number is passed on as typed, never guessed', () => {
  for (const typed of ['1,5', '1.2.3', 'twelve', '12۳', '1e3', '12345678901234567']) {
    assert.equal(read({ points: typed }).points, typed)
  }
  assert.deepEqual(read({ rent: '1.005', 'rent.currency': 'PKR' }).rent, {
    amountMinor: '1.005',
    currency: 'PKR',
  })
})

test('what was left empty is not there', () => {
  assert.deepEqual(read({ remarks: '  ', area: '', rent: '', 'applicant.name': '', hasCellar: '' }), {
    applicant: {},
  })
})

test('a local time is one in Pakistan; one that does not exist is passed on', () => {
  assert.equal(read({ opensAt: '2026-03-01T09:30' }).opensAt, '2026-03-01T09:30:00+05:00')
  assert.equal(read({ opensAt: '2026-13-01T09:30' }).opensAt, '2026-13-01T09:30')
})

test('entries of a list are added and taken away, and the others keep what was typed', () => {
  const draft: Draft = new Map([
    ['_entries.goods', '3'],
    ['goods[0].title', 'rice'],
    ['goods[1].title', 'tea'],
    ['goods[2].title', 'salt'],
    ['number', 'P-1'],
  ])
  const longer = reshaped(new Map(draft).set('_add', 'goods'))
  assert.equal(longer?.get('_entries.goods'), '4')
  const shorter = reshaped(new Map(draft).set('_remove', 'goods[1]')) ?? new Map()
  assert.deepEqual(recordOf(fields, shorter).goods, [{ title: 'rice' }, { title: 'salt' }])
  assert.equal(shorter.get('number'), 'P-1')
  assert.equal(reshaped(draft), undefined)
})
