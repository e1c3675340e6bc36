/** The records that SQL rebuilds are those that the operations wrote, byte for byte, whatever the values are. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { foundInstitution, freshKernel } from '../../../../test/kernel.ts'
import { everywhere } from '../../../access/roles.ts'
import { canonicalJson, sha256 } from '../../../canonical.ts'
import { caseRecord } from '../../../cases/record.ts'
import type { Transaction } from '../../../db/database.ts'
import { decisionRecord } from '../../../decisions/record.ts'
import { newId } from '../../../identifiers.ts'
import { outcomeRecord } from '../../../outcomes/outcomes.ts'
import { append, type Recorded } from '../../log.ts'
import { sequence } from '../../store.ts'
import type { Finding } from '../findings.ts'
import { checkPairs, checkRecords } from './records.ts'

const { kernel, database } = await freshKernel([])
const owner = await database.connect()
const { institutionId } = await foundInstitution(kernel, 'alpha')
const at = new Date('2026-03-02T06:00:00.120Z')

/** Any text that PostgreSQL takes: control characters, U+2028, what lies beyond the first plane. */
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 20 }).map((one) => one.replaceAll('\u0000', '')),
  fc.constantFrom(
    '"\\/\b\f\n\r\t\u0001\u001f\u007f',
    '\u2028\u2029\u00ad\ufeff',
    '\u{1f600}\u{10ffff}',
    'اردو',
  ),
)
const score = fc.oneof(
  fc.double({ min: 0, max: 1, noNaN: true }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  // Around the bounds between forms, and where a shorter text lies exactly between two numbers.
  fc.integer({ min: -330, max: 308 }).map((exponent) => Number(`1e${exponent}`)),
  fc.integer({ min: 48, max: 1023 }).map((exponent) => 2 ** exponent),
  fc.maxSafeInteger().map((integer) => integer * 1024 + 1),
  fc.constantFrom(
    0,
    -0,
    5e-324,
    1e23,
    9007199254740993e3,
    123456789012345680000,
    1e21,
    1e-6,
    1e-7,
    0.1 + 0.2,
  ),
)
const bytes = fc.option(fc.uint8Array({ minLength: 28, maxLength: 60 }))

const row = fc.record({
  reference: text.filter((one) => one.length > 0),
  payload: fc.dictionary(text, fc.oneof(text, score)).map(canonicalJson),
  sealed: bytes,
  unitId: fc.option(fc.uuid()),
  recommendation: fc.option(text),
  score: fc.option(score),
  reasons: fc.array(fc.dictionary(text, score)).map(canonicalJson),
  reasonsSealed: bytes,
  day: fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }),
})
type Row = typeof row extends fc.Arbitrary<infer T> ? T : never

/** Stores a case with decision and outcome as the kernel would; answers what the log is to record. */
async function store(given: Row, index: number): Promise<readonly Recorded[]> {
  const { payload, sealed, reasons } = given
  const caseId = newId()
  const [applicationId, holderId] = ['any', newId()]
  const reference = `${index}-${caseId.slice(-12)}-${given.reference}`
  const payloadDigest = sealed === null ? sha256(payload) : sha256('keyed')
  const occurredOn = given.day.toISOString().slice(0, 10)
  const opened = {
    ...{ caseId, applicationId, reference, occurredOn, payload, sealed, payloadDigest, holderId },
    unitId: given.unitId,
    source: 'api' as const,
    openedAt: at,
  }
  await owner.query(
    `insert into cases (institution_id, case_id, application_id, reference, state, version, occurred_on, payload, payload_digest,
       source, opened_at, changed_at, holder_id, sealed, unit_id)
     values ($1, $2, $3, $4, 'decided', 1, $5, $6, $7, 'api', $8, $8, $9, $10, $11)`,
    [
      institutionId,
      caseId,
      applicationId,
      reference,
      occurredOn,
      payload,
      payloadDigest,
      at,
      holderId,
      sealed,
      given.unitId,
    ],
  )
  const decision = {
    ...{
      decisionId: newId(),
      caseId,
      applicationId,
      round: 1,
      applicationDigest: sha256('a'),
      modelDigest: null,
      policyDigest: null,
    },
    ...{ recommendation: given.recommendation, score: given.score, reasons, sealed: given.reasonsSealed },
    review: given.recommendation === null ? ('unaided' as const) : ('automatic' as const),
    reviewRole: given.recommendation === null ? 'any.officer' : null,
    decidedAt: at,
  }
  await owner.query(
    `insert into decisions (institution_id, decision_id, case_id, application_id, round, application_digest, recommendation, score,
       reasons, sealed, review, review_role, decided_at) values ($1, $2, $3, $4, 1, $5, $6, $7, $8, $9, $10, $11, $12)`,
    [
      institutionId,
      decision.decisionId,
      caseId,
      applicationId,
      decision.applicationDigest,
      decision.recommendation,
      decision.score,
      reasons,
      decision.sealed,
      decision.review,
      decision.reviewRole,
      at,
    ],
  )
  const outcome = {
    outcomeId: newId(),
    caseId,
    revision: 1,
    payload,
    sealed,
    payloadDigest,
    recordedBy: 'x',
    recordedAt: at,
  }
  await owner.query(
    `insert into outcomes (institution_id, outcome_id, case_id, revision, payload, sealed, payload_digest, recorded_by, recorded_at)
     values ($1, $2, $3, 1, $4, $5, $6, 'x', $7)`,
    [institutionId, outcome.outcomeId, caseId, payload, sealed, payloadDigest, at],
  )
  return [
    { kind: 'case.opened', caseId, recordId: caseId, record: caseRecord(opened) },
    {
      kind: 'decision.made',
      caseId,
      recordId: decision.decisionId,
      record: decisionRecord(decision, holderId),
      said: decision.recommendation,
    },
    {
      kind: 'outcome.recorded',
      caseId,
      recordId: outcome.outcomeId,
      record: outcomeRecord(outcome, holderId),
    },
  ]
}

const findings: Finding[] = []
const check = {
  institutionId,
  report: (code: Finding['code'], entry: number | null, values: Finding['values'] = {}) => {
    findings.push({ code, entry, values })
  },
  transact: <T>(work: (tx: Transaction) => Promise<T>) =>
    kernel.db.transaction(institutionId, work, { units: everywhere }),
}

test('what was recorded of any row is what SQL makes of it', async () => {
  let next = 0
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 20, maxLength: 60 }), async (rows) => {
      const recorded: Recorded[] = []
      for (const one of rows) recorded.push(...(await store(one, next++)))
      const place = async (tx: Transaction) => {
        await append(tx, { actor: 'x', at }, recorded)
        await tx.one(sequence, [10_000])
      }
      await kernel.db.transaction(institutionId, place, { units: everywhere })
      findings.length = 0
      await checkRecords(check, { from: 0, to: 1_000_000 })
      await checkPairs(check)
      assert.deepEqual(findings, [])
    }),
    { numRuns: 20, endOnFailure: true },
  )
})
