import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Application, Decided, LoadedModel, Reason } from '@khudi/sdk'
import fc from 'fast-check'
import parcels from '../../test/applications/parcels/application.ts'
import permits from '../../test/applications/permits/application.ts'
import { permit } from '../../test/kernel.ts'
import { canonicalJson } from '../canonical.ts'
import { readExample, runCase } from './run.ts'

/** The permits, with another way to decide them. */
function deciding(decided: Partial<Decided<string>>): Application {
  return { ...permits, decide: async () => ({ recommendation: 'grant', reasons: [], ...decided }) }
}

async function decide(application: Application, models: Readonly<Record<string, LoadedModel>> = {}) {
  const read = await runCase(application, models, JSON.stringify(permit()))
  if (!read.ok || read.decided === undefined) throw new Error('a permit is read and decided')
  return read.decided
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 })
const reason: fc.Arbitrary<Reason> = fc.record(
  {
    code: text,
    weight: fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }),
    value: fc.oneof(
      text,
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    compared: fc.dictionary(
      fc.oneof(text, fc.nat().map(String)),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
    ),
  },
  { requiredKeys: ['code', 'weight', 'value'] },
)

test('the reasons are canonical JSON, whatever the application gives', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(reason, { maxLength: 4 }), async (reasons) => {
      const decided = await decide(deciding({ reasons }))
      assert.equal(decided.failure, undefined)
      assert.equal(decided.reasons, canonicalJson(JSON.parse(decided.reasons)))
    }),
  )
})

test('a reason that JSON cannot say makes the decision unaided', async () => {
  const right: Reason = { code: 'a', weight: 1, value: null }
  const wrong: readonly Reason[] = [
    { ...right, weight: Number.NaN },
    { ...right, weight: Number.POSITIVE_INFINITY },
    { ...right, value: Number.NaN },
    { ...right, value: 'half \ud800' },
    { ...right, code: '\udc00' },
    { ...right, compared: { seen: Number.NaN } },
  ]
  for (const one of wrong) {
    const decided = await decide(deciding({ reasons: [one] }))
    assert.deepEqual([decided.recommendation, decided.reasons], [null, '[]'], JSON.stringify(one))
  }
})

test('a decision carries at most five reasons, the first ones', async () => {
  const reasons = Array.from({ length: 9 }, (_, index) => ({ code: `r${index}`, weight: 1, value: index }))
  const codes = JSON.parse((await decide(deciding({ reasons }))).reasons).map((one: Reason) => one.code)
  assert.deepEqual(codes, ['r0', 'r1', 'r2', 'r3', 'r4'])
})

test('a score is a probability, or the decision is unaided', async () => {
  for (const score of [0, 1, 0.5]) assert.equal((await decide(deciding({ score }))).score, score)
  for (const score of [-0.01, 1.01, Number.NaN, Number.POSITIVE_INFINITY])
    assert.equal((await decide(deciding({ score }))).recommendation, null)
})

test('a recommendation that is not declared makes the decision unaided', async () => {
  for (const recommendation of ['undeclared', 'toString', '__proto__', ''])
    assert.equal((await decide(deciding({ recommendation }))).recommendation, null)
})

test('whatever the application throws, an officer decides', async () => {
  for (const thrown of [new Error('no model'), 'text', undefined, null, { code: 'grant' }]) {
    const failing = { ...permits, decide: () => Promise.reject(thrown) }
    const { recommendation, score, reasons, failure } = await decide(failing)
    assert.deepEqual({ recommendation, score, reasons }, { recommendation: null, score: null, reasons: '[]' })
    assert.notEqual(failure, undefined)
  }
})

test('the payload that is kept is the canonical form of what was submitted', async () => {
  const given = permit({ answer: 'check', score: 0.25 })
  const read = await runCase(permits, undefined, JSON.stringify(given, null, 2))
  assert.ok(read.ok)
  assert.deepEqual([read.payload, read.secret], [canonicalJson(given), null])
})

const cnic = '79999-1234567-8'
const name = 'Ghulam Rasool'

async function decideWhole(application: Application, given: object) {
  const read = await runCase(application, {}, JSON.stringify(given))
  if (!read.ok || read.decided === undefined) throw new Error('a permit is read and decided')
  return { ...read, decided: read.decided }
}

