import { strict as assert } from 'node:assert'
import { describe, test } from 'node:test'
import {
  type Application,
  choice,
  cnic,
  date,
  defineApplication,
  fieldPath,
  list,
  measure,
  part,
  readCase,
  readWith,
  record,
  text,
  time,
  withRules,
} from './index.ts'

const named = (en: string) => ({ en, ur: `${en}-ur` })

const Lease = withRules(
  record({
    number: text(named('Number'), { max: 300 }),
    from: date(named('From')),
    to: date(named('To')),
    areaHa: measure(named('Area'), 'ha', { max: 100 }).optional(),
    tenant: part(named('Tenant'), { cnic: cnic(named('CNIC')) }).optional(),
    marks: list(named('Marks'), text(named('Mark'), { max: 3 }), { max: 2 }).optional(),
    use: choice(named('Use'), { farm: named('Farm'), shop: named('Shop') }).optional(),
    signedAt: time(named('Signed at')).optional(),
  }),
  [
    {
      field: 'to',
      message: { en: 'a lease cannot end before it begins', ur: 'پٹہ شروع ہونے سے پہلے ختم نہیں ہو سکتا' },
      holds: ({ from, to }) => from <= to,
    },
    { field: 'tenant.cnic', message: named('no tenant'), holds: ({ number }) => number !== 'vacant' },
  ],
)

const valid = { number: 'L-1', from: '2026-01-01', to: '2026-12-31' }

function problemsOf(change: object) {
  const read = readWith(Lease, { ...valid, ...change })
  return read.ok ? [] : read.problems
}

describe('a problem names the field, says what was expected in both languages and never repeats the value', () => {
  const cases: readonly (readonly [change: object, field: string, code: string, en: RegExp, ur: RegExp])[] = [
    [{ number: undefined }, 'number', 'field.missing', /required/, /لازمی/],
    [{ number: 17 }, 'number', 'field.wrong_type', /expected a text/, /متن/],
    [{ number: '' }, 'number', 'field.too_small', /at least 1 characters/, /کم از کم 1 حروف/],
    [{ areaHa: -1 }, 'areaHa', 'field.too_small', /at least 0/, /کم از کم 0/],
    [{ areaHa: 101 }, 'areaHa', 'field.too_big', /at most 100/, /زیادہ سے زیادہ 100/],
    [{ areaHa: 'x' }, 'areaHa', 'field.wrong_type', /expected a number/, /عدد/],
    [{ from: '2026-02-30' }, 'from', 'field.invalid_date', /YYYY-MM-DD/, /تاریخ/],
    [{ signedAt: 'noon' }, 'signedAt', 'field.invalid_time', /offset/, /وقت/],
    [{ use: 'mine' }, 'use', 'field.not_permitted', /farm, shop/, /farm، shop/],
    [{ tenant: { cnic: '1' } }, 'tenant.cnic', 'field.invalid_format', /form/, /شکل/],
    [{ marks: ['a', 'long'] }, 'marks[1]', 'field.too_big', /at most 3 characters/, /زیادہ سے زیادہ 3 حروف/],
    [{ marks: ['a', 'b', 'c'] }, 'marks', 'field.too_big', /at most 2 entries/, /2 اندراجات/],
    [{ owner: 'x' }, 'owner', 'field.unknown', /not known/, /معلوم نہیں/],
    [{ tenant: { cnic: '3520212345671', age: 4 } }, 'tenant.age', 'field.unknown', /not known/, /معلوم نہیں/],
    [{ to: '2025-01-01' }, 'to', 'field.contradictory', /cannot end before/, /ختم نہیں ہو سکتا/],
    [{ number: 'vacant' }, 'tenant.cnic', 'field.contradictory', /no tenant/, /no tenant-ur/],
  ]
  for (const [change, field, code, en, ur] of cases) {
    test(`${code} at ${field}: ${JSON.stringify(change)}`, () => {
      const problems = problemsOf(change)
      assert.deepEqual(
        problems.map((problem) => [problem.field, problem.code]),
        [[field, code]],
      )
      assert.match(problems[0]?.message.en ?? '', en)
      assert.match(problems[0]?.message.ur ?? '', ur)
    })
  }
})

test('every broken rule is told at once, but only of fields that are valid', () => {
  assert.deepEqual(
    problemsOf({ number: 'vacant', to: '2025-01-01' }).map(({ field }) => field),
    ['to', 'tenant.cnic'],
  )
  assert.deepEqual(
    problemsOf({ number: 17, to: '2025-01-01' }).map(({ field }) => field),
    ['number'],
  )
})

test('something that is no object at all is one problem of the whole', () => {
  for (const given of [null, 'x', 3, []]) {
    const read = readWith(Lease, given)
    assert.deepEqual(read.ok || read.problems.map(({ field, code }) => [field, code]), [
      ['', 'field.wrong_type'],
    ])
  }
})

test('ten thousand unknown fields with long names do not make a long reply', () => {
  const flood = Object.fromEntries(
    Array.from({ length: 1e4 }, (_, index) => [`${index}`.padEnd(1000, 'x'), 1]),
  )
  const problems = problemsOf(flood)
  assert.equal(problems.length, 100)
  assert.ok(problems.every(({ field }) => field.length <= 80))
})

test('a path reads as people write it', () => {
  assert.equal(fieldPath(['items', 0, 'netMassKg']), 'items[0].netMassKg')
  assert.equal(fieldPath([]), '')
})

describe('what the platform needs to know of a case', () => {
  const leases = (change: Partial<Application>): Application => ({
    ...defineApplication({
      id: 'leases',
      title: named('Leases'),
      purpose: named('Purpose'),
      legalBasis: { kind: 'law', law: { en: 'Tenancy Act', ur: 'کرایہ داری ایکٹ' }, section: '1' },
      classification: 'official',
      case: Lease,
      outcome: record({ number: text(named('Number')) }),
      roles: { clerk: named('Clerk') },
      models: {},
      recommendations: { look: { label: named('Look'), review: { role: 'clerk' } } },
      fallback: { role: 'clerk' },
      reference: ({ number }) => number,
      occurredOn: ({ from }) => from,
      summary: ['number'],
      decide: async () => ({ recommendation: 'look', reasons: [] }),
    }),
    ...change,
  })

  test('comes from the application, which sees what the schema made of the input', () => {
    const read = readCase(leases({ subject: () => 'cnic:1' }), { ...valid, number: ' L-1 ' })
    assert.ok(read.ok)
    const { reference, occurredOn, subject } = read.value
    assert.deepEqual(
      { reference, occurredOn, subject },
      { reference: 'L-1', occurredOn: '2026-01-01', subject: 'cnic:1' },
    )
  })

  test('that cannot be kept is the fault of the application, named without the value', () => {
    const faults: readonly Partial<Application>[] = [
      { reference: () => '' },
      { reference: () => 'secret'.repeat(40) },
      { occurredOn: () => '31/01/2026' },
      { subject: () => 'secret' },
      { subject: () => 'case:secret' },
      { subject: () => 'import:secret' },
    ]
    for (const fault of faults) {
      assert.throws(
        () => readCase(leases(fault), valid),
        (error) =>
          error instanceof Error &&
          error.message.startsWith('application "leases"') &&
          !error.message.includes('secret'),
      )
    }
  })
})
