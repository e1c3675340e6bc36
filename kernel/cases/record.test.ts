/** Records that are written without the canonicaliser are what it would have written. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { canonicalJson } from '../canonical.ts'
import { decisionRecord } from '../decisions/record.ts'
import { caseRecord } from './record.ts'
import { CaseSource } from './store.ts'

const text = fc.string({ unit: 'grapheme' })
const bytes = fc.uint8Array({ maxLength: 64 })
const at = fc.date({ noInvalidDate: true, min: new Date('2000-01-01'), max: new Date('2100-01-01') })
const canonical = (record: string) => canonicalJson(JSON.parse(record))

test('the record of a case is canonical, sealed or not, whatever its reference', () => {
  const row = fc.record({
    caseId: fc.uuid(),
    applicationId: fc.constantFrom('customs', 'land-records'),
    reference: text,
    occurredOn: fc.constant('2026-02-01'),
    payload: text,
    sealed: fc.option(bytes),
    payloadDigest: bytes,
    holderId: fc.uuid(),
    unitId: fc.option(fc.uuid()),
    source: fc.constantFrom(...CaseSource.options),
    openedAt: at,
  })
  fc.assert(fc.property(row, (one) => assert.equal(caseRecord(one), canonical(caseRecord(one)))))
})

test('the record of a decision is canonical, whatever its score, reasons and codes', () => {
  const reasons = fc.array(
    fc.record({ code: text, value: text, weight: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  )
  const row = fc.record({
    decisionId: fc.uuid(),
    caseId: fc.uuid(),
    applicationId: fc.constant('customs'),
    round: fc.integer({ min: 1, max: 9 }),
    applicationDigest: bytes,
    policyDigest: fc.option(bytes),
    modelDigest: fc.option(bytes),
    recommendation: fc.option(text),
    score: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    reasons: reasons.map(canonicalJson),
    sealed: fc.option(bytes),
    review: fc.constantFrom('automatic', 'sampled', 'required', 'unaided'),
    reviewRole: fc.option(text),
    decidedAt: at,
  })
  fc.assert(
    fc.property(row, fc.uuid(), (one, holderId) => {
      const record = decisionRecord(one, holderId)
      assert.equal(record, canonical(record))
    }),
  )
})

test('what is sealed, by whom it is held, whose case it is and what is in clear each change the record', () => {
  const row = {
    caseId: '01890000-0000-7000-8000-000000000001',
    applicationId: 'customs',
    reference: 'A-1',
    occurredOn: '2026-02-01',
    payload: '{}',
    sealed: Buffer.of(1),
    payloadDigest: Buffer.of(2),
    holderId: '01890000-0000-7000-8000-000000000002',
    unitId: null,
    source: 'api',
    openedAt: new Date(0),
  } as const
  const changes = [
    { payload: '{"a":1}' },
    { sealed: Buffer.of(3) },
    { payloadDigest: Buffer.of(3) },
    { holderId: row.caseId },
    { sealed: null },
    { unitId: row.caseId },
  ]
  const records = [row, ...changes.map((change) => ({ ...row, ...change }))].map(caseRecord)
  assert.equal(new Set(records).size, records.length)
})