test('what is personal is apart from what is operational, and the two decide as the whole did', async () => {
  const given = { ...permit({ answer: 'check' }), applicantCnic: cnic, applicantName: name }
  const read = await decideWhole(permits, given)
  const { applicantCnic: _, applicantName: __, ...open } = given
  assert.deepEqual(
    [read.payload, read.secret],
    [canonicalJson(open), canonicalJson({ applicantCnic: cnic, applicantName: name })],
  )
  assert.equal(read.subject, 'cnic:7999912345678')
  assert.deepEqual(await runCase(permits, {}, { payload: read.payload, secret: read.secret }), read)
})

test('reasons are kept in clear where none of them tells what is sealed', async () => {
  const { decided } = await decideWhole(permits, { ...permit({ answer: 'check' }), applicantCnic: cnic })
  assert.deepEqual(
    [JSON.parse(decided.reasons), decided.secretReasons],
    [[{ code: 'asked', value: 'check', weight: 1 }], null],
  )
})

test('where one reason tells what is sealed, all of them are without values in clear', async () => {
  for (const value of [name, `owner ${name}`, '7999912345678', cnic]) {
    const compared = { seen: 4 }
    const reasons = [
      { code: 'who', weight: 1, value, compared },
      { code: 'answer', weight: 0.5, value: 'check' },
    ]
    const given = { ...permit(), applicantCnic: cnic, applicantName: name }
    const { decided } = await decideWhole(deciding({ reasons }), given)
    assert.deepEqual(JSON.parse(decided.reasons), [
      { code: 'who', value: null, weight: 1 },
      { code: 'answer', value: null, weight: 0.5 },
    ])
    assert.deepEqual(decided.secretReasons, canonicalJson(reasons))
  }
})

test('where cases are about persons, the reasons of a case with a sealed part are sealed', async () => {
  const decides = (application: Application, given: object) =>
    decideWhole({ ...application, decide: async () => ({ recommendation: 'open', reasons: [asked] }) }, given)
  const asked: Reason = { code: 'asked', weight: 1, value: 7 }
  const parcel = { parcelNumber: 'P', sentOn: '2026-01-01', weightKg: 1, contents: 'books' }
  assert.equal((await decides(parcels, parcel)).decided.secretReasons, null)
  const { decided } = await decides(parcels, { ...parcel, senderName: name })
  assert.deepEqual(JSON.parse(decided.reasons), [{ ...asked, value: null }])
  assert.equal(decided.secretReasons, canonicalJson([asked]))
})

test('what failed is not told in the words of a sealed field', async () => {
  const failing = (message: string) => ({ ...permits, decide: () => Promise.reject(new TypeError(message)) })
  const given = { ...permit(), applicantName: name }
  const { decided } = await decideWhole(failing(`nothing known of ${name}`), given)
  assert.equal(decided.failure, 'the application threw a TypeError that speaks of a sealed field')
  assert.equal((await decideWhole(failing('no model'), given)).decided.failure, 'no model')
})

test('a model that fails to score makes the decision unaided', async () => {
  const failing: LoadedModel = {
    score: () => {
      throw new Error('out of memory')
    },
  }
  const parcel = { parcelNumber: 'P', sentOn: '2026-01-01', weightKg: 1, contents: 'books' }
  const read = await runCase(parcels, { danger: failing }, JSON.stringify(parcel))
  assert.ok(read.ok && read.decided?.recommendation === null)
  assert.equal(read.decided.failure, 'out of memory')
})

test('an example is what the model sees of a case and whether it was right to look', () => {
  const payload = '{"contents":"books","parcelNumber":"P","sentOn":"2026-01-01","weightKg":4}'
  const stored = { payload, secret: null, outcome: '{"finding":"dangerous"}', outcomeSecret: null }
  const example = readExample(parcels, 'danger', stored)
  assert.deepEqual([example?.label, example?.value], [true, 4])
  assert.deepEqual(example?.row(), { weightKg: 4, contents: 'books' })
})

test('a stored case that no longer fits its schema is no example', () => {
  const stored = { payload: '{}', secret: null, outcome: '{}', outcomeSecret: null }
  assert.throws(() => readExample(parcels, 'danger', stored), /no longer fits/)
})

test('an example is the same whether its fields are sealed or not', () => {
  const whole = { contents: 'books', parcelNumber: 'P', senderName: name, sentOn: '2026-01-01', weightKg: 4 }
  const { senderName, ...open } = whole
  const outcome = { outcome: '{"finding":"dangerous"}', outcomeSecret: null }
  const together = readExample(parcels, 'danger', { payload: canonicalJson(whole), secret: null, ...outcome })
  const apart = { payload: canonicalJson(open), secret: canonicalJson({ senderName }) }
  assert.deepEqual(readExample(parcels, 'danger', { ...apart, ...outcome })?.row(), together?.row())
})
